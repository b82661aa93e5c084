"""Kinds, themes and the pattern of symbols are kept in the private site, by the secretariat alone."""

import pytest
from django.utils import timezone

from puebla.core.models import JournalEntry, Process
from puebla.core.verdicts import RefusedError, StaleError
from puebla.documents.actions import lists
from puebla.documents.models import Kind, Theme
from tests import factories as make

pytestmark = pytest.mark.django_db
FOLDER = "/en/intranet/documents/lists/"


@pytest.fixture
def keeper(client):
    make.process()
    person = make.secretariat_person()
    client.force_login(person)
    return person


def test_a_kind_is_entered_and_offered_when_filing(client, keeper):
    answer = client.post(
        f"{FOLDER}kinds/new/",
        {
            "code": "MINS",
            "names_en": "Minutes",
            "names_es": "Acta",
            "clues": "minutes,  acta de la ",
            "rank": 12,
        },
    )

    assert answer.status_code == 302
    kind = Kind.objects.get(code="MINS")
    assert (kind.names, kind.clues) == ({"en": "Minutes", "es": "Acta"}, ["minutes", "acta de la"])
    assert "Minutes" in client.get("/en/intranet/documents/new/").text
    assert JournalEntry.objects.filter(act="kind.entered", subject_ref="MINS").exists()


@pytest.mark.parametrize("code", ["mins", "M/1", "", "-A"])
def test_a_code_that_could_stand_in_no_symbol_is_refused_beside_its_field(client, keeper, code):
    page = client.post(f"{FOLDER}kinds/new/", {"code": code, "names_en": "Minutes", "rank": 1}).text

    assert not Kind.objects.filter(names__en="Minutes").exists()
    assert "aria-invalid" in page


def test_a_code_that_is_taken_is_refused_whatever_its_letters_case(keeper):
    make.KindFactory(code="NOTE")

    with pytest.raises(RefusedError, match="taken"):
        lists.enter(Kind, code="note", values={"names": {"en": "x"}}, by=keeper, at=timezone.now())


def test_of_two_editors_the_second_is_told_and_loses_nothing(client, keeper):
    theme = Theme.objects.create(code="HR", names={"en": "Rights", "es": "Derechos"})
    lists.describe_entry(
        theme, values={"names": {"en": "Human rights"}}, revision=1, by=keeper, at=timezone.now()
    )

    page = client.post(f"{FOLDER}themes/HR/", {"names_en": "My long wording", "rank": 5, "revision": 1}).text

    assert "changed by somebody else" in page
    assert "My long wording" in page
    theme.refresh_from_db()
    assert theme.names == {"en": "Human rights"}


def test_a_theme_does_not_end_before_it_begins(client, keeper):
    page = client.post(
        f"{FOLDER}themes/new/",
        {"code": "X", "names_en": "X", "rank": 1, "from_on": "2020-01-02", "until_on": "2020-01-01"},
    ).text

    assert "before the first" in page
    assert not Theme.objects.exists()


def test_the_pattern_holds_for_symbols_made_from_now_on(client, keeper):
    make.KindFactory(code="NOTE")
    make.BodyFactory(code="VM")
    was = Process.current().symbol_pattern

    answer = client.post(
        f"{FOLDER}pattern/", {"symbol_pattern": "{process}.{body}/{kind}/{year}/{number}", "was": was}
    )

    assert answer.status_code == 302
    page = client.get(FOLDER).text
    assert f"/NOTE/{timezone.localdate().year}/1" in page.partition("As in RCM.")[2][:40]


def test_a_pattern_that_makes_no_symbols_is_refused_and_kept_in_the_form(client, keeper):
    was = Process.current().symbol_pattern

    page = client.post(f"{FOLDER}pattern/", {"symbol_pattern": "{proces}/{year}/{number}", "was": was}).text

    assert "{proces}/{year}/{number}" in page
    assert Process.current().symbol_pattern == was


def test_a_pattern_changed_meanwhile_is_told(keeper):
    with pytest.raises(StaleError):
        lists.set_symbol_pattern(
            pattern="{process}/{year}/{kind}/{number}", was="something else", by=keeper, at=timezone.now()
        )


def test_the_contact_address_is_set_there_and_shown_to_the_public_at_once(client, keeper):
    before = client.get("/en/members/").text

    page = client.get(FOLDER).text
    wrong = client.post(f"{FOLDER}contact/", {"contact_email": "nobody", "was": ""}).text
    answer = client.post(f"{FOLDER}contact/", {"contact_email": "office@example.org", "was": ""})

    assert "None is set" in page
    assert "nobody" in wrong
    assert answer.status_code == 302
    assert "office@example.org" not in before
    assert "mailto:office@example.org" in client.get("/en/members/").text
    assert "office@example.org" in client.get("/oai?verb=Identify").text
    with pytest.raises(StaleError):
        lists.set_contact(email="other@example.org", was="", by=keeper, at=timezone.now())


@pytest.mark.parametrize("page", ["", "kinds/new/", "themes/new/", "pattern/", "contact/", "kinds/NOTE/"])
def test_for_everybody_else_there_are_no_such_pages(client, page):
    make.process()
    make.KindFactory(code="NOTE")
    client.force_login(
        make.SeatFactory(role=make.RoleFactory(code="delegate", permissions=["file_own"])).person
    )

    assert client.get(FOLDER + page).status_code == 404


def test_the_lists_count_only_papers_that_their_keeper_sees(client, keeper):
    kind = make.KindFactory(code="NOTE")
    make.DocumentFactory(kind=kind, audience=50)
    sealed = make.BodyFactory(code="LOCP", sealed=True)
    make.DocumentFactory(kind=kind, body=sealed, room=sealed.room, audience=40)

    assert '?kind=NOTE">1 document<' in client.get(FOLDER).text
