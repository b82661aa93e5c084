"""What follows a circular: more time, reminders, closing, cancelling, addresses that refuse mail, mail that is stopped."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from hypothesis.extra.django import TestCase

from puebla.circulars import actions
from puebla.circulars.actions.messages import mail_now
from puebla.circulars.actions.writing import due
from puebla.circulars.models import Circular, Opening, Precision, Recipient, Reminder, Reply
from puebla.circulars.views.replying import answers_of
from puebla.core.models import JournalEntry, JournalPayload, OutgoingMail
from puebla.core.verdicts import RefusedError, StaleError
from puebla.members.querysets import reach_of, reaches
from puebla.notices import actions as notices
from puebla.notices.models import Notice
from tests import factories as make
from tests.circulars import making
from tests.circulars.making import AT

pytestmark = pytest.mark.django_db
UNTIL = dt.datetime(2026, 6, 1, 23, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def three():
    """A sender, and two delegates of different parties to whom circulars go."""
    by = making.secretary()
    people = [make.delegate(body=making.group()) for _one in range(2)]
    return by, *people


def party_of(person):
    return person.seats.get().party


def subjects():
    return list(OutgoingMail.objects.order_by("pk").values_list("recipient", "subject"))


def extended(circular, by, *, on, at=AT):
    return actions.extend(
        circular=circular, on=on, time=None, zone="America/Guatemala", precision="day",
        reasons={"en": "A holiday."}, by=by, at=at,
    )  # fmt: skip


def test_reminders_go_to_missing_parties_once_for_each_day_set():
    by, replying, missing = three()
    circular = making.sent(by)
    making.reply(circular, replying, party_of(replying))
    OutgoingMail.objects.all().delete()

    counts = [actions.remind_due(UNTIL - days * DAY) for days in (8, 7, 6.5, 1, 0.5, 0)]

    assert counts == [0, 1, 0, 1, 0, 0]
    assert {recipient for recipient, _subject in subjects()} == {missing.email}
    assert list(Reminder.objects.values_list("days", flat=True)) == [7, 1]


def test_of_a_day_without_an_hour_people_are_reminded_in_the_morning_there():
    by, _replying, _missing = three()
    making.sent(by, reply_precision="day", reply_time=None, remind_days=[1])
    seven = dt.datetime(2026, 5, 31, 13, tzinfo=dt.UTC)

    assert [actions.remind_due(at) for at in (seven - dt.timedelta(minutes=1), seven)] == [0, 2]


def test_a_machine_that_was_away_reminds_once_and_a_new_date_reminds_anew():
    by, _replying, _missing = three()
    circular = making.sent(by)

    assert actions.remind_due(UNTIL - DAY / 2) == 2
    extended(circular, by, on=dt.date(2026, 6, 20), at=UNTIL - DAY / 4)
    assert actions.remind_due(UNTIL) == 0
    assert actions.remind_due(making.again(circular).reply_by_at - 6 * DAY) == 2


def test_more_time_makes_a_late_reply_one_in_time_and_tells_everybody():
    by, replying, missing = three()
    circular = making.sent(by)
    late = making.reply(circular, replying, party_of(replying), at=UNTIL + DAY)
    actions.close(circular=circular, by=by, at=UNTIL + DAY)
    OutgoingMail.objects.all().delete()

    extended(circular, by, on=dt.date(2026, 6, 5), at=UNTIL + 2 * DAY)

    late.refresh_from_db()
    assert not late.late and making.again(circular).state == "sent"
    assert {one for one, _subject in subjects()} == {replying.email, missing.email}
    with pytest.raises(RefusedError, match="after the present one"):
        extended(circular, by, on=dt.date(2026, 6, 5), at=UNTIL + 2 * DAY)


@pytest.mark.parametrize(
    ("given", "field", "sentence"),
    [
        ({"time": None}, "reply_time", "Write the hour"),
        ({"zone": ""}, "reply_zone", "whose time"),
        ({"on": dt.date(2027, 3, 14), "time": dt.time(2, 30)}, "reply_time", "does not exist"),
        ({"on": dt.date(2026, 5, 31)}, "reply_on", "after the present one"),
    ],
)
def test_more_time_is_asked_for_as_exactly_as_the_first_date(given, field, sentence):
    by, *_people = three()
    circular = making.sent(by)
    asked = {"on": dt.date(2026, 6, 8), "time": dt.time(17), "zone": "America/New_York"} | given

    with pytest.raises(RefusedError, match=sentence) as told:
        actions.extend(
            circular=circular, precision="minute", reasons={"en": "A holiday."}, by=by, at=AT, **asked
        )

    assert told.value.field == field and making.again(circular).reply_by_at == UNTIL


def test_a_closed_circular_takes_no_reply_and_keeps_the_draft():
    by, replying, _missing = three()
    circular, party = making.sent(by), party_of(replying)
    actions.save_draft(circular=circular, party=party, answers={"f2": "Soon."}, by=replying, at=AT)
    actions.close(circular=circular, by=by, at=AT)

    with pytest.raises(RefusedError, match="has closed this circular"):
        actions.send_reply(circular=circular, party=party, token="t", by=replying, at=AT)

    assert Reply.objects.get().answers == {"f2": "Soon."}


def test_a_cancelled_circular_is_told_with_its_reason_and_what_waited_of_it_is_not_sent():
    by, guest, _other = three()
    circular = making.sent(by)
    waiting = OutgoingMail.objects.filter(recipient=guest.email).get()

    actions.cancel(circular=circular, why={"en": "The host asked for it."}, by=by, at=AT)

    assert mail_now(waiting.about.partition(":")[2], waiting, AT) is None
    told = OutgoingMail.objects.filter(recipient=guest.email).latest("pk")
    assert "The host asked for it." in told.body and mail_now(told.about.partition(":")[2], told, AT)


def test_a_message_that_waited_is_not_sent_to_whom_lost_the_seat_or_stopped_this_mail():
    by, gone, stopped = three()
    making.sent(by)
    mails = {one.recipient: one for one in OutgoingMail.objects.all()}
    gone.seats.update(until_on=dt.date(2026, 5, 4), ended_at=AT, ended_by=by)
    notices.stop_kind(person=stopped, source="circulars", at=AT)

    later = AT + 3 * DAY

    for person in (gone, stopped):
        mail = mails[person.email]
        assert mail_now(mail.about.partition(":")[2], mail, later) is None


def test_a_message_that_waited_still_speaks_its_readers_language_where_the_title_is_pending_in_it():
    by, reader = making.secretary(), make.delegate(body=making.group(), language="es")
    making.sent(by, titles={"en": "Invitation"})
    waiting = OutgoingMail.objects.get(recipient=reader.email)

    now = mail_now(waiting.about.partition(":")[2], waiting, AT)

    assert waiting.language == "en", "the subject is in English"
    assert "Responder:" in waiting.body and now == {
        name: getattr(waiting, name) for name in ("subject", "body", "html")
    }


def test_who_stopped_mail_of_circulars_still_finds_them_in_the_inbox():
    by, stopped, other = three()
    notices.stop_kind(person=stopped, source="circulars", at=AT)

    making.sent(by)
    notices.resume_kind(person=stopped, source="circulars", at=AT)
    making.sent(by)

    assert [one for one, _subject in subjects()].count(stopped.email) == 1
    assert Notice.objects.filter(person=stopped).count() == 2


def test_a_refused_address_asks_the_focal_point_of_that_party_once():
    by, guest, _other = three()
    party = party_of(guest)
    focal = make.focal_point(party=party)
    for _twice in range(2):
        making.sent(by)
    OutgoingMail.objects.filter(recipient=guest.email).update(refused_at=AT)
    before = OutgoingMail.objects.count()

    assert actions.ask_about_refused(AT) == 1
    with CaptureQueriesContext(connection) as asking:
        assert actions.ask_about_refused(AT) == 0
    assert len(asking) == 1, "what was asked about is not looked at row by row, for ever"

    asked = OutgoingMail.objects.order_by("pk")[before:]
    assert [one.recipient for one in asked] == [focal.email] and guest.email in asked[0].body
    assert Recipient.objects.filter(person=guest).exclude(asked_at=None).count() == 2


def test_mail_that_came_back_later_is_told_by_hand_and_asks_the_focal_point_once(client):
    by, guest, other = three()
    focal = make.focal_point(party=party_of(guest))
    circulars = [making.sent(by) for _twice in range(2)]
    address = reverse("circulars:returned", args=[circulars[0].symbol])

    def told(person, circular, of):
        client.force_login(person)
        row = circular.recipients.get(person=of)
        page = reverse("circulars:returned", args=[circular.symbol])
        return client.post(page, {"to": row.ref}, follow=True)

    before = OutgoingMail.objects.count()
    first, again, anew = (
        told(by, circulars[0], guest),
        told(by, circulars[0], guest),
        told(by, circulars[1], guest),
    )

    assert [one.recipient for one in OutgoingMail.objects.order_by("pk")[before:]] == [focal.email]
    assert "is asked to correct" in first.text and first.text.lower().count("address refuses mail") == 1
    assert f'value="{circulars[0].recipients.get(person=other).ref}"' in first.text, (
        "of others it can still be said"
    )
    assert f'value="{circulars[0].recipients.get(person=guest).ref}"' not in first.text
    assert "Nobody was asked anew" in again.text and "Nobody was asked anew" in anew.text
    # A recipient of another circular, and whoever prepares none, find nothing.
    assert client.post(address, {"to": circulars[1].recipients.get(person=other).ref}).status_code == 404
    assert told(other, circulars[0], other).status_code == 404
    client.force_login(other)
    assert "Mail came back" not in client.get(reverse("circulars:sent-to", args=[circulars[0].symbol])).text


def test_opening_is_noted_once_a_party_and_only_of_parties_that_were_addressed():
    by, guest, _other = three()
    circular, outside = making.sent(by), make.PartyFactory()

    for _twice in range(2):
        actions.note_opened(circular=circular, parties=[party_of(guest).pk, outside.pk], at=AT)

    assert [one.party for one in Opening.objects.all()] == [party_of(guest)]


def test_that_a_reply_came_is_told_to_the_sender_and_once_they_left_to_whoever_looks_after_circulars():
    by, first, second = three()
    colleague, circular = make.secretariat_person(), making.sent(by)
    told = Notice.objects.filter(what="replied").order_by("pk").values_list("person", flat=True)

    making.reply(circular, first, party_of(first))
    assert list(told.all()) == [by.pk]
    by.seats.update(until_on=AT.date() - DAY)
    make.SeatFactory(person=by, party=party_of(first), body=making.group())
    making.reply(circular, second, party_of(second))

    assert list(told.all()) == [by.pk, colleague.pk]


def test_a_reply_is_withdrawn_by_its_party_until_the_date():
    by, replying, other = three()
    circular = making.sent(by)
    sent = making.reply(circular, replying, party_of(replying))

    with pytest.raises(RefusedError, match="Only the party"):
        actions.withdraw_reply(reply=sent, by=other, at=AT)
    with pytest.raises(RefusedError, match="date is over"):
        actions.withdraw_reply(reply=sent, by=replying, at=UNTIL + DAY)
    actions.withdraw_reply(reply=sent, by=replying, at=UNTIL)

    assert Reply.objects.get().state == "withdrawn"
    assert Circular.objects.awaiting([party_of(replying).pk]).get() == circular


def test_two_of_one_party_who_write_at_once_lose_nothing():
    by, replying, _other = three()
    circular, party = making.sent(by), party_of(replying)
    colleague = make.delegate(party=party)
    actions.save_draft(circular=circular, party=party, answers={"f2": "Mine."}, by=replying, at=AT)

    with pytest.raises(StaleError, match="of your party saved"):
        actions.save_draft(circular=circular, party=party, answers={"f2": "Theirs."}, by=colleague, at=AT)

    assert Reply.objects.get().answers == {"f2": "Mine."}


def test_nobody_of_another_party_is_nominated():
    by, replying, other = three()
    asked = [{"kind": "nomination", "labels": {"en": "Whom?"}, "most": 2}]
    circular, party = making.sent(by, asked=asked), party_of(replying)

    for row in ({"ref": other.ref}, {"name": "Somebody", "email": other.email}):
        with pytest.raises(RefusedError, match="own people"):
            making.reply(circular, replying, party, answers={"f1": [row]})
    own = making.reply(circular, replying, party, answers={"f1": [{"ref": replying.ref}, {"name": "New"}]})

    assert [one["name"] for one in own.answers["f1"]] == [replying.full_name, "New"]


NOMINATION = [{"kind": "nomination", "labels": {"en": "Whom?"}, "most": 3}, *making.ASKED[1:]]
NAMED = {
    "f1": [{"name": "Ana Sol", "office": "Director", "email": "ana@example.org"}, {"name": "Luz Mar"}],
    "f2": "Both.",
}


def test_persons_nominated_are_deleted_so_long_after_the_last_day_and_how_many_they_were_stays():
    by, replying, other = three()
    meeting = make.MeetingFactory(
        body=making.group(), starts_on=dt.date(2026, 6, 9), ends_on=dt.date(2026, 6, 10)
    )
    circular = making.sent(by, asked=NOMINATION, keep_days=30, meeting=meeting)
    making.reply(circular, replying, party_of(replying), answers=NAMED)
    sent = making.reply(circular, replying, party_of(replying), answers=NAMED, token="t2")
    draft = actions.save_draft(circular=circular, party=party_of(other), answers=NAMED, by=other, at=UNTIL)
    last = dt.datetime(2026, 7, 10, 18, tzinfo=dt.UTC)

    assert [actions.purge(last), actions.purge(last + DAY), actions.purge(last + 2 * DAY)] == [0, 6, 0]

    assert "Ana" not in str(list(Reply.objects.values_list("answers", flat=True)))
    sent.refresh_from_db()
    assert answers_of(making.again(circular), sent)[0]["words"] == "2 persons, deleted after the time set"
    assert sent.answers["f2"] == "Both." and Reply.objects.get(pk=draft.pk).answers == {"f2": "Both."}
    entry = JournalEntry.objects.get(act="circular.purged")
    assert JournalPayload.objects.get(pk=entry.pk).facts == {"persons": 6}


def test_persons_nominated_after_the_last_day_are_kept_as_long_from_then_and_a_later_date_keeps_them_too():
    by, replying, other = three()
    first, second = (making.sent(by, asked=NOMINATION, keep_days=30) for _one in range(2))
    early = making.reply(first, replying, party_of(replying), answers=NAMED)
    extended(second, by, on=dt.date(2026, 7, 1))
    making.reply(second, replying, party_of(replying), answers=NAMED)
    late = making.reply(first, other, party_of(other), answers=NAMED, at=UNTIL + 20 * DAY)

    assert actions.purge(UNTIL + 32 * DAY) == 2

    assert set(Reply.objects.exclude(purged_at=None)) == {early}
    assert actions.purge(UNTIL + 51 * DAY) == 2 and Reply.objects.get(pk=late.pk).purged_at


def test_what_was_typed_into_a_draft_after_its_persons_were_deleted_is_kept_anew():
    by, replying, _other = three()
    circular, party = making.sent(by, asked=NOMINATION, keep_days=1), party_of(replying)
    begun = actions.save_draft(circular=circular, party=party, answers=NAMED, by=replying, at=AT)
    actions.purge(UNTIL + 3 * DAY)

    with pytest.raises(StaleError):
        actions.save_draft(
            circular=circular,
            party=party,
            answers=NAMED,
            by=replying,
            at=UNTIL + 3 * DAY,
            revision=begun.revision,
        )
    making.reply(circular, replying, party, answers=NAMED, at=UNTIL + 3 * DAY)

    assert actions.purge(UNTIL + 4 * DAY) == 0 and Reply.objects.get().answers["f1"][0]["name"] == "Ana Sol"
    assert actions.purge(UNTIL + 5 * DAY) == 2


@pytest.mark.parametrize("days", [0, 3651])
def test_persons_are_kept_for_a_day_at_least_and_ten_years_at_most(days):
    by, *_people = three()

    with pytest.raises(RefusedError) as told:
        making.draft(by, keep_days=days)

    assert told.value.field == "keep_days"


def test_only_the_focal_point_replies_where_the_circular_says_so():
    by, replying, _other = three()
    party = party_of(replying)
    focal = make.focal_point(party=party)
    circular = making.sent(by, answering="focal_point")

    with pytest.raises(RefusedError, match="focal point of"):
        making.reply(circular, replying, party)

    assert making.reply(circular, focal, party).sent_by == focal


def test_a_file_of_a_reply_is_kept_carried_over_and_known_to_the_sweep():
    from puebla.documents.apps import known_private

    by, replying, _other = three()
    asked = [{"kind": "file", "labels": {"en": "Comments"}, "required": True}]
    circular, party = making.sent(by, asked=asked), party_of(replying)
    actions.save_draft(
        circular=circular,
        party=party,
        answers={},
        files={"f1": making.held(replying)},
        by=replying,
        at=AT,
        token="t1",
    )
    sent = actions.send_reply(circular=circular, party=party, token="t1", by=replying, at=AT)
    again = actions.save_draft(circular=circular, party=party, answers={}, by=replying, at=AT, token="t2")

    keys = {one.key for one in (sent.files.get(), again.files.get())}

    assert len(keys) == 1 and known_private([*keys, "another"]) == keys
    with pytest.raises(RefusedError, match="empty"):
        making.held(replying, content=b"")


@pytest.mark.parametrize(
    ("on", "hour", "zone", "sentence"),
    [
        (dt.date(2027, 3, 14), dt.time(2, 30), "America/New_York", "does not exist"),
        (dt.date(2026, 11, 1), dt.time(1, 30), "America/Toronto", "comes twice"),
        (dt.date(2026, 6, 1), dt.time(9), "America/Atlantis", "no time zone"),
        (dt.date(9999, 12, 31), dt.time(23), "America/Guatemala", "year 9999 cannot be meant"),
    ],
)
def test_an_hour_that_clocks_skip_or_show_twice_is_refused_with_a_sentence(on, hour, zone, sentence):
    by, *_people = three()

    with pytest.raises(RefusedError, match=sentence):
        making.draft(by, reply_on=on, reply_time=hour, reply_zone=zone)

    assert not Circular.objects.exists()


@given(
    on=some.dates(dt.date(2026, 1, 1), dt.date(2028, 12, 31)), by=some.integers(-3, 3),
    zone=some.sampled_from(["America/Guatemala", "America/Toronto", "America/Los_Angeles", "America/Belize"]),
)  # fmt: skip
def test_in_time_is_up_to_the_instant_and_late_from_the_next_moment_on(on, by, zone):
    until = due(on, None, zone, Precision.DAY)
    circular = Circular(reply_by_at=until)

    assert until.astimezone(ZoneInfo(zone)).date() == on
    assert (until + dt.timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date() == on + dt.timedelta(
        days=1
    )
    assert circular.is_late(until + dt.timedelta(microseconds=by)) is (by > 0)


class WhoGetsIt(TestCase):
    """Whatever is chosen and however wide it opens: who gets a circular can read it, and who is left out cannot."""

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        opens_to=some.sampled_from([30, 40, 50, 60, 70]), sealed=some.booleans(),
        people=some.lists(some.sampled_from(["member", "observer_state", "civil_society", "elsewhere"]), max_size=5),
    )  # fmt: skip
    def test_recipients_are_readers(self, opens_to, sealed, people):
        by = making.secretary()
        body = make.BodyFactory(sealed=sealed)
        make.SeatFactory(person=by, party=by.seats.first().party, body=body)
        cast = [
            make.delegate("member" if kind == "elsewhere" else kind, body=make.BodyFactory() if kind == "elsewhere" else body)
            for kind in people
        ]  # fmt: skip
        everybody = {"standings": ["member", "observer_state", "civil_society"], "bodies": [body.code]}
        opening = 40 if sealed else opens_to
        circular = making.draft(by, body=body, opens_to=opening, addressed=everybody, asked=[])
        shown = actions.preview(circular, by=by, reach=reach_of(by, AT), at=AT)

        sent = making.send(circular, by)

        got = set(sent.recipients.values_list("person", flat=True))
        assert got == {one.person.pk for one in shown.going}
        for person in {*cast, by}:
            sees = Circular.objects.visible_to(person, reach=reaches([person.pk], AT)[person.pk]).exists()
            assert sees or person.pk not in got
            if person in {one.person for one in shown.left_out}:
                assert not sees
