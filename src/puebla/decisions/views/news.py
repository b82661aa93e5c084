"""What texts on their way to consensus have to tell to who follows their meeting or body; each through its own gate."""

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy

from puebla.accounts.models import Person
from puebla.core.news import Followable, Followed, Line, NewsSource
from puebla.decisions.models import Decision
from puebla.meetings.views.news import Acts, Facts, in_every_language, just, since
from puebla.members.querysets import Reach

NAME = "decisions"


def _adopted(facts: Facts) -> str:
    """Nothing where a silence procedure ended so: it tells its own end."""
    return "" if facts.get("way") == Decision.Way.SILENCE else "adopted"


TOLD: Acts = {
    "decision.begun": just("begun"), "decision.received": just("received"), "proposal.made": just("proposed"),
    "decision.adopted": _adopted, "decision.laid_aside": just("laid_aside"), "decision.taken_up": just("taken_up"),
}  # fmt: skip
SENTENCES = {
    "begun": gettext_lazy("A text is negotiated"),
    "received": gettext_lazy("Laid before the meeting"),
    "proposed": gettext_lazy("A change was proposed"),
    "adopted": gettext_lazy("Consensus was declared"),
    "laid_aside": gettext_lazy("Laid aside"),
    "taken_up": gettext_lazy("Taken up again"),
}


def says(what: str, _language: str, _number: int | None, _size: int | None) -> str:
    """What happened, in a few words."""
    return str(SENTENCES.get(what, what))


def visible(person: Person, reach: Reach) -> QuerySet[Any]:
    """The decisions that this person may know of."""
    return Decision.objects.visible_to(person, reach=reach)


def lines(person: Person, reach: Reach, refs: Collection[str]) -> dict[str, Line]:
    """The line of each that this person may know of now."""
    found = visible(person, reach).filter(ref__in=refs).order_by().select_related("text__room")
    return {
        one.ref: Line(
            subject=one.ref, symbol=one.text.symbol, titles=one.text.titles,
            kind=in_every_language(Decision.Kind(one.kind).label), address=reverse("decisions:decision", args=[one.address]),
            room=one.text.room.names, sealed=one.text.room.sealed,
        )
        for one in found
    }  # fmt: skip


def _under(
    person: Person, reach: Reach, followed: Collection[Followed], refs: Collection[str]
) -> Mapping[str, set[Followed]]:
    """Which of the followed meetings and bodies each belongs to."""
    rows = (
        visible(person, reach)
        .filter(ref__in=refs)
        .order_by()
        .values_list("ref", "meeting__symbol", "body__code")
    )
    return {ref: {("meeting", symbol), ("body", body)} & set(followed) for ref, symbol, body in rows}


def _no_offers(_person: Any, _reach: Any, _topic: str, _values: Any) -> Mapping[str, Any]:
    return {}


SOURCE = NewsSource(since=partial(since, TOLD), visible=visible, lines=lines, says=says)
FOLLOWABLE = Followable(
    source=NAME, topics={"meeting": "", "body": ""}, offers=_no_offers, under=_under, offered=False
)
