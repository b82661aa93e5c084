"""Forms on people, parties, bodies, presidencies."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puebla.accounts.forms import TextsForm, ZoneChoice, language_choices
from puebla.accounts.models import Person
from puebla.core.models import DatePrecision
from puebla.core.words import fold
from puebla.core.zones import NO_SUCH_YEAR, can_be_meant
from puebla.members.models import (
    Audience,
    Body,
    Meeting,
    ObserverApplication,
    Party,
    Permission,
    PresidencyTerm,
    Role,
    Room,
    StandingKind,
)
from puebla.members.querysets import SeatQuerySet

Rows = QuerySet[Any]


class ByName(forms.ModelChoiceField):
    """A record to choose, named in the address by its code and never by its key."""

    def __init__(self, queryset: Rows, **kwargs: Any) -> None:
        super().__init__(queryset, to_field_name="code", **kwargs)


class DayField(forms.DateField):
    """A day, with the browser's own calendar; the value travels as 2009-07-09 whatever the language.

    A year that nobody can mean is a slip: at the ends of the calendar clocks of other zones leave it.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        super().__init__(input_formats=["%Y-%m-%d", "%d/%m/%Y"], **kwargs)

    def validate(self, value: Any) -> None:
        """As Django's, with the year."""
        super().validate(value)
        if value and not can_be_meant(value):
            raise forms.ValidationError(NO_SUCH_YEAR % {"year": value.year}, code="year")


class DayFilter(forms.Form):
    """The day on which a page looks; what is no day is not read."""

    on = DayField(label=gettext_lazy("On the day"), required=False)

    def day(self) -> dt.date | None:
        """The day asked for."""
        return self.cleaned_data["on"] if self.is_valid() else None


class Plain(TextsForm):
    """A form without texts by language; refusals are shown the same way."""


