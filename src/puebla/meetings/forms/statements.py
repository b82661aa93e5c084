"""Forms on statements and on links for interpreters."""

import re
import secrets
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from puebla.accounts.forms import TextsForm, language_choices
from puebla.meetings.models import Statement
from puebla.members.forms import ByName, Plain
from puebla.members.models import Party
from puebla.texts.forms import WordsField
from puebla.theme.templatetags.theme import language_name


class SpeechField(WordsField):
    """The words of a statement; where no line is left blank, as in what Word gives, each line is a paragraph."""

    def clean(self, value: Any) -> list[str]:
        text = str(value or "").replace("\r\n", "\n").replace("\r", "\n")
        return super().clean(text if re.search(r"\n\s*\n", text.strip()) else text.replace("\n", "\n\n"))


class _Texts(TextsForm):
    """The words of a statement: for each working language typed or pasted, or a file."""

    def __init__(self, *args: Any, held: Iterable[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = {one.language: one for one in held}
        for code in self.languages:
            one = kept.get(code)
            typed = one is not None and not one.file_key
            self.fields[f"words_{code}"] = SpeechField(
                label=format_lazy("{}: {}", gettext_lazy("Text"), language_name(code)),
                widget=forms.Textarea({"lang": code, "rows": 9, "spellcheck": "true", "data-paste": ""}),
                initial=one.words if one is not None and typed else "",
            )
            self.fields[f"file_{code}"] = forms.FileField(
                label=format_lazy("{}: {}", gettext_lazy("or a file"), language_name(code)), required=False,
                help_text=self._file_help(one),
            )  # fmt: skip

    @staticmethod
    def _file_help(one: Any) -> Any:
        limits = gettext_lazy("PDF, Word, OpenDocument, plain text or a picture, at most 25 MB.")
        if one is None or not one.file_key:
            return limits
        return format_lazy(
            "{} {}", gettext_lazy("“%(name)s” stands here; another file or text takes its place.") % {"name": one.file_name}, limits
        )  # fmt: skip

    @property
    def words(self) -> dict[str, list[str]]:
        """Paragraphs of every language whose field stood in the form."""
        return {code: self.cleaned_data.get(f"words_{code}") or [] for code in self.languages}

    @property
    def uploads(self) -> dict[str, Any]:
        """Files by language."""
        found = {code: self.cleaned_data.get(f"file_{code}") for code in self.languages}
        return {code: file for code, file in found.items() if file}


class StatementForm(_Texts):
    """The floor asked for, with the statement or before it is ready."""

    texts = {"offices": (gettext_lazy("Office held"), 150, False, 1)}
    kind = forms.ChoiceField(label=gettext_lazy("What for"), choices=Statement.Kind.choices)
    party = ByName(Party.objects.none(), label=gettext_lazy("Delegation"))
    speaker = forms.CharField(label=gettext_lazy("Who speaks"), max_length=150, required=False)
    said_as = forms.CharField(
        label=gettext_lazy("How the name is said"), max_length=150, required=False,
        help_text=gettext_lazy("For the chair and the interpreters, where it is not read as it is written."),
    )  # fmt: skip
    language = forms.ChoiceField(label=gettext_lazy("Language spoken"), required=False)
    publish = forms.BooleanField(
        label=gettext_lazy("The text may be published once it was delivered"), required=False,
        help_text=gettext_lazy("The secretariat then files and releases it. You can take this back until it is filed."),
    )  # fmt: skip
    token = forms.CharField(widget=forms.HiddenInput, max_length=40, required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, parties: Iterable[Party] | None = None, may_publish: bool = True, revised: bool = False, **kwargs: Any
    ) -> None:  # fmt: skip
        kwargs["initial"] = {"token": secrets.token_hex(16)} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["language"].choices = [("", "—"), *language_choices(self.languages)]
        if revised:
            for name in ("kind", "party", "token"):
                del fields[name]
        else:
            del fields["revision"]
            found = list(parties or ())
            fields["party"].queryset = Party.objects.filter(pk__in=[one.pk for one in found]).order_by("code")
            if len(found) == 1:
                fields["party"].initial = found[0].code
                fields["party"].empty_label = None
        if not may_publish:
            del fields["publish"]
        texts = [f"{name}_{code}" for code in self.languages for name in ("words", "file")]
        offices = [f"offices_{code}" for code in self.languages]
        self.order_fields(["kind", "party", "speaker", "said_as", *offices, "language", *texts, "publish"])

    def values(self) -> dict[str, Any]:
        """What is said beside the texts."""
        names = ("speaker", "said_as", "offices", "language")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}


class DeliveredForm(_Texts):
    """The text as it was delivered, of each language in which it differs or was missing."""

    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields([f"{name}_{code}" for code in self.languages for name in ("words", "file")])


class CallForm(Plain):
    """Somebody raised the flag in the room: who keeps the list puts them on it."""

    party = ByName(Party.objects.none(), label=gettext_lazy("Delegation"))
    kind = forms.ChoiceField(label=gettext_lazy("What for"), choices=Statement.Kind.choices)
    token = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, parties: Iterable[Party], **kwargs: Any) -> None:
        kwargs["initial"] = {"token": secrets.token_hex(16)}
        super().__init__(*args, **kwargs)
        field: Any = self.fields["party"]
        field.queryset = Party.objects.filter(pk__in=[one.pk for one in parties]).order_by("code")


class LinkForm(Plain):
    """For whom a link is made."""

    label = forms.CharField(
        label=gettext_lazy("For whom"), max_length=120, help_text=gettext_lazy("The booth or the names: “English booth, A. Torno”.")
    )  # fmt: skip
