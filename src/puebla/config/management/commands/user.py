"""`puebla user`: people and their seats, from the command line."""

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core.operations import OperatorCommand
from puebla.core.verdicts import RefusedError
from puebla.members import actions
from puebla.members.models import Body, Invitation, Party, Role, Seat


class Command(OperatorCommand):
    """List, invite, retire; the rules are those of the pages, and so is the journal."""

    help = (
        "List people with their seats, invite somebody, send an invitation again, or retire somebody: in the name of a"
        " person who may do so (--by), under the same rules as on the pages."
    )
    example = (
        "puebla user list --json\n"
        "puebla user invite ana@example.org --name 'Ana Solís' --party CRI --body RCGM --role delegate"
        " --by coordinator@example.org\n"
        "puebla user invite-again ana@example.org --by coordinator@example.org\n"
        "puebla user invite-again coordinator@example.org      # the first coordinator, before anybody has come\n"
        "puebla user retire ana@example.org --by coordinator@example.org"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See the class."""
        acts = parser.add_subparsers(dest="act", required=True, metavar="list|invite|invite-again|retire")
        listing = acts.add_parser("list", help="people with their present seats")
        listing.add_argument("--party", help="code of a party: only its people")
        listing.add_argument("--all", action="store_true", dest="everybody", help="retired people too")
        invite = acts.add_parser("invite", help="send an invitation")
        invite.add_argument("email", help="address of the invited person")
        invite.add_argument("--name", required=True, help="full name")
        for name, what in (
            ("party", "the party spoken for"),
            ("body", "the body"),
            ("role", "the role in it"),
        ):
            invite.add_argument(f"--{name}", required=True, metavar="CODE", help=f"code of {what}")
        invite.add_argument(
            "--language", help="language of the invitation; default: the first working language"
        )
        invite.add_argument(
            "--until", type=dt.date.fromisoformat, metavar="YYYY-MM-DD", help="last day of the seat"
        )
        again = acts.add_parser(
            "invite-again", help="send an invitation not yet accepted again, with a new link"
        )
        again.add_argument("email", help="address of the invited person")
        again.add_argument(
            "--by", metavar="EMAIL", help="in whose name; left out only before anybody has come"
        )
        retire = acts.add_parser("retire", help="close an account at once; its history stays")
        retire.add_argument("email", help="address of the person")
        for one in (invite, retire):
            one.add_argument("--by", required=True, metavar="EMAIL", help="in whose name")
        for one in (listing, invite, again, retire):
            one.add_argument("--json", action="store_true", dest="as_json", help="print for a machine")

    def handle(self, *, act: str, as_json: bool, **options: Any) -> None:
        """Hand over to the act."""
        try:
            told, sentence = getattr(self, f"_{act.replace('-', '_')}")(**options)
        except ValidationError as error:
            raise RefusedError(" ".join(error.messages)) from error
        if as_json:
            self.write_json(told)
        else:
            self.stdout.write(sentence)

    def _list(
        self, *, party: str | None, everybody: bool, **_options: Any
    ) -> tuple[list[dict[str, Any]], str]:
        people = Person.objects.order_by("full_name", "pk")
        if not everybody:
            people = people.filter(is_active=True)
        seats: dict[int, list[dict[str, Any]]] = {}
        sitting = Seat.objects.effective(timezone.now()).select_related("party", "body", "room", "role")
        if party is not None:
            found = _found(Party, party)
            sitting = sitting.filter(party=found)
            people = people.filter(seats__in=sitting).distinct()
        for seat in sitting:
            seats.setdefault(seat.person_id, []).append(_told(seat))
        rows = [
            {"email": one.email, "name": one.full_name, "active": one.is_active, "retired_at": one.retired_at,
             "last_login": one.last_login, "seats": seats.get(one.pk, [])}
            for one in people
        ]  # fmt: skip
        return rows, "\n".join(_line(row) for row in rows) or _("Nobody is here yet.")

    def _invite(
        self, *, email: str, name: str, party: str, body: str, role: str, by: str, language: str | None,
        until: dt.date | None, **_options: Any,
    ) -> tuple[dict[str, Any], str]:  # fmt: skip
        from puebla.config.founding import invitation_language
        from puebla.core.models import Process

        invitation = actions.invite(
            email=email, full_name=name, party=_found(Party, party), body=_found(Body, body), role=_found(Role, role),
            language=invitation_language(language, Process.current().languages), until_on=until, by=_person(by), at=timezone.now(),
        )  # fmt: skip
        told = {"invitation": invitation.ref, "email": invitation.email, "expires_at": invitation.expires_at}
        return told, _("%(email)s is invited; the link in the mail works until %(until)s.") % {
            "email": invitation.email,
            "until": timezone.localtime(invitation.expires_at).strftime("%Y-%m-%d %H:%M"),
        }

    def _invite_again(self, *, email: str, by: str | None, **_options: Any) -> tuple[dict[str, Any], str]:
        from puebla.config import founding

        waiting = Invitation.objects.filter(email__iexact=email.strip(), accepted_at=None, withdrawn_at=None)
        invitation = waiting.order_by("-created_at", "-pk").first()
        if invitation is None:
            raise CommandError(
                _("No invitation of “%(email)s” waits to be accepted.") % {"email": email}, returncode=2
            )
        at = timezone.now()
        if by is None:
            invitation = founding.invite_again(invitation=invitation, at=at)
        else:
            invitation = actions.resend_invitation(invitation=invitation, by=_person(by), at=at)
        address = founding.address_in_mail(invitation.email) if by is None else None
        told = {"invitation": invitation.ref, "email": invitation.email, "expires_at": invitation.expires_at, "address": address}  # fmt: skip
        sentence = _("%(email)s is invited; the link in the mail works until %(until)s.") % {
            "email": invitation.email,
            "until": timezone.localtime(invitation.expires_at).strftime("%Y-%m-%d %H:%M"),
        }
        return told, f"{sentence}\n  {address}" if address else sentence

    def _retire(self, *, email: str, by: str, **_options: Any) -> tuple[dict[str, Any], str]:
        person = actions.retire(person=_person(email), by=_person(by), at=timezone.now())
        told = {"email": person.email, "retired_at": person.retired_at}
        return told, _("%(name)s has no access any more; seats ended, history stays.") % {
            "name": person.full_name
        }


def _told(seat: Seat) -> dict[str, Any]:
    return {
        "party": seat.party.code, "body": seat.body.code if seat.body else None, "room": seat.room.code,
        "role": seat.role.code, "from": seat.from_on, "until": seat.until_on,
    }  # fmt: skip


def _line(row: dict[str, Any]) -> str:
    seats = ", ".join(f"{one['role']}@{one['body'] or one['room']} ({one['party']})" for one in row["seats"])
    return f"{row['email']:36} {row['name']:30} {seats or _('no seat') if row['active'] else _('retired')}"


def _found(model: type[Model], code: str) -> Any:
    found = model._default_manager.filter(code__iexact=code).first()
    if found is None:
        raise CommandError(
            _("There is no %(what)s with the code “%(code)s”. Known: %(known)s.")
            % {
                "what": model._meta.verbose_name,
                "code": code,
                "known": ", ".join(model._default_manager.order_by("code").values_list("code", flat=True)),
            },
            returncode=2,
        )
    return found


def _person(email: str) -> Person:
    found = Person.objects.filter(email__iexact=email.strip()).first()
    if found is None:
        raise CommandError(
            _("Nobody here has the address “%(email)s”; “puebla user list --all” shows everybody.")
            % {"email": email},
            returncode=2,
        )
    return found
