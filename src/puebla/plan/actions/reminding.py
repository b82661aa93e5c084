"""Reminders of reports that are due, half-yearly before the meeting of the body that reviews the edition."""

import datetime as dt
from collections import Counter

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from puebla.accounts.models import Person
from puebla.core import registry
from puebla.core.languages import show
from puebla.core.mail import letter, post_all
from puebla.core.models import OutgoingMail
from puebla.members.models import Party
from puebla.members.querysets import Reach, reach_of, reaches, today
from puebla.notices.actions import stopped_by
from puebla.notices.actions.hours import digest_is_due
from puebla.notices.actions.messages import absolute, message_id_of, stop_kind_address
from puebla.plan.models import Commitment, Plan, Report
from puebla.plan.querysets.asked import pairs_asked
from puebla.plan.querysets.rounds import Round, first_day, half_named, half_of, is_asked_of, rounds_of
from puebla.plan.rules import reporting_parties

#: The name of this kind of mail, which one click ends; and what its messages are about.
SOURCE, ABOUT = "plan", "plan_report"
#: So many days before reports are due, the nearest first; no sooner than the half-year has begun.
AHEAD = (7, 30)
#: Where the chore did not run on the day it still does on one of these.
WITHIN = 3


def remind(*, at: dt.datetime) -> int:
    """In the morning remind who reports for the members that have not, once on each of these days; how many messages."""
    if not digest_is_due(at):
        return 0
    half = half_of(today(at))
    plans = list(
        Plan.objects.in_force()
        .filter(from_on__lte=today(at))
        .select_related("body", "room", "party")
        .order_by("pk")
    )
    rounds = rounds_of(plans, [half])
    due = [(one, rounds[one.pk][half]) for one in plans]
    return sum(_remind_of(one, round_, step, at) for one, round_ in due if (step := _step(round_, today(at))))


def _step(round_: Round, on: dt.date) -> int:
    """How many days ahead one is to be reminded today; none where it is nought."""
    if round_.due.on is None or on > round_.due.last_day:
        return 0
    for days in AHEAD:
        begins = max(round_.due.on - dt.timedelta(days=days), first_day((round_.year, round_.half)))
        if begins <= on < begins + dt.timedelta(days=WITHIN):
            return days
    return 0


@transaction.atomic
def _remind_of(plan: Plan, round_: Round, step: int, at: dt.datetime) -> int:
    waiting = waiting_of(plan, round_, at)
    names = {one.pk: one for one in Party.objects.filter(pk__in=sorted(waiting))}
    told = [
        (key, names[party])
        for key, reach in reaches(None, at).items()
        for party in sorted(_reports_for(reach, plan) & waiting.keys())
    ]
    people = Person.objects.filter(pk__in=sorted({key for key, _party in told}), is_active=True).in_bulk()
    stopped = stopped_by(SOURCE)
    letters = [
        _letter(plan, round_, party, waiting[party.pk], people[key], step, at)
        for key, party in told
        if key in people and key not in stopped
    ]
    # One that was written already stays as it is.
    known = set(
        OutgoingMail.objects.filter(message_id__in=[one.message_id for one in letters]).values_list(
            "message_id", flat=True
        )
    )
    post_all([one for one in letters if one.message_id not in known])
    return len(letters) - len(known)


def waiting_of(plan: Plan, round_: Round, at: dt.datetime) -> Counter[int]:
    """By party, of how many commitments it is asked to report for this half-year and has not; five questions.

    What the party said does not apply to it waits no more.
    """
    half = (round_.year, round_.half)
    members = set(Party.objects.members(on=today(at)).order_by().values_list("pk", flat=True))
    sent = set(
        Report.objects.standing()
        .filter(commitment__plan=plan, year=half[0], half=half[1])
        .order_by()
        .values_list("commitment_id", "party_id")
    )
    aside = {pair for source in registry.asks_aside for pair in source(SOURCE, members)}
    found: Counter[int] = Counter()
    for one, party in pairs_asked(Commitment.objects.filter(plan=plan), members, on=today(at)):
        if (
            is_asked_of(one, half)
            and (one.pk, party) not in sent
            and (f"{one.ref}.{round_.key}", party) not in aside
        ):
            found[party] += 1
    return found


def _reports_for(reach: Reach, plan: Plan) -> frozenset[int]:
    return reporting_parties(reach) if reach.covers(plan) else frozenset()


def _letter(
    plan: Plan, round_: Round, party: Party, count: int, person: Person, step: int, at: dt.datetime
) -> OutgoingMail:
    with translation.override(person.language):
        return letter(
            to=person.email, **_words(plan, round_, party, count, person), at=at, language=person.language,
            message_id=message_id_of("plan", plan.code, round_.key, party.code, str(step), person.ref),
            stop_url=stop_kind_address(person, SOURCE), about=f"{ABOUT}:{plan.code}:{round_.key}:{party.code}",
        )  # fmt: skip


def _words(plan: Plan, round_: Round, party: Party, count: int, person: Person) -> dict[str, str]:
    """Subject and text, in the language now active; of a sealed room not even a title."""
    sealed = plan.room.sealed
    lines = [
        ngettext(
            "%(party)s has not reported yet on %(count)d commitment: %(plan)s, %(half)s.",
            "%(party)s has not reported yet on %(count)d commitments: %(plan)s, %(half)s.",
            count,
        )
        % {
            "party": party, "count": count, "half": round_.name,
            "plan": _("an edition of a sealed room") if sealed else show(plan.titles),
        },
        _("Reports are due by: %(due)s.") % {"due": round_.due.in_words()},
    ]  # fmt: skip
    if round_.meeting_titles and not sealed:
        lines.append(_("They are for: %(meeting)s.") % {"meeting": show(round_.meeting_titles)})
    page = f"{absolute('intranet:asks-party', party.code)}?kind=report&state=waiting"
    stop = _("No more reminders of this kind, with one click:")
    return {
        "subject": _("Reports are due by %(due)s") % {"due": round_.due.in_words()},
        "body": f"{person.full_name},\n\n{' '.join(lines)}\n{page}\n\n{stop}\n{stop_kind_address(person, SOURCE)}\n",
    }


def mail_now(ref: str, mail: OutgoingMail, at: dt.datetime) -> dict[str, str] | None:
    """What a reminder that waited says now; None where nothing waits any more, or its reader reports no longer."""
    code, _colon, rest = ref.partition(":")
    key, _colon, party_code = rest.partition(":")
    half, person = half_named(key), Person.objects.with_address(mail.recipient).filter(is_active=True).first()
    if half is None or person is None or person.pk in stopped_by(SOURCE):
        return None
    plan = Plan.objects.in_force().at_address(code).select_related("body", "room", "party").first()
    party = Party.objects.filter(code=party_code).first()
    if plan is None or party is None or party.pk not in _reports_for(reach_of(person, at), plan):
        return None
    round_ = rounds_of([plan], [half])[plan.pk][half]
    count = waiting_of(plan, round_, at)[party.pk]
    if not count:
        return None
    with translation.override(person.language):
        return _words(plan, round_, party, count, person)
