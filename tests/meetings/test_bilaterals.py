"""Bilateral meetings: agreed by two, unknown to third parties, never two at once."""

import datetime as dt
import threading

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from puebla.core.asks import Question, asked_of
from puebla.core.models import JournalEntry, OutgoingMail
from puebla.core.verdicts import RefusedError
from puebla.intranet.querysets import entries_for
from puebla.meetings import actions as meetings
from puebla.meetings.actions import bilaterals as actions
from puebla.meetings.actions.bilateral_mail import mail_now
from puebla.meetings.models import Bilateral, BilateralHold, BilateralNote, BilateralSlot
from puebla.meetings.querysets.bilaterals import busy, grid, hours_for, rooms_taken
from puebla.members.models import Meeting, Party
from puebla.members.querysets import reach_of
from puebla.notices.models import Notice
from tests import factories

pytestmark = pytest.mark.django_db
DAY = dt.date(2031, 3, 11)
ROOMS = [{"en": "Blue room", "es": "Salón azul"}, {"en": "Patio", "es": "Patio"}]


def now():
    return timezone.now()


@pytest.fixture
def keeper():
    factories.process()
    return factories.secretariat_person()


@pytest.fixture
def convening(keeper):
    return factories.convening(state="convened")


def opened(convening, keeper, **values):
    usual = {
        "days": [DAY],
        "from_hour": dt.time(9),
        "until_hour": dt.time(11),
        "length": 30,
        "pause": 0,
        "rooms": ROOMS,
    }
    actions.open_slots(convening=convening, by=keeper, at=now(), **(usual | values))
    return list(BilateralSlot.objects.filter(convening=convening).order_by("starts_at", "room_id"))


def party_of(person):
    return person.seats.order_by("pk")[0].party


def asked(convening, one, other, slots, **values):
    usual = {"subject": "Retorno por tierra", "language": "es"}
    return actions.ask(convening=convening, asking=party_of(one), asked=party_of(other), slots=slots, by=one, at=now(), **(usual | values))  # fmt: skip


def agreed(convening, one, other, slot):
    row = asked(convening, one, other, [slot])
    return actions.accept(bilateral=row, slot=slot, revision=row.revision, by=other, at=now())


def two():
    return factories.focal_point(), factories.focal_point()


def page(client, person, name, *args):
    client.force_login(person)
    return client.get(reverse(f"meetings:{name}", args=args))


# Between two -----------------------------------------------------------------------------------------------------------


def test_one_asks_the_other_proposes_the_first_accepts_and_both_are_told(convening, keeper):
    slots, (one, other) = opened(convening, keeper), two()

    row = asked(convening, one, other, slots[:2])
    row = actions.propose(bilateral=row, slots=[slots[4]], revision=row.revision, by=other, at=now())
    row = actions.accept(bilateral=row, slot=slots[4], revision=row.revision, by=one, at=now())

    assert (row.state, row.slot, row.turn) == ("agreed", slots[4], None)
    assert BilateralHold.objects.filter(bilateral=row).count() == 3 * 6
    told = Notice.objects.filter(source="bilaterals").order_by("pk").values_list("person__email", "what")
    assert list(told) == [(other.email, "asked"), (one.email, "proposed"), (other.email, "agreed")]
    said = " ".join(f"{one.subject} {one.body}" for one in OutgoingMail.objects.all())
    assert "Retorno" not in said
    assert party_of(one).code not in said
    # A message that waited says its words anew, and to whom left meanwhile nothing.
    first = OutgoingMail.objects.order_by("pk")[0]
    again = mail_now(first.about.partition(":")[2], first, now())
    assert (again["subject"], again["body"]) == (first.subject, first.body)
    assert first.stop_url in first.body
    other.seats.all().delete()
    assert mail_now(first.about.partition(":")[2], first, now()) is None


def test_a_declined_a_withdrawn_and_a_moved_meeting_leave_the_room_free_and_say_so(convening, keeper):
    slots, (one, other) = opened(convening, keeper), two()
    no = asked(convening, one, other, slots[:1])
    actions.decline(bilateral=no, reason="", revision=no.revision, by=other, at=now())
    row = agreed(convening, one, other, slots[0])

    row = actions.move(bilateral=row, slot=slots[3], revision=row.revision, by=keeper, at=now())
    held = set(BilateralHold.objects.filter(bilateral=row).values_list("step_at", flat=True))
    row = actions.withdraw(bilateral=row, reason="Otra vez", revision=row.revision, by=other, at=now())

    assert min(held) == slots[3].starts_at
    assert (row.state, row.slot, row.sequence) == ("withdrawn", slots[3], 3)
    assert not BilateralHold.objects.exists()
    moved = Notice.objects.filter(what="moved").values_list("person_id", flat=True)
    assert set(moved) == {one.pk, other.pk}


