"""Writing an edition of the Plan of Action: its parts, objectives, commitments, actions and indicators."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core import journal
from puebla.core.verdicts import RefusedError, require, require_unchanged
from puebla.core.words import fold, order_of
from puebla.members.models import Audience, Body, Party
from puebla.members.querysets import reach_of, today
from puebla.plan import rules
from puebla.plan.actions.indexing import index_commitments, index_plan
from puebla.plan.models import Action, Commitment, Goal, Indicator, Involvement, Mark, Objective, Pillar, Plan
from puebla.plan.models.commitments import OVER, Status
from puebla.statistics.actions import ask_to_read
from puebla.statistics.rules import may_be_shown

# Editions ------------------------------------------------------------------------------------------------------------


@transaction.atomic
def begin_plan(
    *, code: str, body: Body, values: Mapping[str, Any], by: Person | None, at: dt.datetime
) -> Plan:
    """Begin an edition, reviewed by a body and lying in its room; a draft that the secretariat reads.

    Args:
        by: None for the system itself, which loads the editions that come with a process.
    """
    if by is not None:
        require(rules.may_keep(reach_of(by, at)))
    if Plan.objects.filter(code=code).exists():
        raise RefusedError(_("There is an edition “%(code)s” already.") % {"code": code}, field="code")
    party = Party.objects.get(kind=Party.Kind.SECRETARIAT)
    plan = Plan(
        code=code, body=body, room=body.room, room_cap=body.room.cap, party=party,
        audience=min(Audience.SECRETARIAT, body.room.cap), created_at=at, created_by=by, changed_at=at, changed_by=by,
        **values,
    )  # fmt: skip
    _require_order(plan.from_on, plan.until_on)
    plan.save()
    journal.record("plan.begun", at=at, person=by, subject=plan, room=plan.room)
    return plan


@transaction.atomic
def describe_plan(
    *, plan: Plan, values: Mapping[str, Any], revision: int, by: Person | None, at: dt.datetime
) -> Plan:
    """Change what an edition says of itself, and whether it is in force."""
    row = locked(plan)
    if by is not None:
        require(rules.may_describe(reach_of(by, at), row))
    require_unchanged(row, revision)
    before, since = row.state, row.in_force_on
    changed = _set(row, values)
    if row.is_in_force:
        row.over_at = None
    elif before == Plan.State.IN_FORCE:
        row.over_at = at
    _require_order(row.from_on, row.until_on)
    _come_into_force(row, changed, before, at)
    if row.state != Plan.State.DRAFT and not row.commitments.exists() and "state" in changed:
        raise RefusedError(
            _("There is nothing in this edition yet. Enter its commitments before it is put in force."),
            field="state",
        )
    if changed:
        _touch(row, by, at)
        if row.is_in_force and row.in_force_on != since:
            moved = row.commitments.all() if row.state != before else row.commitments.filter(asked_from=since)
            moved.update(asked_from=row.in_force_on)
        index_plan(row, at=at)
        journal.record(
            "plan.described", at=at, person=by, subject=row, room=row.room,
            facts={"changed": changed, "state": row.state},
        )  # fmt: skip
    return row


def _come_into_force(row: Plan, changed: list[str], before: str, at: dt.datetime) -> None:
    """Since when reports are asked: today, or the day that the history has; never of the time before the edition began."""
    if not row.is_in_force:
        return
    first = max(today(at), row.from_on)
    kept = row.in_force_on is not None and ("in_force_on" in changed or before != Plan.State.CLOSED)
    if not kept and row.in_force_on != first:
        row.in_force_on = first
        changed.append("in_force_on")
    assert row.in_force_on is not None  # noqa: S101 - set above; for the type checker
    if row.in_force_on < row.from_on:
        raise RefusedError(
            _("Nothing is reported of the time before the edition began. Choose a day from %(day)s on.")
            % {"day": date_format(row.from_on)},
            field="in_force_on",
        )
    if row.in_force_on > first:
        raise RefusedError(
            _("That day is still to come. Leave it empty: reports are asked from today on."),
            field="in_force_on",
        )


@transaction.atomic
def set_audience(*, plan: Plan, audience: int, by: Person | None, at: dt.datetime) -> Plan:
    """Open an edition wider, or less wide; everything in it follows, reports as far as their own party lets them."""
    row = locked(plan)
    if by is not None:
        require(rules.may_set_audience(reach_of(by, at), row, audience))
    before, row.audience = row.audience, audience
    _touch(row, by, at)
    index_plan(row, at=at)
    journal.record("plan.audience_changed", at=at, person=by, subject=row, room=row.room,
                   facts={"from": before, "to": audience})  # fmt: skip
    return row


def locked(plan: Plan) -> Plan:
    """The edition's row, locked until the transaction ends: one act on it after another."""
    found: Plan = (
        Plan.objects.select_for_update(of=("self",)).select_related("room", "body", "party").get(pk=plan.pk)
    )
    return found


