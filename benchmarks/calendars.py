"""A calendar with many events, for its measure."""

import datetime as dt

#: Events in the calendar that is asked for.
EVENTS = 500


def calendar_of(person_id: int) -> str:
    """Give the meetings five hundred sessions, and this person an address of their calendar; its path."""
    from django.urls import reverse
    from django.utils import timezone

    from puebla.accounts.models import Person
    from puebla.meetings.actions import open_calendar
    from puebla.meetings.models import Convening, Session
    from puebla.members.models import Audience, Body, Meeting, Party

    at = timezone.now()
    body = (
        Body.objects.filter(room__sealed=False, room__cap=Audience.PUBLIC)
        .select_related("room")
        .order_by("pk")[0]
    )
    host = Party.objects.get(kind=Party.Kind.SECRETARIAT)
    first = at.date() + dt.timedelta(days=30)
    meeting, made = Meeting.objects.get_or_create(
        symbol="BENCH/CALENDAR",
        defaults={"body": body, "titles": {"en": "A long meeting"}, "starts_on": first},
    )
    if made:
        zone = "America/Guatemala"
        held = Convening.objects.create(meeting=meeting, zone=zone, created_at=at, changed_at=at)
        begins = dt.datetime.combine(first, dt.time(15), tzinfo=dt.UTC)
        Session.objects.bulk_create(
            Session(
                convening=held, kind="plenary", titles={"en": f"Session {n}: exchange of views on the items before it"},
                places={"en": "Salón Atitlán"}, on=first + dt.timedelta(days=n // 4), from_hour=dt.time(9), until_hour=dt.time(11),
                zone=zone, starts_at=begins + dt.timedelta(hours=6 * n), ends_at=begins + dt.timedelta(hours=6 * n + 2),
                changed_at=at, room=body.room, room_cap=body.room.cap, audience=Audience.OBSERVERS, party=host,
            )
            for n in range(EVENTS - 1)
        )  # fmt: skip
    token = open_calendar(by=Person.objects.get(pk=person_id), at=at).token
    return reverse("personal-calendar", args=[token])
