"""The hand-over of the Presidency: its file made ahead, kept true, signed point by point, frozen."""

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import transaction
from django.utils import formats, translation
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core import journal, registry
from puebla.core.handing_over import SECTIONS, Point
from puebla.core.languages import Texts, show
from puebla.core.mail import post
from puebla.core.models import random_ref
from puebla.core.rows import write_rows
from puebla.core.verdicts import RefusedError, StaleError, require
from puebla.meetings.models import HandOver, HandOverPoint, HandOverSignature
from puebla.meetings.rules import handovers as rules
from puebla.members.actions.messages import address_of
from puebla.members.models import Audience, Body, PresidencyTerm, Seat
from puebla.members.querysets import reach_of, today
from puebla.notices.actions.messages import message_id_of
from puebla.notices.models import Notice

#: The file is made so long before the term ends, and kept true so long after the day.
AHEAD, AFTER = dt.timedelta(days=60), dt.timedelta(days=92)


def make_ahead(*, at: dt.datetime) -> int:
    """Make the files of hand-overs that come near, and keep true those that are not frozen; how many were touched."""
    made = sum(
        _make_where_due(office, at=at) for office in Body.objects.filter(function=Body.Function.PRESIDENCY)
    )
    running = HandOver.objects.filter(completed_at=None, term__starts_on__gte=today(at) - AFTER)
    for one in running:
        refresh(handover=one, at=at)
    return made + len(running)


def _make_where_due(office: Body, *, at: dt.datetime) -> int:
    troika = PresidencyTerm.objects.troika(on=today(at), body=office)
    before, coming = troika["current"], troika["next"]
    if before is None or coming is None or before.party is None or coming.party is None:
        return 0
    if before.party_id == coming.party_id or coming.starts_on - today(at) > AHEAD:
        return 0
    if HandOver.objects.filter(term=coming, outgoing=before.party, incoming=coming.party).exists():
        return 0
    make(term=coming, before=before, at=at)
    return 1


@transaction.atomic
def make(*, term: PresidencyTerm, before: PresidencyTerm, at: dt.datetime) -> HandOver:
    """Make the file of the hand-over to a term, and tell both sides."""
    Body.objects.select_for_update().get(pk=term.body_id)
    assert term.party is not None and before.party is not None  # noqa: S101 - a vacancy hands nothing over
    handover, fresh = HandOver.objects.get_or_create(
        term=term, outgoing=before.party, incoming=term.party, defaults={"made_at": at, "refreshed_at": at}
    )
    if fresh:
        _write_points(handover, at=at)
        _tell(handover, at=at)
        facts = {"outgoing": handover.outgoing.code, "incoming": handover.incoming.code, "on": term.starts_on}
        journal.record("handover.made", at=at, subject=handover, facts=facts)
    return handover


def _put_in_inboxes(
    handover: HandOver, what: str, *, at: dt.datetime, by: Person | None = None
) -> list[Person]:
    """Who sits in the office for either side finds it in the inbox, but not who did it; who they are."""
    seats = Seat.objects.on(today(at)).filter(
        body=handover.term.body, follows=None, ended_at=None, role__observes=False
    )
    seats = seats.filter(party__in=[handover.outgoing_id, handover.incoming_id], person__is_active=True)
    people = {one.person_id: one.person for one in seats.select_related("person") if one.person != by}
    notices = [
        Notice(person_id=key, source="handovers", event=f"{handover.ref}:{what}", subject=handover.ref, what=what,
               happened_at=at, made_at=at, mailed_at=at)
        for key in sorted(people)
    ]  # fmt: skip
    write_rows(notices, once=True)
    return list(people.values())


def _tell(handover: HandOver, *, at: dt.datetime) -> None:
    """Both Presidencies learn that the file stands, and what is asked of them."""
    for person in _put_in_inboxes(handover, "made", at=at):
        with translation.override(person.language):
            body = _(
                "%(name)s,\n\nthe Presidency passes from %(outgoing)s to %(incoming)s on %(day)s. The hand-over file is made: read"
                " it and sign it point by point.\n%(address)s\n"
            ) % {
                "name": person.full_name, "outgoing": show(handover.outgoing.short_names),
                "incoming": show(handover.incoming.short_names),
                "day": formats.date_format(handover.term.starts_on, "DATE_FORMAT"),
                "address": address_of("meetings:handover", handover.ref),
            }  # fmt: skip
            post(to=person.email, subject=_("The hand-over file of the Presidency"), body=body, language=person.language,
                 at=at, message_id=message_id_of("handover", handover.ref, person.ref))  # fmt: skip


