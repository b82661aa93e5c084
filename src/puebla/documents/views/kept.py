"""What the secretariat keeps about its process: kinds, themes, the pattern of symbols, where it is reached."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.forms.models import model_to_dict
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from puebla.accounts.forms import TextsForm
from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.models import Process
from puebla.documents import rules
from puebla.documents.actions import lists as actions
from puebla.documents.actions.symbols import prefix_for
from puebla.documents.forms import ContactForm, KindForm, NewKindForm, NewThemeForm, PatternForm, ThemeForm
from puebla.documents.models import Document, Kind, Theme
from puebla.members.models import Body
from puebla.members.querysets import reach_of


def _kept_by(request: PersonRequest) -> None:
    """These pages do not exist for whoever does not keep the lists."""
    if not rules.may_edit_lists(reach_of(request.person)):
        raise Http404


def _form_page(
    request: PersonRequest, form: TextsForm, title: str | Promise, intro: str | Promise = ""
) -> HttpResponse:
    context = {"form": form, "title": title, "back": "documents:lists", "intro": intro}
    return render(request, "members/form.html", context)


@signed_in
def lists(request: PersonRequest) -> HttpResponse:
    """Show the kinds, the themes and the pattern, with how many papers carry each that this person may see."""
    _kept_by(request)
    seen = Document.objects.visible_to(request.person).order_by()
    by_kind = dict(seen.values_list("kind").annotate(n=Count("pk")))
    by_theme = dict(seen.values_list("themes").annotate(n=Count("pk")))
    process = Process.current()
    context = {
        "kinds": [(one, by_kind.get(one.pk, 0)) for one in Kind.objects.all()],
        "themes": [(one, by_theme.get(one.pk, 0)) for one in Theme.objects.all()],
        "pattern": process.symbol_pattern, "example": _example(process), "contact": process.contact_email,
    }  # fmt: skip
    return render(request, "documents/lists.html", context)


def _example(process: Process) -> str:
    """A symbol as the pattern would make it this year."""
    body = Body.objects.select_related("room").filter(room__sealed=False).first()
    kind = Kind.objects.filter(retired=False).first()
    if body is None or kind is None:
        return ""
    year = timezone.localdate().year
    return f"{prefix_for(process=process, room=body.room, body=body, kind_code=kind.code, year=year)}1"


def _new(request: PersonRequest, model: Any, form: Any, title: str) -> HttpResponse:
    _kept_by(request)
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]

        def act() -> None:
            actions.enter(model, code=code, values=form.values(), by=request.person, at=timezone.now())

        if form.carries_out(act):
            messages.success(request, _("%(code)s was entered.") % {"code": code})
            return redirect("documents:lists")
    return _form_page(request, form, title)


def _edit(request: PersonRequest, entry: Any, form: Any) -> HttpResponse:
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            actions.describe_entry(
                entry, values=form.values(), revision=form.cleaned_data["revision"] or 0, by=request.person,
                at=timezone.now(),
            )  # fmt: skip

        if form.carries_out(act, entry):
            messages.success(request, _("%(what)s was saved.") % {"what": entry})
            return redirect("documents:lists")
    intro = _("What was released keeps the words it was released with until it is released again.")
    return _form_page(request, form, _("Edit %(what)s") % {"what": entry}, intro)


@signed_in
def kind_new(request: PersonRequest) -> HttpResponse:
    """Enter a kind of document."""
    return _new(request, Kind, NewKindForm(request.POST or None), _("New kind of document"))


@signed_in
def kind_edit(request: PersonRequest, code: str) -> HttpResponse:
    """Change a kind of document."""
    _kept_by(request)
    entry = get_object_or_404(Kind, code=code)
    return _edit(request, entry, KindForm(request.POST or None, initial=model_to_dict(entry)))


@signed_in
def theme_new(request: PersonRequest) -> HttpResponse:
    """Enter a theme."""
    return _new(request, Theme, NewThemeForm(request.POST or None), _("New theme"))


@signed_in
def theme_edit(request: PersonRequest, code: str) -> HttpResponse:
    """Change a theme."""
    _kept_by(request)
    entry = get_object_or_404(Theme, code=code)
    return _edit(request, entry, ThemeForm(request.POST or None, initial=model_to_dict(entry)))


@signed_in
def pattern(request: PersonRequest) -> HttpResponse:
    """Change the pattern that symbols are made from."""

    def act(values: dict[str, Any]) -> None:
        actions.set_symbol_pattern(
            pattern=values["symbol_pattern"], was=values["was"], by=request.person, at=timezone.now()
        )

    return _fact(
        request, PatternForm, "symbol_pattern", act, title=_("Pattern of symbols"),
        done=_("New symbols are made from the new pattern; those given stay."),
        intro=_("It holds for symbols made from now on. Those given already are addresses for ever."),
    )  # fmt: skip


@signed_in
def contact(request: PersonRequest) -> HttpResponse:
    """Change where the public, the press and whoever answers a message reach the secretariat."""

    def act(values: dict[str, Any]) -> None:
        actions.set_contact(
            email=values["contact_email"], was=values["was"], by=request.person, at=timezone.now()
        )

    return _fact(
        request, ContactForm, "contact_email", act, title=_("Contact address"), done=_("The contact address was changed."),
        intro=_("A mailbox that several people of the secretariat read serves better than one of a single person."),
    )  # fmt: skip


def _fact(
    request: PersonRequest, form_class: type[TextsForm], fact: str, act: Callable[[dict[str, Any]], None], *,
    title: str, done: str, intro: str,
) -> HttpResponse:  # fmt: skip
    """A page that changes one fact of the process; who saves over another's change is told first."""
    _kept_by(request)
    now = getattr(Process.current(), fact)
    form = form_class(request.POST or None, initial={fact: now, "was": now})
    if request.method == "POST" and form.is_valid():
        if form.carries_out(lambda: act(form.cleaned_data)):
            messages.success(request, done)
            return redirect("documents:lists")
        # What was typed is kept; the next save is a knowing one.
        form.data = {**form.data.dict(), "was": getattr(Process.current(), fact)}  # type: ignore[attr-defined]
    return _form_page(request, form, title, intro)
