"""Forms on the hand-over file and on chairing notes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy, pgettext_lazy

from puebla.accounts.forms import TextsForm
from puebla.members.forms import Plain


class PointForm(TextsForm):
    """A point of the hand-over file: its note, and its words where it was added by hand."""

    texts = {
        "titles": (gettext_lazy("What it is"), 400, True, 1),
        "notes": (gettext_lazy("Note"), 2000, False, 4),
    }
    order = ["titles", "notes", "digest"]
    digest = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, by_hand: bool, **kwargs: Any) -> None:
        if not by_hand:
            self.texts = {"notes": PointForm.texts["notes"]}
            kwargs["initial"] = {
                name: value for name, value in kwargs.get("initial", {}).items() if name != "titles"
            }
        super().__init__(*args, **kwargs)


class NoteForm(Plain):
    """A chairing note: what it is about, and its words."""

    about = forms.ChoiceField(label=pgettext_lazy("note", "About"))
    words = forms.CharField(
        label=gettext_lazy("Note"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 6})
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, about: list[tuple[str, str]], language: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        if language:
            fields["words"].widget.attrs["lang"] = language
        if about:
            fields["about"].choices = about
        else:
            del fields["about"]
