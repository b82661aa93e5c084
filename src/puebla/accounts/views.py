"""A person's own account, and the door that every private page goes through."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from puebla.accounts import actions
from puebla.accounts.forms import ProfileForm
from puebla.accounts.models import Person
from puebla.core.verdicts import StaleError

P = ParamSpec("P")


class PersonRequest(HttpRequest):
    """A request behind `signed_in`: somebody active has signed in."""

    person: Person


View = Callable[Concatenate[PersonRequest, P], HttpResponseBase]


def signed_in(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Send whoever has not signed in (or was retired) to the sign-in page, and back afterwards."""

    @wraps(view)
    def guarded(request: Any, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if getattr(request, "person", None) is None:
            return redirect_to_login(request.get_full_path(), reverse("account_login"))
        return view(request, *args, **kwargs)

    return guarded


@signed_in
def profile(request: PersonRequest) -> HttpResponse:
    """Show and change one's own entry in the directory."""
    form = ProfileForm(request.POST or None, person=request.person)
    if request.method == "POST" and form.is_valid():
        try:
            actions.describe(
                person=request.person,
                values=form.values(),
                revision=form.cleaned_data["revision"],
                by=request.person,
                at=timezone.now(),
            )
        except StaleError as error:
            form.stale(
                error, revision=Person.objects.values_list("revision", flat=True).get(pk=request.person.pk)
            )
        else:
            messages.success(request, _("Your entry was saved."))
            return redirect("profile")
    return render(request, "accounts/profile.html", {"form": form})
