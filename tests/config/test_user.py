"""`puebla user`: the pages' own rules from the command line."""

import datetime as dt
import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from puebla.accounts.models import Person
from puebla.core.models import JournalEntry, OutgoingMail
from puebla.core.verdicts import RefusedError
from puebla.members.actions import accept_invitation, invite
from puebla.members.models import Invitation, Seat
from tests.factories import (
    BodyFactory,
    PartyFactory,
    RoleFactory,
    delegate,
    focal_point,
    process,
    secretariat_person,
)

pytestmark = pytest.mark.django_db

LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _process():
    process()


def user(*arguments: str) -> str:
    out = io.StringIO()
    call_command("user", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def places() -> tuple[str, ...]:
    return (
        "--party", PartyFactory(code="CRI").code, "--body", BodyFactory(code="RCGM", function="consultation").code,
        "--role", RoleFactory(code="delegate", permissions=["file_own"]).code,
    )  # fmt: skip


def test_people_are_listed_with_their_seats():
    secretariat_person(email="coordinator@example.org", full_name="Berta Cruz")

    (row,) = json.loads(user("list", "--json"))

    assert (row["email"], row["name"]) == ("coordinator@example.org", "Berta Cruz")
    assert [(seat["party"], seat["role"]) for seat in row["seats"]] == [("TS", "coordinator")]
    assert "coordinator@TS (TS)" in user("list")


def test_the_list_of_a_party_holds_its_people_alone():
    secretariat_person()
    delegate(party=PartyFactory(code="CRI"), email="ana@example.org")

    rows = json.loads(user("list", "--party", "cri", "--json"))

    assert [row["email"] for row in rows] == ["ana@example.org"]


def test_an_invitation_is_sent_in_the_name_of_somebody_who_may():
    secretariat_person(email="coordinator@example.org")

    said = user(
        "invite", "ana@example.org", "--name", "Ana Solís", *places(), "--by", "coordinator@example.org"
    )

    assert "ana@example.org is invited" in said
    assert Invitation.objects.get().full_name == "Ana Solís"
    assert OutgoingMail.objects.filter(recipient="ana@example.org").count() == 1
    assert JournalEntry.objects.filter(act="invitation.made").count() == 1


def test_somebody_who_may_not_invite_is_refused_and_nothing_is_written():
    focal_point(PartyFactory(code="HND"), email="focal@example.org")

    with pytest.raises(RefusedError):
        user("invite", "ana@example.org", "--name", "Ana", *places(), "--by", "focal@example.org")

    assert Invitation.objects.count() == 0


def test_an_address_that_is_none_is_refused_with_a_sentence():
    secretariat_person(email="coordinator@example.org")

    with pytest.raises(RefusedError, match="valid email"):
        user("invite", "nonsense", "--name", "Ana", *places(), "--by", "coordinator@example.org")


@pytest.mark.parametrize("wrong", [["--party", "XXX"], ["--role", "king"], ["--by", "nobody@example.org"]])
def test_codes_and_addresses_nobody_has_are_wrong_use(wrong):
    secretariat_person(email="coordinator@example.org")

    with pytest.raises(CommandError) as stop:
        user("invite", "a@example.org", "--name", "Ana", *places(), "--by", "coordinator@example.org", *wrong)

    assert stop.value.returncode == 2


def test_a_retired_person_has_no_seat_and_stays_in_the_whole_list():
    secretariat_person(email="coordinator@example.org")
    delegate(email="ana@example.org")

    user("retire", "ana@example.org", "--by", "coordinator@example.org")

    assert not Person.objects.get(email="ana@example.org").is_active
    assert Seat.objects.filter(person__email="ana@example.org", ended_at=None).count() == 0
    assert "ana@example.org" not in user("list")
    assert "ana@example.org" in user("list", "--all")


class TestSendingAnInvitationAgain:
    @pytest.fixture
    def founding(self):
        """An instance as `puebla init` leaves it: one invitation of the system's own, and nobody."""
        return invite(
            email="maria@example.org", full_name="María", party=PartyFactory(code="TS", kind="secretariat"),
            body=BodyFactory(code="TS", function="secretariat"),
            role=RoleFactory(code="coordinator", permissions=["manage_all_people"]), language="es", by=None, at=LONG_AGO,
        )  # fmt: skip

    def test_the_first_coordinator_gets_a_new_link_when_the_first_grew_old(self, founding):
        told = json.loads(user("invite-again", "Maria@example.org", "--json"))

        assert told["address"] in OutgoingMail.objects.latest("pk").body
        accept_invitation(
            token=told["address"].rstrip("/").rsplit("/", 1)[1], full_name="María", password="correct horse battery",
            at=timezone.now(),
        )  # fmt: skip
        assert Person.objects.get().email == "maria@example.org"

    def test_once_somebody_is_here_it_needs_a_name(self, founding):
        secretariat_person(email="coordinator@example.org")

        with pytest.raises(RefusedError, match="--by EMAIL"):
            user("invite-again", "maria@example.org")

        assert "maria@example.org is invited" in user(
            "invite-again", "maria@example.org", "--by", "coordinator@example.org"
        )

    def test_nobodys_invitation_is_wrong_use(self):
        with pytest.raises(CommandError, match="waits to be accepted") as stopped:
            user("invite-again", "nobody@example.org")

        assert stopped.value.returncode == 2


def test_an_invitation_in_a_language_without_pages_is_refused():
    secretariat_person(email="coordinator@example.org")

    with pytest.raises(RefusedError, match="no pages in “fr”"):
        user("invite", "ana@example.org", "--name", "Ana", *places(), "--language", "fr",
             "--by", "coordinator@example.org")  # fmt: skip
