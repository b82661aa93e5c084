"""The way in: what the link of an invitation shows."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from puebla.accounts.models import Person
from puebla.accounts.views import enter
from puebla.core.verdicts import RefusedError
from puebla.members import actions, rules
from puebla.members.forms import AcceptForm
from puebla.members.models import Invitation


@never_cache
@sensitive_post_parameters("password", "again")
def invitation(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show who invites to what; take name and password; sign the person in.

    Somebody who has an account already only takes the seat, and signs in as always: whoever holds the link must not come
    in by it without password and second factor.
    """
    found = actions.find_invitation(token)
    if found is None:
        return render(request, "members/invitation_over.html", {"reason": ""}, status=404)
    verdict = rules.still_open(found, at=timezone.now())
    if not verdict:
        context = {"reason": verdict.reason, "used": found.accepted_at is not None}
        return render(request, "members/invitation_over.html", context, status=410)
    known = Person.objects.with_address(found.email).filter(is_active=True).first()
    form = (
        None
        if known
        else AcceptForm(request.POST or None, email=found.email, initial={"full_name": found.full_name})
    )
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            return _accept(request, token, found, form)
        except RefusedError as error:
            if form is None:
                return render(request, "members/invitation_over.html", {"reason": error.reason}, status=410)
            form.refuse(error)
    return render(request, "members/invitation.html", {"invitation": found, "form": form, "known": known})


def _accept(request: HttpRequest, token: str, found: Invitation, form: AcceptForm | None) -> HttpResponseBase:
    values: dict[str, Any] = {"full_name": found.full_name, "password": None}
    if form is not None:
        values = form.cleaned_data
    given = actions.accept_invitation(
        token=token, full_name=values["full_name"], password=values["password"], at=timezone.now()
    )
    person = given.person
    if form is None or Authenticator.objects.filter(user=person).exists():
        messages.success(request, _("The seat is yours. Sign in as always."))
        return redirect("intranet:desk" if getattr(request, "person", None) == person else "account_login")
    messages.success(
        request,
        _("Welcome. Add a second factor now: a passkey or a code from your telephone keeps others out."),
    )
    return enter(request, person, to=reverse("mfa_index"))
