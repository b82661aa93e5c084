"""What people type about circulars and replies."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puebla.accounts.forms import TextsForm, ZoneChoice
from puebla.accounts.models import Person
from puebla.circulars.actions.writing import openings
from puebla.circulars.models import (
    KEEP_DAYS,
    MOST_KEEP_DAYS,
    Answering,
    Circular,
    CircularFile,
    FieldKind,
    HeldFile,
    Kind,
    Precision,
)
from puebla.core.languages import show
from puebla.core.models import Process
from puebla.documents.forms import MultipleFileInput
from puebla.documents.models import Document
from puebla.members.forms import ByName, DayField, RevisedForm
from puebla.members.models import Audience, Body, Meeting, Party, Role, Room, StandingKind

#: Empty lines of the reply form offered beneath those that are filled.
SPARE = 1
WHICH = [
    ("", gettext_lazy("the hour comes once")),
    ("first", gettext_lazy("the first time (before clocks go back)")),
    ("second", gettext_lazy("the second time (after clocks went back)")),
]


class ReplyByForm(TextsForm):
    """Until when replies are awaited: day, hour, whose time."""

    reply_on = DayField(label=gettext_lazy("Reply by"), required=False)
    reply_precision = forms.ChoiceField(label=gettext_lazy("In time"), choices=Precision.choices)
    reply_time = forms.TimeField(
        label=gettext_lazy("Hour"), required=False, input_formats=["%H:%M", "%H:%M:%S"],
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        help_text=gettext_lazy("Only where the reply is to come before a certain hour."),
    )  # fmt: skip
    reply_zone = ZoneChoice(label=gettext_lazy("Whose time"), required=False)
    which = forms.ChoiceField(
        label=gettext_lazy("Where clocks go back that night"), required=False, choices=WHICH,
        help_text=gettext_lazy("An hour that comes twice: say which one is meant."),
    )  # fmt: skip

    def offer_zones(self, at: dt.datetime) -> None:
        """Let zones be chosen, the process's own first."""
        self.fields["reply_zone"].offer(at)  # type: ignore[attr-defined]
        self.initial.setdefault("reply_zone", Process.current().time_zone)

    def reply_by(self) -> dict[str, Any]:
        """The date as the acts take it."""
        found = self.cleaned_data
        return {
            "reply_on": found["reply_on"], "reply_time": found["reply_time"], "reply_zone": found["reply_zone"],
            "reply_precision": found["reply_precision"],
            "later": {"first": False, "second": True}.get(found["which"]),
        }  # fmt: skip


