"""Fills an empty notebook with the demo shore."""

from datetime import date

from django.core.management.base import BaseCommand
from django.db import transaction

from notebook.models import Pool, Sighting, Species

POOLS = [
    ("Giant's Washbowl", "giants-washbowl", "lower", 140, "Waist-deep under the kelp; bring a torch."),
    ("Hermit Lane", "hermit-lane", "middle", 35, "A crack as long as a bus, full of rented shells."),
    ("Limpet Lookout", "limpet-lookout", "upper", 12, "Warm by noon. Nothing here is in a hurry."),
    ("The Salt Saucer", "the-salt-saucer", "splash", 4, "Dries to a white ring in August."),
]

SPECIES = [
    ("Beadlet anemone", "Actinia equina", "beadlet-anemone", "middle", 12, "#b3202c",
     "A blob of jam on the rock; open under water, with blue beads below the tentacles."),
    ("Common limpet", "Patella vulgata", "common-limpet", "upper", 9, "#b9a77c",
     "Its home scar: each limpet returns to the one spot that its shell fits."),
    ("Common starfish", "Asterias rubens", "common-starfish", "lower", 5, "#e2813b",
     "Five arms, or four and a half while one grows back."),
    ("Hermit crab", "Pagurus bernhardus", "hermit-crab", "middle", 8, "#cf6a4c",
     "A periwinkle that walks too fast to be one."),
    ("Shore crab", "Carcinus maenas", "shore-crab", "middle", 10, "#5f7f4f",
     "Three blunt teeth between the eyes, five sharp ones on each side."),
    ("Small periwinkle", "Melarhaphe neritoides", "small-periwinkle", "splash", 3, "#47485c",
     "Crumbs in the cracks above the highest tide."),
]

SIGHTINGS = [
    ("giants-washbowl", "common-starfish", "2024-04-10", 3, "One with four and a half arms."),
    ("giants-washbowl", "shore-crab", "2024-04-10", 2, ""),
    ("giants-washbowl", "beadlet-anemone", "2024-06-05", 11, "All open."),
    ("hermit-lane", "hermit-crab", "2024-04-10", 14, "Two fighting over a whelk shell."),
    ("hermit-lane", "hermit-crab", "2024-06-05", 9, ""),
    ("hermit-lane", "shore-crab", "2024-06-05", 1, "Left a claw behind."),
    ("limpet-lookout", "common-limpet", "2024-06-05", 62, "Counted twice."),
    ("limpet-lookout", "beadlet-anemone", "2024-07-22", 4, "Closed, waiting for the tide."),
    ("the-salt-saucer", "small-periwinkle", "2024-07-22", 120, "About. They all look the same."),
]


class Command(BaseCommand):
    help = "Fills the notebook with the demo shore, unless it has pools already."

    @transaction.atomic
    def handle(self, *args, **options):
        if Pool.objects.exists():
            self.stdout.write("The notebook has pools already, nothing to do.")
            return
        pools, species = {}, {}
        for name, slug, zone, depth_cm, notes in POOLS:
            pools[slug] = Pool.objects.create(
                name=name, slug=slug, zone=zone, depth_cm=depth_cm, notes=notes
            )
        for name, latin, slug, zone, arms, colour, look_for in SPECIES:
            species[slug] = Species.objects.create(
                name=name, latin=latin, slug=slug, zone=zone, arms=arms, colour=colour,
                look_for=look_for,
            )
        for pool, kind, day, count, remark in SIGHTINGS:
            Sighting.objects.create(
                pool=pools[pool], species=species[kind], seen_on=date.fromisoformat(day),
                count=count, remark=remark,
            )
        self.stdout.write(
            f"Noted {len(POOLS)} pools, {len(SPECIES)} species and {len(SIGHTINGS)} sightings."
        )
