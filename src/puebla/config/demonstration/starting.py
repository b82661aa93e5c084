"""Where the demonstration is loaded: only under PUEBLA_ENV=demo, into an instance that holds nothing else."""

import shutil
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.utils.translation import gettext as _

from puebla.config import editions
from puebla.config.demonstration.loading import is_loaded
from puebla.config.operations.serving import alone, make_tables, tables_stand
from puebla.core.verdicts import ALLOWED, Verdict, refused, require


def may_load() -> Verdict:
    """Whether this instance is a demonstration's at all."""
    if settings.DEMO:
        return ALLOWED
    return refused(
        _(
            "This is a real instance (PUEBLA_ENV=production): the demonstration's accounts have a password that"
            " everybody knows. Set PUEBLA_ENV=demo, and a data directory of its own, to load it."
        )
    )


def make_ready() -> None:
    """Make folders and tables where they are not."""
    with alone():
        for folder in (settings.FILES_DIR, settings.PUBLIC_FILES_DIR, settings.STATISTICS_DIR):
            Path(folder).mkdir(parents=True, exist_ok=True)
        if not tables_stand():
            make_tables()


def is_left_half() -> bool:
    """Whether loading was stopped in the middle: a demonstration's accounts stand, its last entry does not."""
    return not is_loaded() and bool(editions.demonstration_accounts())


def may_reset() -> Verdict:
    """Whether what lies here is the demonstration, whole or half: a real instance is never taken away."""
    if editions.is_empty() or editions.demonstration_accounts():
        return ALLOWED
    return refused(
        _("What lies in this data directory and database is not the demonstration. Nothing was taken away.")
    )


def reset() -> None:
    """Take the demonstration away, files and tables, so that it can be loaded anew.

    Raises:
        RefusedError: where something else than the demonstration lies here.
    """
    require(may_reset())
    if connection.vendor == "sqlite":
        database = Path(str(connection.settings_dict["NAME"]))
        connections.close_all()
        for end in ("", "-wal", "-shm"):
            database.with_name(database.name + end).unlink(missing_ok=True)
    else:
        call_command("flush", interactive=False, verbosity=0)
    for folder in (settings.FILES_DIR, settings.PUBLIC_FILES_DIR, settings.STATISTICS_DIR):
        shutil.rmtree(folder, ignore_errors=True)
    make_ready()