def _touch(row: Plan | Commitment, by: Person | None, at: dt.datetime) -> None:
    row.changed_at, row.changed_by, row.revision = at, by, row.revision + 1
    row.save()


def _set(row: Any, values: Mapping[str, Any]) -> list[str]:
    """Give the row these values; the names of those that differ."""
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    return changed


def _require_order(first: dt.date | None, last: dt.date | None) -> None:
    if first is not None and last is not None and last < first:
        raise RefusedError(_("It would end before it begins. Change one of the two dates."), field="until")


def _open(plan: Plan, by: Person | None, at: dt.datetime) -> Plan:
    """The edition, locked, where this person may enter and change what stands in it."""
    row = locked(plan)
    if by is not None:
        require(rules.may_edit(reach_of(by, at), row))
    return row


# Parts and objectives ------------------------------------------------------------------------------------------------


@transaction.atomic
def add_pillar(
    *, plan: Plan, code: str, values: Mapping[str, Any], by: Person | None, at: dt.datetime
) -> Pillar:
    """Add a part at the end of the edition."""
    row = _open(plan, by, at)
    if row.pillars.filter(code=code).exists():
        raise RefusedError(_("This edition has a part “%(code)s” already.") % {"code": code}, field="code")
    number = (row.pillars.aggregate(last=Max("number"))["last"] or 0) + 1
    made = Pillar.objects.create(plan=row, code=code, number=number, **values)
    journal.record("plan.part_added", at=at, person=by, subject=row, room=row.room, facts={"part": code})
    return made


@transaction.atomic
def describe_pillar(
    *, pillar: Pillar, values: Mapping[str, Any], revision: int, by: Person | None, at: dt.datetime
) -> Pillar:
    """Change the name of a part, or the theme that it is."""
    plan = _open(pillar.plan, by, at)
    row = Pillar.objects.select_for_update(of=("self",)).get(pk=pillar.pk)
    require_unchanged(row, revision)
    if changed := _set(row, values):
        row.revision += 1
        row.save()
        index_plan(plan, at=at)
        journal.record("plan.part_described", at=at, person=by, subject=plan, room=plan.room,
                       facts={"part": row.code, "changed": changed})  # fmt: skip
    return row


@transaction.atomic
def add_objective(
    *, pillar: Pillar, values: Mapping[str, Any], by: Person | None, at: dt.datetime
) -> Objective:
    """Add an objective at the end of a part."""
    plan = _open(pillar.plan, by, at)
    number = (pillar.objectives.aggregate(last=Max("number"))["last"] or 0) + 1
    made = Objective.objects.create(pillar=pillar, number=number, **values)
    journal.record("plan.objective_added", at=at, person=by, subject=plan, room=plan.room,
                   facts={"objective": f"{pillar.number}.{number}"})  # fmt: skip
    return made


@transaction.atomic
def describe_objective(
    *, objective: Objective, values: Mapping[str, Any], revision: int, by: Person | None, at: dt.datetime
) -> Objective:
    """Change the name of an objective."""
    plan = _open(objective.pillar.plan, by, at)
    row = Objective.objects.select_for_update(of=("self",)).select_related("pillar").get(pk=objective.pk)
    require_unchanged(row, revision)
    if changed := _set(row, values):
        row.revision += 1
        row.save()
        index_plan(plan, at=at)
        journal.record("plan.objective_described", at=at, person=by, subject=plan, room=plan.room,
                       facts={"objective": f"{row.pillar.number}.{row.number}", "changed": changed})  # fmt: skip
    return row


# Commitments ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_commitment(
    *, objective: Objective, values: Mapping[str, Any], by: Person | None, at: dt.datetime,
    leads: Collection[Party] = (), partners: Collection[Party] = (), goals: Collection[Goal] = (),
) -> Commitment:  # fmt: skip
    """Enter a commitment under an objective; its number is its address for ever."""
    plan = _open(objective.pillar.plan, by, at)
    code = _next_code(plan, objective)
    row = Commitment(
        plan=plan, objective=objective, code=code, code_order=order_of(code)[:60], created_at=at, created_by=by,
        changed_at=at, changed_by=by, asked_from=today(at) if plan.is_in_force else None, **values,
    )  # fmt: skip
    _require_whole(row)
    row.progress = rules.progress_of(row.status, ())
    row.words = _words_of(row)
    row.save()
    _involve(row, leads, partners)
    row.goals.set(goals)
    _mark(row, by, at)
    index_commitments([row.pk], at=at)
    journal.record("commitment.entered", at=at, person=by, subject=row, room=plan.room,
                   facts={"plan": plan.code, "code": code})  # fmt: skip
    return row


