"""Silence procedures: one adopted, one broken, one extended; exact at the boundary, and never by a clock that leapt."""

import datetime as dt

import pytest

from puebla.core.models import OutgoingMail
from puebla.core.verdicts import RefusedError
from puebla.decisions.actions import settling, silence
from puebla.decisions.actions.silence_mail import mail_now
from puebla.decisions.models import SilenceProcedure, SilenceReceipt, SilenceRule
from puebla.decisions.rules.silence import MARGIN
from puebla.texts.models import Paragraph
from tests import factories
from tests.decisions.silent import CLOSES, OPENED, SECOND, World

pytestmark = pytest.mark.django_db
MILLISECOND = dt.timedelta(milliseconds=1)


@pytest.fixture
def world():
    return World()


def test_a_text_is_adopted_as_of_the_closing_instant_by_whoever_looks_first(world):
    row = world.opened()
    world.clock.goes(dt.timedelta(days=2))
    world.says(row, "CRI", "no_objection", "")
    world.clock.until(row.closes_at + MARGIN - SECOND)
    assert world.looks(row).is_running
    world.clock.goes(dt.timedelta(days=3))

    world.looks(row)

    assert row.state == "adopted" and row.ended_at == row.closes_at and row.settled_at == world.clock.at
    decision = row.decision
    assert (decision.state, decision.way, decision.adopted_at) == ("adopted", "silence", row.closes_at)
    assert decision.adopted_hash == row.digest == decision.text.frozen_hash and decision.adopted_by is None
    assert {one.code for one in decision.present.all()} == set(world.party)
    assert row.journal_digest and not decision.text.is_held


def test_the_silence_is_broken_at_once_and_the_text_is_free_again(world):
    row = world.opened()
    world.clock.goes(dt.timedelta(hours=5))

    receipt = world.says(row, "HND", "breaks", "Paragraph 2 goes too far.")

    row.refresh_from_db()
    row.decision.refresh_from_db()
    assert row.state == "broken" and row.ended_at == receipt.at and row.ended_by == world.people["HND"]
    assert row.decision.state == "drafting" and not row.decision.text.is_held
    with pytest.raises(RefusedError, match="broken already"):
        world.says(row, "CAN", "no_objection", "")
    with pytest.raises(RefusedError, match="very words"):
        world.opened(row.decision, on=CLOSES + dt.timedelta(days=7))
    world.clock.goes(dt.timedelta(days=30))
    assert world.looks(row).state == "broken" and row.decision.state == "drafting"


def test_more_time_is_asked_for_and_given_once_where_the_rules_say_so(world):
    row = world.opened()
    before = row.closes_at
    world.says(row, "CAN", "asks_extension", "Our ministry needs two days.")
    more = {
        "on": CLOSES + dt.timedelta(days=5),
        "hour": dt.time(17),
        "zone": "America/Guatemala",
        "reasons": {"en": "Asked for."},
    }
    row.refresh_from_db()
    # Counted beyond the hour on which it closes, however early the extension is given.
    with pytest.raises(RefusedError, match="working day"):
        silence.extend(
            procedure=row, **more | {"on": CLOSES, "hour": dt.time(18)}, by=world.chair, revision=row.revision, **world.clock.read()
        )  # fmt: skip

    row = silence.extend(procedure=row, **more, by=world.chair, revision=row.revision, **world.clock.read())

    assert row.closes_at == before + dt.timedelta(days=5)
    later = more | {"on": CLOSES + dt.timedelta(days=9)}
    with pytest.raises(RefusedError, match="as often as"):
        silence.extend(procedure=row, **later, by=world.chair, revision=row.revision, **world.clock.read())
    with pytest.raises(RefusedError, match="no further extension"):
        world.says(row, "CRI", "asks_extension")
    world.clock.until(before + MARGIN)
    assert world.looks(row).is_running
    world.clock.until(row.closes_at + MARGIN)
    assert world.looks(row).state == "adopted" and row.decision.adopted_at == row.closes_at


