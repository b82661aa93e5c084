"""Statements: asked for, sent, kept from others until they are delivered, in order, read by interpreters, released."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from puebla.meetings import actions as meetings
from puebla.meetings.actions import statements as actions
from puebla.meetings.models import Convening, Session, Statement
from puebla.members.models import Audience
from tests import factories

pytestmark = pytest.mark.django_db
DAY = dt.date(2031, 3, 11)
TOKENS = iter(range(10_000))
WORDS = ("The xylophone of our delegation.", "Thank you.")


@pytest.fixture
def world(django_user_model):
    """A meeting in session with an open item and one behind closed doors; a chair, a keeper, delegates, an observer."""
    at = timezone.now()
    factories.process()
    factories.KindFactory(code="ST")
    keeper = factories.secretariat_person(full_name="Keeper")
    body = factories.BodyFactory(code="RCGM", function="consultation")
    chair = factories.presiding_chair(full_name="Chair")
    convening = factories.convening(
        body=body, symbol="RCM/2031/RCGM-1", state=Convening.State.IN_SESSION, convened_at=at
    )

    def session(kind, hour):
        return meetings.hold_session(
            convening=convening, by=chair, at=at, kind=kind, titles={"en": f"Hour {hour}"}, on=DAY,
            from_hour=dt.time(hour), until_hour=dt.time(hour + 1), audience=Audience.OBSERVERS,
        )  # fmt: skip

    plenary, closed = session(Session.Kind.PLENARY, 9), session(Session.Kind.CLOSED, 14)
    item = meetings.add_item(
        convening=convening, titles={"en": "Returns", "es": "Retornos"}, session=plenary, audience=Audience.OBSERVERS, by=keeper, at=at
    )  # fmt: skip
    hidden = meetings.add_item(
        convening=convening, titles={"en": "Zanzibar"}, session=closed, by=chair, at=at
    )
    party = {code: factories.PartyFactory(code=code) for code in ("CRI", "HND")}
    cri = factories.delegate(body=body, party=party["CRI"], full_name="Delegate of Costa Rica")
    hnd = factories.delegate(body=body, party=party["HND"])
    observer = factories.delegate("observer_state", body=body)
    return SimpleNamespace(
        at=at, keeper=keeper, chair=chair, convening=convening, plenary=plenary, closed=closed, item=item, hidden=hidden,
        cri=cri, hnd=hnd, observer=observer, **{code.lower() + "_party": one for code, one in party.items()},
    )  # fmt: skip


def sent(world, *, by=None, party=None, item=None, **more):
    defaults = {"kind": "statement", "token": f"t{next(TOKENS)}", "texts": {"en": WORDS}, "language": "en"}
    return actions.send(
        item=item or world.item, party=party or world.cri_party, by=by or world.cri, at=world.at, **(defaults | more)
    )  # fmt: skip


def client_of(person):
    client = Client()
    client.force_login(person)
    return client


def at_page(name, *args):
    return reverse(f"meetings:{name}", args=["RCM/2031/RCGM-1", *args])


def reads(person, statement):
    return Statement.objects.visible_to(person).filter(pk=statement.pk).exists()


def test_a_statement_is_read_by_its_party_and_the_secretariat_until_it_is_delivered_and_then_by_who_takes_part(world):  # fmt: skip
    statement = sent(world)

    before = {
        one: reads(getattr(world, one), statement) for one in ("cri", "keeper", "chair", "hnd", "observer")
    }
    actions.deliver(statement=statement, by=world.chair, at=world.at)
    after = {one: reads(getattr(world, one), statement) for one in before}

    assert before == {"cri": True, "keeper": True, "chair": False, "hnd": False, "observer": False}
    assert after == dict.fromkeys(before, True)


def test_a_delegate_sends_it_from_the_page_and_the_same_form_again_changes_nothing(world):
    client = client_of(world.cri)
    page = client.get(at_page("statement-new", world.item.ref)).content.decode()
    token = page.split('name="token" value="')[1].split('"')[0]
    form = {"kind": "statement", "party": "CRI", "token": token, "language": "es", "speaker": "A. Vega", "publish": "on",
            "words_es": "<p class=MsoNormal><b>Gracias</b>, presidencia.<script>alert(1)</script></p>\r\n\r\nDos."}  # fmt: skip

    for _again in range(2):
        answer = client.post(at_page("statement-new", world.item.ref), form, follow=True)

    one = Statement.objects.get()
    assert one.texts.get().words == "*Gracias*, presidencia.\n\nDos."
    assert (one.languages, one.pending, one.publish_by) == ("es", ["en"], world.cri)
    assert "alert(1)" not in answer.content.decode()
    assert "<em>Gracias</em>, presidencia." in answer.content.decode()
