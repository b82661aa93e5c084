"""Applications for observer standing: the public form, and their way through review and decision."""

import hashlib

from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.tables import export_of
from puebla.core.verdicts import RefusedError, StaleError
from puebla.members import actions, rules
from puebla.members.forms import ApplicationForm, DecisionForm, ReviewForm
from puebla.members.models import ObserverApplication
from puebla.members.querysets import reach_of, today

#: Applications taken from one address in an hour.
LIMIT, SECONDS = 5, 3600


def apply(request: HttpRequest) -> HttpResponseBase:
    """The public form; anybody may send one."""
    form = ApplicationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if _too_many(request):
            form.add_error(
                None, _("Several applications came from your address in the last hour. Try again later.")
            )
            return render(request, "members/apply.html", {"form": form}, status=429)
        try:
            actions.apply_as_observer(**form.values(), language=get_language() or "en", at=timezone.now())
        except RefusedError as error:
            form.refuse(error)
        else:
            return redirect(f"{request.path}?sent=1")
    return render(request, "members/apply.html", {"form": form, "sent": "sent" in request.GET})


def _too_many(request: HttpRequest) -> bool:
    """Count this sending. The address itself is not kept: only its digest, for an hour."""
    address = hashlib.sha256(request.META.get("REMOTE_ADDR", "").encode()).hexdigest()[:32]
    key = f"members.apply.{address}"
    cache.add(key, 0, SECONDS)
    return cache.incr(key) > LIMIT


def _visible(request: PersonRequest) -> None:
    if not rules.may_see_applications(request.person, at=timezone.now()):
        raise Http404


@signed_in
def applications(request: PersonRequest) -> HttpResponseBase:
    """Every application, newest first."""
    _visible(request)
    found = list(ObserverApplication.objects.select_related("party"))
    exported = export_of(
        request,
        name="applications",
        header=[_("Short name"), _("Standing asked for"), _("Received"), _("State")],
        rows=[
            [one.short_name, one.get_kind_display(), one.received_at.date(), one.get_state_display()]
            for one in found
        ],
    )
    return exported or render(request, "members/applications.html", {"applications": found})


@signed_in
def application(request: PersonRequest, ref: str) -> HttpResponseBase:
    """One application with its review and decision."""
    return _page(request, ref)


def _page(
    request: PersonRequest,
    ref: str,
    *,
    review: ReviewForm | None = None,
    decision: DecisionForm | None = None,
) -> HttpResponseBase:
    _visible(request)
    now = timezone.now()
    reach = reach_of(request.person, now)
    found = get_object_or_404(ObserverApplication.objects.select_related("party", "decided_by"), ref=ref)
    may_review = rules.may_review_application(request.person, found, at=now, reach=reach)
    may_decide = rules.may_decide_application(request.person, found, at=now, reach=reach)
    if review is None and may_review:
        review = ReviewForm(initial={"review": found.review, "revision": found.revision})
    if decision is None and may_decide:
        initial = {
            "revision": found.revision,
            "from_on": today(now),
            "code": slugify(found.short_name).upper()[:20],
        }
        decision = DecisionForm(initial=initial)
    context = {
        "application": found,
        "may_review": may_review,
        "may_decide": may_decide,
        "review": review,
        "decision": decision,
        "may_invite": found.party is not None and rules.manages(reach, found.party),
        "open": found.state in rules.OPEN_APPLICATIONS,
    }
    return render(request, "members/application.html", context)


@signed_in
@require_POST
def review(request: PersonRequest, ref: str) -> HttpResponseBase:
    """Write the secretariat's review."""
    _visible(request)
    found = get_object_or_404(ObserverApplication, ref=ref)
    form = ReviewForm(request.POST)
    if form.is_valid():
        values = form.cleaned_data
        try:
            actions.review_application(
                application=found, review=values["review"], revision=values["revision"] or 0, by=request.person,
                at=timezone.now(),
            )  # fmt: skip
        except StaleError as error:
            form.stale(error, revision=found.revision)
        except RefusedError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The review was saved."))
            return redirect("members:application", ref)
    return _page(request, ref, review=form)


@signed_in
@require_POST
def decide(request: PersonRequest, ref: str) -> HttpResponseBase:
    """Record the decision."""
    _visible(request)
    now = timezone.now()
    found = get_object_or_404(ObserverApplication, ref=ref)
    form = DecisionForm(request.POST)
    if form.is_valid():
        values = form.cleaned_data
        try:
            actions.decide_application(
                application=found,
                admitted=values["admitted"],
                note=values["note"],
                code=values["code"].upper(),
                from_on=values["from_on"] or today(now),
                revision=values["revision"] or 0,
                by=request.person,
                at=now,
            )
        except StaleError as error:
            form.stale(error, revision=found.revision)
        except RefusedError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The decision was recorded; the applicant is told by mail."))
            return redirect("members:application", ref)
    return _page(request, ref, decision=form)