def test_a_single_period_is_not_extended_and_the_reason_says_so():
    world = World(extensions=0)
    row = world.opened()
    with pytest.raises(RefusedError, match="single period"):
        world.says(row, "CAN", "asks_extension")
    with pytest.raises(RefusedError, match="single period"):
        silence.extend(
            procedure=row, on=CLOSES + dt.timedelta(days=9), hour=dt.time(17), zone="America/Guatemala", reasons={}, by=world.chair,
            revision=row.revision, **world.clock.read(),
        )  # fmt: skip


def test_where_a_body_s_rules_do_not_provide_for_it_or_were_not_confirmed_nothing_is_opened():
    world = World(confirmed=False)
    with pytest.raises(RefusedError, match="do not provide"):
        world.opened()
    assert not SilenceProcedure.objects.exists()


def test_who_opens_it_is_said_by_the_rules(world):
    text = world.text()
    for person in (world.people["CAN"], world.observer):
        with pytest.raises(RefusedError, match="opened by|no such"):
            world.opened(text, by=person)
    world.rule.opens = "secretariat"
    world.rule.save()
    with pytest.raises(RefusedError, match="opened by"):
        world.opened(text, by=world.chair)
    assert world.opened(text, by=world.keeper).is_running


def test_members_without_anybody_who_could_answer_are_named(world):
    world.people["HND"].seats.all().delete()
    with pytest.raises(RefusedError, match="HND has nobody"):
        world.opened()


def test_too_few_working_days_are_refused_with_the_capitals_that_lack_them(world):
    # In Canada the first of July is a holiday; in the others it is not.
    world.clock.until(dt.datetime(2031, 6, 27, 15, 0, tzinfo=dt.UTC))
    text = world.text()
    with pytest.raises(RefusedError, match=r"too few are left to: CAN \(4\)\."):
        world.opened(text, on=dt.date(2031, 7, 4))
    text.text.refresh_from_db()
    assert not text.text.is_held
    assert world.opened(text, on=dt.date(2031, 7, 7)).is_running


def test_what_is_held_changes_nothing_and_a_word_changed_past_the_acts_stops_it(world):
    from puebla.decisions import actions as decisions
    from puebla.texts import actions as texts
    from tests.decisions.making import declared, paragraph, positioned, proposed

    row = world.opened()
    decision, at = row.decision, world.clock.at
    world.at = at
    for act in (
        lambda: proposed(world, decision),
        lambda: declared(world, decision),
        lambda: positioned(world, decision),
        lambda: decisions.lay_aside(decision=decision, by=world.keeper, at=at),
        lambda: decisions.describe(decision=decision, meanings={}, by=world.keeper, at=at),
        lambda: texts.word_paragraph(
            paragraph=paragraph(decision), words={"en": "x"}, revision=1, by=world.keeper, at=at
        ),
        lambda: texts.set_audience(text=decision.text, audience=10, by=world.keeper, at=at),
    ):
        with pytest.raises(RefusedError):
            act()
    assert positioned(world, decision, kind="reservation").stands
    Paragraph.objects.filter(pk=paragraph(decision).pk).update(words={"en": "Other.", "es": "Otras."})
    world.clock.until(row.closes_at + MARGIN)

    world.looks(row)

    assert row.state == "stopped" and row.found_digest not in ("", row.digest)
    assert row.decision.state == "drafting" and not row.decision.text.is_held


@pytest.mark.parametrize("past", [-MILLISECOND, dt.timedelta(0), MILLISECOND])
def test_an_answer_falls_on_its_side_of_the_hour_whenever_it_is_written_down(world, past):
    row = world.opened()
    world.clock.until(row.closes_at + past)
    arrived = world.clock.read()
    # It waits for its turn; meanwhile others look, as late as a request can live.
    world.clock.until(row.closes_at + MARGIN - MILLISECOND)
    assert world.looks(row).is_running
    if past <= dt.timedelta(0):
        world.says(row, "CRI", "breaks", **arrived)
    else:
        with pytest.raises(RefusedError, match="closed at"):
            world.says(row, "CRI", "breaks", **arrived)
    world.clock.goes(dt.timedelta(days=1))

    world.looks(row)

    assert row.state == ("broken" if past <= dt.timedelta(0) else "adopted")