@transaction.atomic
def refresh(*, handover: HandOver, at: dt.datetime) -> HandOver:
    """Write what is open now into the file; a frozen one stays."""
    row = _locked(handover)
    if row.completed_at is None and row.term.party_id == row.incoming_id:
        _write_points(row, at=at)
        row.refreshed_at = at
        row.save(update_fields=["refreshed_at"])
    return row


def _locked(handover: HandOver) -> HandOver:
    found: HandOver = (
        HandOver.objects.select_for_update(of=("self",))
        .select_related("term__body", "outgoing", "incoming")
        .get(pk=handover.pk)
    )
    return found


def _write_points(handover: HandOver, *, at: dt.datetime) -> None:
    """One row for each open point; rows that have changed are written, those no longer open marked.

    From the day on what is new is the next Presidency's: nothing is added, and words stay as both sides have to sign them.
    """
    passed = rules.has_passed(handover, at=at)
    kept = {(one.section, one.key): one for one in handover.points.filter(added_by=None)}
    for section, point in _gathered(handover, at=at):
        row = kept.pop((section, point.key), None)
        if row is not None and passed:
            _write(row, _gate(point), at=at)
        elif not passed:
            row = row or HandOverPoint(handover=handover, section=section, key=point.key, changed_at=at)
            _write(row, _gate(point) | _words(point), at=at)
    for row in kept.values():
        if row.gone_at is None:
            row.gone_at = at
            row.save(update_fields=["gone_at"])


def _gathered(handover: HandOver, *, at: dt.datetime) -> Iterator[tuple[str, Point]]:
    for source in registry.handover_sections:
        for point in source.gather(handover.term.body, at):
            yield source.section, point


def _words(point: Point) -> dict[str, Any]:
    return {
        "titles": _cut(point.titles, 400), "states": _cut(point.states, 1000), "route": list(point.route), "due_on": point.due_on,
    }  # fmt: skip


def _gate(point: Point) -> dict[str, Any]:
    """Who may know of it, which follows its record for as long as that is open."""
    return {
        "room_id": point.room, "room_cap": point.room_cap, "audience": min(point.audience, point.room_cap),
        "party_id": point.party, "embargo_until": point.embargo_until, "gone_at": None,
    }  # fmt: skip


def _write(row: HandOverPoint, values: dict[str, Any], *, at: dt.datetime) -> None:
    if row.pk and all(getattr(row, name) == value for name, value in values.items()):
        return
    for name, value in values.items():
        setattr(row, name, value)
    _digest(row, at=at)
    row.save()


def _cut(texts: Texts, limit: int) -> Texts:
    return {code: words[:limit] for code, words in texts.items() if words}


