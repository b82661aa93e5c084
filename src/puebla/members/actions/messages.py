"""The mail that acts on people send, each in its reader's language and without content above the channel's label."""

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core import registry
from puebla.core.languages import show
from puebla.core.mail import post
from puebla.core.models import Process
from puebla.members.models import BreakGlass, Invitation, Room, Seat


def address_of(name: str, *args: str) -> str:
    """The full address of a page in the language now active."""
    return settings.BASE_URL + reverse(name, args=args)


def _process_name() -> str:
    process = Process.objects.first()
    return str(show(process.names)) if process else "Puebla"


def _day(at: dt.datetime) -> str:
    return formats.date_format(timezone.localtime(at), "DATE_FORMAT")


def _moment(at: dt.datetime) -> str:
    local = timezone.localtime(at)
    return f"{formats.date_format(local, 'DATETIME_FORMAT')} ({local.tzname()})"


def send_invitation(invitation: Invitation, token: str, *, at: dt.datetime) -> None:
    """The link, to the invited person alone: it is in no other place."""
    with translation.override(invitation.language):
        process = _process_name()
        inviter = invitation.invited_by.full_name if invitation.invited_by else process
        body = _(
            "%(name)s,\n\n%(inviter)s invites you to the private site of the %(process)s, to sit for %(party)s in"
            " “%(body)s” as %(role)s.\n\nOpen this address and choose a password:\n%(address)s\n\nThe address works once,"
            " until %(until)s. If you did not expect this message, leave it unanswered: nothing happens then.\n"
        ) % {
            "name": invitation.full_name,
            "inviter": inviter,
            "process": process,
            "party": show(invitation.party.names),
            "body": show(invitation.body.names),
            "role": show(invitation.role.names),
            "address": address_of("invitation", token),
            "until": _day(invitation.expires_at),
        }
        subject = _("Invitation to the private site of the %(process)s") % {"process": process}
        post(to=invitation.email, subject=subject, body=body, language=invitation.language, at=at)


def ask_chairs(seat: Seat, chairs: Iterable[Person], *, at: dt.datetime) -> None:
    """A seat waits for confirmation. The mail names the room only; who is proposed stands on the page."""
    for chair in chairs:
        with translation.override(chair.language):
            names = {
                "name": chair.full_name,
                "room": show(seat.room.names),
                "address": address_of("members:confirmations"),
            }
            body = _(
                "%(name)s,\n\na seat was proposed in “%(room)s”. It gives nothing until you confirm it. See who is"
                " proposed, and confirm or refuse:\n%(address)s\n"
            )
            subject = _("A seat in “%(room)s” waits for your confirmation")
            post(to=chair.email, subject=subject % names, body=body % names, language=chair.language, at=at)


def announce_seat(seat: Seat, holders: Iterable[Person], *, at: dt.datetime) -> None:
    """Everybody in a sealed room learns that somebody entered; the name stands in the room, not in the mail."""
    for holder in holders:
        with translation.override(holder.language):
            names = {
                "name": holder.full_name,
                "room": show(seat.room.names),
                "address": _room_address(seat.room),
            }
            body = _(
                "%(name)s,\n\nthe chair confirmed a new seat in “%(room)s”, where you sit. Its holder can read what lies"
                " there from now on. See who it is:\n%(address)s\n"
            )
            subject = _("New seat in “%(room)s”")
            post(to=holder.email, subject=subject % names, body=body % names, language=holder.language, at=at)


def tell_refused(seat: Seat, *, at: dt.datetime) -> None:
    """Who proposed a seat learns that the chair refused it."""
    proposer = seat.created_by
    if proposer is None or not proposer.is_active:
        return
    with translation.override(proposer.language):
        names = {"name": proposer.full_name, "room": show(seat.room.names)}
        body = _(
            "%(name)s,\n\nthe chair did not confirm a seat that you proposed in “%(room)s”. Speak with the chair before"
            " you propose it again.\n"
        )
        subject = _("A seat in “%(room)s” was not confirmed")
        post(to=proposer.email, subject=subject % names, body=body % names, language=proposer.language, at=at)


def tell_opened(opening: BreakGlass, readers: Iterable[Person], *, at: dt.datetime) -> None:
    """Everybody in a sealed room, and who asked, learns that it was opened, by which two, until when."""
    if opening.confirmed_by is None or opening.until_at is None:
        raise ValueError("An opening is told once it stands.")
    for reader in readers:
        with translation.override(reader.language):
            names = {
                "name": reader.full_name,
                "room": show(opening.room.names),
                "first": opening.requested_by.full_name,
                "second": opening.confirmed_by.full_name,
                "until": _moment(opening.until_at),
                "address": _room_address(opening.room),
            }
            body = _(
                "%(name)s,\n\nthe sealed room “%(room)s” was opened to %(first)s, who has no seat in it, until %(until)s."
                " %(second)s confirmed it as the second person. The reason, and what is read meanwhile, stand in the"
                " room:\n%(address)s\n"
            )
            subject = _("“%(room)s” was opened to somebody without a seat")
            post(to=reader.email, subject=subject % names, body=body % names, language=reader.language, at=at)


def _room_address(room: Room) -> str:
    body = getattr(room, "body", None)
    if body:
        return address_of("members:body", body.code)
    found = next(filter(None, (source(room) for source in registry.room_addresses)), ("members:bodies",))
    return address_of(*found)


def acknowledge_application(*, name: str, email: str, language: str, at: dt.datetime) -> None:
    """The applicant learns that the application arrived and what follows."""
    with translation.override(language):
        process = _process_name()
        body = _(
            "%(name)s,\n\nyour application for observer standing in the %(process)s was received on %(day)s. The secretariat"
            " reviews it and the member states decide; you will be told the decision at this address.\n"
        ) % {"name": name, "process": process, "day": _day(at)}
        subject = _("Application for observer standing received")
        post(to=email, subject=subject, body=body, language=language, at=at)


def tell_application_arrived(readers: Iterable[Person], *, short_name: str, at: dt.datetime) -> None:
    """Who reviews applications learns that one arrived."""
    for reader in readers:
        with translation.override(reader.language):
            names = {
                "name": reader.full_name,
                "who": short_name,
                "address": address_of("members:applications"),
            }
            body = _(
                "%(name)s,\n\n%(who)s applied for observer standing. Read the application:\n%(address)s\n"
            )
            subject = _("Application for observer standing: %(who)s")
            post(to=reader.email, subject=subject % names, body=body % names, language=reader.language, at=at)


def tell_decision(
    *, name: str, email: str, language: str, admitted: bool | None, note: str, at: dt.datetime
) -> None:
    """The applicant learns the decision."""
    with translation.override(language):
        names = {"name": name, "process": _process_name(), "note": note}
        if admitted:
            body = _(
                "%(name)s,\n\nthe member states of the %(process)s admitted your application for observer standing.\n\n"
                "%(note)s\n\nThe secretariat will invite your focal point to the private site.\n"
            )
        elif admitted is None:
            body = _(
                "%(name)s,\n\nyour application for observer standing in the %(process)s was recorded as withdrawn.\n\n"
                "%(note)s\n"
            )
        else:
            body = _(
                "%(name)s,\n\nthe member states of the %(process)s did not admit your application for observer standing.\n\n"
                "%(note)s\n"
            )
        subject = _("Decision on your application for observer standing")
        post(to=email, subject=subject, body=body % names, language=language, at=at)
