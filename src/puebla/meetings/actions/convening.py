"""Meetings prepared, announced, convened, opened, closed; and one made from another in one step."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core import journal
from puebla.core.models import Process
from puebla.core.prepared import Prepared
from puebla.core.verdicts import RefusedError, require, require_unchanged
from puebla.core.zones import is_zone
from puebla.documents.models import Document
from puebla.meetings import rules
from puebla.meetings.actions.agenda import renumber
from puebla.meetings.actions.delegation_mail import ask_for_nominations
from puebla.meetings.actions.sessions import write_session
from puebla.meetings.models import AgendaItem, Convening, Look, PaperLook, Session
from puebla.members import actions as members
from puebla.members.models import Body, Meeting, Party, Room
from puebla.members.querysets import reach_of

FIELDS = (
    "manner",
    "zone",
    "venues",
    "link",
    "notes",
    "open_to",
    "quotas",
    "nominate_by",
    "keep_days",
)
#: A reload within this time is the same look.
SAME_LOOK = dt.timedelta(minutes=30)


@transaction.atomic
def prepare(
    *, body: Body, symbol: str, record: dict[str, Any], values: dict[str, Any], by: Person, at: dt.datetime,
    draft: bool = True, co_hosts: Iterable[Party] = (),
) -> Convening:  # fmt: skip
    """Begin a meeting of a body: its record, and how it will be held. A draft is known to secretariat and Presidency alone.

    Args:
        record: the fields of the meeting's record (`members.actions.MEETING_FIELDS`).
        values: those of `FIELDS`.

    Raises:
        RefusedError: where the rules or the record refuse; nothing is written.
    """
    require(rules.may_prepare(reach_of(by, at), body))
    meeting = members.record_meeting(symbol=symbol, body=body, values=record, by=by, at=at, draft=draft)
    return hold(meeting=meeting, values=values, by=by, at=at, co_hosts=co_hosts)


@transaction.atomic
def hold(
    *, meeting: Meeting, values: dict[str, Any], by: Person, at: dt.datetime, co_hosts: Iterable[Party] = (),
) -> Convening:  # fmt: skip
    """Begin to prepare a meeting whose record stands already."""
    meeting = Meeting.objects.select_for_update(of=("self",)).select_related("body__room").get(pk=meeting.pk)
    require(rules.may_run(reach_of(by, at), meeting))
    if Convening.objects.filter(meeting=meeting).exists():
        raise RefusedError(_("%(meeting)s is being prepared already.") % {"meeting": meeting.symbol})
    convening = Convening(meeting=meeting, zone=Process.current().time_zone, created_at=at, created_by=by)
    _write(convening, values, by=by, at=at)
    convening.co_hosts.set(co_hosts)
    journal.record("convening.begun", at=at, person=by, subject=convening, room=meeting.body.room)
    return convening


def _write(convening: Convening, values: dict[str, Any], *, by: Person, at: dt.datetime) -> None:
    for name in FIELDS:
        if name in values:
            setattr(convening, name, values[name])
    if not is_zone(convening.zone):
        raise RefusedError(_("Choose the time zone of the place from the list."), field="zone")
    convening.changed_at, convening.changed_by = at, by
    convening.full_clean()
    convening.save()


@transaction.atomic
def describe(
    *, convening: Convening, values: dict[str, Any], revision: int, by: Person, at: dt.datetime,
    co_hosts: Iterable[Party] | None = None,
) -> Convening:  # fmt: skip
    """Change how the meeting is held. A new zone moves no session: each keeps the one in which it was agreed."""
    row = Convening.objects.locked(convening)
    require(rules.may_run(reach_of(by, at), row.meeting))
    require_unchanged(row, revision)
    before = {name: getattr(row, name) for name in FIELDS if name in values}
    row.revision += 1
    _write(row, values, by=by, at=at)
    if co_hosts is not None:
        row.co_hosts.set(co_hosts)
    changed = sorted(name for name, was in before.items() if was != values[name])
    journal.record("convening.described", at=at, person=by, subject=row, room=row.meeting.body.room,
                   facts={"changed": changed})  # fmt: skip
    return row


@transaction.atomic
def announce(*, convening: Convening, by: Person, at: dt.datetime) -> Convening:
    """End the draft: whoever may know of the body's meetings knows of this one from now on, the public too."""
    row = Convening.objects.locked(convening)
    require(rules.may_run(reach_of(by, at), row.meeting))
    row.meeting = members.announce_meeting(meeting=row.meeting, by=by, at=at)
    return row


@transaction.atomic
def pass_to(*, convening: Convening, state: str, by: Person, at: dt.datetime) -> Convening:
    """Convene, open or close the meeting; one that was closed too early is opened again."""
    row = Convening.objects.locked(convening)
    require(rules.may_pass_to(reach_of(by, at), row, state))
    before, row.state = row.state, state
    if state == Convening.State.CONVENED:
        row.convened_at, row.convened_by = at, by
    elif state == Convening.State.IN_SESSION:
        row.opened_at, row.closed_at = row.opened_at or at, None
    else:
        row.closed_at = at
    row.changed_at, row.changed_by = at, by
    row.revision += 1
    row.save()
    if state == Convening.State.CONVENED:
        ask_for_nominations(row, at=at)
    journal.record(f"convening.{state}", at=at, person=by, subject=row, room=row.meeting.body.room,
                   facts={"before": before})  # fmt: skip
    return row


