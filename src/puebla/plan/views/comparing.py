"""Year on year: an edition on two days, and beside another edition."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.languages import show
from puebla.core.tables import export_of
from puebla.core.words import without_nul
from puebla.documents.views.lists import options
from puebla.members.querysets import Reach, reach_of, today
from puebla.plan.models import Commitment, Plan
from puebla.plan.models.commitments import Status
from puebla.plan.querysets.comparing import Moved, compared
from puebla.plan.querysets.progress import tree_of
from puebla.plan.querysets.rounds import Half, choices_of, half_named, half_of, halves_back, last_day
from puebla.plan.views.editions import plan_or_404

#: Half-years offered, and commitments shown on the page; files hold all.
OFFERED, MOST = 40, 200


@signed_in
@require_safe
def compare(request: PersonRequest, plan: str) -> HttpResponseBase:
    """An edition at the end of two half-years, a year apart unless others are chosen; and another edition beside it."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    row = plan_or_404(request, plan, reach)
    now = half_of(today(at))
    second = half_named(request.GET.get("to", "")) or now
    first = half_named(request.GET.get("from", "")) or (second[0] - 1, second[1])
    seen = Commitment.objects.visible_to(request.person, reach=reach).filter(plan=row)
    found = compared(seen, _day(first, at), _day(second, at))
    export = export_of(
        request, name=f"{row.code}-{_('comparison')}", header=_header(), rows=_cells(found.moved)
    )
    if export is not None:
        return export
    other = _other(request, row, reach)
    offered = [one for one in halves_back(today(at), OFFERED) if one >= half_of(row.from_on)] or [now]
    halves = choices_of(sorted({*offered, first, second}, reverse=True))
    context = {
        "plan": row, "found": found, "moved": found.moved[:MOST], "more": max(len(found.moved) - MOST, 0),
        "first": dict(halves)[_key(first)], "second": dict(halves)[_key(second)],
        "from_options": options(halves, _key(first)), "to_options": options(halves, _key(second)), "other": other,
        "others": options([(one.code, str(one)) for one in _others(request, row, reach)], other["plan"].code if other else ""),
        "sides": _sides(request, row, other, reach) if other else [],
    }  # fmt: skip
    return render(request, "plan/compare.html", context)


def _key(half: Half) -> str:
    return f"{half[0]}-{half[1]}"


def _day(half: Half, at: dt.datetime) -> dt.date:
    """The last day of the half-year, or today while it runs."""
    return min(last_day(half), today(at))


def _others(request: PersonRequest, plan: Plan, reach: Reach) -> Any:
    return Plan.objects.visible_to(request.person, reach=reach).exclude(pk=plan.pk)


def _other(request: PersonRequest, plan: Plan, reach: Reach) -> dict[str, Any] | None:
    """Another edition as it stands today."""
    code = without_nul(request.GET.get("with", ""))
    found = _others(request, plan, reach).at_address(code).first() if code else None
    if found is None:
        return None
    seen = Commitment.objects.visible_to(request.person, reach=reach).filter(plan=found)
    return {"plan": found, "standing": tree_of(seen).whole}


def _sides(
    request: PersonRequest, plan: Plan, other: dict[str, Any], reach: Reach
) -> list[tuple[str, Any, Any]]:
    """Both editions as they stand today, line by line."""
    seen = Commitment.objects.visible_to(request.person, reach=reach).filter(plan=plan)
    left, right = tree_of(seen).whole, other["standing"]
    lines: list[tuple[str, Any, Any]] = [(_("Commitments"), left.total, right.total)]
    lines += [
        (capfirst(str(one.label)), left.states[one], right.states[one])
        for one in Status
        if left.states[one] or right.states[one]
    ]
    lines.append((_("Progress"), _percent(left.progress), _percent(right.progress)))
    return lines


def _percent(value: int | None) -> str:
    return "—" if value is None else f"{value} %"


def _header() -> list[str]:
    return [
        _("Number"), _("Commitment"), _("Status before"), _("Status after"), _("Progress before (%)"), _("Progress after (%)"),
        _("Funded before"), _("Funded after"), _("Currency"),
    ]  # fmt: skip


def _cells(moved: list[Moved]) -> Iterator[list[Any]]:
    for one in moved:
        before, after = one.before, one.after
        yield [
            one.commitment.code, str(show(one.commitment.titles)), capfirst(before.status_name) if before else "",
            capfirst(after.status_name) if after else "", before.progress if before else None, after.progress if after else None,
            float(before.funded) if before and before.funded is not None else None,
            float(after.funded) if after and after.funded is not None else None, one.commitment.currency,
        ]  # fmt: skip
