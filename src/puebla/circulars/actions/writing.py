"""Writing a circular: words, reply form, date, whom it goes to; all of it a draft until it is sent."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.circulars import rules
from puebla.circulars.actions.holding import attach
from puebla.circulars.actions.indexing import index_circular
from puebla.circulars.models import OPENINGS, Circular, FieldKind, Kind, Precision
from puebla.core import journal
from puebla.core.languages import Texts
from puebla.core.verdicts import RefusedError, require, require_unchanged
from puebla.core.words import fold, one_line
from puebla.core.zones import instant_of
from puebla.documents.models import Document
from puebla.members.models import Audience, Party, Room, StandingKind
from puebla.members.querysets import Reach, reach_of, today

#: What `describe` may change.
DESCRIBED = ("kind", "titles", "texts", "body", "meeting", "opens_to", "reply_form", "answering", "replies_shared",
             "reply_on", "reply_time", "reply_zone", "reply_precision", "remind_days", "keep_days")  # fmt: skip
MOST_FIELDS, MOST_OPTIONS, MOST_PERSONS = 20, 20, 30
END_OF_DAY = dt.time(23, 59, 59, 999_999)


def due(
    on: dt.date, time: dt.time | None, zone: str, precision: str, *, later: bool | None = None
) -> dt.datetime:
    """The last instant at which a reply is in time.

    Args:
        later: which of two is meant where clocks go back over this hour.

    Raises:
        RefusedError: where clocks skip this hour, or it comes twice and nobody said which is meant.
    """
    if precision == Precision.DAY or time is None:
        return instant_of(on, END_OF_DAY, zone, later=True)
    return instant_of(on, time, zone, later=later)


@transaction.atomic
def draft(*, room: Room, kind: str, titles: Texts, by: Person, at: dt.datetime, **described: Any) -> Circular:
    """Begin a circular; whoever prepares circulars goes on with it.

    Args:
        described: as for `describe`; `later` says which of two hours is meant, `papers` and `files` held go with it,
            `addressed` is whom it goes to.

    Raises:
        RefusedError: where the rules refuse or a field is wrong (`field` names it); nothing is written.
    """
    reach = reach_of(by, at)
    require(rules.may_prepare(reach, room))
    row = Circular(
        room=room, room_cap=room.cap, party=_secretariat(at), audience=Audience.PRESIDENCY, kind=Kind(kind), titles=titles,
        opens_to=narrowest(room), created_at=at, created_by=by, changed_at=at, changed_by=by,
    )  # fmt: skip
    papers, files = described.pop("papers", []), described.pop("files", [])
    described.pop("dropped", None)
    _take_over(row, described, reach)
    _keep_papers_to_their_room(row, papers)
    _save(row)
    row.papers.set(papers)
    attach(row.files, files, [], field="files", at=at)
    index_circular(row, at=at)
    journal.record("circular.drafted", at=at, person=by, subject=row, room=room, facts={"titles": titles})
    return row


@transaction.atomic
def describe(
    *, circular: Circular, values: dict[str, Any], revision: int, by: Person, at: dt.datetime
) -> Circular:
    """Change a draft.

    Args:
        values: those of `DESCRIBED`; `papers`, `files` held to be put to it, references of files `dropped`.

    Raises:
        StaleError: somebody saved it since `revision` was read; nothing is written.
    """
    row = locked(circular)
    reach = reach_of(by, at)
    require(rules.may_describe(reach, row))
    require_unchanged(row, revision)
    values = dict(values)
    papers, files, dropped = values.pop("papers", None), values.pop("files", []), values.pop("dropped", [])
    before = {name: str(getattr(row, name)) for name in DESCRIBED}
    _take_over(row, values, reach)
    changed = _put_papers(row, papers, by=by, reach=reach) if papers is not None else []
    touch(row, by, at)
    attach(row.files, files, dropped, field="files", at=at)
    index_circular(row, at=at)
    changed += [name for name in DESCRIBED if before[name] != str(getattr(row, name))]
    changed += ["files"] if files or dropped else []
    journal.record(
        "circular.described", at=at, person=by, subject=row, room=row.room, facts={"changed": changed}
    )
    return row


@transaction.atomic
def address(
    *, circular: Circular, addressed: dict[str, list[str]], revision: int, by: Person, at: dt.datetime
) -> Circular:
    """Choose whom it goes to; nobody gets anything before it is sent."""
    row = locked(circular)
    require(rules.may_describe(reach_of(by, at), row))
    require_unchanged(row, revision)
    row.addressed = {name: sorted(set(codes)) for name, codes in addressed.items() if codes}
    touch(row, by, at)
    journal.record(
        "circular.addressed", at=at, person=by, subject=row, room=row.room, facts={"to": row.addressed}
    )
    return row


@transaction.atomic
def allow_observers(*, circular: Circular, by: Person, at: dt.datetime) -> Circular:
    """Let observers propose agenda items and draft in their replies to this circular: the Presidency's own act."""
    row = locked(circular)
    require(rules.may_allow_observers(reach_of(by, at), row))
    row.observers_allowed_at, row.observers_allowed_by = at, by
    touch(row, by, at)
    journal.record("circular.observers_allowed", at=at, person=by, subject=row, room=row.room)
    return row


