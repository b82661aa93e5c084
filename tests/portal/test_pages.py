"""Public pages in both languages: what they show, and what they never show."""

import datetime as dt
import json
import re

import pytest
from django.utils import timezone

from puebla.portal.querysets import coming_meetings
from puebla.publications import actions
from puebla.publications.actions.programmes import publish_programme
from tests.factories import process
from tests.publications.making import a_meeting_row, a_party_row, a_public_document, a_session

pytestmark = pytest.mark.django_db

ADDRESSES = ["", "documents/", "meetings/", "meetings/RCM/2009/VM/XIV/", "members/", "members/GTM/",
             "presidency/",
             "documents/RCM/2009/VM/DECL/1/", "documents/RCM/2009/VM/DECL/1/read/en/"]  # fmt: skip


def a_whole_portal() -> None:
    at = timezone.now()
    process()
    actions.publish_parties([a_party_row(), a_party_row(code="GTM", short_names={"es": "Guatemala"})], at=at)
    actions.publish_meetings([a_meeting_row(), a_meeting_row(symbol="RCM/2030/VM/XXXV", number=35,
                             starts_on=dt.date(2090, 1, 1), ends_on=None, precision="month")], at=at)  # fmt: skip
    actions.publish_presidencies(
        [{"body_code": "PPT", "starts_on": dt.date(2009, 1, 1), "precision": "year", "party_code": "GTM",
          "party_names": {"en": "Guatemala", "es": "Guatemala"}}], at=at)  # fmt: skip
    actions.publish_themes(
        [{"code": "HR", "names": {"en": "Human rights", "es": "Derechos humanos"}},
         {"code": "DEV", "names": {"en": "Development", "es": "Desarrollo"}},
         {"code": "OLD", "names": {"en": "Ended"}, "until_on": dt.date(2001, 1, 1)}], at=at)  # fmt: skip
    actions.publish_kinds(
        [{"code": "DECL", "names": {"en": "Declaration", "es": "Declaración"}, "leading": True,
          "plural_names": {"en": "Declarations", "es": "Declaraciones"}}], at=at)  # fmt: skip
    actions.publish_bodies(
        [{"code": "PPT", "function": "presidency", "names": {"en": "Presidency Pro-Tempore", "es": "Presidencia Pro-Témpore"},
          "short_names": {"en": "PPT"}, "from_on": dt.date(1996, 1, 1)}], at=at)  # fmt: skip
    a_public_document(
        symbol="RCM/2009/VM/DECL/1",
        kind_code="DECL",
        titles={"en": "Declaration of Guatemala", "es": "Declaración de Guatemala"},
        meeting_symbol="RCM/2009/VM/XIV",
        meeting_titles={"en": "XIV Conference", "es": "XIV Conferencia"},
        themes=[("HR", {"en": "Human rights", "es": "Derechos humanos"})],
    )


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_every_page_stands_in_both_languages_and_sets_no_cookie(client, address, language):
    a_whole_portal()

    answer = client.get(f"/{language}/{address}")

    assert answer.status_code == 200, answer.content
    assert answer["Content-Language"] == language
    assert f'<html lang="{language}"' in answer.text
    assert not answer.cookies
    assert "Cookie" not in answer["Vary"]


def test_the_first_page_shows_who_presides_the_next_meeting_and_the_newest_declaration(client):
    a_whole_portal()

    page = client.get("/es/").text

    assert "Guatemala" in page
    assert "enero de 2090" in page
    assert "Declaration of Guatemala" in page
    assert "Declaración de Guatemala" in page
    assert "Declaraciones" in page
    assert "Presidencia Pro-Témpore" in page
    assert "?theme=HR" in page
    assert "?theme=DEV" in page  # a theme stands there before a document has it
    assert "?theme=OLD" not in page
    assert 'href="/es/members/GTM/"' in page


def test_a_first_page_of_an_empty_instance_stands(client):
    answer = client.get("/en/")

    assert answer.status_code == 200
    assert "Nothing has been released" in answer.text


def test_a_presidency_that_starts_tomorrow_does_not_preside_today(client):
    process()
    today = timezone.localdate()
    terms = [(today, "Belize"), (today + dt.timedelta(days=1), "Canada")]
    actions.publish_presidencies(
        [{"body_code": "PPT", "starts_on": day, "precision": "day", "party_names": {"en": name}} for day, name in terms],
        at=timezone.now(),
    )  # fmt: skip

    home = client.get("/en/").text
    page = client.get("/en/presidency/").text

    assert "Belize" in home
    assert "Canada" not in home
    assert (
        page.index("Presides now") < page.index("Belize") < page.index("Presides next") < page.index("Canada")
    )


