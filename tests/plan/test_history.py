"""Since when reports are asked; and what was so before the plan was kept here, entered from the record."""

import datetime as dt
from importlib import import_module

import pytest
from django.apps import apps
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from puebla.core.asks import Question, State, asked_of
from puebla.core.verdicts import RefusedError
from puebla.members.models import Audience
from puebla.members.querysets import reach_of
from puebla.plan import actions
from puebla.plan.models import Commitment, Mark, Report
from puebla.plan.querysets.comparing import compared
from puebla.plan.querysets.rounds import half_of, is_asked_of
from puebla.plan.views.dates import entries
from tests import factories as make
from tests.plan.making import AT, H1, SAID, again, commitment, objective_of, plan, report, secretary, t

pytestmark = pytest.mark.django_db
H2_2025 = (2025, 2)


@pytest.fixture
def kept():
    """Who keeps the plan, an edition in force since AT, a commitment that Honduras leads, and who reports for it."""
    by = secretary()
    made = plan(by)
    country = make.PartyFactory(code="HND")
    person = make.focal_point(country)
    return by, made, commitment(by, objective=objective_of(made), leads=[country]), country, person


def halves_asked(person, country, at):
    question = Question(
        person, reach_of(person, at), frozenset({country.pk}), at, at - dt.timedelta(days=365)
    )
    return {one.ref.rpartition(".")[2]: one.state(at) for one in asked_of(question) if one.source == "plan"}


def force(made, by, at=AT, **values):
    made.refresh_from_db()
    return actions.describe_plan(plan=made, values=values, revision=made.revision, by=by, at=at)


# Since when reports are asked ----------------------------------------------------------------------------------------


def test_nothing_is_asked_of_half_years_that_were_over_before_the_edition_came_into_force(kept):
    by, _made, _one, country, person = kept
    later = AT + dt.timedelta(days=120)
    draft = plan(by, code="2026", in_force=False, body=kept[1].body)
    commitment(by, objective=objective_of(draft), leads=[country], at=AT)

    force(draft, by, at=later, state="in_force")

    refs = [one.ref for one in asked_of(Question(person, reach_of(person, later), frozenset({country.pk}), later)) if one.cites.startswith("2026/")]  # fmt: skip
    assert [ref.rpartition(".")[2] for ref in refs] == ["2026-2"]


def test_who_brings_a_plan_from_elsewhere_says_since_when_it_is_reported_on(kept):
    by, made, one, country, person = kept

    force(made, by, in_force_on=dt.date(2025, 11, 3))

    assert halves_asked(person, country, AT) == {"2026-1": State.OPEN, "2025-2": State.LATE}
    assert again(one).asked_from == dt.date(2025, 11, 3)
    report(again(one), person, country, half=H2_2025)
    assert halves_asked(person, country, AT) == {"2026-1": State.OPEN, "2025-2": State.DONE}


def test_what_is_entered_later_is_asked_since_then_and_stays_so_when_the_day_of_the_edition_is_put_right(
    kept,
):
    by, made, _one, country, person = kept
    new = commitment(
        by, objective=objective_of(made), leads=[country], at=AT + dt.timedelta(days=90), titles=t("New one")
    )

    force(made, by, in_force_on=dt.date(2026, 1, 7), at=AT + dt.timedelta(days=91))

    assert again(new).asked_from == dt.date(2026, 8, 2)


def test_nothing_is_asked_of_half_years_before_the_commitments_own_first_day(kept):
    by, made, _one, country, person = kept
    one = commitment(by, objective=objective_of(made), leads=[country], from_on=dt.date(2026, 7, 1))
    later = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)

    asked = asked_of(Question(person, reach_of(person, later), frozenset({country.pk}), later))

    assert [ask.ref for ask in asked if ask.ref.startswith(one.ref)] == [f"{one.ref}.2026-2"]


