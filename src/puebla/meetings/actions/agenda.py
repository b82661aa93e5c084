"""The agenda: items added, moved, described, removed; papers placed; exceptions for observers; revisions."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core import journal
from puebla.core.languages import Texts
from puebla.core.verdicts import RefusedError, require, require_unchanged
from puebla.documents.models import Document
from puebla.meetings import rules
from puebla.meetings.actions import sessions
from puebla.meetings.models import (
    AgendaItem,
    AgendaRevision,
    Convening,
    ItemOpening,
    ItemPaper,
    Session,
    Statement,
)
from puebla.meetings.querysets import numbered
from puebla.members.models import Party, Room
from puebla.members.querysets import reach_of

FIELDS = ("titles", "notes", "audience")
#: Items below items below items: deeper than people number.
DEEPEST = 3


def locked(item: AgendaItem) -> AgendaItem:
    """The item's row, locked until the transaction ends."""
    return (
        AgendaItem.objects.select_for_update(of=("self",))
        .select_related("convening__meeting__body__room", "room", "session", "parent")
        .get(pk=item.pk)
    )


def renumber(convening: Convening) -> None:
    """Write every item's number anew; the caller holds the convening's row."""
    standing = AgendaItem.objects.filter(convening=convening, removed_at=None)
    changed = []
    for one, label, path in numbered(standing):
        if (one.label, one.path) != (label, path):
            one.label, one.path = label, path
            changed.append(one)
    AgendaItem.objects.bulk_update(changed, ["label", "path"])


def _siblings(item: AgendaItem) -> Any:
    return AgendaItem.objects.filter(convening=item.convening, parent=item.parent, removed_at=None)


@transaction.atomic
def add_item(
    *, convening: Convening, titles: Texts, by: Person, at: dt.datetime, parent: AgendaItem | None = None,
    notes: Texts | None = None, session: Session | None = None, audience: int | None = None,
) -> AgendaItem:  # fmt: skip
    """Add an item at the end of the agenda or of those below another. In a closed session it lies in that sealed room."""
    row = Convening.objects.locked(convening)
    reach = reach_of(by, at)
    require(rules.may_run(reach, row.meeting))
    above = locked(parent) if parent is not None else None
    if above is not None:
        require(rules.may_change_item(reach, above))
        session = session or above.session
    room = session.room if session is not None else row.meeting.body.room
    _refuse_mixing(above, room)
    item = AgendaItem(
        convening=row, parent=above, position=0, titles=titles, notes=notes or {}, session=session, room=room, room_cap=room.cap,
        audience=min(audience or (above.audience if above else row.open_to), room.cap), party=sessions.secretariat(),
        created_at=at, changed_at=at,
    )  # fmt: skip
    require(rules.may_change_item(reach, item))
    _refuse_too_deep(item)
    item.position = (_siblings(item).aggregate(last=Max("position"))["last"] or 0) + 1
    item.full_clean(exclude=["papers"])
    item.save()
    renumber(row)
    item.refresh_from_db()
    journal.record("agenda.item_added", at=at, person=by, subject=item, room=room, facts={"titles": titles})
    return item


def _refuse_mixing(above: AgendaItem | None, room: Room) -> None:
    """Items of a closed session stand below one another or below nothing: their numbers are told nowhere else."""
    if above is not None and above.room != room and (above.room.sealed or room.sealed):
        raise RefusedError(_("Items of a closed session stay among themselves."))


def _refuse_too_deep(item: AgendaItem) -> None:
    """An item brings along what stands below it."""
    if _depth(item) + _height(item) - 1 > DEEPEST:
        raise RefusedError(_("The agenda goes three steps deep at most. Put the item one step higher."))


def _height(item: AgendaItem) -> int:
    """How many steps the item and those below it are."""
    steps, found = 1, [item.pk] if item.pk else []
    while found := list(
        AgendaItem.objects.filter(parent__in=found, removed_at=None).values_list("pk", flat=True)
    ):
        steps += 1
    return steps


def _depth(item: AgendaItem) -> int:
    deep, above = 1, item.parent
    while above is not None:
        deep, above = deep + 1, above.parent
    return deep