def test_a_vacant_presidency_is_called_vacant(client):
    actions.publish_presidencies(
        [{"body_code": "PPT", "starts_on": dt.date(2000, 1, 1), "precision": "year", "party_names": {}}],
        at=timezone.now(),
    )

    assert "vacant" in client.get("/en/presidency/").text


def test_meetings_are_narrowed_to_a_body_and_count_only_what_is_public(client):
    at = timezone.now()
    actions.publish_meetings([a_meeting_row(), a_meeting_row(symbol="RCM/2009/RCGM/1", body_code="RCGM",
                             titles={"en": "First RCGM of 2009"}, number=1)], at=at)  # fmt: skip
    a_public_document(meeting_symbol="RCM/2009/VM/XIV")
    a_public_document(meeting_symbol="RCM/2009/VM/XIV", public_from=at + dt.timedelta(days=1))

    every = client.get("/en/meetings/").text
    narrowed = client.get("/en/meetings/?body=VM").text
    unknown = client.get("/en/meetings/?body=XX").text

    assert "First RCGM of 2009" in every
    assert "First RCGM of 2009" not in narrowed
    assert "1 document<" in narrowed
    assert "No meeting matches" in unknown


def test_a_meeting_of_two_processes_names_both_is_found_by_either_and_under_either_symbol(client):
    process()
    joint = {
        "joint_with": {"en": "Southern Dialogue", "es": "Diálogo del Sur"},
        "joint_code": "SD",
        "joint_symbol": "SD/2009/JM",
    }
    alone = a_meeting_row(symbol="RCM/2008/VM/XIII", number=13, titles={"en": "Alone", "es": "Sola"})
    named_otherwise = joint | {"joint_with": {"en": "Dialogue of the South"}, "joint_symbol": "SD/2007/JM"}
    earlier = a_meeting_row(symbol="RCM/2007/VM/XII", starts_on=dt.date(2007, 5, 1), **named_otherwise)
    actions.publish_meetings([a_meeting_row(**joint), alone, earlier], at=timezone.now())

    page = client.get("/es/meetings/RCM/2009/VM/XIV/").text
    listed = client.get("/en/meetings/?process=SD").text
    of_us = client.get("/en/meetings/?process=RCM").text

    assert "Diálogo del Sur" in page
    assert "SD/2009/JM" in page
    assert ">Southern Dialogue</option>" in listed
    assert "Alone" not in listed
    assert "Alone" in of_us
    assert client.get("/en/meetings/SD/2009/JM/").url == "/en/meetings/RCM/2009/VM/XIV/"
    assert "No meeting matches" in client.get("/en/meetings/?process=XX").text
    actions.publish_meetings([alone], at=timezone.now())
    assert 'name="process"' not in client.get("/en/meetings/").text


def test_a_session_whose_place_is_not_known_names_none_to_machines(client):
    actions.publish_meetings([a_meeting_row(places={})], at=timezone.now())
    publish_programme(symbol="RCM/2009/VM/XIV", facts={"sessions": [a_session()]}, at=timezone.now())

    page = client.get("/en/meetings/RCM/2009/VM/XIV/").text

    [told] = json.loads(page.partition('application/ld+json">')[2].partition("</script>")[0])["subEvent"]
    assert told["startDate"] == "2009-07-09T15:00:00+00:00"
    assert "location" not in told


def test_a_meeting_page_lists_its_public_documents_only(client):
    at = timezone.now()
    actions.publish_meetings([a_meeting_row()], at=at)
    a_public_document(meeting_symbol="RCM/2009/VM/XIV", titles={"en": "Open paper"})
    a_public_document(
        meeting_symbol="RCM/2009/VM/XIV", titles={"en": "Held back"}, public_from=at + dt.timedelta(days=1)
    )
    withdrawn = a_public_document(meeting_symbol="RCM/2009/VM/XIV", titles={"en": "Taken back"})
    actions.withdraw_document(symbol=withdrawn.symbol, reason={}, at=at)

    page = client.get("/en/meetings/RCM/2009/VM/XIV/").text

    assert "Open paper" in page
    assert "Held back" not in page
    assert "Taken back" not in page


