"""A meeting's programme shown to the public, and taken back."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core import journal
from puebla.core.languages import Texts
from puebla.core.verdicts import RefusedError, StaleError, require
from puebla.meetings.models import Convening, ProgrammeRelease
from puebla.meetings.querysets.public import Choice, digest_of, offer_of, subset_of
from puebla.meetings.rules import releases as rules
from puebla.members.querysets import reach_of
from puebla.publications.actions import programmes as publications


@transaction.atomic
def release_programme(
    *, convening: Convening, choice: Choice, seen: str, by: Person, at: dt.datetime
) -> ProgrammeRelease:
    """Copy what was chosen to the public site, in place of what stood there.

    Args:
        seen: the digest of what the person was shown (`querysets.public.digest_of`).

    Raises:
        StaleError: something changed since; nothing becomes public unseen.
    """
    row = Convening.objects.locked(convening)
    reach = reach_of(by, at)
    require(rules.may_release(reach, row))
    offer = offer_of(row, by, reach)
    facts = subset_of(row, offer, choice)
    if digest_of(facts) != seen:
        raise StaleError(
            _("The meeting was changed since you looked at it. See below what would become public now, then release it.")
        )  # fmt: skip
    if not facts["items"] and not facts["sessions"] and not facts["participants"]:
        raise RefusedError(
            _("Nothing was chosen. Choose at least one item or session, or withdraw the programme.")
        )
    publications.publish_programme(symbol=row.symbol, facts=facts, at=at)
    kept, _made = ProgrammeRelease.objects.update_or_create(
        convening=row,
        defaults={
            "items": [one["ref"] for one in facts["items"]], "sessions": [one["ref"] for one in facts["sessions"]],
            "offered": offer.refs, "participants": choice.participants, "released_at": at, "released_by": by,
            "withdrawn_at": None, "withdrawn_by": None,
        },
    )  # fmt: skip
    journal.record("programme.released", at=at, person=by, subject=row, room=row.meeting.body.room,
                   facts={"items": len(facts["items"]), "sessions": len(facts["sessions"]),
                          "participants": choice.participants})  # fmt: skip
    return kept


@transaction.atomic
def withdraw_programme(*, convening: Convening, reason: Texts, by: Person, at: dt.datetime) -> None:
    """Take the programme away from the public; its place says so, and why. The meeting's record stays public."""
    row = Convening.objects.locked(convening)
    require(rules.may_withdraw(reach_of(by, at), row))
    if not any(reason.values()):
        raise RefusedError(
            _("Give the reason in one language at least: the public reads it."), field="reason"
        )
    publications.withdraw_programme(symbol=row.symbol, reason=reason, at=at)
    ProgrammeRelease.objects.filter(convening=row).update(withdrawn_at=at, withdrawn_by=by)
    journal.record("programme.withdrawn", at=at, person=by, subject=row, room=row.meeting.body.room,
                   facts={"reason": reason})  # fmt: skip