def test_who_heads_the_delegation_asks_and_an_observer_too_and_another_delegate_does_not(convening, keeper):
    slots, other = opened(convening, keeper), factories.focal_point()
    observer, plain = factories.delegate("observer_organisation"), factories.delegate()

    assert asked(convening, observer, other, slots[:1]).turn == party_of(other)
    with pytest.raises(RefusedError, match="arranged by its head of delegation"):
        asked(convening, plain, other, slots[:1])
    factories.named_delegate(convening, plain, role="alternate")
    assert asked(convening, plain, other, slots[:1]).state == "asked"


# Never two at once -------------------------------------------------------------------------------------------------------


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wishes=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 5)), max_size=9))
def test_no_room_and_no_party_is_ever_taken_twice(keeper, wishes):
    with transaction.atomic():
        convening = factories.convening(state="convened")
        slots = opened(convening, keeper, until_hour=dt.time(10))
        # Longer slots of a third room lie across the others.
        slots += [one for one in opened(convening, keeper, length=50, pause=5, rooms=[{"en": "Long"}]) if str(one.room) == "Long"]  # fmt: skip
        people = [factories.focal_point() for _each in range(3)]
        for one, other, number in wishes:
            try:
                agreed(convening, people[one], people[other], slots[number])
            except RefusedError:
                continue
        rows = list(Bilateral.objects.filter(state="agreed").select_related("slot"))
        transaction.set_rollback(True)

    for one in rows:
        for other in rows:
            if (
                one.pk < other.pk
                and one.slot.starts_at < other.slot.ends_at
                and other.slot.starts_at < one.slot.ends_at
            ):
                assert one.slot.room_id != other.slot.room_id
                assert not {one.asking_id, one.asked_id} & {other.asking_id, other.asked_id}


