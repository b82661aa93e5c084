"""What every test shares: sockets shut except to this machine, triggers lifted where tables are emptied."""

import shutil

import pytest
from django.conf import settings
from django.core.cache import caches
from django.db.backends.postgresql.creation import DatabaseCreation
from django.test import TransactionTestCase
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis
from xdist.scheduler import LoadScopeScheduling

from tests import emptying, instances

SOFTWARES_OWN = {
    name: getattr(settings, name)
    for name in (
        "TIME_ZONE",
        "LANGUAGES",
        "LANGUAGE_CODE",
        "PROCESS_NAMES",
        "WAGTAIL_SITE_NAME",
        "WAGTAIL_CONTENT_LANGUAGES",
        "WAGTAILADMIN_PERMITTED_LANGUAGES",
    )
}


# Whether a test passes must not hang on how busy the machine is.
hypothesis.register_profile(
    "unhurried", hypothesis(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis.load_profile("unhurried")


class ByClass(LoadScopeScheduling):
    """The tests of a class stay in one process, since they may share what is dear to make; all others go where there is room."""

    def _split_scope(self, nodeid):
        holder = nodeid.partition("[")[0].rpartition("::")[0]
        return holder if "::" in holder else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return ByClass(config, log)


@pytest.fixture(autouse=True)
def _clean_caches_and_language():
    from django.utils import timezone, translation

    from puebla.core import interface

    translation.activate("en")
    for cache in caches.all():
        cache.clear()
    yield
    # An edition that was loaded set languages and clock for its process.
    for name, value in SOFTWARES_OWN.items():
        if getattr(settings, name) != value:
            setattr(settings, name, value)
            interface.forget()
            timezone.get_default_timezone.cache_clear()
    translation.deactivate()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        emptying.remember()


def _empty_what_was_filled(self):
    emptying.put_back()


TransactionTestCase._fixture_teardown = _empty_what_was_filled


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    """A folder with a `puebla.sqlite3` that every migration has made; copy it."""
    return instances.once(tmp_path_factory, "migrated", instances.migrate)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory, migrated):
    """A folder with an instance on SQLite that needs nothing more to be served; copy it."""
    return instances.once(tmp_path_factory, "prepared", lambda folder: instances.prepare(folder, migrated))


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory, migrated):
    """The whole demonstration as one command loads it; who writes to it copies its folder."""
    load = lambda folder: instances.load_demonstration(folder, migrated)  # noqa: E731
    return instances.Demonstration(instances.once(tmp_path_factory, "demonstration", load))


def _drop_by_force(self, test_database_name, verbosity):
    """Drop the tests' database even where a thread or a killed process of a test still holds a connection."""
    with self._nodb_cursor() as cursor:
        cursor.execute(
            f"DROP DATABASE IF EXISTS {self.connection.ops.quote_name(test_database_name)} WITH (FORCE)"
        )


DatabaseCreation._destroy_test_db = _drop_by_force


def pytest_sessionfinish(session):
    shutil.rmtree(settings.DATA_DIR, ignore_errors=True)
