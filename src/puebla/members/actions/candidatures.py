"""Candidatures for the Presidency: announced, agreed by consensus, withdrawn; and the term made from them."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core import journal
from puebla.core.languages import Texts
from puebla.core.verdicts import RefusedError, Verdict, require
from puebla.members import rules
from puebla.members.actions.lists import write_term
from puebla.members.actions.seats import seat
from puebla.members.models import Body, Candidature, Meeting, Party, Role, Seat
from puebla.members.querysets import reach_of

#: A hand-over may come later than planned; a seat in the office gives nothing once the next term has begun.
SEAT_LASTS_ON = dt.timedelta(days=92)


def _require_at(verdict: Verdict, field: str) -> None:
    if not verdict:
        raise RefusedError(verdict.reason, field=field)


@transaction.atomic
def announce_candidature(
    *, body: Body, party: Party, starts_on: dt.date, ends_on: dt.date, announced_in: Meeting, announced_on: dt.date,
    by: Person, at: dt.datetime, note: Texts | None = None, late_why: Texts | None = None,
) -> Candidature:  # fmt: skip
    """Enter that a member state announced its candidature in plenary.

    Args:
        ends_on: the last day as planned. late_why: why the Presidency takes it though less than a year is left.

    Raises:
        RefusedError: with the field at fault; nothing was written.
    """
    Body.objects.select_for_update().get(pk=body.pk)
    reach = reach_of(by, at)
    _require_at(rules.may_announce(by, party, at=at, reach=reach), "party")
    _require_at(rules.announced_in_fits(announced_in, announced_on, at=at), "announced_on")
    _require_at(rules.term_fits(body, party, starts_on, ends_on, at=at), "starts_on")
    late = rules.may_take_late(reach, announced_on, starts_on, late_why, at=at)
    _require_at(late, "late_why" if rules.chairs_the_presidency(reach, at=at) else "starts_on")
    if body.candidatures.standing().filter(party=party).overlapping(starts_on, ends_on).exists():
        raise RefusedError(
            _("%(party)s is a candidate for that time already.") % {"party": party}, field="party"
        )
    made = Candidature(
        body=body, party=party, starts_on=starts_on, ends_on=ends_on, announced_in=announced_in, announced_on=announced_on,
        note=note or {}, created_at=at, created_by=by,
        late_why={} if rules.in_time(announced_on, starts_on) else late_why or {},
    )  # fmt: skip
    made.full_clean()
    made.save()
    _record("candidature.announced", made, by=by, at=at)
    return made


def _record(act: str, made: Candidature, *, by: Person, at: dt.datetime) -> None:
    facts = {"from": made.starts_on, "until": made.ends_on, "body": made.body.code}
    journal.record(act, at=at, person=by, subject=made, party_code=made.party.code, facts=facts)


def _locked(candidature: Candidature) -> Candidature:
    """The candidature's row; two acts on one office wait for each other."""
    Body.objects.select_for_update().get(pk=candidature.body_id)
    found: Candidature = (
        Candidature.objects.select_for_update(of=("self",))
        .select_related("body__room", "party", "term")
        .get(pk=candidature.pk)
    )
    return found


@transaction.atomic
def agree_candidature(
    *, candidature: Candidature, agreed_in: Meeting, agreed_on: dt.date, by: Person, at: dt.datetime, note: Texts | None = None
) -> Candidature:  # fmt: skip
    """Record that a meeting reached consensus on a candidature, without a vote; the term begins by it on its day.

    Raises:
        RefusedError: where the term is not free any more, the day is none of the meeting's, or a gap would remain.
    """
    row = _locked(candidature)
    require(rules.may_agree(by, row, at=at))
    _require_at(rules.agreed_in_fits(row, agreed_in, agreed_on, at=at), "agreed_on")
    row.term = write_term(body=row.body, party=row.party, starts_on=row.starts_on, by=by, at=at)
    row.state, row.agreed_in, row.agreed_on = Candidature.State.AGREED, agreed_in, agreed_on
    row.agreed_note, row.agreed_at, row.agreed_by = note or {}, at, by
    row.full_clean()
    row.save()
    _record("candidature.agreed", row, by=by, at=at)
    return row


@transaction.atomic
def withdraw_candidature(*, candidature: Candidature, why: Texts, by: Person, at: dt.datetime) -> Candidature:
    """Take a candidature back; where it was agreed, its term stands vacant until another is agreed."""
    row = _locked(candidature)
    require(rules.may_withdraw_candidature(by, row, at=at))
    term, row.term = row.term, None
    row.state, row.withdrawn_at, row.withdrawn_by, row.withdrawn_why = (
        Candidature.State.WITHDRAWN,
        at,
        by,
        why,
    )
    row.full_clean()
    row.save()
    if term is not None:
        write_term(body=row.body, party=None, starts_on=term.starts_on, by=by, at=at)
    _record("candidature.withdrawn", row, by=by, at=at)
    return row


@transaction.atomic
def seat_in_office(
    *, candidature: Candidature, people: Iterable[Person], role: Role, by: Person, at: dt.datetime
) -> list[Seat]:
    """Seat who will hold the office for the party agreed on; the seats give nothing until its term begins."""
    row = _locked(candidature)
    require(rules.may_seat_in_office(by, row, at=at))
    return [
        seat(person=one, party=row.party, body=row.body, role=role, by=by, at=at, until_on=row.ends_on + SEAT_LASTS_ON)
        for one in people
    ]  # fmt: skip
