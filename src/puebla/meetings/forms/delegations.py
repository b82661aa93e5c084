"""Forms on delegations and their people."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from puebla.accounts.forms import TextsForm, international_number, language_choices
from puebla.accounts.models import Person
from puebla.meetings.models import Delegate
from puebla.meetings.querysets.delegations import STANDINGS
from puebla.members.forms import ByName, DayField, Plain
from puebla.members.models import Party, StandingKind

OFFICES = (gettext_lazy("Office held"), 150, False, 1)


class _Known(TextsForm):
    """What is known of a delegate."""

    texts = {"offices": OFFICES}
    full_name = forms.CharField(
        label=gettext_lazy("Full name, as on the badge"), max_length=150, required=False
    )
    email = forms.EmailField(label=gettext_lazy("E-mail address"), required=False)
    phone = forms.CharField(
        label=gettext_lazy("Telephone"), max_length=40, required=False,
        help_text=gettext_lazy("With the country code: +502 2410 1000"), widget=forms.TextInput({"type": "tel"}),
    )  # fmt: skip
    language = forms.ChoiceField(label=gettext_lazy("Language"))
    needs = forms.CharField(
        label=gettext_lazy("What the organisers should know"), max_length=500, required=False,
        help_text=gettext_lazy("Access, diet, interpretation. Deleted with address, telephone and photograph after the meeting."),
        widget=forms.Textarea({"rows": 2}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = language_choices(self.languages)  # type: ignore[attr-defined]

    def clean_phone(self) -> str:
        """As it is dialled from abroad."""
        return international_number(self.cleaned_data["phone"])

    def values(self) -> dict[str, Any]:
        """What goes into the record."""
        names = ("full_name", "offices", "role", "email", "phone", "language", "needs")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}


class NominationForm(_Known):
    """Name somebody: one of the party's people, of whom everything is known, or somebody without an account."""

    order = ["person", "full_name", "offices", "role", "email", "phone", "language", "needs"]
    person = forms.ModelChoiceField(
        Person.objects.none(), to_field_name="ref", required=False, label=gettext_lazy("Person"),
        empty_label=gettext_lazy("somebody without an account"),
        help_text=gettext_lazy("What is known of a person is filled in where you leave it empty."),
        error_messages={
            "invalid_choice": gettext_lazy("A delegation names people of its own party, and nobody twice. Choose somebody of the list, or write the name of somebody without an account."),
        },
    )  # fmt: skip
    role = forms.ChoiceField(label=gettext_lazy("Role in the delegation"), choices=Delegate.Role.choices)

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people  # type: ignore[attr-defined]
        self.fields["person"].label_from_instance = lambda one: one.full_name  # type: ignore[attr-defined]


class DelegateForm(_Known):
    """Change what is known of a delegate."""

    order = ["full_name", "offices", "role", "email", "phone", "language", "needs", "photo", "revision"]
    role = forms.ChoiceField(label=gettext_lazy("Role in the delegation"), choices=Delegate.Role.choices)
    photo = forms.FileField(
        label=gettext_lazy("Photograph for the badge"), required=False,
        help_text=gettext_lazy("JPEG, PNG or WebP. It is made small here; place and time written by the camera are taken out."),
        widget=forms.FileInput({"accept": "image/jpeg,image/png,image/webp"}),
    )  # fmt: skip
    revision = forms.IntegerField(widget=forms.HiddenInput)


class RegistrationForm(DelegateForm):
    """Register: everything known, to be looked through; and whether the name may be published."""

    order = ["full_name", "offices", "email", "phone", "language", "needs", "photo", "consents", "revision"]
    consents = forms.BooleanField(
        label=gettext_lazy("My name and office may stand on copies of the list of participants that leave the members' circle"),
        required=False,
        help_text=gettext_lazy("Without it observers, civil society and the public are not shown them. You can take this back at any time."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["role"]


class LetterForm(forms.Form):
    """The letter of credentials."""

    letter = forms.FileField(
        label=gettext_lazy("Letter of credentials"),
        help_text=gettext_lazy("PDF, a picture of it, or a text document. Read by your delegation, the secretariat and the Presidency."),
    )  # fmt: skip


class ReasonForm(forms.Form):
    """Why a delegate is refused."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea({"rows": 2}))


class InvitationForm(Plain):
    """A party invited by name, or a delegation's own quota."""

    party = ByName(Party.objects.none(), label=gettext_lazy("Party"))
    quota = forms.IntegerField(
        label=gettext_lazy("At most"), required=False, min_value=1, max_value=500,
        help_text=gettext_lazy("Empty: as for all of the same standing."),
    )  # fmt: skip

    def __init__(self, *args: Any, parties: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["party"].queryset = parties  # type: ignore[attr-defined]


class QuotasForm(Plain):
    """How many each delegation may be, until when, and how long personal data are kept."""

    nominate_by = DayField(label=gettext_lazy("Nominations by"), required=False)
    keep_days = forms.IntegerField(
        label=gettext_lazy("Personal data are kept for (days)"), min_value=1, max_value=3650,
        help_text=gettext_lazy("Addresses, telephones, photographs, needs and letters are deleted so long after the meeting's last day."),
    )  # fmt: skip
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for standing in STANDINGS:
            self.fields[f"quota_{standing}"] = forms.IntegerField(
                label=StandingKind(standing).label, required=False, min_value=1, max_value=500,
            )  # fmt: skip
        self.order_fields([*(f"quota_{one}" for one in STANDINGS), "nominate_by", "keep_days", "revision"])

    def quotas(self) -> dict[str, int | None]:
        """The figures by standing."""
        return {one: self.cleaned_data[f"quota_{one}"] for one in STANDINGS}
