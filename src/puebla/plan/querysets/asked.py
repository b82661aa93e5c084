"""Of which commitments which member states report."""

import datetime as dt
from collections.abc import Collection, Iterator
from types import SimpleNamespace
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from puebla.core.prepared import Prepared
from puebla.members.models import Party
from puebla.members.querysets import today
from puebla.members.querysets.prepared import PreparedForReader
from puebla.plan.models import Commitment, Involvement, Plan, Report
from puebla.plan.models.commitments import OVER
from puebla.texts.models import Paragraph


def pairs_asked(
    commitments: Any, parties: Collection[int], *, on: dt.date, over: bool = False
) -> Iterator[tuple[Commitment, int]]:
    """Each commitment with each of these parties that reports of it; four questions at most.

    Asked are the member states that lead a commitment or are partners in it, and all of them where it is of all; nothing of
    what is implemented or no longer pursued, and nothing before its first day.

    Args:
        commitments: a set that came through the gate. over: name also who reported of what is over, to be told so.
    """
    members = set(Party.objects.members(on=on).filter(pk__in=sorted(parties)).values_list("pk", flat=True))
    if not members:
        return
    asked = (
        commitments.exclude(from_on__gt=on)
        if over
        else commitments.exclude(status__in=OVER).exclude(from_on__gt=on)
    )
    rows = {one.pk: one for one in asked.select_related("plan__body", "plan__room")}
    named = Involvement.objects.filter(
        commitment__in=asked.order_by().values("pk"), party__in=sorted(members)
    )
    by_name: dict[int, set[int]] = {}
    for commitment, party in named.order_by().values_list("commitment_id", "party_id"):
        by_name.setdefault(commitment, set()).add(party)
    for key, one in rows.items():
        for party in sorted(members if one.all_members else by_name.get(key, ())):
            yield one, party


def reports_of(commitment: Commitment, party: Party, *, on: dt.date) -> bool:
    """Whether this party is asked to report of this commitment."""
    one = Commitment.objects.filter(pk=commitment.pk)
    return any(True for _pair in pairs_asked(one, {party.pk}, on=on))


# A party may be asked of hundreds at once: their keys ------------------------------------------------------------------


def _editions(person: Any, reach: Any, at: Any, since: Any) -> QuerySet[Any, Any]:
    """Editions on which members report at this instant, or did until lately."""
    seen = Plan.objects.visible_to(person, reach=reach).filter(from_on__lte=today(at)).order_by()
    return seen.filter(Q(state=Plan.State.IN_FORCE) | Q(over_at__gte=since))


def _asked(person: Any, reach: Any, at: Any, since: Any, parties: Any) -> QuerySet[Any, Any]:
    """Commitments on which any of these member states reports at this instant, or did until lately: nothing vanishes unanswered."""
    named = Involvement.objects.filter(party__in=parties).order_by()
    asked = Commitment.objects.filter(
        Q(all_members=True) | Q(pk__in=named.values("commitment")),
        plan__in=_editions(person, reach, at, since),
    )
    return asked.filter(~Q(status__in=sorted(OVER)) | Q(over_at__gte=since)).exclude(from_on__gt=today(at))


def _keys(person: Any, reach: Any, at: Any, since: Any, parties: Any, *begun: Any) -> QuerySet[Any, Any]:
    later = {
        f"later_{place}": ExpressionWrapper(
            Q(asked_from__gte=today(instant)) | Q(asked_from=None, created_at__gte=instant) | Q(from_on__gte=today(instant)),
            BooleanField(),
        ) for place, instant in enumerate(begun)
    }  # fmt: skip
    rows = _asked(person, reach, at, since, parties).annotate(**later).order_by("plan_id", "code_order")
    return rows.values_list("pk", "plan_id", "all_members", "over_at", *later)


def _given(
    person: Any, reach: Any, parties: Any, commitments: Any, year: Any, half: Any, since: Any
) -> QuerySet[Any, Any]:
    recent = ExpressionWrapper(Q(sent_at__gte=since), BooleanField())
    sent = Report.objects.visible_to(person, reach=reach).standing()
    told = sent.filter(Q(year__gt=year) | Q(year=year, half__gte=half), year__gte=year)
    # By the commitments: of a party there may be many reports on what is asked of it no more.
    rows = told.filter(commitment__in=commitments, party__in=parties).annotate(recent=recent)
    return rows.order_by().values_list("commitment_id", "party_id", "year", "half", "recent", "sent_at")


#: What a list shows of a commitment of which a report is asked.
SHOWN = (
    "pk", "ref", "plan_id", "code", "titles", "all_members", "paragraph_id", "created_at", "asked_from", "from_on", "over_at",
    "plan__code", "plan__body__code", "plan__room__sealed",
)  # fmt: skip


def _citable(person: Any, reach: Any, paragraphs: Any) -> QuerySet[Any, Any]:
    seen = Paragraph.objects.visible_to(person, reach=reach).filter(pk__in=paragraphs).order_by()
    return seen.values_list("pk", "text__symbol", "anchor")


#: (person, reach, at, since) → editions in force, or until since then, that the reader may know of, as far as reports depend on them.
editions_asking = PreparedForReader(
    lambda person, reach, at, since: (
        _editions(person, reach, at, since).order_by("pk").values("pk", "body_id", "report_days", "over_at")
    ),
    make=lambda row: SimpleNamespace(**row),
    kept=100,
)
#: (person, reach, at, since, parties that are members, commitments) → SHOWN of these.
these_asked = PreparedForReader(
    lambda person, reach, at, since, parties, keys: (
        _asked(person, reach, at, since, parties).filter(pk__in=keys).order_by().values(*SHOWN)
    ),
    make=lambda row: SimpleNamespace(**row),
    kept=4000,
)
#: (person, reach, paragraphs) → paragraph, symbol of its text, anchor; of those that the reader may know of.
paragraphs_cited = PreparedForReader(_citable)
#: (person, reach, at, since, parties that are members, instants) → key, edition, whether all members are asked, since when it is
#: over, and of each instant whether reports on the commitment are asked only since it or later.
keys_asked = PreparedForReader(_keys, raw=True)
#: (person, reach, parties, commitments, first year and half, since) → commitment, party, year, half, whether it was sent since, and when.
reports_given = PreparedForReader(_given, raw=True)
#: (at, parties) → those of them that are members then.
members_of = Prepared(
    lambda at, parties: (
        Party.objects.members(on=today(at)).filter(pk__in=parties).order_by().values_list("pk")
    )
)
#: (parties) → commitment and party of every part.
parts_of = Prepared(
    lambda parties: (
        Involvement.objects.filter(party__in=parties).order_by().values_list("commitment_id", "party_id")
    )
)


def commitments_named(refs: Collection[str]) -> dict[str, int]:
    """By reference, the key of each commitment; one question. For who passes the gate after."""
    rows = Commitment.objects.filter(ref__in=refs).order_by()
    return dict(rows.values_list("ref", "pk"))
