"""Pages of silence procedures: opened, answered, extended, stopped and certified by people; closed to observers."""

import datetime as dt
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from pypdf import PdfReader

from puebla.core import registry
from puebla.core.asks import Question
from puebla.core.ticks import tick
from puebla.decisions.actions import settling
from puebla.decisions.actions.silence_mail import in_words
from puebla.decisions.models import SilenceProcedure, SilenceReceipt, SilenceRule
from puebla.decisions.rules.silence import MARGIN
from puebla.members.querysets import reach_of
from tests.decisions.silent import Clock, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    world = World()
    now = timezone.now()
    world.clock = Clock(now)
    world.clock.boot, world.clock.micros = tick().boot, tick().micros
    world.on = timezone.localtime(now).date() + dt.timedelta(days=40)
    return world


def page(name, *args):
    with translation.override("en"):
        return reverse(f"decisions:{name}", args=args)


def form_of(response, **values):
    """What the form on a page holds, with these values."""
    form = response.context["form"]
    found = {bound.html_name: bound.value() for bound in form if bound.value() is not None}
    return found | values


def test_a_procedure_is_opened_answered_and_extended_by_people(client, world):
    text = world.text()
    client.force_login(world.chair)
    shown = client.get(page("decision", text.address))
    assert page("silence-open", text.ref) in shown.content.decode()
    opening = client.get(page("silence-open", text.ref))
    assert opening.context["first"] and "ATL" in opening.content.decode()
    short = client.post(
        page("silence-open", text.ref), form_of(opening, closes_on=world.on - dt.timedelta(days=39))
    )
    assert "too few are left to" in short.content.decode() and not SilenceProcedure.objects.exists()

    opened = client.post(page("silence-open", text.ref), form_of(opening, closes_on=world.on), follow=True)

    row = SilenceProcedure.objects.get()
    words = opened.content.decode()
    assert "Toronto, UTC−" in words and row.digest in words
    client.force_login(world.people["CAN"])
    mine = client.get(page("silence", row.ref))
    assert SilenceReceipt.objects.get(kind="opened", party=world.party["CAN"]).by == world.people["CAN"]
    empty = client.post(page("silence-answer", row.ref), form_of(mine, kind="breaks", words=""))
    assert empty.status_code == 422 and "cannot join" in empty.content.decode()
    client.post(page("silence-answer", row.ref), form_of(mine, kind="asks_extension", words="Two days more."))
    assert client.get(page("silence-extend", row.ref)).context["verdict"].allowed is False
    client.force_login(world.chair)
    more = client.get(page("silence-extend", row.ref))
    said = client.post(
        page("silence-extend", row.ref), form_of(more, closes_on=world.on + dt.timedelta(days=7)), follow=True
    ).content.decode()
    assert f"{in_words(row.closes_at, row.zone)} until" in said
    before, row = row.closes_at, SilenceProcedure.objects.get()
    assert row.closes_at > before and row.extended.count() == 1
    # Nobody says by a button that is not there that the silence is broken.
    assert client.post(page("silence-vouch", row.ref)).status_code == 404


def test_a_broken_silence_is_told_to_all_and_what_was_typed_too_late_is_kept_on_the_page(client, world):
    row = world.opened(on=world.on)
    client.force_login(world.people["HND"])
    form = form_of(client.get(page("silence", row.ref)), kind="breaks", words="We cannot join paragraph 2.")
    client.force_login(world.people["CRI"])
    others = form_of(client.get(page("silence", row.ref)), kind="breaks", words="Nor can we.")
    client.force_login(world.people["HND"])
    client.post(page("silence-answer", row.ref), form)

    client.force_login(world.people["CRI"])
    late = client.post(page("silence-answer", row.ref), others)

    assert late.status_code == 422
    words = late.content.decode()
    assert "broken already" in words and "Nor can we." in words and "We cannot join paragraph 2." in words
    from puebla.notices.models import Notice

    assert Notice.objects.filter(what="broken").count() == 6


def test_observers_find_no_procedure_and_only_the_end(client, world):
    row = world.opened(world.text(audience=60), on=world.on)
    client.force_login(world.observer)
    for name in ("silence", "silence-extend", "silence-stop", "silence-certificate"):
        assert client.get(page(name, row.ref)).status_code == 404
    assert "h-silence" not in client.get(page("decision", row.decision.address)).content.decode()
    world.says(row, "CRI", "breaks")

    shown = client.get(page("decision", row.decision.address)).content.decode()

    assert "without adoption" in shown and row.ref not in shown and "Our words" not in shown


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_certificate_names_digest_head_and_what_its_reader_may_know(client, world, language):
    row = world.opened(on=world.on)
    world.says(row, "CRI", "no_objection", "With pleasure.", discreet=True)
    world.clock.until(row.closes_at + MARGIN)
    settling.settle_due(**world.clock.read())
    row.refresh_from_db()

    def read(person):
        client.force_login(person)
        with translation.override(language):
            answer = client.get(reverse("decisions:silence-certificate", args=[row.ref]))
        assert answer["Content-Type"] == "application/pdf"
        pages = PdfReader(io.BytesIO(answer.content)).pages
        fonts = {str(one.get_object()["/BaseFont"]) for one in pages[0]["/Resources"]["/Font"].values()}
        assert all("SourceS" in one for one in fonts), fonts
        return "".join("".join(one.extract_text() for one in pages).split())

    for person, knows in ((world.chair, True), (world.people["CAN"], False)):
        words = read(person)
        assert row.digest in words and row.journal_digest in words and "Toronto" in words
        assert ("Withpleasure" in words) == knows
        assert {"en": "Closed", "es": "Venció"}[language] in words and "Clausurada" not in words, (
            "no meeting was closed"
        )


