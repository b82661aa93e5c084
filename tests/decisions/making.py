"""A consultation group that recommends, ministers who decide behind closed doors, and people of both."""

import datetime as dt
from types import SimpleNamespace

from django.utils import timezone

from puebla.decisions import actions
from puebla.meetings import actions as meetings
from puebla.meetings.models import Convening, Session
from puebla.members.actions import seat_in_room
from puebla.texts import actions as texts
from puebla.texts.models import Function, Kind, Paragraph
from tests import factories

DAY = dt.date(2031, 3, 11)
TOKENS = iter(range(1_000_000))
BLOCKS = (
    {"en": "To request the Secretariat to publish a handbook.", "es": "Solicitar a la Secretaría que publique un manual."},
    {"en": "To report by 30 June 2040.", "es": "Informar a más tardar el 30 de junio de 2040."},
)  # fmt: skip


def token():
    return f"token-{next(TOKENS)}"


def world():
    """Two meetings in session, the second with a closed session; a keeper, a chair, delegates of three members, an observer."""
    at = timezone.now()
    factories.process()
    for code in ("REC", "DEC", "DECL", "CONC"):
        factories.KindFactory(code=code)
    keeper = factories.secretariat_person(full_name="Keeper")
    group = factories.BodyFactory(code="RCGM", function="consultation")
    ministers = factories.BodyFactory(code="VM", function="ministers")
    chair = factories.presiding_chair(full_name="Chair")
    state = {"state": Convening.State.IN_SESSION, "convened_at": at}
    before = factories.convening(body=group, symbol="RCM/2031/RCGM-1", **state)
    after = factories.convening(body=ministers, symbol="RCM/2031/VM-36", **state)
    closed = meetings.hold_session(
        convening=after, by=chair, at=at, kind=Session.Kind.CLOSED, titles={"en": "Behind doors"}, on=DAY,
        from_hour=dt.time(14), until_hour=dt.time(15),
    )  # fmt: skip
    open_item = meetings.add_item(
        convening=before, titles={"en": "Handbook", "es": "Manual"}, by=keeper, at=at
    )
    item = meetings.add_item(convening=after, titles={"en": "Zanzibar"}, session=closed, by=chair, at=at)
    party = {code: factories.PartyFactory(code=code) for code in ("CRI", "HND", "MEX")}
    people = {code: factories.delegate(body=group, party=one, full_name=code) for code, one in party.items()}
    for person in (keeper, *people.values()):
        seat_in_room(room=closed.room, person=person, by=chair, at=at)
    return SimpleNamespace(
        at=at, keeper=keeper, chair=chair, group=group, ministers=ministers, before=before, after=after, closed=closed,
        open_item=open_item, item=item, party=party, people=people, gtm=chair.seats.first().party,
        outsider=factories.delegate(body=group, full_name="Outsider"),
        observer=factories.delegate("observer_state", body=group),
    )  # fmt: skip


def drafted(world, *, blocks=BLOCKS, **more):
    """A recommendation of the group with these paragraphs."""
    usual = {
        "kind": "recommendation",
        "titles": {"en": "Handbook", "es": "Manual"},
        "convening": world.before,
    }
    decision = actions.begin(by=world.keeper, at=world.at, **(usual | more))
    texts.add_paragraphs(
        text=decision.text, after=None, kind=Kind.PARAGRAPH, blocks=list(blocks), function=Function.OPERATIVE,
        by=world.keeper, at=world.at,
    )  # fmt: skip
    return decision


def paragraph(decision, anchor="1"):
    return Paragraph.objects.get(text=decision.text, anchor=anchor)


def proposed(world, decision, code="CRI", *, what="replace", anchor="1", **more):
    one = paragraph(decision, anchor)
    usual = {
        "words": {"en": f"Words of {code}."} if what in {"replace", "add"} else {},
        "on_revision": one.revision,
        "token": token(),
    }
    return actions.propose(
        decision=decision, party=world.party[code], what=what, paragraph=one, by=world.people[code],
        at=world.at, **(usual | more),
    )  # fmt: skip


def positioned(world, decision, code="CRI", *, kind="objection", **more):
    usual = {"words": {"en": f"{code} cannot join."}, "audience": decision.text.audience, "token": token()}
    return actions.take_position(
        decision=decision, party=world.party[code], kind=kind, by=world.people[code], at=world.at,
        **(usual | more),
    )  # fmt: skip


def declared(world, decision, *, by=None, present=None, languages=("en", "es")):
    return actions.declare_consensus(
        decision=decision, present=world.party.values() if present is None else present, languages=languages,
        by=by or world.chair, at=world.at,
    )  # fmt: skip


def forwarded(world, decision, *, by=None):
    """To the closed session of the ministers."""
    return actions.forward(
        decision=decision, convening=world.after, item=world.item, session=world.closed, by=by or world.keeper, at=world.at
    )  # fmt: skip
