"""Parties, standings, bodies, meetings, roles, presidencies: dated, revised, and copied to the public lists."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from puebla.core.models import JournalEntry
from puebla.core.verdicts import RefusedError, StaleError
from puebla.members import actions, rules
from puebla.members.models import Audience, Body, Party, PresidencyTerm, Role, Room
from puebla.members.querysets import reach_of
from puebla.publications.models import Epoch, PublicMeeting, PublicParty, PublicPresidency
from tests import factories as f

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 11, 23, 18, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _process(db):
    f.process()


@pytest.fixture
def secretariat():
    return f.secretariat_person()


def a_party(by, code="COL", **values):
    names = {"en": "Colombia", "es": "Colombia"}
    defaults = {
        "values": {"kind": "state", "names": names, "short_names": names, "iso2": "CO", "iso3": "COL"},
        "standing": "observer_state",
        "from_on": dt.date(2001, 3, 1),
    }
    return actions.create_party(code=code, by=by, at=AT, **(defaults | values))


def an_office():
    return f.BodyFactory(code="PPT", function="presidency")


def test_a_new_party_stands_on_the_public_list_with_its_standing_in_both_languages(secretariat):
    a_party(secretariat)

    public = PublicParty.objects.get(code="COL")

    assert public.standing == "observer_state"
    assert set(public.standing_names) == {"en", "es"}
    assert public.since_on == dt.date(2001, 3, 1)


def test_the_secretariat_and_parties_without_standing_are_not_on_the_public_list(secretariat):
    f.PartyFactory(code="GONE", standing="none")

    actions.publish_who_we_are(at=AT)

    assert not PublicParty.objects.filter(code__in=["TS", "GONE"]).exists()


def test_a_standing_is_dated_and_the_one_before_stays(secretariat):
    party = a_party(secretariat)

    actions.change_standing(party=party, kind="member", from_on=dt.date(2020, 1, 1), by=secretariat, at=AT)

    assert rules.standing_of(party, on=dt.date(2019, 12, 31)) == "observer_state"
    assert rules.standing_of(party, on=dt.date(2020, 1, 1)) == "member"
    assert PublicParty.objects.get(code="COL").standing == "member"


def test_a_standing_of_the_future_changes_nothing_today(secretariat):
    party = a_party(secretariat)

    actions.change_standing(party=party, kind="member", from_on=dt.date(2027, 1, 1), by=secretariat, at=AT)

    assert PublicParty.objects.get(code="COL").standing == "observer_state"
    assert rules.standing_of(party, on=TODAY) == "observer_state"


def test_a_party_that_stops_taking_part_gives_its_people_no_rights(secretariat):
    delegate = f.delegate()
    party = delegate.seats.get().party

    actions.change_standing(party=party, kind=None, from_on=TODAY, by=secretariat, at=AT)

    assert reach_of(delegate, AT).is_empty
    # It stays known as a former party.
    assert not PublicParty.objects.filter(code=party.code, standing="member").exists()


@pytest.mark.parametrize("from_on", [dt.date(2001, 3, 1), dt.date(1999, 1, 1)])
def test_a_standing_does_not_begin_before_the_one_it_replaces(secretariat, from_on):
    party = a_party(secretariat)

    with pytest.raises(RefusedError) as refusal:
        actions.change_standing(party=party, kind="member", from_on=from_on, by=secretariat, at=AT)

    assert refusal.value.field == "from_on"


def test_the_second_of_two_editors_is_told_and_overwrites_nothing(secretariat):
    party = a_party(secretariat)
    actions.describe_party(
        party=party, values={"website": "https://one.example"}, revision=1, by=secretariat, at=AT
    )

    with pytest.raises(StaleError):
        actions.describe_party(
            party=party, values={"website": "https://two.example"}, revision=1, by=secretariat, at=AT
        )

    assert Party.objects.get(pk=party.pk).website == "https://one.example"


def test_who_does_not_keep_the_lists_changes_none(secretariat):
    focal = f.focal_point()
    party = focal.seats.get().party

    with pytest.raises(RefusedError):
        actions.describe_party(
            party=party, values={"website": "https://x.example"}, revision=1, by=focal, at=AT
        )

    assert not JournalEntry.objects.exists()


def test_a_new_body_brings_its_room_and_a_sealed_one_is_capped(secretariat):
    names = {"en": "Network", "es": "Red"}
    values = {"function": "network", "names": names, "short_names": names, "from_on": TODAY}

    sealed = actions.create_body(code="NET", values=values, sealed=True, by=secretariat, at=AT)
    open_one = actions.create_body(code="GRP", values=values, cap=Audience.MEMBERS, by=secretariat, at=AT)

    assert (sealed.room.sealed, sealed.room.cap) == (True, Audience.ROOM)
    assert (open_one.room.sealed, open_one.room.cap) == (False, Audience.MEMBERS)


def test_the_room_of_the_presidency_is_never_sealed(secretariat):
    names = {"en": "Presidency", "es": "Presidencia"}
    values = {"function": "presidency", "names": names, "short_names": names, "from_on": TODAY}

    with pytest.raises(RefusedError) as refusal:
        actions.create_body(code="PPT", values=values, sealed=True, by=secretariat, at=AT)

    assert refusal.value.field == "sealed"
    assert not Body.objects.filter(code="PPT").exists()
    assert not Room.objects.filter(code="ppt").exists()


def test_a_meeting_of_an_open_body_is_public_and_one_of_a_sealed_body_is_not(secretariat):
    values = {"titles": {"en": "A meeting", "es": "Una reunión"}, "starts_on": dt.date(2009, 7, 9)}

    actions.record_meeting(
        symbol="RCM/2009/VM", body=f.BodyFactory(code="VM"), values=values, by=secretariat, at=AT
    )
    actions.record_meeting(
        symbol="RCM/2009/X", body=f.BodyFactory(sealed=True), values=values, by=None, at=AT
    )

    assert list(PublicMeeting.objects.values_list("symbol", flat=True)) == ["RCM/2009/VM"]


def test_the_secretariat_does_not_enter_meetings_of_a_sealed_room_without_a_seat(secretariat):
    values = {"titles": {"en": "A meeting"}, "starts_on": TODAY}

    with pytest.raises(RefusedError):
        actions.record_meeting(
            symbol="RCM/2026/X", body=f.BodyFactory(sealed=True), values=values, by=secretariat, at=AT
        )


def test_a_body_does_not_meet_twice_under_one_number(secretariat):
    body = f.BodyFactory(code="VM")
    values = {"titles": {"en": "XIV"}, "starts_on": dt.date(2009, 7, 9), "number": 14}
    actions.record_meeting(symbol="RCM/2009/VM", body=body, values=values, by=secretariat, at=AT)

    with pytest.raises(ValidationError):
        actions.record_meeting(symbol="RCM/2010/VM", body=body, values=values, by=secretariat, at=AT)


def test_nobody_adds_to_a_role_what_they_may_not_do_nor_changes_their_own(secretariat):
    other = f.RoleFactory(code="assistant", permissions=["file"])
    own = Role.objects.get(code="coordinator")

    actions.describe_role(role=other, values={"permissions": ["file", "release"]}, by=secretariat, at=AT)

    with pytest.raises(RefusedError):
        actions.describe_role(role=own, values={"permissions": []}, by=secretariat, at=AT)
    assert Role.objects.get(pk=other.pk).permissions == ["file", "release"]


# Presidency -------------------------------------------------------------------------------------------------


def test_a_presidency_has_one_start_a_day(secretariat):
    office, party = an_office(), f.PartyFactory()
    actions.set_presidency(body=office, party=party, starts_on=TODAY, by=secretariat, at=AT)

    with pytest.raises(RefusedError) as refusal:
        actions.set_presidency(body=office, party=f.PartyFactory(), starts_on=TODAY, by=secretariat, at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        PresidencyTerm.objects.create(body=office, party=None, starts_on=TODAY)

    assert refusal.value.field == "starts_on"


def test_a_vacancy_is_a_term_and_takes_the_rights_away(secretariat):
    office, party = an_office(), f.PartyFactory()
    actions.set_presidency(body=office, party=party, starts_on=f.LONG_AGO, by=None, at=AT)
    holder = f.delegate(body=office, party=party)
    before = reach_of(holder, AT).presidency

    actions.set_presidency(body=office, party=None, starts_on=TODAY, by=secretariat, at=AT)

    troika = PresidencyTerm.objects.troika(on=TODAY, body=office)
    assert before is True
    assert reach_of(holder, AT).presidency is False
    assert troika["current"].party is None
    assert troika["previous"].party == party
    assert PublicPresidency.objects.get(starts_on=TODAY).party_code == ""


def test_only_a_member_state_presides(secretariat):
    with pytest.raises(RefusedError) as refusal:
        actions.set_presidency(
            body=an_office(),
            party=f.PartyFactory(standing="observer_state"),
            starts_on=TODAY,
            by=secretariat,
            at=AT,
        )

    assert refusal.value.field == "party"


def test_a_presidency_is_corrected_and_the_journal_keeps_both(secretariat):
    office, party = an_office(), f.PartyFactory()
    term = actions.set_presidency(body=office, party=party, starts_on=TODAY, by=secretariat, at=AT)

    actions.correct_presidency(
        term=term, party=party, starts_on=TODAY + dt.timedelta(days=7), by=secretariat, at=AT
    )

    assert PresidencyTerm.objects.troika(on=TODAY, body=office)["next"] == term
    assert list(JournalEntry.objects.order_by("sequence").values_list("act", flat=True)) == [
        "presidency.set",
        "presidency.corrected",
    ]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    starts=st.sets(st.integers(0, 400), min_size=0, max_size=8),
    day=st.integers(-10, 410),
)
def test_previous_current_and_next_presidency_agree_with_the_starts(starts, day):
    first = dt.date(2026, 1, 1)
    on = first + dt.timedelta(days=day)
    with transaction.atomic():
        office = an_office()
        for start in starts:
            PresidencyTerm.objects.create(body=office, party=None, starts_on=first + dt.timedelta(days=start))
        troika = PresidencyTerm.objects.troika(on=on, body=office)
        transaction.set_rollback(True)

    begun = sorted(first + dt.timedelta(days=one) for one in starts if one <= day)
    coming = sorted(first + dt.timedelta(days=one) for one in starts if one > day)
    found = {name: term.starts_on if term else None for name, term in troika.items()}
    assert found == {
        "previous": begun[-2] if len(begun) > 1 else None,
        "current": begun[-1] if begun else None,
        "next": coming[0] if coming else None,
    }


def test_every_change_of_the_lists_turns_the_epoch(secretariat):
    actions.publish_who_we_are(at=AT)
    before = Epoch.objects.get().number

    a_party(secretariat)

    assert Epoch.objects.get().number > before


# What would lock the house, or open it to others ---------------------------------------------------------------------


def test_the_secretariats_standing_neither_ends_nor_passes_to_another_party(secretariat):
    own, other = f.secretariat_party(), a_party(secretariat)

    with pytest.raises(RefusedError, match="standing does not end"):
        actions.change_standing(party=own, kind=None, from_on=TODAY, by=secretariat, at=AT)
    with pytest.raises(RefusedError, match="does not take part as"):
        actions.change_standing(party=own, kind="member", from_on=TODAY, by=secretariat, at=AT)
    with pytest.raises(RefusedError, match="does not take part as"):
        actions.change_standing(party=other, kind="secretariat", from_on=TODAY, by=secretariat, at=AT)
    with pytest.raises(RefusedError, match="does not take part as"):
        a_party(secretariat, code="X", standing="secretariat")

    assert reach_of(secretariat, AT).secretariat
    assert not Party.objects.filter(code="X").exists()


def test_an_organisation_is_no_member_state_and_a_state_no_civil_society(secretariat):
    names = {"en": "Organisation", "es": "Organización"}
    values = {"kind": "organisation", "names": names, "short_names": names}

    with pytest.raises(RefusedError):
        a_party(secretariat, code="ORG", standing="member", values=values)
    with pytest.raises(RefusedError):
        a_party(secretariat, code="STA", standing="civil_society")
    assert a_party(secretariat, code="ORG", standing="observer_organisation", values=values)


def test_the_secretariats_body_does_not_end_and_an_office_keeps_its_function(secretariat):
    own = secretariat.seats.get().body
    office = an_office()

    for values in ({"until_on": TODAY}, {"from_on": dt.date(2030, 1, 1)}, {"function": "other"}):
        with pytest.raises(RefusedError):
            actions.describe_body(body=own, values=values, revision=1, by=secretariat, at=AT)
    with pytest.raises(RefusedError, match="keeps its function"):
        actions.describe_body(body=office, values={"function": "other"}, revision=1, by=secretariat, at=AT)

    assert reach_of(secretariat, AT).secretariat


@pytest.mark.parametrize(
    ("iso2", "iso3", "sentence"),
    [("ZZ", "", "No country has"), ("", "XXX", "No country has"), ("CR", "HND", "two different countries")],
)
def test_a_party_carries_only_codes_of_one_real_country(secretariat, iso2, iso3, sentence):
    names = {"en": "Somewhere", "es": "En alguna parte"}
    values = {"kind": "state", "names": names, "short_names": names, "iso2": iso2, "iso3": iso3}

    with pytest.raises(ValidationError, match=sentence):
        a_party(secretariat, code="X", values=values)


def test_codes_are_written_large_and_stand_for_one_state_only(secretariat):
    names = {"en": "Colombia", "es": "Colombia"}
    small = {"kind": "state", "names": names, "short_names": names, "iso2": "co", "iso3": "col"}

    first = a_party(secretariat, code="COL", values=small)

    assert (first.iso2, first.iso3) == ("CO", "COL")
    with pytest.raises(ValidationError, match="Another state"):
        a_party(secretariat, code="COL2", values=small)
