"""Makes what a test needs, by name; everything not said is plausible."""

import datetime as dt
import io
from typing import Any

import factory
from django.utils import timezone

from puebla.accounts.models import Person
from puebla.core.models import Process
from puebla.documents import models as documents
from puebla.documents.actions.indexing import index_documents
from puebla.members import models as members
from puebla.members.models import Audience, Permission, StandingKind

PASSWORD = "correct horse battery"
LONG_AGO = dt.date(1996, 3, 13)


def process(**values: Any) -> Process:
    """The one process; made when it is not there."""
    found = Process.objects.first()
    if found is None:
        defaults = {
            "code": "RCM",
            "names": {"en": "Regional Conference on Migration", "es": "Conferencia Regional sobre Migración"},
            "short_names": {"en": "RCM", "es": "CRM"},
            "taglines": {"en": "Puebla Process", "es": "Proceso Puebla"},
            "edition": "test",
            "languages": ["en", "es"],
        }
        found = Process.objects.create(**(defaults | values))
    return found


class PersonFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Person
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    full_name = factory.Sequence(lambda n: f"Person {n}")
    language = "en"

    @factory.post_generation
    def password(self, create, extracted, **kwargs):
        if extracted:
            self.set_password(extracted)
            self.save(update_fields=["password"])


class PartyFactory(factory.django.DjangoModelFactory):
    """A party with a standing since long ago: `PartyFactory(standing="observer_state")`; None gives none."""

    class Meta:
        model = members.Party
        skip_postgeneration_save = True
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"P{n:03}")
    kind = "state"
    names = factory.LazyAttribute(lambda o: {"en": f"State of {o.code}", "es": f"Estado de {o.code}"})
    short_names = factory.LazyAttribute(lambda o: {"en": o.code, "es": o.code})

    @factory.post_generation
    def standing(self, create, extracted, **kwargs):
        kind = extracted or ("secretariat" if self.kind == "secretariat" else "member")
        if extracted != "none" and not self.standings.exists():
            members.Standing.objects.create(party=self, kind=kind, from_on=LONG_AGO)


def secretariat_party() -> members.Party:
    """The Technical Secretariat as a party."""
    return PartyFactory(code="TS", kind="secretariat", standing=StandingKind.SECRETARIAT)


class RoomFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = members.Room
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"room{n}")
    names = factory.LazyAttribute(lambda o: {"en": f"Room {o.code}", "es": f"Sala {o.code}"})
    sealed = False
    cap = factory.LazyAttribute(lambda o: Audience.ROOM if o.sealed else Audience.PUBLIC)


class BodyFactory(factory.django.DjangoModelFactory):
    """A body with its room: `BodyFactory(function="network", sealed=True)`."""

    class Meta:
        model = members.Body
        django_get_or_create = ("code",)

    class Params:
        sealed = False

    code = factory.Sequence(lambda n: f"B{n:03}")
    function = "other"
    names = factory.LazyAttribute(lambda o: {"en": f"Body {o.code}", "es": f"Órgano {o.code}"})
    short_names = factory.LazyAttribute(lambda o: {"en": o.code, "es": o.code})
    room = factory.LazyAttribute(lambda o: RoomFactory(code=f"room-{o.code}", sealed=o.sealed))
    from_on = LONG_AGO


class RoleFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = members.Role
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"role{n}")
    names = factory.LazyAttribute(lambda o: {"en": o.code, "es": o.code})
    permissions = factory.List([])


class SeatFactory(factory.django.DjangoModelFactory):
    """A seat since long ago; in a sealed room it is confirmed unless `confirmed_at=None` is said."""

    class Meta:
        model = members.Seat
        django_get_or_create = ("person", "party", "room", "role", "from_on")

    person = factory.SubFactory(PersonFactory)
    party = factory.SubFactory(PartyFactory)
    body = factory.SubFactory(BodyFactory)
    room = factory.LazyAttribute(lambda o: o.body.room)
    role = factory.LazyAttribute(lambda o: RoleFactory(code="delegate", permissions=["file_own"]))
    from_on = LONG_AGO
    created_at = factory.LazyFunction(timezone.now)
    confirmed_at = factory.LazyAttribute(
        lambda o: dt.datetime(2000, 1, 1, tzinfo=dt.UTC) if o.room.sealed else None
    )


SECRETARIAT_PERMISSIONS = [one.value for one in Permission if one is not Permission.CONFIRM_SEATS]


def secretariat_person(**values: Any) -> Person:
    """A coordinator with every permission of the secretariat."""
    person = PersonFactory(**values)
    SeatFactory(
        person=person,
        party=secretariat_party(),
        body=BodyFactory(code="TS", function="secretariat"),
        role=RoleFactory(code="coordinator", permissions=SECRETARIAT_PERMISSIONS),
    )
    return person


def delegate(standing: str = "member", *, body: members.Body | None = None, role: members.Role | None = None,
             party: members.Party | None = None, **values: Any) -> Person:  # fmt: skip
    """A person of a new party (or this one) with that standing, seated in this body (or a new open one)."""
    person = PersonFactory(**values)
    observing = standing not in {"member", "secretariat"}
    SeatFactory(
        person=person,
        party=party or PartyFactory(standing=standing),
        body=body or BodyFactory(),
        role=role
        or (
            RoleFactory(code="observer", observes=True)
            if observing
            else RoleFactory(code="delegate", permissions=["file_own"])
        ),
    )
    return person


