"""Pages of meetings: the meeting's own, its agenda, its sessions."""

import datetime as dt
import html
import io
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from puebla.core.models import OutgoingMail
from puebla.documents.models import Document
from puebla.meetings import actions
from puebla.meetings.actions import delegations as actions_of_delegations
from puebla.meetings.models import Convening, Look
from puebla.members.models import BreakGlass
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper():
    factories.process()
    return factories.secretariat_person()


def page_of(client, person, convening):
    client.force_login(person)
    return client.get(reverse("meetings:page", args=[convening.symbol]))


def with_papers(keeper, count, *, audience):
    """A meeting with three items and this many papers under each."""
    at = timezone.now()
    convening = factories.convening()
    actions.hold_session(
        convening=convening, by=keeper, at=at, kind="plenary", titles={"en": "Opening"}, on=dt.date(2031, 3, 11),
        from_hour=dt.time(9), until_hour=dt.time(11),
    )  # fmt: skip
    for name in ("One", "Two", "Three"):
        item = actions.add_item(convening=convening, titles={"en": name}, by=keeper, at=at)
        for _n in range(count):
            actions.place_paper(
                item=item, document=factories.DocumentFactory(audience=audience), by=keeper, at=at
            )
    return convening


def test_the_page_shows_each_item_with_the_papers_the_reader_may_see(client, keeper):
    observer = factories.delegate("observer_state")
    shown, hidden = (with_papers(keeper, 1, audience=audience) for audience in (60, 20))

    assert page_of(client, observer, shown).content.count(b'class="paper"') == 3
    answer = page_of(client, observer, hidden)
    assert b'class="paper"' not in answer.content
    assert b"Note number" not in answer.content


def test_the_page_costs_the_same_number_of_queries_whatever_it_shows(client, keeper):
    small, large = with_papers(keeper, 1, audience=60), with_papers(keeper, 6, audience=60)
    for convening in (small, large):
        page_of(client, keeper, convening)
    counts = []
    for convening in (small, large):
        with _counting() as counted:
            page_of(client, keeper, convening)
        counts.append(len(counted))

    assert counts[0] == counts[1]


def _counting():
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    return CaptureQueriesContext(connection)


def test_the_agenda_of_a_closed_meeting_offers_nothing_that_would_be_refused(client, keeper):
    convening = with_papers(keeper, 1, audience=60)
    agenda = reverse("meetings:agenda", args=[convening.symbol])

    def offered():
        pages = [page_of(client, keeper, convening).text, client.get(agenda).text]
        return {
            word for word in ("/agenda/new/", 'value="up"', "data-agenda") for page in pages if word in page
        }

    before = offered()
    Convening.objects.update(state="closed")

    assert before == {"/agenda/new/", 'value="up"', "data-agenda"}
    assert offered() == set()


def test_a_paper_filed_since_the_reader_looked_is_marked_new(client, keeper):
    convening = with_papers(keeper, 1, audience=60)
    page_of(client, keeper, convening)
    earlier = timezone.now() - dt.timedelta(hours=2)
    convening.looks.update(this_at=earlier)
    page = page_of(client, keeper, convening).content.decode()

    assert page.count('<span class="tag new">new</span>') == 3


def test_who_may_not_know_of_a_draft_is_told_of_no_meeting(client, keeper):
    convening = factories.convening(draft=True)

    assert page_of(client, factories.delegate(), convening).status_code == 404
    assert page_of(client, keeper, convening).status_code == 200


def test_who_takes_part_is_told_where_to_join_and_who_was_not_invited_is_not(client, keeper):
    link = "https://meet.example/plenary"
    convening = factories.convening(link=link, state="convened", open_to=60)
    member, observer, civil = map(factories.delegate, ("member", "observer_state", "civil_society"))
    body = factories.convening(link=link, open_to=40).meeting.body
    seated = factories.delegate(body=body)

    def told(person, of):
        token = actions.open_calendar(by=person, at=timezone.now()).token
        feed = client.get(reverse("personal-calendar", args=[token])).text.replace("\r\n ", "")
        assert f"meeting-{of.symbol.replace('/', '-')}" in feed
        events = [
            one for one in feed.split("BEGIN:VEVENT") if f"meeting-{of.symbol.replace('/', '-')}@" in one
        ]
        shown = {link in page_of(client, person, of).text, link in events[0]}
        assert len(shown) == 1
        return shown.pop()

    assert [told(one, convening) for one in (keeper, member, observer, civil)] == [True, True, True, False]
    assert [told(one, body.meetings.get().convening) for one in (seated, member)] == [True, False]
    actions_of_delegations.invite_party(
        convening=convening, party=civil.seats.get().party, by=keeper, at=timezone.now()
    )
    assert told(civil, convening)


