"""Countries report of commitments: asked half-yearly, drafted, sent and frozen, read by whom they chose."""

import contextlib
import datetime as dt

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from puebla.circulars.actions.holding import hold
from puebla.core.asks import Question, State, asked_of
from puebla.core.verdicts import RefusedError, StaleError
from puebla.intranet.actions import asks
from puebla.intranet.views.asked import Asked
from puebla.members.models import Audience
from puebla.members.querysets import reach_of, today
from puebla.plan import actions
from puebla.plan.models import Commitment, Plan, Report
from puebla.plan.querysets.rounds import half_of, rounds_of
from puebla.plan.views.panels import to_report
from tests import factories as make
from tests.plan.making import (
    AT,
    H1,
    SAID,
    again,
    commitment,
    objective_of,
    paragraph_in,
    plan,
    report,
    secretary,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def line():
    """An edition, a commitment led by Honduras, and who reports for it."""
    by = secretary()
    made = plan(by)
    country = make.PartyFactory(code="HND")
    person = make.focal_point(country)
    one = commitment(by, objective=objective_of(made), leads=[country])
    return by, made, one, country, person


def asks_of(person, party, at=AT, since=None):
    question = Question(
        person, reach_of(person, at), frozenset({party.pk}), at, since or at - dt.timedelta(days=365)
    )
    return [one for one in asked_of(question) if one.source == "plan"]


def test_a_member_that_leads_is_asked_before_the_groups_meeting_and_has_done_it_once_it_reported(line):
    by, made, one, country, person = line
    make.MeetingFactory(
        symbol="RCM/2026/RCGM-1", body=made.body, starts_on=dt.date(2026, 6, 20), ends_on=None
    )

    (ask,) = asks_of(person, country)
    report(one, person, country)
    (done,) = asks_of(person, country)

    assert (ask.due.on, ask.meeting, ask.state(AT)) == (dt.date(2026, 6, 5), "RCM/2026/RCGM-1", State.OPEN)
    assert ask.state(AT + dt.timedelta(days=40)) == State.LATE
    assert ask.answer.endswith("/report/?half=2026-1") and ask.cites == f"2010/{one.code}"
    assert done.state(AT) == State.DONE and done.answered_at == AT


@pytest.mark.parametrize(
    ("meets", "due"),
    [(dt.date(2026, 1, 16), dt.date(2026, 1, 1)), (dt.date(2026, 1, 15), dt.date(2026, 1, 15)), (dt.date(2026, 1, 2), dt.date(2026, 1, 2))],
)  # fmt: skip
def test_no_report_is_due_before_the_half_year_that_it_tells_of_has_begun(line, meets, due):
    _by, made, *_rest = line
    make.MeetingFactory(symbol="RCM/2026/RCGM-1", body=made.body, starts_on=meets, ends_on=None)

    assert rounds_of([made], [H1])[made.pk][H1].due.on == due


def test_all_members_are_asked_of_what_is_of_all_and_observers_of_nothing(line):
    by, made, one, country, person = line
    everybody = commitment(by, objective=objective_of(made), all_members=True)
    watching = make.delegate("observer_state")
    theirs = watching.seats.get().party
    commitment(by, objective=objective_of(made), partners=[theirs])

    assert [ask.ref for ask in asks_of(person, country)] == [f"{one.ref}.2026-1", f"{everybody.ref}.2026-1"]
    assert asks_of(watching, theirs) == []


def test_a_half_year_without_a_report_is_late_for_another_and_then_ended_unanswered(line):
    by, made, one, country, person = line

    states = {
        months: [ask.state(at) for ask in asks_of(person, country, at=at)]
        for months, at in ((0, AT), (8, dt.datetime(2027, 1, 9, 15, tzinfo=dt.UTC)))
    }

    assert states[0] == [State.OPEN]
    assert states[8] == [State.OPEN, State.LATE, State.ENDED]


def test_what_was_reported_long_ago_is_left_out_and_never_told_as_unanswered(line):
    by, made, one, country, person = line
    report(one, person, country)

    later = AT + dt.timedelta(days=400)

    halves = {ask.ref.rpartition(".")[2]: ask.state(later) for ask in asks_of(person, country, at=later)}
    assert halves == {"2027-1": State.OPEN, "2026-2": State.LATE}


def described(one, status, by, at=AT):
    return actions.describe_commitment(
        commitment=one, values={"status": status}, revision=again(one).revision, by=by, at=at
    )


@pytest.mark.parametrize("status", ["done", "dropped"])
def test_what_is_over_takes_no_report_and_is_told_as_ended_for_a_while_not_taken_off_the_list(line, status):
    by, made, one, country, person = line
    described(one, status, by)

    (ask,) = asks_of(person, country)

    assert (ask.state(AT), ask.answer) == (State.ENDED, "")
    assert asks_of(person, country, since=AT + dt.timedelta(days=1)) == []
    with pytest.raises(RefusedError, match="nothing more is reported"):
        report(again(one), person, country)


def test_of_a_half_year_that_began_after_it_was_over_nothing_is_asked(line):
    by, made, one, country, person = line
    described(one, "done", by, dt.datetime(2026, 6, 30, 15, tzinfo=dt.UTC))

    later = dt.datetime(2026, 7, 2, 15, tzinfo=dt.UTC)

    assert [ask.ref.rpartition(".")[2] for ask in asks_of(person, country, at=later)] == ["2026-1"]


def test_what_was_reported_before_it_was_over_stays_done_and_what_is_taken_up_again_is_asked_again(line):
    by, made, one, country, person = line
    other = commitment(by, objective=objective_of(made), leads=[country])
    report(one, person, country)

    for each in (one, other):
        described(again(each), "done", by)
    over = {ask.ref: ask.state(AT) for ask in asks_of(person, country)}
    for each in (one, other):
        described(again(each), "under_way", by)
    anew = {ask.ref: ask.state(AT) for ask in asks_of(person, country)}

    assert over == {f"{one.ref}.2026-1": State.DONE, f"{other.ref}.2026-1": State.ENDED}
    assert anew == {f"{one.ref}.2026-1": State.DONE, f"{other.ref}.2026-1": State.OPEN}


@pytest.mark.parametrize("state", ["closed", "draft"])
def test_reports_on_an_edition_that_is_in_force_no_more_are_told_as_ended_for_a_while(line, state):
    by, made, one, country, person = line
    actions.describe_plan(plan=made, values={"state": state}, revision=made.revision, by=by, at=AT)

    (ask,) = asks_of(person, country)

    assert (ask.ref, ask.state(AT), ask.answer) == (f"{one.ref}.2026-1", State.ENDED, "")
    assert asks_of(person, country, since=AT + dt.timedelta(days=1)) == []


def test_of_what_was_entered_as_implemented_or_was_so_before_its_edition_came_into_force_nothing_was_asked():
    by, country = secretary(), make.PartyFactory(code="HND")
    made = plan(by, in_force=False)
    described(commitment(by, objective=objective_of(made), leads=[country]), "done", by)
    actions.describe_plan(plan=made, values={"state": "in_force"}, revision=made.revision, by=by, at=AT)
    commitment(by, objective=objective_of(made), leads=[country], status="done")

    assert asks_of(make.focal_point(country), country) == []


ACTS = ["report", "implement", "drop", "take_up", "close", "withdraw", "reopen", "wait"]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(ACTS), st.booleans()), min_size=1, max_size=8))
def test_nothing_that_was_asked_leaves_the_list_unanswered_whatever_becomes_of_its_commitment(line, acts):
    by, made, one, country, person = line
    with transaction.atomic():
        both = [one, commitment(by, objective=objective_of(made), leads=[country])]
        at, known = AT, {ask.ref for ask in asks_of(person, country)}
        for act, which in acts:
            at += dt.timedelta(days=6 if act == "wait" else 0, minutes=1)
            with contextlib.suppress(RefusedError):
                carry_out(act, both[which], made, person=person, country=country, by=by, at=at)

            found = {ask.ref: ask.state(at) for ask in asks_of(person, country, at=at)}
            sent = Report.objects.filter(state="sent").values_list("commitment__ref", flat=True)
            assert set(found) == known
            assert {ref for ref, state in found.items() if state == State.DONE} == {
                f"{ref}.2026-1" for ref in sent
            }
        transaction.set_rollback(True)


