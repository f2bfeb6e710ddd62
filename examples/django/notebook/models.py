"""Who lives in which pool, and who has been seen there."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone


class Zone(models.TextChoices):
    """Belts of the shore, from the one that is dry longest downwards."""

    SPLASH = "splash", "splash zone"
    UPPER = "upper", "upper shore"
    MIDDLE = "middle", "middle shore"
    LOWER = "lower", "lower shore"


class Pool(models.Model):
    name = models.CharField(max_length=60, unique=True)
    slug = models.SlugField(unique=True)
    zone = models.CharField(max_length=8, choices=Zone)
    depth_cm = models.PositiveSmallIntegerField("depth in cm")
    notes = models.TextField(blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("pool", args=[self.slug])


class Species(models.Model):
    name = models.CharField(max_length=60, unique=True)
    latin = models.CharField("Latin name", max_length=80, unique=True)
    slug = models.SlugField(unique=True)
    zone = models.CharField("usual zone", max_length=8, choices=Zone)
    arms = models.PositiveSmallIntegerField(
        help_text="Arms, legs or rays on the badge",
        validators=[MinValueValidator(3), MaxValueValidator(12)],
    )
    colour = models.CharField(max_length=7, help_text="#rrggbb")
    look_for = models.TextField()

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "species"

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("species", args=[self.slug])


def not_in_the_future(day):
    if day > timezone.localdate():
        raise ValidationError("Nobody has been to that tide yet.")


class Sighting(models.Model):
    pool = models.ForeignKey(Pool, on_delete=models.CASCADE, related_name="sightings")
    species = models.ForeignKey(Species, on_delete=models.PROTECT, related_name="sightings")
    seen_on = models.DateField(validators=[not_in_the_future])
    count = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1)])
    remark = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-seen_on", "species__name", "pk"]

    def __str__(self):
        return f"{self.count} × {self.species} in {self.pool}"