def test_a_closed_session_stands_on_the_page_as_hours_without_content(client, keeper):
    factories.presiding_chair()
    convening = factories.convening()
    session = actions.hold_session(
        convening=convening, by=keeper, at=timezone.now(), kind="closed", titles={"en": "Heads only"}, on=dt.date(2031, 3, 12),
        from_hour=dt.time(15), until_hour=dt.time(17),
    )  # fmt: skip

    page = page_of(client, keeper, convening).content.decode()

    assert "Closed session" in page
    assert "15:00" in page
    assert "Heads only" not in page
    assert client.get(reverse("meetings:session", args=[convening.symbol, session.ref])).status_code == 404


def test_a_chair_lets_in_whom_they_choose_by_party_and_ends_a_seat_given_by_mistake(client, keeper):
    chair = factories.presiding_chair()
    delegate = factories.delegate(full_name="Irene Mosaico")
    convening = factories.convening()
    session = actions.hold_session(
        convening=convening, by=keeper, at=timezone.now(), kind="closed", on=dt.date(2031, 3, 12), from_hour=dt.time(15),
        until_hour=dt.time(17),
    )  # fmt: skip
    here = reverse("meetings:session", args=[convening.symbol, session.ref])
    client.force_login(chair)

    nobody = client.post(here, {"person": ""}, follow=True).content.decode()
    client.post(here, {"person": delegate.ref})
    page = client.get(here).content.decode()

    assert "Nobody was let in. Choose somebody" in nobody
    assert f'<optgroup label="{delegate.seats.first().party}"><option value="{delegate.ref}">' in nobody
    given = session.room.seats.get(person=delegate)
    assert reverse("members:unseat", args=[given.ref]) in page
    assert reverse("members:unseat", args=[session.room.seats.get(person=chair).ref]) not in page


def test_a_closed_session_is_opened_by_two_persons_in_an_emergency_and_its_room_reads_why(client, keeper):
    chair = factories.presiding_chair()
    convening = factories.convening()
    session = actions.hold_session(
        convening=convening, by=keeper, at=timezone.now(), kind="closed", titles={"en": "Heads only"}, on=dt.date(2031, 3, 12),
        from_hour=dt.time(15), until_hour=dt.time(17),
    )  # fmt: skip
    here = reverse("meetings:session", args=[convening.symbol, session.ref])
    reason = "A court asks for the file of a missing person."
    client.force_login(keeper)
    form = client.get(reverse("members:openings")).content.decode()
    client.post(reverse("members:openings"), {"room": session.room.code, "reason": reason})
    alone = client.get(here).status_code
    client.force_login(chair)
    client.post(reverse("members:opening-confirm", args=[BreakGlass.objects.get().ref]))
    client.force_login(keeper)

    opened = client.get(here)

    assert f"Closed session, {convening.symbol}, 12 March 2031, 15:00" in form and "Heads only" not in form
    assert (alone, opened.status_code) == (404, 200)
    client.force_login(chair)
    assert reason in client.get(here).content.decode()
    mail = OutgoingMail.objects.filter(recipient=chair.email).latest("pk")
    assert here in mail.body


def test_a_session_cancelled_by_mistake_takes_place_after_all_and_calendars_follow(client, keeper):
    convening = factories.convening()
    session = actions.hold_session(
        convening=convening, by=keeper, at=timezone.now(), kind="plenary", on=dt.date(2031, 3, 12), from_hour=dt.time(9),
        until_hour=dt.time(10),
    )  # fmt: skip
    act = reverse("meetings:session-cancel", args=[convening.symbol, session.ref])
    client.force_login(keeper)

    cancelled = client.post(act, follow=True).content.decode()
    again = client.post(act, {"act": "reinstate"}, follow=True).content.decode()

    assert "Hold it after all" in cancelled
    assert "takes place after all" in again and "Cancel the session" in again
    session.refresh_from_db()
    assert (session.cancelled_at, session.sequence) == (None, 2)