def locked(circular: Circular) -> Circular:
    """The circular's row, locked until the transaction ends."""
    found: Circular = (
        Circular.objects.select_for_update(of=("self",)).select_related("room", "party").get(pk=circular.pk)
    )
    return found


def touch(row: Circular, by: Person, at: dt.datetime) -> None:
    """Save a change."""
    row.changed_at, row.changed_by = at, by
    row.revision += 1
    _save(row)


def narrowest(room: Room) -> int:
    """The readers proposed: those it is addressed to; in a sealed room its members."""
    return Audience.ROOM if room.sealed else Audience.PRESIDENCY


def openings(room: Room) -> list[Audience]:
    """The readers that a circular of this room may have once it is sent."""
    return [Audience.ROOM] if room.sealed else [one for one in OPENINGS if one <= room.cap]


def _secretariat(at: dt.datetime) -> Party:
    found = Party.objects.standing([StandingKind.SECRETARIAT], on=today(at)).order_by("pk").first()
    if found is None:
        raise RefusedError(_("The process has no secretariat today; nobody can be written to in its name."))
    return found


def _take_over(row: Circular, values: dict[str, Any], reach: Reach) -> None:
    """Take the values over, as far as they fit together."""
    later, addressed = values.pop("later", None), values.pop("addressed", None)
    for name in DESCRIBED:
        if name in values:
            setattr(row, name, values[name])
    if addressed is not None:
        row.addressed = addressed
    _keep_to_its_room(row, reach)
    row.reply_form = checked_form(row.reply_form)
    settle_date(row, later=later)


def settle_date(row: Circular, *, later: bool | None) -> None:
    """Find the instant that the row's day, hour and zone mean.

    Raises:
        RefusedError: where they do not fit together (`field` names the one at fault).
    """
    if row.reply_on is None:
        row.reply_time, row.reply_zone, row.reply_by_at, row.remind_days = None, "", None, []
        return
    if not row.reply_zone:
        raise RefusedError(_("Say whose time the date is in."), field="reply_zone")
    if row.reply_precision == Precision.MINUTE and row.reply_time is None:
        raise RefusedError(_("Write the hour, or let the whole day count."), field="reply_time")
    if row.reply_precision == Precision.DAY:
        row.reply_time = None
    try:
        row.reply_by_at = due(row.reply_on, row.reply_time, row.reply_zone, row.reply_precision, later=later)
    except RefusedError as error:
        field = {"zone": "reply_zone", "on": "reply_on"}.get(error.field or "", "reply_time")
        raise RefusedError(error.reason, field=field) from error


