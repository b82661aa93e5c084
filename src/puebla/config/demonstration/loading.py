"""Loads the demonstration: edition, people, papers, what is pending; each act at a plausible instant before now."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks_db.models import DBTaskResult

from puebla.accounts.models import Person
from puebla.config import editions
from puebla.config.demonstration import (
    building,
    circulating,
    cycle,
    deciding,
    following,
    measuring,
    people,
    pictures,
    planning,
    presiding,
    reporting,
    silent,
    sources,
)
from puebla.config.demonstration.sources import Source
from puebla.config.editions import pages, plans
from puebla.core import journal
from puebla.core.models import JournalEntry, parse_imprecise
from puebla.core.verdicts import RefusedError
from puebla.core.words import order_of
from puebla.documents import actions
from puebla.documents.actions.reading import read_file
from puebla.documents.models import Document, FileVersion, Kind, State, Theme
from puebla.members.actions import apply_as_observer, invite, seat
from puebla.members.models import Audience, Body, Meeting, Party, Role, StandingKind
from puebla.members.querysets import today
from puebla.portal.actions import bring_picture
from puebla.portal.models import Picture
from puebla.statistics.actions import read_released, release_shipped

EDITION = "rcm"
#: How far back the demonstration's acts reach.
WINDOW = dt.timedelta(days=200)
#: The last days, in which the public papers are released.
RELEASING = dt.timedelta(days=12)
AUDIENCES = {
    "own": Audience.OWN_PARTY,
    "secretariat": Audience.SECRETARIAT,
    "presidency": Audience.PRESIDENCY,
    "room": Audience.ROOM,
    "members": Audience.MEMBERS,
    "observers": Audience.OBSERVERS,
    "civil_society": Audience.CIVIL_SOCIETY,
    "public": Audience.PUBLIC,
}

Told = Callable[[str, int, int], None]


def _untold(_stage: str, _done: int, _of: int) -> None:
    """For who does not follow the progress."""


@dataclass(frozen=True)
class Loaded:
    """What the demonstration holds now."""

    accounts: int
    documents: int
    files: int
    released: int


def is_loaded() -> bool:
    """Whether a demonstration was loaded to its end."""
    tables = connection.introspection.table_names()
    if JournalEntry._meta.db_table not in tables:
        return False
    return JournalEntry.objects.filter(act="demonstration.loaded").exists()


def load(
    *, at: dt.datetime, processes: int = 2, told: Told = _untold, texts: list[Source] | None = None
) -> Loaded:
    """Load everything into an empty instance.

    Args:
        at: now; every act lies before it.
        processes: how many files are built and read side by side.
        told: called with the stage, how much of it is done, and of how much.
        texts: the papers; all there are by default. Those they refer to must be among them.
    """
    if not editions.is_empty():
        raise RefusedError(
            _(
                "Something else than the demonstration lies here. Name a data directory of its own (PUEBLA_DATA_DIR)."
            )
        )
    texts = sources.load_all() if texts is None else texts
    # In a process beside this one, while papers are built and filed.
    figures = release_shipped(measuring.DATAFLOWS)
    files = _build(texts, processes, told)
    # One transaction: it is fast, and a kill leaves an empty instance and not half a conference.
    with transaction.atomic():
        began = _begin(at)
        # No such mailbox exists, and no mail leaves the machine: what is answered to it is caught and shown.
        contact = {"contact_email": f"secretariat{editions.DEMONSTRATION_DOMAIN}"}
        editions.load(editions.folder_of(EDITION), at=began, changes=contact)
        pages.load(editions.folder_of(EDITION), at=began)
        plans.load(editions.folder_of(EDITION), at=began)
        pages.load(Path(__file__).parent, at=began, pictures=_picture)
        cast = people.seat_everybody(at=began + dt.timedelta(hours=1))
        following.begin(cast, at=began + dt.timedelta(hours=5))
        filing = _Filing(cast, files, now=at)
        meetings = cycle.Cycle(cast, now=at, began=began)
        letters = circulating.Circulars(cast, now=at, began=began)
        plan = planning.Planning(cast, now=at, began=began)
        silences = silent.Silences(cast, now=at, began=began)
        take = partial(_take, (meetings, letters, plan, silences))
        for number, (text, instant) in enumerate(
            zip(_by_date(texts), _instants(began, at, len(texts)), strict=True)
        ):
            take(until=instant, after=filing.last)
            filing.file(text, at=instant)
            told("file", number + 1, len(texts))
        # What comes before the releasing is done at its own hour, however few papers were filed.
        take(until=max(filing.last, at - RELEASING), after=filing.last)
        meetings.put_in_order(at=max(filing.last, at - RELEASING))
        deciding.enter(texts, cast, at=max(filing.last, at - RELEASING))
        report = reporting.draft(meetings.held, cast, at=max(filing.last, at - RELEASING), now=at)
    _read_all(at=at, processes=processes, told=told)
    figures.wait()
    with transaction.atomic():
        released = filing.relate_and_release(texts, at=at, told=told, meanwhile=take)
        take(until=at - dt.timedelta(hours=12), after=filing.last)
        reporting.discuss(report, cast, at=max(filing.last, at - dt.timedelta(hours=12)))
        deciding.show_the_public(cast, at=max(filing.last, at - dt.timedelta(hours=12)))
        _leave_pending(cast, at=at)
        take(until=at, after=at - dt.timedelta(hours=6))
        presiding.hand_over(meetings.coming, cast, at=at)
        following.tell(at=at)
        measuring.enter(cast, at=at)
        read_released(at=at)
        facts = {"accounts": len(cast.people), "documents": len(texts), "files": len(files)}
        journal.record("demonstration.loaded", at=at, facts=facts)
    return Loaded(len(cast.people), len(texts), len(files), released)


def _take(parts: Sequence[Any], *, until: dt.datetime, after: dt.datetime) -> None:
    """Take the steps of these parts that come after one instant and until another, whichever is first."""
    while ready := [part for part in parts if part.steps and max(part.steps[0][0], after) <= until]:
        instant, act = min(ready, key=lambda part: part.steps[0][0]).steps.pop(0)
        act(max(instant, after))


def _build(texts: list[Source], processes: int, told: Told) -> dict[tuple[str, str, int], Path]:
    total = sum(len(building.sheets_of(text)) for text in texts)
    done = iter(range(1, total + 1))
    return building.build_all(
        texts,
        settings.DATA_DIR / "demonstration",
        processes=processes,
        done=lambda: told("build", next(done), total),
    )


def _picture(name: str) -> Picture:
    """The demonstration's photograph, as an editor would have brought it in; once for all pages that show it."""
    kept = Picture.objects.filter(title=name).first()
    return kept or bring_picture(title=name, name=name, content=pictures.tiles())