def carry_out(act, one, made, *, person, country, by, at):
    if act == "report":
        report(again(one), person, country, at=at, token=str(at))
    elif act in {"close", "withdraw", "reopen"}:
        made = Plan.objects.get(pk=made.pk)
        state = {"close": "closed", "withdraw": "draft", "reopen": "in_force"}[act]
        actions.describe_plan(plan=made, values={"state": state}, revision=made.revision, by=by, at=at)
    elif act != "wait":
        described(again(one), {"implement": "done", "drop": "dropped", "take_up": "under_way"}[act], by, at)


def test_what_was_typed_as_the_commitment_ended_stands_on_the_page_with_the_reason(client, line):
    by, made, one, country, person = line
    client.force_login(person)
    address = reverse("plan:report", args=[made.code, one.code])
    form = client.get(address).context["form"].initial
    actions.describe_commitment(
        commitment=one, values={"status": "done"}, revision=one.revision, by=by, at=AT
    )

    typed = {name: form.get(name) or "" for name in ("revision", "token", "opens_to")} | {"done": "under_way", "words_en": "Two courses.", "send": "1"}  # fmt: skip
    shown = client.post(address, typed).content.decode()

    assert "Two courses." in shown and "nothing more is reported" in shown
    assert not Report.objects.exists()


