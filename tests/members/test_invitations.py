"""An invitation's link works once, until it expires or is withdrawn, and lets nobody in a second way."""

import datetime as dt
import re
import threading

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from puebla.accounts.models import Person
from puebla.core.models import JournalEntry, OutgoingMail
from puebla.core.verdicts import RefusedError
from puebla.members import actions
from puebla.members.models import Invitation, Seat
from puebla.members.querysets import reach_of
from tests import factories as f

AT = dt.datetime(2026, 11, 23, 18, tzinfo=dt.UTC)
PASSWORD = "a long and good one 7"


@pytest.fixture(autouse=True)
def _process(request):
    if "django_db" in {one.name for one in request.node.iter_markers()}:
        request.getfixturevalue("transactional_db" if _is_transactional(request) else "db")
        f.process()


def _is_transactional(request):
    return any(one.kwargs.get("transaction") for one in request.node.iter_markers("django_db"))


def an_invitation(*, at=AT, focal=None, **values):
    """A sent invitation and the token of its link."""
    focal = focal or f.focal_point()
    defaults = {
        "email": "New.Person@Example.org",
        "full_name": "Nueva Persona",
        "party": focal.seats.first().party,
        "body": f.BodyFactory(),
        "role": f.RoleFactory(code="delegate", permissions=["file_own"]),
        "language": "es",
    }
    invitation = actions.invite(**(defaults | values), by=focal, at=at)
    return invitation, token_of(OutgoingMail.objects.filter(recipient=invitation.email).first())


def token_of(mail):
    return re.search(r"/accounts/invitation/([\w-]+)/", mail.body)[1]


def accept(token, *, at=AT, password=PASSWORD):
    return actions.accept_invitation(token=token, full_name="Nueva Persona", password=password, at=at)


@pytest.mark.django_db
def test_the_mail_is_in_the_language_of_the_invited_person_and_carries_the_whole_address():
    invitation, token = an_invitation(language="es")

    mail = OutgoingMail.objects.get(recipient=invitation.email)

    assert f"http://localhost:8000/es/accounts/invitation/{token}/" in mail.body
    assert "Conferencia Regional sobre Migración" in mail.body
    assert mail.language == "es"


@pytest.mark.django_db
def test_who_reads_the_database_cannot_use_the_link():
    _invitation, token = an_invitation()

    assert not Invitation.objects.filter(token_digest__contains=token).exists()
    assert not any(token in str(row) for row in JournalEntry.objects.values())


@pytest.mark.django_db
def test_accepting_makes_person_and_seat_in_one():
    invitation, token = an_invitation()

    seat = accept(token)

    person = Person.objects.get(email="new.person@example.org")
    assert (seat.person, seat.party, seat.body) == (person, invitation.party, invitation.body)
    assert person.check_password(PASSWORD)
    assert person.language == "es"
    assert EmailAddress.objects.filter(user=person, verified=True, primary=True).count() == 1
    assert invitation.body.room_id in reach_of(person, AT).rooms
    assert JournalEntry.objects.order_by("-sequence").first().act == "invitation.accepted"


@pytest.mark.django_db
def test_a_link_works_once():
    _invitation, token = an_invitation()
    accept(token)

    with pytest.raises(RefusedError, match="used already"):
        accept(token)

    assert Person.objects.filter(email="new.person@example.org").count() == 1


@pytest.mark.django_db
def test_a_link_expires_after_fourteen_days_to_the_second():
    _invitation, token = an_invitation()

    with pytest.raises(RefusedError, match="expired"):
        accept(token, at=AT + dt.timedelta(days=14))

    accept(token, at=AT + dt.timedelta(days=14, seconds=-1))


@pytest.mark.django_db
def test_a_withdrawn_link_does_not_work():
    focal = f.focal_point()
    invitation, token = an_invitation(focal=focal)
    actions.withdraw_invitation(invitation=invitation, by=focal, at=AT)

    with pytest.raises(RefusedError, match="withdrawn"):
        accept(token)


