"""Forms on bilateral meetings."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from puebla.accounts.forms import TextsForm
from puebla.core.languages import Texts
from puebla.core.words import one_line
from puebla.meetings.forms import HourField
from puebla.meetings.models import Convening


class SlotsForm(TextsForm):
    """Slots to open: days, hours, how long, in which rooms."""

    texts = {"rooms": (gettext_lazy("Rooms, one a line"), 1000, True, 4)}
    order = ["days", "from_hour", "until_hour", "length", "pause", "rooms"]
    days = forms.MultipleChoiceField(label=gettext_lazy("Days"), widget=forms.CheckboxSelectMultiple)
    from_hour = HourField(label=gettext_lazy("From"))
    until_hour = HourField(label=gettext_lazy("Until"))
    length = forms.IntegerField(
        label=gettext_lazy("Minutes of each"), min_value=5, max_value=240,
        widget=forms.NumberInput(attrs={"step": 5}),
    )  # fmt: skip
    pause = forms.IntegerField(
        label=gettext_lazy("Minutes between them"), min_value=0, max_value=240,
        widget=forms.NumberInput(attrs={"step": 5}),
    )  # fmt: skip

    def __init__(self, *args: Any, convening: Convening, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first = convening.meeting.starts_on
        last = convening.meeting.ends_on or first
        days = [first + dt.timedelta(days=number) for number in range(min((last - first).days, 60) + 1)]
        self.fields["days"].choices = [  # type: ignore[attr-defined]
            (day.isoformat(), f"{date_format(day, 'l')}, {date_format(day, 'DATE_FORMAT')}") for day in days
        ]

    def clean(self) -> dict[str, Any]:
        """Rooms by line: the same line in each language is the same room."""
        found = super().clean()
        lines = {
            code: [one_line(line) for line in words.splitlines() if line.strip()]
            for code, words in found.get("rooms", {}).items()
        }
        counts = {len(one) for one in lines.values()}
        if len(counts) > 1:
            self.add_error(
                f"rooms_{self.languages[0]}",
                _("The languages have different numbers of lines. The same line is the same room in each."),
            )
        rooms: list[Texts] = [
            {code: one[number][:120] for code, one in lines.items()}
            for number in range(min(counts, default=0))
        ]
        found["rooms"] = rooms
        return found

    def values(self) -> dict[str, Any]:
        """What the act takes."""
        found = {name: self.cleaned_data[name] for name in self.order}
        return found | {"days": [dt.date.fromisoformat(one) for one in found["days"]]}


class ChosenSlots(forms.Form):
    """Times that are proposed, by reference; which ones can be, the page has shown."""

    slots = forms.MultipleChoiceField(required=False)

    def __init__(self, *args: Any, refs: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slots"].choices = [(one, one) for one in refs]  # type: ignore[attr-defined]
        self.fields["slots"].error_messages["invalid_choice"] = _(
            "One of the times is not free any more. Choose again."
        )


class AskForm(ChosenSlots, TextsForm):
    """What is asked of another delegation."""

    order = ["subject", "language", "subject_given", "slots"]
    subject = forms.CharField(
        label=gettext_lazy("Subject"), max_length=300,
        help_text=gettext_lazy("Read by the two delegations alone."),
    )  # fmt: skip
    language = forms.ChoiceField(label=gettext_lazy("Language of the subject"))
    subject_given = forms.BooleanField(
        label=gettext_lazy("The secretariat may read the subject too"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = settings.LANGUAGES  # type: ignore[attr-defined]
        self.fields["language"].initial = get_language()
