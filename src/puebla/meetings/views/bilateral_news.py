"""What bilateral meetings tell in the inbox: written in the acts themselves, read through the gate."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core.languages import Texts
from puebla.core.news import Batch, Line, NewsSource
from puebla.meetings.actions.bilateral_mail import SAYS
from puebla.meetings.models import Bilateral
from puebla.members.querysets import Reach


def since(mark: Any, at: dt.datetime) -> Batch:  # noqa: ARG001 - as every source is asked
    """Nothing to gather: who is concerned is told in the very act."""
    return Batch([], mark if mark is not None else {})


def visible(person: Person, reach: Reach) -> QuerySet[Any]:
    """The bilateral meetings of the person's own parties."""
    return Bilateral.objects.visible_to(person, reach=reach)


def lines(person: Person, reach: Reach, refs: Collection[str]) -> dict[str, Line]:
    """The line of each that this person may know of now: with whom, at which meeting."""
    found = (
        visible(person, reach)
        .filter(ref__in=refs)
        .select_related("asking", "asked", "convening__meeting__body__room")
    )
    return {
        one.ref: Line(
            subject=one.ref, symbol=one.convening.symbol,
            titles=one.other(min({one.asking_id, one.asked_id} & reach.parties)).names,
            kind=_kind(),
            address=reverse("meetings:bilateral", args=[one.convening.symbol, one.ref]),
            # Sealed to the two: a mail names nothing of it.
            room=one.convening.meeting.body.room.names, sealed=True,
        )
        for one in found
    }  # fmt: skip


def _kind() -> Texts:
    """What such a thing is called in every language of the pages."""
    found = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found[code] = _("bilateral meeting")
    return found


def says(what: str, _language: str, _number: int | None, _size: int | None) -> str:
    """What happened, in a few words."""
    known = SAYS.get(what)
    return known() if known else what


SOURCE = NewsSource(since=since, visible=visible, lines=lines, says=says)