@transaction.atomic
def describe_item(
    *, item: AgendaItem, values: dict[str, Any], revision: int, by: Person, at: dt.datetime
) -> AgendaItem:
    """Change an item's title, annotation, audience or session (never into or out of a sealed room)."""
    row = locked(item)
    require(rules.may_change_item(reach_of(by, at), row))
    require_unchanged(row, revision)
    was = {name: getattr(row, name) for name in FIELDS}
    for name in FIELDS:
        if name in values:
            setattr(row, name, values[name])
    if "session" in values:
        session = values["session"]
        sealed = session.room if session is not None and session.room.sealed else None
        if (row.room if row.room.sealed else None) != sealed:
            raise RefusedError(
                _("An item does not pass into a closed session, nor out of it. Add a new item there and remove this one."),
                field="session",
            )  # fmt: skip
        row.session = session
    row.audience = min(row.audience, row.room_cap)
    row.revision += 1
    row.changed_at = at
    row.full_clean(exclude=["papers"])
    row.save()
    facts = {"changed": sorted(name for name in FIELDS if was[name] != getattr(row, name))}
    journal.record("agenda.item_described", at=at, person=by, subject=row, room=row.room,
                   facts=facts | sessions.who_takes_part(was["audience"], row.audience))  # fmt: skip
    return row


@transaction.atomic
def move_item(
    *, item: AgendaItem, before: AgendaItem | None, by: Person, at: dt.datetime,
    parent: AgendaItem | None = None,
) -> AgendaItem:  # fmt: skip
    """Move an item before another one, or to the end of those below `parent` (of the agenda where that is None).

    Raises:
        RefusedError: below itself, deeper than three steps with what it brings along, into or out of a sealed room.
    """
    Convening.objects.select_for_update().get(pk=item.convening_id)
    row, reach = locked(item), reach_of(by, at)
    require(rules.may_change_item(reach, row))
    above = locked(parent) if parent is not None else (before.parent if before is not None else None)
    step = above
    while step is not None:
        if step.pk == row.pk:
            raise RefusedError(_("An item cannot stand below itself."))
        step = step.parent
    _refuse_mixing(above, row.room)
    if above is not None:
        require(rules.may_change_item(reach, above))
    row.parent = above
    _refuse_too_deep(row)
    others = list(_siblings(row).exclude(pk=row.pk).order_by("position", "pk"))
    place = next(
        (n for n, one in enumerate(others) if before is not None and one.pk == before.pk), len(others)
    )
    others.insert(place, row)
    for position, one in enumerate(others, start=1):
        if one.pk == row.pk or one.position != position:
            one.position = position
            one.save(update_fields=["position", "parent"] if one.pk == row.pk else ["position"])
    AgendaItem.objects.filter(pk=row.pk).update(changed_at=at)
    renumber(row.convening)
    row.refresh_from_db()
    journal.record("agenda.item_moved", at=at, person=by, subject=row, room=row.room)
    return row


@transaction.atomic
def remove_item(*, item: AgendaItem, by: Person, at: dt.datetime) -> None:
    """Take an item off the agenda, with those below it; papers stay where they are filed."""
    Convening.objects.select_for_update().get(pk=item.convening_id)
    row = locked(item)
    require(rules.may_change_item(reach_of(by, at), row))
    taken, found = [row.pk], [row.pk]
    while found:
        below = AgendaItem.objects.filter(parent_id__in=found, removed_at=None)
        found = list(below.values_list("pk", flat=True))
        taken += found
    if Statement.objects.filter(item__in=taken).exclude(state=Statement.State.WITHDRAWN).exists():
        raise RefusedError(
            _("Delegations spoke or asked for the floor here. Take them off the list of speakers first; what was said stays.")
        )  # fmt: skip
    AgendaItem.objects.filter(pk__in=taken).update(removed_at=at, changed_at=at)
    renumber(row.convening)
    journal.record(
        "agenda.item_removed", at=at, person=by, subject=row, room=row.room, facts={"with": len(taken) - 1}
    )


