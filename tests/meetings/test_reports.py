"""Minutes and reports: drafted from the agenda, commented until an hour, adopted, filed with their symbol."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from puebla.core.verdicts import RefusedError
from puebla.documents import actions as documents
from puebla.documents.models import Document
from puebla.meetings import actions as meetings
from puebla.meetings.actions import reports as actions
from puebla.meetings.models import Report
from puebla.members.actions import seat_in_room
from puebla.members.models import Audience
from puebla.publications.models import PublicDocument
from puebla.texts import actions as texts
from puebla.texts.models import Paragraph, Text, tree
from tests import factories

pytestmark = pytest.mark.django_db
RECORD = {
    "titles": {"en": "RCGM, second meeting", "es": "GRCM, segunda reunión"}, "places": {}, "number": None, "themes_text": {},
    "host": None, "starts_on": dt.date(2031, 6, 3), "ends_on": dt.date(2031, 6, 4), "precision": "day",
}  # fmt: skip


@pytest.fixture
def world():
    """An announced meeting with two items, one of which has a paper; its keeper; a delegate of the body."""
    at = timezone.now()
    factories.process()
    for code in ("REP", "CONC"):
        factories.KindFactory(code=code)
    keeper = factories.secretariat_person()
    body = factories.BodyFactory(code="RCGM", function="consultation")
    convening = meetings.prepare(
        body=body,
        symbol="RCM/2031/RCGM-1",
        record=RECORD,
        values={"zone": "America/Guatemala"},
        by=keeper,
        at=at,
    )
    meetings.announce(convening=convening, by=keeper, at=at)
    convening.refresh_from_db()
    first = meetings.add_item(
        convening=convening, titles={"en": "Opening", "es": "Apertura"}, by=keeper, at=at
    )
    meetings.add_item(convening=convening, titles={"en": "Closure"}, by=keeper, at=at)
    paper = factories.DocumentFactory(body=body, audience=Audience.MEMBERS, symbol="RCM/2031/RCGM/AG/1")
    hidden = factories.DocumentFactory(body=body, audience=Audience.SECRETARIAT, symbol="RCM/2031/TS/NOTE/9")
    for one in (paper, hidden):
        meetings.place_paper(item=first, document=one, by=keeper, at=at)
    return SimpleNamespace(at=at, keeper=keeper, body=body, convening=convening, first=first,
                           delegate=factories.delegate(body=body))  # fmt: skip


def drafted(world, **more):
    return actions.draft_report(
        convening=world.convening, by=world.keeper, at=world.at, **{"kind": "report", **more}
    )


def words_of(report, code="en"):
    nodes = tree.in_order(Paragraph.objects.filter(text=report.text).living())
    return [node.paragraph.words.get(code, "") for node in nodes]


def sent(report, world, **more):
    when = {
        "on": timezone.localdate() + dt.timedelta(days=9),
        "hour": dt.time(17),
        "zone": "America/Guatemala",
    }
    return actions.send_for_comments(
        report=report, audience=Audience.MEMBERS, by=world.keeper, at=world.at, **{**when, **more}
    )


def complete(report, world):
    """Every paragraph in both languages."""
    for one in Paragraph.objects.filter(text=report.text).living():
        words = {code: one.words.get(code) or "Clausura" for code in ("en", "es")}
        texts.word_paragraph(paragraph=one, words=words, revision=one.revision, by=world.keeper, at=world.at)


def client_of(person):
    client = Client()
    client.force_login(person)
    return client


def test_a_report_is_drafted_from_the_agenda_with_the_papers_that_its_readers_know(world):
    report = drafted(world)

    assert words_of(report) == ["1. Opening", "The meeting had before it: RCM/2031/RCGM/AG/1.", "2. Closure"]
    assert words_of(report, "es")[::2] == ["1. Apertura", ""]
    assert report.document.symbol == "RCM/2031/RCGM/REP/1"
    assert (report.document.state, report.text.symbol) == ("awaited", "RCM/2031/RCGM/REP/1")
    assert not Report.objects.visible_to(world.delegate).exists()
    with pytest.raises(RefusedError, match="There is one already"):
        drafted(world)
    assert drafted(world, kind="conclusions").document.kind.code == "CONC"


def test_delegates_draft_no_report(world):
    with pytest.raises(RefusedError):
        actions.draft_report(convening=world.convening, kind="report", by=world.delegate, at=world.at)
    assert (
        client_of(world.delegate)
        .get(reverse("meetings:report-new", args=[world.convening.symbol]))
        .status_code
        == 404
    )


def test_delegations_comment_until_an_hour_on_the_wall_of_the_venue(world):
    report = sent(drafted(world), world)

    assert report.text.comments_until.astimezone(dt.UTC).hour == 23
    assert Report.objects.visible_to(world.delegate).exists()
    one = Paragraph.objects.get(text=report.text, anchor="1")
    words = {"paragraph": one, "party": world.delegate.seats.get().party, "language": "en", "audience": None}
    texts.comment(words="Two more papers.", by=world.delegate, at=world.at, **words)
    late = report.text.comments_until + dt.timedelta(milliseconds=1)
    with pytest.raises(RefusedError, match="Comments were asked for until"):
        texts.comment(words="Late.", by=world.delegate, at=late, **words)


@pytest.mark.parametrize(
    ("when", "sentence"),
    [
        ({"on": dt.date(2020, 1, 1)}, "has passed"),
        # Clocks go forward over this hour, then back through the other.
        ({"on": dt.date(2031, 3, 9), "hour": dt.time(2, 30), "zone": "America/New_York"}, "does not exist"),
        ({"on": dt.date(2031, 11, 2), "hour": dt.time(1, 30), "zone": "America/New_York"}, "comes twice"),
        ({"audience": Audience.SECRETARIAT}, "must be able to read"),
    ],
)
def test_an_hour_that_cannot_be_is_refused_with_a_sentence_and_nothing_is_opened(world, when, sentence):
    report = drafted(world)

    with pytest.raises(RefusedError, match=sentence):
        actions.send_for_comments(report=report, by=world.keeper, at=world.at, **{
            "on": dt.date(2031, 1, 1), "hour": dt.time(9), "zone": "America/Guatemala", "audience": Audience.MEMBERS, **when,
        })  # fmt: skip
    report.refresh_from_db()
    assert report.state == "drafting"
    assert Text.objects.get(pk=report.text_id).audience == Audience.SECRETARIAT


def test_it_is_not_adopted_while_delegations_comment_nor_while_words_are_pending(world):
    report = sent(drafted(world), world)

    with pytest.raises(RefusedError, match="Delegations comment until"):
        actions.adopt_report(report=report, languages=["en"], by=world.keeper, at=world.at)
    actions.end_comments(report=report, by=world.keeper, at=world.at)
    with pytest.raises(RefusedError, match="pending in these paragraphs: s2"):
        actions.adopt_report(report=report, languages=["en", "es"], by=world.keeper, at=world.at)


def test_an_adopted_report_is_filed_in_both_languages_and_released_from_there(world):
    import pypdfium2
    from django.core.files.storage import storages

    report = actions.end_comments(report=sent(drafted(world), world), by=world.keeper, at=world.at)
    complete(report, world)
    report = actions.adopt_report(report=report, languages=["en", "es"], by=world.keeper, at=world.at)

    filed = actions.file_report(report=report, by=world.keeper, at=world.at)

    document = Document.objects.get(pk=filed.document_id)
    assert (document.state, document.audience, document.kind.code) == ("adopted", Audience.MEMBERS, "REP")
    assert document.filed_languages == "en,es"
    version = document.editions.get(language="es").versions.get()
    with storages["default"].open(version.key) as stored:
        page = pypdfium2.PdfDocument(stored.read())[0].get_textpage().get_text_bounded()
    assert "1. Apertura" in page
    assert document.symbol in page
    with pytest.raises(RefusedError, match="once"):
        actions.file_report(report=filed, by=world.keeper, at=world.at)
    documents.set_audience(document=document, audience=Audience.PUBLIC, by=world.keeper, at=world.at)
    documents.release(document=Document.objects.get(pk=document.pk), by=world.keeper, at=world.at)
    assert PublicDocument.objects.filter(symbol=document.symbol).exists()


def test_a_filing_that_was_cut_off_is_done_again_without_filing_anything_twice(world, monkeypatch):
    report = drafted(world)
    complete(report, world)
    report = actions.adopt_report(report=report, languages=["en", "es"], by=world.keeper, at=world.at)

    def cut(*_args, **_kwargs):
        raise OSError

    with monkeypatch.context() as patched, pytest.raises(OSError):
        patched.setattr(actions, "_settle", cut)
        actions.file_report(report=report, by=world.keeper, at=world.at)
    report.refresh_from_db()
    assert report.state == "adopted"

    filed = actions.file_report(report=report, by=world.keeper, at=world.at + dt.timedelta(minutes=5))

    assert filed.state == "filed"
    assert [edition.versions.count() for edition in filed.document.editions.all()] == [1, 1]


def test_minutes_of_a_closed_session_lie_in_its_sealed_room_and_take_nothing_else(world):
    chair = factories.presiding_chair()
    closed = meetings.hold_session(
        convening=world.convening, kind="closed", by=chair, at=world.at, on=dt.date(2031, 6, 3), titles={"en": "Heads"},
        from_hour=dt.time(9), until_hour=dt.time(10), zone="America/Guatemala",
    )  # fmt: skip
    inside = chair
    meetings.add_item(
        convening=world.convening, titles={"en": "A secret item"}, session=closed, by=inside, at=world.at
    )
    seat_in_room(room=closed.room, person=world.delegate, by=inside, at=world.at)

    with pytest.raises(RefusedError, match="who sit in it"):
        drafted(world, kind="minutes", session=closed)
    minutes = actions.draft_report(
        convening=world.convening, kind="minutes", session=closed, by=inside, at=world.at
    )

    assert words_of(minutes) == ["C1. A secret item"]
    assert minutes.text.room == closed.room
    assert not Report.objects.visible_to(world.keeper).exists()
    assert "A secret item" not in " ".join(words_of(drafted(world)))
    page = (
        client_of(world.keeper).get(reverse("meetings:page", args=[world.convening.symbol])).content.decode()
    )
    assert "Heads" not in page
    assert client_of(world.keeper).get(reverse("texts:text", args=[minutes.ref])).status_code == 404
    assert client_of(inside).get(reverse("texts:text", args=[minutes.ref])).status_code == 200


def test_a_report_goes_its_way_by_the_pages(world):
    client, symbol = client_of(world.keeper), world.convening.symbol

    answer = client.post(reverse("meetings:report-new", args=[symbol]), {"kind": "report", "session": ""})
    report = Report.objects.get()
    assert answer["Location"] == reverse("texts:text", args=[report.ref])
    assert "Send it for comments" in client.get(answer["Location"]).content.decode()
    day = (timezone.localdate() + dt.timedelta(days=9)).isoformat()
    form = {
        "comments_on": day,
        "comments_hour": "17:00",
        "zone": "America/New_York",
        "audience": "50",
        "later": "",
    }
    client.post(reverse("meetings:report-comments", args=[symbol, report.ref]), form)
    seen = client_of(world.delegate).get(reverse("meetings:page", args=[symbol])).content.decode()
    assert reverse("texts:text", args=[report.ref]) in seen
    assert ", 17:00 (New York)" in seen
    client.post(reverse("meetings:report-end", args=[symbol, report.ref]))
    complete(Report.objects.get(), world)
    page = client.get(reverse("meetings:report-adopt", args=[symbol, report.ref]))
    assert page.status_code == 200
    client.post(reverse("meetings:report-adopt", args=[symbol, report.ref]), {"adopted_in": ["en", "es"]})

    filed = Report.objects.select_related("document").get()
    assert filed.state == "filed"
    record = client.get(reverse("documents:record", args=[filed.document.symbol])).content.decode()
    assert reverse("texts:text", args=[report.ref]) in record
    for name in ("comments", "adopt"):
        address = reverse(f"meetings:report-{name}", args=[symbol, report.ref])
        assert client_of(factories.delegate("observer_state")).get(address).status_code == 404