def _next_code(plan: Plan, objective: Objective) -> str:
    """The next number under an objective; none is ever given twice."""
    head = f"{objective.pillar.number}.{objective.number}."
    given = Commitment.objects.filter(plan=plan, code__startswith=head).values_list("code", flat=True)
    return head + str(max((int(one.rpartition(".")[2]) for one in given), default=0) + 1)


@transaction.atomic
def describe_commitment(
    *, commitment: Commitment, values: Mapping[str, Any], revision: int, by: Person, at: dt.datetime,
    leads: Collection[Party] | None = None, partners: Collection[Party] = (), goals: Collection[Goal] | None = None,
) -> Commitment:  # fmt: skip
    """Change what a commitment says, who carries it, how far it has come; its number stays.

    Args:
        leads, goals: None leaves who carries it, or its goals, as they are.
    """
    plan = _open(commitment.plan, by, at)
    row = locked_commitment(commitment)
    require_unchanged(row, revision)
    before, changed = row.status, _set(row, values)
    _require_whole(row)
    if leads is not None and _involve(row, leads, partners):
        changed.append("parties")
    if goals is not None and set(row.goals.values_list("pk", flat=True)) != {one.pk for one in goals}:
        row.goals.set(goals)
        changed.append("goals")
    if changed:
        if row.status not in OVER:
            row.over_at = None
        elif before not in OVER:
            row.over_at = at if plan.in_force_on is not None else None
        _count_anew(row)
        row.words = _words_of(row)
        _touch(row, by, at)
        _mark(row, by, at)
        index_commitments([row.pk], at=at)
        journal.record("commitment.described", at=at, person=by, subject=row, room=plan.room,
                       facts={"plan": plan.code, "code": row.code, "changed": changed, "status": row.status})  # fmt: skip
    return row


def locked_commitment(commitment: Commitment) -> Commitment:
    """The commitment's row, locked until the transaction ends."""
    rows = Commitment.objects.select_for_update(of=("self",)).select_related("plan__room", "plan__body")
    found: Commitment = rows.get(pk=commitment.pk)
    return found


def _require_whole(row: Commitment) -> None:
    """Stop at what cannot be kept: an end before the beginning, money without its currency."""
    _require_order(row.from_on, row.until_on)
    for name in ("budget", "funded"):
        amount = getattr(row, name)
        if amount is not None and amount < 0:
            raise RefusedError(_("An amount is not below nought."), field=name)
    if (row.budget is not None or row.funded is not None) and not row.currency:
        raise RefusedError(_("Say in which currency: three letters, such as USD."), field="currency")


def _words_of(row: Commitment) -> str:
    # The paragraph that ordered it is left out: not everybody who reads the plan may know of it.
    return fold(" ".join([row.code, *row.titles.values(), row.cites]))


def _involve(row: Commitment, leads: Collection[Party], partners: Collection[Party]) -> bool:
    """Write who leads and who are partners; whether that changed. Who leads is no partner too."""
    wanted = {one.pk: Involvement.Part.PARTNER for one in partners} | {
        one.pk: Involvement.Part.LEAD for one in leads
    }
    standing = dict(row.involvements.order_by().values_list("party_id", "part"))
    if standing == wanted:
        return False
    row.involvements.all().delete()
    Involvement.objects.bulk_create(
        Involvement(commitment=row, party_id=party, part=part) for party, part in sorted(wanted.items())
    )
    return True


def _count_anew(row: Commitment) -> None:
    row.progress = rules.progress_of(row.status, row.actions.values_list("state", flat=True))


def _mark(row: Commitment, by: Person | None, at: dt.datetime) -> None:
    """Keep how it stands from now on, where that differs from how it stood."""
    facts = {name: getattr(row, name) for name in ("status", "progress", "budget", "funded")}
    last = row.marks.order_by("-at", "-pk").values(*facts).first()
    if last != facts:
        Mark.objects.create(commitment=row, at=at, by=by, **facts)