def _begin(at: dt.datetime) -> dt.datetime:
    """When the demonstration's secretariat opened the private site: under the presidency of today."""
    presidencies = editions.read(editions.folder_of(EDITION)).lists["presidencies"]
    starts = [parse_imprecise(term["starts"])[0] for term in presidencies]
    running = max((day for day in starts if day <= today(at)), default=None)
    began = at - WINDOW
    if running is not None:
        began = max(began, timezone.make_aware(dt.datetime.combine(running, dt.time(8))))
    return min(began, at - dt.timedelta(hours=12))


def _by_date(texts: list[Source]) -> list[Source]:
    """The archive first, the newest papers last."""
    return sorted(texts, key=lambda text: (sources.first_day(text.date), order_of(text.symbol)))


def _instants(began: dt.datetime, at: dt.datetime, count: int) -> Iterator[dt.datetime]:
    """Instants for filing, spread over the time before now, in office hours where that time is long enough."""
    first, last = began + dt.timedelta(hours=6), at - RELEASING - dt.timedelta(hours=6)
    if last - first < dt.timedelta(days=30):
        # A presidency that has just begun leaves no room for office hours; order is kept all the same.
        last = at - (at - first) / 2
        yield from (first + (last - first) * number / count for number in range(count))
        return
    days = [first + dt.timedelta(days=day) for day in range(1, (last - first).days)]
    working = [day for day in days if timezone.localtime(day).weekday() < 5]
    for number in range(count):
        place = number * len(working) / count
        morning = timezone.localtime(working[int(place)]).replace(hour=8, minute=40, second=12, microsecond=0)
        yield morning + dt.timedelta(minutes=int((place % 1) * 480))


