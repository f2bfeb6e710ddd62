import io

import pytest
from PIL import Image

from notebook.badges import SEA, badge_png


@pytest.fixture
def get_badge(client, shore):
    return lambda query: client.get(f"/guide/hermit-crab/badge.png{query}")


@pytest.mark.parametrize(("query", "size"), [("", 96), ("?size=16", 16), ("?size=512", 512)])
def test_badge_has_the_asked_size(get_badge, query, size):
    response = get_badge(query)
    assert response["Content-Type"] == "image/png"
    image = Image.open(io.BytesIO(response.content))
    assert image.format == "PNG"
    assert image.size == (size, size)


@pytest.mark.parametrize("query", ["?size=15", "?size=513", "?size=-1", "?size=big", "?size="])
def test_wrong_sizes_are_refused(get_badge, query):
    assert get_badge(query).status_code == 400


def test_unknown_species_has_no_badge(client, shore):
    assert client.get("/guide/kraken/badge.png").status_code == 404


def test_same_creature_same_bytes():
    assert badge_png(5, "#e2813b", 64) == badge_png(5, "#e2813b", 64)


def test_badge_shows_colour_sea_and_transparent_corners():
    image = Image.open(io.BytesIO(badge_png(5, "#e2813b", 96)))
    assert image.getpixel((0, 0))[3] == 0
    assert image.getpixel((48, 56)) == (0xE2, 0x81, 0x3B, 255)
    assert image.getpixel((48, 78)) == (*SEA, 255)


def test_badges_differ_by_arms():
    assert badge_png(5, "#e2813b", 64) != badge_png(6, "#e2813b", 64)
