"""Links by which interpreters read a session's statements: made, confirmed into a closed session, ended."""

import datetime as dt

from django.db import transaction
from django.utils import translation
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core import journal
from puebla.core.languages import show
from puebla.core.mail import post
from puebla.core.verdicts import RefusedError, require
from puebla.core.words import one_line
from puebla.meetings.actions import sessions
from puebla.meetings.models import InterpretersLink, Session, Statement, StatementText
from puebla.meetings.rules import statements as rules
from puebla.members.models import Seat
from puebla.members.querysets import reach_of
from puebla.notices.actions.messages import absolute


@transaction.atomic
def issue_link(*, session: Session, label: str, by: Person, at: dt.datetime) -> InterpretersLink:
    """Make a link to the interpreters' view of a session, until some time after its end.

    Into a closed session it opens nothing before the chair has confirmed it; where the chair makes it, it is confirmed.
    """
    row = sessions.locked(session)
    reach = reach_of(by, at)
    require(rules.may_issue(reach, row))
    label = one_line(label)[:120]
    if not label:
        raise RefusedError(
            _("Write for whom the link is, so that it can be told from others."), field="label"
        )
    sealed = row.room.sealed
    until = rules.interpreted_until(row)
    if until <= at:
        raise RefusedError(_("This session is over or cancelled; nobody interprets in it."))
    link = InterpretersLink(
        session=row, label=label, salt=get_random_string(40), until_at=until, issued_at=at, issued_by=by
    )
    confirmed = not sealed or rules.leads(reach, row)
    if confirmed:
        link.confirmed_at, link.confirmed_by = at, by
    link.save()
    if sealed:
        _tell_room(link, at=at)
    _journal("interpreting.issued", link, by=by, at=at)
    return link


@transaction.atomic
def confirm_link(*, link: InterpretersLink, by: Person, at: dt.datetime) -> InterpretersLink:
    """The chair lets the interpreters read a closed session; everybody in its room is told."""
    row = locked(link)
    require(rules.may_confirm_link(reach_of(by, at), row, at=at))
    row.confirmed_at, row.confirmed_by = at, by
    row.save()
    _tell_room(row, at=at)
    _journal("interpreting.confirmed", row, by=by, at=at)
    return row


@transaction.atomic
def end_link(*, link: InterpretersLink, by: Person, at: dt.datetime) -> InterpretersLink:
    """End a link at once, also for who has it open; ended twice, the first stands."""
    row = locked(link)
    require(rules.may_end_link(reach_of(by, at), row))
    if row.ended_at is None:
        row.ended_at, row.ended_by = at, by
        row.save()
        _journal("interpreting.ended", row, by=by, at=at)
    return row


def used(*, link: InterpretersLink, at: dt.datetime) -> None:
    """Note that a link was opened: once an hour in the journal, without a person, since nobody signed in."""
    InterpretersLink.objects.filter(pk=link.pk).update(used_at=at)
    journal.record_once(
        "interpreting.used", once_key=f"interpreters:{link.ref}:{at:%Y%m%d%H}", at=at, person=None, subject=link,
        room=link.session.room,
    )  # fmt: skip


def opened(*, link: InterpretersLink, text: StatementText, statement: Statement, at: dt.datetime) -> None:
    """Journal that a statement's file is opened by a link: one row per link, file and hour; no row, no file."""
    used(link=link, at=at)
    journal.record_once(
        "interpreting.opened", once_key=f"interpreters:{link.ref}:{text.pk}:{text.file_sha256[:16]}:{at:%Y%m%d%H}", at=at, person=None,
        subject=statement, room=statement.room, party_code=statement.party.code,
    )  # fmt: skip


def locked(link: InterpretersLink) -> InterpretersLink:
    """The link's row, locked until the transaction ends."""
    return (
        InterpretersLink.objects.select_for_update(of=("self",))
        .select_related("session__room", "session__convening__meeting__body__room")
        .get(pk=link.pk)
    )


def _journal(act: str, link: InterpretersLink, *, by: Person, at: dt.datetime) -> None:
    journal.record(act, at=at, person=by, subject=link, room=link.session.room,
                   facts={"session": link.session.ref, "until": link.until_at})  # fmt: skip


def _tell_room(link: InterpretersLink, *, at: dt.datetime) -> None:
    """Everybody seated in the closed session learns that interpreters will read there; no word of it stands in the mail."""
    session = link.session
    seats = (
        Seat.objects.effective(at).filter(room=session.room).select_related("person").order_by("person_id")
    )
    for person in {one.person_id: one.person for one in seats}.values():
        with translation.override(person.language):
            names = {
                "name": person.full_name, "room": show(session.room.names),
                "address": absolute("meetings:interpreters-links", session.convening.symbol, session.ref),
            }  # fmt: skip
            if link.confirmed_at is None:
                subject = _("A link for interpreters waits in “%(room)s”")
                body = _(
                    "%(name)s,\n\na link was made by which interpreters would read the statements of “%(room)s”, where you sit."
                    " It opens nothing until the chair confirms it:\n%(address)s\n"
                )
            else:
                subject = _("Interpreters read along in “%(room)s”")
                body = _(
                    "%(name)s,\n\nthe chair let interpreters read the statements of “%(room)s”, where you sit, by a link that"
                    " ends with the session. See for whom it is:\n%(address)s\n"
                )
            post(to=person.email, subject=subject % names, body=body % names, language=person.language, at=at)