@transaction.atomic
def copy(
    *, convening: Convening, symbol: str, record: dict[str, Any], by: Person, at: dt.datetime
) -> Convening:
    """Make a draft of the next meeting from this one, in one step: agenda, sessions, notes, quotas; no papers, no people.

    Sessions keep their day of the meeting and their hours; those that would fall after its last day are left out. Of closed
    sessions, only those that `by` sits in can be copied; each gets a sealed room of its own.
    """
    reach = reach_of(by, at)
    source = (
        Convening.objects.visible_to(by, reach=reach).select_related("meeting__body").get(pk=convening.pk)
    )
    made = prepare(
        body=source.meeting.body, symbol=symbol, record=record, by=by, at=at,
        values={name: getattr(source, name) for name in FIELDS if name not in {"link", "nominate_by"}},
    )  # fmt: skip
    made.copied_from = source
    made.save(update_fields=["copied_from"])
    sessions = _copy_sessions(source, made, by=by, at=at)
    _copy_items(source, made, sessions, by=by, at=at)
    return made


def _copy_sessions(source: Convening, made: Convening, *, by: Person, at: dt.datetime) -> dict[int, Session]:
    """The sessions of the source that fit, on the same day of the meeting; by the key of each."""
    shift = made.meeting.starts_on - source.meeting.starts_on
    found = {}
    seen = Session.objects.visible_to(by, reach=reach_of(by, at)).filter(convening=source, cancelled_at=None)
    for one in seen.select_related("room"):
        if not rules.session_fits(made, one.on + shift):
            continue
        found[one.pk] = write_session(
            made, by=by, at=at, audience=None if one.room.sealed else one.audience, kind=one.kind, titles=one.titles, places=one.places,
            on=one.on + shift, from_hour=one.from_hour, until_hour=one.until_hour, past_midnight=one.past_midnight,
            zone=made.zone, later=False, shown_as_line=one.shown_as_line,
        )  # fmt: skip
    return found


def _copy_items(source: Convening, made: Convening, sessions: dict[int, Session], *, by: Person, at: dt.datetime) -> None:  # fmt: skip
    copies: dict[int, AgendaItem] = {}
    rooms: dict[int, Room] = {}
    seen = AgendaItem.objects.visible_to(by, reach=reach_of(by, at)).filter(convening=source)
    items = list(seen.select_related("room", "session").order_by("position", "pk"))
    # A parent stands before its children, however deep.
    while items:
        ready = [one for one in items if one.parent_id is None or one.parent_id in copies]
        if not ready:
            break
        for one in ready:
            session = sessions.get(one.session_id or 0)
            if one.room.sealed:
                if session is None:
                    items.remove(one)
                    continue
                room = rooms.setdefault(session.pk, session.room)
            else:
                room = one.room
            copies[one.pk] = AgendaItem.objects.create(
                convening=made, parent=copies.get(one.parent_id or 0), position=one.position, titles=one.titles, notes=one.notes,
                session=session, room=room, room_cap=room.cap, audience=one.audience, party=one.party, created_at=at, changed_at=at,
            )  # fmt: skip
            items.remove(one)
    renumber(made)


def look(*, convening: Convening, by: Person, at: dt.datetime) -> dt.datetime | None:
    """Keep that the person looks at the meeting's page now; when they did before, so that what is newer is marked."""
    seen = next(iter(_seen.rows(convening.pk, by.pk)), None)
    # Most looks are reloads: nothing is written then, and nobody waits.
    if seen is None or at - seen[0] >= SAME_LOOK:
        return _looked(convening, by=by, at=at)
    this_at, before_at = seen
    return before_at or this_at


_seen = Prepared(
    lambda convening, person: Look.objects.filter(convening=convening, person=person).order_by().values_list("this_at", "before_at")
)  # fmt: skip


@transaction.atomic
def _looked(convening: Convening, *, by: Person, at: dt.datetime) -> dt.datetime | None:
    seen = Look.objects.select_for_update().filter(convening=convening, person=by).first()
    if seen is None:
        Look.objects.get_or_create(convening=convening, person=by, defaults={"this_at": at})
        return None
    if at - seen.this_at >= SAME_LOOK:
        seen.before_at, seen.this_at = seen.this_at, at
        seen.save(update_fields=["before_at", "this_at"])
    return seen.before_at or seen.this_at


def look_at_paper(*, convening: Convening, document: Document, by: Person, at: dt.datetime) -> None:
    """Keep that the person was shown what had changed in a paper of the meeting."""
    PaperLook.objects.update_or_create(
        convening=convening, person=by, document=document, defaults={"seen_at": at}
    )
