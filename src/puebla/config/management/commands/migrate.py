"""`migrate`, which makes the tables of other people's apps before ours.

Django goes through apps by name, so that the CMS's two hundred steps would come last, and after each of them it makes every
model anew that has to do with persons: nearly all of ours. In this order the tables of a new instance stand in half the time.
"""

from typing import Any

from django.core.management.commands import migrate
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor

from puebla.config.settings.base import INSTALLED_APPS

OURS = frozenset(
    one.removeprefix("puebla.").partition(".")[0] for one in INSTALLED_APPS if one.startswith("puebla.")
)


class OthersFirst(MigrationExecutor):
    """Goes through the same steps in another order, which their dependencies allow."""

    def migration_plan(self, targets: Any, clean_start: bool = False) -> list[tuple[Migration, bool]]:
        """As Django's, for the apps of others first."""
        return super().migration_plan(sorted(targets, key=lambda target: target[0] in OURS), clean_start)


migrate.MigrationExecutor = OthersFirst  # type: ignore[attr-defined]


class Command(migrate.Command):
    """See the module's own words."""
