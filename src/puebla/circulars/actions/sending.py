"""Sending a circular, and what follows: more time, reminders, closing, cancelling, addresses that refuse mail."""

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.db.models import Exists, Max, OuterRef
from django.db.models.functions import Substr
from django.utils import translation
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.circulars import rules
from puebla.circulars.actions import messages
from puebla.circulars.actions.indexing import index_circular
from puebla.circulars.actions.messages import Told
from puebla.circulars.actions.recipients import is_addressed, preview
from puebla.circulars.actions.writing import locked, settle_date, touch
from puebla.circulars.models import Circular, Extension, Opening, Precision, Recipient, Reminder, Reply, State
from puebla.core import journal
from puebla.core.languages import Texts
from puebla.core.mail import post
from puebla.core.models import OutgoingMail, Process
from puebla.core.operations import one_by_one
from puebla.core.rows import write_rows
from puebla.core.verdicts import RefusedError, StaleError, require, require_unchanged
from puebla.core.zones import instants_of
from puebla.documents.models import Document, SymbolSequence
from puebla.members.models import Party, Permission, Room, Seat, StandingKind
from puebla.members.querysets import reach_of, today
from puebla.notices.actions.hours import DIGEST_HOUR

#: What stands in symbols of circulars, after the process and the year.
CODE = "CIRC"
#: How mail of circulars begins to say what it is about; the recipient's reference follows.
ABOUT = "circular:"


@transaction.atomic
def send(*, circular: Circular, seen: str, revision: int, by: Person, at: dt.datetime) -> Circular:
    """Send it: number, readers, recipients frozen, a notice and a message for each; as many questions for 5 as for 500.

    Args:
        seen: the digest of the recipients that were shown. revision: of the draft that was shown.

    Raises:
        StaleError: recipients or draft are not those that were shown; nothing is sent.
    """
    row = locked(circular)
    reach = reach_of(by, at)
    require(rules.may_send(reach, row, at=at))
    require_unchanged(row, revision)
    found = preview(row, by=by, reach=reach, at=at)
    if not found.going:
        raise RefusedError(
            _("Nobody would get it. Choose whom it goes to first.") if is_addressed(row) is False
            else _("Nobody of those chosen may read it. Choose others, or open it to more readers.")
        )  # fmt: skip
    if found.digest != seen:
        raise StaleError(
            _("The recipients changed since you looked. See below who would get it now, then send it.")
        )
    row.year = today(at).year
    row.symbol = _next_symbol(row.room, row.year)
    row.audience, row.state, row.sent_at, row.sent_by = row.opens_to, State.SENT, at, by
    touch(row, by, at)
    recipients = [
        Recipient(circular=row, party=one.party, person=one.person, standing=one.standing)
        for one in found.going
    ]
    write_rows(recipients)
    messages.tell(row, recipients, Told(messages.SENT, "sent", at), reaches=found.reaches)
    index_circular(row, at=at)
    facts = {
        "recipients": found.people,
        "parties": [one.party.code for one in found.groups],
        "audience": row.audience,
    }
    journal.record("circular.sent", at=at, person=by, subject=row, room=row.room, facts=facts)
    return row


def _next_symbol(room: Room, year: int) -> str:
    """The next number of the year: one sequence for all open rooms, one of its own for each sealed room."""
    process = Process.current()
    place = f"/{room.body.code}" if room.sealed and hasattr(room, "body") else ""
    prefix = f"{process.code}/{year}{place}/{CODE}/".upper()
    SymbolSequence.objects.get_or_create(prefix=prefix)
    sequence = SymbolSequence.objects.select_for_update().get(prefix=prefix)
    number = sequence.last + 1
    while (
        Circular.objects.filter(symbol=f"{prefix}{number}").exists()
        or Document.objects.filter(symbol=f"{prefix}{number}").exists()
    ):
        number += 1
    sequence.last = number
    sequence.save(update_fields=["last"])
    return f"{prefix}{number}"


