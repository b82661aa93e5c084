"""What people type about what is asked of their party."""

from django import forms
from django.utils.translation import gettext_lazy

from puebla.accounts.models import Person
from puebla.members.forms import DayField, RevisedForm

NO_REASON = gettext_lazy("Say in a few words why it does not apply.")


class NoteForm(RevisedForm):
    """Who handles something, and when they are reminded."""

    assigned_to = forms.ModelChoiceField(
        Person.objects.none(), to_field_name="ref", required=False, label=gettext_lazy("Who has it"),
        empty_label=gettext_lazy("nobody yet"),
    )  # fmt: skip
    remind_on = DayField(
        label=gettext_lazy("Remind them on"), required=False,
        help_text=gettext_lazy("By mail, on the morning of that day, unless it was answered before."),
    )  # fmt: skip


class SetAsideForm(RevisedForm):
    """Why something does not apply."""

    reason = forms.CharField(
        label=gettext_lazy("Why it does not apply to us"), max_length=500, error_messages={"required": NO_REASON},
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Read by your party, the secretariat and the Presidency."),
    )  # fmt: skip
