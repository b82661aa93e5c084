"""Fills the bench's own store: the edition's lists, then people, rooms, papers and public copies in bulk.

Deterministic: the same sizes give the same rows, so that two runs compare.
"""

import datetime as dt
import random
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import transaction
from django.utils import timezone

from benchmarks.instance import Actors, Sizes
from benchmarks.texts import Writer
from puebla.accounts.models import Person
from puebla.accounts.sessions import SessionStore
from puebla.config import editions
from puebla.core.words import fold
from puebla.documents.models import Document, FileVersion, Kind, LanguageEdition, Page, Relation, Theme
from puebla.members.models import Audience, Body, Party, Role, Room, Seat
from puebla.publications.actions import turn_epoch
from puebla.publications.models import PublicDocument, PublicFile, PublicPage, PublicTheme

SUBJECTS = {
    "en": ["Consular protection", "Return of migrants", "Border management", "Smuggling of persons", "Labour mobility",
           "Unaccompanied children", "Information systems", "Travel documents", "Reintegration", "Shelter and assistance"],
    "es": ["Protección consular", "Retorno de migrantes", "Gestión de fronteras", "Tráfico de personas",
           "Movilidad laboral", "Niñez no acompañada", "Sistemas de información", "Documentos de viaje",
           "Reintegración", "Albergue y asistencia"],
}  # fmt: skip
LANGUAGES = ("en", "es")
#: Papers written at once, and pages of each paper in its original language.
CHUNK, PAGES = 1_000, 10


@transaction.atomic
def fill(sizes: Sizes, *, at: dt.datetime) -> None:
    """Fill an empty store; what search knows is written afterwards."""
    rng = random.Random(20_100)
    editions.load(editions.folder_of("rcm"), at=at)
    _rooms(sizes.rooms)
    people = _people(sizes.people, rng, at=at)
    _documents(sizes.documents, rng, author=people[0], at=at)
    _publications(sizes.publications, rng, at=at)
    document = _shown()
    neighbours = Document.objects.filter(audience__gte=60).exclude(pk=document.pk).order_by("pk")[:3]
    Relation.objects.bulk_create(Relation(source=document, target=one, kind="answers") for one in neighbours)