def test_a_draft_is_the_partys_own_and_what_is_sent_is_read_by_whom_it_chose(line):
    by, made, one, country, person = line
    other, watching = make.focal_point(make.PartyFactory(code="CRI")), make.delegate("observer_state")

    draft = actions.save_draft(commitment=one, party=country, half=H1, values=SAID, by=person, at=AT)
    seen = lambda: [Report.objects.visible_to(who).count() for who in (person, by, other, watching)]  # noqa: E731
    before = seen()
    actions.send_report(commitment=one, party=country, half=H1, token="t", by=person, at=AT)

    assert before == [1, 0, 0, 0]
    assert seen() == [1, 1, 1, 0]
    assert Report.objects.get(pk=draft.pk).audience == Audience.MEMBERS


def test_a_later_report_replaces_the_one_that_stands_and_both_stay(line):
    by, made, one, country, person = line
    first = report(one, person, country)

    same = report(one, person, country)
    second = report(one, person, country, token="t2", words={"en": "Three workshops."})

    assert same == first
    rows = Report.objects.filter(commitment=one).order_by("number").values_list("number", "state", "audience")
    assert list(rows) == [(1, "replaced", Audience.PRESIDENCY), (2, "sent", Audience.MEMBERS)]
    assert Report.objects.get(pk=first.pk).words == SAID["words"] and second.number == 2


def test_two_who_write_at_once_lose_nothing_and_an_empty_report_is_not_sent(line):
    by, made, one, country, person = line
    facts = {"commitment": one, "party": country, "half": H1, "by": person, "at": AT}
    actions.save_draft(values=SAID | {"done": "", "words": {}}, **facts)

    with pytest.raises(StaleError, match="saved this report meanwhile"):
        actions.save_draft(values=SAID, **facts)
    with pytest.raises(RefusedError, match="how far you have come"):
        actions.send_report(token="t", **facts)

    assert Report.objects.get().state == "draft"


@pytest.mark.parametrize(("half", "says"), [((2026, 2), "has not begun"), ((2025, 1), "can no longer be")])
def test_another_half_year_is_refused_with_its_reason(line, half, says):
    by, made, one, country, person = line

    with pytest.raises(RefusedError, match=says):
        report(one, person, country, half=half)


def test_who_has_no_part_or_sits_for_another_party_does_not_report(line):
    by, made, one, country, person = line
    stranger = make.PartyFactory(code="CRI")
    theirs = make.focal_point(stranger)

    with pytest.raises(RefusedError, match="has no part"):
        report(one, theirs, stranger)
    with pytest.raises(RefusedError, match="Only people who sit for HND"):
        report(one, theirs, country)


def test_a_country_reports_from_a_phone_without_scripts_with_a_file(client, line):
    by, made, one, country, person = line
    client.force_login(person)
    page = reverse("plan:report", args=["2010", one.code])
    token = client.get(page).context["form"].initial["token"]
    typed = {
        "done": "under_way",
        "words_en": "Two workshops.",
        "opens_to": "50",
        "revision": "0",
        "token": token,
    }

    half_filled = client.post(page, typed | {"done": "", "send": "1", "attached": make.a_file()})
    kept = Report.objects.get()
    sent = client.post(page, typed | {"send": "1", "revision": str(kept.revision)}, follow=True)

    assert half_filled.status_code == 200 and "Say how far you have come." in half_filled.content.decode()
    report = Report.objects.get()
    assert (report.state, report.words, report.files.count()) == ("sent", {"en": "Two workshops."}, 1)
    assert "Two workshops." in sent.content.decode()
    file = client.get(reverse("plan:file", args=["2010", one.code, report.files.get().ref]))
    assert b"".join(file.streaming_content) == make.a_file().read()
    outsider = make.delegate("observer_state")
    client.force_login(outsider)
    assert client.get(file.wsgi_request.path).status_code == 404


