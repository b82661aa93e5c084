"""What the secretariat keeps about its process: kinds, themes, the pattern of symbols, where it is reached."""

import datetime as dt
from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core import journal
from puebla.core.models import Process
from puebla.core.verdicts import RefusedError, StaleError, require, require_unchanged
from puebla.documents import rules
from puebla.documents.actions.symbols import check_pattern
from puebla.documents.models import Kind, Theme
from puebla.members.querysets import reach_of
from puebla.publications.actions import publish_kinds, publish_themes, turn_epoch

Entry = TypeVar("Entry", Kind, Theme)
FIELDS: dict[type, tuple[str, ...]] = {
    Kind: ("names", "plural_names", "rank", "retired", "leading", "clues"),
    Theme: ("names", "from_on", "until_on", "rank"),
}


@transaction.atomic
def enter(model: type[Entry], *, code: str, values: dict[str, Any], by: Person, at: dt.datetime) -> Entry:
    """Enter a kind or a theme under a new code, which stays; raises `RefusedError` where the code is taken."""
    require(rules.may_edit_lists(reach_of(by, at)))
    entry = model(code=code)
    _set(entry, values)
    if model._default_manager.filter(code__iexact=code).exists():
        raise RefusedError(_("The code “%(code)s” is taken.") % {"code": code}, field="code")
    entry.save()
    publish_lists(at=at)
    name = model._meta.model_name
    journal.record(f"{name}.entered", at=at, person=by, subject=entry, facts={"names": entry.names})
    return entry


@transaction.atomic
def describe_entry(
    entry: Entry, *, values: dict[str, Any], revision: int, by: Person, at: dt.datetime
) -> Entry:
    """Change a kind or a theme; what was released keeps the words it was released with until it is released again."""
    require(rules.may_edit_lists(reach_of(by, at)))
    model = type(entry)
    locked = model._default_manager.select_for_update().get(pk=entry.pk)
    require_unchanged(locked, revision)
    before = {name: getattr(locked, name) for name in FIELDS[model]}
    _set(locked, values)
    locked.revision += 1
    locked.save()
    publish_lists(at=at)
    changes = {
        name: {"before": str(was), "after": str(getattr(locked, name))}
        for name, was in before.items()
        if was != getattr(locked, name)
    }
    name = model._meta.model_name
    journal.record(f"{name}.described", at=at, person=by, subject=locked, facts={"changes": changes})
    return locked


@transaction.atomic
def publish_lists(*, at: dt.datetime) -> None:
    """Copy kinds and themes to the public lists: under these names the portal speaks of papers."""
    kinds = Kind.objects.values("code", "names", "plural_names", "leading", "rank")
    themes = Theme.objects.values("code", "names", "from_on", "until_on", "rank")
    publish_kinds([{**kind} for kind in kinds], at=at)
    publish_themes([{**theme} for theme in themes], at=at)


def _set(entry: Kind | Theme, values: dict[str, Any]) -> None:
    for name in FIELDS[type(entry)]:
        if name in values:
            setattr(entry, name, values[name])
    entry.full_clean(validate_unique=False)


@transaction.atomic
def set_symbol_pattern(*, pattern: str, was: str, by: Person, at: dt.datetime) -> Process:
    """Make symbols from another pattern from now on; those given stay for ever.

    Raises:
        RefusedError: where the pattern makes no symbols.
        StaleError: where somebody else changed it since it was read (`was`).
    """
    process = _as_read("symbol_pattern", was, by=by, at=at)
    return _kept(process, "symbol_pattern", check_pattern(pattern.strip()), act="pattern.set", by=by, at=at)


@transaction.atomic
def set_contact(*, email: str, was: str, by: Person, at: dt.datetime) -> Process:
    """Say where the public, the press and whoever answers a message reach the secretariat; the portal shows it at once.

    Raises:
        StaleError: where somebody else changed it since it was read (`was`).
    """
    process = _as_read("contact_email", was, by=by, at=at)
    turn_epoch(at=at)
    return _kept(process, "contact_email", email, act="contact.set", by=by, at=at)


def _as_read(fact: str, was: str, *, by: Person, at: dt.datetime) -> Process:
    """The process, locked, whose fact is still what the person read."""
    require(rules.may_edit_lists(reach_of(by, at)))
    process = Process.objects.select_for_update().get()
    if getattr(process, fact) != was:
        raise StaleError
    return process


def _kept(process: Process, fact: str, value: str, *, act: str, by: Person, at: dt.datetime) -> Process:
    before = getattr(process, fact)
    setattr(process, fact, value)
    process.save(update_fields=[fact])
    journal.record(act, at=at, person=by, subject=process, facts={"before": before, "after": value})
    return process