@transaction.atomic
def place_paper(*, item: AgendaItem, document: Document, by: Person, at: dt.datetime) -> ItemPaper:
    """Put a paper, filed or awaited, under an item; it stays readable to whom it was."""
    row = locked(item)
    reach = reach_of(by, at)
    require(rules.may_change_item(reach, row))
    if not Document.objects.visible_to(by, reach=reach).filter(pk=document.pk).exists():
        raise RefusedError(_("There is no such document."), field="document")
    last = row.item_papers.aggregate(last=Max("position"))["last"] or 0
    placed, made = ItemPaper.objects.get_or_create(
        item=row, document=document, defaults={"position": last + 1}
    )
    if made:
        journal.record("agenda.paper_placed", at=at, person=by, subject=row, room=row.room,
                       facts={"document": document.address})  # fmt: skip
    return placed


@transaction.atomic
def remove_paper(*, item: AgendaItem, document: Document, by: Person, at: dt.datetime) -> None:
    """Take a paper from under an item; it stays filed."""
    row = locked(item)
    require(rules.may_change_item(reach_of(by, at), row))
    if row.item_papers.filter(document=document).delete()[0]:
        journal.record("agenda.paper_removed", at=at, person=by, subject=row, room=row.room,
                       facts={"document": document.address})  # fmt: skip


@transaction.atomic
def open_item(*, item: AgendaItem, party: Party, what: str, by: Person, at: dt.datetime) -> ItemOpening:
    """The Presidency lets one observer or organisation take part in an item, or also draft and propose under it."""
    row = locked(item)
    require(rules.may_open_item(reach_of(by, at), row, party, at=at))
    opening, _made = ItemOpening.objects.update_or_create(
        item=row, party=party, defaults={"what": what, "opened_at": at, "opened_by": by}
    )
    journal.record("agenda.item_opened", at=at, person=by, subject=row, room=row.room,
                   facts={"party": party.code, "what": what})  # fmt: skip
    return opening


@transaction.atomic
def close_item(*, item: AgendaItem, party: Party, by: Person, at: dt.datetime) -> None:
    """Take an exception back."""
    row = locked(item)
    require(rules.may_open_item(reach_of(by, at), row, party, at=at))
    if row.openings.filter(party=party).delete()[0]:
        journal.record("agenda.item_closed", at=at, person=by, subject=row, room=row.room,
                       facts={"party": party.code})  # fmt: skip


@transaction.atomic
def revise_agenda(
    *, convening: Convening, by: Person, at: dt.datetime, note: Texts | None = None
) -> AgendaRevision:
    """Keep the agenda as it stands under the next number; whoever looks later is shown what changed since.

    Closed sessions' items are kept with it, behind their rooms. They make no revision of their own: everybody would be told
    that there is one.

    Raises:
        RefusedError: where nothing outside closed sessions changed since the last revision.
    """
    row = Convening.objects.locked(convening)
    require(rules.may_run(reach_of(by, at), row.meeting))
    items = AgendaItem.objects.filter(convening=row, removed_at=None)
    rows = [
        {
            "ref": one.ref, "label": one.label, "depth": one.depth, "titles": one.titles, "room": one.room_id,
            "cap": one.room_cap, "audience": one.audience, "party": one.party_id,
        }
        for one in items.order_by("path")
    ]  # fmt: skip
    last = row.agenda_revisions.order_by("-number").first()
    if last is not None and _in_room(row.meeting.body.room, last.rows) == _in_room(
        row.meeting.body.room, rows
    ):
        raise RefusedError(
            _("Nothing of the agenda changed since revision %(number)d.") % {"number": last.number}
        )
    revision = AgendaRevision.objects.create(
        convening=row,
        number=last.number + 1 if last else 1,
        made_at=at,
        made_by=by,
        note=note or {},
        rows=rows,
    )
    journal.record("agenda.revised", at=at, person=by, subject=row, room=row.meeting.body.room,
                   facts={"number": revision.number})  # fmt: skip
    return revision


def _in_room(room: Room, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of an agenda that lie in the meeting's own room."""
    return [one for one in rows if one["room"] == room.pk]
