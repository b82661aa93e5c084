"""The first page of the private site: what is new, what is awaited, what is mine."""

import datetime as dt
from typing import Any, NamedTuple

from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language_info

from puebla.accounts.models import Person
from puebla.accounts.views import PersonRequest, signed_in
from puebla.core import registry
from puebla.core.languages import Texts
from puebla.core.models import JournalEntry, Process
from puebla.core.phrases import Sentence, sentences
from puebla.core.prepared import Prepared
from puebla.documents.models import Document, State
from puebla.documents.querysets import DocumentQuerySet
from puebla.documents.rules import may_edit_lists
from puebla.intranet.actions import look
from puebla.members.models import Permission, Seat
from puebla.members.querysets import Reach, reach_of, today
from puebla.members.querysets.prepared import PreparedForReader, with_shares

SHOWN, MOST_WAITING = 8, 40


@signed_in
def desk(request: PersonRequest) -> HttpResponse:
    """Show a person the desk; one without a seat is told so and sees nothing else."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    if reach.is_empty:
        waiting = Seat.objects.on(today(at)).filter(
            person=request.person, room__sealed=True, confirmed_at=None
        )
        return render(request, "intranet/no_seat.html", {"waiting": waiting.select_related("room", "role")})
    # What is shared by name is asked once for all that the desk shows.
    reach = with_shares(request.person, reach)
    since = look(by=request.person, at=at)
    papers, coming = _changed_and_waiting(request.person, reach)
    recent = _recent(papers, since)
    # Where others await too much for one page, the own is asked for by itself.
    whole = coming if len(coming) < MOST_WAITING else _own_waiting(request.person, reach)
    own = [one for one in whole if one.party_id in reach.parties]
    awaited = [one for one in coming if one.state == State.AWAITED]
    process = Process.known()
    return render(
        request,
        "intranet/desk.html",
        {
            "seats": _seats(request.person, at),
            "presidency": reach.presidency,
            "process": process,
            "since": since,
            "recent": recent,
            "any_new": any(one["new"] for one in recent),
            "all_new": _all_new(recent, since),
            "awaited": awaited[:SHOWN],
            "more_awaited": len(awaited) > SHOWN,
            "asked": own[:SHOWN],
            "more_asked": len(own) > SHOWN,
            "today": today(at),
            "keeps_lists": bool(may_edit_lists(reach)),
            "reads_journal": reach.secretariat and reach.may(Permission.READ_JOURNAL),
            "pending": _pending(request.person, reach, process),
            "may_file": _may_file(reach),
            **_panels(request, reach),
        },
    )


def _changed_keys(person: Person, reach: Reach) -> Any:
    """Keys of the papers changed last, found in an index before the rest is read."""
    seen = Document.objects.visible_to(person, reach=reach).exclude(state=State.AWAITED)
    return seen.order_by("-changed_at", "-pk").values_list("pk")[:SHOWN]


def _waiting_keys(person: Person, reach: Reach) -> Any:
    """Keys of what is awaited: papers announced, and languages of a paper for which a day is set; soonest first."""
    seen = Document.objects.visible_to(person, reach=reach).awaited()
    return seen.order_by("expected_on", "pk").values_list("pk")[:MOST_WAITING]


def _filed_languages(person: Person, reach: Reach) -> Any:
    """How many filed papers there are in each set of languages.

    Asked for what is wanted, not for what is not: so that SQLite walks the index of states and not every paper.
    """
    standing = [state for state in State if state not in {State.AWAITED, State.WITHDRAWN}]
    filed = Document.objects.visible_to(person, reach=reach).filter(
        state__in=standing, filed_languages__gt=""
    )
    return filed.order_by().values_list("filed_languages").annotate(Count("pk"))


_changed, _awaited = PreparedForReader(_changed_keys), PreparedForReader(_waiting_keys)
_filed = PreparedForReader(_filed_languages)


def _changed_and_waiting(person: Person, reach: Reach) -> tuple[list[Any], list[Any]]:
    """The papers changed last, and what is awaited, read together once their keys have come through the gate."""
    changed, awaited = ([key for (key,) in one.rows(person, reach)] for one in (_changed, _awaited))
    found = _lines(Document.objects.all()).in_bulk({*changed, *awaited})
    return [found[key] for key in changed if key in found], [found[key] for key in awaited if key in found]


def _own_waiting(person: Person, reach: Reach) -> list[Any]:
    """What is awaited of the person's own parties."""
    own = Document.objects.visible_to(person, reach=reach).filter(party__in=reach.parties).awaited()
    return list(_lines(own).order_by("expected_on", "pk")[:MOST_WAITING])


