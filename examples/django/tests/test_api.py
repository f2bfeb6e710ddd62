import pytest
from django.db import DatabaseError, connection


def test_healthz_asks_the_database(client, db):
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json() == {"status": "ok", "database": connection.vendor}
    assert "no-store" in response["Cache-Control"]


def test_healthz_tells_when_the_database_is_down(client, db, monkeypatch):
    def refuse(*args):
        raise DatabaseError("gone fishing")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", refuse)
        response = client.get("/healthz")
    assert response.status_code == 503
    assert response.json()["status"] == "down"


def test_species_come_with_their_sums(client, shore):
    species = {s["slug"]: s for s in client.get("/api/species/").json()["species"]}
    assert list(species) == [
        "beadlet-anemone",
        "common-limpet",
        "common-starfish",
        "hermit-crab",
        "shore-crab",
        "small-periwinkle",
    ]
    assert species["beadlet-anemone"]["pools"] == 2
    assert species["beadlet-anemone"]["seen"] == 15


@pytest.mark.parametrize(
    ("zone", "slugs"), [("splash", ["small-periwinkle"]), ("lower", ["common-starfish"])]
)
def test_zone_narrows_the_species(client, shore, zone, slugs):
    found = client.get("/api/species/", {"zone": zone}).json()["species"]
    assert [s["slug"] for s in found] == slugs


def test_unknown_zone_is_an_error(client, shore):
    response = client.get("/api/species/", {"zone": "abyss"})
    assert response.status_code == 400
    assert "splash, upper, middle, lower" in response.json()["error"]


def test_pool_as_json(client, shore):
    assert client.get("/api/pools/limpet-lookout/").json() == {
        "name": "Limpet Lookout",
        "zone": "upper",
        "depth_cm": 12,
        "sightings": [
            {
                "species": "beadlet-anemone",
                "seen_on": "2024-07-22",
                "count": 4,
                "remark": "Closed, waiting for the tide.",
            },
            {
                "species": "common-limpet",
                "seen_on": "2024-06-05",
                "count": 62,
                "remark": "Counted twice.",
            },
        ],
    }


def test_api_is_read_only(client, db):
    assert client.post("/api/species/").status_code == 405
