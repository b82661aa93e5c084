"""What meetings have to tell: to their followers, and at once to those who take part while one is in session.

A meeting, its sessions, its items and the papers under them are told by four sources, each behind the gate of its own
records, so that a closed session's hours are told to nobody outside its room. In inbox and mail they are one entry.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

from django.conf import settings
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils import formats, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puebla.accounts.models import Person
from puebla.core import zones
from puebla.core.languages import Texts, show
from puebla.core.models import JournalEntry, JournalHead, JournalPayload
from puebla.core.news import Batch, Followable, Followed, Gathering, Happening, Line, NewsSource, TakingPart
from puebla.documents.models import Document
from puebla.documents.views import news as papers
from puebla.meetings.models import AgendaItem, Convening, Delegate, ItemPaper, Session
from puebla.meetings.querysets.delegations import LISTED
from puebla.members.models import Seat
from puebla.members.querysets import Reach

Facts = dict[str, Any]

#: Entries of the journal that are looked through at once.
WINDOW = 2000
#: So long after its end a meeting is still that of those who took part: its report comes then.
AFTERWARDS = dt.timedelta(days=30)
#: The kind of mail that tells of it, and is ended by one click.
KIND = "meetings"

# What happened ---------------------------------------------------------------------------------------------------------


def just(what: str) -> Callable[[Facts], str]:
    """An act that is always told by this sentence."""
    return lambda _facts: what


def _meeting_changed(facts: Facts) -> str:
    changed = set(facts.get("changed", []))
    return "place" if changed & {"venues", "link"} else "notes" if "notes" in changed else ""


def _session_changed(facts: Facts) -> str:
    changed = set(facts.get("changed", []))
    moved = bool(changed & {"on", "from_hour", "until_hour", "past_midnight", "zone"})
    elsewhere = bool(changed & {"places", "link"})
    if moved:
        return "moved_elsewhere" if elsewhere else "moved"
    return "elsewhere" if elsewhere else "retitled" if "titles" in changed else ""


#: Acts that are told, and which sentence tells each; empty where this one is not told.
Acts = Mapping[str, Callable[[Facts], str]]
#: By source.
TOLD: dict[str, Acts] = {
    "meetings": {
        "meeting.announced": just("announced"), "convening.convened": just("convened"),
        "convening.in_session": just("in_session"), "convening.closed": just("closed"),
        "convening.described": _meeting_changed, "agenda.revised": just("agenda"),
    },
    "sessions": {
        "session.held": just("held"), "session.changed": _session_changed, "session.cancelled": just("cancelled"),
        "session.reinstated": just("reinstated"),
    },
    "agenda": {
        "agenda.item_added": just("added"), "agenda.item_described": just("changed"),
        "agenda.item_opened": just("opened"),
    },
    "placed": {"agenda.paper_placed": just("placed")},
}  # fmt: skip

SENTENCES = {
    "announced": gettext_lazy("Announced"),
    "convened": gettext_lazy("Convened"),
    "in_session": gettext_lazy("Opened: the meeting is in session"),
    "closed": gettext_lazy("Closed"),
    "place": gettext_lazy("The place or the link changed"),
    "notes": gettext_lazy("The practical notes changed"),
    "agenda": gettext_lazy("The agenda was revised"),
    "held": gettext_lazy("New session"),
    "moved": gettext_lazy("The session was moved"),
    "moved_elsewhere": gettext_lazy("The session was moved, to another room"),
    "elsewhere": gettext_lazy("The session is in another room"),
    "retitled": gettext_lazy("The session has another title"),
    "cancelled": gettext_lazy("The session is cancelled"),
    "reinstated": gettext_lazy("The session takes place after all"),
    "added": gettext_lazy("New item of the agenda"),
    "changed": gettext_lazy("Changed item of the agenda"),
    "opened": gettext_lazy("The Presidency opened the item to your party"),
    "placed": gettext_lazy("Put under an item of the agenda"),
    "nominate": gettext_lazy("Your delegation is to be named"),
    "accredited": gettext_lazy("Accredited"),
    "refused": gettext_lazy("Not accredited"),
    "withdrawn": gettext_lazy("Withdrawn from the delegation"),
}


def says(what: str, _language: str, _number: int | None, _size: int | None) -> str:
    """What happened, in a few words."""
    return str(SENTENCES.get(what, what))


def since(told: Acts, mark: Any, _at: dt.datetime) -> Batch:
    """What the journal says was done since of the acts that are told; its numbers are given in the order of commits."""
    head = JournalHead.objects.filter(pk=1).values_list("sequence", flat=True).first() or 0
    if mark is None or mark == head:
        return Batch([], head)
    last = min(head, mark + WINDOW)
    return Batch(list(_acts(told, mark, last)), last, more=last < head)


def _acts(told: Acts, first: int, last: int) -> Iterator[Happening]:
    done = JournalEntry.objects.filter(sequence__gt=first, sequence__lte=last, act__in=told)
    entries = list(done.order_by("sequence"))
    numbers = [entry.sequence for entry in entries]
    payloads = dict(JournalPayload.objects.filter(sequence__in=numbers).values_list("sequence", "facts"))
    for entry in entries:
        facts = payloads.get(entry.sequence, {})
        what = told[entry.act](facts)
        if not what:
            continue
        happening = partial(Happening, what=what, at=entry.at, by=entry.person_ref)
        if entry.act == "agenda.item_opened":
            yield from _opened(entry, facts, happening)
        elif entry.act == "agenda.paper_placed":
            address = str(facts.get("document", ""))
            for ref in Document.objects.at_address(address).order_by().values_list("ref", flat=True)[:1]:
                yield happening(f"journal:{entry.sequence}", f"{entry.subject_ref}.{ref}")
        else:
            yield happening(f"journal:{entry.sequence}", entry.subject_ref)


def _opened(entry: JournalEntry, facts: Facts, happening: Callable[..., Happening]) -> Iterator[Happening]:
    """An exception for an observer is told to that party's people."""
    seats = Seat.objects.effective(entry.at).filter(party__code=facts.get("party", ""))
    for key in sorted(set(seats.order_by().values_list("person_id", flat=True))):
        yield happening(f"journal:{entry.sequence}", entry.subject_ref, to=key)


