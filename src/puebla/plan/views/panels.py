"""What the Plan of Action shows on other rooms' pages: what is to be reported, and what a paragraph ordered."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from puebla.accounts.models import Person
from puebla.core.registry import Reference
from puebla.members.querysets import MEMBERS, Reach, today
from puebla.members.querysets.prepared import PreparedForReader
from puebla.plan.models import Commitment, Plan, Report
from puebla.plan.models.commitments import OVER
from puebla.plan.querysets.rounds import half_of, rounds_of

ON_THE_DESK = 5


def to_report(person: Person, reach: Reach) -> dict[str, object] | None:
    """Commitments on which the reader's member state has not reported this half-year; None where there is none."""
    if reach.rung != MEMBERS or reach.secretariat or reach.is_empty:
        return None
    at = timezone.now()
    half = half_of(today(at))
    keys = [key for (key,) in _waiting.rows(person, reach, half[0], half[1], at)]
    if not keys:
        return None
    shown = Commitment.objects.visible_to(person, reach=reach).filter(pk__in=keys[:ON_THE_DESK])
    rows = list(shown.select_related("plan").order_by("plan", "code_order"))
    plans = list(Plan.objects.visible_to(person, reach=reach).filter(pk__in={one.plan_id for one in rows}))
    rounds = rounds_of(plans, [half])
    context = {
        "rows": [{"commitment": one, "round": rounds[one.plan_id][half], "late": rounds[one.plan_id][half].due.is_over(at)} for one in rows],
        "more": len(keys) > ON_THE_DESK,
    }  # fmt: skip
    return {"template": "plan/desk.html", "context": context}


def _waiting_keys(person: Person, reach: Reach, year: Any, half: Any, at: Any) -> Any:
    """Keys of the commitments that the reader's parties report on and have not yet."""
    mine = sorted(reach.parties)
    sent = Report.objects.filter(
        commitment=OuterRef("pk"), party__in=mine, state="sent", year=year, half=half
    )
    seen = Commitment.objects.visible_to(person, reach=reach).filter(plan__state="in_force")
    # A party has one part in a commitment at most, yet a person may sit for several.
    asked = seen.filter(Q(all_members=True) | Q(Exists(_parts_of(mine)))).exclude(status__in=sorted(OVER))
    begun = asked.filter(Q(from_on=None) | Q(from_on__lte=at), plan__from_on__lte=at)
    return begun.filter(~Exists(sent)).order_by("plan", "code_order").values_list("pk")[: ON_THE_DESK + 1]


def _parts_of(parties: list[int]) -> Any:
    from puebla.plan.models import Involvement

    return Involvement.objects.filter(commitment=OuterRef("pk"), party__in=parties)


_waiting = PreparedForReader(_waiting_keys)


def ordered_by(person: Person, topic: str, references: Sequence[str]) -> Iterator[Reference]:
    """Commitments that these paragraphs ordered, with a title where the person asking may know of them."""
    if topic != "paragraph":
        return
    asked = Q(pk__in=[])
    for one in references:
        text, _hash, anchor = one.partition("#")
        asked |= Q(paragraph__text__ref=text, paragraph__anchor=anchor)
    seen = {one.pk: one for one in Commitment.objects.visible_to(person).filter(asked).select_related("plan")}
    # That something cites it is told of all: what it is, only to who may know.
    for key in Commitment.objects.filter(asked).order_by("pk").values_list("pk", flat=True):
        known = seen.get(key)
        if known is None:
            yield Reference()
        else:
            yield Reference(str(known), reverse("plan:commitment", args=[known.plan.code, known.code]))
