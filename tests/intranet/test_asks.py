"""What is asked of a party: one list, made from circulars, meetings, papers and drafts as they stand."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as some

from puebla.circulars import actions as circulars
from puebla.core.asks import Ask, Due, Question, State, asked_of
from puebla.core.calendars import gathered
from puebla.core.models import JournalEntry, OutgoingMail
from puebla.core.verdicts import RefusedError, StaleError
from puebla.intranet.actions import asks as actions
from puebla.intranet.actions.reminding import mail_now, remind
from puebla.intranet.models import Handling
from puebla.intranet.querysets import next_of
from puebla.meetings.actions import delegations
from puebla.members.querysets import reach_of
from puebla.texts import actions as texts
from tests import factories as make
from tests.circulars import making
from tests.circulars.making import AT
from tests.texts import making as drafts

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
AFTER = dt.datetime(2026, 6, 2, 15, tzinfo=dt.UTC)


def party_of(person):
    return person.seats.get().party


def asked(person, party=None, *, at=AT):
    """What the person finds asked of the party (their own): (kind, state) by source."""
    party = party or party_of(person)
    question = Question(person, reach_of(person, at), frozenset({party.pk}), at, at - 365 * DAY)
    return {(one.source, one.kind): one.state(at) for one in asked_of(question)}


def the_ask(person, source, *, at=AT):
    question = Question(person, reach_of(person, at), frozenset({party_of(person).pk}), at)
    return next(one for one in asked_of(question) if one.source == source)


def client_of(person):
    client = Client()
    client.force_login(person)
    return client


def test_a_circular_is_open_then_answered_then_done_and_late_where_nobody_replied():
    by = making.secretary()
    replying, silent = (make.delegate(body=making.group()) for _one in range(2))
    circular = making.sent(by)
    key = ("circulars", "reply")

    assert asked(replying)[key] == asked(silent)[key] == State.OPEN
    making.reply(circular, replying, party_of(replying))
    assert asked(replying)[key] == State.ANSWERED
    assert asked(silent, at=AFTER)[key] == State.LATE
    circulars.close(circular=making.again(circular), by=by, at=AFTER)
    assert (asked(replying, at=AFTER)[key], asked(silent, at=AFTER)[key]) == (State.DONE, State.ENDED)


def test_what_is_reserved_to_members_is_asked_of_no_observer():
    by = making.secretary()
    member, observer = (
        make.delegate(body=making.group()),
        make.delegate("observer_state", body=making.group()),
    )
    making.sent(by, asked=[{"kind": "agenda", "labels": {"en": "Items"}, "required": False}], opens_to=60)

    assert ("circulars", "reply") in asked(member)
    assert asked(observer) == {}


def test_a_meeting_asks_a_member_for_its_delegation_and_its_letter():
    make.process()
    now = timezone.now()
    focal = make.focal_point()
    meeting = make.convening(
        body=make.BodyFactory(code="RCGM", function="consultation"), state="convened", convened_at=now
    )
    before = asked(focal, at=now)
    delegate = delegations.nominate(
        convening=meeting, party=party_of(focal), person=focal, role="head", by=focal, at=now
    )

    assert before == {("meetings", "nomination"): State.OPEN, ("meetings", "letter"): State.OPEN}
    assert asked(focal, at=now)["meetings", "nomination"] == State.ANSWERED
    delegations.accredit(delegate=delegate, by=make.presiding_chair(), at=now)
    assert asked(focal, at=now)["meetings", "nomination"] == State.DONE


def test_a_meeting_of_a_sealed_body_asks_those_who_sit_there_and_tells_nobody_whom_else():
    make.process()
    now = timezone.now()
    body = make.BodyFactory(code="LOST", function="network", sealed=True)
    make.convening(body=body, state="convened", convened_at=now)
    inside, other = make.delegate(body=body), make.delegate(body=body)
    outside, keeper = make.focal_point(), make.secretariat_person()

    assert asked(inside, at=now)["meetings", "nomination"] == State.OPEN
    assert asked(inside, party_of(other), at=now) == {}
    assert asked(outside, at=now) == asked(keeper, party_of(inside), at=now) == {}


def test_until_when_people_are_named_stands_in_the_calendar_of_who_knows_of_the_meeting():
    make.process()
    now = timezone.now()
    focal, stranger = make.focal_point(), make.PersonFactory()
    body = make.BodyFactory(code="RCGM", function="consultation")
    make.convening(body=body, state="convened", convened_at=now, nominate_by=dt.date(2031, 3, 1))
    first, last = (dt.datetime(2031, month, 1, tzinfo=dt.UTC) for month in (2, 4))
    found = {
        person: [
            one.on for one in gathered(person, reach_of(person, now), first, last) if one.kind == "asked"
        ]
        for person in (focal, stranger)
    }

    assert found == {focal: [dt.date(2031, 3, 1)], stranger: []}


def test_an_awaited_paper_is_asked_of_the_party_that_gives_it_until_it_is_filed():
    make.process()
    focal = make.focal_point()
    paper = make.DocumentFactory(
        party=party_of(focal), state="awaited", expected_on=dt.date(2026, 5, 1), audience=50, changed_at=AT
    )

    assert asked(focal)["documents", "paper"] == State.LATE
    type(paper).objects.filter(pk=paper.pk).update(state="filed")
    assert asked(focal)["documents", "paper"] == State.DONE


def test_a_draft_invites_member_states_to_comment_and_nobody_is_late():
    keeper = make.secretariat_person()
    member, observer = make.focal_point(), make.delegate("observer_state", body=making.group())
    text = drafts.a_text(by=keeper)
    paragraph = drafts.add(text, "Welcomes the report.", by=keeper)
    texts.ask_for_comments(text=text, until=AT + DAY, by=keeper, at=AT)
    key = ("texts", "comment")

    assert (asked(member)[key], asked(observer)) == (State.OPEN, {})
    assert asked(member, at=AT + 2 * DAY)[key] == State.ENDED
    texts.comment(
        paragraph=paragraph,
        party=party_of(member),
        words="Yes.",
        language="en",
        audience=None,
        by=member,
        at=AT,
    )
    assert (asked(member)[key], asked(member, at=AT + 2 * DAY)[key]) == (State.ANSWERED, State.DONE)


def test_a_draft_for_the_members_of_a_room_invites_those_who_sit_there():
    keeper, body = make.secretariat_person(), make.BodyFactory()
    inside, outside = make.delegate(body=body), make.delegate()
    text = drafts.a_text(by=keeper, body=body, audience=40)
    texts.ask_for_comments(text=text, until=AT + DAY, by=keeper, at=AT)

    seen = [asked(keeper, party_of(one)) for one in (inside, outside)]

    assert seen == [{("texts", "comment"): State.OPEN}, {}]
    assert asked(inside) == seen[0]


def test_the_list_of_a_party_is_seen_by_itself_the_secretariat_and_the_presidency_alone():
    by = making.secretary()
    own, other = (make.delegate(body=making.group()) for _one in range(2))
    making.sent(by, reply_on=dt.date(2099, 1, 1))
    code = party_of(own).code
    pages = [reverse("intranet:asks-party", args=[code]), reverse("intranet:asks-board")]
    found = {
        name: [client_of(person).get(page).status_code for page in pages]
        for name, person in (("own", own), ("other", other), ("by", by), ("chair", make.presiding_chair()))
    }

    assert found == {"own": [200, 404], "other": [404, 404], "by": [200, 200], "chair": [200, 200]}
    assert client_of(other).get(reverse("intranet:asks-party", args=["NOBODY"])).status_code == 404


def test_what_one_may_not_see_is_asked_of_nobody_in_their_sight():
    by = making.secretary()
    seated = make.delegate(body=making.group())
    making.draft(by)
    sealed = make.BodyFactory(room=make.RoomFactory(sealed=True, cap=40))
    make.DocumentFactory(
        party=party_of(seated),
        room=sealed.room,
        state="awaited",
        audience=40,
        expected_on=dt.date(2026, 5, 1),
    )

    assert asked(seated) == asked(by, party_of(seated)) == {}


@pytest.mark.parametrize("count", [2, 9])
def test_the_list_and_the_board_cost_the_same_whatever_is_asked(count):
    by, guest = making.secretary(), make.delegate(body=making.group())
    for _again in range(count):
        making.sent(by, reply_on=dt.date(2099, 1, 1))
    pages = {
        guest: reverse("intranet:asks-party", args=[party_of(guest).code]), by: reverse("intranet:asks-board"),
    }  # fmt: skip
    costs = []
    for person, address in pages.items():
        client = client_of(person)
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        costs.append(len(queries))

    assert costs == [22, 21]


class TestNotes:
    """Who handles something, and what does not apply."""

    @pytest.fixture(autouse=True)
    def _asked(self):
        self.by = making.secretary()
        self.focal = make.focal_point()
        self.party = party_of(self.focal)
        self.colleague = make.delegate(body=making.group(), party=self.party)
        self.circular = making.sent(self.by)
        self.ask = the_ask(self.focal, "circulars")

    def note(self, person=None, *, on=None, revision=0, by=None, at=AT):
        return actions.note(
            ask=self.ask,
            party=self.party,
            assigned_to=person,
            remind_on=on,
            revision=revision,
            by=by or self.focal,
            at=at,
        )

    def test_somebody_of_the_party_has_it_and_two_who_note_at_once_lose_nothing(self):
        self.note(self.colleague)
        with pytest.raises(StaleError):
            self.note(self.focal)
        with pytest.raises(RefusedError, match="does not sit for"):
            self.note(self.by, revision=1)
        with pytest.raises(RefusedError, match="alone note who handles"):
            self.note(self.colleague, revision=1, by=self.by)

        assert Handling.objects.get().assigned_to == self.colleague
        assert JournalEntry.objects.filter(act="ask.noted", party_code=self.party.code).count() == 1

    def test_what_does_not_apply_stays_on_the_list_with_its_reason_and_is_taken_up_again(self):
        facts = {"ask": self.ask, "party": self.party, "at": AT}
        with pytest.raises(RefusedError, match="Say in a few words"):
            actions.set_aside(**facts, reason=" ", revision=0, by=self.focal)
        self.note(self.colleague)
        actions.set_aside(**facts, reason="We have no land border.", revision=1, by=self.focal)
        page = reverse("intranet:asks-party", args=[self.party.code])

        for person in (self.focal, self.by):
            assert "We have no land border." in client_of(person).get(page).text
            export = b"".join(client_of(person).get(f"{page}?export=csv")).decode()
            # Who of the party has it is the party's own.
            assert (self.colleague.full_name in export) is (person == self.focal)
        actions.take_up_again(**facts, revision=2, by=self.focal)
        assert "We have no land border." not in client_of(self.focal).get(page).text

    def test_a_reminder_goes_once_to_who_has_it_and_not_where_it_was_answered(self):
        OutgoingMail.objects.all().delete()
        self.note(self.colleague, on=AT.date() + DAY)

        # In the morning, not when the day begins.
        night = AT + DAY - dt.timedelta(hours=8)
        assert [remind(at=when) for when in (AT, night, AT + DAY, AT + 2 * DAY)] == [0, 0, 1, 0]
        mail = OutgoingMail.objects.get()
        assert mail.recipient == self.colleague.email and self.circular.symbol in mail.body
        waiting = mail.about.partition(":")[2]
        self.note(self.focal, on=AT.date() + DAY, revision=1)
        assert mail_now(waiting, mail, AT + DAY) is None
        self.note(self.colleague, on=AT.date() + DAY, revision=2)
        assert mail_now(waiting, mail, AT + DAY) is not None
        making.reply(self.circular, self.colleague, self.party)
        assert mail_now(waiting, mail, AT + DAY) is None

    def test_the_page_does_it_all_without_scripts(self):
        client = client_of(self.focal)
        address = reverse("intranet:ask", args=[self.party.code, "circulars", self.circular.ref])
        assert "Who has it" in client.get(address).text
        later = (timezone.now() + 5 * DAY).date().isoformat()
        client.post(
            address, {"act": "note", "assigned_to": self.colleague.ref, "remind_on": later, "revision": "0"}
        )
        refused = client.post(address, {"act": "aside", "reason": "", "revision": "1"})
        client.post(address, {"act": "aside", "reason": "Not ours.", "revision": "1"})

        assert "Say in a few words" in refused.text
        row = Handling.objects.get()
        assert (row.assigned_to, row.reason, row.revision) == (self.colleague, "Not ours.", 2)
        client.post(address, {"act": "again", "revision": "2"})
        assert Handling.objects.get().reason == ""
        assert (
            client_of(self.by)
            .get(reverse("intranet:ask", args=[self.party.code, "circulars", "none"]))
            .status_code
            == 404
        )


PRECISIONS = ["day", "month", "quarter", "year"]


@given(on=some.dates(dt.date(2000, 1, 1), dt.date(2090, 1, 1)), precision=some.sampled_from(PRECISIONS))
def test_nothing_is_late_before_the_last_day_that_its_date_may_mean(on, precision):
    due = Due(on=on, precision=precision)
    zone = timezone.get_default_timezone()
    last = dt.datetime.combine(due.last_day, dt.time(23, 59, 59, 999_999), zone)
    ask = Ask(source="x", ref="1", party=1, kind="reply", title="t", address="/", due=due)

    assert due.last_day >= on and due.in_words()
    assert ask.state(last) == State.OPEN
    assert ask.state(last + dt.timedelta(microseconds=1)) == State.LATE


def test_a_long_list_is_turned_page_by_page_and_tells_how_many_there_are(monkeypatch):
    monkeypatch.setattr("puebla.intranet.views.asks.PER_PAGE", 2)
    by, guest = making.secretary(), make.delegate(body=making.group())
    for _again in range(3):
        making.sent(by, reply_on=dt.date(2099, 1, 1))
    address, client = reverse("intranet:asks-party", args=[party_of(guest).code]), client_of(guest)

    first, second = client.get(address).content.decode(), client.get(f"{address}?page=2").content.decode()

    assert (first.count('<th scope="row">'), second.count('<th scope="row">')) == (2, 1)
    assert '<span class="meta">3</span>' in first and '<span class="meta">3</span>' in second
    assert b"".join(client.get(f"{address}?export=csv")).decode().count("CIRC") == 3


def test_what_blocks_the_next_meeting_is_told_of_the_one_that_comes_and_not_of_one_that_is_over():
    today = timezone.localdate()
    make.process()
    keeper = make.secretariat_person()
    make.focal_point()
    body = make.BodyFactory(code="RCGM", function="consultation")
    days = {"M/PAST": today - 20 * DAY, "M/NEXT": today + 40 * DAY, "M/LATER": today + 90 * DAY}
    for symbol, day in days.items():
        make.convening(
            symbol=symbol,
            body=body,
            starts_on=day,
            ends_on=None,
            state="convened",
            convened_at=timezone.now(),
        )

    page = client_of(keeper).get(reverse("intranet:asks-board"))

    assert "M/PAST" in str(page.context["meetings"]), "something is still late for it"
    assert page.context["next"] == "M/NEXT"
    assert next_of(days, on=today + 200 * DAY) == next_of([], on=today) == ""


@pytest.mark.parametrize(("on", "found"), [(dt.date(2026, 12, 31), "M/DEC"), (dt.date(2027, 1, 1), "")])
def test_a_meeting_of_which_the_month_alone_is_known_comes_until_that_month_is_over(on, found):
    make.MeetingFactory(symbol="M/DEC", starts_on=dt.date(2026, 12, 1), ends_on=None, precision="month")

    assert next_of(["M/DEC"], on=on) == found