def focal_point(party: members.Party | None = None, **values: Any) -> Person:
    """A focal point of a member state, seated in the consultation group."""
    return delegate(
        party=party,
        body=BodyFactory(code="RCGM", function="consultation"),
        role=RoleFactory(code="focal_point", permissions=["manage_own_people", "file_own"]),
        **values,
    )


class KindFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = documents.Kind
        django_get_or_create = ("code",)

    code = "NOTE"
    names = factory.LazyAttribute(lambda o: {"en": o.code.title(), "es": o.code.title()})


class ThemeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = documents.Theme
        django_get_or_create = ("code",)

    code = "HR"
    names = {"en": "Human rights", "es": "Derechos humanos"}


class DocumentFactory(factory.django.DjangoModelFactory):
    """A document of the secretariat in an open body's room; `audience=` any rung below the room's cap."""

    class Meta:
        model = documents.Document
        skip_postgeneration_save = True

    symbol = factory.Sequence(lambda n: f"RCM/2009/X/NOTE/{n + 1}")
    titles = factory.Sequence(lambda n: {"en": f"Note number {n}", "es": f"Nota número {n}"})
    kind = factory.SubFactory(KindFactory)
    body = factory.SubFactory(BodyFactory)
    room = factory.LazyAttribute(lambda o: o.body.room if o.body else RoomFactory())
    room_cap = factory.LazyAttribute(lambda o: o.room.cap)
    audience = Audience.SECRETARIAT
    party = factory.LazyFunction(secretariat_party)
    dated_on = dt.date(2009, 7, 9)
    state = "final"
    original_language = "en"
    words = factory.LazyAttribute(lambda o: f"{o.symbol} {' '.join(o.titles.values())}".lower())
    created_at = factory.LazyFunction(timezone.now)
    changed_at = factory.LazyFunction(timezone.now)

    @factory.post_generation
    def indexed(self, create, extracted, **kwargs):
        """As the acts leave it: found by search."""
        if create and extracted is not False:
            index(self)


def index(*papers: documents.Document) -> None:
    """Tell search of papers that were written past the acts."""
    process()
    index_documents([paper.pk for paper in papers], at=timezone.now())


def a_pdf(text: str = "A page of text.", pages: int = 1) -> bytes:
    """A small real PDF with this text on every page."""
    import typst

    source = "#pagebreak()\n".join(f"{text}\n" for _ in range(pages))
    return typst.compile(source.encode())


def a_file(content: bytes = b"Plain text of a note.\n", name: str = "note.txt") -> io.BytesIO:
    """An upload in memory with a name."""
    stream = io.BytesIO(content)
    stream.name = name
    return stream


class MeetingFactory(factory.django.DjangoModelFactory):
    """A meeting's record: three days in March 2031 of an open body."""

    class Meta:
        model = members.Meeting
        django_get_or_create = ("symbol",)

    symbol = factory.Sequence(lambda n: f"RCM/2031/M{n}")
    body = factory.SubFactory(BodyFactory)
    titles = factory.LazyAttribute(lambda o: {"en": f"Meeting {o.symbol}", "es": f"Reunión {o.symbol}"})
    starts_on = dt.date(2031, 3, 11)
    ends_on = dt.date(2031, 3, 13)


def convening(**values: Any) -> Any:
    """A meeting that is announced and prepared: `convening(draft=True)`, `convening(body=…)`."""
    from puebla.meetings.models import Convening

    record = {
        name: values.pop(name)
        for name in ("symbol", "body", "draft", "starts_on", "ends_on")
        if name in values
    }
    secretariat_party()
    defaults = {"zone": "America/Guatemala", "created_at": timezone.now(), "changed_at": timezone.now()}
    return Convening.objects.create(meeting=MeetingFactory(**record), **(defaults | values))


def presiding_chair(party: members.Party | None = None, **values: Any) -> Person:
    """Who chairs for the party that presides today."""
    person = PersonFactory(**values)
    party = party or PartyFactory(code="GTM")
    office = BodyFactory(code="PPT", function="presidency")
    members.PresidencyTerm.objects.get_or_create(body=office, party=party, starts_on=LONG_AGO)
    role = RoleFactory(code="presidency", permissions=["convene", "file_own", "confirm_seats"])
    SeatFactory(person=person, party=party, body=office, role=role)
    return person


def named_delegate(convening: Any, person: Person, *, role: str = "member", state: str = "accredited") -> Any:
    """The person as a delegate of their own party at the meeting."""
    from puebla.meetings.models import Delegate, Delegation

    at = timezone.now()
    party = person.seats.order_by("pk")[0].party
    delegation, _made = Delegation.objects.get_or_create(
        convening=convening, party=party, defaults={"changed_at": at}
    )
    return Delegate.objects.create(
        delegation=delegation, convening=convening, person=person, full_name=person.full_name, role=role, state=state,
        nominated_at=at, changed_at=at,
    )  # fmt: skip
