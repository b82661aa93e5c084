"""From what happens to what is told: notices exactly once and through the gate, the digest, messages at once."""

import datetime as dt

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from puebla.core import registry
from puebla.core.mail import send_waiting
from puebla.core.models import JournalEntry, OutgoingMail
from puebla.core.verdicts import RefusedError
from puebla.documents import actions as papers
from puebla.documents.models import Document, FileVersion
from puebla.members.models import Audience, SavedSearch, Seat
from puebla.notices import actions
from puebla.notices.actions import digests
from puebla.notices.actions.messages import stop_kind_address
from puebla.notices.models import Correspondence, Follow, MailStop, Mark, Notice
from tests import factories as make

pytestmark = pytest.mark.django_db

#: The evening before, by the clock of Costa Rica; the digest's hour is 13:00 in UTC.
EVENING = dt.datetime(2026, 3, 4, 23, 0, tzinfo=dt.UTC)
MORNING = dt.datetime(2026, 3, 5, 13, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _process():
    make.process(contact_email="secretariat@rcm.example")


def filed(body, *, by, at=EVENING, audience=Audience.MEMBERS, **values):
    """A paper of the secretariat, filed by the rules."""
    return papers.file_document(
        by=by, at=at, room=body.room, body=body, audience=audience, party=make.secretariat_party(),
        kind=values.pop("kind", None) or make.KindFactory(), dated_on=dt.date(2026, 3, 4),
        **{"titles": {"en": "A new note", "es": "Una nota nueva"}} | values,
    )  # fmt: skip


def with_file(document, *, by, language="en", at=EVENING):
    papers.add_version(
        document=document, language=language, source=make.a_file(), name="note.txt", by=by, at=at
    )
    return document


def following(person, topic, value, *, at=EVENING - dt.timedelta(hours=1)):
    return actions.follow(topic=topic, value=value, by=person, at=at)


def told(person):
    return {(one.subject, one.what) for one in Notice.objects.filter(person=person)}


def a_round(at):
    """What the chores do."""
    return actions.gather(at), actions.send_at_once(at), actions.send_digests(at)


def test_who_follows_a_body_is_told_of_a_new_paper_in_the_inbox_and_in_the_morning_by_mail(client):
    office, person, body = make.secretariat_person(), make.delegate(), make.BodyFactory()
    following(person, "body", body.code)
    paper = with_file(filed(body, by=office), by=office)

    a_round(EVENING)
    before = OutgoingMail.objects.count()
    a_round(MORNING)

    assert before == 0
    assert told(person) == {(paper.ref, "filed"), (paper.ref, "version")}
    mail = OutgoingMail.objects.get()
    assert mail.recipient == person.email
    for text in (mail.body, mail.html):
        assert paper.symbol in text
        assert "A new note" in text
        assert "New document · New file in English (22 B)" in text
        assert f"http://localhost:8000/en/intranet/documents/{paper.symbol}/" in text
    client.force_login(person)
    page = client.get(reverse("notices:inbox")).content.decode()
    assert paper.symbol in page
    assert "New document · New file in English (22 B)" in page


@pytest.mark.parametrize("topic", ["theme", "kind", "party", "meeting", "document"])
def test_every_topic_that_a_paper_falls_under_tells_of_it(topic):
    office, person, body = make.secretariat_person(), make.delegate(), make.BodyFactory()
    theme, kind = make.ThemeFactory(), make.KindFactory(code="DECL")
    meeting = body.meetings.create(symbol="RCM/2026/X", titles={"en": "XIV"}, starts_on=dt.date(2026, 3, 4))
    paper = filed(
        body, by=office, themes=[theme], kind=kind, meeting=meeting, at=EVENING - dt.timedelta(days=1)
    )
    value = {
        "theme": theme.code,
        "kind": kind.code,
        "party": "TS",
        "meeting": meeting.symbol,
        "document": paper.ref,
    }

    following(person, topic, value[topic])
    with_file(paper, by=office)
    actions.gather(EVENING)

    assert told(person) == {(paper.ref, "version")}


def test_what_somebody_may_not_see_is_told_to_nobody_and_to_them_when_it_opens():
    office, person, body = make.secretariat_person(), make.delegate(), make.BodyFactory()
    following(person, "body", body.code)
    paper = filed(body, by=office, audience=Audience.SECRETARIAT)

    actions.gather(EVENING)
    hidden = told(person)
    papers.set_audience(document=paper, audience=Audience.MEMBERS, by=office, at=EVENING)
    actions.gather(EVENING)

    assert hidden == set()
    assert told(person) == {(paper.ref, "opened")}


# Exactly once ----------------------------------------------------------------------------------------------------------


def test_a_chore_that_is_repeated_or_cut_tells_nobody_twice_and_nobody_less():
    office, body = make.secretariat_person(), make.BodyFactory()
    people = [make.delegate() for _number in range(3)]
    for person in people:
        following(person, "body", body.code)
    mark = Mark.objects.get(source="documents").mark
    paper = filed(body, by=office)
    actions.gather(EVENING)

    # Cut after one of three was told, and before the mark was moved.
    Notice.objects.exclude(person=people[0]).delete()
    Mark.objects.filter(source="documents").update(mark=mark)
    again = [actions.gather(EVENING), actions.gather(EVENING)]

    assert again == [2, 0]
    for person in people:
        assert [one.subject for one in person.notices.all()] == [paper.ref]


def test_a_digest_that_is_repeated_or_cut_is_written_once_under_one_identity():
    office, person, body = make.secretariat_person(), make.delegate(), make.BodyFactory()
    following(person, "body", body.code)
    filed(body, by=office)
    a_round(MORNING)
    first = OutgoingMail.objects.get().message_id

    a_round(MORNING)
    once = OutgoingMail.objects.count()
    # What a restored back-up of the hour before looks like.
    OutgoingMail.objects.all().delete()
    Notice.objects.update(mailed_at=None)
    Correspondence.objects.update(digested_on=None)
    a_round(MORNING)

    assert once == 1
    assert OutgoingMail.objects.get().message_id == first
    assert person.ref not in first


def test_a_digest_that_cannot_be_written_keeps_nobody_elses_back(monkeypatch):
    office, body = make.secretariat_person(), make.BodyFactory()
    first, second = make.delegate(), make.delegate()
    for person in (first, second):
        following(person, "body", body.code)
    filed(body, by=office)
    actions.gather(EVENING)
    write = digests.tell_person
    monkeypatch.setattr(digests, "tell_person", lambda one, *rest, **more: 1 / 0 if one == first else write(one, *rest, **more))  # fmt: skip

    with pytest.raises(ZeroDivisionError):
        actions.send_digests(MORNING)
    monkeypatch.undo()
    again = actions.send_digests(MORNING)

    assert again == 1
    assert list(OutgoingMail.objects.order_by("pk").values_list("recipient", flat=True)) == [
        second.email,
        first.email,
    ]


def test_two_digests_of_one_day_cannot_stand_side_by_side():
    office, person, body = make.secretariat_person(), make.delegate(), make.BodyFactory()
    following(person, "body", body.code)
    filed(body, by=office)
    a_round(MORNING)
    Notice.objects.update(mailed_at=None)
    Correspondence.objects.update(digested_on=None)

    a_round(MORNING)

    assert OutgoingMail.objects.count() == 1


def test_a_failing_act_tells_nobody():
    office, person, body = make.secretariat_person(), make.delegate(), make.BodyFactory()
    following(person, "body", body.code)

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        filed(body, by=office)
        1 / 0
    actions.gather(EVENING)

    assert told(person) == set()


# What happens ----------------------------------------------------------------------------------------------------------


def test_an_embargo_that_ends_is_told_once_and_not_before():
    office, person, body = make.secretariat_person(), make.delegate(), make.BodyFactory()
    following(person, "body", body.code)
    paper = filed(body, by=office, embargo_until=MORNING)

    actions.gather(EVENING)
    before = told(person)
    for minutes in (0, 1, 2):
        actions.gather(MORNING + dt.timedelta(minutes=minutes))

    assert before == set()
    assert [one.what for one in person.notices.all()] == ["embargo"]
    assert person.notices.get().subject == paper.ref


def test_a_share_is_told_to_the_one_it_names():
    office, body = make.secretariat_person(), make.BodyFactory()
    named, other = make.delegate(), make.delegate()
    for person in (named, other):
        following(person, "body", body.code)
    paper = filed(body, by=office, audience=Audience.SECRETARIAT)
    actions.gather(EVENING)

    papers.share(document=paper, person=named, why="Please advise", until_at=MORNING + dt.timedelta(days=900),
                 by=office, at=EVENING)  # fmt: skip
    actions.gather(EVENING)

    assert told(named) == {(paper.ref, "shared")}
    assert told(other) == set()


def test_release_withdrawal_and_state_are_told_in_words():
    office, person, body = make.secretariat_person(), make.delegate(), make.BodyFactory()
    paper = with_file(filed(body, by=office, audience=Audience.PUBLIC), by=office)
    following(person, "body", body.code)

    paper.refresh_from_db()
    papers.describe(
        document=paper, values={"state": "adopted"}, revision=paper.revision, by=office, at=EVENING
    )
    papers.release(document=paper, by=office, at=EVENING)
    papers.withdraw(document=paper, reason={"en": "A fault"}, by=office, at=EVENING)
    a_round(MORNING)

    mail = OutgoingMail.objects.get(recipient=person.email)
    told = "Its state is now: adopted · Released to the public · Withdrawn from the public · English (22 B)"
    assert told in mail.body


def test_a_change_of_a_title_alone_is_no_news():
    office, person, body = make.secretariat_person(), make.delegate(), make.BodyFactory()
    paper = filed(body, by=office)
    following(person, "body", body.code)

    papers.describe(
        document=paper, values={"titles": {"en": "A better title"}}, revision=1, by=office, at=EVENING
    )
    actions.gather(EVENING)

    assert told(person) == set()


def test_what_happened_before_somebody_followed_is_not_told():
    office, person, other, body = (
        make.secretariat_person(),
        make.delegate(),
        make.delegate(),
        make.BodyFactory(),
    )
    following(other, "body", body.code, at=EVENING - dt.timedelta(days=2))
    filed(body, by=office, at=EVENING - dt.timedelta(days=1))

    following(person, "body", body.code, at=EVENING)
    actions.gather(EVENING)

    assert told(person) == set()
    assert len(told(other)) == 1


def test_thousands_of_entries_of_the_journal_are_gone_through_window_by_window(monkeypatch):
    office, person, body = make.secretariat_person(), make.delegate(), make.BodyFactory()
    following(person, "body", body.code)
    for number in range(5):
        filed(body, by=office, symbol=f"RCM/2026/X/NOTE/{number + 1}")
    monkeypatch.setattr("puebla.documents.views.news.WINDOW", 2)

    assert actions.gather(EVENING) == 5


# The mail --------------------------------------------------------------------------------------------------------------


def test_a_digest_is_in_its_readers_language():
    office, body = make.secretariat_person(), make.BodyFactory()
    person = make.delegate(language="es")
    following(person, "body", body.code)
    with_file(filed(body, by=office), by=office, language="es")

    a_round(MORNING)

    mail = OutgoingMail.objects.get()
    assert mail.language == "es"
    assert "Una nota nueva" in mail.body
    assert "Documento nuevo · Archivo nuevo en español (22 B)" in mail.body
    assert "/es/intranet/documents/" in mail.body
    assert '<html lang="es">' in mail.html


def test_of_a_sealed_room_a_mail_says_that_there_is_something_and_no_more(client):
    body, office = make.BodyFactory(sealed=True, function="network"), make.secretariat_party()
    person, other = make.delegate(body=body), make.delegate(body=body)
    following(person, "body", body.code)
    paper = papers.file_document(
        by=other, at=EVENING, room=body.room, body=body, audience=Audience.ROOM, party=other.seats.get().party,
        kind=make.KindFactory(), titles={"en": "A forged passport"},
    )  # fmt: skip

    a_round(MORNING)

    mail = OutgoingMail.objects.get()
    words = mail.subject + mail.body + mail.html
    assert office is not None
    assert f"There is something new in “Room room-{body.code}”. Sign in to read it:" in mail.body
    for secret in ("forged", paper.symbol or paper.ref, paper.ref):
        assert secret not in words
    client.force_login(person)
    assert "A forged passport" in client.get(reverse("notices:inbox")).content.decode()


def test_the_hour_of_digests_is_told_by_the_processs_own_clock():
    office, person, body = make.secretariat_person(), make.delegate(), make.BodyFactory()
    following(person, "body", body.code)
    filed(body, by=office)

    early = a_round(MORNING - dt.timedelta(minutes=1))
    there = a_round(MORNING)

    assert (early[2], there[2]) == (0, 1)


def test_a_day_without_news_has_no_digest_and_what_comes_later_waits_for_tomorrow():
    office, person, body = make.secretariat_person(), make.delegate(), make.BodyFactory()
    following(person, "body", body.code)
    a_round(MORNING)
    filed(body, by=office, at=MORNING + dt.timedelta(hours=1))

    same_day = a_round(MORNING + dt.timedelta(hours=2))
    next_day = a_round(MORNING + dt.timedelta(days=1))

    assert (same_day[2], next_day[2]) == (0, 1)
    assert person.notices.count() == 1


def test_who_wants_it_at_once_gets_it_at_once_and_names_the_single_document():
    office, person, body = make.secretariat_person(), make.delegate(), make.BodyFactory()
    following(person, "body", body.code)
    actions.set_pace(pace="at_once", by=person, at=EVENING)
    paper = filed(body, by=office)

    sent = [a_round(EVENING)[1], a_round(EVENING)[1], a_round(MORNING)[2]]

    assert sent == [1, 0, 0]
    assert OutgoingMail.objects.get().subject == f"{paper.symbol}: New document"


def test_who_wants_no_mail_gets_none_and_the_inbox_all_the_same():
    office, person, body = make.secretariat_person(), make.delegate(), make.BodyFactory()
    following(person, "body", body.code)
    actions.set_pace(pace="none", by=person, at=EVENING)
    filed(body, by=office)
    a_round(EVENING)

    actions.set_pace(pace="daily", by=person, at=EVENING)
    a_round(MORNING)

    assert person.notices.count() == 1
    assert OutgoingMail.objects.count() == 0


def test_who_was_retired_or_lost_the_seat_gets_nothing():
    office, body = make.secretariat_person(), make.BodyFactory()
    retired, unseated = make.delegate(), make.delegate()
    for person in (retired, unseated):
        following(person, "body", body.code)
    paper = filed(body, by=office)
    actions.gather(EVENING)

    type(retired).objects.filter(pk=retired.pk).update(is_active=False)
    Seat.objects.filter(person=unseated).update(until_on=dt.date(2026, 3, 3))
    with_file(paper, by=office)
    a_round(MORNING)

    assert OutgoingMail.objects.count() == 0
    assert retired.notices.count() == unseated.notices.count() == 1


def test_a_digest_that_waits_for_a_server_reaches_nobody_who_lost_the_seat_or_stopped_it_meanwhile(settings):
    office, body = make.secretariat_person(), make.BodyFactory()
    staying, stopped, unseated = make.delegate(), make.delegate(), make.delegate()
    for person in (staying, stopped, unseated):
        following(person, "body", body.code)
    filed(body, by=office)
    a_round(MORNING)
    settings.MAIL_URL = "smtp://127.0.0.1:9"
    Seat.objects.filter(person=unseated).update(until_on=dt.date(2026, 3, 3))
    actions.stop_mail(person=stopped, at=MORNING)

    send_waiting(at=MORNING)

    assert [one.recipient for one in OutgoingMail.objects.all()] == [staying.email]


@pytest.mark.parametrize(
    "closing", [{"audience": Audience.SECRETARIAT}, {"embargo_until": MORNING + dt.timedelta(days=1)}]
)
def test_a_digest_that_waits_for_a_server_keeps_no_trace_of_what_closed_meanwhile(settings, closing):
    office, body = make.secretariat_person(), make.BodyFactory()
    people = [make.delegate(language="es"), make.delegate()]
    for person in people:
        following(person, "body", body.code)
    actions.set_pace(pace="at_once", by=people[1], at=EVENING)
    closed = filed(body, by=office, titles={"en": "Secret wish", "es": "Deseo secreto"})
    a_round(EVENING)
    staying = filed(body, by=office, at=EVENING + dt.timedelta(minutes=1))
    a_round(MORNING)
    settings.MAIL_URL = "smtp://127.0.0.1:9"
    Document.objects.filter(pk=closed.pk).update(**closing)

    send_waiting(at=MORNING)

    mails = list(OutgoingMail.objects.order_by("recipient"))
    words = [mail.subject + mail.body + mail.html for mail in mails]
    assert len(mails) == 2
    assert all(staying.symbol in one and mail.attempts == 1 for one, mail in zip(words, mails, strict=True))
    assert not any(
        trace in one for one in words for trace in ("ecret wish", "secreto", closed.symbol, closed.ref)
    )
    assert {mail.language for mail in mails if "Una nota nueva" in mail.body} == {"es"}


def test_what_closed_between_the_evening_and_the_morning_is_not_in_the_digest():
    office, person, body = make.secretariat_person(), make.delegate(), make.BodyFactory()
    following(person, "body", body.code)
    paper = filed(body, by=office)
    actions.gather(EVENING)

    Document.objects.filter(pk=paper.pk).update(audience=Audience.SECRETARIAT)
    a_round(MORNING)

    assert OutgoingMail.objects.count() == 0


def test_a_long_digest_lists_sixty_and_counts_the_rest():
    office, person, body = make.secretariat_person(), make.delegate(), make.BodyFactory()
    following(person, "body", body.code)
    for number in range(62):
        filed(body, by=office, symbol=f"RCM/2026/X/NOTE/{number + 1}")

    a_round(MORNING)

    mail = OutgoingMail.objects.get()
    assert mail.body.count("A new note") == 60
    assert "and 2 more documents" in mail.body


def test_a_mail_says_how_it_is_stopped_and_who_reads_the_answer():
    office, person, body = make.secretariat_person(), make.delegate(), make.BodyFactory()
    following(person, "body", body.code)
    filed(body, by=office)

    a_round(MORNING)

    mail = OutgoingMail.objects.get()
    assert mail.reply_to == "secretariat@rcm.example"
    assert mail.stop_url in mail.body
    assert "/en/subscribe/stop/inside/" in mail.stop_url


# The link that stops it ------------------------------------------------------------------------------------------------


def test_the_link_in_the_mail_stops_it_with_one_click_of_a_mail_program_and_not_by_being_looked_at():
    office, person, body = make.secretariat_person(), make.delegate(), make.BodyFactory()
    following(person, "body", body.code)
    filed(body, by=office)
    a_round(MORNING)
    stop = OutgoingMail.objects.get().stop_url
    stranger = Client(enforce_csrf_checks=True)

    looked = stranger.get(stop)
    before = Correspondence.objects.get(person=person).pace
    clicked = stranger.post(stop, {"List-Unsubscribe": "One-Click"})

    assert (looked.status_code, before) == (200, "daily")
    assert clicked.status_code == 200
    assert Correspondence.objects.get(person=person).pace == "none"
    assert Follow.objects.filter(person=person).exists()


def test_one_kind_of_mail_is_stopped_with_one_click_and_had_again_under_what_is_followed():
    from puebla.notices.actions.messages import sign

    person = make.delegate()
    stop = reverse("subscriptions:stop-kind", args=[sign("kind", f"{person.ref}:circulars")])
    stranger, client = Client(enforce_csrf_checks=True), Client()
    client.force_login(person)
    stopped = lambda: list(MailStop.objects.values_list("person", "source"))  # noqa: E731

    assert "of this kind: circulars" in stranger.get(stop).text and stopped() == []
    for _twice in range(2):
        assert stranger.post(stop, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert stopped() == [(person.pk, "circulars")]
    assert JournalEntry.objects.filter(act="mail.kind_stopped").count() == 1

    assert "Have this mail again" in client.get(reverse("notices:following")).text
    client.post(reverse("notices:stop", args=["circulars"]), {"stop": "0"})
    assert stopped() == []
    assert client.post(reverse("notices:stop", args=["weather"]), {"stop": "1"}).status_code == 404
    forged = reverse("subscriptions:stop-kind", args=[sign("person", f"{person.ref}:circulars")])
    assert stranger.post(forged).status_code == 404 and stopped() == []


def test_every_kind_of_mail_is_ended_by_its_own_link_without_signing_in_and_by_that_alone(client):
    person, kinds = make.delegate(), dict(registry.mail_kinds.items())

    for kind in kinds:
        address = stop_kind_address(person, kind).removeprefix("http://localhost:8000")
        looked_at = client.get(address)
        before = MailStop.objects.filter(person=person, source=kind).exists()
        ended = Client(enforce_csrf_checks=True).post(address, {"List-Unsubscribe": "One-Click"})
        assert (looked_at.status_code, before, ended.status_code) == (200, False, 200), kind

    assert {"circulars", "texts", "meetings", "delegations"} <= set(kinds)
    assert set(MailStop.objects.values_list("source", flat=True)) == set(kinds)


def test_a_link_made_for_one_thing_opens_no_other():
    from puebla.notices.actions.messages import sign, unsign

    token = sign("person", "abc")

    assert unsign("person", token) == "abc"
    assert unsign("subscription", token) is None
    assert unsign("person", token[:-1]) is None


# Saved searches --------------------------------------------------------------------------------------------------------


def saved(person, q, **filters):
    return SavedSearch.objects.create(
        person=person, name=f"My {q}", q=q, filters=filters, created_at=EVENING, seen_at=EVENING
    )


def test_a_saved_search_tells_of_what_it_finds_inside_the_gate_and_of_nothing_else():
    office, person, other, body = (
        make.secretariat_person(),
        make.delegate(),
        make.delegate(),
        make.BodyFactory(),
    )
    for one in (person, other):
        following(one, "search", saved(one, "notas" if one == person else "declaration").ref)

    found = filed(body, by=office)
    filed(body, by=office, audience=Audience.SECRETARIAT)
    actions.gather(EVENING)

    assert told(person) == {(found.ref, "filed")}
    assert told(other) == set()


def test_a_saved_search_tells_of_words_inside_a_file_once_they_were_read():
    office, person, body = make.secretariat_person(), make.delegate(), make.BodyFactory()
    following(person, "search", saved(person, '"plain text"').ref)
    following(person, "search", saved(person, "note").ref)
    reader = make.delegate()
    following(reader, "search", saved(reader, '"plain text"').ref)
    follower = make.delegate()
    following(follower, "body", body.code)

    paper = with_file(filed(body, by=office), by=office)
    actions.gather(EVENING)
    before = told(reader)
    papers.read_version(version=FileVersion.objects.get(), at=EVENING + dt.timedelta(minutes=1))
    for minutes in (2, 3, 50, 90):
        actions.gather(EVENING + dt.timedelta(minutes=minutes))

    assert before == set()
    assert told(reader) == {(paper.ref, "found")}
    # Whoever was told of the file itself is not told again because its text was read.
    assert told(person) == told(follower) == {(paper.ref, "filed"), (paper.ref, "version")}


def test_another_ones_saved_search_cannot_be_followed():
    mine, other = make.delegate(), make.delegate()

    with pytest.raises(RefusedError):
        following(other, "search", saved(mine, "note").ref)


def test_a_quiet_hour_writes_nothing():
    person, body = make.delegate(), make.BodyFactory()
    following(person, "body", body.code)
    actions.gather(EVENING)

    with CaptureQueriesContext(connection) as queries:
        actions.gather(EVENING + dt.timedelta(hours=1))

    assert [one["sql"] for one in queries if not one["sql"].startswith("SELECT")] == []
