"""What was so before the plan was kept here, entered from the record: how commitments stood, what countries reported."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from puebla.accounts.views import PersonRequest, signed_in
from puebla.members.models import Audience, Party
from puebla.members.querysets import reach_of, today
from puebla.plan import actions
from puebla.plan.forms import EarlierReportForm, StoodForm
from puebla.plan.models import Commitment
from puebla.plan.querysets.rounds import choices_of, half_named, halves_back
from puebla.plan.views.commitments import commitment_or_404
from puebla.plan.views.editions import posted
from puebla.plan.views.parts import kept_or_404

#: Half-years that a report may be of: as far back as anybody will look.
OFFERED = 60


@signed_in
def standing(request: PersonRequest, plan: str, code: str) -> HttpResponseBase:
    """Enter how a commitment stood on an earlier day, so that years can be compared."""
    form = StoodForm(posted(request))
    return _entered(
        request, plan, code, form, _("How it stood earlier"), _("Entered. Years are compared by it too."),
        lambda row, at: actions.recall_standing(
            commitment=row, on=form.cleaned_data["on"], values=form.cleaned_data, by=request.person, at=at
        ),
    )  # fmt: skip


@signed_in
def report(request: PersonRequest, plan: str, code: str) -> HttpResponseBase:
    """Enter a report that a country gave before the plan was kept here."""
    at = timezone.now()
    edition, _verdict = kept_or_404(request, plan, reach_of(request.person, at))
    form = EarlierReportForm(
        posted(request), cap=edition.room_cap, halves=choices_of(halves_back(today(at), OFFERED)),
        parties=Party.objects.members(on=today(at)).order_by("code"), initial={"opens_to": min(Audience.MEMBERS, edition.room_cap)},
    )  # fmt: skip
    return _entered(
        request, plan, code, form, _("A report from the record"),
        _("Entered. It stands with the reports of the commitment, marked as entered from the record."),
        lambda commitment, at: actions.enter_report(
            commitment=commitment, party=form.cleaned_data["party"], half=half_named(form.cleaned_data["half"]) or (0, 1),
            given_on=form.cleaned_data["given_on"], values=form.values(), by=request.person, at=at,
        ),
    )  # fmt: skip


def _entered(
    request: PersonRequest, plan: str, code: str, form: Any, title: str, said: str, act: Callable[[Commitment, Any], Any]
) -> HttpResponseBase:  # fmt: skip
    """The form, or what it did, for who keeps the plan; nobody else finds it."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    _plan, verdict = kept_or_404(request, plan, reach)
    row = commitment_or_404(request, plan, code, reach)
    if request.method == "POST" and form.is_valid() and form.carries_out(lambda: act(row, at)):
        messages.success(request, said)
        return redirect("plan:commitment-history", row.plan.code, row.code)
    context = {"form": form, "title": title, "plan": row.plan, "commitment": row, "verdict": verdict}
    return render(request, "plan/form.html", context)