def test_an_edition_that_is_put_in_force_again_asks_nothing_of_the_time_between(kept):
    by, made, one, country, person = kept
    force(made, by, state="closed")
    back = AT + dt.timedelta(days=400)

    made.refresh_from_db()
    actions.describe_plan(plan=made, values={"state": "in_force"}, revision=made.revision, by=by, at=back)

    assert halves_asked(person, country, back) == {"2027-1": State.OPEN}


@pytest.mark.parametrize(
    ("day", "says"),
    [(dt.date(2009, 5, 1), "before the edition began"), (dt.date(2026, 12, 1), "still to come")],
)
def test_a_day_that_cannot_be_meant_is_refused_beside_its_field(kept, client, day, says):
    by, made, *_rest = kept
    client.force_login(by)
    form = client.get(reverse("plan:edit", args=[made.code])).context["form"].initial
    typed = {name: value for name, value in form.items() if value is not None} | {
        "in_force_on": day.isoformat()
    }

    shown = client.post(reverse("plan:edit", args=[made.code]), typed)

    assert says in str(shown.context["form"].errors["in_force_on"])
    made.refresh_from_db()
    assert made.in_force_on == dt.date(2026, 5, 4)


def test_the_day_stays_where_the_form_is_sent_without_it(kept, client):
    by, made, *_rest = kept
    client.force_login(by)
    form = client.get(reverse("plan:edit", args=[made.code])).context["form"].initial

    client.post(
        reverse("plan:edit", args=[made.code]),
        {name: value for name, value in form.items() if value is not None}
        | {"in_force_on": "", "report_days": 20},
    )

    made.refresh_from_db()
    assert (made.report_days, made.in_force_on) == (20, dt.date(2026, 5, 4))


def test_the_calendar_shows_no_day_of_half_years_of_which_nothing_is_asked(kept):
    _by, _made, _one, _country, person = kept
    first, last = dt.datetime(2025, 7, 1, tzinfo=dt.UTC), dt.datetime(2026, 12, 31, 12, tzinfo=dt.UTC)

    uids = {one.uid for one in entries(person, reach_of(person, AT), first, last)}

    assert uids == {"plan-2010-2026-1", "plan-2010-2026-2"}


@given(
    since=st.none() | st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)),
    begins=st.none() | st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)),
    day=st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)),
)
def test_a_half_year_is_asked_from_the_one_in_which_both_have_begun(since, begins, day):
    one = Commitment(asked_from=since, from_on=begins, created_at=AT)
    start = max(since or timezone.localtime(AT).date(), begins or dt.date.min)

    assert is_asked_of(one, half_of(day)) == (half_of(start) <= half_of(day))


# From the record -----------------------------------------------------------------------------------------------------


def test_how_it_stood_a_year_ago_is_entered_and_years_differ(kept, client):
    by, made, one, _country, _person = kept
    client.force_login(by)

    answer = client.post(
        reverse("plan:standing-earlier", args=[made.code, one.code]),
        {"on": "2025-05-01", "status": "planned", "progress": "", "budget": "", "funded": ""},
    )

    assert answer.status_code == 302
    found = compared(Commitment.objects.filter(pk=one.pk), dt.date(2025, 6, 30), dt.date(2026, 6, 30))
    assert [(one.before.status, one.after.status, one.step) for one in found.moved] == [
        ("planned", "under_way", 50)
    ]
    assert Mark.objects.get(entered_at__isnull=False).by == by
    assert "entered later, from the record" in client.get(answer.url).content.decode()


def test_what_is_kept_here_already_is_not_entered_from_the_record(kept, client):
    by, made, one, _country, _person = kept
    client.force_login(by)

    shown = client.post(
        reverse("plan:standing-earlier", args=[made.code, one.code]),
        {"on": "2026-05-04", "status": "planned"},
    ).content.decode()

    assert "is kept here, with all that is done" in shown
    assert Mark.objects.filter(entered_at__isnull=False).count() == 0