# What a reader may be told ---------------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _names(words: Any, languages: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    found = []
    for code in languages:
        with translation.override(code):
            found.append((code, str(words)))
    return tuple(found)


def in_every_language(words: Any) -> Texts:
    """Words of the software as a text of content."""
    return dict(_names(words, tuple(code for code, _name in settings.LANGUAGES)))


MEETING, SESSION, ITEM = gettext_lazy("meeting"), gettext_lazy("session"), gettext_lazy("item of the agenda")
DELEGATE = gettext_lazy("delegate")


# Of a draft nothing is sent, not even to the offices that know of it.


def _visible_meetings(person: Person, reach: Reach) -> QuerySet[Any]:
    seen = Convening.objects.visible_to(person, reach=reach).filter(meeting__draft=False)
    return seen.annotate(ref=F("meeting__symbol"))


def _visible_sessions(person: Person, reach: Reach) -> QuerySet[Any]:
    return Session.objects.visible_to(person, reach=reach).filter(convening__meeting__draft=False)


def _visible_items(person: Person, reach: Reach) -> QuerySet[Any]:
    return AgendaItem.objects.visible_to(person, reach=reach).filter(convening__meeting__draft=False)


def _placed(person: Person, reach: Reach) -> QuerySet[Any]:
    """Papers under items, both of which the person sees."""
    return ItemPaper.objects.filter(
        item__in=_visible_items(person, reach), document__in=Document.objects.visible_to(person, reach=reach)
    )


def _visible_placed(person: Person, reach: Reach) -> QuerySet[Any]:
    """The same, named by the item's reference, a dot, the paper's."""
    return _placed(person, reach).annotate(ref=Concat("item__ref", Value("."), "document__ref"))


def _meeting_lines(person: Person, reach: Reach, refs: Collection[str]) -> dict[str, Line]:
    found = _visible_meetings(person, reach).filter(ref__in=refs).select_related("meeting__body__room")
    return {
        one.symbol: Line(
            subject=one.symbol, symbol=one.symbol, titles=one.meeting.titles, kind=in_every_language(MEETING),
            address=reverse("meetings:page", args=[one.symbol]), room=one.meeting.body.room.names,
            sealed=one.meeting.body.room.sealed,
        )
        for one in found.order_by()
    }  # fmt: skip