@transaction.atomic
def recall_standing(
    *, commitment: Commitment, on: dt.date, values: Mapping[str, Any], by: Person, at: dt.datetime
) -> Mark:
    """Enter from the record how a commitment stood on a day before it was kept here, so that years can be compared.

    Args:
        values: status, and progress, budget, funded as far as they are known.
    """
    plan = _open(commitment.plan, by, at)
    row = locked_commitment(commitment)
    if not (verdict := rules.may_recall(reach_of(by, at), row, on)):
        raise RefusedError(verdict.reason, field="on")
    facts = {name: values.get(name) for name in ("progress", "budget", "funded")}
    if facts["progress"] is None or values["status"] == Status.DROPPED:
        facts["progress"] = rules.progress_of(values["status"], ())
    midnight = timezone.make_aware(dt.datetime.combine(on, dt.time()))
    made = Mark.objects.create(
        commitment=row, at=midnight, by=by, entered_at=at, status=values["status"], **facts
    )
    journal.record("commitment.recalled", at=at, person=by, subject=row, room=plan.room,
                   facts={"plan": plan.code, "code": row.code, "on": on, "status": made.status})  # fmt: skip
    return made


# Actions of a commitment ---------------------------------------------------------------------------------------------


@transaction.atomic
def add_action(
    *, commitment: Commitment, values: Mapping[str, Any], by: Person | None, at: dt.datetime
) -> Action:
    """Add an action at the end of a commitment."""
    plan = _open(commitment.plan, by, at)
    row = locked_commitment(commitment)
    rank = (row.actions.aggregate(last=Max("rank"))["last"] or 0) + 1
    made = Action.objects.create(commitment=row, rank=rank, **values)
    _after_action(row, by, at)
    journal.record("action.entered", at=at, person=by, subject=made, room=plan.room,
                   facts={"plan": plan.code, "code": row.code})  # fmt: skip
    return made


@transaction.atomic
def describe_action(
    *, action: Action, values: Mapping[str, Any], revision: int, by: Person, at: dt.datetime
) -> Action:
    """Change an action, how far it has come before all."""
    plan = _open(action.commitment.plan, by, at)
    commitment = locked_commitment(action.commitment)
    row = Action.objects.select_for_update(of=("self",)).get(pk=action.pk)
    require_unchanged(row, revision)
    if changed := _set(row, values):
        row.revision += 1
        row.save()
        _after_action(commitment, by, at)
        journal.record("action.described", at=at, person=by, subject=row, room=plan.room,
                       facts={"plan": plan.code, "code": commitment.code, "changed": changed, "state": row.state})  # fmt: skip
    return row


def _after_action(row: Commitment, by: Person | None, at: dt.datetime) -> None:
    _count_anew(row)
    _touch(row, by, at)
    _mark(row, by, at)
    index_commitments([row.pk], at=at)


# Indicators ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_indicator(
    *, commitment: Commitment, values: Mapping[str, Any], by: Person | None, at: dt.datetime
) -> Indicator:
    """Measure a commitment by the cell of a dataflow; its figure is read from releases."""
    plan = _open(commitment.plan, by, at)
    row = locked_commitment(commitment)
    _require_new_cell(row, values)
    _require_a_cell(values["dataflow"], values["key"])
    rank = (row.indicators.aggregate(last=Max("rank"))["last"] or 0) + 1
    made = Indicator.objects.create(commitment=row, rank=rank, created_at=at, created_by=by, **values)
    ask_to_read()
    journal.record("indicator.entered", at=at, person=by, subject=made, room=plan.room,
                   facts={"plan": plan.code, "code": row.code, "dataflow": made.dataflow, "key": made.key})  # fmt: skip
    return made


def _require_a_cell(dataflow: str, key: str) -> None:
    """Whether a release holds it is not asked: a figure may be awaited."""
    if not (verdict := may_be_shown(dataflow, key)):
        raise RefusedError(verdict.reason, field="key")


def _require_new_cell(
    commitment: Commitment, values: Mapping[str, Any], but: Indicator | None = None
) -> None:
    same = commitment.indicators.filter(dataflow=values["dataflow"], key=values["key"])
    if same.exclude(pk=but.pk if but else None).exists():
        raise RefusedError(_("This commitment is measured by that series already."), field="key")


@transaction.atomic
def describe_indicator(
    *, indicator: Indicator, values: Mapping[str, Any], revision: int, by: Person, at: dt.datetime
) -> Indicator:
    """Change an indicator; where it names another cell, that one is read."""
    plan = _open(indicator.commitment.plan, by, at)
    row = Indicator.objects.select_for_update(of=("self",)).select_related("commitment").get(pk=indicator.pk)
    require_unchanged(row, revision)
    _require_new_cell(row.commitment, values, row)
    if changed := _set(row, values):
        if {"dataflow", "key"} & set(changed):
            _require_a_cell(row.dataflow, row.key)
            ask_to_read()
        row.revision += 1
        row.save()
        journal.record("indicator.described", at=at, person=by, subject=row, room=plan.room,
                       facts={"plan": plan.code, "code": row.commitment.code, "changed": changed})  # fmt: skip
    return row