@pytest.mark.django_db
def test_sending_again_gives_a_new_link_and_ends_the_old_one():
    focal = f.focal_point()
    invitation, old = an_invitation(focal=focal)
    later = AT + dt.timedelta(days=20)

    actions.resend_invitation(invitation=invitation, by=focal, at=later)
    new = token_of(OutgoingMail.objects.order_by("-pk").first())

    with pytest.raises(RefusedError, match="not known"):
        accept(old, at=later)
    accept(new, at=later)


@pytest.mark.django_db
def test_an_invitation_of_somebody_who_lost_the_right_does_not_let_in():
    secretariat, focal = f.secretariat_person(), f.focal_point()
    _invitation, token = an_invitation(focal=focal)
    actions.unseat(seat=focal.seats.get(), by=secretariat, at=AT)

    with pytest.raises(RefusedError, match="no longer manages"):
        accept(token)


@pytest.mark.django_db
def test_somebody_known_gets_the_seat_and_keeps_password_and_name():
    known = f.delegate(email="new.person@example.org", full_name="Known Person", password=f.PASSWORD)
    _invitation, token = an_invitation()

    seat = accept(token, password="another one entirely 9")

    known.refresh_from_db()
    assert seat.person == known
    assert known.check_password(f.PASSWORD)
    assert known.full_name == "Known Person"


@pytest.mark.django_db
def test_a_retired_person_comes_back_by_invitation():
    secretariat = f.secretariat_person()
    gone = f.delegate(email="new.person@example.org", password=f.PASSWORD)
    actions.retire(person=gone, by=secretariat, at=AT)
    _invitation, token = an_invitation()

    accept(token)

    gone.refresh_from_db()
    assert gone.is_active
    assert (gone.retired_at, gone.retired_by) == (None, None)
    assert gone.check_password(PASSWORD)
    assert gone.seats.count() == 2


@pytest.mark.django_db
def test_the_same_person_is_not_invited_twice_to_the_same_seat():
    focal = f.focal_point()
    invitation, _token = an_invitation(focal=focal)

    with pytest.raises(RefusedError) as refusal:
        an_invitation(focal=focal, body=invitation.body)

    assert refusal.value.field == "email"


@pytest.mark.django_db
def test_the_system_itself_invites_the_first_coordinator():
    f.secretariat_party()
    invitation = actions.invite(
        email="first@example.org",
        full_name="First",
        party=f.secretariat_party(),
        body=f.BodyFactory(code="TS", function="secretariat"),
        role=f.RoleFactory(code="coordinator", permissions=f.SECRETARIAT_PERMISSIONS),
        language="en",
        by=None,
        at=AT,
    )
    token = token_of(OutgoingMail.objects.get(recipient=invitation.email))

    seat = accept(token)

    assert reach_of(seat.person, AT).may("manage_all_people")


@pytest.mark.django_db(transaction=True)
def test_two_acceptances_at_once_make_one_person_and_one_seat():
    _invitation, token = an_invitation()
    outcomes = []
    gate = threading.Barrier(2)

    def come_in():
        gate.wait()
        try:
            accept(token)
        except (RefusedError, OperationalError):  # SQLite in memory turns the second one away at the table
            outcomes.append("refused")
        else:
            outcomes.append("seated")
        finally:
            connection.close()

    threads = [threading.Thread(target=come_in) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert sorted(outcomes) == ["refused", "seated"]
    assert Seat.objects.filter(person__email="new.person@example.org").count() == 1


# The page ---------------------------------------------------------------------------------------------------


def page(token):
    return reverse("invitation", args=[token])


@pytest.mark.django_db
def test_the_page_shows_who_invites_to_what_and_signs_in():
    focal = f.focal_point(full_name="Fabiola Cruz")
    invitation, token = an_invitation(at=timezone.now(), focal=focal)
    client = Client()

    shown = client.get(page(token)).content.decode()
    answer = client.post(page(token), {"full_name": "Nueva Persona", "password": PASSWORD, "again": PASSWORD})

    assert "Fabiola Cruz" in shown
    assert invitation.body.names["en"] in shown
    assert answer["Location"] == reverse("mfa_index")
    assert client.get(reverse("members:delegation")).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("password", "again"), [("short", "short"), (PASSWORD, "different one 12"), ("1234567890", "1234567890")]
)
def test_a_bad_password_is_refused_and_the_link_still_works(password, again):
    _invitation, token = an_invitation(at=timezone.now())

    answer = Client().post(page(token), {"full_name": "N", "password": password, "again": again})

    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()
    assert actions.find_invitation(token).accepted_at is None


