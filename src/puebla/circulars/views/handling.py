"""What follows a circular that was sent: more time, reminders, closing, cancelling, a further language."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from puebla.accounts.views import PersonRequest, signed_in
from puebla.circulars import actions, rules
from puebla.circulars.actions.sending import missing_parties
from puebla.circulars.forms import CancelForm, ExtensionForm, LanguageForm
from puebla.circulars.models import Circular
from puebla.circulars.views.records import circular_or_404, date_facts, posted
from puebla.circulars.views.writing import prepared_or_404
from puebla.core.verdicts import RefusedError, Verdict
from puebla.members.models import Party
from puebla.members.querysets import reach_of


@signed_in
def extend(request: PersonRequest, address: str) -> HttpResponseBase:
    """Give more time, with the reason."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    circular = prepared_or_404(request, address, reach)
    initial = {"reply_on": circular.reply_on, "reply_time": circular.reply_time, "reply_zone": circular.reply_zone,
               "reply_precision": circular.reply_precision}  # fmt: skip
    form = ExtensionForm(posted(request), at=at, initial=initial)
    if request.method == "POST" and form.is_valid():
        found = form.reply_by()
        if form.carries_out(
            lambda: actions.extend(
                circular=circular, on=found["reply_on"], time=found["reply_time"], zone=found["reply_zone"],
                precision=found["reply_precision"], later=found["later"], reasons=form.cleaned_data["reasons"],
                by=request.person, at=at,
            )
        ):  # fmt: skip
            messages.success(request, _("There is more time now; everybody who got the circular is told."))
            return redirect("circulars:record", circular.address)
    return _page(request, "extend", circular, form, rules.may_extend(reach, circular))


@signed_in
def cancel(request: PersonRequest, address: str) -> HttpResponseBase:
    """Discard a draft, or cancel what was sent, with the reason."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    circular = prepared_or_404(request, address, reach)
    form = CancelForm(posted(request))
    if request.method == "POST" and form.is_valid() and form.carries_out(
        lambda: actions.cancel(circular=circular, why=form.cleaned_data["why"], by=request.person, at=at)
    ):  # fmt: skip
        messages.success(request, _("The circular is cancelled."))
        return redirect("circulars:record", circular.address)
    return _page(request, "cancel", circular, form, rules.may_cancel(reach, circular))


@signed_in
def language(request: PersonRequest, address: str) -> HttpResponseBase:
    """Add the words of a language that was pending."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    circular = prepared_or_404(request, address, reach)
    form = LanguageForm(posted(request), circular=circular)
    if request.method == "POST" and form.is_valid() and form.carries_out(
        lambda: actions.add_language(
            circular=circular, titles=form.cleaned_data["titles"], texts=form.cleaned_data["texts"], by=request.person,
            at=at,
        )
    ):  # fmt: skip
        messages.success(request, _("The text is added; who reads this language is told."))
        return redirect("circulars:record", circular.address)
    return _page(request, "language", circular, form, rules.may_add_language(reach, circular))


@signed_in
def remind(request: PersonRequest, address: str) -> HttpResponseBase:
    """Remind now those that have not replied, after seeing which they are."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    circular = prepared_or_404(request, address, reach)
    if request.method == "POST":
        return _done(
            request, circular, lambda: _reminded(actions.remind(circular=circular, by=request.person, at=at))
        )
    missing = Party.objects.filter(pk__in=missing_parties(circular, at=at)).order_by("code")
    verdict = rules.may_remind(reach, circular, at=at)
    return _page(request, "remind", circular, None, verdict, missing=missing)


def _reminded(count: int) -> str:
    return ngettext("%(count)d party was reminded.", "%(count)d parties were reminded.", count) % {
        "count": count
    }


@signed_in
@require_POST
def returned(request: PersonRequest, address: str) -> HttpResponseBase:
    """Note that mail to one of those who got it came back."""
    at = timezone.now()
    circular = prepared_or_404(request, address, reach_of(request.person, at))
    recipient = get_object_or_404(
        circular.recipients.select_related("person"), ref=request.POST.get("to", "").replace("\x00", "")
    )
    try:
        asked = actions.note_returned(recipient=recipient, by=request.person, at=at)
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            _("It is noted; who manages the people of that party is asked to correct the address.") if asked
            else _("It is noted. Nobody was asked anew: the address was asked about already, or is another one by now."),
        )  # fmt: skip
    return redirect("circulars:sent-to", circular.address)


@signed_in
def close(request: PersonRequest, address: str) -> HttpResponseBase:
    """Take no more replies."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    circular = prepared_or_404(request, address, reach)
    if request.method == "POST":

        def done() -> str:
            actions.close(circular=circular, by=request.person, at=at)
            return _("The circular is closed.")

        return _done(request, circular, done)
    return _page(request, "close", circular, None, rules.may_close(reach, circular))


@signed_in
def observers(request: PersonRequest, address: str) -> HttpResponseBase:
    """Let observers propose and draft in their replies: the Presidency's own act."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    circular = circular_or_404(request, address, reach)
    if not rules.prepares(reach) and not reach.presidency:
        raise Http404
    if request.method == "POST":

        def done() -> str:
            actions.allow_observers(circular=circular, by=request.person, at=at)
            return _("Observers may propose and draft in their replies to this circular.")

        return _done(request, circular, done)
    return _page(request, "observers", circular, None, rules.may_allow_observers(reach, circular))


def _done(request: PersonRequest, circular: Circular, act: Callable[[], str]) -> HttpResponseBase:
    """Do it and say so, or say why not; back to the circular."""
    try:
        messages.success(request, act())
    except RefusedError as error:
        messages.error(request, str(error))
    return redirect("circulars:record", circular.address)


def _page(
    request: PersonRequest, act: str, circular: Circular, form: Any, verdict: Verdict, **more: Any
) -> HttpResponseBase:
    context = {
        "act": act,
        "circular": circular,
        "form": form,
        "verdict": verdict,
        **more,
        **date_facts(circular),
    }
    return render(request, "circulars/act.html", context)
