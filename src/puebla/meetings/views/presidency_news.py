"""What the rotating office tells: candidatures to member states and the secretariat, the hand-over to its two sides."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puebla.accounts.models import Person
from puebla.core.news import Followable, Followed, Line, NewsSource, Offer, TakingPart
from puebla.core.verdicts import ALLOWED
from puebla.meetings.models import HandOver
from puebla.meetings.querysets.handovers import named
from puebla.meetings.views.news import in_every_language, just, since, told_in_the_act
from puebla.members.models import Body, Candidature, Permission, Seat
from puebla.members.querysets import MEMBERS, Reach
from puebla.theme.templatetags.theme import imprecise, tenure

#: What is followed: a rotating office by its code; and the kind of mail that comes without following it.
TOPIC = "presidency"
TOLD = {
    "candidature.announced": just("announced"), "candidature.agreed": just("agreed"), "candidature.withdrawn": just("withdrawn"),
}  # fmt: skip
SENTENCES = {
    "announced": gettext_lazy("A candidature was announced"),
    "agreed": gettext_lazy("Consensus on the candidature is recorded"),
    "withdrawn": gettext_lazy("The candidature was withdrawn"),
    "made": gettext_lazy("The hand-over file is made: sign it point by point"),
    "completed": gettext_lazy("The hand-over is complete"),
}
CANDIDATURE, HAND_OVER = gettext_lazy("candidature for the Presidency"), gettext_lazy("hand-over file")


def says(what: str, _language: str, _number: int | None, _size: int | None) -> str:
    """What happened, in a few words."""
    return str(SENTENCES.get(what, what))


def _candidatures(person: Person, reach: Reach) -> QuerySet[Any]:
    return Candidature.objects.visible_to(person, reach=reach)


def _candidature_lines(person: Person, reach: Reach, refs: Collection[str]) -> dict[str, Line]:
    found = _candidatures(person, reach).filter(ref__in=refs).select_related("party", "body__room")
    return {
        one.ref: Line(
            subject=one.ref, symbol="", titles=one.party.short_names, kind=in_every_language(CANDIDATURE),
            address=reverse("members:candidature", args=[one.ref]), room=one.body.room.names,
            now=str(tenure(one.starts_on, one.ends_on)),
        )
        for one in found.order_by()
    }  # fmt: skip


def _handovers(person: Person, reach: Reach) -> QuerySet[Any]:
    return HandOver.objects.visible_to(person, reach=reach)


def _handover_lines(person: Person, reach: Reach, refs: Collection[str]) -> dict[str, Line]:
    found = _handovers(person, reach).filter(ref__in=refs)
    return {
        one.ref: Line(
            subject=one.ref, symbol="", titles=named(one), kind=in_every_language(HAND_OVER),
            address=reverse("meetings:handover", args=[one.ref]), room=one.term.body.room.names,
            now=str(imprecise(one.term.starts_on, one.term.precision)),
        )
        for one in found.order_by().select_related("outgoing", "incoming", "term__body__room")
    }  # fmt: skip


SOURCES = {
    "candidatures": NewsSource(partial(since, TOLD), _candidatures, _candidature_lines, says),
    "handovers": NewsSource(told_in_the_act, _handovers, _handover_lines, says),
}


# Who is told of candidatures -------------------------------------------------------------------------------------------


def _under(
    person: Person, reach: Reach, followed: Collection[Followed], refs: Collection[str]
) -> Mapping[str, set[Followed]]:
    rows = _candidatures(person, reach).filter(ref__in=refs).order_by().values_list("ref", "body__code")
    return {ref: {(TOPIC, code)} & set(followed) for ref, code in rows}


def _offers(_person: Person, reach: Reach, _topic: str, values: Collection[str] | None) -> dict[str, Offer]:
    """Offices whose candidatures the person may know of."""
    if not reach.rung or reach.rung > MEMBERS:
        return {}
    offices = Body.objects.filter(function=Body.Function.PRESIDENCY)
    offices = offices if values is None else offices.filter(code__in=values)
    return {one.code: Offer(one.names, ALLOWED, reverse("members:presidency")) for one in offices}


FOLLOWABLE = Followable(
    source="candidatures", topics={TOPIC: gettext_lazy("Presidency")}, offers=_offers, under=_under
)


def taking_part(at: dt.datetime) -> Iterator[TakingPart]:
    """Focal points, who keeps the secretariat's lists, and who presides: they are told without following it."""
    offices = list(Body.objects.filter(function=Body.Function.PRESIDENCY).order_by("pk"))
    concerned = {Permission.MANAGE_OWN_PEOPLE, Permission.EDIT_LISTS, Permission.CONVENE}
    for one in Seat.objects.effective(at).filter(follows=None).select_related("role").order_by("pk"):
        if concerned & one.carries:
            for office in offices:
                yield TakingPart(one.person_id, (TOPIC, office.code), one.created_at)


def label() -> str:
    """What mail of this kind is called."""
    return _("candidatures for the Presidency")
