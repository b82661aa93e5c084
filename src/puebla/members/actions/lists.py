"""Parties and their standing, bodies and their rooms, meetings as records, roles, presidencies: all of it dated."""

import datetime as dt
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core import journal
from puebla.core.languages import Texts
from puebla.core.models import DatePrecision
from puebla.core.verdicts import RefusedError, Verdict, require, require_unchanged
from puebla.members import rules
from puebla.members.actions.publishing import publish_who_we_are
from puebla.members.models import (
    Audience,
    Body,
    Candidature,
    Meeting,
    Party,
    PresidencyTerm,
    Role,
    Room,
    Standing,
)
from puebla.members.querysets import today

M = TypeVar("M", bound=models.Model)

PARTY_FIELDS = ("kind", "names", "short_names", "iso2", "iso3", "parent", "website", "zone")
BODY_FIELDS = (
    "function",
    "names",
    "short_names",
    "descriptions",
    "from_on",
    "from_precision",
    "until_on",
    "rank",
)
MEETING_FIELDS = ("number", "titles", "places", "themes_text", "host", "starts_on", "ends_on", "precision", "confirmed",
                  "remark", "joint_with", "joint_code", "joint_symbol")  # fmt: skip
ROLE_FIELDS = ("names", "descriptions", "permissions", "observes", "second_factor", "rank")


def _fresh(model: type[M], row: M, revision: int) -> M:
    """The row, locked; refuses when somebody saved it since it was opened."""
    locked = model._default_manager.select_for_update().get(pk=row.pk)
    require_unchanged(locked, revision)
    return locked


def _require_at(verdict: Verdict, field: str) -> None:
    """Stop unless the verdict allows it, and say beside which field why not."""
    if not verdict:
        raise RefusedError(verdict.reason, field=field)


def _write(row: models.Model, values: dict[str, Any], fields: tuple[str, ...]) -> dict[str, object]:
    """Set the fields given, check the row and save it; before and after of what changed, for the journal."""
    before = {name: getattr(row, name) for name in fields if name in values}
    for name in before:
        setattr(row, name, values[name])
    if row.pk and hasattr(row, "revision"):
        row.revision += 1
    row.full_clean()
    row.save()
    changed = [name for name, was in before.items() if was != values[name]]
    return {name: {"before": str(before[name]), "after": str(values[name])} for name in changed}


# Parties ---------------------------------------------------------------------------------------------------------------


@transaction.atomic
def create_party(
    *,
    code: str,
    values: dict[str, Any],
    standing: str,
    from_on: dt.date,
    by: Person | None,
    at: dt.datetime,
    from_precision: str = DatePrecision.DAY,
    confirmed: bool = True,
) -> Party:
    """Enter a party with its first standing.

    Args:
        values: the fields of `PARTY_FIELDS`.
        by: who enters it; None for the system itself.
    """
    if by is not None:
        require(rules.may_edit_party(by, at=at))
    _require_at(rules.standing_fits(values["kind"], standing), "standing")
    party = Party(code=code)
    _write(party, values, PARTY_FIELDS)
    first = Standing(
        party=party, kind=standing, from_on=from_on, from_precision=from_precision, confirmed=confirmed
    )
    first.full_clean()
    first.save()
    publish_who_we_are(at=at)
    facts = {"names": party.names, "standing": standing, "from": from_on}
    journal.record("party.created", at=at, person=by, subject=party, party_code=party.code, facts=facts)
    return party


@transaction.atomic
def describe_party(
    *, party: Party, values: dict[str, Any], revision: int, by: Person, at: dt.datetime
) -> Party:
    """Change a party's names, codes, address; its code stays."""
    require(rules.may_edit_party(by, at=at))
    locked = _fresh(Party, party, revision)
    running = rules.standing_of(locked, on=today(at))
    if running is not None and "kind" in values:
        _require_at(rules.standing_fits(values["kind"], running), "kind")
    changes = _write(locked, values, PARTY_FIELDS)
    publish_who_we_are(at=at)
    journal.record(
        "party.described",
        at=at,
        person=by,
        subject=locked,
        party_code=locked.code,
        facts={"changes": changes},
    )
    return locked


@transaction.atomic
def change_standing(
    *,
    party: Party,
    kind: str | None,
    from_on: dt.date,
    by: Person | None,
    at: dt.datetime,
    note: Texts | None = None,
    from_precision: str = DatePrecision.DAY,
    confirmed: bool = True,
) -> Standing | None:
    """Let a party take part in another way from a day; with None it stops taking part that day.

    What was before stays, ended the day before.
    """
    if by is not None:
        require(rules.may_edit_party(by, at=at))
    locked = Party.objects.select_for_update().get(pk=party.pk)
    _require_at(rules.standing_fits(locked.kind, kind), "kind")
    running = party.standings.filter(until_on=None).first()
    latest = party.standings.order_by("-from_on").first()
    if latest is not None and from_on <= latest.from_on:
        raise RefusedError(
            _("%(party)s has a standing from %(day)s already; the new one has to begin later.")
            % {"party": party, "day": date_format(latest.from_on, "DATE_FORMAT")},
            field="from_on",
        )
    if running is None and kind is None:
        raise RefusedError(_("%(party)s has no standing that could end.") % {"party": party}, field="kind")
    if running is not None:
        if running.kind == kind:
            raise RefusedError(_("%(party)s has this standing already.") % {"party": party}, field="kind")
        running.until_on = from_on - dt.timedelta(days=1)
        running.save(update_fields=["until_on"])
    begun = None
    if kind is not None:
        begun = Standing(party=party, kind=kind, from_on=from_on, from_precision=from_precision, confirmed=confirmed,
                         note=note or {})  # fmt: skip
        begun.full_clean()
        begun.save()
    publish_who_we_are(at=at)
    facts = {"before": running.kind if running else None, "after": kind, "from": from_on}
    journal.record("standing.changed", at=at, person=by, subject=party, party_code=party.code, facts=facts)
    return begun


