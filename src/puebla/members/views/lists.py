"""Keeping the lists: parties and their standing, bodies, meetings as records, roles, presidencies."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.db import models
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from puebla.accounts.forms import TextsForm
from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.verdicts import Verdict
from puebla.members import actions, rules
from puebla.members.forms import (
    BodyForm,
    MeetingForm,
    NewBodyForm,
    NewMeetingForm,
    NewPartyForm,
    PartyForm,
    PresidencyForm,
    RoleForm,
    StandingForm,
)
from puebla.members.models import Body, Meeting, Party, PresidencyTerm, Role
from puebla.members.querysets import reach_of, today


def _allowed(verdict: Verdict) -> None:
    """These pages do not exist for whoever may not use them."""
    if not verdict:
        raise Http404


def _form_page(
    request: PersonRequest, form: TextsForm, *, title: str | Promise, back: str, intro: str | Promise = ""
) -> HttpResponse:
    return render(request, "members/form.html", {"form": form, "title": title, "back": back, "intro": intro})


def _values(row: models.Model, names: list[str]) -> dict[str, Any]:
    """What a form starts with; related records by code."""
    found = {name: getattr(row, name) for name in names if hasattr(row, name)}
    return {
        name: getattr(value, "code", value) if isinstance(value, models.Model) else value
        for name, value in found.items()
    }


# Parties ---------------------------------------------------------------------------------------------------------------


@signed_in
def party_new(request: PersonRequest) -> HttpResponse:
    """Enter a party with its first standing."""
    now = timezone.now()
    _allowed(rules.may_edit_party(request.person, at=now))
    form = NewPartyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data

        def act() -> None:
            actions.create_party(
                code=values["code"],
                values=form.values(),
                standing=values["standing"],
                from_on=values["from_on"],
                by=request.person,
                at=now,
            )

        if form.carries_out(act):
            messages.success(request, _("%(code)s was entered.") % {"code": values["code"]})
            return redirect("members:party", values["code"])
    return _form_page(request, form, title=_("New party"), back="members:parties")


@signed_in
def party_edit(request: PersonRequest, code: str) -> HttpResponse:
    """Change a party's names and codes."""
    now = timezone.now()
    found = get_object_or_404(Party.objects.select_related("parent"), code=code)
    _allowed(rules.may_edit_party(request.person, at=now))
    form = PartyForm(request.POST or None, initial=_values(found, PartyForm.order))
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            actions.describe_party(
                party=found,
                values=form.values(),
                revision=form.cleaned_data["revision"] or 0,
                by=request.person,
                at=now,
            )

        if form.carries_out(act, found):
            messages.success(request, _("%(party)s was saved.") % {"party": found})
            return redirect("members:party", code)
    return _form_page(request, form, title=_("Edit %(what)s") % {"what": found}, back="members:parties")


@signed_in
def standing(request: PersonRequest, code: str) -> HttpResponse:
    """Change how a party takes part, from a day."""
    now = timezone.now()
    found = get_object_or_404(Party, code=code)
    _allowed(rules.may_edit_party(request.person, at=now))
    form = StandingForm(request.POST or None, initial={"from_on": today(now)})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data

        def act() -> None:
            actions.change_standing(
                party=found,
                kind=values["kind"],
                from_on=values["from_on"],
                note=values["note"],
                by=request.person,
                at=now,
            )

        if form.carries_out(act):
            messages.success(request, _("The standing of %(party)s was changed.") % {"party": found})
            return redirect("members:party", code)
    intro = _(
        "What was before stays in the list, ended the day before. Rights of its people change on that day."
    )
    return _form_page(
        request,
        form,
        title=_("Standing of %(party)s") % {"party": found},
        back="members:parties",
        intro=intro,
    )


# Bodies and their meetings ---------------------------------------------------------------------------------------------


@signed_in
def body_new(request: PersonRequest) -> HttpResponse:
    """Enter a body with its room."""
    now = timezone.now()
    _allowed(rules.may_edit_body(request.person, at=now))
    form = NewBodyForm(
        request.POST or None, initial={"from_on": today(now), "from_precision": "day", "rank": 50}
    )
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data

        def act() -> None:
            actions.create_body(
                code=values["code"],
                values=form.values(),
                sealed=values["sealed"],
                cap=values["cap"],
                by=request.person,
                at=now,
            )

        if form.carries_out(act):
            messages.success(request, _("%(code)s was entered.") % {"code": values["code"]})
            return redirect("members:body", values["code"])
    return _form_page(request, form, title=_("New body"), back="members:bodies")


@signed_in
def body_edit(request: PersonRequest, code: str) -> HttpResponse:
    """Change a body's names, dates, description."""
    now = timezone.now()
    found = get_object_or_404(Body, code=code)
    _allowed(rules.may_edit_body(request.person, at=now))
    form = BodyForm(request.POST or None, initial=_values(found, BodyForm.order))
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            actions.describe_body(
                body=found,
                values=form.values(),
                revision=form.cleaned_data["revision"] or 0,
                by=request.person,
                at=now,
            )

        if form.carries_out(act, found):
            messages.success(request, _("%(body)s was saved.") % {"body": found})
            return redirect("members:body", code)
    return _form_page(request, form, title=_("Edit %(what)s") % {"what": found}, back="members:bodies")