def test_the_database_itself_refuses_a_second_taking_and_an_agreement_that_holds_nothing(convening, keeper):
    slots, (one, other) = opened(convening, keeper), two()
    row = agreed(convening, one, other, slots[0])
    bare = asked(convening, factories.focal_point(), other, slots[2:3])

    for of in ({"room": slots[0].room}, {"party": party_of(one)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            BilateralHold.objects.create(
                bilateral=bare, convening=convening, step_at=slots[0].starts_at, **of
            )
    with pytest.raises(DatabaseError), transaction.atomic():
        Bilateral.objects.filter(pk=bare.pk).update(state="agreed", turn=None, slot=slots[0], agreed_at=now())
    assert Bilateral.objects.get(pk=row.pk).state == "agreed"


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one writer in at a time")
def test_of_two_who_accept_the_same_room_at_once_one_is_told_that_it_is_taken(transactional_db):
    factories.process()
    keeper = factories.secretariat_person()
    convening = factories.convening(state="convened")
    slot = opened(convening, keeper)[0]
    rows = [(asked(convening, one, other, [slot]), other) for one, other in (two(), two())]
    start, said = threading.Barrier(2), []

    def accept(row, by):
        try:
            start.wait()
            said.append(
                actions.accept(bilateral=row, slot=slot, revision=row.revision, by=by, at=now()).state
            )
        except RefusedError as error:
            said.append(str(error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=accept, args=pair) for pair in rows]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert sorted(said) == ["That time is not free for both any more. Choose another one.", "agreed"]


def test_a_session_that_expects_the_delegation_keeps_its_hour_and_its_own_people_are_told_why(
    convening, keeper
):
    slots, (one, other) = opened(convening, keeper), two()
    meetings.hold_session(convening=convening, by=keeper, at=now(), kind="plenary", on=DAY, from_hour=dt.time(9), until_hour=dt.time(10), titles={"en": "First plenary"}, audience=50)  # fmt: skip

    with pytest.raises(RefusedError, match="expected elsewhere at that time: First plenary"):
        asked(convening, one, other, slots[:1])
    days = hours_for(
        slots, busy(convening, party_of(one), "member", known_to=(one, reach_of(one))), [], set()
    )
    assert [bool(hour.rooms) for hour in days[DAY]] == [False, False, True, True]
    assert str(days[DAY][0].mine[0].why) == "First plenary"


def test_a_session_put_over_an_agreed_meeting_is_shown_to_both_and_on_the_grid(client, convening, keeper):
    slots, (one, other) = opened(convening, keeper), two()
    row = agreed(convening, one, other, slots[0])
    meetings.hold_session(convening=convening, by=keeper, at=now(), kind="plenary", on=DAY, from_hour=dt.time(9), until_hour=dt.time(10), titles={"en": "First plenary"}, audience=50)  # fmt: skip

    assert (
        "a session from 09:00 was put over it"
        in page(client, keeper, "bilateral-grid", convening.symbol).content.decode()
    )
    for person in (one, other):
        shown = page(client, person, "bilateral", convening.symbol, row.ref).content.decode()
        assert "your delegation is expected elsewhere: First plenary" in " ".join(shown.split())


# Third parties -----------------------------------------------------------------------------------------------------------


def test_third_parties_find_no_trace_and_the_secretariat_no_subject(client, convening, keeper):
    slots, (one, other) = opened(convening, keeper), two()
    row = agreed(convening, one, other, slots[0])
    waiting = asked(convening, factories.focal_point(), other, slots[4:5])
    chair = factories.presiding_chair()
    third = factories.focal_point()

    for person in (third, chair, keeper, factories.delegate("observer_state")):
        reach = reach_of(person)
        assert not Bilateral.objects.visible_to(person, reach=reach).exists()
        assert page(client, person, "bilateral", convening.symbol, row.ref).status_code == 404
        for name in ("page", "bilaterals"):
            assert row.ref not in page(client, person, name, convening.symbol).content.decode()
        assert not entries_for(person, reach).filter(subject_kind="Bilateral").exists()
    for person in (third, chair):
        assert page(client, person, "bilateral-grid", convening.symbol).status_code == 404
        assert not Bilateral.objects.on_the_grid(person).exists()
    shown = page(client, keeper, "bilateral-grid", convening.symbol).content.decode()
    assert "Retorno" not in shown
    assert waiting.ref not in shown
    cells = [
        cell
        for rows in grid(convening, keeper, reach_of(keeper)).days.values()
        for _hour, row in rows
        for cell in row
    ]
    assert [(cell.bilateral.asking, cell.bilateral.given) for cell in cells if cell.bilateral] == [
        (party_of(one), "")
    ]
    actions.give_subject(bilateral=row, given=True, by=one, at=now())
    assert "Retorno" in page(client, keeper, "bilateral-grid", convening.symbol).content.decode()
    assert JournalEntry.objects.filter(subject_kind="Bilateral").exists()


def test_a_busy_party_looks_the_same_whoever_it_meets_and_a_full_house_too(convening, keeper):
    slots, (one, other) = opened(convening, keeper), two()
    third, fourth = two()
    agreed(convening, one, other, slots[0])
    agreed(convening, third, fourth, slots[1])

    def seen_by(reader, whom):
        mine = busy(convening, party_of(reader), "member", known_to=(reader, reach_of(reader)))
        days = hours_for(slots, mine, busy(convening, party_of(whom), "member"), rooms_taken(convening))
        return [([slot.ref for slot in hour.rooms], hour.mine) for hour in days[DAY]]

    watcher, free = two()
    assert seen_by(watcher, other) == seen_by(watcher, third) == seen_by(watcher, free)
    assert seen_by(watcher, other)[0] == ([], [])


def test_what_awaits_an_answer_stands_on_the_list_of_the_party_asked_and_on_nobody_elses(convening, keeper):
    slots, (one, other) = opened(convening, keeper), two()
    row = asked(convening, one, other, slots[:3])
    parties = frozenset(Party.objects.values_list("pk", flat=True))

    def listed(person):
        at = now()
        return [
            ask
            for ask in asked_of(Question(person, reach_of(person, at), parties, at))
            if ask.source == "bilaterals"
        ]

    assert [(ask.ref, ask.party, ask.due.at) for ask in listed(other)] == [
        (row.ref, party_of(other).pk, slots[2].starts_at)
    ]
    # Who asked knows that the other answers; of third parties nobody does, the secretariat's board included.
    assert [ask.ref for ask in listed(one)] == [row.ref]
    assert [listed(person) for person in (factories.focal_point(), factories.presiding_chair(), keeper)] == [
        [],
        [],
        [],
    ]


def test_the_notes_of_one_are_not_read_by_the_other(client, convening, keeper):
    slots, (one, other) = opened(convening, keeper), two()
    row = agreed(convening, one, other, slots[0])
    actions.keep_note(
        bilateral=row, party=party_of(one), text="Ceder en el punto 4", revision=0, by=one, at=now()
    )

    assert "Ceder" in page(client, one, "bilateral", convening.symbol, row.ref).content.decode()
    assert "Ceder" not in page(client, other, "bilateral", convening.symbol, row.ref).content.decode()


# Calendars and pages -----------------------------------------------------------------------------------------------------


def test_the_calendars_of_both_follow_a_move_and_name_nobody_outside(client, convening, keeper):
    slots, (one, other) = opened(convening, keeper), two()
    row = agreed(convening, one, other, slots[0])

    def event(person):
        token = meetings.open_calendar(by=person, at=now()).token
        text = client.get(reverse("personal-calendar", args=[token])).content
        assert party_of(other if person == one else one).names["en"].encode() not in text
        return next(found for found in Calendar.from_ical(text).walk("VEVENT") if row.ref in found["UID"])

    before = [event(person).start for person in (one, other)]
    actions.move(bilateral=row, slot=slots[6], revision=row.revision, by=keeper, at=now())
    after = [event(person).start for person in (one, other)]

    assert before == [slots[0].starts_at] * 2
    assert after == [slots[6].starts_at] * 2


def test_the_pages_ask_answer_and_keep_what_was_typed_where_it_is_refused(client, convening, keeper):
    client.force_login(keeper)
    grid_address = reverse("meetings:bilateral-grid", args=[convening.symbol])
    values = {"days": [DAY.isoformat()], "from_hour": "09:00", "until_hour": "10:00", "length": 30, "pause": 0, "rooms_en": "Blue room\nPatio", "rooms_es": "Salón azul"}  # fmt: skip
    assert "different numbers of lines" in client.post(grid_address, values).content.decode()
    client.post(grid_address, values | {"rooms_es": "Salón azul\nPatio"})
    slots, (one, other) = list(BilateralSlot.objects.order_by("starts_at", "room_id")), two()
    client.force_login(one)
    address = reverse("meetings:bilateral-ask", args=[convening.symbol]) + f"?with={party_of(other).code}"
    refused = client.post(address, {"subject": "Visas", "language": "en"}).content.decode()
    assert "Choose one time at least" in refused
    assert 'value="Visas"' in refused

    client.post(address, {"subject": "Visas", "language": "en", "slots": [slots[0].ref]})
    row = Bilateral.objects.get()
    client.force_login(other)
    mine = reverse("meetings:bilateral", args=[convening.symbol, row.ref])
    client.post(mine, {"act": "accept", "revision": row.revision, "slots": slots[0].ref})

    assert Bilateral.objects.get().state == "agreed"
    client.post(mine, {"act": "note", "revision": 0, "text": "Of a colleague"})
    stale = client.post(mine, {"act": "note", "revision": 0, "text": "Nothing lost"}).content.decode()
    assert "Nothing lost" in stale
    assert "Of a colleague" in stale
    # A browser counts a line's end as one sign and sends two.
    lines = "línea\r\n" * 1_600
    long = {"act": "note", "revision": 1}
    assert client.post(mine, long | {"text": lines}).status_code == 302
    assert client.post(mine, long | {"revision": 2, "text": lines + lines}).status_code == 200
    assert BilateralNote.objects.get().text.count("\n") == 1_599
    table = page(client, keeper, "bilateral-grid", convening.symbol)
    assert len(slots) == 4
    assert table.content.decode().count('class="free"') == 3
    export = client.get(grid_address + "?export=xlsx")
    assert export["Content-Type"].startswith("application/vnd.openxmlformats")


def test_slots_left_behind_by_a_moved_meeting_are_not_offered_and_what_was_agreed_there_is_told(
    client, convening, keeper
):
    slots, (one, other) = opened(convening, keeper), two()
    row = agreed(convening, one, other, slots[0])
    waiting = asked(convening, factories.focal_point(), other, slots[2:3])
    Meeting.objects.filter(pk=convening.meeting_id).update(
        starts_on=DAY + dt.timedelta(days=1), ends_on=DAY + dt.timedelta(days=2)
    )

    with pytest.raises(RefusedError, match="outside the days of the meeting"):
        actions.accept(bilateral=waiting, slot=slots[2], revision=waiting.revision, by=other, at=now())
    assert not BilateralSlot.objects.open(at=now()).exists()
    shown = page(client, one, "bilateral", convening.symbol, row.ref).content.decode()
    assert "this hour lies outside its days" in shown
    assert (
        "bilateral meeting lies outside" not in page(client, one, "page", convening.symbol).content.decode()
    )
    assert (
        "1 bilateral meeting lies outside" in page(client, keeper, "page", convening.symbol).content.decode()
    )
    grid_page = page(client, keeper, "bilateral-grid", convening.symbol)
    assert grid_page.context["counts"] == {"free": 0, "taken": 1, "closed": 0}
    # Slots on the new days are opened, and it is moved there.
    opened(convening, keeper, days=[DAY + dt.timedelta(days=1)])
    new = BilateralSlot.objects.open(at=now())[0]
    actions.move(bilateral=row, slot=new, revision=row.revision, by=keeper, at=now())
    assert "lies outside" not in page(client, keeper, "page", convening.symbol).content.decode()