def test_a_report_from_the_record_keeps_the_half_year_it_is_about_and_says_where_it_comes_from(kept, client):
    by, made, one, country, person = kept
    force(made, by, in_force_on=dt.date(2025, 7, 1))
    client.force_login(by)

    answer = client.post(
        reverse("plan:report-earlier", args=[made.code, one.code]),
        {"party": "HND", "half": "2025-2", "given_on": "2025-11-20", "done": "under_way", "words_en": "Two offices opened.",
         "opens_to": "50", "evidence": "RCM/2025/RCGM-2"},
    )  # fmt: skip

    assert answer.status_code == 302
    row = Report.objects.get()
    assert (row.year, row.half, row.state, row.audience) == (2025, 2, "sent", Audience.MEMBERS)
    assert halves_asked(person, country, AT) == {"2026-1": State.OPEN, "2025-2": State.DONE}
    assert (
        "from the record"
        in client.get(reverse("plan:reports", args=[made.code, one.code, "HND"])).content.decode()
    )
    assert "entered from the record the report of HND" in client.get(answer.url).content.decode()


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        ({"given_on": dt.date(2026, 5, 4)}, "given_on", "Choose an earlier day"),
        ({"given_on": dt.date(2025, 6, 30)}, "given_on", "before the half-year"),
        ({"opens_to": Audience.PUBLIC}, "opens_to", "its own party"),
        ({"words": {}}, "words", "what was done"),
    ],
)
def test_a_report_that_cannot_be_of_the_record_is_refused_with_its_reason(kept, changed, field, says):
    by, _made, one, country, _person = kept
    facts = {"given_on": dt.date(2025, 11, 20)} | {
        name: value for name, value in changed.items() if name == "given_on"
    }
    values = SAID | {name: value for name, value in changed.items() if name != "given_on"}

    with pytest.raises(RefusedError, match=says) as refused:
        actions.enter_report(
            commitment=one, party=country, half=H2_2025, values=values, by=by, at=AT, **facts
        )

    assert refused.value.field == field
    assert not Report.objects.exists()


def test_no_report_is_entered_over_one_that_stands_nor_by_anybody_else(kept):
    by, _made, one, country, person = kept
    facts = {"commitment": one, "party": country, "half": H1, "values": SAID, "at": AT + dt.timedelta(days=1)}
    report(one, person, country)

    with pytest.raises(RefusedError, match="stands here already"):
        actions.enter_report(given_on=dt.date(2026, 2, 1), by=by, **facts)
    with pytest.raises(RefusedError, match="kept by the secretariat"):
        actions.enter_report(given_on=dt.date(2026, 2, 1), by=person, **facts)


def test_nobody_but_who_keeps_the_plan_finds_the_pages_of_the_record(kept, client):
    _by, made, one, _country, person = kept
    client.force_login(person)

    for name in ("standing-earlier", "report-earlier"):
        assert client.get(reverse(f"plan:{name}", args=[made.code, one.code])).status_code == 404
    assert "Enter how it stood earlier" not in client.get(reverse("plan:commitment-history", args=[made.code, one.code])).content.decode()  # fmt: skip


def test_of_what_was_over_before_its_instant_was_kept_the_history_tells_it():
    by = secretary()
    made = plan(by)
    later = AT + dt.timedelta(days=3)
    ended, begun_over = commitment(by, objective=objective_of(made)), commitment(by, objective=objective_of(made), status="done")  # fmt: skip
    for status, at in (("dropped", later), ("done", later + dt.timedelta(days=1))):
        actions.describe_commitment(
            commitment=ended, values={"status": status}, revision=again(ended).revision, by=by, at=at
        )
    Commitment.objects.update(over_at=None)

    import_module("puebla.plan.migrations.0005_fill_since_when_it_is_over").fill(apps, None)

    assert (again(ended).over_at, again(begun_over).over_at) == (later, None)