def test_an_assistant_prepares_announces_and_convenes_in_the_browser(client, keeper):
    factories.BodyFactory(code="RCGM", function="consultation")
    client.force_login(keeper)

    client.post(
        reverse("meetings:new", args=["RCGM"]),
        {"symbol": "RCM/2031/RCGM-1", "titles_en": "RCGM", "starts_on": "2031-06-03", "ends_on": "2031-06-04", "precision": "day",
         "manner": "in_person", "zone": "America/Costa_Rica", "open_to": "60"},
    )  # fmt: skip
    for state in ("announce", "convened"):
        client.post(reverse("meetings:state", args=["RCM/2031/RCGM-1"]), {"state": state})

    assert Convening.objects.get().state == "convened"


def test_an_hour_that_does_not_exist_is_refused_beside_its_field_and_nothing_is_lost(client, keeper):
    convening = factories.convening(
        starts_on=dt.date(2031, 3, 9), ends_on=dt.date(2031, 3, 9), zone="America/New_York"
    )
    client.force_login(keeper)

    answer = client.post(
        reverse("meetings:session-new", args=[convening.symbol]),
        {"kind": "plenary", "titles_en": "Early", "on": "2031-03-09", "from_hour": "02:30", "until_hour": "04:00",
         "zone": "America/New_York", "audience": "60"},
    )  # fmt: skip

    assert "does not exist" in answer.content.decode()
    assert 'value="Early"' in answer.content.decode()
    assert not convening.sessions.exists()


def test_sessions_that_a_moved_meeting_left_behind_are_named_to_who_runs_it_and_to_nobody_else(
    client, keeper
):
    convening = with_papers(keeper, 1, audience=60)
    type(convening.meeting).objects.update(starts_on=dt.date(2031, 3, 12))

    assert "1 session lies outside the days" in page_of(client, keeper, convening).content.decode()
    assert "lies outside" not in page_of(client, factories.delegate(), convening).content.decode()


def test_what_changed_in_a_paper_opens_in_place_and_once_looked_at_it_is_marked_no_more(client, keeper):
    convening = with_papers(keeper, 1, audience=60)
    reader = factories.delegate("observer_state")
    paper, other = Document.objects.filter(agenda_items__convening=convening).order_by("pk")[:2]
    hour = dt.timedelta(hours=1)
    Document.objects.update(created_at=timezone.now() - 4 * hour, changed_at=timezone.now() - 4 * hour)
    file_text(paper, "They heard two reports.", keeper, timezone.now() - 3 * hour)
    page_of(client, reader, convening)
    Look.objects.update(this_at=timezone.now() - 2 * hour)
    for one in (paper, other):
        file_text(one, "They heard three reports.", keeper, timezone.now() - hour)
    first = page_of(client, reader, convening).text

    (address,) = [one for one in re.findall(r'href="(\?changed=[^"]*)"', first) if paper.ref in one]
    opened = client.get(reverse("meetings:page", args=[convening.symbol]) + html.unescape(address)).text
    after = page_of(client, reader, convening).text

    assert first.count('href="?changed=') == 2
    assert "<del>two</del>" in opened and "<ins>three</ins>" in opened
    assert f"?changed={paper.ref}" not in after and f"?changed={other.ref}" in after


def file_text(document, text, by, at):
    """A version that is read already."""
    from puebla.documents.actions import add_version
    from puebla.documents.models import FileVersion, Page

    add_version(
        document=document, language="en", source=io.BytesIO(text.encode()), name="a.txt", by=by, at=at
    )
    version = FileVersion.objects.order_by("-pk")[0]
    FileVersion.objects.filter(pk=version.pk).update(reading="done")
    Page.objects.filter(version=version).delete()
    Page.objects.create(version=version, number=1, text=text)
