"""Founding a real instance: an edition's lists and the invitation of the first coordinator, into nothing."""

import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.config import editions
from puebla.config.editions import pages, plans
from puebla.core import interface, journal
from puebla.core.models import OutgoingMail, Process
from puebla.core.verdicts import ALLOWED, RefusedError, Verdict, refused, require
from puebla.documents.actions.symbols import check_pattern
from puebla.members.actions import invite, resend_invitation
from puebla.members.models import Body, Invitation, Party, Permission, Role


@dataclass(frozen=True)
class Founded:
    """What was made, and the address that lets the coordinator in (it is in the invitation's mail too)."""

    process: str
    parties: int
    bodies: int
    coordinator: str
    address: str


def may_found() -> Verdict:
    """Whether there is nothing here yet, and this is a real instance's place."""
    if settings.DEMO:
        return refused(
            _(
                "PUEBLA_ENV is “demo”: there the demonstration is loaded, with “puebla demo”. Set PUEBLA_ENV=production"
                " to make a real instance."
            )
        )
    if not editions.is_empty():
        return refused(
            _(
                "This instance is not empty: it was made before, or restored. Nothing was changed. For another instance,"
                " name another data directory (PUEBLA_DATA_DIR) and database (DATABASE_URL)."
            )
        )
    return ALLOWED


def invitation_language(asked: str | None, working: Sequence[str], brought: Collection[str] = ()) -> str:
    """The language of the first invitation: the one asked for, else the first working one that has words for it.

    Args:
        brought: languages whose words the edition brings.

    Raises:
        RefusedError: where there are no pages in the one asked for: its link would lead nowhere.
    """
    if asked is None:
        return next((code for code in working if code in brought or interface.has_words(code)), working[0])
    if asked not in working:
        raise RefusedError(
            _("There are no pages in “%(language)s”. An invitation is written in one of: %(spoken)s.")
            % {"language": asked, "spoken": ", ".join(working)}
        )
    return asked


@transaction.atomic
def found(
    *,
    folder: Path,
    changes: Mapping[str, Any],
    email: str,
    full_name: str,
    language: str,
    history: bool,
    at: dt.datetime,
) -> Founded:
    """Load an edition's lists (no people, no papers) and invite the first coordinator; all or nothing.

    Args:
        changes: what this instance's process says otherwise than the edition: names, languages, symbol pattern.
        history: load the edition's meetings and presidencies too, unconfirmed ones marked.
    """
    require(may_found())
    if "symbol_pattern" in changes:
        check_pattern(changes["symbol_pattern"])
    editions.load(folder, at=at, changes=changes, history=history)
    pages.load(folder, at=at)
    plans.load(folder, at=at)
    role, body = _first_office()
    party = Party.objects.filter(kind=Party.Kind.SECRETARIAT).order_by("pk").first()
    if party is None:
        raise RefusedError(_("The edition has no party that is the secretariat, so nobody can be invited."))
    invite(
        email=email, full_name=full_name, party=party, body=body, role=role, language=language, by=None, at=at
    )
    process = Process.current()
    journal.record("instance.founded", at=at, subject=process, facts={"coordinator": full_name})
    return Founded(
        process=process.code,
        parties=Party.objects.count(),
        bodies=Body.objects.count(),
        coordinator=email,
        address=address_in_mail(email),
    )


def may_invite_again(invitation: Invitation) -> Verdict:
    """Whether this is the founding invitation, and nobody is here yet who could send it."""
    if invitation.invited_by_id is not None or Person.objects.filter(is_active=True).exists():
        return refused(
            _("People are here already: name who sends the invitation again with --by EMAIL. “puebla user list” shows them.")
        )  # fmt: skip
    return ALLOWED


def invite_again(*, invitation: Invitation, at: dt.datetime) -> Invitation:
    """Send the first coordinator a new link where the first was lost or is too old: nobody else is here to do it."""
    require(may_invite_again(invitation))
    return resend_invitation(invitation=invitation, by=None, at=at)


def _first_office() -> tuple[Role, Body]:
    """The role with the widest rights of the secretariat, and the secretariat's body."""
    roles = [role for role in Role.objects.all() if Permission.MANAGE_ALL_PEOPLE in role.permissions]
    body = Body.objects.filter(function=Body.Function.SECRETARIAT).first()
    if not roles or body is None:
        raise RefusedError(
            _(
                "The edition has no secretariat, or no role that manages everybody's people; nobody could begin."
            )
        )
    return max(roles, key=lambda role: len(role.permissions)), body


def address_in_mail(email: str) -> str:
    """The invitation's address out of its message: the token is kept nowhere else."""
    mail = OutgoingMail.objects.filter(recipient__iexact=email).latest("pk")
    found_in = re.search(re.escape(settings.BASE_URL) + r"\S+", mail.body)
    return found_in[0] if found_in else ""
