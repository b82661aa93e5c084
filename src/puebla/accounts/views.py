"""A person's own account, and the door that every private page goes through."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from puebla.accounts import actions
from puebla.accounts.forms import ProfileForm
from puebla.accounts.models import Person
from puebla.core.verdicts import RefusedError, StaleError

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


def carried(request: PersonRequest, act: Callable[[], object], done: str = "") -> bool:
    """Do the act and say so, or say why not: what a button of a page without a form of its own asks for."""
    try:
        act()
    except RefusedError as error:
        messages.error(request, str(error))
        return False
    messages.success(request, done or _("Saved."))
    return True


def enter(request: HttpRequest, person: Person, *, to: str) -> HttpResponseBase:
    """Sign in somebody who has just proved who they are and chosen a password, by the way that everybody takes.

    So the session stands in their list, and they need not type the password again to add a second factor.
    """
    answer: HttpResponseBase = perform_login(request, person, redirect_url=to)
    record_authentication(request, person, method="password", reauthenticated=True)
    return answer


def mark_of(session: UserSession) -> str:
    """A session's name on the page: its key would open it."""
    return salted_hmac("puebla.accounts.session", session.session_key).hexdigest()[:32]


@signed_in
def sessions(request: PersonRequest) -> HttpResponse:
    """Where one is signed in; end one of these sessions, or all but this."""
    living = sorted(UserSession.objects.purge_and_list(request.person), key=lambda one: one.created_at)
    if request.method == "POST":
        mark = request.POST.get("session")
        ending = [one for one in living if (mark_of(one) == mark if mark else not one.is_current())]
        for one in ending:
            one.end()
        told = ngettext("%(count)d session was ended.", "%(count)d sessions were ended.", len(ending)) % {
            "count": len(ending)
        }
        messages.success(request, told)
        return redirect("usersessions_list")
    rows = [{"session": one, "mark": mark_of(one), "is_current": one.is_current()} for one in living]
    return render(request, "usersessions/usersession_list.html", {"rows": rows})


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