class _Filing:
    """The demonstration's secretariat at work: files papers, asks parties for their consent, releases."""

    def __init__(
        self, cast: people.Cast, files: dict[tuple[str, str, int], Path], *, now: dt.datetime
    ) -> None:
        self.cast = cast
        self.now = now
        self.files = files
        self.parties = {party.code: party for party in Party.objects.all()}
        self.bodies = {body.code: body for body in Body.objects.select_related("room")}
        self.kinds = {kind.code: kind for kind in Kind.objects.all()}
        self.themes = {theme.code: theme for theme in Theme.objects.all()}
        self.meetings = {meeting.symbol: meeting for meeting in Meeting.objects.all()}
        self.documents: dict[str, Document] = {}
        self.filers: dict[str, Person] = {}
        #: When the last paper had been filed and opened.
        self.last = dt.datetime.min.replace(tzinfo=dt.UTC)

    def file(self, text: Source, *, at: dt.datetime) -> None:
        """File one paper with all its files, and open it as wide as its party agreed."""
        party, body = self.parties[text.party], self.bodies[text.body]
        by = self.filers[text.symbol] = self.filer(text, party, body)
        audience = AUDIENCES[text.audience]
        on_behalf = party.kind != Party.Kind.SECRETARIAT and by == self.cast["assistant"]
        dated_on, precision = parse_imprecise(text.date)
        meeting = self.meetings[text.meeting] if text.meeting else None
        awaited = text.state == State.AWAITED
        document = actions.file_document(
            by=by,
            at=at,
            room=body.room,
            audience=Audience.SECRETARIAT if on_behalf else audience,
            party=party,
            kind=self.kinds[text.kind],
            titles=text.titles,
            body=body,
            meeting=meeting,
            dated_on=None if awaited else dated_on,
            precision=precision,
            expected_on=meeting.starts_on if awaited and meeting else None,
            state=State.FINAL if text.withdrawn else text.state,
            embargo_until=self.embargo_of(text),
            themes=[self.themes[code] for code in text.themes],
            original_language=text.original,
            symbol=None if audience == Audience.OWN_PARTY else text.symbol,
        )
        self.documents[text.symbol] = document
        for number, sheet in enumerate(building.sheets_of(text), start=1):
            actions.add_version(
                document=document,
                language=sheet.language,
                source=self.files[text.symbol, sheet.language, sheet.number],
                name=sheet.file_name,
                by=by,
                at=at + dt.timedelta(minutes=number),
                note=text.note_of(sheet.language, sheet.number),
            )
        self.last = max(self.last, at + dt.timedelta(minutes=15))
        if on_behalf:
            self.open_with_consent(document, audience, at=at + dt.timedelta(minutes=10))

    def embargo_of(self, text: Source) -> dt.datetime | None:
        """When its embargo ends: in some days from now, at nine in the morning."""
        if not text.embargo_days:
            return None
        day = timezone.localtime(self.now) + dt.timedelta(days=text.embargo_days)
        return day.replace(hour=9, minute=0, second=0, microsecond=0)

    def filer(self, text: Source, party: Party, body: Body) -> Person:
        """Who files it: in a sealed room somebody of the party who sits there; a party's own draft its delegate."""
        if body.room.sealed:
            return self.cast.in_room(body, party)
        if text.audience == "own":
            delegate = self.cast.people.get(f"delegate.{party.code.lower()}")
            return delegate or self.cast.speakers[party.code]
        return self.cast["assistant"]

    def open_with_consent(self, document: Document, audience: int, *, at: dt.datetime) -> None:
        """Let the party say that its paper may be read so widely, then open it."""
        speaker = self.cast.speakers[document.party.code]
        actions.consent(document=document, audience=audience, by=speaker, at=at)
        opened_at = at + dt.timedelta(minutes=3)
        actions.set_audience(document=document, audience=audience, by=self.cast["assistant"], at=opened_at)

    def relate_and_release(
        self, texts: list[Source], *, at: dt.datetime, told: Told, meanwhile: Callable[..., None]
    ) -> int:
        """Say how the papers stand to each other, announce what is still to be translated, release the public ones."""
        by_symbol = {text.symbol: text for text in texts}
        first = max(at - RELEASING, self.last)
        step = (at - first) / (len(texts) + 2)
        # Filing and reading have moved the rows on since these were made.
        self.documents = {symbol: Document.objects.get(pk=one.pk) for symbol, one in self.documents.items()}
        for text in texts:
            for kind, target in text.relations:
                actions.relate(
                    source=self.documents[text.symbol],
                    target=self.documents[target],
                    kind=kind,
                    by=self.filers[text.symbol],
                    at=first,
                )
        released = [
            text for text in _targets_first(by_symbol) if text.released and text.state != State.AWAITED
        ]
        self.last = first
        for number, text in enumerate(released, start=1):
            instant = first + step * number
            meanwhile(until=instant, after=self.last)
            self.last = instant
            for language in set(sources.LANGUAGES) - set(text.bodies):
                actions.await_language(
                    document=self.documents[text.symbol],
                    language=language,
                    expected_on=today(at) + dt.timedelta(days=45),
                    by=self.cast["assistant"],
                    at=instant,
                )
            actions.release(document=self.documents[text.symbol], by=self.cast["secretariat"], at=instant)
            told("release", number, len(released))
        for text in released:
            if text.withdrawn:
                instant = max(first + step * (len(released) + 1), at - dt.timedelta(days=2))
                meanwhile(until=instant, after=self.last)
                self.take_back(text, at=instant)
                self.last = instant
        return len(released)

    def take_back(self, text: Source, *, at: dt.datetime) -> None:
        """Withdraw it from the public, and say so in its state."""
        by = self.cast["secretariat"]
        taken = actions.withdraw(
            document=self.documents[text.symbol],
            reason=text.withdrawn,
            audience=Audience.MEMBERS,
            by=by,
            at=at,
        )
        actions.describe(
            document=taken, values={"state": State.WITHDRAWN}, revision=taken.revision, by=by, at=at
        )