@transaction.atomic
def add_language(*, circular: Circular, titles: Texts, texts: Texts, by: Person, at: dt.datetime) -> Circular:
    """Add the words of a language that was pending when it was sent; what was sent stays as it was."""
    row = locked(circular)
    require(rules.may_add_language(reach_of(by, at), row))
    added = {code for code in {*titles, *texts} if (titles.get(code) and not row.titles.get(code))
             or (texts.get(code) and not row.texts.get(code))}  # fmt: skip
    if not added:
        raise RefusedError(_("Nothing was added: these languages have their text already."))
    row.titles = {**titles, **{code: words for code, words in row.titles.items() if words}}
    row.texts = {**texts, **{code: words for code, words in row.texts.items() if words}}
    touch(row, by, at)
    told = Told(messages.LANGUAGE, f"language:{'.'.join(sorted(added))}", at)
    readers = _recipients(row).filter(person__language__in=sorted(added))
    messages.tell(row, list(readers), told)
    index_circular(row, at=at)
    journal.record(
        "circular.language_added",
        at=at,
        person=by,
        subject=row,
        room=row.room,
        facts={"languages": sorted(added)},
    )
    return row


@transaction.atomic
def extend(
    *, circular: Circular, on: dt.date, time: dt.time | None, zone: str, precision: str, reasons: Texts, by: Person,
    at: dt.datetime, later: bool | None = None,
) -> Circular:  # fmt: skip
    """Give more time, say why, and tell everybody; what came in time under the new date is late no more."""
    row = locked(circular)
    require(rules.may_extend(reach_of(by, at), row))
    if not any(reasons.values()):
        raise RefusedError(_("Say why there is more time, in one language at least."), field="reasons")
    before = row.reply_by_at
    row.reply_on, row.reply_time, row.reply_zone, row.reply_precision = on, time, zone, precision
    settle_date(row, later=later)
    until = row.reply_by_at
    if before is None or until is None or until <= max(before, at):
        raise RefusedError(
            _("Choose a date that lies after the present one, and is still to come."), field="reply_on"
        )
    Extension.objects.create(
        circular=row, before_at=before, until_at=until, reasons=reasons, extended_at=at, extended_by=by
    )
    row.state, row.ended_at, row.ended_by = State.SENT, None, None
    touch(row, by, at)
    Reply.objects.filter(circular=row, late=True, sent_at__lte=until).update(late=False)
    messages.tell(row, list(_recipients(row)), Told(messages.EXTENDED, f"extended:{until:%Y%m%dT%H%M%S}", at))
    index_circular(row, at=at)
    facts = {"from": before, "to": until, "reasons": reasons}
    journal.record("circular.extended", at=at, person=by, subject=row, room=row.room, facts=facts)
    return row


@transaction.atomic
def close(*, circular: Circular, by: Person, at: dt.datetime) -> Circular:
    """Take no more replies."""
    row = locked(circular)
    require(rules.may_close(reach_of(by, at), row))
    row.state, row.ended_at, row.ended_by = State.CLOSED, at, by
    touch(row, by, at)
    index_circular(row, at=at)
    journal.record("circular.closed", at=at, person=by, subject=row, room=row.room)
    return row


@transaction.atomic
def cancel(*, circular: Circular, why: Texts, by: Person, at: dt.datetime) -> Circular:
    """Cancel it; whoever got it is told, with the reason."""
    row = locked(circular)
    require(rules.may_cancel(reach_of(by, at), row))
    was_sent = row.sent_at is not None
    if was_sent and not any(why.values()):
        raise RefusedError(_("Say why it is cancelled, in one language at least."), field="why")
    row.state, row.ended_at, row.ended_by, row.ended_why = State.CANCELLED, at, by, why
    touch(row, by, at)
    if was_sent:
        messages.tell(row, list(_recipients(row)), Told(messages.CANCELLED, "cancelled", at))
    index_circular(row, at=at)
    journal.record("circular.cancelled", at=at, person=by, subject=row, room=row.room, facts={"why": why})
    return row