@signed_in
def meeting_new(request: PersonRequest, code: str) -> HttpResponse:
    """Enter a meeting of a body."""
    now = timezone.now()
    found = get_object_or_404(Body.objects.select_related("room"), code=code)
    _allowed(rules.may_record_meeting(request.person, Meeting(body=found), at=now))
    form = NewMeetingForm(request.POST or None, initial={"confirmed": True, "precision": "day"})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data

        def act() -> None:
            actions.record_meeting(
                symbol=values["symbol"], body=found, values=form.values(), by=request.person, at=now
            )

        if form.carries_out(act):
            messages.success(request, _("%(code)s was entered.") % {"code": values["symbol"]})
            return redirect("members:body", code)
    return _form_page(
        request, form, title=_("New meeting of %(body)s") % {"body": found}, back="members:bodies"
    )


@signed_in
def meeting_edit(request: PersonRequest, symbol: str) -> HttpResponse:
    """Change a meeting's title, place, dates."""
    now = timezone.now()
    found = get_object_or_404(
        Meeting.objects.visible_to(request.person).select_related("body__room", "host"), symbol=symbol
    )
    _allowed(rules.may_record_meeting(request.person, found, at=now))
    form = MeetingForm(request.POST or None, initial=_values(found, MeetingForm.order))
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            actions.describe_meeting(
                meeting=found,
                values=form.values(),
                revision=form.cleaned_data["revision"] or 0,
                by=request.person,
                at=now,
            )

        if form.carries_out(act, found):
            messages.success(request, _("%(code)s was saved.") % {"code": found.symbol})
            return redirect("members:body", found.body.code)
    return _form_page(request, form, title=_("Edit %(what)s") % {"what": found}, back="members:bodies")


# Roles -----------------------------------------------------------------------------------------------------------------


@signed_in
def roles(request: PersonRequest) -> HttpResponse:
    """Every role with what its holders may do."""
    now = timezone.now()
    reach = reach_of(request.person, now)
    found = [] if reach.is_empty else list(Role.objects.all())
    labels = dict(rules.Permission.choices)
    lines = [
        {"role": one, "permissions": [labels.get(code, code) for code in one.permissions]} for one in found
    ]
    keeps = rules.edits_lists(reach) and rules.manages_all(reach)
    return render(request, "members/roles.html", {"lines": lines, "keeps": keeps})


@signed_in
def role_edit(request: PersonRequest, code: str) -> HttpResponse:
    """Change what a role is called and carries."""
    now = timezone.now()
    found = get_object_or_404(Role, code=code)
    reach = reach_of(request.person, now)
    if not (rules.edits_lists(reach) and rules.manages_all(reach)):
        raise Http404
    form = RoleForm(
        request.POST or None,
        initial=_values(found, ["names", "descriptions", "permissions", "observes", "second_factor"]),
    )
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            actions.describe_role(role=found, values=form.values(), by=request.person, at=now)

        if form.carries_out(act):
            messages.success(request, _("%(role)s was saved.") % {"role": found})
            return redirect("members:roles")
    intro = _("Everybody who holds this role is touched at once.")
    return _form_page(
        request, form, title=_("Edit %(what)s") % {"what": found}, back="members:roles", intro=intro
    )


# Presidency ------------------------------------------------------------------------------------------------------------


@signed_in
def presidency_set(request: PersonRequest) -> HttpResponse:
    """Record who presides from a day, or that nobody does."""
    now = timezone.now()
    _allowed(rules.may_set_presidency(request.person, at=now))
    form = PresidencyForm(request.POST or None, on=today(now))
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            actions.set_presidency(by=request.person, at=now, **form.cleaned_data)

        if form.carries_out(act):
            messages.success(request, _("The presidency was recorded. Rights move on its first day."))
            return redirect("members:presidency")
    intro = _("The term before ends when this one begins; the rights of the office move on that day.")
    return _form_page(request, form, title=_("Record a presidency"), back="members:presidency", intro=intro)


@signed_in
def presidency_correct(request: PersonRequest, body: str, starts_on: str) -> HttpResponse:
    """Correct who presides, or from when."""
    now = timezone.now()
    _allowed(rules.may_set_presidency(request.person, at=now))
    try:
        day = dt.date.fromisoformat(starts_on)
    except ValueError:
        raise Http404 from None
    terms = PresidencyTerm.objects.select_related("body", "party")
    term = get_object_or_404(terms, body__code=body, starts_on=day)
    form = PresidencyForm(request.POST or None, on=today(now), term=term)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data

        def act() -> None:
            actions.correct_presidency(
                term=term,
                party=values["party"],
                starts_on=values["starts_on"],
                confirmed=values["confirmed"],
                remark=values["remark"],
                by=request.person,
                at=now,
            )

        if form.carries_out(act):
            messages.success(request, _("The presidency was corrected."))
            return redirect("members:presidency")
    return _form_page(request, form, title=_("Correct a presidency"), back="members:presidency")