def _targets_first(texts: dict[str, Source]) -> Iterator[Source]:
    """Every paper after those it refers to, so that a public edition finds its relations public already."""
    seen: set[str] = set()

    def visit(symbol: str) -> Iterator[Source]:
        if symbol in seen or symbol not in texts:
            return
        seen.add(symbol)
        for _kind, target in texts[symbol].relations:
            yield from visit(target)
        yield texts[symbol]

    for symbol in texts:
        yield from visit(symbol)


def _read_all(*, at: dt.datetime, processes: int, told: Told) -> None:
    """Read every file now, so that the first visitor finds text and thumbnails; takes the jobs off the queue."""
    waiting = FileVersion.objects.filter(reading=FileVersion.Reading.WAITING)
    # Scanned pages first: they take longest, and the others are read meanwhile.
    versions = sorted(waiting.select_related("edition__document"), key=lambda one: -one.size)

    def read(version: FileVersion) -> None:
        try:
            actions.read_version(version=version, at=at)
        finally:
            if processes > 1:
                connection.close()

    if processes > 1:
        with ThreadPoolExecutor(processes) as pool:
            for number, _none in enumerate(pool.map(read, versions), start=1):
                told("read", number, len(versions))
    else:
        for number, version in enumerate(versions, start=1):
            read(version)
            told("read", number, len(versions))
    DBTaskResult.objects.filter(task_path=read_file.module_path).delete()


def _leave_pending(cast: people.Cast, *, at: dt.datetime) -> None:
    """Something for everybody to do: an invitation, a seat to confirm, an application."""
    days = dt.timedelta(days=1)
    invite(
        email=f"invited.cri{editions.DEMONSTRATION_DOMAIN}",
        full_name="Aurora Pátina",
        party=Party.objects.get(code="CRI"),
        body=Body.objects.get(code="RCGM"),
        role=Role.objects.get(code="delegate"),
        language="es",
        by=cast["focal.cri"],
        at=at - days / 2,
    )
    seat(
        person=cast["liaison.dom"],
        party=Party.objects.get(code="DOM"),
        body=Body.objects.select_related("room").get(code="LOST"),
        role=Role.objects.get(code="liaison"),
        by=cast["focal.dom"],
        at=at - days / 3,
    )
    apply_as_observer(
        names={
            "en": "Observatory of Human Mobility (demonstration)",
            "es": "Observatorio de Movilidad Humana (demostración)",
        },
        short_name="OHM-DEMO",
        kind=StandingKind.OBSERVER_ORGANISATION,
        contact_name="Celia Torneado",
        contact_email=f"application{editions.DEMONSTRATION_DOMAIN}",
        reasons=(
            "The observatory, invented for this demonstration, gathers published figures on human mobility in the"
            " region. It asks to follow the open discussions on statistics and to hand in one paper a year."
        ),
        language="es",
        at=at - days / 4,
    )
