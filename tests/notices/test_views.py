"""The pages of notices: buttons where something may be followed, what is followed, the inbox, the desk."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from puebla.members.models import Audience, Seat
from puebla.notices import actions
from puebla.notices.models import Follow, Notice
from tests import factories as make
from tests.notices.test_telling import filed, following

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _process():
    make.process()


def signed_in(person):
    client = Client()
    client.force_login(person)
    return client


def text_of(response):
    return re.sub(r"\s+", " ", response.content.decode())


def buttons(response):
    """(topic, value, what the button says, greyed) of every button to follow on a page."""
    found = re.findall(
        r'name="topic" value="(\w+)"> ?<input type="hidden" name="value" value="([^"]+)">.*?<button ([^>]*)>(\w+)',
        text_of(response),
    )
    return {(topic, value): (says, "disabled" in how) for topic, value, how, says in found}


# Following -------------------------------------------------------------------------------------------------------------


def test_a_body_is_followed_and_left_with_one_click_from_its_own_page():
    person, body = make.delegate(), make.BodyFactory()
    client, page = signed_in(person), reverse("members:body", args=[body.code])
    sent = {"topic": "body", "value": body.code, "next": page}

    before = buttons(client.get(page))
    followed = client.post(reverse("notices:follow"), sent, follow=True)
    left = client.post(reverse("notices:unfollow"), sent, follow=True)

    assert before == {("body", body.code): ("Follow", False)}
    assert followed.redirect_chain == [(page, 302)]
    assert buttons(followed) == {("body", body.code): ("Following", False)}
    assert f"You follow “Body {body.code}” now" in text_of(followed)
    assert buttons(left) == before
    assert not Follow.objects.exists()


def test_following_twice_is_no_mistake():
    person, body = make.delegate(), make.BodyFactory()

    first = following(person, "body", body.code)
    second = following(person, "body", body.code)

    assert first == second


def test_the_button_of_a_sealed_body_is_grey_and_says_why_and_a_made_up_request_is_refused_with_the_same_words():
    person, body = make.delegate(), make.BodyFactory(sealed=True)
    client = signed_in(person)

    page = client.get(reverse("members:body", args=[body.code]))
    answer = client.post(reverse("notices:follow"), {"topic": "body", "value": body.code}, follow=True)

    assert buttons(page) == {("body", body.code): ("Follow", True)}
    for shown in (page, answer):
        assert "told only to those who hold a confirmed seat in it" in text_of(shown)
    assert not Follow.objects.exists()


def test_who_sits_in_a_sealed_room_follows_it():
    body = make.BodyFactory(sealed=True)
    client = signed_in(make.delegate(body=body))

    client.post(reverse("notices:follow"), {"topic": "body", "value": body.code})

    assert Follow.objects.get().value == body.code


@pytest.mark.parametrize(
    ("topic", "value"),
    [
        ("body", "XX"),
        ("weather", "rain"),
        ("", ""),
        ("document", "nothing"),
        ("body", "a\x00b"),
        ("meeting", "x" * 5000),
    ],
)
def test_what_does_not_exist_cannot_be_followed(topic, value):
    client = signed_in(make.delegate())

    answer = client.post(reverse("notices:follow"), {"topic": topic, "value": value})

    assert answer.status_code == 404
    assert not Follow.objects.exists()


def test_a_meeting_of_a_sealed_room_is_unknown_to_who_does_not_sit_there():
    body = make.BodyFactory(sealed=True)
    body.meetings.create(symbol="RCM/2026/LOST", titles={"en": "Secret"}, starts_on=dt.date(2026, 3, 4))

    answer = signed_in(make.delegate()).post(
        reverse("notices:follow"), {"topic": "meeting", "value": "RCM/2026/LOST"}
    )

    assert answer.status_code == 404


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_one_is_sent_back_to_pages_of_this_site_only(target):
    body = make.BodyFactory()
    client = signed_in(make.delegate())

    answer = client.post(reverse("notices:follow"), {"topic": "body", "value": body.code, "next": target})

    assert answer["Location"] == reverse("notices:following")


def test_more_than_two_hundred_things_are_not_followed():
    person, body = make.delegate(), make.BodyFactory()
    Follow.objects.bulk_create(
        Follow(person=person, topic="body", value=f"X{n}", created_at=timezone.now()) for n in range(200)
    )

    answer = signed_in(person).post(
        reverse("notices:follow"), {"topic": "body", "value": body.code}, follow=True
    )

    assert "Stop one before you follow another" in text_of(answer)
    assert Follow.objects.count() == 200


def test_from_a_document_its_body_kind_themes_and_party_are_offered():
    person, document = make.delegate(), make.DocumentFactory(audience=Audience.MEMBERS)
    document.themes.add(make.ThemeFactory())
    client = signed_in(person)
    record = client.get(reverse("documents:record", args=[document.symbol]))
    address = re.search(r'href="([^"]*/notices/choose/[^"]*)"', record.content.decode())[1].replace(
        "&amp;", "&"
    )

    page = client.get(address)

    assert set(buttons(page)) == {
        ("document", document.ref), ("body", document.body.code), ("theme", "HR"), ("kind", "NOTE"), ("party", "TS"),
    }  # fmt: skip


def test_what_i_follow_lists_it_with_one_click_to_stop_and_offers_the_rest():
    person, mine, other = make.delegate(), make.BodyFactory(), make.BodyFactory()
    following(person, "body", mine.code)
    client = signed_in(person)

    page = client.get(reverse("notices:following"))

    assert buttons(page)["body", mine.code] == ("Stop", False)
    assert buttons(page)["body", other.code] == ("Follow", False)


def test_what_closed_is_shown_without_its_name_and_can_be_stopped():
    person, document = make.delegate(), make.DocumentFactory(audience=Audience.MEMBERS)
    following(person, "document", document.ref)
    type(document).objects.update(audience=Audience.SECRETARIAT)
    client = signed_in(person)

    page = client.get(reverse("notices:following"))
    client.post(reverse("notices:unfollow"), {"topic": "document", "value": document.ref})

    assert "Not open to you any more" in text_of(page)
    assert document.titles["en"] not in text_of(page)
    assert not Follow.objects.exists()


def test_how_often_mail_comes_is_chosen():
    person = make.delegate()
    client = signed_in(person)

    client.post(reverse("notices:following"), {"pace": "at_once"})
    wrong = client.post(reverse("notices:following"), {"pace": "hourly"})

    assert person.correspondence.pace == "at_once"
    assert "hourly is not one of the available choices" in text_of(wrong)


# The inbox -------------------------------------------------------------------------------------------------------------


def told(person, count=1):
    """As many notices as this, each of a document of its own."""
    office, body = make.secretariat_person(), make.BodyFactory(code="TOLD")
    now = timezone.now()
    following(person, "body", body.code, at=now - dt.timedelta(hours=1))
    number = Notice.objects.count()
    papers = [
        filed(body, by=office, at=now, symbol=f"RCM/2026/TOLD/NOTE/{number + n + 1}") for n in range(count)
    ]
    actions.gather(now)
    return papers


def test_a_notice_leads_to_its_document_and_is_read_then():
    person = make.delegate()
    (paper,) = told(person)
    client = signed_in(person)

    before = text_of(client.get(reverse("notices:inbox")))
    opened = client.get(reverse("notices:open", args=[Notice.objects.get().ref]))
    after = text_of(client.get(reverse("notices:inbox")))

    assert "1 unread" in before
    assert opened["Location"] == reverse("documents:record", args=[paper.symbol])
    assert "0 unread" in after
    assert paper.symbol in after


def test_another_ones_notice_does_not_exist():
    person, other = make.delegate(), make.delegate()
    told(person)

    assert signed_in(other).get(reverse("notices:open", args=[Notice.objects.get().ref])).status_code == 404


def test_all_is_marked_as_read_at_once_and_only_the_unread_are_shown():
    person = make.delegate()
    told(person, 3)
    client = signed_in(person)

    unread = client.get(reverse("notices:inbox") + "?show=unread")
    answer = client.post(reverse("notices:read-all"), follow=True)
    rest = client.get(reverse("notices:inbox") + "?show=unread")

    assert text_of(unread).count("A new note") == 3
    assert "3 notices are marked as read" in text_of(answer)
    assert "You have read everything" in text_of(rest)


def test_what_was_told_is_gone_with_the_seat_and_with_what_was_narrowed():
    person, narrow = make.delegate(), make.delegate()
    papers = told(person, 2) and told(narrow, 2)
    type(papers[0]).objects.filter(pk=papers[0].pk).update(audience=Audience.SECRETARIAT)
    Seat.objects.filter(person=person).update(until_on=timezone.localdate() - dt.timedelta(days=1))

    assert "A new note" not in text_of(signed_in(person).get(reverse("notices:inbox")))
    page = text_of(signed_in(narrow).get(reverse("notices:inbox")))
    assert papers[0].symbol not in page
    assert papers[1].symbol in page
    assert "1 unread" in page


def test_the_desk_shows_the_newest_unread_and_nothing_once_all_is_read():
    person = make.delegate()
    told(person, 7)
    client = signed_in(person)

    before = text_of(client.get(reverse("intranet:desk")))
    actions.read_all(by=person, at=timezone.now())
    after = text_of(client.get(reverse("intranet:desk")))

    assert "7 unread" in before
    assert "All notices" in before
    assert "All notices" not in after


def test_the_pages_are_for_people_with_a_seat_and_signed_in():
    for name in ("inbox", "following"):
        stranger = Client().get(reverse(f"notices:{name}"))
        seatless = signed_in(make.PersonFactory()).get(reverse(f"notices:{name}"))

        assert "/accounts/login/" in stranger["Location"]
        assert seatless.status_code == 200
        assert buttons(seatless) == {}


# Constant queries ------------------------------------------------------------------------------------------------------


def queries_of(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    return len(queries)


@pytest.mark.parametrize("page", ["notices:inbox", "intranet:desk"])
def test_the_inbox_and_the_desk_cost_the_same_queries_however_much_there_is(page):
    person = make.delegate()
    client, spent = signed_in(person), []

    for count in (1, 20):
        told(person, count)
        spent.append(queries_of(client, reverse(page)))

    assert spent[0] == spent[1]


@pytest.mark.parametrize("page", ["members:bodies", "notices:following"])
def test_lists_with_buttons_cost_the_same_queries_however_many_there_are(page):
    person = make.delegate()
    client, spent = signed_in(person), []

    for count in (2, 15):
        for _number in range(count):
            following(person, "body", make.BodyFactory().code)
            make.BodyFactory(sealed=True)
        spent.append(queries_of(client, reverse(page)))

    assert spent[0] == spent[1]


def test_gathering_costs_the_same_queries_however_much_happened():
    office, person, body = make.secretariat_person(), make.delegate(), make.BodyFactory()
    now = timezone.now()
    following(person, "body", body.code, at=now)
    following(person, "theme", make.ThemeFactory().code, at=now)
    spent = []

    for count in (1, 15):
        for number in range(count):
            filed(body, by=office, at=now, symbol=f"RCM/2026/X/NOTE/{count}{number}")
        with CaptureQueriesContext(connection) as queries:
            assert actions.gather(now) == count
        spent.append(len(queries))

    assert spent[0] == spent[1]


@pytest.mark.parametrize("topic", ["kind", "theme", "party", "body"])
def test_the_list_of_one_kind_theme_party_or_body_can_be_followed_there(topic):
    document = make.DocumentFactory(audience=Audience.MEMBERS)
    document.themes.add(make.ThemeFactory())
    value = {"kind": "NOTE", "theme": "HR", "party": "TS", "body": document.body.code}[topic]
    client = signed_in(make.delegate())

    page = client.get(f"{reverse('documents:list')}?{topic}={value}")
    none = client.get(f"{reverse('documents:list')}?{topic}=XX")

    assert buttons(page) == {(topic, value): ("Follow", False)}
    assert buttons(none) == {}
