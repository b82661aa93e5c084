"""Reporting of a commitment: a draft that nothing is lost of, sent once and frozen; a later one replaces it."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.circulars.actions.holding import attach, keep_files, release
from puebla.circulars.models import HeldFile
from puebla.core import journal
from puebla.core.verdicts import RefusedError, StaleError, Verdict, require
from puebla.members.actions import openings
from puebla.members.models import Audience, Party
from puebla.members.querysets import Reach, reach_of, today
from puebla.plan import rules
from puebla.plan.actions.writing import locked_commitment
from puebla.plan.models import Commitment, Report, ReportFile
from puebla.plan.models.reports import OPENINGS
from puebla.plan.querysets.asked import reports_of
from puebla.plan.querysets.rounds import Half, first_day, key_of

#: What a report says; the rest is kept by the house.
FIELDS = ("done", "words", "next_steps", "evidence", "opens_to")


def verdict_on(reach: Reach, commitment: Commitment, party: Party, half: Half, *, at: dt.datetime) -> Verdict:
    """Whether this person may report for this party now."""
    asked = reports_of(commitment, party, on=today(at))
    return rules.may_report(reach, commitment, party, half, asked=asked, at=at)


@transaction.atomic
def save_draft(
    *, commitment: Commitment, party: Party, half: Half, values: Mapping[str, Any], by: Person, at: dt.datetime,
    held: Sequence[HeldFile] = (), dropped: Iterable[str] = (), revision: int = 0, token: str = "",
) -> Report:  # fmt: skip
    """Keep what was typed for the party alone, files too; it may be incomplete.

    Args:
        values: of `FIELDS`. held: uploads that are held. dropped: references of files that go.
        revision: of the draft that was seen; 0 where there was none. token: of a form that may come twice.

    Raises:
        RefusedError: where the rules refuse. StaleError: somebody of the same party saved meanwhile; nothing is written.
    """
    row = locked_commitment(commitment)
    if token and (done := sent_with(row, party, token)):
        release(held)
        return done
    require(verdict_on(reach_of(by, at), row, party, half, at=at))
    report = _draft_of(row, party, half)
    if revision != (report.revision if report else 0):
        raise StaleError(
            _(
                "%(who)s of your party saved this report meanwhile. What you typed is kept below: compare, then save again."
            )
            % {"who": report.changed_by if report else _("Somebody")}
        )
    report = report or _begin(row, party, half, by, at)
    for name in FIELDS:
        setattr(report, name, values[name])
    _require_opening(row, report.opens_to)
    report.changed_at, report.changed_by, report.revision = at, by, report.revision + 1
    report.save()
    attach(report.files, held, dropped, field="attached", at=at)
    journal.record(
        "party_report.drafted", at=at, person=by, subject=report, room=row.plan.room, party_code=party.code
    )
    return report


def _draft_of(commitment: Commitment, party: Party, half: Half) -> Report | None:
    drafts = Report.objects.select_for_update(of=("self",)).filter(
        commitment=commitment, party=party, state="draft"
    )
    return drafts.filter(year=half[0], half=half[1]).select_related("changed_by").first()


def _begin(commitment: Commitment, party: Party, half: Half, by: Person, at: dt.datetime) -> Report:
    """A new draft; it goes on from the report that stands, files included."""
    plan = commitment.plan
    draft = Report.objects.create(
        commitment=commitment, year=half[0], half=half[1], room=plan.room, room_cap=plan.room_cap, party=party,
        audience=Audience.OWN_PARTY, opens_to=min(Audience.MEMBERS, plan.room_cap), changed_at=at, changed_by=by, revision=0,
    )  # fmt: skip
    standing = (
        Report.objects.standing()
        .filter(commitment=commitment, party=party, year=half[0], half=half[1])
        .first()
    )
    keep_files(draft.files, standing.files.all() if standing else ())
    return draft


def _require_opening(commitment: Commitment, audience: int) -> None:
    if audience not in OPENINGS or audience > commitment.plan.room_cap:
        raise RefusedError(_("Choose who reads the report."), field="opens_to")


def sent_with(commitment: Commitment, party: Party, token: str) -> Report | None:
    """The report that this form made when it came before."""
    return (
        Report.objects.filter(commitment=commitment, party=party, token=token).exclude(state="draft").first()
    )


@transaction.atomic
def send_report(
    *, commitment: Commitment, party: Party, half: Half, token: str, by: Person, at: dt.datetime
) -> Report:
    """Send the party's draft: once for a token, frozen from then on, read by whom the party chose.

    Raises:
        RefusedError: where the rules refuse or something is missing; the draft stays.
    """
    row = locked_commitment(commitment)
    if done := sent_with(row, party, token):
        return done
    require(verdict_on(reach_of(by, at), row, party, half, at=at))
    report = _draft_of(row, party, half)
    if report is None:
        raise RefusedError(_("There is no draft to send. Fill in the form first."))
    _require_complete(report)
    own = Report.objects.filter(commitment=row, party=party, year=half[0], half=half[1])
    # What was replaced goes back to those who follow the reporting, whoever read it while it stood.
    own.standing().update(state=Report.State.REPLACED, audience=min(Audience.PRESIDENCY, row.plan.room_cap))
    report.number = (own.aggregate(last=Max("number"))["last"] or 0) + 1
    report.state, report.sent_at, report.sent_by, report.token = Report.State.SENT, at, by, token
    report.audience = report.opens_to
    report.save()
    journal.record(
        "party_report.sent", at=at, person=by, subject=report, room=row.plan.room, party_code=party.code,
        facts={"plan": row.plan.code, "code": row.code, "half": key_of(half), "number": report.number},
    )  # fmt: skip
    return report


@transaction.atomic
def enter_report(
    *, commitment: Commitment, party: Party, half: Half, given_on: dt.date, values: Mapping[str, Any], by: Person, at: dt.datetime
) -> Report:  # fmt: skip
    """Enter from the record a report that a party gave before the commitment was kept here; the half-year is the one it tells of.

    Args:
        values: of `FIELDS`; it is opened to the members at most: wider only its own party can choose.
    """
    row = locked_commitment(commitment)
    if not (verdict := rules.may_recall(reach_of(by, at), row, given_on)):
        raise RefusedError(verdict.reason, field="given_on")
    if given_on < first_day(half):
        raise RefusedError(
            _("It would have been given before the half-year that it tells of began."), field="given_on"
        )
    own = Report.objects.filter(commitment=row, party=party, year=half[0], half=half[1])
    if own.exclude(state=Report.State.DRAFT).exists():
        raise RefusedError(_("A report of this party on that half-year stands here already."), field="half")
    _require_opening(row, values["opens_to"])
    if values["opens_to"] > Audience.MEMBERS:
        raise RefusedError(
            _("Only its own party opens a report wider than to the members."), field="opens_to"
        )
    sent_at = timezone.make_aware(dt.datetime.combine(given_on, dt.time(12)))
    report = Report(
        commitment=row, party=party, year=half[0], half=half[1], number=1, state=Report.State.SENT, room=row.plan.room,
        room_cap=row.plan.room_cap, audience=values["opens_to"], sent_at=sent_at, sent_by=by, entered_at=at, changed_at=at,
        changed_by=by, **{name: values[name] for name in FIELDS},
    )  # fmt: skip
    _require_complete(report)
    report.save()
    journal.record(
        "party_report.entered", at=at, person=by, subject=report, room=row.plan.room, party_code=party.code,
        facts={"plan": row.plan.code, "code": row.code, "half": key_of(half), "party": party.code},
    )  # fmt: skip
    return report


def _require_complete(report: Report) -> None:
    if not report.done:
        raise RefusedError(_("Say how far you have come."), field="done")
    if not any(report.words.values()):
        raise RefusedError(_("Write in a sentence or two what was done, or why nothing was."), field="words")


def file_opened(*, file: ReportFile, by: Person, at: dt.datetime) -> None:
    """Journal that a file of a report is opened."""
    openings.file_opened(
        "party_report.file_opened",
        file_ref=file.ref,
        subject=file.report,
        facts={"name": file.name},
        by=by,
        at=at,
    )


def kept_keys(keys: list[str]) -> set[str]:
    """Which of these stored files a report holds."""
    return set(ReportFile.objects.filter(key__in=keys).order_by().values_list("key", flat=True))