def _shown() -> Document:
    """The paper whose record is asked for."""
    record = Document.objects.filter(
        symbol__startswith="RCM/", room_cap=80, filed_languages="en,es", audience=60
    )
    return record.order_by("pk")[record.count() // 2]


def actors() -> Actors:
    """Sign in those who ask, and name what they ask for."""
    coordinator, delegate = Person.objects.order_by("pk")[:2]
    public = PublicDocument.objects.order_by("pk").values_list("symbol", flat=True)
    return Actors(
        _session(coordinator), _session(delegate), _shown().symbol, public[public.count() // 2], coordinator.pk,
        delegate.pk,
    )  # fmt: skip


def _rooms(total: int) -> None:
    """Bodies with their rooms until there are so many; every sixth of the new ones sealed."""
    missing = range(max(0, total - Room.objects.count()))
    rooms = Room.objects.bulk_create(
        Room(code=f"bench-{n}", names={"en": f"Group {n}", "es": f"Grupo {n}"}, sealed=n % 6 == 0,
             cap=Audience.ROOM if n % 6 == 0 else Audience.PUBLIC)
        for n in missing
    )  # fmt: skip
    Body.objects.bulk_create(
        Body(code=f"BG{n}", function="other", names=room.names, short_names=room.names, room=room,
             from_on=dt.date(2000, 1, 1), rank=500)
        for n, room in enumerate(rooms)
    )  # fmt: skip


def _people(total: int, rng: random.Random, *, at: dt.datetime) -> list[Person]:
    """People with one to four seats; the first is the coordinator, the second a member state's delegate."""
    people = Person.objects.bulk_create(
        Person(email=f"person{n}@example.org", full_name=f"Person Number {n}", password="!unusable",
               language=LANGUAGES[n % 2])
        for n in range(total)
    )  # fmt: skip
    roles = {role.code: role for role in Role.objects.all()}
    secretariat = Party.objects.get(kind=Party.Kind.SECRETARIAT)
    office = Body.objects.get(function=Body.Function.SECRETARIAT)
    today = timezone.localtime(at).date()
    members = list(Party.objects.members(on=today).order_by("code"))
    others = list(
        Party.objects.exclude(pk__in=[party.pk for party in [*members, secretariat]]).order_by("code")
    )
    bodies = [*Body.objects.filter(room__sealed=False).exclude(function__in=["presidency", "secretariat"])]
    sealed = [*Body.objects.filter(room__sealed=True)]
    seats = [_seat(people[0], secretariat, office, roles["coordinator"], at=at)]
    for number, person in enumerate(people[1:]):
        observes = number % 4 == 3
        party = others[number % len(others)] if observes else members[number % len(members)]
        role = roles["observer" if observes else "delegate"]
        chosen = rng.sample(bodies, rng.randint(1, 3))
        seats += [_seat(person, party, body, role, at=at) for body in chosen]
        if not observes and number % 5 == 0:
            seats.append(_seat(person, party, rng.choice(sealed), role, at=at))
    Seat.objects.bulk_create(seats)
    return people


def _seat(person: Person, party: Party, body: Body, role: Role, *, at: dt.datetime) -> Seat:
    sealed = body.room.sealed
    return Seat(
        person=person, party=party, body=body, room_id=body.room_id, role=role, from_on=dt.date(2010, 1, 1),
        created_at=at, confirmed_at=at - dt.timedelta(days=30) if sealed else None,
    )  # fmt: skip


def _titles(number: int, rng: random.Random) -> dict[str, str]:
    """Titles as long as real ones, in both languages or, every seventh time, in one."""
    pick = rng.randrange(len(SUBJECTS["en"]))
    english = f"{SUBJECTS['en'][pick]}: report of the meeting and its recommendations, number {number}"
    spanish = f"{SUBJECTS['es'][pick]}: informe de la reunión y sus recomendaciones, número {number}"
    return {"en": english} if number % 7 == 0 else {"en": english, "es": spanish}


def _day(rng: random.Random) -> dt.date:
    return dt.date(1996, 3, 13) + dt.timedelta(days=rng.randrange(11_000))


def _chunks(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _documents(total: int, rng: random.Random, *, author: Person, at: dt.datetime) -> None:
    """Papers of all rooms, rungs and years, with editions, versions and the text of the original."""
    kinds, themes = list(Kind.objects.all()), list(Theme.objects.all())
    bodies = list(Body.objects.select_related("room"))
    parties = list(Party.objects.all())
    secretariat = next(party for party in parties if party.kind == "secretariat")
    rungs = [Audience.SECRETARIAT, Audience.PRESIDENCY, Audience.ROOM, *[Audience.MEMBERS] * 4,
             *[Audience.OBSERVERS] * 4, *[Audience.CIVIL_SOCIETY] * 2, *[Audience.PUBLIC] * 3]  # fmt: skip

    def rows() -> Iterator[Document]:
        for number in range(1, total + 1):
            body, kind = rng.choice(bodies), rng.choice(kinds)
            titles, day = _titles(number, rng), _day(rng)
            symbol = f"RCM/{day.year}/{body.code}/{kind.code}/{number}"
            yield Document(
                room=body.room, room_cap=body.room.cap, body=body, kind=kind, symbol=symbol, titles=titles,
                audience=min(rng.choice(rungs), body.room.cap), dated_on=day, state="final", original_language=LANGUAGES[number % 5 != 0 and number % 2],
                party=rng.choice(parties) if number % 3 == 0 else secretariat,
                embargo_until=at + dt.timedelta(days=9_000) if number % 200 == 0 else None,
                words=fold(" ".join([symbol, *titles.values()])),
                filed_languages="en" if number % 5 == 0 else "en,es",
                created_at=at, created_by=author, changed_at=at, changed_by=author,
            )  # fmt: skip

    writers = {language: Writer(language, rng, papers=total) for language in LANGUAGES}
    for chunk in _chunks(rows()):
        documents = Document.objects.bulk_create(chunk)
        _files(documents, rng, writers, at=at)
        Document.themes.through.objects.bulk_create(
            Document.themes.through(document_id=one.pk, theme_id=rng.choice(themes).pk) for one in documents
        )


def _files(
    documents: list[Document], rng: random.Random, writers: dict[str, Writer], *, at: dt.datetime
) -> None:  # fmt: skip
    found = LanguageEdition.objects.bulk_create(
        LanguageEdition(document=document, language=language)
        for document in documents
        for language in document.filed_languages.split(",")
    )
    versions = FileVersion.objects.bulk_create(
        FileVersion(
            edition=edition, number=number, key=f"{rng.getrandbits(120):030x}", name=f"paper-{edition.document_id}.pdf",
            kind="PDF", media_type="application/pdf", size=rng.randint(20_000, 900_000), filed_at=at,
            sha256=f"{rng.getrandbits(256):064x}", reading="done", page_count=PAGES,
        )
        for edition in found
        for number in range(1, 1 + (3 if edition.pk % 9 == 0 else 1))
    )  # fmt: skip
    originals = {document.pk: document.original_language for document in documents}
    newest = {version.edition_id: version for version in versions}
    Page.objects.bulk_create(
        Page(version=newest[edition.pk], number=number, text=text)
        for edition in found
        if edition.language == originals[edition.document_id]
        for number, text in enumerate(writers[edition.language].pages(PAGES), start=1)
    )


def _publications(total: int, rng: random.Random, *, at: dt.datetime) -> None:
    kinds, themes, bodies = list(Kind.objects.all()), list(Theme.objects.all()), list(Body.objects.all()[:12])
    rows = []
    for number in range(1, total + 1):
        kind, body, day, titles = rng.choice(kinds), rng.choice(bodies), _day(rng), _titles(number, rng)
        symbol = f"RCM/{day.year}/{body.code}/{kind.code}/P{number}"
        rows.append(
            PublicDocument(
                symbol=symbol, titles=titles, kind_code=kind.code, kind_names=kind.names, body_code=body.code,
                body_names=body.names, dated_on=day, year=day.year, state="final", original_language="es",
                words=fold(" ".join([symbol, *titles.values()])), public_from=at, released_at=at,
            )
        )  # fmt: skip
    public = PublicDocument.objects.bulk_create(rows)
    PublicTheme.objects.bulk_create(
        PublicTheme(document=one, code=theme.code, names=theme.names)
        for one, theme in ((one, rng.choice(themes)) for one in public)
    )
    files = PublicFile.objects.bulk_create(
        PublicFile(
            document=one, language=language, number=1, key=f"{rng.getrandbits(120):030x}", name=f"{one.pk}.pdf",
            media_type="application/pdf", label="PDF", size=120_000, sha256=f"{rng.getrandbits(256):064x}", page_count=PAGES,
            filed_at=at,
        )
        for one in public
        for language in LANGUAGES
    )  # fmt: skip
    writers = {language: Writer(language, rng, papers=total) for language in LANGUAGES}
    for chunk in _chunks(one for one in files if one.language == LANGUAGES[one.document_id % 2]):
        PublicPage.objects.bulk_create(
            PublicPage(file=file, number=number, text=text)
            for file in chunk
            for number, text in enumerate(writers[file.language].pages(PAGES), start=1)
        )
    turn_epoch(at=at)


def _session(person: Person) -> str:
    """The key of a session in which this person has signed in."""
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def hide(count: int, *, at: dt.datetime) -> None:
    """Add papers that the delegate may not see: other parties' own, those of sealed rooms without a seat for them, and
    those under embargo.

    Their dates are spread like those of what is seen, and their titles and pages match the same words.
    """
    rng = random.Random(7)
    delegate = Person.objects.order_by("pk")[1]
    own = set(Seat.objects.filter(person=delegate).values_list("party_id", flat=True))
    seated = set(Seat.objects.filter(person=delegate).values_list("room_id", flat=True))
    parties = [party for party in Party.objects.all() if party.pk not in own]
    bodies = list(Body.objects.select_related("room"))
    sealed = [body for body in bodies if body.room.sealed and body.room_id not in seated]
    opened = [body for body in bodies if not body.room.sealed]
    kinds = list(Kind.objects.all())
    late = at + dt.timedelta(days=9_000)

    def rows() -> Iterator[Document]:
        for number in range(1, count + 1):
            body = rng.choice(sealed if number % 2 else opened)
            embargoed = number % 10 == 0
            audience = Audience.ROOM if number % 2 else Audience.MEMBERS if embargoed else Audience.OWN_PARTY
            titles, day = _titles(number, rng), _day(rng)
            symbol = f"RCM/{day.year}/{body.code}/H/{number}" if number % 2 else None
            yield Document(
                room_id=body.room_id, room_cap=body.room.cap, body_id=body.pk, kind_id=rng.choice(kinds).pk,
                symbol=symbol, titles=titles, audience=audience, embargo_until=late if embargoed else None,
                party_id=rng.choice(parties).pk, dated_on=day, state="final",
                original_language=LANGUAGES[number // 2 % 2], words=fold(" ".join([symbol or "", *titles.values()])),
                filed_languages=LANGUAGES[number // 2 % 2], created_at=at, changed_at=at,
            )  # fmt: skip

    writers = {language: Writer(language, rng, papers=count) for language in LANGUAGES}
    with transaction.atomic():
        for chunk in _chunks(rows()):
            _files(Document.objects.bulk_create(chunk), rng, writers, at=at)