class DirectoryFilter(forms.Form):
    """Narrows the directory; a value that matches nothing gives an empty list, never an error."""

    q = forms.CharField(
        label=gettext_lazy("Name"), required=False, max_length=100, widget=forms.TextInput({"type": "search"})
    )
    party = forms.ChoiceField(label=gettext_lazy("Party"), required=False)
    body = forms.ChoiceField(label=gettext_lazy("Body"), required=False)

    def __init__(self, *args: Any, seats: SeatQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Only parties and bodies of seats that the reader may know of are offered.
        parties = Party.objects.filter(pk__in=seats.order_by().values("party_id"))
        bodies = Body.objects.filter(pk__in=seats.order_by().exclude(body=None).values("body_id"))
        every = [("", _("all"))]
        named = sorted(((one.code, str(one)) for one in parties), key=lambda pair: fold(pair[1]))
        self.fields["party"].choices = every + named  # type: ignore[attr-defined]
        self.fields["body"].choices = [*every, *((one.code, str(one)) for one in bodies)]  # type: ignore[attr-defined]

    def words(self) -> str:
        """What was typed to find a name."""
        return str(self.data.get("q", ""))[:100]

    def narrow(self, seats: SeatQuerySet) -> SeatQuerySet:
        """The seats of the party and body asked for."""
        if code := self.data.get("party"):
            seats = seats.filter(party__code=code)
        if code := self.data.get("body"):
            seats = seats.filter(body__code=code)
        return seats


# People ----------------------------------------------------------------------------------------------------------------


class PlaceForm(Plain):
    """A place to offer: party, body, role, until when."""

    party = ByName(Party.objects.none(), label=gettext_lazy("Party"))
    body = ByName(Body.objects.none(), label=gettext_lazy("Body"))
    role = ByName(Role.objects.all(), label=gettext_lazy("Role"))

    def __init__(
        self, *args: Any, parties: list[Party], bodies: Rows, roles: list[Role], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["party"].queryset = Party.objects.filter(pk__in=[one.pk for one in parties])  # type: ignore[attr-defined]
        self.fields["body"].queryset = bodies  # type: ignore[attr-defined]
        self.fields["role"].queryset = Role.objects.filter(pk__in=[one.pk for one in roles])  # type: ignore[attr-defined]
        if len(parties) == 1:
            self.fields["party"].initial = parties[0].code
            self.fields["party"].empty_label = None  # type: ignore[attr-defined]


class InvitationForm(PlaceForm):
    """Whom to invite, and to which seat."""

    order = ["full_name", "email", "language", "party", "body", "role", "until_on"]

    full_name = forms.CharField(label=gettext_lazy("Full name"), max_length=150)
    email = forms.EmailField(label=gettext_lazy("E-mail address"))
    language = forms.ChoiceField(label=gettext_lazy("Language of the invitation"))
    until_on = DayField(
        label=gettext_lazy("Seat until"), required=False, help_text=gettext_lazy("Empty: until it is ended.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = language_choices(self.languages)  # type: ignore[attr-defined]


class SeatForm(PlaceForm):
    """A seat for somebody known."""

    order = ["party", "body", "role", "from_on", "until_on"]

    from_on = DayField(
        label=gettext_lazy("From"), required=False, help_text=gettext_lazy("Empty: from today.")
    )
    until_on = DayField(
        label=gettext_lazy("Until"), required=False, help_text=gettext_lazy("Empty: until it is ended.")
    )


class AcceptForm(Plain):
    """Somebody new comes in: name and password."""

    full_name = forms.CharField(
        label=gettext_lazy("Full name"), max_length=150, widget=forms.TextInput({"autocomplete": "name"})
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=gettext_lazy("Password again"),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        self.email = email
        super().__init__(*args, **kwargs)
        from django.contrib.auth import password_validation

        self.fields["password"].help_text = " ".join(password_validation.password_validators_help_texts())

    def clean(self) -> dict[str, Any]:
        from django.contrib.auth import password_validation

        found = super().clean()
        password = found.get("password")
        if password and found.get("again") and password != found["again"]:
            self.add_error("again", _("The two passwords are not the same. Type both again."))
        elif password:
            nobody = Person(email=self.email, full_name=found.get("full_name", ""))
            try:
                password_validation.validate_password(password, nobody)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return found


# Lists -----------------------------------------------------------------------------------------------------------------


class AudienceForm(forms.Form):
    """Who may read something restricted.

    Args:
        cap: the widest audience that its room allows. least: the narrowest that can be chosen.
    """

    audience = forms.TypedChoiceField(choices=Audience, coerce=int, label=gettext_lazy("Who may read it"))

    def __init__(self, *args: Any, cap: int, least: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = [one for one in Audience.choices if least <= one[0] <= cap]
        self.fields["audience"].choices = kept  # type: ignore[attr-defined]


class RevisedForm(TextsForm):
    """A form on a record that carries a revision."""

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)


class PartyForm(RevisedForm):
    """A party's names and codes."""

    texts = {
        "names": (gettext_lazy("Name"), 300, True, 1),
        "short_names": (gettext_lazy("Short name"), 80, True, 1),
    }
    order = ["code", "kind", "names", "short_names", "iso2", "iso3", "parent", "website", "zone", "revision"]
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Party.Kind.choices)
    iso2 = forms.CharField(
        label=gettext_lazy("ISO 3166, two letters"), required=False, help_text="CR", max_length=2
    )
    iso3 = forms.CharField(
        label=gettext_lazy("ISO 3166, three letters"), required=False, help_text="CRI", max_length=3
    )
    parent = ByName(Party.objects.all(), label=gettext_lazy("Part of"), required=False)
    website = forms.URLField(label=gettext_lazy("Website"), required=False, assume_scheme="https")
    zone = ZoneChoice(
        label=gettext_lazy("Time zone of the capital"), own=True, required=False,
        help_text=gettext_lazy("Hours by which something is due are shown to the party by these clocks."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["zone"].offer(timezone.now())  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """What goes into the record."""
        names = ("kind", "names", "short_names", "iso2", "iso3", "parent", "website", "zone")
        return {name: self.cleaned_data[name] for name in names}


class NewPartyForm(PartyForm):
    """A new party with its first standing."""

    order = [*PartyForm.order[:-1], "standing", "from_on", "revision"]
    code = forms.SlugField(label=gettext_lazy("Code"), max_length=20, help_text="CRI, UNHCR")
    standing = forms.ChoiceField(label=gettext_lazy("Standing"), choices=StandingKind.choices)
    from_on = DayField(label=gettext_lazy("Since"))

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"]).upper()
        if Party.objects.filter(code__iexact=code).exists():
            raise forms.ValidationError(
                _("A party with the code %(code)s is in the list already.") % {"code": code}
            )
        return code


#: What a list says where nothing is meant; an empty choice is a forgotten one.
NOTHING = "-"


class StandingForm(TextsForm):
    """How a party takes part from a day."""

    texts = {"note": (gettext_lazy("Note"), 300, False, 1)}
    order = ["kind", "from_on", "note"]
    kind = forms.ChoiceField(
        label=gettext_lazy("Standing"),
        choices=[("", "---------"), *StandingKind.choices, (NOTHING, gettext_lazy("takes part no longer"))],
    )
    from_on = DayField(label=gettext_lazy("From"))

    def clean_kind(self) -> str | None:
        kind = str(self.cleaned_data["kind"])
        return None if kind == NOTHING else kind


class BodyForm(RevisedForm):
    """A body's names, dates and description."""

    texts = {
        "names": (gettext_lazy("Name"), 300, True, 1),
        "short_names": (gettext_lazy("Short name"), 80, True, 1),
        "descriptions": (gettext_lazy("Description"), 2000, False, 4),
    }
    order = ["code", "function", "names", "short_names", "descriptions", "from_on", "from_precision", "until_on", "rank",
             "revision"]  # fmt: skip
    function = forms.ChoiceField(label=gettext_lazy("Function"), choices=Body.Function.choices)
    from_on = DayField(label=gettext_lazy("Exists from"))
    from_precision = forms.ChoiceField(label=gettext_lazy("Known to the"), choices=DatePrecision.choices)
    until_on = DayField(label=gettext_lazy("Exists until"), required=False)
    rank = forms.IntegerField(
        label=gettext_lazy("Place in lists"), min_value=0, max_value=999, initial=50,
        help_text=gettext_lazy("A smaller number stands higher."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        _in_order(self, "from_on", "until_on")
        return found

    def values(self) -> dict[str, Any]:
        """What goes into the record."""
        return {
            name: self.cleaned_data[name]
            for name in self.order
            if name not in {"code", "revision", "sealed", "cap"}
        }


class NewBodyForm(BodyForm):
    """A new body with its room, whose seal is fixed for ever."""

    order = [*BodyForm.order[:-1], "sealed", "cap", "revision"]
    code = forms.SlugField(label=gettext_lazy("Code"), max_length=20, help_text="WG1")
    sealed = forms.BooleanField(
        label=gettext_lazy("Seal its room"),
        required=False,
        help_text=gettext_lazy(
            "Only those seated and confirmed by the chair read what lies in it. Fixed for ever."
        ),
    )
    cap = forms.TypedChoiceField(
        label=gettext_lazy("Widest audience of its room"),
        coerce=int,
        choices=[(one.value, one.label) for one in Audience if one >= Audience.MEMBERS],
        initial=Audience.PUBLIC.value,
        help_text=gettext_lazy("Fixed for ever; not read for a sealed room."),
    )

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"]).upper()
        if Body.objects.filter(code__iexact=code).exists():
            raise forms.ValidationError(
                _("A body with the code %(code)s is in the list already.") % {"code": code}
            )
        return code


class MeetingForm(RevisedForm):
    """A meeting as a dated, numbered record."""

    texts = {
        "titles": (gettext_lazy("Title"), 300, True, 1),
        "places": (gettext_lazy("Place"), 120, False, 1),
        "themes_text": (gettext_lazy("Theme of the meeting"), 300, False, 2),
        "joint_with": (gettext_lazy("Held jointly with (another process)"), 200, False, 1),
        "remark": (gettext_lazy("Remark"), 500, False, 2),
    }
    order = ["symbol", "number", "titles", "places", "host", "starts_on", "ends_on", "precision", "themes_text",
             "joint_with", "joint_code", "joint_symbol", "confirmed", "remark", "revision"]  # fmt: skip
    number = forms.IntegerField(label=gettext_lazy("Number"), required=False, min_value=1, max_value=999)
    host = ByName(Party.objects.all(), label=gettext_lazy("Host"), required=False)
    starts_on = DayField(label=gettext_lazy("Begins on"))
    ends_on = DayField(label=gettext_lazy("Ends on"), required=False)
    precision = forms.ChoiceField(label=gettext_lazy("Known to the"), choices=DatePrecision.choices)
    joint_code = forms.CharField(
        label=gettext_lazy("Short name of that process"), required=False, max_length=20, help_text="SACM"
    )
    joint_symbol = forms.CharField(
        label=gettext_lazy("Symbol that it gave to the meeting"), required=False, max_length=60
    )
    confirmed = forms.BooleanField(label=gettext_lazy("Confirmed by a source"), required=False, initial=True)

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        _in_order(self, "starts_on", "ends_on")
        found["joint_code"] = str(found.get("joint_code", "")).upper()
        if found["joint_code"] and not found.get("joint_with"):
            self.add_error("joint_code", _("Name the other process too."))
        elif found.get("joint_with") and not found["joint_code"]:
            self.add_error("joint_code", _("Give its short name: lists are filtered by it."))
        return found

    def values(self) -> dict[str, Any]:
        """What goes into the record."""
        return {name: self.cleaned_data[name] for name in self.order if name not in {"symbol", "revision"}}


class NewMeetingForm(MeetingForm):
    """A new meeting with its symbol."""

    symbol = forms.RegexField(
        r"^[A-Za-z0-9]+([/-][A-Za-z0-9]+)+$",
        label=gettext_lazy("Symbol"),
        max_length=60,
        help_text="ABC/2009/WG1",
        error_messages={
            "invalid": gettext_lazy("A symbol is made of letters, digits, / and -: ABC/2009/WG1.")
        },
    )

    def clean_symbol(self) -> str:
        from puebla.members.models import Meeting

        symbol = str(self.cleaned_data["symbol"]).upper()
        if Meeting.objects.filter(symbol__iexact=symbol).exists():
            raise forms.ValidationError(
                _("The symbol %(symbol)s is taken. Choose another.") % {"symbol": symbol}
            )
        return symbol


class RoleForm(TextsForm):
    """What a role is called and carries."""

    texts = {
        "names": (gettext_lazy("Name"), 80, True, 1),
        "descriptions": (gettext_lazy("Description"), 500, False, 2),
    }
    permissions = forms.MultipleChoiceField(
        label=gettext_lazy("Its holders may"),
        choices=Permission.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    observes = forms.BooleanField(label=gettext_lazy("Observes only"), required=False)
    second_factor = forms.BooleanField(
        label=gettext_lazy("Ask its holders for a second factor"),
        required=False,
        help_text=gettext_lazy(
            "Until they have set up a passkey or an app, the private site stays shut to them."
        ),
    )

    def values(self) -> dict[str, Any]:
        """What goes into the record."""
        return {
            name: self.cleaned_data[name]
            for name in ("names", "descriptions", "permissions", "observes", "second_factor")
        }


class PresidencyForm(TextsForm):
    """Who presides from a day."""

    texts = {"remark": (gettext_lazy("Remark"), 500, False, 2)}
    order = ["body", "party", "starts_on", "confirmed", "remark"]
    body = ByName(Body.objects.none(), label=gettext_lazy("Office"))
    party = forms.ChoiceField(label=gettext_lazy("Party"))
    starts_on = DayField(label=gettext_lazy("Begins on"))
    confirmed = forms.BooleanField(label=gettext_lazy("Confirmed by a source"), required=False, initial=True)

    def __init__(self, *args: Any, on: dt.date, term: PresidencyTerm | None = None, **kwargs: Any) -> None:
        if term is not None:
            kwargs["initial"] = {
                "body": term.body.code,
                "party": term.party.code if term.party else NOTHING,
                "starts_on": term.starts_on,
                "confirmed": term.confirmed,
                "remark": term.remark,
            }
        super().__init__(*args, **kwargs)
        offices = Body.objects.filter(function=Body.Function.PRESIDENCY)
        self.fields["body"].queryset = offices  # type: ignore[attr-defined]
        self.fields["body"].empty_label = None  # type: ignore[attr-defined]
        parties = Party.objects.members(on=on)
        if term is not None:
            # A past term may be of a party that is no member today.
            parties = Party.objects.filter(pk__in=[*parties.values_list("pk", flat=True), term.party_id or 0])
            self.fields["body"].disabled = True
        named = [(one.code, str(one)) for one in parties.for_language("")]
        choices = [("", "---------"), *named, (NOTHING, _("vacant: nobody"))]
        self.fields["party"].choices = choices  # type: ignore[attr-defined]

    def clean_party(self) -> Party | None:
        code = str(self.cleaned_data["party"])
        return None if code == NOTHING else Party.objects.get(code=code)


class MeetingChoice(forms.ModelChoiceField):
    """A meeting to choose, named by its symbol; newest first."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Meeting.objects.none(), to_field_name="symbol", **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj} ({obj.symbol})"


class CandidatureForm(TextsForm):
    """A candidature as it was announced in plenary."""

    texts = {
        "note": (gettext_lazy("Note"), 1000, False, 3),
        "late_why": (gettext_lazy("Why the Presidency takes it late"), 500, False, 2),
    }
    order = ["body", "party", "starts_on", "ends_on", "announced_in", "announced_on", "note", "late_why"]
    body = ByName(Body.objects.none(), label=gettext_lazy("Office"))
    party = ByName(Party.objects.none(), label=gettext_lazy("Member state"))
    starts_on = DayField(label=gettext_lazy("The term begins on"))
    ends_on = DayField(label=gettext_lazy("Its last day, as planned"))
    announced_in = MeetingChoice(label=gettext_lazy("Announced in plenary of"))
    announced_on = DayField(label=gettext_lazy("Announced on"))

    def __init__(self, *args: Any, parties: Rows, meetings: Rows, takes_late: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["body"].queryset = Body.objects.filter(function=Body.Function.PRESIDENCY)
        fields["body"].empty_label = None
        fields["party"].queryset = parties
        fields["announced_in"].queryset = meetings
        if not takes_late:
            # Only the Presidency may; to others the form does not speak of it.
            for code in self.languages:
                del fields[f"late_why_{code}"]


class ConsensusForm(TextsForm):
    """Consensus on a candidature, as a meeting reached it."""

    texts = {"note": (gettext_lazy("Note on the consensus"), 1000, False, 2)}
    order = ["agreed_in", "agreed_on", "note", "no_vote"]
    agreed_in = MeetingChoice(label=gettext_lazy("Reached in"))
    agreed_on = DayField(label=gettext_lazy("Reached on"))
    no_vote = forms.BooleanField(
        label=gettext_lazy("It was reached by consensus, without a vote; it binds nobody.")
    )

    def __init__(self, *args: Any, meetings: Rows, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agreed_in"].queryset = meetings  # type: ignore[attr-defined]


class WithdrawCandidatureForm(TextsForm):
    """Why a candidature is taken back."""

    texts = {"why": (gettext_lazy("Why it is withdrawn"), 500, True, 2)}


class OfficeSeatsForm(Plain):
    """Who will hold the office for a party: people who sit for it already."""

    people = forms.ModelMultipleChoiceField(
        Person.objects.none(), to_field_name="ref", label=gettext_lazy("People"), widget=forms.CheckboxSelectMultiple
    )  # fmt: skip
    role = ByName(Role.objects.none(), label=gettext_lazy("Role"))

    def __init__(self, *args: Any, people: Rows, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["people"].queryset = people
        roles = [one.pk for one in Role.objects.all() if Permission.CONFIRM_SEATS in one.permissions]
        fields["role"].queryset = Role.objects.filter(pk__in=roles).order_by("rank", "code")
        fields["role"].empty_label = None
        initial = next(
            (one.code for one in Role.objects.filter(pk__in=roles) if Permission.CONVENE in one.permissions),
            None,
        )
        fields["role"].initial = initial


# Applications, rooms ---------------------------------------------------------------------------------------------------


class ApplicationForm(TextsForm):
    """The public form of a state or organisation that asks to observe."""

    texts = {"names": (gettext_lazy("Name of the state or organisation"), 300, True, 1)}
    order = ["names", "short_name", "kind", "contact_name", "contact_email", "reasons", "company"]
    short_name = forms.CharField(label=gettext_lazy("Short name or abbreviation"), max_length=40)
    kind = forms.ChoiceField(
        label=gettext_lazy("Standing asked for"),
        choices=[
            (StandingKind.OBSERVER_STATE.value, StandingKind.OBSERVER_STATE.label),
            (StandingKind.OBSERVER_ORGANISATION.value, StandingKind.OBSERVER_ORGANISATION.label),
            (StandingKind.CIVIL_SOCIETY.value, StandingKind.CIVIL_SOCIETY.label),
        ],
    )
    contact_name = forms.CharField(
        label=gettext_lazy("Contact person"), max_length=150, widget=forms.TextInput({"autocomplete": "name"})
    )
    contact_email = forms.EmailField(
        label=gettext_lazy("E-mail address"), widget=forms.EmailInput({"autocomplete": "email"})
    )
    reasons = forms.CharField(
        label=gettext_lazy("Reasons and relevant work"),
        min_length=40,
        max_length=5000,
        widget=forms.Textarea({"rows": 8}),
        help_text=gettext_lazy("Your work on migration in the region and what you wish to contribute."),
    )

    def values(self) -> dict[str, Any]:
        """What goes into the application."""
        names = ("names", "short_name", "kind", "contact_name", "contact_email", "reasons")
        return {name: self.cleaned_data[name] for name in names}


class ReviewForm(RevisedForm):
    """The secretariat's review of an application."""

    order = ["review", "revision"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Both forms stand on one page, each with a revision of its own.
        super().__init__(*args, **({"auto_id": "id_review_%s"} | kwargs))

    review = forms.CharField(
        label=gettext_lazy("Review by the secretariat"), max_length=5000, widget=forms.Textarea({"rows": 6})
    )


class DecisionForm(RevisedForm):
    """What the member states decided on an application."""

    order = ["admitted", "note", "code", "from_on", "revision"]
    admitted = forms.TypedChoiceField(
        label=gettext_lazy("Decision"),
        choices=[
            ("yes", ObserverApplication.State.ADMITTED.label),
            ("no", ObserverApplication.State.DECLINED.label),
            ("withdrawn", gettext_lazy("withdrawn by the applicant")),
        ],
        coerce={"yes": True, "no": False, "withdrawn": None}.get,
        empty_value="",
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=gettext_lazy("Decided where and how"),
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("The meeting and the paragraph. The applicant reads this."),
    )
    code = forms.SlugField(
        label=gettext_lazy("Code of the new party"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("When admitted"),
    )
    from_on = DayField(
        label=gettext_lazy("Standing from"), required=False, help_text=gettext_lazy("When admitted")
    )

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        if found.get("admitted"):
            for name in ("code", "from_on"):
                if not found.get(name) and not self.has_error(name):
                    self.add_error(name, _("An admitted party needs this."))
        return found


class OpeningForm(Plain):
    """Which sealed room to open, and why."""

    order = ["room", "reason"]
    room = forms.ChoiceField(label=gettext_lazy("Sealed room of"))
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        min_length=20,
        max_length=2000,
        widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("Everybody in the room will read it."),
    )

    def __init__(self, *args: Any, rooms: Mapping[str, tuple[str, Room]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rooms = rooms
        named = [(code, name) for code, (name, _room) in rooms.items()]
        self.fields["room"].choices = [("", _("Choose")), *named]  # type: ignore[attr-defined]

    def clean_room(self) -> Room:
        """The room that was chosen."""
        return self.rooms[self.cleaned_data["room"]][1]


def _in_order(form: forms.Form, first: str, last: str) -> None:
    begins, ends = form.cleaned_data.get(first), form.cleaned_data.get(last)
    if begins and ends and ends < begins:
        form.add_error(last, _("The end lies before the beginning. Correct one of the two."))
