"""Who reports for a member is reminded half-yearly before the group's meeting, once on each day, as long as something waits."""

import datetime as dt

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from puebla.core.asks import Due
from puebla.core.models import OutgoingMail
from puebla.intranet.models import Handling
from puebla.plan import actions
from puebla.plan.actions.reminding import AHEAD, WITHIN, _step, mail_now, remind
from puebla.plan.querysets.rounds import Round
from tests import factories as make
from tests.plan.making import AT, commitment, objective_of, plan, report, secretary

pytestmark = pytest.mark.django_db
#: Reports are due fifteen days before.
MEETS, DUE = dt.date(2026, 6, 20), dt.date(2026, 6, 5)


@pytest.fixture
def line():
    """An edition before a meeting of its group, two commitments that Honduras leads, and who reports for it."""
    by = secretary()
    made = plan(by)
    country = make.PartyFactory(code="HND", short_names={"en": "Honduras", "es": "Honduras"})
    person = make.focal_point(country)
    make.MeetingFactory(
        symbol="RCM/2026/RCGM-1",
        body=made.body,
        starts_on=MEETS,
        ends_on=None,
        titles={"en": "Meeting in San José"},
    )
    ones = [commitment(by, objective=objective_of(made), leads=[country]) for _again in range(2)]
    return by, made, ones, country, person


def morning(day, hour=15):
    return dt.datetime.combine(day, dt.time(hour), tzinfo=dt.UTC)


def to(person):
    return list(
        OutgoingMail.objects.filter(recipient=person.email, about__startswith="plan_report:").order_by("pk")
    )


def test_who_reports_is_reminded_a_month_and_a_week_before_once_each(line):
    _by, _made, _ones, _country, person = line
    days = [DUE - dt.timedelta(days=ahead) for ahead in range(40, -3, -1)]

    sent = {day: remind(at=morning(day)) + remind(at=morning(day, 20)) for day in days}

    assert {(DUE - day).days for day, count in sent.items() if count} == set(AHEAD)
    first, _second = to(person)
    assert "Honduras has not reported yet on 2 commitments" in first.body
    assert "5 June 2026" in first.subject and "Meeting in San José" in first.body
    assert reverse("intranet:asks-party", args=["HND"]) + "?kind=report&state=waiting" in first.body
    assert all(one.stop_url for one in to(person))


def test_nobody_is_reminded_before_the_morning_and_where_the_chore_was_down_it_is_made_up_for(line):
    _by, _made, _ones, _country, person = line

    assert remind(at=dt.datetime(2026, 5, 6, 8, tzinfo=dt.UTC)) == 0
    assert remind(at=morning(dt.date(2026, 5, 6) + dt.timedelta(days=WITHIN - 1))) == 1
    assert len(to(person)) == 1


def test_what_was_reported_or_set_aside_waits_no_more_and_members_that_owe_nothing_hear_nothing(line):
    _by, _made, (first, second), country, person = line
    other = make.focal_point(make.PartyFactory(code="NIC"))
    report(first, person, country)
    at = morning(DUE - dt.timedelta(days=7))
    remind(at=at)
    (mail,) = to(person)

    Handling.objects.create(
        source="plan", asked=f"{second.ref}.2026-1", party=country, not_applicable_at=at, not_applicable_by=person, reason="No.",
        changed_at=at, changed_by=person,
    )  # fmt: skip

    assert "on 1 commitment:" in mail.body
    assert mail_now(mail.about.partition(":")[2], mail, at) is None
    assert to(other) == []


def test_a_message_that_waited_says_what_is_so_now_and_goes_to_nobody_who_reports_no_longer(line):
    by, made, (first, _second), country, person = line
    at = morning(DUE - dt.timedelta(days=7))
    remind(at=at)
    (mail,) = to(person)
    ref = mail.about.partition(":")[2]

    report(first, person, country, at=at)
    after = mail_now(ref, mail, at)
    made.refresh_from_db()
    actions.describe_plan(plan=made, values={"state": "closed"}, revision=made.revision, by=by, at=at)

    assert "on 1 commitment:" in after["body"]
    assert mail_now(ref, mail, at) is None
    assert mail_now("2010:nonsense:HND", mail, at) is None


def test_what_is_not_asked_of_a_half_year_reminds_nobody(line):
    by, made, ones, _country, person = line
    for one in ones:
        one.refresh_from_db()
        actions.describe_commitment(
            commitment=one, values={"from_on": dt.date(2026, 7, 1)}, revision=one.revision, by=by, at=AT
        )

    assert remind(at=morning(DUE - dt.timedelta(days=7))) == 0
    assert to(person) == []


@given(
    due=st.dates(dt.date(2026, 1, 1), dt.date(2026, 6, 30)),
    on=st.dates(dt.date(2025, 12, 1), dt.date(2026, 7, 31)),
)
def test_no_reminder_comes_before_the_half_year_or_after_the_day(due, on):
    step = _step(Round(2026, 1, Due(on=due)), on)

    assert step in {0, *AHEAD}
    assert not step or dt.date(2026, 1, 1) <= on <= due
