"""The pages on people and bodies: who sees what, the same as the gate says; constant queries; buttons with reasons."""

import csv
import datetime as dt
import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from puebla.accounts.models import Person
from puebla.core.models import OutgoingMail
from puebla.core.tables import harmless
from puebla.members import actions
from puebla.members.models import BreakGlass, Invitation, Party, PresidencyTerm, Seat
from puebla.members.querysets import reach_of
from tests import factories as f

pytestmark = pytest.mark.django_db


def body_of(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


@pytest.fixture(autouse=True)
def _process(db):
    f.process()


def client_of(person):
    client = Client()
    client.force_login(person)
    return client


def party_of(person):
    return person.seats.first().party


def page(person, name, *args, **query):
    return client_of(person).get(reverse(f"members:{name}", args=args), query)


LISTS = ["directory", "bodies", "parties", "delegation", "presidency", "confirmations", "roles"]


@pytest.mark.parametrize("name", [*LISTS, "invite", "applications", "openings", "party-new", "body-new"])
def test_whoever_has_not_signed_in_is_sent_to_the_sign_in_page_and_back(name):
    address = reverse(f"members:{name}")

    answer = Client().get(address)

    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse('account_login')}?next={address}"


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("standing", ["member", "observer_state", "observer_organisation", "civil_society"])
def test_everybody_with_a_seat_opens_the_lists(name, standing, language):
    person = f.delegate(standing)

    answer = client_of(person).get(reverse(f"members:{name}").replace("/en/", f"/{language}/"))

    assert answer.status_code == 200


@pytest.mark.parametrize("name", LISTS)
def test_somebody_without_a_seat_sees_nobody(name):
    other = f.delegate(full_name="Somebody Hidden")

    answer = page(f.PersonFactory(), name)

    assert answer.status_code == 200
    assert "Somebody Hidden" not in answer.content.decode()
    assert party_of(other).names["en"] not in answer.content.decode()


def test_a_person_who_retired_is_sent_out():
    person = f.delegate()
    client = client_of(person)
    actions.retire(person=person, by=f.secretariat_person(), at=timezone.now())

    assert client.get(reverse("members:directory")).status_code == 302


# Directory --------------------------------------------------------------------------------------------------


def test_the_directory_shows_members_all_of_the_open_rooms_and_observers_only_the_offices():
    delegate = f.delegate(full_name="Delegate Person")
    secretariat = f.secretariat_person(full_name="Secretariat Person")
    observer = f.delegate("observer_state", full_name="Observer Person")

    member_sees = page(delegate, "directory").content.decode()
    observer_sees = page(observer, "directory").content.decode()

    assert "Observer Person" in member_sees
    assert "Delegate Person" not in observer_sees
    assert secretariat.full_name in observer_sees
    assert page(observer, "person", delegate.ref).status_code == 404
    assert page(observer, "vcard", delegate.ref).status_code == 404


def test_who_sits_in_a_sealed_room_only_is_hidden_from_the_others_everywhere():
    sealed = f.BodyFactory(function="network", sealed=True)
    hidden = f.delegate(body=sealed, full_name="Hidden Liaison")
    inside, outside = f.delegate(body=sealed), f.secretariat_person()
    party = party_of(hidden)

    for name, args in (("directory", []), ("body", [sealed.code]), ("party", [party.code])):
        assert "Hidden Liaison" not in page(outside, name, *args).content.decode()
        assert "Hidden Liaison" in page(inside, name, *args).content.decode()
    assert "Hidden Liaison" not in body_of(page(outside, "directory", export="csv")).decode()
    assert page(outside, "person", hidden.ref).status_code == 404
    assert page(outside, "unseat", hidden.seats.get().ref).status_code == 404
    assert page(inside, "person", hidden.ref).status_code == 200


def test_a_name_is_found_without_its_accents():
    reader = f.delegate(full_name="Reader")
    f.delegate(full_name="José Núñez")

    found = page(reader, "directory", q="jose nunez").content.decode()

    assert "José Núñez" in found
    assert ">Reader</a></th>" not in found


