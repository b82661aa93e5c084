"""What meetings tell: at once to who takes part while one is in session, as one entry a day otherwise; by a real server."""

import datetime as dt

import pytest
from django.test import Client

from puebla.core.mail import send_waiting
from puebla.core.models import OutgoingMail
from puebla.documents import actions as papers
from puebla.meetings import actions as meetings
from puebla.meetings.actions import delegations
from puebla.meetings.models import Convening
from puebla.members.models import Audience
from puebla.notices import actions
from puebla.notices.apps import write_mail
from puebla.notices.models import Correspondence, Notice
from tests import factories as make
from tests.core.test_mail import server

pytestmark = pytest.mark.django_db

#: Before the hour of digests by the process's clock (Costa Rica), and when it has come.
EARLY = dt.datetime(2026, 3, 5, 11, 0, tzinfo=dt.UTC)
MORNING = dt.datetime(2026, 3, 5, 13, 0, tzinfo=dt.UTC)
DAYS = {"starts_on": dt.date(2026, 3, 5), "ends_on": dt.date(2026, 3, 6)}


@pytest.fixture
def office():
    make.process(contact_email="secretariat@rcm.example")
    return make.secretariat_person()


def held(**values):
    return make.convening(**({"state": "in_session"} | DAYS | values))


def attending(convening, office, *, person=None):
    """Somebody accredited to the meeting."""
    person = person or make.focal_point()
    named = delegations.nominate(
        convening=convening, party=person.seats.get().party, person=person, by=person, at=EARLY - dt.timedelta(days=1)
    )  # fmt: skip
    delegations.accredit(delegate=named, by=office, at=EARLY - dt.timedelta(hours=9))
    actions.gather(EARLY - dt.timedelta(hours=8))
    # What the delegation was told on the way here is another test's.
    OutgoingMail.objects.all().delete()
    Notice.objects.all().delete()
    return person


def session(convening, office, *, at=EARLY, **values):
    """A session of the first day, ten to twelve."""
    given = {"kind": "plenary", "titles": {"en": "Opening", "es": "Apertura"}, "places": {"en": "Room 1", "es": "Sala 1"},
             "on": DAYS["starts_on"], "from_hour": dt.time(10), "until_hour": dt.time(12)}  # fmt: skip
    return meetings.hold_session(convening=convening, by=office, at=at, **(given | values))


def a_round(at):
    """What the chores do: gather, write, and hand over to the server."""
    actions.gather(at)
    write_mail(at)
    return send_waiting(at=at)


def mail_of(letterbox, person):
    return [one for one in letterbox.letters if one["To"] == person.email]


def words_of(letter):
    """Both shapes of a message, in lines that are not broken."""
    return [" ".join(letter.get_body((kind,)).get_content().split()) for kind in ("plain", "html")]


def paper(convening, office, *, at, title="Draft declaration", audience=Audience.MEMBERS):
    """A paper with a file under a new item."""
    body = convening.meeting.body
    document = papers.file_document(
        by=office, at=at, room=body.room, body=body, audience=audience, party=make.secretariat_party(),
        kind=make.KindFactory(), dated_on=DAYS["starts_on"], titles={"en": title, "es": "Proyecto de declaración"},
    )  # fmt: skip
    papers.add_version(document=document, language="en", source=make.a_file(), name="d.txt", by=office, at=at)
    item = meetings.add_item(
        convening=convening, titles={"en": "Declaration", "es": "Declaración"}, by=office, at=at
    )
    meetings.place_paper(item=item, document=document, by=office, at=at)
    return document


