"""Start of the app."""

import datetime as dt
from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from puebla.core import registry
from puebla.core.operations import Chore

#: How long a release may be out before pages show it, where a worker runs.
EVERY = dt.timedelta(seconds=20)


def read_released(at: dt.datetime) -> int:
    """The chore that notices releases and reads the cells that rooms show."""
    from puebla.statistics import actions

    return actions.read_released(at=at)


def _was_read(facts: dict[str, Any]) -> str:
    count = facts.get("cells", 0)
    cells = ngettext("%(count)d cell was read", "%(count)d cells were read", count) % {"count": count}
    releases = ", ".join(facts.get("releases", []))
    return _("statistics were released: %(releases)s; %(cells)s") % {"releases": releases, "cells": cells} if releases else cells  # fmt: skip


class StatisticsConfig(AppConfig):
    """Released figures."""

    name = "puebla.statistics"
    label = "statistics"

    def ready(self) -> None:
        """Fill the registries."""
        registry.chores.add("statistics.read", Chore("statistics.read", read_released, every=EVERY), rank=30)
        registry.journal_phrases.add("statistics.read", _was_read)