def test_nothing_is_adopted_by_a_clock_that_leapt_and_a_reply_in_between_is_kept(world):
    row = world.opened()
    world.clock.goes(dt.timedelta(hours=1))
    world.clock.leaps(dt.timedelta(days=20))
    assert world.looks(row).is_running and row.held_at == world.clock.at
    receipt = world.says(row, "CRI", "breaks")
    assert receipt.doubtful and receipt.at == world.clock.at
    assert world.looks(row).is_running
    world.clock.leaps(dt.timedelta(days=-20))

    world.looks(row)

    assert row.state == "broken" and row.decision.state == "drafting"


def test_a_leap_shows_however_long_both_clocks_had_gone_the_same_way(world):
    settling.witness(**world.clock.read())
    world.clock.goes(dt.timedelta(days=364))
    row = world.opened(on=dt.date(2032, 6, 10))
    world.clock.until(row.closes_at - dt.timedelta(hours=2))
    settling.keep_watch(**world.clock.read())

    world.clock.leaps(dt.timedelta(hours=3))

    assert world.looks(row).is_running and row.witness["leapt"] == 3 * 3600
    assert world.says(row, "CRI", "breaks").doubtful


def test_after_a_leap_a_person_says_that_the_hour_has_passed(world):
    row = world.opened()
    world.clock.leaps(dt.timedelta(hours=3))
    world.says(row, "CAN", "no_objection", "")
    world.clock.until(row.closes_at + dt.timedelta(days=1))
    assert world.looks(row).is_running and row.witness["leapt"] == 3 * 3600
    with pytest.raises(RefusedError, match="done by"):
        silence.vouch(procedure=row, closed=True, by=world.people["CAN"], **world.clock.read())
    with pytest.raises(RefusedError, match="No answer is in doubt"):
        silence.vouch(procedure=row, closed=False, by=world.chair, **world.clock.read())

    row = silence.vouch(procedure=row, closed=True, by=world.chair, **world.clock.read())

    assert row.state == "adopted" and row.vouched_by == world.chair and row.ended_at == row.closes_at


@pytest.mark.parametrize("closed", [True, False])
def test_on_which_side_a_doubtful_reply_falls_a_person_says(world, closed):
    row = world.opened()
    world.clock.until(row.closes_at - dt.timedelta(hours=1))
    settling.witness(**world.clock.read())
    world.clock.starts_anew(after=dt.timedelta(hours=2))
    world.says(row, "CRI", "breaks")
    world.clock.goes(dt.timedelta(days=2))
    assert world.looks(row).is_running

    row = silence.vouch(procedure=row, closed=closed, by=world.chair, **world.clock.read())

    assert row.state == ("adopted" if closed else "broken")


def test_time_without_a_witness_goes_by_once_more(world):
    row = world.opened()
    world.clock.until(row.closes_at - dt.timedelta(hours=1))
    settling.witness(**world.clock.read())
    world.clock.starts_anew(after=dt.timedelta(minutes=90))
    assert world.looks(row).is_running and row.held_at is not None
    world.clock.goes(dt.timedelta(minutes=50))
    assert world.looks(row).is_running
    world.clock.goes(dt.timedelta(minutes=11))
    assert world.looks(row).state == "adopted" and row.ended_at == row.closes_at


