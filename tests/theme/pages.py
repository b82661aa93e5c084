"""Addresses for the theme's own tests: a page with every component, and the pages of signing in."""

import datetime as dt

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path

from puebla.core.verdicts import ALLOWED, refused


class Everything(forms.Form):
    """One field of each kind."""

    title = forms.CharField(label="Title", help_text="As on the first page")
    symbol = forms.CharField(label="Symbol", required=False)
    summary = forms.CharField(label="Summary", widget=forms.Textarea({"rows": 3}), required=False)
    kind = forms.ChoiceField(label="Kind", choices=[("DEC", "Decision"), ("NOTE", "Note")])
    audience = forms.ChoiceField(
        label="Audience",
        widget=forms.RadioSelect,
        choices=[("10", "own party"), ("80", "public")],
        help_text="Who may read it",
    )
    themes = forms.MultipleChoiceField(
        label="Themes",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        choices=[("HR", "Human rights"), ("DEV", "Migration and development")],
    )
    agreed = forms.BooleanField(label="The giving party agrees")
    file = forms.FileField(label="Files", required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput, initial=3)


class Words(forms.Form):
    """A filter bar."""

    q = forms.CharField(label="Words or symbol", required=False, widget=forms.TextInput({"type": "search"}))
    kind = forms.ChoiceField(label="Kind", required=False, choices=[("", "All kinds"), ("DEC", "Decision")])
    year = forms.ChoiceField(label="Year", required=False, choices=[("", "Any year"), ("2009", "2009")])


def style(request: HttpRequest, site: str = "portal") -> HttpResponse:
    """Every component on one page, in the look of either site."""
    if site == "intranet":
        messages.success(request, "Saved.")
        messages.error(request, "Not saved.")
    bound = Everything({"summary": "x"}) if "wrong" in request.GET else Everything()
    context = {
        "layout": f"theme/{site}.html",
        "form": bound,
        "filters": Words(request.GET or None),
        "page": Paginator(range(400), 10).get_page(request.GET.get("page", 7)),
        "both": {"en": "Declaration of the XIV Conference", "es": "Declaración de la XIV Conferencia"},
        "spanish": {"es": "Informe anual de la red de funcionarios de enlace para la protección consular"},
        "editions": {"en": "#en", "es": "#es"},
        "one_edition": {"es": "#es"},
        "languages_expected": ["en", "es"],
        "date": dt.date(2009, 7, 9),
        "may": ALLOWED,
        "may_not": refused("Only the party that gave it may widen its audience."),
        "states": ["awaited", "draft", "provisional", "final", "adopted", "withdrawn", "public", "sealed"],
        "member_names": [
            "Belize",
            "Canada",
            "Costa Rica",
            "Dominican Republic",
            "El Salvador",
            "Guatemala",
            "Honduras",
            "Mexico",
            "Nicaragua",
            "Panama",
            "United States",
        ],
    }
    return render(request, "style.html", context)


def nothing(request: HttpRequest, **_kwargs: str) -> HttpResponse:
    """Stands for the rooms whose addresses the menus name."""
    return render(request, "404.html", status=404)


portal_rooms = ([path("", nothing, name="home"), path("documents/", nothing, name="documents"), path("meetings/", nothing, name="meetings"),
                 path("members/", nothing, name="members")], "portal")  # fmt: skip
intranet_rooms = ([path("", nothing, name="desk"), path("mail/", nothing, name="caught-mail")], "intranet")
document_rooms = ([path("", nothing, name="list")], "documents")
member_rooms = (
    [path("directory/", nothing, name="directory"), path("bodies/", nothing, name="bodies")],
    "members",
)

urlpatterns = [
    path("style/", style, name="style"),
    path("intranet/style/", style, {"site": "intranet"}, name="style_of"),
    path("missing/", nothing),
    path("accounts/", include("allauth.urls")),
    path("intranet/", include(intranet_rooms)),
    path("intranet/documents/", include(document_rooms)),
    path("intranet/members/", include(member_rooms)),
    path("", include(portal_rooms)),
]
