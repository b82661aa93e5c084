"""What the public reads of an edition: chosen, counted, released in one act, withdrawn."""

from typing import Any

from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from puebla.accounts.views import PersonRequest, carried, signed_in
from puebla.core.models import Process
from puebla.core.words import without_nul
from puebla.documents.forms import language_name
from puebla.members.querysets import reach_of
from puebla.plan import rules
from puebla.plan.actions import releasing as actions
from puebla.plan.models import Commitment, PlanRelease
from puebla.plan.querysets.public import chosen_facts, digest_of
from puebla.plan.views.editions import plan_or_404
from puebla.publications.models import PublicCommitment, PublicPlan
from puebla.publications.views.plans import shown


@signed_in
def public(request: PersonRequest, plan: str) -> HttpResponseBase:
    """Choose what the public sees, see what would change, and release it in one act."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    row = plan_or_404(request, plan, reach)
    if not rules.may_keep(reach):
        raise Http404
    release = PlanRelease.objects.filter(plan=row).first()
    offered = list(
        Commitment.objects.visible_to(request.person, reach=reach).filter(plan=row).order_by("code_order")
    )
    chosen, money = _chosen(request, offered, release)
    if request.method == "POST":
        done = carried(
            request,
            lambda: actions.release_plan(
                plan=row, commitments=chosen, money=money, seen=request.POST.get("seen", ""), reason=_reason(request),
                by=request.person, at=at,
            ),
            _("Released: the public reads it on the portal."),
        )  # fmt: skip
        if done:
            return redirect("plan:public", row.code)
    facts = chosen_facts(row, chosen, request.person, reach, money=money, at=at)
    standing = {
        one.code: one.digest for one in PublicCommitment.objects.filter(plan_code=row.code, withdrawn_at=None)
    }
    codes = {one["code"] for one in facts}
    changing = [one for one in facts if standing.get(one["code"]) != one["digest"]]
    fresh = sum(one["code"] not in standing for one in changing)
    typed = _reason(request)
    context: dict[str, Any] = {
        "plan": row, "offered": offered, "chosen": chosen, "money": money, "facts": facts, "seen": digest_of(facts),
        "fresh": fresh, "altered": len(changing) - fresh,
        "changing": [shown(PublicCommitment(plan_code=row.code, **one)) for one in changing],
        "going": sorted(set(standing) - codes), "standing": PublicPlan.objects.filter(code=row.code, withdrawn_at=None).first(),
        "may_release": rules.may_release(reach, row), "may_withdraw": rules.may_withdraw(reach, row),
        "languages": [(code, language_name(code), typed.get(code, "")) for code in Process.current().languages],
        "address": reverse("portal:plan", args=[row.code]),
    }  # fmt: skip
    return render(request, "plan/public.html", context)


def _chosen(
    request: PersonRequest, offered: list[Commitment], release: PlanRelease | None
) -> tuple[set[str], bool]:
    """What the form says; else what was chosen the last time, else everything, without money."""
    given = request.POST if request.method == "POST" else request.GET
    known = {one.ref for one in offered}
    if "chosen" in given:
        return known & set(given.getlist("commitment")), given.get("money") == "1"
    if release is not None:
        return known & set(release.commitments), release.money
    return known, False


def _reason(request: PersonRequest) -> dict[str, str]:
    typed = {
        code: without_nul(request.POST.get(f"reason_{code}", "")).strip()[:500]
        for code in Process.current().languages
    }
    return {code: words for code, words in typed.items() if words}


@require_POST
@signed_in
def withdraw(request: PersonRequest, plan: str) -> HttpResponseBase:
    """Take the edition back from the public, with the reason that its places show."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    row = plan_or_404(request, plan, reach)
    if not rules.may_keep(reach):
        raise Http404
    carried(
        request,
        lambda: actions.withdraw_plan(plan=row, reason=_reason(request), by=request.person, at=at),
        _("Withdrawn: its public pages say so, and why."),
    )
    return redirect("plan:public", row.code)