def _session_lines(person: Person, reach: Reach, refs: Collection[str]) -> dict[str, Line]:
    found = _visible_sessions(person, reach).filter(ref__in=refs).select_related("room", "convening__meeting")
    return {
        one.ref: Line(
            subject=one.ref, symbol=one.convening.symbol, titles=one.titles or in_every_language(Session.Kind(one.kind).label),
            kind=in_every_language(SESSION), address=reverse("meetings:session", args=[one.convening.symbol, one.ref]),
            room=one.room.names, sealed=one.room.sealed, now="" if one.cancelled_at else when_and_where(one),
        )
        for one in found.order_by()
    }  # fmt: skip


def when_and_where(session: Session) -> str:
    """The session's day and hours on the wall of the venue, whose time that is, and the room."""
    place = f"{zones.place_of(session.zone)}, {zones.difference(session.starts_at, session.zone)}"
    hours = (
        f"{formats.time_format(session.starts_there, 'H:i')}–{formats.time_format(session.ends_there, 'H:i')}"
    )
    when = f"{formats.date_format(session.on, 'DATE_FORMAT')}, {hours} ({place})"
    return ", ".join(filter(None, [when, str(show(session.places))]))


def _item_lines(person: Person, reach: Reach, refs: Collection[str]) -> dict[str, Line]:
    found = _visible_items(person, reach).filter(ref__in=refs).select_related("room", "convening__meeting")
    return {one.ref: _item_line(one) for one in found.order_by()}


def _item_line(one: AgendaItem) -> Line:
    page = reverse("meetings:page", args=[one.convening.symbol])
    return Line(
        subject=one.ref, symbol=one.convening.symbol, kind=in_every_language(ITEM), address=f"{page}#item-{one.ref}",
        titles={code: f"{one.label}. {words}" for code, words in one.titles.items() if words},
        room=one.room.names, sealed=one.room.sealed,
    )  # fmt: skip


def _placed_lines(person: Person, reach: Reach, refs: Collection[str]) -> dict[str, Line]:
    shown = dict(
        _visible_placed(person, reach).filter(ref__in=refs).order_by().values_list("ref", "document__ref")
    )
    lines = papers.lines(person, reach, set(shown.values()))
    return {ref: lines[document] for ref, document in shown.items() if document in lines}


def _visible_delegates(person: Person, reach: Reach) -> QuerySet[Any]:
    return Delegate.objects.visible_to(person, reach=reach)


def _delegate_lines(person: Person, reach: Reach, refs: Collection[str]) -> dict[str, Line]:
    found = (
        _visible_delegates(person, reach)
        .filter(ref__in=refs)
        .select_related("convening__meeting__body__room")
    )
    return {
        one.ref: Line(
            subject=one.ref, symbol=one.convening.symbol, titles=dict.fromkeys(in_every_language(DELEGATE), str(one)),
            kind=in_every_language(DELEGATE), address=reverse("meetings:delegate", args=[one.convening.symbol, one.ref]),
            room=one.convening.meeting.body.room.names, sealed=one.convening.meeting.body.room.sealed,
        )
        for one in found.order_by()
    }  # fmt: skip


def told_in_the_act(mark: Any, _at: dt.datetime) -> Batch:
    """Nothing to gather: whom it concerns is told in the very act (`delegation_mail`, `bilateral_mail`, `handovers`)."""
    return Batch([], mark if mark is not None else {})


SOURCES = {
    "meetings": NewsSource(partial(since, TOLD["meetings"]), _visible_meetings, _meeting_lines, says),
    "sessions": NewsSource(partial(since, TOLD["sessions"]), _visible_sessions, _session_lines, says),
    "agenda": NewsSource(partial(since, TOLD["agenda"]), _visible_items, _item_lines, says),
    "placed": NewsSource(partial(since, TOLD["placed"]), _visible_placed, _placed_lines, says),
    "delegates": NewsSource(told_in_the_act, _visible_delegates, _delegate_lines, says),
}


# Who is told -----------------------------------------------------------------------------------------------------------

#: From a record of each source to the meeting it belongs to.
TO_MEETING = {
    "meetings": "meeting", "sessions": "convening__meeting", "agenda": "convening__meeting",
    "placed": "item__convening__meeting", "delegates": "convening__meeting",
}  # fmt: skip


