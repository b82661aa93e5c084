"""Chairing notes: written, changed, handed over expressly. No mail, no notice, no search hears of them."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core import journal
from puebla.core.verdicts import RefusedError, require, require_unchanged
from puebla.meetings.models import AgendaItem, ChairNote, Convening, HandOver, Session
from puebla.meetings.rules import handovers as rules
from puebla.members.querysets import reach_of

#: No room has this reference, so that no page shows the entry to anybody; the chain holds that something was done.
NOBODYS = "chairing-notes"


@transaction.atomic
def write_note(
    *, convening: Convening, words: str, by: Person, at: dt.datetime, session: Session | None = None, item: AgendaItem | None = None
) -> ChairNote:  # fmt: skip
    """Write a note for the chair alone, on the meeting, one of its sessions or one of its items."""
    reach = reach_of(by, at)
    require(rules.may_note(reach, convening, at=at, session=session, item=item))
    chair = rules.chair_of(reach, convening, at=at)
    assert chair is not None  # noqa: S101 - the rule has said so
    party, room = chair
    note = ChairNote(
        convening=convening, session=session, item=item, party=party, room=room, words=words.strip(), language=by.language,
        written_at=at, written_by=by,
    )  # fmt: skip
    note.full_clean()
    note.save()
    _record("chairnote.written", note, by=by, at=at)
    return note


def _record(act: str, note: ChairNote, *, by: Person, at: dt.datetime) -> None:
    journal.record(act, at=at, person=by, subject=note, room_ref=NOBODYS)


def _locked(note: ChairNote, by: Person, at: dt.datetime) -> ChairNote:
    row = ChairNote.objects.select_for_update(of=("self",)).select_related("room", "party").get(pk=note.pk)
    require(rules.may_change_note(by, row, at=at))
    return row


@transaction.atomic
def change_note(*, note: ChairNote, words: str, revision: int, by: Person, at: dt.datetime) -> ChairNote:
    """Change a note; what it said before is not kept."""
    row = _locked(note, by, at)
    require_unchanged(row, revision)
    row.words, row.written_at, row.written_by, row.language = words.strip(), at, by, by.language
    row.revision += 1
    row.full_clean()
    row.save()
    _record("chairnote.changed", row, by=by, at=at)
    return row


@transaction.atomic
def offer_note(*, note: ChairNote, handover: HandOver, by: Person, at: dt.datetime) -> ChairNote:
    """Hand a note over to the incoming Presidency expressly: it reads it from now on, and it alone."""
    row = _locked(note, by, at)
    if row.party_id != handover.outgoing_id or row.room_id != handover.term.body.room_id:
        raise RefusedError(_("Only notes of the outgoing Presidency are handed over in its file."))
    row.offered_to, row.offered_at = handover.incoming, at
    row.save(update_fields=["offered_to", "offered_at"])
    _record("chairnote.offered", row, by=by, at=at)
    return row


@transaction.atomic
def keep_note(*, note: ChairNote, by: Person, at: dt.datetime) -> ChairNote:
    """Take back that a note is handed over."""
    row = _locked(note, by, at)
    row.offered_to = row.offered_at = None
    row.save(update_fields=["offered_to", "offered_at"])
    _record("chairnote.kept", row, by=by, at=at)
    return row