def _digest(row: HandOverPoint, *, at: dt.datetime) -> None:
    """The digest of a point's words; where it changes, what was signed has to be signed again."""
    words = [row.section, row.key, row.titles, row.states, {c: w for c, w in row.notes.items() if w}]
    digest = hashlib.sha256(json.dumps(words, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    if digest != row.digest:
        row.digest, row.changed_at = digest, at


@transaction.atomic
def add_point(
    *, handover: HandOver, titles: Texts, notes: Texts, by: Person, at: dt.datetime
) -> HandOverPoint:
    """Add a point by hand: what no record of the system says."""
    row = _locked(handover)
    require(rules.may_mend(by, reach_of(by, at), row, at=at))
    room = row.term.body.room
    point = HandOverPoint(
        handover=row, section="other", key=random_ref(), titles=titles, notes=notes, room=room, room_cap=room.cap,
        audience=Audience.PRESIDENCY, party=row.outgoing, added_by=by, changed_at=at,
    )  # fmt: skip
    _digest(point, at=at)
    point.full_clean()
    point.save()
    journal.record("handover.point_added", at=at, person=by, subject=row, subject_ref=row.ref)
    return point


@transaction.atomic
def mend_point(
    *, point: HandOverPoint, notes: Texts, digest: str, by: Person, at: dt.datetime, titles: Texts | None = None
) -> HandOverPoint:  # fmt: skip
    """Write a note to a point, or other words of one that was added by hand; it has to be signed again then.

    Args:
        digest: of the point as it was read; refuses where somebody changed it since.
    """
    handover = _locked(point.handover)
    reach = reach_of(by, at)
    require(rules.may_mend(by, reach, handover, at=at))
    row = _point(handover, point)
    if row.digest != digest:
        raise StaleError
    row.notes = notes
    if row.added_by_id is not None and titles is not None:
        row.titles = titles
    _digest(row, at=at)
    row.full_clean()
    row.save()
    journal.record("handover.point_mended", at=at, person=by, subject=handover, room=_sealed(row))
    return row


def _point(handover: HandOver, point: HandOverPoint) -> HandOverPoint:
    row: HandOverPoint = (
        HandOverPoint.objects.select_for_update(of=("self",))
        .select_related("room")
        .prefetch_related("signatures")
        .get(pk=point.pk, handover=handover)
    )
    row.handover = handover
    return row


def _sealed(point: HandOverPoint) -> object:
    """The room whose journal tells of it; none but of a sealed one."""
    return point.room if point.room.sealed else None


@transaction.atomic
def sign_points(
    *, handover: HandOver, points: Sequence[tuple[HandOverPoint, str]], side: str, by: Person, at: dt.datetime, remark: str = ""
) -> list[HandOverSignature]:  # fmt: skip
    """Sign points for one side as they were read.

    Args:
        points: each with the digest it had when it was read; one that was mended since is refused, and nothing is signed.
        remark: in the signer's own language.

    Raises:
        RefusedError: with the sentence of the first point that cannot be signed.
    """
    row = _locked(handover)
    sides = rules.sides_of(by, row, at=at)
    signed = []
    for point, digest in points:
        fresh = _point(row, point)
        require(rules.may_sign(fresh, side, sides=sides, at=at))
        if fresh.digest != digest:
            raise RefusedError(
                _("“%(point)s” was mended after you opened the page. Read it again, then sign.")
                % {"point": fresh}
            )
        party = row.outgoing if side == HandOverSignature.Side.OUTGOING else row.incoming
        made = HandOverSignature(
            point=fresh, side=side, party=party, person=by, at=at, digest=digest, remark=remark.strip(),
            language=by.language if remark.strip() else "",
        )  # fmt: skip
        made.full_clean()
        made.save()
        signed.append(made)
    rooms = {one.point.room_id: _sealed(one.point) for one in signed}
    for key, room in rooms.items():
        count = sum(one.point.room_id == key for one in signed)
        facts = {"side": side, "points": count}
        journal.record(
            "handover.signed",
            at=at,
            person=by,
            subject=row,
            room=room,
            party_code=signed[0].party.code,
            facts=facts,
        )
    return signed


@transaction.atomic
def complete(*, handover: HandOver, by: Person, at: dt.datetime) -> HandOver:
    """Freeze the file with the digest of its open points and their signatures.

    Points of sealed rooms are no part of it: they pass with the chair's seat, and are signed for themselves.
    """
    row = _locked(handover)
    require(rules.may_complete(by, reach_of(by, at), row, at=at))
    row.completed_at, row.completed_by, row.sha256 = at, by, digest_of(row)
    row.save(update_fields=["completed_at", "completed_by", "sha256"])
    _put_in_inboxes(row, "completed", at=at, by=by)
    journal.record("handover.completed", at=at, person=by, subject=row, facts={"sha256": row.sha256})
    return row


def digest_of(handover: HandOver) -> str:
    """SHA-256 of the open part of a file as it stands: words, notes, and the signatures in force, in a fixed order."""
    rows = handover.points.filter(room_cap__gte=Audience.MEMBERS).prefetch_related(
        "signatures__person", "signatures__party"
    )
    points = [_frozen(one) for one in in_order(rows)]
    whole = {
        "outgoing": handover.outgoing.code, "incoming": handover.incoming.code,
        "on": handover.term.starts_on.isoformat(), "points": [one for one in points if one["signed"]],
    }  # fmt: skip
    return hashlib.sha256(json.dumps(whole, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _frozen(point: HandOverPoint) -> dict[str, object]:
    signed = [one for one in point.signatures.all() if one.digest == point.digest]
    return {
        "section": point.section, "digest": point.digest, "titles": point.titles, "states": point.states, "notes": point.notes,
        "signed": [
            [one.side, one.party.code, one.person.full_name, one.at.astimezone(dt.UTC).isoformat(), one.remark]
            for one in sorted(signed, key=lambda one: (one.at, one.pk))
        ],
    }  # fmt: skip


def in_order(points: Iterable[HandOverPoint]) -> list[HandOverPoint]:
    """Points in the order of the file: by section, then by day, then as they are named, figures by their value."""
    places = {name: number for number, name in enumerate(SECTIONS)}

    def place(point: HandOverPoint) -> tuple[int, dt.date, list[tuple[int, int, str]], str]:
        parts = re.split(r"(\d+)", str(show(point.titles)))
        named = [(0, int(one), "") if one.isdecimal() else (1, 0, one) for one in parts if one]
        return places.get(point.section, len(places)), point.due_on or dt.date.max, named, point.key

    return sorted(points, key=place)
