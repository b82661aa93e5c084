"""What bilateral meetings tell in the inbox: written in the acts themselves, read through the gate."""

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy

from puebla.accounts.models import Person
from puebla.core.news import Line, NewsSource
from puebla.meetings.actions.bilateral_mail import SAYS
from puebla.meetings.models import Bilateral
from puebla.meetings.views.news import in_every_language, told_in_the_act
from puebla.members.querysets import Reach

BILATERAL = gettext_lazy("bilateral meeting")


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
            kind=in_every_language(BILATERAL),
            address=reverse("meetings:bilateral", args=[one.convening.symbol, one.ref]),
            # Sealed to the two: a mail names nothing of it.
            room=one.convening.meeting.body.room.names, sealed=True,
        )
        for one in found
    }  # fmt: skip


def says(what: str, _language: str, _number: int | None, _size: int | None) -> str:
    """What happened, in a few words."""
    known = SAYS.get(what)
    return known() if known else what


SOURCE = NewsSource(since=told_in_the_act, visible=visible, lines=lines, says=says)