def test_the_same_form_sent_twice_counts_once(world):
    row = world.opened(token="twice")
    assert world.opened(row.decision, token="twice") == row
    first = world.says(row, "CRI", "no_objection", "", token="same")
    assert world.says(row, "CRI", "no_objection", "", token="same") == first
    with pytest.raises(RefusedError, match="already"):
        world.says(row, "CRI", "no_objection", "")
    with pytest.raises(RefusedError, match="cannot join"):
        world.says(row, "CRI", "breaks", "  ")
    with pytest.raises(RefusedError, match="does not include"):
        world.says(row, "CRI", "breaks", by=world.people["CAN"])
    assert SilenceReceipt.objects.count() == 1


def test_clocks_that_change_meanwhile_keep_the_hour_on_the_wall():
    world = World()
    world.clock.until(dt.datetime(2031, 10, 27, 15, 0, tzinfo=dt.UTC))
    row = world.opened(on=dt.date(2031, 11, 5), hour=dt.time(17), zone="America/Toronto")
    assert row.closes_at == dt.datetime(2031, 11, 5, 22, 0, tzinfo=dt.UTC)
    with pytest.raises(RefusedError, match="comes twice"):
        world.opened(on=dt.date(2031, 11, 2), hour=dt.time(1, 30), zone="America/Toronto")


def test_observers_see_only_how_it_ended_and_what_is_discreet_stays_with_the_presidency(world):
    row = world.opened(world.text(audience=60))
    silence.note_opened(procedure=row, by=world.people["CRI"], at=world.clock.at)
    assert silence.note_opened(procedure=row, by=world.people["CRI"], at=world.clock.at) == 0
    world.says(row, "HND", "breaks", "In confidence.", discreet=True)

    seen = {
        name: SilenceReceipt.objects.visible_to(person).count()
        for name, person in (("own", world.people["HND"]), ("chair", world.chair), ("other", world.people["CAN"]),
                             ("reader", world.people["CRI"]), ("observer", world.observer))
    }  # fmt: skip
    assert seen == {"own": 1, "chair": 2, "other": 0, "reader": 1, "observer": 0}
    assert not SilenceProcedure.objects.visible_to(world.observer).exists()
    assert SilenceProcedure.objects.outcomes_for(world.observer).get() == row
    assert not SilenceProcedure.objects.outcomes_for(None).exists()


def test_who_has_not_answered_is_reminded_once_at_each_hour(world):
    from puebla.notices.models import Notice

    row = world.opened()
    world.says(row, "CRI", "no_objection", "")
    world.says(row, "CAN", "asks_extension")
    reminded = Notice.objects.filter(what="reminded")
    for before, count in ((73, 0), (72, 1), (70, 0), (23, 1), (1, 0)):
        assert silence.remind_due(row.closes_at - dt.timedelta(hours=before)) == count
    assert set(reminded.values_list("person__full_name", flat=True)) == {"CAN", "HND", "ATL"}
    assert reminded.count() == 6