# Bodies, roles, meetings -----------------------------------------------------------------------------------------------


@transaction.atomic
def create_body(
    *,
    code: str,
    values: dict[str, Any],
    by: Person | None,
    at: dt.datetime,
    sealed: bool = False,
    cap: int = Audience.PUBLIC,
) -> Body:
    """Enter a body with its room, whose cap and seal are fixed for ever by this.

    The rooms of the Presidency and of the secretariat are never sealed: an incoming chair needs nobody's confirmation.
    """
    if by is not None:
        require(rules.may_edit_body(by, at=at))
    if sealed and values.get("function") in rules.OFFICES:
        raise RefusedError(
            _("The rooms of the Presidency and of the secretariat cannot be sealed."), field="sealed"
        )
    room = Room(code=code.lower(), names=values["names"], sealed=sealed, cap=Audience.ROOM if sealed else cap)
    room.full_clean()
    room.save()
    body = Body(code=code, room=room)
    _write(body, values, BODY_FIELDS)
    facts = {"names": body.names, "sealed": sealed, "cap": room.cap}
    journal.record("body.created", at=at, person=by, subject=body, room=room, facts=facts)
    return body


@transaction.atomic
def describe_body(*, body: Body, values: dict[str, Any], revision: int, by: Person, at: dt.datetime) -> Body:
    """Change a body's names, dates and description; its room keeps cap and seal."""
    require(rules.may_edit_body(by, at=at))
    locked = _fresh(Body, body, revision)
    new = {name: values.get(name, getattr(locked, name)) for name in ("function", "from_on", "until_on")}
    _require_at(
        rules.body_stays_itself(locked, **new, at=at),
        "until_on" if new["function"] == locked.function else "function",
    )
    changes = _write(locked, values, BODY_FIELDS)
    if "names" in changes:
        Room.objects.filter(pk=locked.room_id).update(names=locked.names)
    publish_who_we_are(at=at)
    journal.record(
        "body.described", at=at, person=by, subject=locked, room=locked.room, facts={"changes": changes}
    )
    return locked


@transaction.atomic
def describe_role(*, role: Role, values: dict[str, Any], by: Person, at: dt.datetime) -> Role:
    """Change what a role is called and what it carries: everybody who holds it is touched at once."""
    locked = Role.objects.select_for_update().get(pk=role.pk)
    require(rules.may_edit_role(by, locked, at=at))
    added = set(values.get("permissions", locked.permissions)) - set(locked.permissions)
    if added - rules.in_their_gift(rules.reach_of(by, at)):
        raise RefusedError(_("You cannot add to a role what you may not do yourself."), field="permissions")
    changes = _write(locked, values, ROLE_FIELDS)
    journal.record("role.described", at=at, person=by, subject=locked, facts={"changes": changes})
    return locked


@transaction.atomic
def record_meeting(
    *,
    symbol: str,
    body: Body,
    values: dict[str, Any],
    by: Person | None,
    at: dt.datetime,
    draft: bool = False,
) -> Meeting:
    """Enter a meeting of a body as a dated, numbered record.

    Args:
        draft: only secretariat and Presidency are to know of it, until `announce_meeting`.
    """
    if by is not None:
        require(rules.may_record_meeting(by, Meeting(body=body), at=at))
    meeting = Meeting(symbol=symbol, body=body, draft=draft)
    _write(meeting, values, MEETING_FIELDS)
    if not draft:
        publish_who_we_are(at=at)
    facts = {"titles": meeting.titles, "starts": meeting.starts_on}
    journal.record("meeting.recorded", at=at, person=by, subject=meeting, room=body.room, facts=facts)
    return meeting


@transaction.atomic
def announce_meeting(*, meeting: Meeting, by: Person, at: dt.datetime) -> Meeting:
    """Let everybody know of a meeting that was a draft, the public too where its body is open."""
    require(rules.may_record_meeting(by, meeting, at=at))
    locked = Meeting.objects.select_for_update(of=("self",)).select_related("body__room").get(pk=meeting.pk)
    if locked.draft:
        locked.draft = False
        locked.revision += 1
        locked.save(update_fields=["draft", "revision"])
        publish_who_we_are(at=at)
        journal.record("meeting.announced", at=at, person=by, subject=locked, room=locked.body.room)
    return locked