# Reminders -------------------------------------------------------------------------------------------------------------


@transaction.atomic
def remind(*, circular: Circular, by: Person, at: dt.datetime) -> int:
    """Remind by hand every party that has not replied; how many parties."""
    row = locked(circular)
    last = row.reminders.aggregate(last=Max("reminded_at"))["last"]
    require(rules.may_remind(reach_of(by, at), row, at=at, last=last))
    return _remind(row, days=None, by=by, at=at)


def remind_due(at: dt.datetime) -> int:
    """Remind of every circular whose day for it has come; how many parties. Never twice for the same day and date."""
    waiting = Circular.objects.to_remind(at).values_list("pk", flat=True)
    return one_by_one(waiting, lambda key: _remind_of(key, at))


@transaction.atomic
def _remind_of(key: int, at: dt.datetime) -> int:
    row = Circular.objects.select_for_update(of=("self",)).select_related("room").get(pk=key)
    if row.state != State.SENT or row.reply_by_at is None or row.sent_at is None or row.reply_by_at <= at:
        return 0
    began = row.extensions.aggregate(last=Max("extended_at"))["last"] or row.sent_at
    done = set(row.reminders.filter(reply_by_at=row.reply_by_at).values_list("days", flat=True))
    moments = {days: _reminds_at(row, row.reply_by_at, days) for days in row.remind_days}
    come = [days for days, moment in moments.items() if began < moment <= at and days not in done]
    if not come:
        return 0
    # A machine that was away reminds once, of the day that is nearest; the days before it have passed.
    for days in sorted(come)[1:]:
        Reminder.objects.create(circular=row, days=days, reply_by_at=row.reply_by_at, reminded_at=at)
    return _remind(row, days=min(come), by=None, at=at)


def _reminds_at(row: Circular, until: dt.datetime, days: int) -> dt.datetime:
    """So many days before: at the date's own hour, or in the morning there where it is until the end of the day."""
    if row.reply_precision == Precision.DAY and row.reply_on:
        morning = instants_of(row.reply_on - dt.timedelta(days=days), dt.time(DIGEST_HOUR), row.reply_zone)
        if morning:
            return morning[0]
    return until - dt.timedelta(days=days)


def _remind(row: Circular, *, days: int | None, by: Person | None, at: dt.datetime) -> int:
    missing = missing_parties(row, at=at)
    readers = list(_recipients(row).filter(party_id__in=missing))
    Reminder.objects.create(
        circular=row,
        days=days,
        reply_by_at=row.reply_by_at or at,
        reminded_at=at,
        reminded_by=by,
        parties=len(missing),
    )
    event = f"reminded:{row.reply_by_at:%Y%m%dT%H%M}:{days if days is not None else f'{at:%Y%m%dT%H%M%S}'}"
    messages.tell(row, readers, Told(messages.REMINDED, event, at))
    journal.record(
        "circular.reminded",
        at=at,
        person=by,
        subject=row,
        room=row.room,
        facts={"parties": len(missing), "days": days},
    )
    return len(missing)


def missing_parties(circular: Circular, *, at: dt.datetime) -> set[int]:
    """Keys of the parties it was sent to that have no standing reply; of those that may give one."""
    addressed = Recipient.objects.filter(circular=circular).order_by()
    replied = Reply.objects.standing().filter(circular=circular).order_by().values("party_id")
    missing = addressed.exclude(party_id__in=replied)
    members = {StandingKind.MEMBER.value}
    if rules.is_kept_for_members(circular):
        standing = Party.objects.standing(members, on=today(at)).order_by().values("pk")
        missing = missing.filter(party_id__in=standing)
    return set(
        missing.exclude(party__kind=Party.Kind.SECRETARIAT).values_list("party_id", flat=True).distinct()
    )


def _recipients(row: Circular):  # type: ignore[no-untyped-def]
    return Recipient.objects.filter(circular=row).select_related("person").order_by("pk")


