"""What people type about decisions."""

import datetime as dt
import re
import secrets
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puebla.accounts.forms import TextsForm, language_choices, working_languages
from puebla.core.languages import Texts, show
from puebla.core.models import parse_imprecise, write_imprecise
from puebla.decisions.actions import Meaning, Whom
from puebla.decisions.models import (
    Addressee,
    Decision,
    Position,
    Proposal,
    Provision,
    ProvisionAnswer,
    Status,
    Verb,
)
from puebla.documents.models import Document, Theme
from puebla.meetings.models import AgendaItem, Session
from puebla.members.forms import ByName, DayField, RevisedForm
from puebla.members.models import Audience, Body, Meeting, Party
from puebla.texts.forms import WordsField
from puebla.texts.models import Kind, tree
from puebla.texts.models.wording import unmarked
from puebla.theme.templatetags.theme import language_name

_QUARTER = re.compile(r"(?P<year>\d{4})-?[QqTt](?P<number>[1-4])")


class ImpreciseField(forms.CharField):
    """A due date as far as it is known: 2027-06-30, 2027-06, 2027-Q1, 2027."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "help_text", gettext_lazy("2027-06-30, or as far as it is known: 2027-06, 2027-Q1, 2027.")
        )
        super().__init__(max_length=10, required=False, **kwargs)

    def clean(self, value: Any) -> "tuple[dt.date, str] | None":
        """The first day of the period, and how far it is known."""
        typed = super().clean(value)
        if not typed:
            return None
        if quarter := _QUARTER.fullmatch(typed):
            return dt.date(
                int(quarter["year"]), 3 * int(quarter["number"]) - 2, 1
            ), Provision.Precision.QUARTER
        try:
            return parse_imprecise(typed)
        except ValueError as error:
            raise ValidationError(
                _("“%(typed)s” is no date. Write it as 2027-06-30, 2027-06, 2027-Q1 or 2027.")
                % {"typed": typed}
            ) from error


def imprecise(on: dt.date | None, precision: str) -> str:
    """A due date as it is typed."""
    if on is None:
        return ""
    if precision == Provision.Precision.QUARTER:
        return f"{on.year}-Q{(on.month + 2) // 3}"
    return write_imprecise(on, precision)


class TokenForm(TextsForm):
    """A form that counts once, however often it is sent."""

    token = forms.CharField(widget=forms.HiddenInput, max_length=40, required=False)

    def __init__(self, *args: Any, initial: dict[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, initial={"token": secrets.token_urlsafe(16), **(initial or {})}, **kwargs)

    def clean_token(self) -> str:
        """The one that was sent, or a new one."""
        return self.cleaned_data["token"] or secrets.token_urlsafe(16)


class SidesForm(TokenForm):
    """Words typed or pasted for every working language."""

    label = gettext_lazy("Words")

    def __init__(self, *args: Any, kept: Texts | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code in self.languages:
            self.fields[f"words_{code}"] = WordsField(
                label=f"{self.label}: {language_name(code)}", initial=(kept or {}).get(code, ""),
                widget=forms.Textarea({"lang": code, "rows": 5, "spellcheck": "true"}),
            )  # fmt: skip
        self.order_fields([*self._sorted()])

    def _sorted(self) -> Sequence[str]:
        return list(self.fields)

    @property
    def words(self) -> Texts:
        """What was typed in each language, as one paragraph."""
        return {
            code: " ".join(found)
            for code in self.languages
            if (found := self.cleaned_data.get(f"words_{code}"))
        }


def _labels(choices: Any) -> list[tuple[Any, str]]:
    return [(value, capfirst(str(label))) for value, label in choices]


class BeginForm(TextsForm):
    """A recommendation, a decision or a declaration to begin."""

    texts = {
        "titles": (gettext_lazy("Title"), 300, True, 1),
        "joint_with": (gettext_lazy("Of a joint one: with which process"), 200, False, 1),
    }
    order = ["body", "kind", "scope", "titles", "session", "item", "audience", "joint_with"]
    body = ByName(Body.objects.none(), label=gettext_lazy("Body"))
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Decision.Kind.choices)
    scope = forms.ChoiceField(label=gettext_lazy("Occasion"), choices=Decision.Scope.choices)
    session = forms.ModelChoiceField(
        Session.objects.none(), to_field_name="ref", required=False, label=gettext_lazy("Session in which it is negotiated"),
        empty_label=gettext_lazy("None in particular"),
        help_text=gettext_lazy("The draft of a closed session stays in its sealed room; what is agreed comes out."),
    )  # fmt: skip
    item = forms.ModelChoiceField(
        AgendaItem.objects.none(), to_field_name="ref", required=False, label=gettext_lazy("Agenda item")
    )
    audience = forms.TypedChoiceField(
        coerce=int, label=gettext_lazy("Who reads the draft"), initial=int(Audience.ROOM),
        choices=[(int(one), one.label) for one in (Audience.SECRETARIAT, Audience.PRESIDENCY, Audience.ROOM, Audience.MEMBERS)],
    )  # fmt: skip

    def __init__(
        self, *args: Any, bodies: Any = None, sessions: Any = None, items: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in (("body", bodies), ("session", sessions), ("item", items)):
            if rows is None:
                del self.fields[name]
            else:
                self.fields[name].queryset = rows  # type: ignore[attr-defined]


class ProposeForm(SidesForm):
    """What a party proposes for a paragraph."""

    label = gettext_lazy("Proposed words")
    what = forms.ChoiceField(
        label=gettext_lazy("What is proposed"), choices=Proposal.What.choices, widget=forms.RadioSelect
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Of a new one: what it is"),
        choices=Kind.choices,
        initial=Kind.PARAGRAPH,
        required=False,
    )
    party = ByName(Party.objects.none(), label=gettext_lazy("In the name of"))
    reason = forms.CharField(
        label=gettext_lazy("Reason"), required=False, max_length=1000, widget=forms.Textarea({"rows": 2})
    )
    on_revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, parties: Sequence[Party], beginning: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["party"].queryset = Party.objects.filter(pk__in=[one.pk for one in parties])  # type: ignore[attr-defined]
        self.fields["party"].initial = parties[0] if parties else None
        if beginning:
            self.fields["what"].choices = [(Proposal.What.ADD.value, Proposal.What.ADD.label)]  # type: ignore[attr-defined]
            self.fields["what"].initial = Proposal.What.ADD.value

    def _sorted(self) -> Sequence[str]:
        typed = [one for one in self.fields if one.startswith("words_")]
        return ["what", *typed, "kind", "party", "reason", "on_revision", "token"]

    def clean_kind(self) -> str:
        """A paragraph where nothing else was chosen."""
        return self.cleaned_data["kind"] or Kind.PARAGRAPH


class PositionForm(SidesForm):
    """A position that a member asks to have recorded, and who reads it."""

    label = gettext_lazy("Words to be recorded")
    kind = forms.ChoiceField(
        label=gettext_lazy("Position"), choices=Position.Kind.choices, widget=forms.RadioSelect
    )
    of = forms.ChoiceField(label=gettext_lazy("Of which paragraph"), required=False)
    party = ByName(Party.objects.none(), label=gettext_lazy("In the name of"))
    readers = forms.ChoiceField(label=gettext_lazy("Who reads it"))

    def __init__(
        self, *args: Any, parties: Sequence[Party], decision: Decision, living: Sequence[tree.Node], **kwargs: Any
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        offered = [
            (one.paragraph.anchor, _begun(one)) for one in living if one.paragraph.kind != Kind.HEADING
        ]
        self.fields["of"].choices = [("", _("The whole text")), *offered]  # type: ignore[attr-defined]
        self.fields["party"].queryset = Party.objects.filter(pk__in=[one.pk for one in parties])  # type: ignore[attr-defined]
        self.fields["party"].initial = parties[0] if parties else None
        self.fields["readers"].choices = list(_readers(decision))  # type: ignore[attr-defined]

    def _sorted(self) -> Sequence[str]:
        typed = [one for one in self.fields if one.startswith("words_")]
        return ["kind", "of", *typed, "readers", "party", "token"]

    @property
    def audience(self) -> tuple[int, bool]:
        """Who reads it, and whether it lies outside the sealed room."""
        place, _dash, audience = self.cleaned_data["readers"].partition("-")
        return int(audience), place == "out"


def _begun(node: tree.Node) -> str:
    """A paragraph among those to choose from: its number and first words."""
    return Truncator(f"{node.label} {unmarked(show(node.paragraph.words).text)}".strip()).chars(80)


def _readers(decision: Decision) -> Iterable[tuple[str, str]]:
    room, body = decision.text.room, decision.body.room
    if room.sealed:
        yield f"in-{int(Audience.ROOM)}", _("Those who sit in “%(room)s” alone") % {"room": room}
    else:
        yield f"in-{int(Audience.PRESIDENCY)}", _("The secretariat and the Presidency")
        yield f"in-{min(int(Audience.ROOM), room.cap)}", _("Members of “%(room)s”") % {"room": room}
    for one in (Audience.MEMBERS, Audience.OBSERVERS):
        if one <= body.cap:
            yield f"out-{int(one)}", capfirst(str(one.label))


class DeclareForm(TextsForm):
    """Among whom consensus is declared, and in which languages the words are adopted."""

    present = forms.ModelMultipleChoiceField(
        Party.objects.none(), to_field_name="code", label=gettext_lazy("Member states present"),
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    adopted_in = forms.MultipleChoiceField(
        label=gettext_lazy("Languages adopted"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, members: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["present"].queryset = members  # type: ignore[attr-defined]
        codes = working_languages()
        self.fields["adopted_in"].choices = [(code, language_name(code)) for code in codes]  # type: ignore[attr-defined]
        self.fields["adopted_in"].initial = codes


class EnterForm(TextsForm):
    """When a text was adopted, as far as it is known, in which languages, and as which paper it is filed already."""

    on = forms.CharField(
        label=gettext_lazy("Adopted"), max_length=10,
        help_text=gettext_lazy("2009-07-09, or as far as it is known: 2009-07, 2009."),
    )  # fmt: skip
    adopted_in = forms.MultipleChoiceField(
        label=gettext_lazy("Languages adopted"), widget=forms.CheckboxSelectMultiple
    )
    document = forms.ModelChoiceField(
        Document.objects.none(), to_field_name="symbol", required=False, label=gettext_lazy("Filed already as"),
        empty_label=gettext_lazy("Not filed yet"),
        help_text=gettext_lazy("Papers of that body that were adopted; the symbol becomes the decision's address."),
    )  # fmt: skip

    meeting = forms.ModelChoiceField(
        Meeting.objects.none(), to_field_name="symbol", required=False, label=gettext_lazy("At the meeting"),
        empty_label=gettext_lazy("None in particular"),
    )  # fmt: skip

    def __init__(self, *args: Any, documents: Any, meetings: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = working_languages()
        self.fields["adopted_in"].choices = [(code, language_name(code)) for code in codes]  # type: ignore[attr-defined]
        self.fields["adopted_in"].initial = codes
        self.fields["document"].queryset = documents  # type: ignore[attr-defined]
        self.fields["meeting"].queryset = meetings  # type: ignore[attr-defined]

    def clean_on(self) -> tuple[dt.date, str]:
        """The first day of the period, and how far it is known."""
        typed = self.cleaned_data["on"]
        try:
            return parse_imprecise(typed)
        except ValueError as error:
            raise ValidationError(
                _("“%(typed)s” is no date. Write it as 2009-07-09, 2009-07 or 2009.") % {"typed": typed}
            ) from error


class ForwardForm(TextsForm):
    """To which item and session of a meeting a recommendation is forwarded."""

    kind = forms.ChoiceField(
        label=gettext_lazy("It is laid before the meeting as"), initial=Decision.Kind.DECISION,
        choices=[(one.value, one.label) for one in (Decision.Kind.DECISION, Decision.Kind.DECLARATION)],
    )  # fmt: skip
    session = forms.ModelChoiceField(
        Session.objects.none(), to_field_name="ref", required=False, label=gettext_lazy("Session in which it is negotiated"),
        empty_label=gettext_lazy("None in particular"),
    )  # fmt: skip
    item = forms.ModelChoiceField(
        AgendaItem.objects.none(), to_field_name="ref", required=False, label=gettext_lazy("Agenda item")
    )

    def __init__(self, *args: Any, sessions: Any, items: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["session"].queryset = sessions  # type: ignore[attr-defined]
        self.fields["item"].queryset = items  # type: ignore[attr-defined]


# What paragraphs do ------------------------------------------------------------------------------------------------

EVERYBODY = (Addressee.Whom.MEMBERS, Addressee.Whom.SECRETARIAT, Addressee.Whom.PRESIDENCY)


class MeaningForm(RevisedForm):
    """What one paragraph does."""

    texts = {"partners": (gettext_lazy("Partners addressed"), 200, False, 1)}
    order = ["verb", "whom", "partners", "asks", "due", "themes", "revision"]
    verb = ByName(Verb.objects.all(), label=gettext_lazy("Verb"), required=False)
    whom = forms.MultipleChoiceField(
        label=gettext_lazy("Whom it addresses"), widget=forms.CheckboxSelectMultiple, required=False
    )
    asks = forms.BooleanField(
        label=gettext_lazy("It asks for something"), required=False,
        help_text=gettext_lazy("Who is addressed finds it in “Asked of us” from adoption on."),
    )  # fmt: skip
    due = ImpreciseField(label=gettext_lazy("Due"))
    themes = forms.ModelMultipleChoiceField(
        Theme.objects.all(), to_field_name="code", label=gettext_lazy("Themes"), widget=forms.CheckboxSelectMultiple,
        required=False,
    )  # fmt: skip

    def __init__(self, *args: Any, provision: Provision | None, parties: Iterable[Party], bodies: Iterable[Body], **kwargs: Any) -> None:  # fmt: skip
        super().__init__(*args, initial=_initial(provision), **kwargs)
        self.parties, self.bodies = {one.code: one for one in parties}, {one.code: one for one in bodies}
        self.fields["whom"].choices = [  # type: ignore[attr-defined]
            *((one.value, capfirst(str(one.label))) for one in EVERYBODY),
            *((f"body:{code}", str(one)) for code, one in self.bodies.items()),
            *((f"party:{code}", str(one)) for code, one in self.parties.items()),
        ]

    @property
    def meaning(self) -> Meaning:
        """What was chosen."""
        found = self.cleaned_data
        on, precision = found["due"] or (None, Provision.Precision.DAY)
        return Meaning(
            verb=found["verb"], addressees=list(self._addressees()), asks=found["asks"], due_on=on, due_precision=precision,
            themes=list(found["themes"]),
        )  # fmt: skip

    def _addressees(self) -> Iterable[Whom]:
        for value in self.cleaned_data["whom"]:
            kind, _colon, code = value.partition(":")
            yield Whom(kind, party=self.parties.get(code) if kind == "party" else None,
                       body=self.bodies.get(code) if kind == "body" else None)  # fmt: skip
        if names := self.cleaned_data["partners"]:
            yield Whom(Addressee.Whom.PARTNERS, names=names)


def _initial(one: Provision | None) -> dict[str, Any]:
    if one is None:
        return {"revision": 0}
    whom, partners = [], {}
    for each in one.addressees.all():
        if each.whom == Addressee.Whom.PARTNERS:
            partners = each.names
        else:
            code = each.party.code if each.party else each.body.code if each.body else ""
            whom.append(f"{each.whom}:{code}" if code else each.whom)
    return {
        "verb": one.verb.code if one.verb else None, "whom": whom, "partners": partners, "asks": one.asks,
        "due": imprecise(one.due_on, one.due_precision), "themes": [each.code for each in one.themes.all()],
        "revision": one.revision,
    }  # fmt: skip


class StatusForm(TextsForm):
    """Where a paragraph stands, since when, and why."""

    texts = {"notes": (gettext_lazy("Reason"), 1000, False, 2)}
    order = ["status", "on", "notes"]
    status = forms.ChoiceField(label=gettext_lazy("Status"), choices=lambda: _labels(Status.choices))
    on = DayField(label=gettext_lazy("Since"))


class AnswerForm(TokenForm):
    """What a party did about a paragraph."""

    says = forms.ChoiceField(
        label=gettext_lazy("State"),
        choices=lambda: _labels(ProvisionAnswer.Says.choices),
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=gettext_lazy("What was done"), max_length=5000, widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("A few sentences. The secretariat and the Presidency read it; no ranking is made of it."),
    )  # fmt: skip
    language = forms.ChoiceField(label=gettext_lazy("Language"))
    party = ByName(Party.objects.none(), label=gettext_lazy("In the name of"))

    def __init__(self, *args: Any, parties: Sequence[Party], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = language_choices(self.languages)  # type: ignore[attr-defined]
        self.fields["party"].queryset = Party.objects.filter(pk__in=[one.pk for one in parties])  # type: ignore[attr-defined]
        self.fields["party"].initial = parties[0] if parties else None
