"""Forms on minutes and reports."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from puebla.accounts.forms import TextsForm, ZoneChoice
from puebla.meetings.forms import HourField
from puebla.meetings.models import Report, Session
from puebla.members.forms import DayField
from puebla.members.models import Audience
from puebla.theme.templatetags.theme import language_name


class DraftForm(TextsForm):
    """Minutes, a report or conclusions to begin."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What is drafted"), choices=Report.Kind.choices, initial=Report.Kind.REPORT
    )
    session = forms.ModelChoiceField(
        Session.objects.none(), to_field_name="ref", required=False, label=gettext_lazy("Of which session"),
        empty_label=gettext_lazy("The whole meeting"),
        help_text=gettext_lazy("Minutes of a closed session stay in its sealed room."),
    )  # fmt: skip

    with_statements = forms.BooleanField(
        label=gettext_lazy("Take in the texts of statements that may be published"), required=False,
        help_text=gettext_lazy("Who spoke is written under each item in any case, in the order in which they did."),
    )  # fmt: skip

    def __init__(self, *args: Any, sessions: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["session"].queryset = sessions  # type: ignore[attr-defined]


class CommentsForm(TextsForm):
    """Until when delegations comment, and who reads the draft."""

    comments_on = DayField(label=gettext_lazy("Comments until, day"))
    comments_hour = HourField(label=gettext_lazy("Hour"))
    zone = ZoneChoice()
    later = forms.NullBooleanField(
        label=gettext_lazy("Where an hour comes twice"), required=False,
        widget=forms.Select(choices=[("", gettext_lazy("does not apply")), ("false", gettext_lazy("the first")), ("true", gettext_lazy("the second"))]),
    )  # fmt: skip
    audience = forms.TypedChoiceField(label=gettext_lazy("Who reads it from now on"), coerce=int)

    def __init__(self, *args: Any, at: dt.datetime, cap: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["zone"].offer(at)
        fields["audience"].choices = [
            (one.value, capfirst(str(one.label))) for one in Audience if Audience.ROOM <= one <= min(cap, Audience.OBSERVERS)
        ]  # fmt: skip


class AdoptForm(TextsForm):
    """The languages in which a text is adopted."""

    adopted_in = forms.MultipleChoiceField(
        label=gettext_lazy("Adopted in"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, languages: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["adopted_in"].choices = [(code, language_name(code)) for code in languages]  # type: ignore[attr-defined]
        self.fields["adopted_in"].initial = list(languages)
