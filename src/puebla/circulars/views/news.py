"""What circulars tell in the inbox: written in the acts themselves, read through the gate."""

import datetime as dt
from collections.abc import Collection
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation

from puebla.accounts.models import Person
from puebla.circulars.actions.messages import says
from puebla.circulars.models import Circular, Kind
from puebla.core.languages import Texts
from puebla.core.news import Batch, Line, NewsSource
from puebla.members.querysets import Reach


def since(mark: Any, at: dt.datetime) -> Batch:  # noqa: ARG001 - as every source is asked
    """Nothing to gather: who gets a circular is told in the very act that sends it."""
    return Batch([], mark if mark is not None else {})


def visible(person: Person, reach: Reach) -> QuerySet[Any]:
    """The circulars that this person sees."""
    return Circular.objects.visible_to(person, reach=reach)


def lines(person: Person, reach: Reach, refs: Collection[str]) -> dict[str, Line]:
    """The line of each circular that this person sees now."""
    found = visible(person, reach).filter(ref__in=refs).order_by().select_related("room")
    return {
        one.ref: Line(
            subject=one.ref, symbol=one.symbol or "", titles=one.titles, kind=names_of(one.kind),
            address=reverse("circulars:record", args=[one.address]), room=one.room.names, sealed=one.room.sealed,
        )
        for one in found
    }  # fmt: skip


@lru_cache(maxsize=16)
def _names_of(kind: str, languages: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    found = []
    for code in languages:
        with translation.override(code):
            found.append((code, str(Kind(kind).label)))
    return tuple(found)


def names_of(kind: str) -> Texts:
    """What a kind is called in every language of the pages."""
    return dict(_names_of(kind, tuple(code for code, _name in settings.LANGUAGES)))


SOURCE = NewsSource(since=since, visible=visible, lines=lines, says=says)
