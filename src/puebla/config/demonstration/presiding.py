"""Who presides next in the demonstration: two candidatures, one of them agreed, and those who will hold the office.

All of it is invented. Days follow from the day of loading, so that a visitor finds a hand-over before them.
"""

import datetime as dt

from puebla.config.demonstration.people import Cast
from puebla.core.calendars import first_day, last_day
from puebla.core.languages import Texts
from puebla.meetings.actions import chairing, handovers
from puebla.meetings.models import AgendaItem, Convening, HandOver, HandOverSignature, Session
from puebla.meetings.querysets.handovers import points_for
from puebla.members import actions
from puebla.members.models import Body, Candidature, Meeting, Party, Role
from puebla.members.querysets import reach_of, today
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


#: Sections that the outgoing Presidency has signed already, and the one that the incoming has taken over too.
GIVEN, TAKEN = ("meetings", "contacts"), "contacts"


def hand_over(coming: Convening, cast: Cast, *, at: dt.datetime) -> None:
    """The file of the hand-over as it stands some weeks before the day: made, and signed in part; and notes of the chair."""
    _take_notes(coming, cast, at=at)
    handovers.make_ahead(at=at)
    for handover in HandOver.objects.filter(completed_at=None):
        _sign(handover, cast, at=at)
        handovers.add_point(
            handover=handover, by=cast["presidency"], at=at,
            titles=_t("The gavel of the Conference", "El mazo de la Conferencia"),
            notes=_t("Carved in Puebla in 1996; it travels with the Presidency.", "Tallado en Puebla en 1996; viaja con la Presidencia."),
        )  # fmt: skip
        for note in handover.outgoing.chair_notes.order_by("pk")[:1]:
            chairing.offer_note(note=note, handover=handover, by=cast["presidency"], at=at)


def _sign(handover: HandOver, cast: Cast, *, at: dt.datetime) -> None:
    sides = HandOverSignature.Side
    for person, side, sections, remark in (
        (cast["presidency"], sides.OUTGOING, GIVEN, ""),
        (
            cast["delegate.hnd"],
            sides.INCOMING,
            (TAKEN,),
            "Recibido; falta el teléfono de dos puntos focales.",
        ),
    ):
        points = [
            one for one in points_for(handover, person, reach_of(person, at)) if one.section in sections
        ]
        handovers.sign_points(
            handover=handover, points=[(one, one.digest) for one in points], side=side, by=person, at=at, remark=remark
        )  # fmt: skip


def _take_notes(coming: Convening, cast: Cast, *, at: dt.datetime) -> None:
    """What who presides writes for themselves: on an item, and on the closed session."""
    by = cast["presidency"]
    items = AgendaItem.objects.filter(convening=coming, parent=None, removed_at=None, room__sealed=False)
    chairing.write_note(
        convening=coming, item=items.order_by("path")[2], by=by, at=at,
        words="Dar la palabra primero a los países que informan por escrito; pedir cifras del año completo.",
    )  # fmt: skip
    chairing.write_note(
        convening=coming, session=Session.objects.get(convening=coming, kind=Session.Kind.CLOSED), by=by, at=at,
        words="Preguntar a cada jefatura, por orden alfabético, si ve obstáculos para el año siguiente.",
    )  # fmt: skip
