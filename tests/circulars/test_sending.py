"""Sending: exactly those who were shown, once, as far as each may read; the rest follows from it."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from puebla.circulars import actions
from puebla.circulars.models import Circular, Recipient, Reply
from puebla.core.models import JournalEntry, OutgoingMail
from puebla.core.verdicts import RefusedError, StaleError
from puebla.members.querysets import reach_of
from puebla.notices.models import Notice
from tests import factories as make
from tests.circulars import making
from tests.circulars.making import AT

pytestmark = pytest.mark.django_db


def test_a_circular_goes_to_exactly_those_who_were_shown_and_gets_the_next_number_of_the_year():
    by, guest, other = making.secretary(), make.delegate(body=making.group()), make.delegate()
    circular = making.draft(by)
    shown = actions.preview(circular, by=by, reach=reach_of(by, AT), at=AT)

    sent = making.send(circular, by)

    assert {one.person for one in shown.going} == {guest} == {one.person for one in sent.recipients.all()}
    assert sent.symbol == "RCM/2026/CIRC/1" and sent.audience == sent.opens_to == 50
    assert list(OutgoingMail.objects.values_list("recipient", flat=True)) == [guest.email]
    assert list(Notice.objects.values_list("person", "source", "what")) == [(guest.pk, "circulars", "sent")]
    assert Circular.objects.visible_to(other).get() == sent, "all member states read it"
    assert making.sent(by).symbol == "RCM/2026/CIRC/2"
    assert JournalEntry.objects.filter(act="circular.sent").count() == 2


def test_a_draft_is_read_by_secretariat_and_presidency_alone():
    by, guest = making.secretary(), make.delegate(body=making.group())

    making.draft(by)

    assert Circular.objects.visible_to(by).count() == 1
    assert not Circular.objects.visible_to(guest).exists()


def test_recipients_that_changed_since_they_were_shown_stop_the_sending():
    by = making.secretary()
    make.delegate(body=making.group())
    circular = making.draft(by)
    seen = actions.preview(circular, by=by, reach=reach_of(by, AT), at=AT).digest
    make.delegate(body=making.group())

    with pytest.raises(StaleError, match="changed since you looked"):
        actions.send(circular=circular, seen=seen, revision=circular.revision, by=by, at=AT)

    assert not OutgoingMail.objects.exists() and not Recipient.objects.exists()


@pytest.mark.parametrize("people", [3, 40])
def test_sending_asks_the_database_as_often_for_few_as_for_many(people):
    by = making.secretary()
    for number in range(people):
        make.delegate(body=making.group(), language="es" if number % 2 else "en")
    circular = making.draft(by)
    making.sent(by)
    seen = actions.preview(circular, by=by, reach=reach_of(by, AT), at=AT).digest

    with CaptureQueriesContext(connection) as asked:
        actions.send(circular=circular, seen=seen, revision=circular.revision, by=by, at=AT)

    assert circular.recipients.count() == people
    assert len(asked) == 38


def test_who_is_chosen_but_may_not_read_it_is_shown_and_gets_nothing():
    by, guest = making.secretary(), make.delegate(body=making.group())
    observer = make.delegate("observer_state", body=making.group())
    circular = making.draft(by)

    shown = actions.preview(circular, by=by, reach=reach_of(by, AT), at=AT)
    making.send(circular, by)

    assert [one.person for one in shown.left_out] == [observer]
    assert list(Recipient.objects.values_list("person", flat=True)) == [guest.pk]


def test_a_circular_to_those_addressed_alone_is_read_by_their_parties_and_by_no_other_member():
    by, guest, other = (
        making.secretary(),
        make.delegate(body=making.group()),
        make.delegate(body=making.group()),
    )
    party = guest.seats.get().party
    colleague = make.delegate(party=party)

    circular = making.sent(by, opens_to=30, addressed={"parties": [party.code]})

    seen = {one for one in (guest, colleague, other) if Circular.objects.visible_to(one).exists()}
    assert seen == {guest, colleague}, "the party is addressed: whoever sits for it reads it"
    assert set(circular.recipients.values_list("person", flat=True)) == {guest.pk, colleague.pk}


def test_the_mail_carries_the_text_only_where_all_members_read_it():
    by, guest = making.secretary(), make.delegate(body=making.group())

    making.sent(by)
    making.sent(by, opens_to=30)

    wide, narrow = OutgoingMail.objects.order_by("pk")
    assert "Please come" in wide.body and "Please come" in wide.html
    assert "Please come" not in narrow.body + narrow.html and "RCM/2026/CIRC/2" in narrow.body
    assert narrow.recipient == guest.email and narrow.stop_url


def test_of_a_sealed_room_a_mail_tells_neither_title_nor_number():
    room = make.BodyFactory(code="NET", function="network", sealed=True)
    by, guest = making.secretary(), make.delegate(body=room)
    make.SeatFactory(person=by, party=by.seats.get().party, body=room)

    circular = making.sent(by, body=room)

    mail = OutgoingMail.objects.get(recipient=guest.email)
    assert circular.symbol == "RCM/2026/NET/CIRC/1"
    assert not [
        word for word in ("Invitation", "CIRC", "come") if word in mail.subject + mail.body + mail.html
    ]
    assert not Circular.objects.visible_to(make.secretariat_person()).exists(), (
        "no bypass for the secretariat"
    )


def test_a_reply_sent_twice_counts_once():
    by, guest = making.secretary(), make.delegate(body=making.group())
    party = guest.seats.get().party
    circular = making.sent(by)

    first = making.reply(circular, guest, party)
    again = actions.send_reply(circular=circular, party=party, token="t1", by=guest, at=AT)

    assert first == again and Reply.objects.count() == 1


def test_a_reply_at_the_very_instant_is_in_time_and_a_moment_later_is_kept_and_late():
    by, guest = making.secretary(), make.delegate(body=making.group())
    party = guest.seats.get().party
    circular = making.sent(by)
    until = dt.datetime(2026, 6, 1, 23, tzinfo=dt.UTC)

    in_time = making.reply(circular, guest, party, at=until)
    late = making.reply(circular, guest, party, at=until + dt.timedelta(microseconds=1), token="t2")

    assert circular.reply_by_at == until
    assert (in_time.late, late.late, late.number) == (False, True, 2)
    assert set(Reply.objects.values_list("state", flat=True)) == {"replaced", "sent"}


def test_a_reply_is_read_by_its_party_the_secretariat_and_the_presidency_alone():
    by, guest, other = (
        making.secretary(),
        make.delegate(body=making.group()),
        make.delegate(body=making.group()),
    )
    circular = making.sent(by)
    making.reply(circular, guest, guest.seats.get().party)
    shared = making.sent(by, replies_shared=True)
    making.reply(shared, guest, guest.seats.get().party)

    assert Reply.objects.visible_to(by).count() == Reply.objects.visible_to(guest).count() == 2
    assert [one.circular for one in Reply.objects.visible_to(other)] == [shared]


@pytest.mark.parametrize("opens_to", [30, 50])
def test_a_shared_reply_that_was_replaced_or_withdrawn_is_read_by_others_no_more(opens_to):
    by = making.secretary()
    guest, other = (make.delegate(body=making.group()) for _one in range(2))
    party = guest.seats.get().party
    circular = making.sent(by, replies_shared=True, opens_to=opens_to)
    first = making.reply(circular, guest, party)
    second = making.reply(circular, guest, party, token="t2")
    of = lambda person: list(Reply.objects.visible_to(person))  # noqa: E731

    assert of(other) == [second]
    actions.withdraw_reply(reply=second, by=guest, at=AT)

    assert of(other) == []
    assert of(by) == of(guest) == [second, first]


def test_observers_do_not_propose_agenda_items_unless_the_presidency_allows_it():
    by, guest = making.secretary(), make.delegate("observer_state", body=making.group())
    presidency = make.delegate(
        body=make.BodyFactory(code="PPT", function="presidency"),
        role=make.RoleFactory(code="presidency", permissions=["send_circulars"]),
    )
    from puebla.members.models import Body, PresidencyTerm

    PresidencyTerm.objects.create(
        body=Body.objects.get(code="PPT"), party=presidency.seats.get().party, starts_on=dt.date(2026, 1, 1)
    )
    asked = [{"kind": "agenda", "labels": {"en": "Items"}, "required": True}]
    circular = making.sent(by, asked=asked, opens_to=60)
    party = guest.seats.get().party

    with pytest.raises(RefusedError, match="criteria of 1999"):
        making.reply(circular, guest, party, answers={"f1": "An item"})
    with pytest.raises(RefusedError, match="Only the Presidency"):
        actions.allow_observers(circular=circular, by=by, at=AT)
    actions.allow_observers(circular=circular, by=presidency, at=AT)

    assert making.reply(circular, guest, party, answers={"f1": "An item"}).answers == {"f1": "An item"}