def test_a_meeting_speaks_to_machines_and_names_its_translation_by_a_whole_address(client):
    process()
    actions.publish_meetings([a_meeting_row()], at=timezone.now())

    page = client.get("/es/meetings/RCM/2009/VM/XIV/").text
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)

    assert found is not None
    facts = json.loads(found.group(1))
    assert (facts["@type"], facts["startDate"], facts["endDate"]) == ("Event", "2009-07-09", "2009-07-10")
    assert {one["@language"] for one in facts["location"]["name"]} == {"en", "es"}
    other = '<link rel="alternate" hreflang="en" href="http://localhost:8000/en/meetings/RCM/2009/VM/XIV/">'
    assert other in page


def test_a_meeting_in_other_letters_leads_to_its_own_address(client):
    actions.publish_meetings([a_meeting_row()], at=timezone.now())

    answer = client.get("/es/meetings/rcm/2009/vm/xiv/")

    assert (answer.status_code, answer["Location"]) == (301, "/es/meetings/RCM/2009/VM/XIV/")


def test_members_are_sorted_as_readers_of_the_language_expect(client):
    actions.publish_parties(
        [a_party_row(code="A", short_names={"en": "United States", "es": "Estados Unidos"}),
         a_party_row(code="B", short_names={"en": "Mexico", "es": "México"})],
        at=timezone.now(),
    )  # fmt: skip

    english, spanish = client.get("/en/members/").text, client.get("/es/members/").text

    assert english.index("Mexico") < english.index("United States")
    assert spanish.index("Estados Unidos") < spanish.index("México")


def test_a_standing_without_a_source_is_marked_and_explained_once(client):
    shared = {"en": "The year is not known.", "es": "Se desconoce el año."}
    actions.publish_parties(
        [a_party_row(code="A"), a_party_row(code="B", confirmed=False, remark=shared),
         a_party_row(code="C", confirmed=False, remark=shared)],
        at=timezone.now(),
    )  # fmt: skip

    english, spanish = client.get("/en/members/").text, client.get("/es/members/").text

    assert english.count("To be confirmed") == 2
    assert english.count("The year is not known.") == spanish.count("Se desconoce el año.") == 1


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("address", ["meetings/", "members/", "presidency/", "documents/"])
def test_every_list_comes_as_a_file(client, address, kind):
    a_whole_portal()

    answer = client.get(f"/es/{address}?export={kind}")

    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    assert len(b"".join(answer.streaming_content)) > 20


@pytest.mark.parametrize("address", ["meetings/", "members/", "presidency/", "documents/"])
def test_a_list_in_an_unknown_format_is_not_found(client, address):
    assert client.get(f"/en/{address}?export=exe").status_code == 404


@pytest.mark.parametrize("address", ["documents/", "documents/A/1/", "meetings/A/"])
def test_a_nul_in_an_address_is_no_error(client, address):
    answers = [client.get(f"/en/{address}?q=%00&body=%00&page=%00"), client.get(f"/en/{address}%00/")]

    assert all(answer.status_code in {200, 404} for answer in answers)


@pytest.mark.parametrize(
    "address", ["en/documents/", "en/meetings/", "en/members/", "api/v1/documents/", "api/v1/meetings/", "api/v1/parties/"]
)  # fmt: skip
def test_an_address_longer_than_a_database_compares_is_not_found(client, address):
    a_public_document()
    actions.publish_meetings([a_meeting_row()], at=timezone.now())
    actions.publish_parties([a_party_row()], at=timezone.now())

    assert client.get(f"/{address}{'a' * 60_000}/").status_code == 404


@pytest.mark.parametrize(("language", "words"), [("en", "There is no such page"), ("es", "")])
def test_a_page_not_found_says_so_in_the_look_of_the_portal(client, language, words):
    answer = client.get(f"/{language}/nothing/here/")

    assert answer.status_code == 404
    assert f'<html lang="{language}"' in answer.text
    assert words in answer.text
    assert 'class="frieze"' in answer.text
    assert not answer.cookies


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "precision", "comes"),
    [
        (dt.date(2026, 11, 23), None, "day", True),
        (dt.date(2026, 11, 22), None, "day", False),
        (dt.date(2026, 11, 20), dt.date(2026, 11, 23), "day", True),
        (dt.date(2026, 11, 1), None, "month", True),
        (dt.date(2026, 10, 1), None, "month", False),
        (dt.date(2026, 1, 1), None, "year", True),
        (dt.date(2025, 1, 1), None, "year", False),
    ],
)
def test_a_meeting_comes_as_long_as_its_known_time_is_not_over(starts_on, ends_on, precision, comes):
    actions.publish_meetings(
        [a_meeting_row(starts_on=starts_on, ends_on=ends_on, precision=precision)], at=timezone.now()
    )

    assert coming_meetings(on=dt.date(2026, 11, 23)).exists() is comes