@pytest.mark.django_db
def test_a_used_or_unknown_link_says_what_to_do():
    _invitation, token = an_invitation(at=timezone.now())
    accept(token, at=timezone.now())

    used, unknown = Client().get(page(token)), Client().get(page("nothing-of-ours"))

    assert (used.status_code, unknown.status_code) == (410, 404)
    assert "used already" in used.content.decode()
    assert reverse("account_login") in used.content.decode()


@pytest.mark.django_db
def test_the_link_signs_nobody_in_who_has_an_account():
    known = f.delegate(email="new.person@example.org")
    _invitation, token = an_invitation(at=timezone.now())
    client = Client()

    answer = client.post(page(token))

    assert answer["Location"] == reverse("account_login")
    assert "_auth_user_id" not in client.session
    assert known.seats.count() == 2


@pytest.mark.django_db
def test_the_link_does_not_go_round_the_second_factor_of_somebody_who_comes_back():
    gone = f.delegate(email="new.person@example.org")
    Authenticator.objects.create(user=gone, type="totp", data={"secret": "x"})
    actions.retire(person=gone, by=f.secretariat_person(), at=timezone.now())
    _invitation, token = an_invitation(at=timezone.now())
    client = Client()

    answer = client.post(page(token), {"full_name": "N", "password": PASSWORD, "again": PASSWORD})

    assert answer["Location"] == reverse("account_login")
    assert "_auth_user_id" not in client.session


@pytest.mark.django_db
def test_who_comes_in_by_a_link_finds_that_session_in_their_list():
    _invitation, token = an_invitation(at=timezone.now())
    client = Client()
    client.post(page(token), {"full_name": "Nueva Persona", "password": PASSWORD, "again": PASSWORD})

    shown = client.get(reverse("usersessions_list")).content.decode()

    assert "This browser" in shown


@pytest.mark.django_db
def test_an_invitation_to_a_further_address_of_somebody_known_seats_that_person():
    known = f.delegate(email="known@example.org")
    EmailAddress.objects.create(user=known, email="New.Person@example.org", verified=True)
    _invitation, token = an_invitation(at=timezone.now())
    client = Client()

    shown = client.get(page(token)).content.decode()
    answer = client.post(page(token))

    assert "You have an account" in shown
    assert answer["Location"] == reverse("account_login")
    assert known.seats.count() == 2
    assert not Person.objects.filter(email="new.person@example.org").exists()


@pytest.mark.django_db
def test_an_address_that_somebody_only_claims_leads_nobody_to_their_account():
    claimer = f.delegate(email="claimer@example.org")
    EmailAddress.objects.create(user=claimer, email="new.person@example.org", verified=False)
    _invitation, token = an_invitation()

    given = accept(token)

    assert given.person != claimer
    assert given.person.email == "new.person@example.org"


@pytest.mark.django_db
def test_an_invitation_that_waits_at_a_further_address_ends_when_its_person_retires():
    known = f.delegate(email="known@example.org")
    EmailAddress.objects.create(user=known, email="New.Person@example.org", verified=True)
    invitation, token = an_invitation()

    actions.retire(person=known, by=f.secretariat_person(), at=AT)

    with pytest.raises(RefusedError, match="withdrawn"):
        accept(token)
