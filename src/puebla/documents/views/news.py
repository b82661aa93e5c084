"""What the repository has to tell, and what its papers may be followed by; every word of it through the gate."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puebla.accounts.models import Person
from puebla.core.models import JournalEntry, JournalHead, JournalPayload
from puebla.core.news import Batch, Followable, Followed, Happening, Line, NewsSource, Offer
from puebla.core.search.asking import UnanswerableError
from puebla.core.verdicts import ALLOWED, Verdict, refused
from puebla.documents.actions.indexing import SOURCE as INDEXED
from puebla.documents.forms import language_name
from puebla.documents.models import Document, FileVersion, Kind, Share, State, Theme
from puebla.documents.querysets import sizes_of
from puebla.members.models import Body, IndexEntry, Meeting, Party, SavedSearch
from puebla.members.querysets import Reach
from puebla.members.querysets.prepared import PreparedForReader
from puebla.members.querysets.searching import answering, asked_by
from puebla.theme.templatetags.theme import size as in_words

Facts = dict[str, Any]

# What happened ---------------------------------------------------------------------------------------------------------

#: Entries of the journal that are looked through at once.
WINDOW = 2000
#: A reading says when it began; it is written down when it is done.
LATE = dt.timedelta(minutes=30)


def _version(facts: Facts) -> Facts:
    return {"what": "version", "language": facts.get("language", ""), "number": facts.get("number")}


def _audience(facts: Facts) -> Facts | None:
    return {"what": "opened"} if facts.get("to", 0) > facts.get("from", 0) else None


def _description(facts: Facts) -> Facts | None:
    changed = facts.get("changed", {})
    if "state" in changed:
        return {"what": f"state.{changed['state'][1]}"}
    # An embargo that is moved may open the paper now; where it does not, the gate says so.
    return {"what": "embargo"} if "embargo_until" in changed else None


#: Acts that are told, and what of the entry's facts is kept; None where this one is not told.
TOLD: dict[str, Callable[[Facts], Facts | None]] = {
    "document.filed": lambda _facts: {"what": "filed"},
    "document.version_filed": _version,
    "document.audience_changed": _audience,
    "document.described": _description,
    "document.released": lambda _facts: {"what": "released"},
    "document.withdrawn": lambda _facts: {"what": "withdrawn"},
    "document.shared": lambda _facts: {"what": "shared"},
}


def since(mark: Any, at: dt.datetime) -> Batch:
    """What the journal says was done since, and which embargoes ended.

    The journal's numbers are given in the order of commits, so that nothing slips past a mark; an embargo ends by itself.
    """
    head = JournalHead.objects.filter(pk=1).values_list("sequence", flat=True).first() or 0
    if mark is None:
        return Batch([], {"sequence": head, "until": at.isoformat()})
    first, last = mark["sequence"], min(head, mark["sequence"] + WINDOW)
    until = dt.datetime.fromisoformat(mark["until"])
    read = {one.event: one for one in _readings(until - LATE, at)}
    late = [one for event, one in read.items() if event not in mark.get("read", [])]
    happened = [*_acts(first, last), *_embargoes(until, at), *late]
    if first == last and not happened:
        # The mark stays: nobody has to write anything because nothing happened.
        return Batch([], mark)
    lately = [event for event, one in read.items() if one.at > at - LATE]
    coming = {"sequence": last, "until": max(until, at).isoformat(), "read": lately}
    return Batch(sorted(happened, key=lambda one: one.at), coming, more=last < head)


def _acts(first: int, last: int) -> Iterator[Happening]:
    entries = list(
        JournalEntry.objects.filter(sequence__gt=first, sequence__lte=last, act__in=TOLD).order_by("sequence")
    )
    numbers = [entry.sequence for entry in entries]
    payloads = dict(JournalPayload.objects.filter(sequence__in=numbers).values_list("sequence", "facts"))
    for entry in entries:
        kept = TOLD[entry.act](payloads.get(entry.sequence, {}))
        if kept is None:
            continue
        told = Happening(
            f"journal:{entry.sequence}", entry.subject_ref, at=entry.at, by=entry.person_ref, **kept
        )
        if entry.act != "document.shared":
            yield told
            continue
        for share in Share.objects.filter(document__ref=entry.subject_ref, shared_at=entry.at):
            yield Happening(f"share:{share.ref}", told.subject, told.what, told.at, to=share.person_id)


def _embargoes(after: dt.datetime, at: dt.datetime) -> Iterator[Happening]:
    ended = Document.objects.filter(embargo_until__gt=after, embargo_until__lte=at).order_by("embargo_until")
    for ref, until in ended.values_list("ref", "embargo_until"):
        yield Happening(f"embargo:{ref}:{until:%Y%m%dT%H%M%S%z}", ref, "embargo", until)


def _readings(after: dt.datetime, at: dt.datetime) -> Iterator[Happening]:
    """Files whose text can be found now: a search that did not know it when the file came may find it."""
    read = FileVersion.objects.filter(read_at__gt=after, read_at__lte=at).order_by("read_at")
    columns = ("ref", "edition__document__ref", "edition__language", "number", "read_at", "filed_at")
    for ref, document, language, number, read_at, filed_at in read.values_list(*columns):
        yield Happening(
            f"read:{ref}", document, "found", read_at, language, number,
            topics=frozenset({"search"}), unless_told_since=filed_at,
        )  # fmt: skip


def says(what: str, language: str, number: int | None, size: int | None) -> str:
    """What happened, in a few words."""
    if what.startswith("state."):
        state = what.removeprefix("state.")
        label = State(state).label if state in State.values else state
        return _("Its state is now: %(state)s") % {"state": label}
    if what == "version":
        words = (
            _("New file in %(language)s") if number in (1, None) else _("Version %(number)d in %(language)s")
        )
        told = words % {"language": language_name(language), "number": number}
        return f"{told} ({in_words(size)})" if size else told
    return str(SENTENCES.get(what, what))


SENTENCES = {
    "filed": gettext_lazy("New document"),
    "opened": gettext_lazy("Opened to more readers"),
    "embargo": gettext_lazy("Its embargo is over"),
    "released": gettext_lazy("Released to the public"),
    "withdrawn": gettext_lazy("Withdrawn from the public"),
    "shared": gettext_lazy("Shared with you by name"),
    "found": gettext_lazy("Found by a search that you follow"),
}


# What a reader may be told ---------------------------------------------------------------------------------------------


def visible(person: Person, reach: Reach) -> QuerySet[Any]:
    """The documents that this person sees."""
    return Document.objects.visible_to(person, reach=reach)


def lines(person: Person, reach: Reach, refs: Collection[str]) -> dict[str, Line]:
    """The line of each document that this person sees now; two queries whatever their number."""
    found = visible(person, reach).filter(ref__in=refs).order_by().select_related("kind", "room")
    shown = list(found.only("ref", "symbol", "titles", "kind__names", "room__names", "room__sealed"))
    sizes = sizes_of([document.pk for document in shown])
    return {
        document.ref: Line(
            subject=document.ref, symbol=document.symbol or "", titles=document.titles, kind=document.kind.names,
            address=reverse("documents:record", args=[document.address]), room=document.room.names,
            sealed=document.room.sealed, sizes=sizes[document.pk],
        )
        for document in shown
    }  # fmt: skip


SOURCE = NewsSource(since=since, visible=visible, lines=lines, says=says)


# What may be followed --------------------------------------------------------------------------------------------------

TOPICS = {
    "body": gettext_lazy("Body"),
    "theme": gettext_lazy("Theme"),
    "kind": gettext_lazy("Kind"),
    "party": gettext_lazy("Party"),
    "meeting": gettext_lazy("Meeting"),
    "document": gettext_lazy("Document"),
}


def offers(person: Person, reach: Reach, topic: str, values: Collection[str] | None) -> dict[str, Offer]:
    """What this person may know of under a topic; of a sealed body everybody knows the name, and no more."""
    return {} if reach.is_empty else dict(_OFFERS[topic](person, reach, values))


def _bodies(_person: Person, reach: Reach, values: Collection[str] | None) -> Iterator[tuple[str, Offer]]:
    for body in _of(Body.objects.select_related("room"), "code", values):
        yield (
            body.code,
            Offer(body.names, may_be_told(reach, body), reverse("members:body", args=[body.code])),
        )


def may_be_told(reach: Reach, body: Body) -> Verdict:
    """Whether somebody is told what is new in this body."""
    if body.room.sealed and body.room_id not in reach.rooms:
        return refused(
            _("What is new in a sealed room is told only to those who hold a confirmed seat in it.")
        )
    return ALLOWED


def _kinds(_person: Person, _reach: Reach, values: Collection[str] | None) -> Iterator[tuple[str, Offer]]:
    offered = Kind.objects.filter(retired=False) if values is None else Kind.objects.all()
    for kind in _of(offered, "code", values):
        yield kind.code, Offer(kind.names, ALLOWED, _list(kind=kind.code))


def _themes(_person: Person, _reach: Reach, values: Collection[str] | None) -> Iterator[tuple[str, Offer]]:
    for theme in _of(Theme.objects.all(), "code", values):
        yield theme.code, Offer(theme.names, ALLOWED, _list(theme=theme.code))


def _parties(_person: Person, _reach: Reach, values: Collection[str] | None) -> Iterator[tuple[str, Offer]]:
    for party in _of(Party.objects.all(), "code", values):
        yield party.code, Offer(party.names, ALLOWED, reverse("members:party", args=[party.code]))


def _meetings(person: Person, reach: Reach, values: Collection[str] | None) -> Iterator[tuple[str, Offer]]:
    symbols = tuple(values or ())
    # Most pages name one.
    alone = len(symbols) == 1
    rows = _told.rows(person, reach, symbols[0]) if alone else _meetings_told(person, reach, *symbols)
    for symbol, titles, sealed, room in rows:
        if not sealed or room in reach.rooms:
            yield symbol, Offer(titles, ALLOWED, _list(meeting=symbol))


def _meetings_told(person: Person, reach: Reach, *symbols: Any) -> QuerySet[Any, Any]:
    seen = Meeting.objects.visible_to(person, reach=reach).filter(symbol__in=symbols).order_by()
    return seen.values_list("symbol", "titles", "body__room__sealed", "body__room_id")


_told = PreparedForReader(_meetings_told)


def _documents(person: Person, reach: Reach, values: Collection[str] | None) -> Iterator[tuple[str, Offer]]:
    for document in visible(person, reach).filter(ref__in=values or []).only("ref", "symbol", "titles"):
        yield (
            document.ref,
            Offer(document.titles, ALLOWED, reverse("documents:record", args=[document.address])),
        )


def _of(rows: QuerySet[Any], column: str, values: Collection[str] | None) -> QuerySet[Any]:
    return rows if values is None else rows.filter(**{f"{column}__in": values})


def _list(**filters: str) -> str:
    return f"{reverse('documents:list')}?{urlencode(filters)}"


_OFFERS: dict[str, Callable[..., Iterator[tuple[str, Offer]]]] = {
    "body": _bodies,
    "theme": _themes,
    "kind": _kinds,
    "party": _parties,
    "meeting": _meetings,
    "document": _documents,
}


def under(
    person: Person, reach: Reach, followed: Collection[Followed], refs: Collection[str]
) -> Mapping[str, set[Followed]]:
    """Which of what is followed each of these documents falls under, as far as the person sees them; two queries."""
    wanted = set(followed)
    columns = ("ref", "pk", "body__code", "kind__code", "party__code", "meeting__symbol")
    found: dict[str, set[Followed]] = {}
    refs_of: dict[int, str] = {}
    for ref, key, *codes in visible(person, reach).filter(ref__in=refs).order_by().values_list(*columns):
        refs_of[key] = ref
        topics = zip(("body", "kind", "party", "meeting"), codes, strict=True)
        found[ref] = {("document", ref), *topics} & wanted
    if any(topic == "theme" for topic, _value in wanted):
        links = Document.themes.through.objects.filter(document__in=refs_of)
        for key, code in links.values_list("document", "theme__code"):
            found[refs_of[key]] |= {("theme", code)} & wanted
    return found


def kin(person: Person, reach: Reach, topic: str, value: str) -> list[Followed]:
    """What else a document's reader may want to follow: what the document falls under."""
    if topic != "document":
        return []
    seen = visible(person, reach).filter(ref=value).order_by()
    found = seen.values_list("body__code", "kind__code", "party__code", "meeting__symbol").first()
    if found is None:
        return []
    body, kind, party, meeting = found
    themes = seen.values_list("themes__code", flat=True)
    pairs = [
        ("body", body),
        *(("theme", code) for code in themes),
        ("kind", kind),
        ("party", party),
        ("meeting", meeting),
    ]
    return [(one, code) for one, code in pairs if code]


