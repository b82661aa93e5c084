"""Forms of notices."""

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from puebla.accounts.forms import working_languages
from puebla.core.languages import show
from puebla.notices.actions import topics as offered
from puebla.notices.models import Pace


class PaceForm(forms.Form):
    """How often mail comes."""

    pace = forms.ChoiceField(
        label=_("Mail of what I follow"),
        choices=Pace.choices,
        widget=forms.RadioSelect,
        help_text=_("The inbox keeps everything in every case. The daily digest goes out in the morning."),
    )


class TopicsForm(forms.Form):
    """What of the released documents somebody wants to be told of; one group of boxes for every topic.

    Args:
        search: a search of the portal to be followed as well, offered with its box ticked.
        without: what is followed already, as codes.
    """

    def __init__(
        self,
        *args: Any,
        at: dt.datetime,
        search: str = "",
        without: frozenset[str] = frozenset(),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.at = at
        if search:
            label = offered.told_name(offered.Choice("search", search, {}), at)
            self._group("search", _("This search"), [(f"search:{search}", label)])
        for topic, choices in offered.choices(at).items():
            codes = [(one.code, str(show(one.names)) or one.value) for one in choices]
            left = [(code, label) for code, label in codes if code not in without]
            if left:
                self._group(topic, offered.TOPICS[topic], left)

    def _group(self, name: str, label: Any, choices: list[tuple[str, str]]) -> None:
        self.fields[name] = forms.MultipleChoiceField(
            label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple
        )

    def clean(self) -> dict[str, Any]:
        super().clean()
        names = [*offered.TOPICS, "search"]
        codes = [code for name in names for code in self.cleaned_data.get(name, [])]
        self.cleaned_data["topics"] = list(offered.kept(codes, self.at))
        if not self.errors and not self.cleaned_data["topics"]:
            self.add_error(None, _("Tick at least one thing that you want to be told of."))
        return self.cleaned_data


class SubscribeForm(TopicsForm):
    """An address, its language, and what it wants to be told of."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    language = forms.ChoiceField(label=_("Language of the mail"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs["autocomplete"] = "email"
        self.fields["language"].choices = spoken()  # type: ignore[attr-defined]


class LanguageForm(forms.Form):
    """In which language a subscription is written."""

    language = forms.ChoiceField(label=_("Language of the mail"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = spoken()  # type: ignore[attr-defined]


def spoken() -> list[tuple[str, str]]:
    """The working languages in which the software has words."""
    names = dict(settings.LANGUAGES)
    return [(code, names[code]) for code in working_languages() if code in names]