def test_what_is_changed_on_a_page_gone_back_to_is_sent_as_a_new_report_and_the_same_form_counts_once(
    client, line
):
    _by, made, one, country, person = line
    client.force_login(person)
    address = reverse("plan:report", args=[made.code, one.code])
    form = client.get(address).context["form"].initial
    typed = {name: form.get(name) or "" for name in ("revision", "token", "opens_to")} | {"done": "under_way", "words_en": "Two courses.", "send": "1"}  # fmt: skip
    half = half_of(today(timezone.now()))

    client.post(address, typed)
    client.post(address, typed)
    once = Report.objects.filter(commitment=one).count()
    client.post(address, typed | {"words_en": "Three courses."})

    assert once == 1
    assert [(row.state, row.number, row.words["en"]) for row in Report.objects.order_by("number")] == [
        ("replaced", 1, "Two courses."), ("sent", 2, "Three courses."),
    ]  # fmt: skip
    assert {(row.year, row.half) for row in Report.objects.all()} == {half}


def test_files_go_with_the_report_into_the_one_that_replaces_it_and_may_be_taken_away(line, monkeypatch):
    by, made, one, country, person = line
    facts = {"commitment": one, "party": country, "half": H1, "values": SAID, "by": person, "at": AT}

    draft = actions.save_draft(held=[hold(make.a_file(), by=person, at=AT)], **facts)
    sent = actions.send_report(commitment=one, party=country, half=H1, token="t", by=person, at=AT)
    again = actions.save_draft(**facts)
    kept = again.files.get()
    monkeypatch.setattr("puebla.circulars.actions.holding.MOST_FILES", 1)
    with pytest.raises(RefusedError, match="At most 1 file goes with it"):
        actions.save_draft(held=[hold(make.a_file(), by=person, at=AT)], revision=again.revision, **facts)
    actions.save_draft(dropped=[kept.ref], revision=again.revision, **facts)

    first = sent.files.get()
    assert draft == sent and (kept.key, kept.sha256, kept.name) == (first.key, first.sha256, first.name)
    assert kept.ref != first.ref and not again.files.exists()


def test_the_desk_shows_what_is_to_be_reported_to_members_alone(line):
    by, made, one, country, person = line
    shown = to_report(person, reach_of(person))

    assert [row["commitment"] for row in shown["context"]["rows"]] == [one]
    assert to_report(by, reach_of(by)) is None
    other = make.focal_point(make.PartyFactory(code="CRI"))
    assert to_report(other, reach_of(other)) is None
    now = timezone.now()
    report(one, person, country, half=half_of(today(now)), at=now)
    assert to_report(person, reach_of(person)) is None


def test_the_desk_shows_nothing_of_an_edition_that_has_not_begun(line):
    by, made, _one, country, person = line
    later = plan(by, code="2090", body=made.body, from_on=dt.date(2090, 1, 1))
    commitment(by, objective=objective_of(later), leads=[country])

    rows = to_report(person, reach_of(person))["context"]["rows"]

    assert {row["commitment"].plan.code for row in rows} == {"2010"}


def test_a_report_that_is_set_aside_is_told_apart_from_those_that_stand_as_it_did(line):
    by, made, one, country, person = line
    commitment(by, objective=objective_of(made), leads=[country])
    now = timezone.now()
    question = Question(person, reach_of(person, now), frozenset({country.pk}), now, now)
    aside, other = [ask for ask in asked_of(question) if ask.state(now) == State.OPEN]
    asks.set_aside(ask=aside, party=country, reason="We have no land border.", revision=0, by=person, at=now)
    page = reverse("intranet:asks-party", args=[country.code])
    client = Client()
    client.force_login(person)

    listed = Asked.of(question)
    lines = {line.ask.ref: line.state for line in listed.all_lines()}
    assert lines[aside.ref] == State.NOT_APPLICABLE and lines[other.ref] == State.OPEN
    assert sum(listed.counts().values()) == len(listed) == len(lines) == len(asked_of(question))
    assert "We have no land border." in client.get(page).text
    assert "We have no land border." not in client.get(page, {"state": "open"}).text


def test_the_paragraph_that_ordered_it_is_cited_to_who_may_know_of_it_alone(line):
    by, made, one, country, person = line
    for audience, cited in (
        (Audience.MEMBERS, "RCM/2009/DEC/50#1"),
        (Audience.SECRETARIAT, f"2010/{one.code}"),
    ):
        symbol = f"RCM/2009/DEC/{int(audience)}"
        ordered = paragraph_in(made.room, by, audience=audience, symbol=symbol)
        Commitment.objects.filter(pk=one.pk).update(paragraph=ordered)

        assert [ask.cites for ask in asks_of(person, country)] == [cited]