def _under(
    source: str, person: Person, reach: Reach, followed: Collection[Followed], refs: Collection[str]
) -> Mapping[str, set[Followed]]:
    """Which of the meetings, and for the meeting itself of the bodies, that are followed each record belongs to."""
    wanted = set(followed)
    to = TO_MEETING[source]
    found = SOURCES[source].visible(person, reach).filter(ref__in=refs).order_by()
    rows = found.values_list("ref", f"{to}__symbol", f"{to}__body__code")
    # A body's followers are told of its meetings; what changes within one, of those who follow or attend it.
    return {
        ref: ({("meeting", symbol)} | ({("body", body)} if source == "meetings" else set())) & wanted
        for ref, symbol, body in rows
    }


def _papers_under(
    person: Person, reach: Reach, followed: Collection[Followed], refs: Collection[str]
) -> Mapping[str, set[Followed]]:
    """Which followed meetings have each of these papers on the part of their agenda that the person sees."""
    wanted, found = set(followed), defaultdict[str, set[Followed]](set)
    rows = _placed(person, reach).filter(document__ref__in=refs).order_by()
    for ref, symbol in rows.values_list("document__ref", "item__convening__meeting__symbol"):
        found[ref] |= {("meeting", symbol)} & wanted
    return found


def _no_offers(_person: Any, _reach: Any, _topic: str, _values: Any) -> Mapping[str, Any]:
    return {}


FOLLOWABLES = {
    f"meetings.{source}": Followable(
        source=source, topics={"meeting": "", "body": ""} if source == "meetings" else {"meeting": ""},
        offers=_no_offers, under=partial(_under, source), offered=False,
    )
    for source in TOLD
} | {
    "meetings.papers": Followable(
        source="documents", topics={"meeting": ""}, offers=_no_offers, under=_papers_under, offered=False
    )
}  # fmt: skip


def taking_part(at: dt.datetime) -> Iterable[TakingPart]:
    """Delegates who were accredited, of meetings to come, in session, or just closed."""
    open_now = ~Q(convening__state=Convening.State.CLOSED) | Q(convening__closed_at__gt=at - AFTERWARDS)
    rows = Delegate.objects.filter(
        open_now, person__isnull=False, state__in=LISTED, convening__meeting__draft=False
    )
    columns = ("person_id", "convening__meeting__symbol", "nominated_at", "convening__state")
    for person, symbol, began, state in rows.order_by("pk").values_list(*columns):
        yield TakingPart(person, ("meeting", symbol), began, now=state == Convening.State.IN_SESSION)


# One entry a meeting -----------------------------------------------------------------------------------------------------


def gatherings(
    person: Person, reach: Reach, refs: Mapping[str, Sequence[str]]
) -> Mapping[tuple[str, str], Gathering]:
    """The meeting that each of these records belongs to, as far as the person may know of it."""
    symbols: dict[tuple[str, str], str] = {}
    for source in SOURCES:
        if refs.get(source):
            rows = SOURCES[source].visible(person, reach).filter(ref__in=refs[source]).order_by()
            for ref, symbol in rows.values_list("ref", f"{TO_MEETING[source]}__symbol"):
                symbols[source, ref] = symbol
    if refs.get("documents"):
        symbols |= {
            ("documents", ref): symbol for ref, symbol in _meetings_of(person, reach, refs["documents"])
        }
    if not symbols:
        return {}
    known = _meeting_lines(person, reach, set(symbols.values()))
    return {
        key: Gathering(symbol, symbol, line.titles, line.kind, line.address)
        for key, symbol in symbols.items()
        if (line := known.get(symbol)) is not None and not line.sealed
    }


def _meetings_of(person: Person, reach: Reach, refs: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The meeting on whose agenda each paper stands, or that it was filed for."""
    seen = Document.objects.visible_to(person, reach=reach).filter(ref__in=refs).order_by()
    yield from seen.filter(meeting__isnull=False).values_list("ref", "meeting__symbol")
    placed = _placed(person, reach).filter(document__ref__in=refs)
    yield from placed.order_by("pk").values_list("document__ref", "item__convening__meeting__symbol")


def label_of_delegations() -> str:
    """What mail on delegations is called."""
    return _("delegations: whom to name, who is accredited")


def label() -> str:
    """What mail of this kind is called."""
    return _("news of meetings in which you take part, at once while they are in session")
