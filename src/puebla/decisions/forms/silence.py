"""Forms on silence procedures and the bodies' rules on them."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puebla.accounts.forms import TextsForm, ZoneChoice
from puebla.decisions.models import SilenceReceipt, SilenceRule
from puebla.meetings.forms import HourField
from puebla.members.forms import DayField, RevisedForm
from puebla.members.models import Body, Party
from puebla.theme.templatetags.theme import language_name

LATER = [
    ("", gettext_lazy("does not apply")),
    ("false", gettext_lazy("the first")),
    ("true", gettext_lazy("the second")),
]


class ClosingForm(TextsForm):
    """When a procedure closes: a day and an hour on the wall of a place."""

    closes_on = DayField(label=gettext_lazy("Closes on"))
    closes_hour = HourField(label=gettext_lazy("Hour"))
    zone = ZoneChoice(label=gettext_lazy("By the clocks of"))
    later = forms.NullBooleanField(
        label=gettext_lazy("Where an hour comes twice"), required=False, widget=forms.Select(choices=LATER)
    )

    def __init__(self, *args: Any, at: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["zone"].offer(at)  # type: ignore[attr-defined]

    def closing(self) -> dict[str, Any]:
        """As the acts want it."""
        found = self.cleaned_data
        return {
            "on": found["closes_on"],
            "hour": found["closes_hour"],
            "zone": found["zone"],
            "later": found["later"],
        }


class OpenSilenceForm(ClosingForm):
    """A procedure to open."""

    order = ["adopted_in", "closes_on", "closes_hour", "zone", "later", "token"]
    adopted_in = forms.MultipleChoiceField(
        label=gettext_lazy("Adopted in"), widget=forms.CheckboxSelectMultiple
    )
    token = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["adopted_in"].choices = [(code, language_name(code)) for code in self.languages]  # type: ignore[attr-defined]
        self.fields["adopted_in"].initial = list(self.languages)


class ExtendForm(ClosingForm):
    """More time for everybody, and why."""

    texts = {"reasons": (gettext_lazy("Reason"), 500, False, 2)}
    order = ["closes_on", "closes_hour", "zone", "later", "reasons", "revision"]
    revision = forms.IntegerField(widget=forms.HiddenInput)


class StopForm(TextsForm):
    """Why a procedure is taken back."""

    texts = {"reasons": (gettext_lazy("Why it is stopped"), 500, True, 2)}


class AnswerForm(TextsForm):
    """A member's answer."""

    order = ["party", "kind", "words", "discreet", "token"]
    party = forms.ModelChoiceField(
        Party.objects.none(), to_field_name="code", label=gettext_lazy("In the name of"), empty_label=None
    )
    kind = forms.ChoiceField(label=gettext_lazy("Your government"), widget=forms.RadioSelect)
    words = forms.CharField(
        label=gettext_lazy("Text"), required=False, max_length=5000, widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("Needed to break the silence: what your government cannot join, and why."),
    )  # fmt: skip
    discreet = forms.BooleanField(
        label=gettext_lazy("Only the Presidency and the secretariat read this answer"), required=False,
        help_text=gettext_lazy("That the silence was broken all member states learn in any case."),
    )  # fmt: skip
    token = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, parties: Sequence[Party], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["party"].queryset = Party.objects.filter(pk__in=[one.pk for one in parties])
        says = {
            SilenceReceipt.Kind.NO_OBJECTION: _("has no objection"),
            SilenceReceipt.Kind.ASKS_EXTENSION: _("asks for more time"),
            SilenceReceipt.Kind.BREAKS: _("breaks the silence: the procedure stops at once"),
        }
        fields["kind"].choices = list(says.items())


class RuleForm(RevisedForm):
    """A body's rule on silence procedures."""

    texts = {"sources": (gettext_lazy("Agreed in"), 300, False, 2)}
    order = ["body", "from_on", "until_on", "opens", "min_days", "extensions", "extended_days", "reminders", "sources", "confirmed",
             "revision"]  # fmt: skip
    body = forms.ModelChoiceField(Body.objects.all(), to_field_name="code", label=gettext_lazy("Body"))
    from_on = DayField(label=gettext_lazy("From"))
    until_on = DayField(label=gettext_lazy("Until"), required=False)
    opens = forms.ChoiceField(label=gettext_lazy("Who opens it"), choices=SilenceRule.Opens.choices)
    min_days = forms.IntegerField(
        label=gettext_lazy("Working days at least"), min_value=1, max_value=250, initial=5,
        help_text=gettext_lazy("In every capital, by its own calendar; the day of opening does not count."),
    )  # fmt: skip
    extensions = forms.IntegerField(
        label=gettext_lazy("Extensions allowed"), min_value=0, max_value=20, initial=0,
        help_text=gettext_lazy("0: a single period that is not extended."),
    )  # fmt: skip
    extended_days = forms.IntegerField(
        label=gettext_lazy("Working days of an extension at least"), min_value=0, max_value=250, initial=0
    )
    reminders = forms.CharField(
        label=gettext_lazy("Reminders, hours before the end"), required=False, initial="72, 24", max_length=60,
        help_text=gettext_lazy("Whole numbers with commas between them; empty for none."),
    )  # fmt: skip
    confirmed = forms.BooleanField(
        label=gettext_lazy("Confirmed by a source"), required=False,
        help_text=gettext_lazy("Nobody opens a procedure by a rule that is not."),
    )  # fmt: skip

    def __init__(self, *args: Any, known: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if known:
            del self.fields["body"]

    def clean_reminders(self) -> list[int]:
        words = self.cleaned_data["reminders"].replace(",", " ").split()
        if not all(one.isdecimal() and 0 < int(one) <= 24 * 60 for one in words):
            raise forms.ValidationError(_("Write whole hours with commas between them, as 72, 24."))
        return sorted({int(one) for one in words}, reverse=True)

    def clean(self) -> dict[str, Any]:
        """A rule that is confirmed names what confirms it."""
        found = super().clean() or {}
        if found.get("confirmed") and not any((found.get("sources") or {}).values()):
            self.add_error(
                "confirmed", _("Write what it was agreed in, or leave it unconfirmed until that is found.")
            )
        return found

    def values(self) -> dict[str, Any]:
        """What goes into the record."""
        names = (
            "from_on",
            "until_on",
            "opens",
            "min_days",
            "extensions",
            "extended_days",
            "reminders",
            "sources",
            "confirmed",
        )
        return {name: self.cleaned_data[name] for name in names}
