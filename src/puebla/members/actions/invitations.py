"""People come by invitation: a link that works once, until it expires."""

import datetime as dt
import hashlib
import secrets

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from puebla.accounts import actions as accounts
from puebla.accounts.models import Person
from puebla.core import journal
from puebla.core.verdicts import RefusedError, require
from puebla.members import rules
from puebla.members.actions import messages
from puebla.members.actions.seats import facts_of, place
from puebla.members.models import Body, Invitation, Party, Role, Seat
from puebla.members.querysets import today

INVITATION_LASTS = dt.timedelta(days=14)


def digest_of(token: str) -> str:
    """What is kept of a link's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def find_invitation(token: str) -> Invitation | None:
    """The invitation behind a link, whatever its state."""
    found = Invitation.objects.select_related("party", "body__room", "role", "invited_by")
    return found.filter(token_digest=digest_of(token)).first()


@transaction.atomic
def invite(
    *,
    email: str,
    full_name: str,
    party: Party,
    body: Body,
    role: Role,
    language: str,
    by: Person | None,
    at: dt.datetime,
    until_on: dt.date | None = None,
) -> Invitation:
    """Ask somebody in by mail, with a link of 14 days to a seat of this party in this body.

    Args:
        by: who invites; None for the system itself (`puebla init` invites the first coordinator).
    """
    if by is not None:
        require(rules.may_invite(by, party, body, role, at=at))
    if until_on is not None and until_on < today(at):
        raise RefusedError(_("The last day of the seat is over. Choose a later one."), field="until_on")
    email = email.strip().lower()
    same = Invitation.objects.open(at).filter(email__iexact=email, party=party, body=body, role=role)
    if same.exists():
        raise RefusedError(
            _("%(email)s was invited to this seat already; send that invitation again instead.")
            % {"email": email},
            field="email",
        )
    _refuse_seated(email, party, body, role, at=at)
    token = secrets.token_urlsafe(32)
    invitation = Invitation(
        email=email,
        full_name=full_name,
        language=language,
        party=party,
        body=body,
        role=role,
        until_on=until_on,
        token_digest=digest_of(token),
        invited_by=by,
        created_at=at,
        expires_at=at + INVITATION_LASTS,
    )
    invitation.full_clean(exclude=["invited_by"])
    invitation.save(force_insert=True)
    messages.send_invitation(invitation, token, at=at)
    _journal("invitation.made", invitation, by=by, at=at)
    return invitation


def _refuse_seated(email: str, party: Party, body: Body, role: Role, *, at: dt.datetime) -> None:
    known = Person.objects.with_address(email).order_by().values("pk")
    seats = Seat.objects.on(today(at)).filter(ended_at=None, person__in=known, person__is_active=True)
    if seats.filter(party=party, room=body.room, role=role).exists():
        raise RefusedError(_("%(email)s has this seat already.") % {"email": email}, field="email")


def _journal(act: str, invitation: Invitation, *, by: Person | None, at: dt.datetime) -> None:
    journal.record(
        act,
        at=at,
        person=by,
        subject=invitation,
        room=invitation.body.room,
        party_code=invitation.party.code,
        facts={
            "email": invitation.email,
            "name": invitation.full_name,
            "party": invitation.party.code,
            "body": invitation.body.code,
            "role": invitation.role.code,
        },
    )


def _locked(invitation: Invitation) -> Invitation:
    return (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("party", "body__room", "role", "invited_by")
        .get(pk=invitation.pk)
    )


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, by: Person, at: dt.datetime) -> Invitation:
    """Make the link stop working."""
    locked = _locked(invitation)
    require(rules.may_manage_invitation(by, locked, at=at))
    locked.withdrawn_at, locked.withdrawn_by = at, by
    locked.save(update_fields=["withdrawn_at", "withdrawn_by"])
    _journal("invitation.withdrawn", locked, by=by, at=at)
    return locked


@transaction.atomic
def resend_invitation(*, invitation: Invitation, by: Person | None, at: dt.datetime) -> Invitation:
    """Send a new link of 14 days in this person's name; the link sent before stops working.

    Args:
        by: who sends it; None for the system itself, as in `invite`.
    """
    locked = _locked(invitation)
    if by is not None:
        require(rules.may_manage_invitation(by, locked, at=at))
        require(rules.may_invite(by, locked.party, locked.body, locked.role, at=at))
    token = secrets.token_urlsafe(32)
    locked.token_digest, locked.expires_at, locked.invited_by = digest_of(token), at + INVITATION_LASTS, by
    locked.save(update_fields=["token_digest", "expires_at", "invited_by"])
    messages.send_invitation(locked, token, at=at)
    _journal("invitation.sent_again", locked, by=by, at=at)
    return locked


@transaction.atomic
def accept_invitation(*, token: str, full_name: str, password: str | None, at: dt.datetime) -> Seat:
    """Take the seat offered by a link: makes the person, or seats the one who has this address already.

    Somebody who has an account keeps its name and password: a link in a mailbox must not be a second way into it. Somebody
    who had retired comes back with the new password.

    Raises:
        RefusedError: the link is unknown, used, withdrawn or too old, or who sent it may no longer invite.
    """
    invitation = Invitation.objects.filter(token_digest=digest_of(token)).first()
    if invitation is None:
        raise RefusedError(
            _("This invitation is not known. Copy the whole address from the message, or ask for a new one.")
        )
    invitation = _locked(invitation)
    require(rules.still_open(invitation, at=at))
    person, made = _person_of(invitation, full_name=full_name, password=password, at=at)
    given = place(
        person=person,
        party=invitation.party,
        body=invitation.body,
        role=invitation.role,
        by=invitation.invited_by,
        at=at,
        from_on=None,
        until_on=invitation.until_on,
    )
    invitation.accepted_at, invitation.accepted_by = at, person
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    journal.record(
        "invitation.accepted",
        at=at,
        person=person,
        subject=invitation,
        room=given.room,
        party_code=given.party.code,
        facts=facts_of(given) | {"seat": given.ref, "came": made},
    )
    return given


def _person_of(
    invitation: Invitation, *, full_name: str, password: str | None, at: dt.datetime
) -> tuple[Person, str]:
    """The person of the invitation's address, and how they came: new, returned, known."""
    found = Person.objects.with_address(invitation.email).select_for_update().first()
    if found is None:
        try:
            with transaction.atomic():
                found = Person.objects.create_user(
                    invitation.email, password, full_name=full_name, language=invitation.language
                )
        except IntegrityError:
            # Another invitation to the same address was accepted in the same moment.
            return Person.objects.select_for_update().get(email__iexact=invitation.email), "known"
        EmailAddress.objects.create(user=found, email=found.email, verified=True, primary=True)
        return found, "new"
    if found.is_active:
        return found, "known"
    found.full_name = full_name
    found.set_password(password)
    found.save(update_fields=["full_name", "password"])
    accounts.restore_access(person=found, at=at)
    return found, "returned"