def _keep_to_its_room(row: Circular, reach: Reach) -> None:
    """A sealed room's body and meetings are named in that room alone."""
    if row.opens_to not in openings(row.room):
        raise RefusedError(
            _("“%(room)s” never opens wider than “%(cap)s”.")
            % {"room": row.room, "cap": Audience(row.room_cap).label},
            field="opens_to",
        )
    if row.body is not None and row.body.room_id != row.room_id and (row.room.sealed or row.body.room.sealed):
        raise RefusedError(_("A circular of a sealed room belongs to that room's body."), field="body")
    meeting = row.meeting
    if meeting is not None and meeting.body.room.sealed and meeting.body.room_id != row.room_id:
        raise RefusedError(
            _("This meeting is known in its sealed room alone; choose another, or write the circular there."),
            field="meeting",
        )
    if row.room.sealed and row.room_id not in reach.rooms:
        raise RefusedError(rules.NO_SUCH)


def _put_papers(row: Circular, papers: Sequence[Document], *, by: Person, reach: Reach) -> list[str]:
    """Let these papers go with it; those of which this writer may not know, another one's, stay. What changed, for the journal."""
    _keep_papers_to_their_room(row, papers)
    seen = Document.objects.visible_to(by, reach=reach).order_by().values("pk")
    kept = {*papers, *row.papers.exclude(pk__in=seen)}
    if kept == set(row.papers.all()):
        return []
    row.papers.set(kept)
    return ["papers"]


def _keep_papers_to_their_room(row: Circular, papers: Sequence[Document]) -> None:
    """A sealed room's paper goes with circulars of that room alone: elsewhere its very symbol would be told."""
    for one in papers:
        if one.room.sealed and one.room_id != row.room_id:
            raise RefusedError(
                _("“%(symbol)s” lies in a sealed room, and is known in that room alone; write the circular there.")
                % {"symbol": one.address},
                field="papers",
            )  # fmt: skip


def checked_form(fields: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The reply form in its own shape, each field with a code.

    Raises:
        RefusedError: where a field has no label, is of no known kind, or a choice has fewer than two options.
    """
    if len(fields) > MOST_FIELDS:
        raise RefusedError(
            _("A reply form has at most %(count)d fields.") % {"count": MOST_FIELDS}, field="reply_form"
        )
    found = []
    for number, one in enumerate(fields, start=1):
        labels = {code: one_line(words) for code, words in one.get("labels", {}).items() if words.strip()}
        if not labels:
            raise RefusedError(
                _("Field %(number)d of the reply form has no label. Say what is asked.") % {"number": number},
                field="reply_form",
            )
        shaped: dict[str, Any] = {
            "code": f"f{number}", "kind": FieldKind(one["kind"]).value, "labels": labels,
            "required": bool(one.get("required")),
        }  # fmt: skip
        if shaped["kind"] == FieldKind.CHOICE:
            shaped["options"] = _checked_options(one.get("options", []), number)
        if shaped["kind"] == FieldKind.NOMINATION:
            shaped["most"] = min(max(int(one.get("most") or 1), 1), MOST_PERSONS)
        found.append(shaped)
    return found


def _checked_options(options: Sequence[dict[str, Any]], number: int) -> list[dict[str, Any]]:
    named = [{"code": f"o{place}", "names": one["names"]} for place, one in enumerate(options, start=1)]
    if not 2 <= len(named) <= MOST_OPTIONS:
        raise RefusedError(
            _("Field %(number)d of the reply form is a choice: write two to %(most)d options, one a line.")
            % {"number": number, "most": MOST_OPTIONS},
            field="reply_form",
        )
    return named


def _save(row: Circular) -> None:
    row.titles = {code: one_line(words) for code, words in row.titles.items()}
    row.words = fold(" ".join(filter(None, [row.symbol, row.ref, *row.titles.values()])))
    try:
        row.clean_fields(exclude=["room", "party", "created_by", "changed_by", "sent_by", "ended_by"])
    except ValidationError as error:
        field, sentences = next(iter(error.message_dict.items()))
        raise RefusedError(" ".join(sentences), field=field) from error
    if not any(row.titles.values()):
        raise RefusedError(_("A title in at least one language is needed."), field="titles")
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise RefusedError(_("The database refused this circular; look at it again.")) from error
