"""What stands in the Presidency's hand-over file of candidatures, applications and contacts."""

import datetime as dt
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from django.db.models import Q

from puebla.core.handing_over import HandOverSource, Point, known_by
from puebla.core.interface import in_every_language
from puebla.members import rules
from puebla.members.models import Audience, Body, Candidature, ObserverApplication, Party, Permission, Seat
from puebla.members.querysets import MEMBERS, Reach, today
from puebla.theme.templatetags.theme import tenure

if TYPE_CHECKING:
    from puebla.accounts.models import Person


def candidatures(office: Body, at: dt.datetime) -> Iterator[Point]:
    """Candidatures for terms that have not begun."""
    rows = Candidature.objects.standing().filter(body=office, starts_on__gt=today(at)).select_related("party")
    for one in rows:

        def said(one: Candidature = one) -> str:
            return f"{one.get_state_display()}, {tenure(one.starts_on, one.ends_on)}"

        yield Point(
            key=one.ref, titles=one.party.short_names, states=in_every_language(said), route=("members:candidature", one.ref),
            room=office.room_id, room_cap=office.room.cap, audience=min(Audience.MEMBERS, office.room.cap), party=one.party_id,
            due_on=one.starts_on,
        )  # fmt: skip


def applications(office: Body, at: dt.datetime) -> Iterator[Point]:  # noqa: ARG001 - as every source
    """Applications that nobody has decided yet."""
    party = Party.objects.filter(kind=Party.Kind.SECRETARIAT).order_by("pk").first()
    if party is None:
        return
    for one in ObserverApplication.objects.filter(state__in=rules.OPEN_APPLICATIONS):
        yield Point(
            key=one.ref, titles=one.names, states=in_every_language(one.get_state_display),
            route=("members:application", one.ref), room=office.room_id, room_cap=office.room.cap,
            audience=min(Audience.MEMBERS, office.room.cap), party=party.pk, due_on=one.received_at.date(),
        )  # fmt: skip


def _applications_seen(person: "Person", reach: Reach, keys: Collection[str]) -> set[str]:
    return set(keys) if rules.may_see_applications(person, at=reach.at, reach=reach) else set()  # type: ignore[arg-type]


def contacts(office: Body, at: dt.datetime) -> Iterator[Point]:
    """Of each member state, and of the secretariat, who manages its people."""
    seats = Seat.objects.effective(at).filter(
        Q(standing_kind__in=["member", "secretariat"]), room__sealed=False
    )
    people: dict[int, dict[int, str]] = {}
    parties: dict[int, Party] = {}
    for one in seats.select_related("person", "party", "role").order_by("party__code", "person__full_name"):
        if {Permission.MANAGE_OWN_PEOPLE, Permission.MANAGE_ALL_PEOPLE} & one.carries:
            parties[one.party_id] = one.party
            people.setdefault(one.party_id, {})[one.person_id] = (
                f"{one.person.full_name} ({one.person.email})"
            )
    for key, party in parties.items():
        names = "; ".join(people[key].values())
        yield Point(
            key=party.code, titles=party.short_names, states=in_every_language(names.__str__),
            route=("members:party", party.code), room=office.room_id, room_cap=office.room.cap,
            audience=min(Audience.MEMBERS, office.room.cap), party=key,
        )  # fmt: skip


def _contacts_seen(person: "Person", reach: Reach, keys: Collection[str]) -> set[str]:  # noqa: ARG001 - as every source
    """Members and the secretariat know each other's focal points (`SeatQuerySet.visible_to`)."""
    return set(keys) if reach.rung and reach.rung <= MEMBERS else set()


SOURCES = {
    "candidatures": HandOverSource("candidatures", candidatures, known_by(Candidature.objects)),
    "applications": HandOverSource("applications", applications, _applications_seen),
    "contacts": HandOverSource("contacts", contacts, _contacts_seen),
}