def test_who_takes_part_is_told_at_once_in_session_by_a_real_server_that_was_down_and_exactly_once(
    office, settings, client
):
    convening = held()
    person = attending(convening, office, person=make.focal_point(language="es"))
    moved = session(convening, office, at=EARLY - dt.timedelta(hours=9))
    settings.MAIL_URL = "smtp://127.0.0.1:9"

    meetings.change_session(
        session=moved, revision=1, by=office, at=EARLY, from_hour=dt.time(11), places={"en": "Room 2", "es": "Sala 2"}
    )  # fmt: skip
    document = paper(convening, office, at=EARLY)
    down = a_round(EARLY)
    with server() as (letterbox, settings.MAIL_URL):
        sent = [a_round(EARLY + dt.timedelta(minutes=minutes)) for minutes in (2, 3)]

    letter = mail_of(letterbox, person)[0]
    assert (down, sum(sent), len(mail_of(letterbox, person))) == (0, len(letterbox.letters), 1)
    assert letter["Content-Language"] == "es"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for words in words_of(letter):
        assert "en una reunión en sesión en la que participa" in words
        assert "La sesión se trasladó, a otra sala" in words
        assert "5 de marzo de 2026, 11:00–12:00 (Guatemala, UTC−6), Sala 2" in words
        assert document.symbol in words
        assert "Proyecto de declaración" in words
        assert "(22 B)" in words
        assert f"http://localhost:8000/es/intranet/documents/{document.symbol}/" in words
    # One entry of the meeting, and what happened in it below; in the inbox the same, opened with one click.
    assert letter["Subject"].startswith(f"{convening.symbol}: ")
    client.force_login(person)
    inbox = client.get("/es/intranet/notices/").content.decode()
    assert inbox.count("La sesión se trasladó, a otra sala") == 1
    whole = Notice.objects.filter(person=person).latest("happened_at", "pk")
    answer = client.get(f"/es/intranet/notices/open/{whole.ref}/?all=1")
    assert answer["Location"] == f"/es/intranet/meetings/{convening.symbol}/"
    assert not Notice.objects.filter(person=person, read_at=None).exists()

    # Its own link ends it, without signing in; the inbox and the digest go on.
    stop = letter["List-Unsubscribe"].strip("<>").removeprefix("http://localhost:8000")
    Client().post(stop, {"List-Unsubscribe": "One-Click"})
    meetings.cancel_session(session=moved, by=office, at=EARLY + dt.timedelta(hours=1))
    with server() as (letterbox, settings.MAIL_URL):
        a_round(EARLY + dt.timedelta(hours=1))
    assert mail_of(letterbox, person) == []
    assert Notice.objects.filter(person=person, what="cancelled").count() == 1
    meetings.reinstate_session(session=moved, by=office, at=EARLY + dt.timedelta(hours=2))
    a_round(EARLY + dt.timedelta(hours=2))
    assert Notice.objects.filter(person=person, what="reinstated").count() == 1


def test_before_it_opens_a_meetings_news_wait_for_the_morning_and_are_one_entry(office):
    convening = held(state="convened")
    person = attending(convening, office)
    session(convening, office)
    document = paper(convening, office, at=EARLY)
    for number in range(4):
        meetings.add_item(
            convening=convening, titles={"en": f"Item {number}", "es": f"Punto {number}"}, by=office, at=EARLY
        )
    OutgoingMail.objects.all().delete()

    a_round(EARLY)
    early = OutgoingMail.objects.count()
    a_round(MORNING)

    mail = OutgoingMail.objects.get(recipient=person.email)
    assert early == 0
    assert mail.subject == f"{convening.symbol}: 9 changes"
    # The meeting once, its parts below: sessions, items, and the paper, filed and placed, once.
    assert mail.html.count(f">{convening.meeting.titles['en']}<") == 1
    assert mail.html.count(f"<b>{document.symbol}</b>") == 1
    assert "/stop/inside/" in mail.stop_url
    assert mail.body.count("\n- ") == 7


def test_of_a_closed_session_only_its_room_is_named_and_nobody_outside_is_told(office):
    convening = held()
    inside, outside = attending(convening, office), attending(convening, office)
    chair = make.presiding_chair()
    closed = session(convening, office, kind="closed", titles={"en": "Readmission", "es": "Readmisión"})
    meetings.seat_in_session(session=closed, person=inside, by=chair, at=EARLY)
    OutgoingMail.objects.all().delete()

    meetings.change_session(session=closed, revision=1, by=chair, at=EARLY, from_hour=dt.time(11))
    a_round(EARLY + dt.timedelta(minutes=1))

    mail = OutgoingMail.objects.get(recipient=inside.email)
    assert f"Closed session, {convening.symbol}" in mail.body
    assert "Readmission" not in mail.subject + mail.body + mail.html
    assert not OutgoingMail.objects.filter(recipient=outside.email).exists()
    assert not Notice.objects.filter(person=outside, source="sessions").exists()