def test_what_is_asked_stands_in_list_and_calendar(world):
    row = world.opened(on=world.on)
    world.says(row, "CRI", "no_objection", "")
    # Who asks for more time has still to decide.
    world.says(row, "CAN", "asks_extension")
    person = world.people["CAN"]
    reach = reach_of(person)
    at = timezone.now()
    parties = frozenset({world.party["CAN"].pk})
    (ask,) = registry.asks.named("silence")(Question(person, reach, parties, at))
    assert ask.state(at) == "open" and ask.due.zone == "America/Toronto" and ask.answer
    later = row.closes_at + dt.timedelta(seconds=1)
    (over,) = registry.asks.named("silence")(Question(person, reach, parties, later))
    assert over.state(later) == "ended"
    entries = list(registry.calendar.named("silence")(person, reach, at, later))
    assert [one.starts_at for one in entries] == [row.closes_at]
    assert not list(
        registry.asks.named("silence")(Question(world.observer, reach_of(world.observer), parties, at))
    )


def test_rules_are_kept_where_the_secretariat_keeps_lists(client, world):
    client.force_login(world.people["CAN"])
    assert client.get(page("silence-rule-new")).status_code == 404
    assert page("silences") in client.get(page("list")).content.decode()
    assert "RCGM" in client.get(page("silences")).content.decode()
    client.force_login(world.keeper)
    form = client.get(page("silence-rule", world.rule.ref))
    client.post(
        page("silence-rule", world.rule.ref),
        form_of(form, min_days=7, reminders="48, 6", extensions=0, sources_en="Agreed in 2010."),
    )
    kept = SilenceRule.objects.get()
    assert (kept.min_days, kept.reminders, kept.extensions) == (7, [48, 6], 0)
    wrong = client.post(page("silence-rule", world.rule.ref), form_of(form, reminders="soon"))
    assert "whole hours" in wrong.content.decode()
    unnamed = client.post(page("silence-rule", world.rule.ref), form_of(form, sources_en="", sources_es=""))
    assert "what it was agreed in" in unnamed.content.decode(), "confirmed by a source that nobody named"
    world.opened(on=world.on)
    again = client.get(page("silence-rule", world.rule.ref))
    refused = client.post(page("silence-rule", world.rule.ref), form_of(again, min_days=2))
    assert "enter a new one" in refused.content.decode()


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({"extensions": 1, "extended_days": 0}, "extended_days", "one or more"),
        ({"from_on": "2020-01-02", "until_on": "2020-01-01"}, "until_on", "before it begins"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_beside_its_field_in_words(client, world, typed, field, says):
    client.force_login(world.keeper)
    form = client.get(page("silence-rule", world.rule.ref))

    shown = client.post(page("silence-rule", world.rule.ref), form_of(form, sources_en="Agreed.", **typed))

    assert says in str(shown.context["form"].errors[field])
    assert "Constraint" not in shown.content.decode()


def test_a_page_asks_as_much_of_the_database_for_many_answers_as_for_one(client, world):
    row = world.opened(on=world.on)
    counts = []
    client.force_login(world.keeper)
    for codes in ((), ("CRI", "HND", "ATL")):
        for code in codes:
            world.says(row, code, "no_objection", "")
        with CaptureQueriesContext(
            connection,
        ) as caught:
            client.get(page("silence", row.ref))
        counts.append(len(caught))
    assert counts[0] >= counts[1]


def test_what_runs_stands_on_the_list_however_many_have_ended_since_and_those_have_pages(
    client, world, monkeypatch
):
    monkeypatch.setattr("puebla.decisions.views.silence.PER_PAGE", 2)
    running = world.opened(on=world.on)
    ended = [world.opened(on=world.on) for _n in range(3)]
    for row in ended:
        world.says(row, "CAN", "breaks")
    client.force_login(world.keeper)

    shown = [client.get(page("silences"), {"page": number}) for number in (1, 2)]

    assert [[one["row"] for one in answer.context["running"]] for answer in shown] == [[running]] * 2
    assert [[one["row"] for one in answer.context["ended"]] for answer in shown] == [ended[:0:-1], ended[:1]]
    assert 'href="?page=2"' in shown[0].content.decode()


def test_the_list_asks_as_much_of_the_database_for_many_as_for_few(client, world):
    client.force_login(world.keeper)
    counts = []
    for code in ("CAN", "HND"):
        world.opened(on=world.on)
        world.says(world.opened(on=world.on), code, "breaks")
        client.get(page("silences"))
        with CaptureQueriesContext(connection) as caught:
            client.get(page("silences"))
        counts.append(len(caught))

    assert counts[0] == counts[1]
