import io

import pytest
from django.core.management import call_command


@pytest.fixture(autouse=True)
def plain_static_files(settings):
    """Lets pages render without a collectstatic before the tests."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def shore(db):
    """The demo shore, in the database."""
    call_command("seed", stdout=io.StringIO())
