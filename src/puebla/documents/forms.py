"""What people type about documents."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from puebla.accounts.forms import TextsForm
from puebla.accounts.models import Person
from puebla.core.languages import Texts
from puebla.core.models import DatePrecision, parse_imprecise
from puebla.documents.models import Document, Kind, RelationKind, State, Theme
from puebla.members import forms as members
from puebla.members.forms import DayField, RevisedForm
from puebla.members.models import Audience, Body, Meeting, Party
from puebla.members.querysets import Reach

LANGUAGE_NAMES = {
    "en": gettext_lazy("English"),
    "es": gettext_lazy("Spanish"),
    "fr": gettext_lazy("French"),
    "pt": gettext_lazy("Portuguese"),
}


def language_name(code: str) -> str:
    """A language's name in the reader's language; its code where we have no name."""
    return str(LANGUAGE_NAMES.get(code, code))


class ImpreciseDateField(forms.CharField):
    """A date of which the day or the month may be unknown: 2009, 2009-07, 2009-07-09."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "help_text", gettext_lazy("Year, year-month or full date: 2009, 2009-07 or 2009-07-09.")
        )
        super().__init__(max_length=10, **kwargs)

    def clean(self, value: Any) -> tuple[dt.date, DatePrecision] | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_imprecise(text)
        except ValueError as error:
            raise ValidationError(
                _("“%(text)s” is not a date. Write 2009, 2009-07 or 2009-07-09.") % {"text": text}
            ) from error


def imprecise_text(day: dt.date | None, precision: str) -> str:
    """A date as it is typed, cut to what is known of it."""
    if day is None:
        return ""
    return day.strftime({"year": "%Y", "month": "%Y-%m"}.get(precision, "%Y-%m-%d"))


class MultipleFileInput(forms.ClearableFileInput):
    """Several files in one field."""

    allow_multiple_selected = True


class DropForm(forms.Form):
    """Many files dropped at once, with what counts for those that do not say otherwise."""

    kind = forms.ModelChoiceField(
        Kind.objects.filter(retired=False),
        required=False,
        label=gettext_lazy("Kind, where a file does not say it"),
    )
    body = forms.ModelChoiceField(
        Body.objects.select_related("room"),
        required=False,
        label=gettext_lazy("Body, where a file does not say it"),
    )
    meeting = forms.ModelChoiceField(Meeting.objects.none(), required=False, label=gettext_lazy("Meeting"))
    dropped = forms.Field(
        widget=MultipleFileInput(attrs={"required": True}),
        label=gettext_lazy("Files"),
        required=False,
        help_text=gettext_lazy(
            "Choose or drop as many as you like. Nothing is filed before you confirm the table."
        ),
    )


