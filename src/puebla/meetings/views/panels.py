"""What the desk asks of who names delegations, and of who accredits them."""

from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from puebla.accounts.models import Person
from puebla.meetings.models import Convening, Delegate, Delegation
from puebla.meetings.querysets.delegations import ACTIVE, STANDINGS, invited_standings
from puebla.meetings.rules import delegations as rules
from puebla.members.models import Party
from puebla.members.querysets import Reach, today
from puebla.members.rules import convenes


def delegations(person: Person, reach: Reach) -> dict[str, object] | None:
    """Meetings convened for which one's party has named nobody, no head or sent no letter; and what waits for accreditation."""
    seen = Convening.objects.visible_to(person, reach=reach).filter(state__in=["convened", "in_session"])
    meetings = list(
        seen.coming(on=today(reach.at or timezone.now())).select_related("meeting__body__room")[:10]
    )
    if not meetings:
        return None
    naming = {one.pk: rules.named_by(reach, [one]) for one in meetings}
    asked = _asked(person, reach, meetings, naming) if any(naming.values()) else []
    waiting = _waiting(person, reach, meetings) if convenes(reach) else []
    if not asked and not waiting:
        return None
    return {"template": "meetings/desk_delegations.html", "context": {"asked": asked, "waiting": waiting}}


def _asked(
    person: Person, reach: Reach, meetings: list[Convening], naming: dict[int, set[int]]
) -> list[dict[str, Any]]:
    """Of each meeting and party what is missing; two questions."""
    parties: list[Any] = list(
        Party.objects.standing(STANDINGS, on=today(reach.at or timezone.now())).filter(
            pk__in=set().union(*naming.values())
        )
    )
    named = Count("delegates", filter=Q(delegates__state__in=ACTIVE))
    headed = Count("delegates", filter=Q(delegates__state__in=ACTIVE, delegates__role="head"))
    held = {
        (one.convening_id, one.party_id): one
        for one in Delegation.objects.visible_to(person, reach=reach)
        .filter(convening__in=meetings, party__in=parties).annotate(named=named, headed=headed)
    }  # fmt: skip
    found = []
    for meeting in meetings:
        for party in parties:
            if party.pk not in naming[meeting.pk]:
                continue
            row = held.get((meeting.pk, party.pk))
            if row is None and party.standing_kind not in invited_standings(meeting):
                continue
            member = party.standing_kind == "member"
            missing = {
                "people": row is None or not row.named, "head": member and row is not None and row.named and not row.headed,
                "letter": member and (row is None or row.letter_at is None),
            }  # fmt: skip
            if any(missing.values()):
                found.append({"convening": meeting, "party": party, **missing})
    return found


def _waiting(person: Person, reach: Reach, meetings: list[Convening]) -> list[dict[str, Any]]:
    """How many wait for accreditation, by meeting; one question."""
    seen = Delegate.objects.visible_to(person, reach=reach).filter(convening__in=meetings, state="nominated")
    counts = dict(seen.order_by().values_list("convening_id").annotate(n=Count("pk")))
    return [{"convening": one, "count": counts[one.pk]} for one in meetings if one.pk in counts]
