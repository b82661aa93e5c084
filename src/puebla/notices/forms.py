"""Forms of notices."""

from django import forms
from django.utils.translation import gettext_lazy as _

from puebla.notices.models import Pace


class PaceForm(forms.Form):
    """How often mail comes."""

    pace = forms.ChoiceField(
        label=_("Mail of what I follow"),
        choices=Pace.choices,
        widget=forms.RadioSelect,
        help_text=_("The inbox keeps everything in every case. The daily digest goes out in the morning."),
    )