def test_of_a_draft_nothing_is_told_not_even_to_the_offices_that_know_of_it(office):
    convening, chair = held(state="announced", draft=True, created_by=office), make.presiding_chair()
    actions.follow(
        topic="body", value=convening.meeting.body.code, by=chair, at=EARLY - dt.timedelta(hours=9)
    )
    actions.gather(EARLY - dt.timedelta(hours=8))

    meetings.describe(
        convening=convening, values={"notes": {"en": "Bring a coat."}}, revision=1, by=office, at=EARLY
    )
    a_round(EARLY)
    drafted = Notice.objects.count()
    meetings.announce(convening=convening, by=office, at=EARLY)
    a_round(EARLY + dt.timedelta(minutes=1))

    assert drafted == 0
    assert list(Notice.objects.values_list("person", "what")) == [(chair.pk, "announced")]


def test_a_paper_put_under_an_item_is_told_to_who_may_read_both(office):
    convening = held()
    person = attending(convening, office)

    hidden = paper(convening, office, at=EARLY, title="For the office", audience=Audience.SECRETARIAT)
    a_round(EARLY)

    told = set(Notice.objects.filter(person=person).values_list("source", "what"))
    assert told == {("agenda", "added")}
    assert not OutgoingMail.objects.filter(body__contains="For the office").exists()
    papers.set_audience(document=hidden, audience=Audience.MEMBERS, by=office, at=EARLY)
    a_round(EARLY + dt.timedelta(minutes=1))
    assert Notice.objects.filter(person=person, source="documents", what="opened").exists()


def test_an_exception_for_an_observer_is_told_to_that_party_alone(office):
    convening = held(open_to=Audience.MEMBERS)
    presiding = make.presiding_chair()
    state = make.delegate("observer_state")
    member = attending(convening, office)
    actions.follow(topic="meeting", value=convening.symbol, by=state, at=EARLY - dt.timedelta(hours=9))
    item = meetings.add_item(
        convening=convening, titles={"en": "Returns", "es": "Retornos"}, by=office, at=EARLY
    )

    meetings.open_item(
        item=item, party=state.seats.get().party, what="attend", by=presiding, at=EARLY + dt.timedelta(minutes=1)
    )  # fmt: skip
    a_round(EARLY + dt.timedelta(minutes=2))

    assert Notice.objects.filter(person=state, source="agenda", what="opened", at_once="").count() == 1
    assert not Notice.objects.filter(person=member, what="opened").exists()


def test_who_did_it_or_wants_no_mail_gets_none_and_a_stopped_mail_that_waits_does_not_go(office, settings):
    convening = held()
    doing = attending(convening, office, person=office)
    quiet, stopping, waiting = (attending(convening, office) for _one in range(3))
    actions.set_pace(pace="none", by=quiet, at=EARLY - dt.timedelta(hours=1))
    session(convening, office)
    OutgoingMail.objects.all().delete()
    settings.MAIL_URL = "smtp://127.0.0.1:9"
    a_round(EARLY)

    actions.stop_kind(person=stopping, source="meetings", at=EARLY)
    with server() as (letterbox, settings.MAIL_URL):
        a_round(EARLY + dt.timedelta(minutes=5))

    assert {one["To"] for one in letterbox.letters} == {waiting.email}
    assert not Notice.objects.filter(person=doing).exists()
    assert Notice.objects.get(person=quiet).at_once == ""


def test_what_is_filed_soon_after_the_end_is_told_and_nothing_long_after(office):
    convening = held(state="convened")
    held_open = Convening.objects.filter(pk=convening.pk)
    person = attending(convening, office)
    told = Notice.objects.filter(person=person)

    def filed_after(days):
        held_open.update(state="closed", closed_at=EARLY - dt.timedelta(days=days))
        papers.file_document(
            by=office, at=EARLY, room=convening.meeting.body.room, body=convening.meeting.body, audience=Audience.MEMBERS,
            party=make.secretariat_party(), kind=make.KindFactory(), dated_on=DAYS["starts_on"], titles={"en": "Report"},
            meeting=convening.meeting,
        )  # fmt: skip
        a_round(EARLY)
        return told.count()

    assert (filed_after(40), filed_after(2)) == (0, 1)
    assert Correspondence.objects.get(person=person).pace == "daily"
