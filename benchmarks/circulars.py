"""What it costs to send a circular to five hundred people: seconds from the confirmation to everything written."""

import time

from benchmarks.instance import Instance
from benchmarks.measures import Measure, measure

SEND, MESSAGES_PER_S, QUERIES = "circulars.send", "circulars.send.messages_per_s", "circulars.send.queries"
PEOPLE = 500


def sending(instance: Instance, wanted: set[str], *, people: int = PEOPLE) -> "list[Measure]":
    """Send one to this many people of the store: seconds, messages a second, and how often the database is asked."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from puebla.accounts.models import Person
    from puebla.circulars import actions
    from puebla.members.models import Body
    from puebla.members.querysets import reach_of

    at = timezone.now()
    body = Body.objects.select_related("room").get(code="RCGM")
    _seat(people, body, at)
    by = _sender(Person.objects.get(pk=instance.actors.coordinator_id), at)
    draft = actions.draft(
        room=body.room, body=body, kind="information", titles={"en": "A circular", "es": "Una circular"},
        texts={"en": "A text of some lines.\n\n" * 8, "es": "Un texto de algunas líneas.\n\n" * 8},
        opens_to=50, addressed={"parties": ["BENCH"]}, by=by, at=at,
    )  # fmt: skip
    seen = actions.preview(draft, by=by, reach=reach_of(by, at), at=at)
    if seen.people != people:
        raise AssertionError(f"{seen.people} of {people} people would get it.")
    with CaptureQueriesContext(connection) as asked:
        started = time.perf_counter()
        actions.send(circular=draft, seen=seen.digest, revision=draft.revision, by=by, at=at)
        took = time.perf_counter() - started
    found = {
        SEND: measure(SEND, took, "s"),
        MESSAGES_PER_S: measure(MESSAGES_PER_S, people / took, "messages/s"),
        QUERIES: measure(QUERIES, len(asked), "queries"),
    }
    return [one for name, one in found.items() if name in wanted]


def _seat(people: int, body: object, at: object) -> None:
    """As many delegates of a party of the bench's own."""
    from puebla.accounts.models import Person
    from puebla.members.models import Party, Role, Room, Seat, Standing

    room: Room = body.room  # type: ignore[attr-defined]
    party, _made = Party.objects.get_or_create(
        code="BENCH", defaults={"kind": "state", "names": {"en": "Bench"}, "short_names": {"en": "Bench"}}
    )
    Standing.objects.get_or_create(party=party, kind="member", from_on="2000-01-01")
    known = Person.objects.filter(email__startswith="circular").count()
    Person.objects.bulk_create(
        Person(email=f"circular{number}@bench.invalid", full_name=f"Delegate {number}", language=("en", "es")[number % 2])
        for number in range(known, people)
    )  # fmt: skip
    role = Role.objects.get(code="delegate")
    Seat.objects.bulk_create(
        (
            Seat(
                person=person,
                party=party,
                body=body,
                room=room,
                role=role,
                from_on="2000-01-01",
                created_at=at,
            )  # type: ignore[misc]
            for person in Person.objects.filter(email__startswith="circular").order_by("pk")[:people]
        ),
        ignore_conflicts=True,
    )


def _sender(person: object, at: object) -> object:
    """The store's coordinator, whose role prepares circulars."""
    from puebla.members.models import Permission
    from puebla.members.querysets import reach_of

    if not reach_of(person, at).may(Permission.SEND_CIRCULARS):  # type: ignore[arg-type]
        raise AssertionError("The coordinator of the store prepares no circulars.")
    return person