# What happens to mail and on the site ------------------------------------------------------------------------------------


@transaction.atomic
def note_opened(*, circular: Circular, parties: Collection[int], at: dt.datetime) -> bool:
    """Note that a party it was sent to opened it on the site: once a party."""
    if circular.sent_at is None or not parties:
        return False
    sent = Recipient.objects.filter(circular=circular, party_id__in=list(parties)).order_by()
    known = Opening.objects.filter(circular=circular).order_by().values("party_id")
    new = set(sent.exclude(party_id__in=known).values_list("party_id", flat=True).distinct())
    write_rows([Opening(circular=circular, party_id=key, opened_at=at) for key in new], once=True)
    return bool(new)


def ask_about_refused(at: dt.datetime) -> int:
    """Ask the focal points of parties whose people's addresses refuse mail, once an address; how many were asked."""
    refused = OutgoingMail.objects.filter(about__startswith=ABOUT, refused_at__isnull=False).annotate(
        ref=Substr("about", len(ABOUT) + 1, 20)
    )
    # Refused mail is kept: what was asked about already is passed over in the one question.
    new = refused.filter(Exists(Recipient.objects.filter(ref=OuterRef("ref"), asked_at=None)))
    return one_by_one(new.order_by("pk").values_list("ref", "recipient"), lambda one: _ask(*one, at))


@transaction.atomic
def note_returned(*, recipient: Recipient, by: Person, at: dt.datetime) -> bool:
    """Note that mail to somebody came back after a server had taken it, which only a person sees; whether anybody was asked."""
    row = locked(recipient.circular)
    require(rules.may_report_returned(reach_of(by, at), row))
    written = OutgoingMail.objects.filter(about__startswith=ABOUT + recipient.ref).order_by("-pk")
    address = written.values_list("recipient", flat=True).first() or recipient.person.email
    asked = _ask(recipient.ref, address, at)
    journal.record(
        "circular.mail_returned", at=at, person=by, subject=row, room=row.room, facts={"asked": asked}
    )
    return asked


@transaction.atomic
def _ask(recipient_ref: str, address: str, at: dt.datetime) -> bool:
    found = (
        Recipient.objects.select_for_update(of=("self",))
        .select_related("person", "party")
        .filter(ref=recipient_ref)
    )
    row = found.filter(asked_at=None).first()
    if row is None:
        return False
    row.refused_address, row.asked_at = address, at
    row.save(update_fields=["refused_address", "asked_at"])
    same = Recipient.objects.filter(party=row.party, refused_address=address).exclude(pk=row.pk)
    if same.exists() or row.person.email != address:
        return False
    for reader in focal_points(row.party, at=at, but=row.person):
        with translation.override(reader.language):
            words = {"name": reader.full_name, "who": row.person.full_name, "address": address, "party": row.party,
                     "page": messages.absolute("members:delegation")}  # fmt: skip
            body = _(
                "%(name)s,\n\nmail to %(who)s (%(address)s), who sits for %(party)s, comes back: the address does not take"
                " it. Please have the address corrected, or name who takes the place:\n%(page)s\n"
            )
            post(to=reader.email, subject=_("An address of your delegation takes no mail") , body=body % words,
                 language=reader.language, at=at)  # fmt: skip
    journal.record("circular.address_refused", at=at, subject=row.person, party_code=row.party.code)
    return True


def focal_points(party: Party, *, at: dt.datetime, but: Person) -> list[Person]:
    """Who manages this party's people today; where nobody else does, whoever manages everybody's."""
    seats = list(
        Seat.objects.effective(at).exclude(person=but).select_related("person", "role").order_by("pk")
    )
    own = [one for one in seats if one.party_id == party.pk and Permission.MANAGE_OWN_PEOPLE in one.carries]
    every = [one for one in seats if Permission.MANAGE_ALL_PEOPLE in one.carries]
    return list({one.person_id: one.person for one in own or every}.values())