def _recent(papers: list[Any], since: dt.datetime | None) -> list[dict[str, Any]]:
    """The papers changed last, whether each is new since the person last looked, and what was done with it since."""
    done: dict[str, list[Sentence]] = {}
    if since is not None:
        entries = (
            JournalEntry.objects.filter(
                subject_kind="Document", subject_ref__in=[one.ref for one in papers if one.changed_at > since],
                at__gt=since,
            )
            .exclude(act="document.opened")
            .order_by("sequence")
        )  # fmt: skip
        rows = list(entries[:200])
        for entry, sentence in zip(rows, sentences(rows), strict=True):
            done.setdefault(entry.subject_ref, []).append(sentence)
    return [
        {
            "document": one,
            "new": since is not None and one.changed_at > since,
            "done": done.get(one.ref, [])[-4:],
        }
        for one in papers
    ]


def _all_new(recent: list[dict[str, Any]], since: dt.datetime | None) -> str:
    """Where everything changed since is listed, where the desk may not show all of it."""
    if since is None or len(recent) < SHOWN or not all(one["new"] for one in recent):
        return ""
    return f"{reverse('documents:list')}?{urlencode({'since': since.isoformat(timespec='seconds')})}"


def _lines(visible: DocumentQuerySet) -> DocumentQuerySet:
    """Only what a line of the desk shows."""
    return visible.select_related("kind", "party", "room").only(
        "ref", "symbol", "titles", "state", "changed_at", "expected_on", "filed_languages", "dated_on",
        "precision", "kind__code", "kind__names", "party__code", "party__short_names", "room__code",
        "room__names",
    )  # fmt: skip


class _Sitting(NamedTuple):
    """What the desk shows of a seat."""

    role__names: Texts
    party__short_names: Texts
    body__names: Texts | None
    room__names: Texts
    until_on: dt.date | None


def _own_seats(person: int, at: dt.datetime) -> QuerySet[Any, Any]:
    seats = Seat.objects.effective(at).filter(person=person).order_by("role__rank", "pk")
    return seats.values_list(*_Sitting._fields)


_own = Prepared(_own_seats)


def _seats(person: Person, at: dt.datetime) -> list[_Sitting]:
    return [_Sitting._make(row) for row in _own.rows(person.pk, at)]


def _pending(person: Person, reach: Reach, process: Process | None) -> list[dict[str, Any]]:
    """How many filed documents still lack each working language; one query for all of them."""
    languages: list[str] = process.languages if process else []
    rows = _filed.rows(person, reach) if languages else []
    counts = {code: sum(count for held, count in rows if code not in held.split(",")) for code in languages}
    return [
        {"code": code, "name": get_language_info(code)["name_translated"], "count": count}
        for code, count in counts.items()
        if count
    ]


def _may_file(reach: Reach) -> bool:
    return reach.may("file") or reach.may("file_own")


def _panels(request: PersonRequest, reach: Reach) -> dict[str, list[str]]:
    """What higher rooms put on the desk, rendered: what leads it (`leading`), and the other `panels`."""
    rendered: dict[str, list[str]] = {"leading": [], "panels": []}
    for panel in registry.desk_panels:
        # A room that has nothing to say gives None.
        if one := panel(request.person, reach):
            text = render_to_string(str(one["template"]), one["context"], request=request)  # type: ignore[arg-type]
            rendered["leading" if one.get("leads") else "panels"].append(text)
    return rendered
