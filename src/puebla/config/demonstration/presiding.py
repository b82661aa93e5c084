"""Who presides next in the demonstration: two candidatures, one of them agreed, and those who will hold the office.

All of it is invented. Days follow from the day of loading, so that a visitor finds a hand-over before them.
"""

import datetime as dt

from puebla.config.demonstration.people import Cast
from puebla.core.calendars import first_day, last_day
from puebla.core.languages import Texts
from puebla.meetings.models import Convening
from puebla.members import actions
from puebla.members.models import Body, Candidature, Meeting, Party, Role
from puebla.members.querysets import today
from puebla.members.rules import year_after

#: The next term begins so long after the day of loading.
AHEAD = dt.timedelta(days=45)
#: Who presides next, and who stands for the year after.
NEXT, AFTER = "HND", "PAN"


def _t(en: str, es: str) -> Texts:
    return {"en": en, "es": es}


def announce(cast: Cast, *, now: dt.datetime, at: dt.datetime) -> None:
    """Enter what two members announced in plenary of a Vice-Ministers' meeting of a year ago or more."""
    begins = today(now) + AHEAD
    year_ago = begins.replace(day=min(begins.day, 28), year=begins.year - 1)
    held = Meeting.objects.filter(body__function=Body.Function.MINISTERS, starts_on__lte=year_ago)
    meeting = next(
        one for one in held.order_by("-starts_on") if first_day(one.starts_on, one.precision) <= year_ago
    )
    announced_on = min(last_day(meeting.ends_on or meeting.starts_on, meeting.precision), year_ago)
    office = Body.objects.get(function=Body.Function.PRESIDENCY)
    for code, starts_on, note in (
        (NEXT, begins, _t("Honduras offers to host the Vice-Ministers' meeting of its year.", "Honduras ofrece ser sede de la Reunión de Viceministros de su año.")),
        (AFTER, year_after(begins), _t("Panama offers to preside in the year after.", "Panamá ofrece presidir el año siguiente.")),
    ):  # fmt: skip
        actions.announce_candidature(
            body=office, party=Party.objects.get(code=code), starts_on=starts_on, announced_in=meeting,
            ends_on=year_after(starts_on) - dt.timedelta(days=1), announced_on=announced_on, note=note,
            by=cast["assistant"], at=at,
        )  # fmt: skip


def agree(held: Convening, cast: Cast, *, at: dt.datetime) -> None:
    """Record the consensus on the first of them, reached in the meeting held, and seat who will preside."""
    agreed = actions.agree_candidature(
        candidature=Candidature.objects.get(party__code=NEXT), agreed_in=held.meeting, agreed_on=held.meeting.starts_on,
        note=_t("The heads of delegation thanked Honduras.", "Las jefaturas de delegación agradecieron a Honduras."),
        by=cast["presidency"], at=at,
    )  # fmt: skip
    actions.seat_in_office(
        candidature=agreed, people=[cast["delegate.hnd"]], role=Role.objects.get(code="presidency"),
        by=cast["secretariat"], at=at,
    )  # fmt: skip
