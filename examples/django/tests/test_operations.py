"""What only matters once the notebook is deployed."""

import io

import pytest
from django.core.management import call_command
from django.test import Client

from notebook.models import Pool, Sighting


def test_migrations_are_complete(db):
    call_command("makemigrations", "--check", "--dry-run", stdout=io.StringIO())


def test_seeding_twice_adds_nothing(shore):
    before = Sighting.objects.count()
    out = io.StringIO()
    call_command("seed", stdout=out)
    assert "nothing to do" in out.getvalue()
    assert Sighting.objects.count() == before
    assert Pool.objects.count() == 4


@pytest.fixture
def collected(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    call_command("collectstatic", "--noinput", stdout=io.StringIO())


def test_static_files_are_hashed_compressed_and_served(collected, db):
    client = Client(headers={"accept-encoding": "gzip"})
    page = client.get("/").content.decode()
    href = page.split('rel="stylesheet" href="')[1].split('"')[0]
    assert href != "/static/notebook/notebook.css"
    response = client.get(href)
    assert response.status_code == 200
    assert response["Content-Encoding"] == "gzip"
    assert "immutable" in response["Cache-Control"]
    response.close()


def test_foreign_hosts_are_refused(client, db):
    assert client.get("/healthz", headers={"host": "evil.example"}).status_code == 400
