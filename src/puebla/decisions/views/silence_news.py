"""What silence procedures put into inbox, list of what is asked, and calendar; each read through the gate."""

import datetime as dt
from collections.abc import Collection, Iterator
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puebla.accounts.models import Person
from puebla.core.asks import Ask, Due, Question
from puebla.core.calendars import CalendarEntry, other_language
from puebla.core.languages import show
from puebla.core.news import Line, NewsSource
from puebla.decisions.actions.silence_mail import SOURCE as NAME
from puebla.decisions.actions.silence_mail import says
from puebla.decisions.models import SilenceParty, SilenceProcedure, SilenceReceipt
from puebla.meetings.views.news import in_every_language, told_in_the_act
from puebla.members.querysets import MEMBERS, Reach
from puebla.members.querysets.prepared import PreparedForReader

SILENCE = gettext_lazy("silence procedure")
State = SilenceProcedure.State


def visible(person: Person, reach: Reach) -> QuerySet[Any]:
    """The procedures that this person may know of."""
    return SilenceProcedure.objects.visible_to(person, reach=reach)


def lines(person: Person, reach: Reach, refs: Collection[str]) -> dict[str, Line]:
    """The line of each that this person may know of now."""
    found = visible(person, reach).filter(ref__in=refs).select_related("decision__text__room")
    return {
        one.ref: Line(
            subject=one.ref, symbol=one.decision.text.symbol, titles=one.decision.text.titles, kind=in_every_language(SILENCE),
            address=reverse("decisions:silence", args=[one.ref]), room=one.decision.text.room.names,
            sealed=one.decision.text.room.sealed,
        )
        for one in found
    }  # fmt: skip


SOURCE = NewsSource(since=told_in_the_act, visible=visible, lines=lines, says=says)


def asks(question: Question) -> Iterator[Ask]:
    """Answers that these parties may give, by the closing instant: who says nothing has agreed, and is never late."""
    parties = sorted(question.parties)
    rows = _asked.rows(question.person, question.reach, question.since, parties)
    if not rows:
        return
    keys = sorted({one["procedure_id"] for one in rows})
    given = _answered.rows(question.person, question.reach, keys, parties)
    answered = {(procedure, party): at for procedure, party, at in given}
    for one in rows:
        # In a sealed room nobody is told whom else it asks.
        if one[_TEXT + "room_cap"] >= MEMBERS or one["party_id"] in question.reach.parties:
            yield _ask(one, answered.get((one["procedure_id"], one["party_id"])), question.at)


def _ask(one: dict[str, Any], answered: dt.datetime | None, at: dt.datetime) -> Ask:
    closes_at, titles = one["procedure__closes_at"], one[_TEXT + "titles"]
    page = reverse("decisions:silence", args=[one["procedure__ref"]])
    over = not SilenceProcedure(state=one["procedure__state"], closes_at=closes_at).is_open(at)
    return Ask(
        source=NAME, ref=one["procedure__ref"], party=one["party_id"], kind="silence", title=str(show(titles)),
        language=other_language(titles), cites=one[_TEXT + "symbol"], address=page,
        answer="" if over else f"{page}#h-answer", asked_at=one["procedure__opened_at"],
        due=Due(at=closes_at, precision="minute", zone=one["zone"]), answered_at=answered, done=answered is not None and over,
        ended=over, invited=True, body=one["procedure__decision__body__code"], meeting=one[_MEETING] or "",
        sealed=one[_TEXT + "room_cap"] < MEMBERS,
    )  # fmt: skip


_TEXT, _MEETING = "procedure__decision__text__", "procedure__decision__convening__meeting__symbol"
_COLUMNS = (
    "procedure_id", "party_id", "zone", "procedure__ref", "procedure__state", "procedure__opened_at", "procedure__closes_at",
    _TEXT + "titles", _TEXT + "symbol", _TEXT + "room_cap", "procedure__decision__body__code", _MEETING,
)  # fmt: skip


def _that_ask(person: Any, reach: Any, since: dt.datetime, parties: Any) -> QuerySet[Any, Any]:
    seen = visible(person, reach).filter(Q(state=State.RUNNING) | Q(ended_at__gte=since)).order_by()
    asked = SilenceParty.objects.filter(procedure__in=seen, party__in=parties)
    return asked.order_by("pk").values(*_COLUMNS)


def _given(person: Any, reach: Any, procedures: Any, parties: Any) -> QuerySet[Any, Any]:
    seen = SilenceReceipt.objects.visible_to(person, reach=reach).where_they_stand()
    given = seen.filter(procedure__in=procedures, party__in=parties)
    return given.order_by("at").values_list("procedure_id", "party_id", "at")


_asked, _answered = PreparedForReader(_that_ask, make=dict, kept=500), PreparedForReader(_given)


def entries(person: Person, reach: Reach, first: dt.datetime, last: dt.datetime) -> Iterator[CalendarEntry]:
    """Closing instants between these two, of procedures that this person may know of."""
    seen = visible(person, reach).filter(closes_at__gte=first, closes_at__lt=last)
    for one in seen.select_related("decision__text__room", "decision__body").order_by("closes_at", "pk"):
        text, body = one.decision.text, one.decision.body
        words = _("Silence closes: %(title)s")
        yield CalendarEntry(
            uid=f"silence-{one.ref}", kind="silence", title=words % {"title": show(text.titles)},
            language=other_language(text.titles), starts_at=one.closes_at, zone=one.zone,
            address=reverse("decisions:silence", args=[one.ref]), body=body.code, body_name=str(show(body.short_names)),
            about=text.symbol, sequence=one.revision - 1, cancelled=one.state in (State.BROKEN, State.STOPPED),
            changed_at=one.settled_at or one.opened_at,
            outside=words % {"title": _("a text of a sealed room")} if text.room.sealed else "",
        )  # fmt: skip
