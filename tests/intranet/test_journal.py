"""The journal on the screen: for its readers alone, and inside the gate."""

import datetime as dt

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from puebla.circulars import actions
from puebla.core import journal
from puebla.intranet.querysets import entries_for
from puebla.members.models import Audience
from puebla.members.querysets import reach_of
from puebla.texts import actions as texts
from tests import factories as make
from tests.circulars import making

pytestmark = pytest.mark.django_db
PAGE = "/en/intranet/journal/"


@pytest.fixture(autouse=True)
def _process():
    make.process()


def officer():
    role = make.RoleFactory(code="technology", permissions=["read_journal"])
    return make.SeatFactory(party=make.secretariat_party(), role=role).person


@transaction.atomic
def noted(act="document.filed", **values):
    return journal.record(act, at=values.pop("at", timezone.now()), **values)


def test_what_was_done_is_told_with_who_and_about_what(client):
    person = make.PersonFactory(full_name="Ada Delegate")
    document = make.DocumentFactory(audience=Audience.MEMBERS)
    noted(person=person, subject=document, room=document.room)
    client.force_login(officer())

    page = client.get(PAGE).text

    assert "Ada Delegate" in page
    assert "filed the document" in page
    assert document.ref in page


def test_hidden_papers_sealed_rooms_and_who_read_what_leave_no_line(client):
    hidden = make.DocumentFactory(audience=Audience.OWN_PARTY, party=make.PartyFactory())
    sealed = make.BodyFactory(code="LOCP", sealed=True)
    inside = make.DocumentFactory(body=sealed, room=sealed.room, audience=Audience.ROOM)
    noted(subject=hidden, room=hidden.room)
    noted(subject=inside, room=inside.room)
    noted("seat.given", room=sealed.room, subject_ref="a-seat")
    for reading in (
        "document.opened",
        "delegate.photo_opened",
        "delegation.letter_opened",
        "statement.opened",
        "circular.file_opened",
        "party_report.file_opened",
        "silence.read",
    ):
        noted(reading, subject=make.DocumentFactory(audience=Audience.MEMBERS))
    client.force_login(officer())

    page = client.get(PAGE).text
    exported = b"".join(client.get(f"{PAGE}?export=csv").streaming_content).decode()

    assert "0 entries" in page
    assert len(exported.strip().splitlines()) == 1


def test_what_a_delegation_writes_for_itself_leaves_no_line_until_others_read_it(client):
    by, guest = making.secretary(), make.delegate(body=making.group())
    party = guest.seats.get().party
    circular = making.sent(by, reply_on=dt.date(2099, 1, 1))
    body = making.group()
    draft = texts.open_text(by=guest, at=making.AT, room=body.room, party=party, titles={"en": "Our own"})
    reading = officer()

    def told():
        acts = entries_for(reading, reach_of(reading, making.AT)).exclude(act__startswith="circular.")
        return [(one.act, one.subject_ref) for one in acts]

    reply = making.reply(circular, guest, party)
    begun = told()
    actions.save_draft(
        circular=circular, party=party, answers={"f1": "o2"}, by=guest, at=making.AT, token="t2"
    )
    texts.set_audience(text=draft, audience=Audience.MEMBERS, by=guest, at=making.AT)

    assert begun == [("reply.sent", reply.ref)]
    assert told() == [
        ("text.audience_changed", draft.ref),
        ("reply.sent", reply.ref),
        ("text.opened", draft.ref),
    ]


def test_the_journal_is_narrowed_by_person_and_day(client):
    ada, bo = make.PersonFactory(full_name="Ada"), make.PersonFactory(full_name="Bo")
    noted("party.created", person=ada)
    noted("party.created", person=bo, at=timezone.now() - dt.timedelta(days=3))
    client.force_login(officer())

    assert "1 entry" in client.get(f"{PAGE}?by=ada").text
    assert "1 entry" in client.get(f"{PAGE}?on={timezone.localdate().isoformat()}").text
    assert "2 entries" in client.get(f"{PAGE}?on=never").text
    assert "No entry matches" in client.get(f"{PAGE}?by=nobody").text


def test_for_everybody_else_there_is_no_such_page(client):
    client.force_login(
        make.SeatFactory(role=make.RoleFactory(code="odd", permissions=["read_journal"])).person
    )

    assert client.get(PAGE).status_code == 404


def test_a_page_asks_the_same_number_of_questions_however_long_the_journal_is(client):
    client.force_login(officer())
    counts = []
    for more in (3, 40):
        for _n in range(more):
            noted("party.created", person=make.PersonFactory(), facts={"names": "x"})
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE)
        counts.append(len(queries))

    assert counts[0] == counts[1]