def test_the_directory_is_narrowed_by_party_and_body_and_an_unknown_one_gives_nothing():
    reader, other = f.delegate(full_name="Reader Person"), f.delegate(full_name="Other Person")

    by_party = page(reader, "directory", party=party_of(other).code).content.decode()
    by_body = page(reader, "directory", body=other.seats.get().body.code).content.decode()
    unknown = page(reader, "directory", party="NOWHERE")

    assert "Other Person" in by_party
    assert "Other Person" in by_body
    assert "0 people" in unknown.content.decode()


@pytest.mark.parametrize("number", ["0", "999", "x", "-1"])
def test_a_page_beyond_the_end_is_no_error(number):
    assert page(f.delegate(), "directory", page=number).status_code == 200


def queries_of(person, name, *args):
    client = client_of(person)
    client.get(reverse(f"members:{name}", args=args))
    with CaptureQueriesContext(connection) as caught:
        client.get(reverse(f"members:{name}", args=args))
    return len(caught)


@pytest.mark.parametrize(
    "name", ["directory", "bodies", "parties", "delegation", "confirmations", "roles", "presidency"]
)
def test_a_list_asks_as_many_questions_when_it_grows_tenfold(name):
    reader = f.focal_point()
    for _ in range(2):
        f.delegate()
        f.delegate(party=party_of(reader))
    before = queries_of(reader, name)
    for _ in range(20):
        f.delegate()
        f.delegate(party=party_of(reader))

    after = queries_of(reader, name)

    assert after <= before
    assert before <= 16


def test_the_page_of_a_body_asks_as_many_questions_when_it_grows():
    body = f.BodyFactory()
    reader = f.delegate(body=body)
    f.delegate(body=body)
    before = queries_of(reader, "body", body.code)
    for _ in range(20):
        f.delegate(body=body)

    assert queries_of(reader, "body", body.code) <= before


def test_the_directory_leaves_as_csv_and_xlsx_with_the_same_people():
    reader = f.delegate(full_name="Reader Person")
    f.delegate(full_name="=HYPERLINK(1)")

    lines = list(
        csv.reader(io.StringIO(body_of(page(reader, "directory", export="csv")).decode("utf-8-sig")))
    )
    sheet = load_workbook(io.BytesIO(body_of(page(reader, "directory", export="xlsx")))).active
    names = [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)]

    assert [line[0] for line in lines[1:]] == names
    assert "'=HYPERLINK(1)" in names