def test_the_database_itself_keeps_what_was_said(world):
    from django.db import DatabaseError, transaction

    row = world.opened()
    receipt = world.says(row, "CRI", "breaks")
    for act in (
        lambda: SilenceReceipt.objects.filter(pk=receipt.pk).update(kind="no_objection"),
        lambda: SilenceReceipt.objects.all().delete(),
        lambda: SilenceProcedure.objects.update(state="adopted"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


DAY = dt.date(2030, 1, 1)


@pytest.mark.parametrize(
    ("stands", "new", "says"),
    [
        ((DAY, None), (dt.date(2030, 6, 1), None), "1 January 2030 on already, without an end"),
        ((DAY, dt.date(2030, 6, 1)), (dt.date(2030, 6, 1), None), "until 1 June 2030 already"),
        ((DAY, dt.date(2030, 6, 1)), (dt.date(2029, 6, 1), None), "until 1 June 2030 already"),
        ((DAY, dt.date(2030, 6, 1)), (dt.date(2029, 6, 1), DAY), "until 1 June 2030 already"),
        ((DAY, dt.date(2030, 6, 1)), (dt.date(2030, 6, 2), None), ""),
        ((DAY, None), (dt.date(2029, 6, 1), dt.date(2029, 12, 31)), ""),
    ],
)
def test_no_two_rules_of_a_body_hold_on_one_day_and_the_other_is_named(world, stands, new, says):
    from django.db import DatabaseError, transaction

    first, second = ({"from_on": one, "until_on": until, "confirmed": False} for one, until in (stands, new))
    SilenceRule.objects.filter(pk=world.rule.pk).update(**first)

    if not says:
        assert silence.keep_rule(body=world.body, values=second, by=world.keeper, at=OPENED).pk
        return
    with pytest.raises(RefusedError, match=says) as refused:
        silence.keep_rule(body=world.body, values=second, by=world.keeper, at=OPENED)
    assert refused.value.field == "from_on" and "RCGM" in str(refused.value)
    with pytest.raises(DatabaseError, match="do not overlap"), transaction.atomic():
        SilenceRule.objects.create(body=world.body, **second)


def test_a_rule_that_is_changed_is_not_in_its_own_way_but_may_not_run_into_the_next(world):
    from django.db import DatabaseError, transaction

    until = dt.date(2029, 12, 31)
    world.rule = silence.keep_rule(
        rule=world.rule, values={"until_on": until}, revision=1, by=world.keeper, at=OPENED
    )
    silence.keep_rule(body=world.body, values={"from_on": DAY}, by=world.keeper, at=OPENED)

    kept = silence.keep_rule(rule=world.rule, values={"min_days": 7}, revision=2, by=world.keeper, at=OPENED)
    with pytest.raises(RefusedError, match="1 January 2030"):
        silence.keep_rule(rule=kept, values={"until_on": DAY}, revision=3, by=world.keeper, at=OPENED)
    with pytest.raises(DatabaseError, match="do not overlap"), transaction.atomic():
        SilenceRule.objects.filter(pk=kept.pk).update(until_on=None)
    other = factories.BodyFactory(code="VM")
    assert silence.keep_rule(body=other, values={"from_on": DAY}, by=world.keeper, at=OPENED).body == other


def test_another_answer_from_a_page_gone_back_to_is_never_taken_for_the_one_before(world):
    row, same = world.opened(), "one-form"
    world.says(row, "CRI", "no_objection", words="", token=same)

    broken = world.says(row, "CRI", "breaks", words="We cannot join paragraph 2.", token=same)

    row.refresh_from_db()
    assert (row.state, broken.kind) == ("broken", "breaks")
    assert world.says(row, "CRI", "no_objection", words="", token=same).kind == "no_objection", (
        "the same form sent twice"
    )


def test_a_page_gone_back_to_opens_anew_what_was_stopped_and_never_tells_of_another_procedure(world):
    first = world.opened(token="one-form")
    assert world.opened(first.decision, token="one-form") == first
    silence.stop(procedure=first, reasons={"en": "A word is missing."}, by=world.keeper, at=world.clock.at)

    second = world.opened(first.decision, token="one-form")
    third = world.opened(token="one-form")

    assert second.is_running and second != first
    assert third.is_running and third.decision != second.decision


def test_a_message_that_waited_asks_nobody_who_has_answered_and_nobody_after_the_hour(world):
    row = world.opened()
    world.clock.until(row.closes_at - dt.timedelta(hours=24))
    silence.remind_due(world.clock.at)
    waiting = {
        what: OutgoingMail.objects.get(about=f"silence:{row.ref}:{what}", recipient=world.people["CRI"].email)
        for what in ("opened", "reminded")
    }

    def still(what):
        mail = waiting[what]
        return mail_now(mail.about.partition(":")[2], mail, world.clock.at) is not None

    before = [still("opened"), still("reminded")]
    world.says(row, "CRI", "no_objection", words="")
    answered = [still("opened"), still("reminded")]
    world.clock.until(row.closes_at + MILLISECOND)

    assert (before, answered) == ([True, True], [True, False])
    assert [still("opened"), still("reminded")] == [False, False]
