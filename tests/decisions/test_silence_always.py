"""Whatever happens in whatever order: nothing is adopted over a broken silence or before its hour, and no answer is lost."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from puebla.core.verdicts import RefusedError
from puebla.core.workdays import NOON, days_between, is_working_day, working_days
from puebla.decisions.actions import settling, silence
from puebla.decisions.models import SilenceReceipt
from puebla.decisions.rules.clocks import SLACK, witness_of
from puebla.decisions.rules.silence import MARGIN
from tests.decisions.making import token
from tests.decisions.silent import CAPITALS, Clock, World

MILLISECOND = dt.timedelta(milliseconds=1)
COUNTRIES = ["", "BZ", "CA", "CR", "DO", "GT", "HN", "MX", "NI", "PA", "SV", "US", "XX"]
INSTANTS = st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2034, 1, 1), timezones=st.just(dt.UTC))
ZONES = st.sampled_from(sorted(zone for _country, zone in CAPITALS.values()))


@given(INSTANTS, st.timedeltas(dt.timedelta(0), dt.timedelta(days=40)), ZONES, st.sampled_from(COUNTRIES))
@settings(max_examples=200)
def test_working_days_are_whole_days_of_the_capital_that_its_calendar_does_not_give_off(
    begins, length, zone, country
):
    closes = begins + length
    days = days_between(begins, closes, zone)
    place = ZoneInfo(zone)

    assert days == sorted(set(days))
    for day in days:
        midnight = dt.datetime.combine(day, dt.time(), tzinfo=place)
        assert midnight > begins and dt.datetime.combine(day, NOON, tzinfo=place) <= closes
    count = working_days(country, zone, begins, closes)
    assert count == sum(is_working_day(country, one) for one in days) <= len(days)
    assert not any(is_working_day(country, one) for one in days if one.weekday() > 4)
    # Nobody loses a day by getting more time.
    assert count <= working_days(country, zone, begins, closes + dt.timedelta(days=1))
    if country in ("", "XX"):
        assert count == sum(one.weekday() < 5 for one in days)


class Span:
    def __init__(self, first, last):
        self.first_at, self.last_at, self.leapt = first, last, 0


@given(
    INSTANTS, st.lists(st.tuples(st.integers(-50, 100), st.integers(0, 60)), max_size=6), st.integers(1, 90)
)
def test_no_more_time_is_vouched_for_than_has_gone_by(opened, pieces, hours):
    hour = dt.timedelta(hours=1)
    spans = [Span(opened + first * hour, opened + (first + length) * hour) for first, length in pieces]
    at = opened + hours * hour

    found = witness_of(spans, [], opened_at=opened, at=at)

    covered = {n for first, length in pieces for n in range(first, first + length) if 0 <= n < hours}
    assert found.proven_at == opened + len(covered) * hour
    assert found.vouches_for(at) == (len(covered) == hours)
    assert not witness_of(spans, [1], opened_at=opened, at=at).vouches_for(opened)


class Procedure(RuleBasedStateMachine):
    """One procedure, four members, a clock that somebody sets, a machine that is started anew."""

    world: World

    def __init__(self):
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.world.clock = Clock()
        #: How much time has really gone by since the opening, and by how much the wall's clock is wrong.
        self.gone = self.wrong = dt.timedelta(0)
        self.row = self.world.opened()
        self.begun = self.row.opened_at
        self.kept, self.vouched, self.breaks = [], False, False

    def teardown(self):
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    # Time

    @rule(time=st.sampled_from([MILLISECOND, MARGIN, dt.timedelta(hours=7), dt.timedelta(days=4)]))
    def goes(self, time):
        self.world.clock.goes(time)
        self.gone += time

    @rule(past=st.sampled_from([-MILLISECOND, dt.timedelta(0), MILLISECOND, MARGIN]))
    def comes_to_the_hour(self, past):
        time = self.row.closes_at + past - self.world.clock.at
        if time > dt.timedelta(0):
            self.world.clock.goes(time)
            self.gone += time

    @rule(time=st.sampled_from([dt.timedelta(days=-2), dt.timedelta(hours=3), dt.timedelta(days=12)]))
    def leaps(self, time):
        self.world.clock.leaps(time)
        self.wrong += time

    @precondition(lambda self: self.wrong)
    @rule()
    def is_set_right(self):
        self.world.clock.leaps(-self.wrong)
        self.wrong = dt.timedelta(0)

    @rule(time=st.sampled_from([dt.timedelta(minutes=3), dt.timedelta(days=1)]))
    def starts_anew(self, time):
        self.world.clock.starts_anew(after=time)
        self.gone += time

    # People

    @rule(
        code=st.sampled_from(sorted(CAPITALS)),
        kind=st.sampled_from(["no_objection", "asks_extension", "breaks", "breaks"]),
    )
    def answers(self, code, kind):
        before, late = self.row.state, self.world.clock.at > self.row.closes_at
        try:
            receipt = self.world.says(self.row, code, kind)
        except RefusedError:
            # Who breaks the silence in time is heard.
            assert kind != "breaks" or before != "running" or late
        else:
            assert receipt.doubtful == late
            self.kept.append((code, kind, receipt.at))
            self.breaks |= kind == "breaks" and not late
        self.fresh()

    @rule(days=st.integers(1, 20))
    def is_extended(self, days):
        on = self.row.closes_on + dt.timedelta(days=days)
        with_reason = {"reasons": {"en": "Asked for."}, "hour": self.row.closes_hour, "zone": self.row.zone}
        self.tries(
            lambda: silence.extend(
                procedure=self.row,
                on=on,
                **with_reason,
                by=self.world.chair,
                revision=self.row.revision,
                **self.world.clock.read(),
            )
        )

    @rule()
    def is_stopped(self):
        self.tries(
            lambda: silence.stop(
                procedure=self.row, reasons={"en": "x"}, by=self.world.keeper, at=self.world.clock.at
            )
        )

    @rule(closed=st.booleans())
    def is_vouched_for(self, closed):
        before = self.row.state
        self.tries(
            lambda: silence.vouch(
                procedure=self.row, closed=closed, by=self.world.chair, **self.world.clock.read()
            )
        )
        self.vouched |= before == "running" != self.row.state

    @rule()
    def is_looked_at(self):
        self.world.looks(self.row)

    @rule()
    def is_watched(self):
        settling.keep_watch(**self.world.clock.read())

    def tries(self, act):
        try:
            with transaction.atomic():
                act()
        except RefusedError:
            pass
        self.fresh()

    def fresh(self):
        self.row.refresh_from_db()
        self.row.decision.refresh_from_db()

    # Always

    @invariant()
    def no_answer_is_lost(self):
        found = (
            SilenceReceipt.objects.filter(procedure=self.row)
            .order_by("pk")
            .values_list("party__code", "kind", "at")
        )
        assert list(found) == self.kept

    @invariant()
    def a_broken_silence_adopts_nothing(self):
        if self.breaks:
            assert self.row.state == "broken"

    @invariant()
    def nothing_is_adopted_before_its_hour(self):
        if self.row.state == "adopted" and not self.vouched:
            assert self.gone + SLACK >= self.row.closes_at - self.begun
            assert not any(kind == "breaks" for _code, kind, _at in self.kept)

    @invariant()
    def the_text_follows(self):
        decision = self.row.decision
        decision.text.refresh_from_db()
        assert (decision.state == "adopted") == (self.row.state == "adopted") == decision.text.is_frozen
        assert decision.text.is_held == (self.row.state == "running")


@pytest.mark.django_db
def test_whatever_happens_nothing_is_adopted_over_a_broken_silence_or_before_its_hour():
    Procedure.world = World(extensions=2)
    assert token()
    run_state_machine_as_test(
        Procedure, settings=settings(max_examples=30, stateful_step_count=14, deadline=None)
    )