FOLLOWABLE = Followable(source="documents", topics=TOPICS, offers=offers, under=under, kin=kin)


# Saved searches --------------------------------------------------------------------------------------------------------


def searches(person: Person, reach: Reach, _topic: str, values: Collection[str] | None) -> dict[str, Offer]:
    """One's own saved searches."""
    own = SavedSearch.objects.visible_to(None if reach.is_empty else person)
    return {
        one.ref: Offer(dict.fromkeys(languages(), one.name), ALLOWED, _search_page(one))
        for one in _of(own, "ref", values)
    }


def languages() -> list[str]:
    """The languages of the software: what a person wrote is the same in each."""
    return [code for code, _name in settings.LANGUAGES]


def _search_page(saved: SavedSearch) -> str:
    asked = {name: value for name, value in {"q": saved.q, **saved.filters}.items() if value}
    return f"{reverse('intranet:search')}?{urlencode(asked)}"


def found_by(
    person: Person, reach: Reach, followed: Collection[Followed], refs: Collection[str]
) -> Mapping[str, set[Followed]]:
    """Which of the saved searches find each of these documents, inside the gate."""
    own = SavedSearch.objects.visible_to(person).filter(ref__in=[value for _topic, value in followed])
    refs_of = dict(visible(person, reach).filter(ref__in=refs).order_by().values_list("pk", "ref"))
    entries = IndexEntry.objects.visible_to(person, reach=reach).of(INDEXED, refs_of)
    records = dict(entries.order_by().values_list("pk", "record"))
    found: dict[str, set[Followed]] = defaultdict(set)
    for saved in own if records else ():
        for key in _hits(saved, person, reach, list(records)):
            found[refs_of[records[key]]].add(("search", saved.ref))
    return found


def _hits(saved: SavedSearch, person: Person, reach: Reach, keys: list[int]) -> list[int]:
    try:
        question = asked_by(saved)
    except UnanswerableError:
        return []
    found = answering(
        question, reach, person=person, at=reach.at or timezone.now(), filters=saved.filters, count=len(keys),
        newest=True, among=keys,
    )  # fmt: skip
    return [key for key in found.keys if key in keys]


SEARCHES = Followable(
    source="documents",
    topics={"search": gettext_lazy("Saved search")},
    offers=searches,
    under=found_by,
)
