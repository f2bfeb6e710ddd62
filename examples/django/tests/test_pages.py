import pytest
from django.test import Client
from django.urls import reverse

from notebook.models import Pool, Sighting, Species

pytestmark = pytest.mark.usefixtures("shore")


def test_shore_counts_species_and_names_the_last_visit(client):
    response = client.get("/")
    washbowl = next(p for p in response.context["pools"] if p.slug == "giants-washbowl")
    assert washbowl.kinds == 3
    page = response.content.decode()
    assert "Giant&#x27;s Washbowl" in page
    assert "5 June 2024" in page


def test_shore_of_an_empty_notebook_says_how_to_seed(client):
    Sighting.objects.all().delete()
    Pool.objects.all().delete()
    page = client.get("/").content.decode()
    assert "manage.py seed" in page
    assert "Latest sightings" not in page


def test_pool_lists_its_own_sightings_newest_first(client):
    response = client.get("/pools/hermit-lane/")
    seen = [(s.seen_on.isoformat(), s.count) for s in response.context["sightings"]]
    assert seen == [("2024-06-05", 9), ("2024-06-05", 1), ("2024-04-10", 14)]
    assert "Left a claw behind." in response.content.decode()


def test_unknown_pool_is_not_found(client):
    assert client.get("/pools/atlantis/").status_code == 404


def test_species_page_sums_sightings_by_pool(client):
    response = client.get("/guide/hermit-crab/")
    assert [(p.slug, p.seen) for p in response.context["homes"]] == [("hermit-lane", 23)]


def test_guide_shows_a_badge_for_each_species(client):
    page = client.get("/guide/").content.decode()
    for species in Species.objects.all():
        assert reverse("badge", args=[species.slug]) in page


def note(client, **changes):
    form = {
        "species": Species.objects.get(slug="common-starfish").pk,
        "seen_on": "2024-08-20",
        "count": 2,
        "remark": "Arm wrestling.",
    }
    return client.post("/pools/the-salt-saucer/", form | changes, follow=True)


def test_noting_a_sighting_shows_it(client):
    response = note(client)
    assert response.redirect_chain == [("/pools/the-salt-saucer/", 302)]
    page = response.content.decode()
    assert "Noted: 2 × Common starfish in The Salt Saucer." in page
    assert "Arm wrestling." in page


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("seen_on", "2999-01-01", "Nobody has been to that tide yet."),
        ("seen_on", "low tide", "Enter a valid date."),
        ("count", "0", "greater than or equal to 1"),
        ("species", "", "This field is required."),
    ],
)
def test_wrong_sightings_are_refused(client, field, value, message):
    before = Sighting.objects.count()
    response = note(client, **{field: value})
    assert response.status_code == 400
    assert message in response.content.decode()
    assert Sighting.objects.count() == before


def test_posting_needs_a_csrf_token():
    response = Client(enforce_csrf_checks=True).post("/pools/the-salt-saucer/", {})
    assert response.status_code == 403


def test_admin_lists_the_notebook(admin_client):
    assert "Tide pool notebook" in admin_client.get("/admin/").content.decode()
    for model in ("pool", "species", "sighting"):
        assert admin_client.get(reverse(f"admin:notebook_{model}_changelist")).status_code == 200