class CircularForm(ReplyByForm, RevisedForm):
    """The words of a circular, what goes with it, who will read it, until when replies are awaited."""

    texts = {
        "titles": (gettext_lazy("Title"), 300, True, 1),
        "texts": (gettext_lazy("Text"), 20_000, False, 12),
    }
    order = ["titles", "texts", "kind", "meeting", "papers", "opens_to", "reply_on", "reply_precision",
             "reply_time", "reply_zone", "which", "remind_days", "answering", "replies_shared", "keep_days", "revision"]  # fmt: skip
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Kind.choices)
    meeting = forms.ModelChoiceField(
        Meeting.objects.none(), label=gettext_lazy("Meeting"), required=False, to_field_name="symbol"
    )
    papers = forms.CharField(
        label=gettext_lazy("Papers that go with it"), required=False, max_length=1000,
        help_text=gettext_lazy("Symbols of documents, divided by blanks or commas: agenda, draft, note."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    opens_to = forms.TypedChoiceField(label=gettext_lazy("Who reads it once it is sent"), coerce=int)
    answering = forms.ChoiceField(
        label=gettext_lazy("Who replies"), choices=Answering.choices, initial=Answering.ANYBODY
    )
    replies_shared = forms.BooleanField(
        label=gettext_lazy("All readers of the circular read the replies"), required=False,
        help_text=gettext_lazy("Otherwise each party’s reply is read by itself, the secretariat and the Presidency."),
    )  # fmt: skip
    remind_days = forms.CharField(
        label=gettext_lazy("Remind, days before"), required=False, max_length=60, initial="7, 1",
        help_text=gettext_lazy("Parties that have not replied are reminded on these days: 7, 1."),
    )  # fmt: skip

    keep_days = forms.IntegerField(
        label=gettext_lazy("Personal data are kept for (days)"), required=False, initial=KEEP_DAYS, min_value=1,
        max_value=MOST_KEEP_DAYS,
        help_text=gettext_lazy("Persons nominated in replies are deleted so long after the date, the meeting and their nomination."),
    )  # fmt: skip

    def __init__(
        self, *args: Any, room: Room, meetings: QuerySet[Meeting], papers: QuerySet[Document], at: dt.datetime,
        initial: dict[str, Any] | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, initial=initial, **kwargs)
        self._papers = papers
        self.fields["meeting"].queryset = meetings  # type: ignore[attr-defined]
        self.fields["opens_to"].choices = [(int(one), opening_label(one, room)) for one in openings(room)]  # type: ignore[attr-defined]
        self.offer_zones(at)

    @staticmethod
    def facts_of(circular: Circular, papers: QuerySet[Document]) -> dict[str, Any]:
        """What the form shows of a circular: of its papers those that the writer sees."""
        return {
            "kind": circular.kind, "titles": circular.titles, "texts": circular.texts,
            "meeting": circular.meeting.symbol if circular.meeting else None,
            "papers": ", ".join(one.address for one in papers.filter(pk__in=circular.papers.values("pk"))), "opens_to": circular.opens_to,
            "reply_on": circular.reply_on, "reply_precision": circular.reply_precision, "reply_time": circular.reply_time,
            "reply_zone": circular.reply_zone or Process.current().time_zone, "which": _which(circular),
            "answering": circular.answering, "replies_shared": circular.replies_shared,
            "remind_days": ", ".join(str(days) for days in circular.remind_days), "keep_days": circular.keep_days, "revision": circular.revision,
        }  # fmt: skip

    def clean_papers(self) -> list[Document]:
        """The papers named, of those the writer sees."""
        found = []
        for symbol in dict.fromkeys(self.cleaned_data["papers"].replace(",", " ").replace(";", " ").split()):
            paper = self._papers.at_address(symbol).first()  # type: ignore[attr-defined]
            if paper is None:
                raise forms.ValidationError(
                    _("There is no document “%(symbol)s” that you can see.") % {"symbol": symbol}
                )
            found.append(paper)
        return found

    def clean_remind_days(self) -> list[int]:
        """The days, the farthest first."""
        words = self.cleaned_data["remind_days"].replace(",", " ").split()
        if not all(one.isdecimal() and 1 <= int(one) <= 90 for one in words):
            raise forms.ValidationError(_("Write numbers of days between 1 and 90, divided by commas: 7, 1."))
        return sorted({int(one) for one in words}, reverse=True)

    def clean_keep_days(self) -> int:
        """The days; as always where nothing was written."""
        return int(self.cleaned_data["keep_days"] or KEEP_DAYS)

    def values(self) -> dict[str, Any]:
        """What the acts take."""
        names = (
            "kind",
            "titles",
            "texts",
            "meeting",
            "papers",
            "opens_to",
            "answering",
            "replies_shared",
            "remind_days",
            "keep_days",
        )
        return {name: self.cleaned_data[name] for name in names} | self.reply_by()


class FilesForm(forms.Form):
    """The files that go with a circular: those it has, those that came with an earlier try of this form, and more.

    Attributes:
        has: files of the draft. held: files kept for this form.
    """

    uploads = forms.Field(
        label=gettext_lazy("More files"), required=False, widget=MultipleFileInput(),
        help_text=gettext_lazy("PDF, office documents, pictures, up to 25 MB each. They are read by whoever reads the circular; mail names them with their size and never carries them."),
    )  # fmt: skip

    def __init__(
        self, *args: Any, circular: Circular | None, held: Sequence[HeldFile] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.held = list(held)
        self.has: list[CircularFile] = list(circular.files.all()) if circular is not None else []

    @property
    def dropped(self) -> list[str]:
        """References of files to be taken away."""
        given = self.data.getlist("dropped") if hasattr(self.data, "getlist") else []
        known = {one.ref for one in self.has} | {one.ref for one in self.held}
        return [ref for ref in given if ref in known]

    def values(self) -> dict[str, Any]:
        """What the acts take."""
        return {"files": [one for one in self.held if one.ref not in self.dropped], "dropped": self.dropped}


def _which(circular: Circular) -> str:
    """Which of two hours a stored instant means; empty where the hour comes once."""
    from zoneinfo import ZoneInfo

    if circular.reply_by_at is None or circular.reply_time is None or circular.reply_on is None:
        return ""
    local = dt.datetime.combine(circular.reply_on, circular.reply_time, ZoneInfo(circular.reply_zone))
    both = [local.replace(fold=0).astimezone(dt.UTC), local.replace(fold=1).astimezone(dt.UTC)]
    if both[0] >= both[1]:
        return ""
    return "second" if circular.reply_by_at == both[1] else "first"


def opening_label(audience: Audience, room: Room) -> str:
    """Who reads a circular of this room, as the writer chooses it."""
    if audience == Audience.PRESIDENCY:
        return _("the parties it is addressed to, beside the Presidency and the secretariat")
    if audience == Audience.ROOM:
        return _("members of “%(room)s”") % {"room": room}
    return str(
        {
            Audience.MEMBERS: _("all member states"),
            Audience.OBSERVERS: _("member states and observers"),
            Audience.CIVIL_SOCIETY: _("member states, observers and accredited civil society"),
        }[audience]
    )


def readers_once_sent(circular: Circular) -> str:
    """Who reads the circular once it is sent, as its writer chose it."""
    return opening_label(Audience(circular.opens_to), circular.room)


class BeginForm(forms.Form):
    """What kind of circular, and in whose name."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Kind.choices, widget=forms.RadioSelect)
    body = ByName(Body.objects.none(), label=gettext_lazy("Body that it concerns"))

    def __init__(self, *args: Any, bodies: QuerySet[Body], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].queryset = bodies  # type: ignore[attr-defined]


# The reply form as it is written ------------------------------------------------------------------------------------------


class AskedFieldForm(forms.Form):
    """One field of a reply form: what is asked, in every language, and how it is answered."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of answer"),
        required=False,
        choices=[("", gettext_lazy("no field")), *FieldKind.choices],
    )
    required = forms.BooleanField(label=gettext_lazy("Needed before a reply can be sent"), required=False)
    most = forms.IntegerField(
        label=gettext_lazy("Persons at most"), required=False, min_value=1, max_value=30,
        help_text=gettext_lazy("For a nomination."),
    )  # fmt: skip

    def __init__(self, *args: Any, languages: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        from puebla.documents.forms import language_name

        self.languages = list(languages)
        for code in self.languages:
            name = language_name(code)
            self.fields[f"label_{code}"] = forms.CharField(
                label=_("What is asked (%(language)s)") % {"language": name}, required=False, max_length=300,
                widget=forms.TextInput({"lang": code}),
            )  # fmt: skip
            # As typed: an empty first line stands for an option that is pending in this language.
            self.fields[f"options_{code}"] = forms.CharField(
                label=_("Options (%(language)s)") % {"language": name}, required=False, max_length=2000, strip=False,
                help_text=_("For a choice: one a line, in the same order in every language."),
                widget=forms.Textarea({"lang": code, "rows": 3}),
            )  # fmt: skip
        labels = [f"label_{code}" for code in self.languages]
        options = [f"options_{code}" for code in self.languages]
        self.order_fields(["kind", *labels, *options, "most", "required"])

    @property
    def shown(self) -> list[Any]:
        """What every field has."""
        return [self[name] for name in ("kind", *(f"label_{code}" for code in self.languages), "required")]

    @property
    def more(self) -> list[Any]:
        """What only choices and nominations have."""
        return [self[name] for name in (*(f"options_{code}" for code in self.languages), "most")]

    @property
    def has_more(self) -> bool:
        """Whether any of that is filled in."""
        return any(bound.value() or bound.errors for bound in self.more)

    @staticmethod
    def facts_of(field: Mapping[str, Any], languages: Sequence[str]) -> dict[str, Any]:
        """What the form shows of a field."""
        facts = {"kind": field["kind"], "required": field["required"], "most": field.get("most")}
        for code in languages:
            facts[f"label_{code}"] = field["labels"].get(code, "")
            facts[f"options_{code}"] = "\n".join(
                one["names"].get(code, "") for one in field.get("options", [])
            )
        return facts

    def field(self) -> dict[str, Any] | None:
        """The field as the acts take it; None where this line is empty."""
        found = self.cleaned_data
        if not found.get("kind"):
            return None
        lines = {
            code: [one.strip() for one in found[f"options_{code}"].splitlines()] for code in self.languages
        }
        # A line left empty in one language is pending there; one that is empty in all is none.
        count = max(map(len, lines.values()), default=0)
        options = [
            {
                "names": {
                    code: each[place] for code, each in lines.items() if place < len(each) and each[place]
                }
            }
            for place in range(count)
        ]
        return {
            "kind": found["kind"], "required": found["required"], "most": found["most"],
            "labels": {code: found[f"label_{code}"] for code in self.languages if found[f"label_{code}"]},
            "options": [one for one in options if one["names"]],
        }  # fmt: skip


def asked_forms(
    fields: Sequence[Mapping[str, Any]], languages: Sequence[str], data: Any = None
) -> list[AskedFieldForm]:
    """The lines of a reply form: those written, and some to spare; as many as were sent where a form came back."""
    if data is not None:
        count = min(int(data.get("asked", "0")) if str(data.get("asked", "0")).isdecimal() else 0, 24)
        return [AskedFieldForm(data, prefix=f"a{number}", languages=languages) for number in range(count)]
    written = [AskedFieldForm.facts_of(one, languages) for one in fields]
    return [
        AskedFieldForm(prefix=f"a{number}", languages=languages, initial=initial)
        for number, initial in enumerate([*written, *([{}] * SPARE)])
    ]


class AddressForm(TextsForm):
    """Whom a circular goes to: bodies, standings, parties; of these perhaps only some roles; and single seats."""

    bodies = forms.MultipleChoiceField(
        label=gettext_lazy("Everybody seated in"), required=False, widget=forms.CheckboxSelectMultiple
    )
    standings = forms.MultipleChoiceField(
        label=gettext_lazy("Everybody of"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(value, capfirst(str(label))) for value, label in StandingKind.choices],
    )  # fmt: skip
    parties = forms.MultipleChoiceField(
        label=gettext_lazy("Everybody of these parties"), required=False, widget=forms.CheckboxSelectMultiple
    )
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Of all these only"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Nothing chosen: whatever their role."),
    )  # fmt: skip
    seats = forms.MultipleChoiceField(
        label=gettext_lazy("And these people"), required=False, widget=forms.SelectMultiple({"size": 8})
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, choices: Mapping[str, list[Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, offered in choices.items():
            self.fields[name].choices = offered  # type: ignore[attr-defined]
        self.fields["standings"].choices = [  # type: ignore[attr-defined]
            (value, capfirst(str(label))) for value, label in StandingKind.choices
        ]

    def addressed(self) -> dict[str, list[str]]:
        """What was chosen."""
        return {
            name: self.cleaned_data[name] for name in ("bodies", "standings", "parties", "roles", "seats")
        }


def party_choices(parties: Sequence[Party]) -> list[tuple[str, str]]:
    """Parties by name."""
    return [(one.code, str(show(one.short_names)) or one.code) for one in parties]


def role_choices() -> list[tuple[str, str]]:
    """Roles by name."""
    return [(one.code, str(one)) for one in Role.objects.all()]


class ExtensionForm(ReplyByForm):
    """A later date, and why."""

    texts = {"reasons": (gettext_lazy("Reason"), 500, True, 3)}
    order = ["reply_on", "reply_precision", "reply_time", "reply_zone", "which", "reasons"]

    def __init__(self, *args: Any, at: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reply_on"].required = True
        self.fields["reply_on"].label = _("New date")
        self.offer_zones(at)


class CancelForm(TextsForm):
    """Why a circular is cancelled."""

    texts = {"why": (gettext_lazy("Reason"), 500, False, 3)}


class LanguageForm(TextsForm):
    """The words of languages that were pending when a circular was sent."""

    texts = {
        "titles": (gettext_lazy("Title"), 300, False, 1),
        "texts": (gettext_lazy("Text"), 20_000, False, 12),
    }

    def __init__(self, *args: Any, circular: Circular, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code in self.languages:
            for name in ("titles", "texts"):
                if getattr(circular, name).get(code):
                    del self.fields[f"{name}_{code}"]


# Replies --------------------------------------------------------------------------------------------------------------------


class ReplyForm(forms.Form):
    """A party's reply, asked as the circular asks; nothing is needed before it is sent."""

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    token = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)

    def __init__(
        self, *args: Any, circular: Circular, people: Sequence[Person], filed: Mapping[str, Any] | None = None,
        held: Mapping[str, HeldFile] | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.circular, self.filed, self.held = circular, filed or {}, held or {}
        self.known = [("", "—"), *((one.ref, one.full_name) for one in people)]
        for one in circular.reply_form:
            getattr(self, f"_ask_{one['kind']}")(one, str(show(one["labels"])))

    @staticmethod
    def facts_of(circular: Circular, answers: Mapping[str, Any]) -> dict[str, Any]:
        """What the form shows of answers."""
        facts: dict[str, Any] = {}
        for one in circular.reply_form:
            value = answers.get(one["code"])
            if one["kind"] == FieldKind.NOMINATION:
                for number, person in enumerate(value or []):
                    # A known person is named by the choice alone.
                    shown = ("ref", "office") if person.get("ref") else ("name", "office", "email")
                    facts |= {f"{one['code']}_{number}_{name}": person.get(name, "") for name in shown}
            else:
                facts[one["code"]] = value
        return facts

    def _ask_text(self, one: Mapping[str, Any], label: str) -> None:
        self.fields[one["code"]] = forms.CharField(
            label=label, required=False, widget=forms.Textarea({"rows": 5, "lang": "", **_needed(one)})
        )

    _ask_agenda = _ask_drafting = _ask_text

    def _ask_choice(self, one: Mapping[str, Any], label: str) -> None:
        self.fields[one["code"]] = forms.ChoiceField(
            label=label, required=False, widget=forms.RadioSelect(_needed(one)),
            choices=[(option["code"], str(show(option["names"]))) for option in one["options"]],
        )  # fmt: skip

    def _ask_file(self, one: Mapping[str, Any], label: str) -> None:
        needed = {} if one["code"] in self.filed or one["code"] in self.held else _needed(one)
        self.fields[one["code"]] = forms.FileField(
            label=label, required=False, allow_empty_file=True, widget=forms.FileInput(needed)
        )
        if one["code"] in self.filed:
            self.fields[f"{one['code']}_remove"] = forms.BooleanField(
                label=_("Take “%(name)s” away") % {"name": self.filed[one["code"]].name}, required=False
            )

    def _ask_nomination(self, one: Mapping[str, Any], _label: str) -> None:
        for number in range(one["most"]):
            prefix = f"{one['code']}_{number}"
            self.fields[f"{prefix}_ref"] = forms.ChoiceField(
                label=_("One of our people"), required=False, choices=self.known,
                error_messages={"invalid_choice": _("A party nominates its own people. Choose somebody of yours, or write a name.")},
            )  # fmt: skip
            self.fields[f"{prefix}_name"] = forms.CharField(
                label=_("or somebody new: full name"), required=False, max_length=150
            )
            self.fields[f"{prefix}_office"] = forms.CharField(
                label=_("Office held"), required=False, max_length=150
            )
            self.fields[f"{prefix}_email"] = forms.CharField(
                label=_("E-mail address"), required=False, max_length=254, widget=forms.EmailInput
            )

    def go_on_from(self, draft: Any) -> None:
        """What was typed stays; the next save goes on from this draft, or begins one where there is none."""
        typed: Any = self.data.copy()  # type: ignore[attr-defined]
        typed["revision"] = str(draft.revision if draft else 0)
        self.data = typed
        self.filed = {one.field: one for one in draft.files.all()} if draft else {}

    def answers(self) -> dict[str, Any]:
        """What was answered, by code of the field."""
        found: dict[str, Any] = {}
        for one in self.circular.reply_form:
            code = one["code"]
            if one["kind"] == FieldKind.NOMINATION:
                found[code] = [
                    {
                        name: self.cleaned_data.get(f"{code}_{number}_{name}", "")
                        for name in ("ref", "name", "office", "email")
                    }
                    for number in range(one["most"])
                ]
            elif one["kind"] != FieldKind.FILE:
                found[code] = self.cleaned_data.get(code, "")
        return found

    def uploads(self) -> dict[str, HeldFile]:
        """The files chosen, by code of the field, as they are held."""
        asked = {one["code"] for one in self.circular.reply_form if one["kind"] == FieldKind.FILE}
        return {code: one for code, one in self.held.items() if code in asked}

    def removed(self) -> frozenset[str]:
        """Fields whose file is to go."""
        return frozenset(code for code in self.filed if self.cleaned_data.get(f"{code}_remove"))

    def parts(self) -> Iterator[dict[str, Any]]:
        """The form as it is shown: each thing asked, with its fields; persons one below the other."""
        for one in self.circular.reply_form:
            code = one["code"]
            if one["kind"] == FieldKind.NOMINATION:
                rows = [
                    [self[f"{code}_{number}_{name}"] for name in ("ref", "name", "office", "email")]
                    for number in range(one["most"])
                ]
                filled = [row for row in rows if any(bound.value() for bound in row)]
                yield {
                    "asked": one,
                    "label": show(one["labels"]),
                    "persons": rows,
                    "open": max(len(filled), 1),
                }
            else:
                bound = [self[code]]
                if f"{code}_remove" in self.fields:
                    bound.append(self[f"{code}_remove"])
                yield {
                    "asked": one,
                    "label": show(one["labels"]),
                    "fields": bound,
                    "file": self.filed.get(code),
                    "held": self.held.get(code),
                }


def _needed(one: Mapping[str, Any]) -> dict[str, Any]:
    # Needed when the reply is sent: a draft may be incomplete, and its button does not ask.
    return {"required": True} if one["required"] else {}
