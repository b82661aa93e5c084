"""May it be done to the Plan of Action, and why not; and how progress is counted."""

import datetime as dt
from collections.abc import Iterable

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from puebla.core.verdicts import ALLOWED, Verdict, refused
from puebla.members.models import Audience, Party, Permission
from puebla.members.querysets import Reach, today
from puebla.members.rules import edits_lists
from puebla.plan.models import Action, Commitment, Plan, PlanRelease
from puebla.plan.models.commitments import OVER, Status
from puebla.plan.querysets.rounds import Half, half_of, halves_back, name_of

#: The half-year that runs and the one before it are reported on.
REPORTED = 2

# Editing -------------------------------------------------------------------------------------------------------------


def may_keep(reach: Reach) -> Verdict:
    """Begin an edition of the plan."""
    return ALLOWED if edits_lists(reach) else refused(_("The Plan of Action is kept by the secretariat."))


def may_describe(reach: Reach, plan: Plan) -> Verdict:
    """Change what an edition says of itself, and whether it is in force."""
    return may_keep(reach) if reach.covers(plan) else refused(_("There is no such edition."))


def may_edit(reach: Reach, plan: Plan) -> Verdict:
    """Enter and change what stands in an edition."""
    kept = may_describe(reach, plan)
    if not kept:
        return kept
    if plan.state == Plan.State.CLOSED:
        return refused(
            _("This edition is closed: what stands in it is history. Put it in force again first.")
        )
    return ALLOWED


def may_set_audience(reach: Reach, plan: Plan, audience: int) -> Verdict:
    """Make an edition readable to this audience."""
    kept = may_describe(reach, plan)
    if not kept:
        return kept
    if audience < Audience.SECRETARIAT:
        return refused(_("The secretariat keeps the plan and reads it."))
    if audience > plan.room_cap:
        return refused(
            _("“%(room)s” never opens wider than “%(cap)s”.")
            % {"room": plan.room, "cap": Audience(plan.room_cap).label}
        )
    return ALLOWED


# Reporting -----------------------------------------------------------------------------------------------------------


def reporting_parties(reach: Reach) -> frozenset[int]:
    """The parties in whose name the person may report."""
    return frozenset(party for one, party, _room in reach.permissions if one == Permission.FILE_OWN)


def may_report(
    reach: Reach, commitment: Commitment, party: Party, half: Half, *, asked: bool, at: dt.datetime
) -> Verdict:
    """Report of a commitment for a party and a half-year; late reports are taken until the next half-year is over."""
    if party.pk not in reach.parties or not reach.covers(commitment.plan):
        return refused(_("Only people who sit for %(party)s report for it.") % {"party": party})
    if party.pk not in reporting_parties(reach):
        return refused(
            _("Your seat does not include writing for %(party)s; ask its focal point.") % {"party": party}
        )
    if not commitment.plan.is_in_force:
        return refused(_("This edition is not in force: nothing is reported on it."))
    if commitment.status in OVER:
        return refused(
            _("This commitment is “%(status)s”: nothing more is reported of it.")
            % {"status": Status(commitment.status).label}
        )
    if not asked:
        return refused(_("%(party)s has no part in this commitment.") % {"party": party})
    if half not in halves_back(today(at), REPORTED):
        return refused(_may_not_yet_or_no_longer(half, at))
    return ALLOWED


def _may_not_yet_or_no_longer(half: Half, at: dt.datetime) -> str:
    words = (
        _("The %(half)s has not begun.")
        if half > half_of(today(at))
        else _("The %(half)s can no longer be reported on.")
    )
    return words % {"half": name_of(*half)}


def may_recall(reach: Reach, commitment: Commitment, on: dt.date) -> Verdict:
    """Enter from the record what was so on a day before the commitment was kept here; since then it is kept by itself."""
    kept = may_edit(reach, commitment.plan)
    if not kept:
        return kept
    begun = today(commitment.created_at)
    if on >= begun:
        return refused(
            _("Since %(day)s this commitment is kept here, with all that is done. Choose an earlier day.")
            % {"day": date_format(begun)}
        )
    return ALLOWED


# The public tracker --------------------------------------------------------------------------------------------------


def may_release(reach: Reach, plan: Plan) -> Verdict:
    """Show the public what was chosen of an edition, or show it anew."""
    if not reach.secretariat or not reach.may(Permission.RELEASE):
        return refused(_("Releasing to the public is done by the secretariat."))
    if plan.room.sealed or plan.room_cap < Audience.PUBLIC:
        return refused(_("Nothing of “%(room)s” can become public.") % {"room": plan.room})
    if plan.state == Plan.State.DRAFT:
        return refused(_("This edition is a draft. Put it in force before the public sees it."))
    return ALLOWED


def may_withdraw(reach: Reach, plan: Plan) -> Verdict:
    """Take the tracker of an edition back from the public."""
    if not reach.secretariat or not reach.may(Permission.RELEASE):
        return refused(_("Withdrawing from the public is done by the secretariat."))
    if not PlanRelease.objects.filter(plan=plan, withdrawn_at=None).exists():
        return refused(_("This edition is not on the public site."))
    return ALLOWED


# Progress ------------------------------------------------------------------------------------------------------------

#: What a commitment without actions counts for, and an action of one that has some, in per cent; what is missing does not count.
WORTH = {
    Status.PLANNED: 0, Status.UNDER_WAY: 50, Status.NEEDS_FUNDING: 0, Status.ON_HOLD: 0, Status.DONE: 100,
}  # fmt: skip
WORTH_OF_ACTION = {Action.State.PLANNED: 0, Action.State.UNDER_WAY: 50, Action.State.DONE: 100}


def progress_of(status: str, actions: Iterable[str]) -> int | None:
    """How far a commitment has come, in per cent; None for what is no longer pursued: it counts nowhere.

    What is implemented counts whole. Else, where it has actions, the share of them that is done, one under way counting
    half and a dropped one not at all; where it has none, what its status is worth. An objective, a part, an edition has
    the mean of its commitments, each counting once (decision record “Progress is counted from commitments”).

    >>> progress_of("under_way", ["done", "under_way", "dropped"]), progress_of("planned", []), progress_of("dropped", [])
    (75, 0, None)
    """
    if status == Status.DROPPED:
        return None
    if status == Status.DONE:
        return 100
    counted = [WORTH_OF_ACTION[Action.State(one)] for one in actions if one != Action.State.DROPPED]
    if counted:
        return round(sum(counted) / len(counted))
    return WORTH[Status(status)]