@pytest.mark.parametrize("name", ["bodies", "parties", "presidency", "applications", "delegation"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_every_list_leaves_as_a_file(name, form):
    PresidencyTerm.objects.create(
        body=f.BodyFactory(code="PPT", function="presidency"), party=f.PartyFactory(), starts_on=f.LONG_AGO
    )

    answer = page(f.delegate(), name, export=form)

    assert answer["Content-Disposition"].endswith(f'.{form}"')


@pytest.mark.parametrize(
    ("cell", "written"), [("=1+1", "'=1+1"), ("+502 2410", "'+502 2410"), ("Ana", "Ana"), (None, "")]
)
def test_no_cell_of_an_export_is_run_as_a_formula(cell, written):
    assert harmless(cell) == written


# A person ---------------------------------------------------------------------------------------------------


def test_a_page_of_a_person_shows_seats_present_and_past():
    focal = f.focal_point()
    person = f.delegate(party=party_of(focal))
    old = f.SeatFactory(person=person, party=party_of(focal), until_on=dt.date(2010, 1, 1))

    shown = page(focal, "person", person.ref).content.decode()

    assert old.body.names["en"] in shown
    assert "Seats before" in shown


def test_a_button_that_is_refused_is_greyed_with_its_reason():
    focal = f.focal_point()

    shown = page(focal, "person", focal.ref).content.decode()

    assert "disabled" in shown
    assert "Nobody retires themselves" in shown


# My delegation ----------------------------------------------------------------------------------------------


def test_a_delegate_reads_the_page_of_the_delegation_without_buttons():
    focal = f.focal_point()
    delegate = f.delegate(party=party_of(focal))

    shown = page(delegate, "delegation").content.decode()

    assert focal.full_name in shown
    assert reverse("members:invite") not in shown
    assert page(delegate, "invite").status_code == 404
    assert page(delegate, "seat", focal.ref).status_code == 404


def test_a_focal_point_opens_no_other_party():
    focal, other = f.focal_point(), f.focal_point()

    assert page(focal, "delegation", party=party_of(other).code).status_code == 404
    assert page(focal, "seat", other.ref).status_code == 404


def test_the_secretariat_opens_every_party():
    other = f.focal_point(full_name="Focal Person")

    assert (
        "Focal Person"
        in page(f.secretariat_person(), "delegation", party=party_of(other).code).content.decode()
    )


def test_a_focal_point_invites_seats_unseats_and_retires_on_the_pages():
    focal = f.focal_point()
    party, body = party_of(focal), f.BodyFactory()
    client = client_of(focal)
    place = {
        "party": party.code,
        "body": body.code,
        "role": f.RoleFactory(code="delegate", permissions=["file_own"]).code,
    }

    client.post(
        reverse("members:invite"), place | {"full_name": "N", "email": "n@example.org", "language": "es"}
    )
    person = f.delegate(party=party)
    client.post(reverse("members:seat", args=[person.ref]), place)
    seated = body.room_id in reach_of(person).rooms
    client.post(reverse("members:unseat", args=[person.seats.get(body=body).ref]))
    unseated = body.room_id not in reach_of(person).rooms
    client.post(reverse("members:retire", args=[person.ref]))

    assert Invitation.objects.get().email == "n@example.org"
    assert OutgoingMail.objects.filter(recipient="n@example.org").count() == 1
    assert (seated, unseated) == (True, True)
    assert Person.objects.get(pk=person.pk).is_active is False


def test_another_partys_code_in_the_form_is_not_a_choice():
    focal, other = f.focal_point(), f.focal_point()
    place = {"party": party_of(other).code, "body": f.BodyFactory().code, "role": f.RoleFactory().code}

    answer = client_of(focal).post(
        reverse("members:invite"), place | {"full_name": "N", "email": "n@example.org", "language": "es"}
    )

    assert answer.status_code == 200
    assert not Invitation.objects.exists()


def test_a_role_above_ones_own_is_not_offered():
    focal = f.focal_point()
    f.RoleFactory(code="coordinator", permissions=["manage_all_people"])

    assert "coordinator" not in page(focal, "invite").content.decode()


def test_an_invitation_is_withdrawn_and_sent_again_by_its_party_only():
    focal, other = f.focal_point(), f.focal_point()
    invitation = actions.invite(
        email="n@example.org", full_name="N", party=party_of(focal), body=f.BodyFactory(),
        role=f.RoleFactory(code="delegate", permissions=["file_own"]), language="en", by=focal, at=timezone.now(),
    )  # fmt: skip
    send = reverse("members:invitation-send", args=[invitation.ref])
    withdraw = reverse("members:invitation-withdraw", args=[invitation.ref])

    strange = client_of(other).post(withdraw).status_code
    client_of(focal).post(send)
    client_of(focal).post(withdraw)

    assert strange == 404
    assert OutgoingMail.objects.filter(recipient="n@example.org").count() == 2
    assert Invitation.objects.get().withdrawn_by == focal


# Sealed rooms -----------------------------------------------------------------------------------------------


def test_the_chair_confirms_on_the_page_and_nobody_else_finds_it():
    sealed = f.BodyFactory(function="network", sealed=True)
    chair = f.delegate(body=sealed, role=f.RoleFactory(code="chair", permissions=["confirm_seats"]))
    seat = f.SeatFactory(body=sealed, confirmed_at=None)
    confirm = reverse("members:confirm", args=[seat.ref])

    strange = [
        client_of(one).post(confirm).status_code for one in (f.secretariat_person(), f.delegate(body=sealed))
    ]
    listed = seat.person.full_name in page(chair, "confirmations").content.decode()
    client_of(chair).post(confirm)

    assert strange == [404, 404]
    assert listed
    assert Seat.objects.get(pk=seat.pk).confirmed_by == chair


def test_an_opening_is_asked_and_confirmed_on_the_page_and_the_room_reads_why():
    sealed = f.BodyFactory(function="network", sealed=True)
    holder = f.delegate(body=sealed)
    first, second = f.secretariat_person(), f.secretariat_person()
    reason = "A court asks for the file of a missing person."

    client_of(first).post(reverse("members:openings"), {"room": sealed.code, "reason": reason})
    opening = BreakGlass.objects.get()
    client_of(first).post(reverse("members:opening-confirm", args=[opening.ref]))
    alone = BreakGlass.objects.get().confirmed_at
    client_of(second).post(reverse("members:opening-confirm", args=[opening.ref]))

    assert alone is None
    assert reach_of(first).opened == {sealed.room_id}
    assert reason in page(holder, "body", sealed.code).content.decode()
    assert page(f.delegate(), "openings").status_code == 404


# Lists ------------------------------------------------------------------------------------------------------


def test_who_does_not_keep_the_lists_finds_none_of_their_forms():
    focal = f.focal_point()
    party, body = party_of(focal), focal.seats.get().body
    pages = [
        ("party-new", []), ("party-edit", [party.code]), ("standing", [party.code]), ("body-new", []),
        ("body-edit", [body.code]), ("meeting-new", [body.code]), ("presidency-set", []),
        ("role-edit", [focal.seats.get().role.code]),
    ]  # fmt: skip

    codes = {page(focal, name, *args).status_code for name, args in pages}

    assert codes == {404}


def test_the_secretariat_keeps_the_lists_on_their_pages():
    client = client_of(f.secretariat_person())
    names = {
        "names_en": "Colombia",
        "names_es": "Colombia",
        "short_names_en": "Colombia",
        "short_names_es": "",
    }

    client.post(reverse("members:party-new"), names | {
        "code": "col", "kind": "state", "standing": "member", "from_on": "2001-03-01", "iso3": "COL"})  # fmt: skip
    party = Party.objects.get(code="COL")
    client.post(reverse("members:party-edit", args=["COL"]), names | {
        "kind": "state", "iso3": "COL", "website": "https://col.example", "revision": "1"})  # fmt: skip
    client.post(reverse("members:body-new"), names | {
        "code": "PPT", "function": "presidency", "from_on": "1996-03-13", "from_precision": "day", "rank": "1",
        "cap": "80"})  # fmt: skip
    client.post(reverse("members:meeting-new", args=["PPT"]), {
        "symbol": "rcm/2009/ppt", "titles_en": "A meeting", "starts_on": "2009-07-09", "precision": "month"})  # fmt: skip
    client.post(reverse("members:presidency-set"), {"body": "PPT", "party": "COL", "starts_on": "2009-01-01"})
    client.post(reverse("members:standing", args=["COL"]), {"kind": "-", "from_on": "2020-01-01"})

    party.refresh_from_db()
    assert party.website == "https://col.example"
    assert party.standings.get().until_on == dt.date(2019, 12, 31)
    assert PresidencyTerm.objects.get().party == party
    for name, args in (("party", ["COL"]), ("body", ["PPT"]), ("presidency", []), ("meeting-edit", ["RCM/2009/PPT"]),
                       ("presidency-correct", ["PPT", "2009-01-01"]), ("body-edit", ["PPT"])):  # fmt: skip
        assert client.get(reverse(f"members:{name}", args=args)).status_code == 200


def test_the_second_editor_keeps_what_was_typed():
    party = f.PartyFactory()
    client = client_of(f.secretariat_person())
    form = {"names_en": "N", "short_names_en": "S", "kind": "state", "revision": "1"}
    client.post(reverse("members:party-edit", args=[party.code]), form | {"website": "https://one.example"})

    answer = client.post(
        reverse("members:party-edit", args=[party.code]), form | {"website": "https://two.example"}
    )

    shown = answer.content.decode()
    assert "somebody else" in shown
    assert "https://two.example" in shown
    assert 'name="revision" value="2"' in shown
    assert Party.objects.get(pk=party.pk).website == "https://one.example"


@pytest.mark.parametrize("starts_on", ["2009-13-01", "soon", "2009-01-02"])
def test_a_presidency_that_is_not_there_is_not_found(starts_on):
    f.BodyFactory(code="PPT", function="presidency")

    assert page(f.secretariat_person(), "presidency-correct", "PPT", starts_on).status_code == 404


@pytest.mark.parametrize(
    ("name", "args", "form"),
    [
        ("standing", ["CRI"], {"kind": "", "from_on": "2020-01-01"}),
        ("presidency-set", [], {"body": "PPT", "party": "", "starts_on": "2027-01-01"}),
    ],
)
def test_a_forgotten_choice_takes_nothing_away(name, args, form):
    party = f.PartyFactory(code="CRI")
    office = f.BodyFactory(code="PPT", function="presidency")

    answer = client_of(f.secretariat_person()).post(reverse(f"members:{name}", args=args), form)

    assert answer.status_code == 200
    assert party.standings.get().until_on is None
    assert not office.presidency_terms.exists()


def test_a_vacancy_is_recorded_on_the_page():
    office = f.BodyFactory(code="PPT", function="presidency")

    client_of(f.secretariat_person()).post(
        reverse("members:presidency-set"), {"body": "PPT", "party": "-", "starts_on": "2027-01-01"}
    )

    assert office.presidency_terms.get().party is None


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_pages_that_end_seats_do_not_exist_for_another_partys_people(method):
    focal, other = f.focal_point(), f.delegate()
    client = client_of(focal)

    unseat = getattr(client, method)(reverse("members:unseat", args=[other.seats.get().ref]))
    retire = getattr(client, method)(reverse("members:retire", args=[other.ref]))

    assert (unseat.status_code, retire.status_code) == (404, 404)
    assert page(focal, "person", other.ref).status_code == 200
    assert Seat.objects.get(person=other).ended_at is None


def test_the_troika_is_shown_as_of_any_day_and_no_day_is_no_error():
    office = f.BodyFactory(code="PPT", function="presidency")
    names = {}
    for year in (1996, 1997, 1998):
        party = f.PartyFactory(code=f"Y{year}")
        names[year] = party.code
        PresidencyTerm.objects.create(body=office, party=party, starts_on=dt.date(year, 1, 1))
    reader = f.delegate()

    facts = [
        page(reader, "presidency", on=day).content.decode().split("<dl")[1].split("</dl>")[0]
        for day in ("1997-06-30", "yesterday-ish")
    ]

    assert [facts[0].index(names[year]) for year in (1996, 1997, 1998)] == sorted(
        facts[0].index(one) for one in names.values()
    )
    assert "30 June 1997" in facts[0]
    assert "Presides now" in facts[1]
    assert names[1996] not in facts[1]


def test_a_seat_that_its_chair_has_not_confirmed_is_on_no_card():
    network = f.BodyFactory(code="LOCP", function="network", sealed=True)
    person = f.delegate()
    f.SeatFactory(person=person, party=party_of(person), body=network, confirmed_at=None)

    card = page(person, "vcard", person.ref).content.decode()

    assert card.count("ROLE:") == 1
    assert str(network) not in card


def test_the_zone_of_a_capital_is_named_by_its_place_in_the_reader_s_language():
    reader = f.delegate(party=f.PartyFactory(zone="America/Mexico_City"))

    shown = client_of(reader).get(f"/es/intranet/parties/{party_of(reader).code}/").content.decode()

    assert "Ciudad de México" in shown and "America/Mexico_City" not in shown