@transaction.atomic
def describe_meeting(
    *, meeting: Meeting, values: dict[str, Any], revision: int, by: Person, at: dt.datetime
) -> Meeting:
    """Change a meeting's title, place, dates, host."""
    require(rules.may_record_meeting(by, meeting, at=at))
    locked = _fresh(Meeting, meeting, revision)
    changes = _write(locked, values, MEETING_FIELDS)
    publish_who_we_are(at=at)
    journal.record(
        "meeting.described",
        at=at,
        person=by,
        subject=locked,
        room=locked.body.room,
        facts={"changes": changes},
    )
    return locked


# Presidency ------------------------------------------------------------------------------------------------------------


@transaction.atomic
def set_presidency(
    *,
    body: Body,
    party: Party | None,
    starts_on: dt.date,
    by: Person | None,
    at: dt.datetime,
    precision: str = DatePrecision.DAY,
    confirmed: bool = True,
    remark: Texts | None = None,
) -> PresidencyTerm:
    """Record who presides from a day; None records that nobody does. The term before ends by it, and rights move then."""
    Body.objects.select_for_update().get(pk=body.pk)
    if by is not None:
        require(rules.may_set_presidency(by, at=at))
        _require_presidency(body, party, starts_on)
    if body.presidency_terms.filter(starts_on=starts_on).exists():
        raise RefusedError(
            _("A presidency begins on that day already. Correct that entry, or choose another day."),
            field="starts_on",
        )
    if by is not None and party is not None:
        agreed = (
            body.candidatures.filter(state=Candidature.State.AGREED).overlapping(starts_on, starts_on).first()
        )
        if agreed is not None:
            raise RefusedError(
                _("%(party)s was agreed by consensus for that day. Withdraw its candidature first.") % {"party": agreed.party},
                field="starts_on",
            )  # fmt: skip
    return write_term(body=body, party=party, starts_on=starts_on, by=by, at=at, precision=precision, confirmed=confirmed,
                      remark=remark)  # fmt: skip


def write_term(
    *, body: Body, party: Party | None, starts_on: dt.date, by: Person | None, at: dt.datetime,
    precision: str = DatePrecision.DAY, confirmed: bool = True, remark: Texts | None = None,
) -> PresidencyTerm:  # fmt: skip
    """The term's row; an entry that begins on the day is filled, or made vacant. The caller has asked the rule and locked."""
    term = body.presidency_terms.filter(starts_on=starts_on).first() or PresidencyTerm(
        body=body, starts_on=starts_on
    )
    term.party, term.precision, term.confirmed, term.remark = party, precision, confirmed, remark or {}
    term.full_clean()
    term.save()
    publish_who_we_are(at=at)
    facts = {"party": party.code if party else None, "from": starts_on, "body": body.code}
    journal.record(
        "presidency.set", at=at, person=by, subject=body, party_code=party.code if party else "", facts=facts
    )
    return term


def _require_presidency(body: Body, party: Party | None, starts_on: dt.date) -> None:
    if body.function != Body.Function.PRESIDENCY:
        raise RefusedError(_("%(body)s is not an office that rotates.") % {"body": body}, field="body")
    if party is not None:
        verdict = rules.may_preside(party, on=starts_on)
        if not verdict:
            raise RefusedError(verdict.reason, field="party")


@transaction.atomic
def correct_presidency(
    *,
    term: PresidencyTerm,
    party: Party | None,
    starts_on: dt.date,
    by: Person,
    at: dt.datetime,
    confirmed: bool = True,
    remark: Texts | None = None,
) -> PresidencyTerm:
    """Correct who presides or from when: plans change, and history is found to have been otherwise."""
    Body.objects.select_for_update().get(pk=term.body_id)
    locked = (
        PresidencyTerm.objects.select_for_update(of=("self",)).select_related("body", "party").get(pk=term.pk)
    )
    require(rules.may_set_presidency(by, at=at))
    _require_presidency(locked.body, party, starts_on)
    if party != locked.party and Candidature.objects.filter(term=locked).exists():
        raise RefusedError(
            _("This term rests on a candidature agreed by consensus. Withdraw the candidature first."),
            field="party",
        )
    if locked.body.presidency_terms.filter(starts_on=starts_on).exclude(pk=locked.pk).exists():
        raise RefusedError(
            _("A presidency begins on that day already. Correct that entry, or choose another day."),
            field="starts_on",
        )
    before = {"party": locked.party.code if locked.party else None, "from": locked.starts_on}
    if locked.starts_on != starts_on:
        locked.precision = DatePrecision.DAY
    locked.party, locked.starts_on, locked.confirmed = party, starts_on, confirmed
    locked.remark = locked.remark if remark is None else remark
    locked.full_clean()
    locked.save()
    publish_who_we_are(at=at)
    facts = {"before": before, "after": {"party": party.code if party else None, "from": starts_on}}
    journal.record("presidency.corrected", at=at, person=by, subject=locked.body, facts=facts)
    return locked
