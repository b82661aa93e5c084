"""The people of the demonstration and their seats, invented, read from `people.toml`."""

import datetime as dt
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from puebla.accounts.models import Person
from puebla.config.editions import DEMONSTRATION_DOMAIN
from puebla.members.actions import confirm_seat, seat
from puebla.members.models import Body, Party, PresidencyTerm, Role, Seat
from puebla.members.querysets import today

PASSWORD = "puebla-demo"  # noqa: S105 - printed for everybody; production refuses accounts that have it
PRESIDING = "*"
FILE = Path(__file__).with_name("people.toml")


@dataclass
class Cast:
    """Who acts in the demonstration, by address; and for each party who speaks for it."""

    people: dict[str, Person]
    speakers: dict[str, Person]

    def __getitem__(self, address: str) -> Person:
        return self.people[address]

    def in_room(self, body: Body, party: Party) -> Person:
        """Who sits for this party in this body's room."""
        return Seat.objects.filter(room=body.room, party=party).select_related("person")[0].person


def entries() -> list[dict[str, Any]]:
    """The people as written down."""
    people: list[dict[str, Any]] = tomllib.loads(FILE.read_text("utf-8"))["person"]
    return people


def seat_everybody(*, at: dt.datetime) -> Cast:
    """Make the accounts and give every seat; chairs of sealed rooms are confirmed first, then confirm the others."""
    # One hash for all: their password is the same and known, and hashing forty times would take half a minute.
    hashed = make_password(PASSWORD)
    cast = Cast({}, {})
    written = entries()
    for entry in written:
        cast.people[entry["address"]] = _account(entry, hashed)
    for minute, entry in enumerate(written):
        _give_seats(cast, entry, at=at + dt.timedelta(minutes=minute))
    _confirm_sealed(cast, at=at + dt.timedelta(hours=2))
    return cast


def _account(entry: dict[str, Any], hashed: str) -> Person:
    person = Person.objects.create_user(
        f"{entry['address']}{DEMONSTRATION_DOMAIN}",
        full_name=entry["name"],
        job_titles=entry["job_titles"],
        language=entry["language"],
    )
    person.password = hashed
    person.save(update_fields=["password"])
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


def _give_seats(cast: Cast, entry: dict[str, Any], *, at: dt.datetime) -> None:
    person = cast[entry["address"]]
    for party_code, body_code, role_code in entry["seats"]:
        body = Body.objects.select_related("room").get(code=body_code)
        party = presiding(at) if party_code == PRESIDING else Party.objects.get(code=party_code)
        # Nobody is there to seat the secretariat itself: the system does.
        by = None if party.kind == Party.Kind.SECRETARIAT else cast["secretariat"]
        role = Role.objects.get(code=role_code)
        seat(person=person, party=party, body=body, role=role, by=by, at=at)
        if party_code != PRESIDING:
            cast.speakers.setdefault(party.code, person)


def presiding(at: dt.datetime) -> Party:
    """The party that presides at this instant."""
    term = PresidencyTerm.objects.current(on=today(at))
    if term is None or term.party is None:
        raise ValueError("The demonstration needs a party that presides.")
    return term.party


def _confirm_sealed(cast: Cast, *, at: dt.datetime) -> None:
    waiting = Seat.objects.filter(room__sealed=True, confirmed_at=None).select_related("room", "role")
    chairs = {one.room_id: one for one in waiting if one.role.code == "chair"}
    for first in chairs.values():
        confirm_seat(seat=first, by=cast["presidency"], at=at)
    for number, one in enumerate(waiting.order_by("pk")):
        if one.pk != chairs[one.room_id].pk:
            chair = chairs[one.room_id].person
            confirm_seat(seat=one, by=chair, at=at + dt.timedelta(minutes=5 + number))


def accounts() -> list[dict[str, Any]]:
    """Every demonstration account with its seats in bodies, for `puebla demo --accounts`; who sits in which closed session,
    only that session knows.
    """
    people = Person.objects.filter(email__iendswith=DEMONSTRATION_DOMAIN).order_by("pk")
    seats: dict[int, list[dict[str, Any]]] = {}
    held = Seat.objects.filter(ended_at=None, body__isnull=False).select_related(
        "party", "body", "role", "room"
    )
    for one in held.order_by("pk"):
        seats.setdefault(one.person_id, []).append(
            {
                "party": one.party.code,
                "body": one.body.code if one.body else "",
                "role": one.role.code,
                "from": one.from_on.isoformat(),
                "until": one.until_on.isoformat() if one.until_on else None,
                "confirmed": not one.room.sealed or one.confirmed_at is not None,
            }
        )
    return [
        {
            "email": person.email,
            "name": person.full_name,
            "language": person.language,
            "seats": seats.get(person.pk, []),
        }
        for person in people
    ]
