"""What must hold before a real instance starts; asked by Django's checks, by `puebla serve` and by `puebla doctor`."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.db import DatabaseError
from django.utils.translation import gettext as _


def no_demonstration_accounts(
    databases: Sequence[str] | None = None, **_kwargs: Any
) -> list[checks.CheckMessage]:
    """Refuse production while an account exists whose password stands in the manual."""
    if settings.DEMO or not databases:
        return []
    found = _accounts()
    if not found:
        return []
    return [checks.Error(_sentence(found), id="puebla.E001")]


def check_accounts() -> tuple[str, bool, str]:
    """The same for `puebla doctor`."""
    found = [] if settings.DEMO else _accounts()
    if found:
        return "accounts", False, _sentence(found)
    return "accounts", True, _("No demonstration account can reach a real instance.")


def _accounts() -> list[str]:
    from puebla.config.editions import demonstration_accounts

    try:
        return demonstration_accounts()
    except DatabaseError:
        # No database yet: then there is no account in it either, and the database's own check speaks.
        return []


def _sentence(accounts: list[str]) -> str:
    return _(
        "%(count)d demonstration accounts exist in a production instance (%(first)s, …); everybody knows their password."
        " Use a database and a data directory that the demonstration was never loaded into."
    ) % {"count": len(accounts), "first": accounts[0]}
