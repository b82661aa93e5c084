"""From what happens to what is told: notices exactly once and through the gate, the digest, messages at once."""

import datetime as dt

import pytest
from django.urls import reverse

from puebla.core.models import OutgoingMail
from puebla.documents import actions as papers
from puebla.members.models import Audience
from puebla.notices import actions
from puebla.notices.models import Notice
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
        kind=values.pop("kind", None) or make.KindFactory(), titles={"en": "A new note", "es": "Una nota nueva"},
        dated_on=dt.date(2026, 3, 4), **values,
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