class DescriptionForm(forms.Form):
    """The description of a document; a title field for every working language."""

    kind = forms.ModelChoiceField(Kind.objects.filter(retired=False), label=gettext_lazy("Kind"))
    body = forms.ModelChoiceField(Body.objects.none(), label=gettext_lazy("Body"), required=False)
    meeting = forms.ModelChoiceField(Meeting.objects.none(), required=False, label=gettext_lazy("Meeting"))
    dated = ImpreciseDateField(required=False, label=gettext_lazy("Date"))
    state = forms.ChoiceField(choices=State, label=gettext_lazy("State"), initial=State.DRAFT)
    expected_on = forms.DateField(
        required=False, label=gettext_lazy("Expected on"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=gettext_lazy("For an awaited paper: the day it should arrive."),
    )  # fmt: skip
    themes = forms.ModelMultipleChoiceField(
        Theme.objects.all(), required=False, label=gettext_lazy("Themes"), widget=forms.CheckboxSelectMultiple
    )
    original_language = forms.ChoiceField(required=False, label=gettext_lazy("Original language"))
    embargo_until = forms.DateTimeField(
        required=False, label=gettext_lazy("Embargo until"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=gettext_lazy("Until then only the giving party, the secretariat and the Presidency read it."),
    )  # fmt: skip
    symbol = forms.CharField(
        required=False, max_length=60, label=gettext_lazy("Symbol"),
        help_text=gettext_lazy("Leave empty: it is generated in sequence."),
    )  # fmt: skip
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, languages: Sequence[str], bodies: QuerySet[Body], meetings: QuerySet[Meeting], document: Document | None = None,
        may_give_symbol: bool = False, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.languages = list(languages)
        titles = {
            f"title_{code}": forms.CharField(
                max_length=300, required=False, label=_("Title in %(language)s") % {"language": language_name(code)},
                widget=forms.TextInput(attrs={"lang": code}),
            )
            for code in self.languages
        }  # fmt: skip
        self.fields = titles | self.fields
        self.fields["body"].queryset = bodies  # type: ignore[attr-defined]
        self.fields["meeting"].queryset = meetings  # type: ignore[attr-defined]
        self.fields["original_language"].choices = [  # type: ignore[attr-defined]
            ("", "—"), *((code, language_name(code)) for code in self.languages)
        ]  # fmt: skip
        if not may_give_symbol or (document is not None and document.symbol):
            del self.fields["symbol"]
        if document is not None:
            self.initial = self._from(document) | dict(self.initial or {})

    def _from(self, document: Document) -> dict[str, Any]:
        return {f"title_{code}": document.titles.get(code, "") for code in self.languages} | {
            "kind": document.kind_id, "body": document.body_id, "meeting": document.meeting_id,
            "dated": imprecise_text(document.dated_on, document.precision), "state": document.state,
            "expected_on": document.expected_on, "themes": list(document.themes.values_list("pk", flat=True)),
            "original_language": document.original_language, "embargo_until": document.embargo_until,
            "revision": document.revision,
        }  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not any(cleaned.get(f"title_{code}") for code in self.languages):
            self.add_error(f"title_{self.languages[0]}", _("Type a title in at least one language."))
        return cleaned

    @property
    def titles(self) -> Texts:
        """The titles typed, by language."""
        return {code: words for code in self.languages if (words := self.cleaned_data.get(f"title_{code}"))}

    @property
    def values(self) -> dict[str, Any]:
        """The cleaned fields as `describe` and `file_document` take them."""
        cleaned = self.cleaned_data
        dated_on, precision = cleaned["dated"] or (None, DatePrecision.DAY)
        return {
            "titles": self.titles, "kind": cleaned["kind"], "body": cleaned["body"], "meeting": cleaned["meeting"],
            "dated_on": dated_on, "precision": precision, "state": cleaned["state"],
            "original_language": cleaned["original_language"], "expected_on": cleaned["expected_on"],
            "embargo_until": cleaned["embargo_until"],
        }  # fmt: skip


class FilingForm(DescriptionForm):
    """A new document: description, audience, and a file for each language."""

    audience = forms.TypedChoiceField(
        choices=Audience, coerce=int, required=False, empty_value=None, label=gettext_lazy("Who may read it")
    )
    party = forms.ModelChoiceField(Party.objects.none(), label=gettext_lazy("Given by"))

    def __init__(self, *args: Any, reach: Reach, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parties = Party.objects.all() if reach.secretariat else Party.objects.filter(pk__in=reach.parties)
        self.fields["party"].queryset = parties  # type: ignore[attr-defined]
        own = Party.objects.filter(pk__in=reach.parties).order_by("pk").first()
        self.fields["party"].initial = own
        self.fields["audience"].choices = [  # type: ignore[attr-defined]
            ("", _("Default: the giving party alone, or the secretariat for its own papers")), *Audience.choices
        ]  # fmt: skip
        for code in self.languages:
            self.fields[f"file_{code}"] = forms.FileField(
                required=False, allow_empty_file=True,
                label=_("File in %(language)s") % {"language": language_name(code)},
            )  # fmt: skip
        del self.fields["revision"]


class UploadForm(forms.Form):
    """A new version of one language."""

    language = forms.ChoiceField(label=gettext_lazy("Language"))
    # Our own examination says more clearly than Django's what is wrong with an empty file.
    file = forms.FileField(label=gettext_lazy("File"), allow_empty_file=True)
    note = forms.CharField(max_length=300, required=False, label=gettext_lazy("What changed"))

    def __init__(self, *args: Any, languages: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        extra = [code for code in LANGUAGE_NAMES if code not in languages]
        self.fields["language"].choices = [  # type: ignore[attr-defined]
            (code, language_name(code)) for code in [*languages, *extra]
        ]  # fmt: skip


class AudienceForm(members.AudienceForm):
    """Who may read it."""

    #: Of the record whose readers were shown: what was changed since is not opened unseen.
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)


class ReleaseForm(forms.Form):
    """When a release becomes public."""

    public_from = forms.DateTimeField(
        required=False, label=gettext_lazy("Public from"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=gettext_lazy("Leave empty to release at once."),
    )  # fmt: skip
    #: Of the record as it stood in the preview: what was filed since does not become public unseen.
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)


def _reading(audience: object, count: int) -> str:
    return ngettext("%(audience)s (%(count)d person)", "%(audience)s (%(count)d people)", count) % {
        "audience": audience, "count": count,
    }  # fmt: skip


class WithdrawForm(AudienceForm):
    """Why a public edition is taken away, in every language, and who reads the paper inside afterwards."""

    def __init__(self, *args: Any, languages: Sequence[str], readers: dict[int, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.languages = list(languages)
        self.fields["audience"].label = _("Who reads it inside from now on")
        self.fields["audience"].choices = [  # type: ignore[attr-defined]
            (value, _reading(label, readers.get(int(value), 0)))
            for value, label in self.fields["audience"].choices  # type: ignore[attr-defined]
        ]
        for code in self.languages:
            self.fields[f"reason_{code}"] = forms.CharField(
                max_length=500, required=code == self.languages[0], widget=forms.Textarea(attrs={"rows": 2, "lang": code}),
                label=_("Reason shown to the public, in %(language)s") % {"language": language_name(code)},
            )  # fmt: skip

    @property
    def reason(self) -> Texts:
        """The reasons typed, by language."""
        return {code: words for code in self.languages if (words := self.cleaned_data.get(f"reason_{code}"))}


class ShareForm(forms.Form):
    """A dated exception for one person."""

    person = forms.ModelChoiceField(Person.objects.none(), label=gettext_lazy("Person"))
    why = forms.CharField(max_length=300, label=gettext_lazy("Why"))
    until = forms.DateField(
        label=gettext_lazy("Until"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )

    def __init__(self, *args: Any, people: QuerySet[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people  # type: ignore[attr-defined]


class RelationForm(forms.Form):
    """How this document stands to another."""

    kind = forms.ChoiceField(choices=RelationKind, label=gettext_lazy("This document"))
    target = forms.CharField(
        max_length=60, label=gettext_lazy("Symbol of the other document"),
        widget=forms.TextInput(attrs={"list": "suggestions", "autocomplete": "off", "data-suggest": ""}),
    )  # fmt: skip


def bodies_to_file_in(reach: Reach) -> QuerySet[Body]:
    """Bodies in whose room the person may file: open ones for the secretariat, else those where the person sits."""
    inside = Q(room_id__in=sorted(reach.rooms))
    if reach.secretariat:
        return Body.objects.filter(Q(room__sealed=False) | inside).select_related("room")
    return Body.objects.filter(inside).select_related("room")


# The lists that documents are described with ---------------------------------------------------------------------------


class _EntryForm(RevisedForm):
    """An entry of a list: names, place, and what its kind of list adds."""

    order: list[str] = []
    rank = forms.IntegerField(
        label=gettext_lazy("Place in lists"), min_value=0, max_value=999, initial=50,
        help_text=gettext_lazy("A smaller number stands higher."),
    )  # fmt: skip

    def values(self) -> dict[str, Any]:
        """What goes into the record."""
        return {name: self.cleaned_data[name] for name in self.order if name not in {"code", "revision"}}


class KindForm(_EntryForm):
    """A kind of document."""

    texts = {
        "names": (gettext_lazy("Name"), 80, True, 1),
        "plural_names": (gettext_lazy("Name in the plural"), 80, False, 1),
    }
    order = ["code", "names", "plural_names", "clues", "rank", "leading", "retired", "revision"]
    clues = forms.CharField(
        label=gettext_lazy("Words that give it away"), required=False, max_length=1000,
        help_text=gettext_lazy("In a file’s name or on its first page, in any language; divided by commas."),
    )  # fmt: skip
    leading = forms.BooleanField(
        label=gettext_lazy("Its newest public paper stands on the portal’s first page"), required=False
    )
    retired = forms.BooleanField(label=gettext_lazy("No longer offered"), required=False)

    def __init__(self, *args: Any, initial: dict[str, Any] | None = None, **kwargs: Any) -> None:
        initial = dict(initial or {})
        initial["clues"] = ", ".join(initial.get("clues") or [])
        super().__init__(*args, initial=initial, **kwargs)

    def clean_clues(self) -> list[str]:
        """The words, one by one."""
        return [word for one in self.cleaned_data["clues"].split(",") if (word := " ".join(one.split()))]


class ThemeForm(_EntryForm):
    """A theme of the plan of action."""

    texts = {"names": (gettext_lazy("Name"), 300, True, 1)}
    order = ["code", "names", "from_on", "until_on", "rank", "revision"]
    from_on = DayField(label=gettext_lazy("In force from"), required=False)
    until_on = DayField(label=gettext_lazy("In force until"), required=False)

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        start, end = found.get("from_on"), found.get("until_on")
        if start and end and end < start:
            self.add_error("until_on", _("This day is before the first."))
        return found


class NewKindForm(KindForm):
    """A new kind, with the code that stands in symbols."""

    code = forms.RegexField(
        r"^[A-Z0-9][A-Z0-9.\-]{0,19}$", label=gettext_lazy("Code"), max_length=20, help_text="AG, DECL, REP",
        error_messages={"invalid": gettext_lazy("Use capitals, figures, points and hyphens: it stands in symbols.")},
    )  # fmt: skip


class NewThemeForm(ThemeForm):
    """A new theme."""

    code = forms.SlugField(label=gettext_lazy("Code"), max_length=20)


class PatternForm(TextsForm):
    """The pattern that symbols are made from."""

    symbol_pattern = forms.CharField(
        label=gettext_lazy("Pattern"), max_length=120,
        help_text=gettext_lazy("Made of {process}, {year}, {body}, {kind} and {number}, and what stands between them."),
    )  # fmt: skip
    was = forms.CharField(widget=forms.HiddenInput, required=False, max_length=120)


class ContactForm(TextsForm):
    """Where the secretariat is reached by those who hold no seat."""

    contact_email = forms.EmailField(
        label=gettext_lazy("Contact address"), required=False,
        help_text=gettext_lazy("Shown on the public site, to the press and to harvesters; answers to messages go there."),
    )  # fmt: skip
    was = forms.CharField(widget=forms.HiddenInput, required=False, max_length=254)


class AwaitedLanguageForm(forms.Form):
    """The day by which a language of a paper is expected; without a day it is only announced."""

    language = forms.ChoiceField(
        error_messages={"invalid_choice": gettext_lazy("This is no working language of the process.")}
    )
    expected_on = DayField(required=False)

    def __init__(self, *args: Any, languages: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [(code, code) for code in languages]  # type: ignore[attr-defined]
