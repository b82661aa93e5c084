"""What people type about the Plan of Action: editions, commitments, reports of countries, what becomes public."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puebla.accounts.forms import TextsForm
from puebla.circulars.models import HeldFile
from puebla.core.models import DatePrecision, parse_imprecise, write_imprecise
from puebla.core.words import one_line, without_nul
from puebla.documents.forms import MultipleFileInput
from puebla.documents.models import Theme
from puebla.members.forms import ByName, DayField, RevisedForm
from puebla.members.models import Audience, Body, Party
from puebla.plan.models import Action, Goal, Indicator, Objective, Pillar, Plan, Report, ReportFile
from puebla.plan.models.commitments import Status
from puebla.plan.models.reports import OPENINGS
from puebla.statistics.querysets import dataflow_choices
from puebla.texts.models import Paragraph

WHEN = gettext_lazy("As far as it is known: 2010, 2010-07 or 2010-07-09.")


class ImpreciseDay(forms.CharField):
    """A date as far as it is known; cleaned to the day with its precision."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", WHEN)
        super().__init__(max_length=10, widget=forms.TextInput({"inputmode": "numeric"}), **kwargs)

    def clean(self, value: Any) -> Any:
        """The pair; no day and the precision of one where nothing was typed."""
        text = super().clean(value)
        if not text:
            return None, DatePrecision.DAY
        try:
            return parse_imprecise(text)
        except ValueError:
            raise forms.ValidationError(
                _("“%(text)s” is not a date. Write 2009, 2009-07 or 2009-07-09.") % {"text": text}
            ) from None


# Editions ------------------------------------------------------------------------------------------------------------


class PlanForm(RevisedForm):
    """What an edition says of itself."""

    texts = {
        "titles": (gettext_lazy("Title"), 300, True, 1),
        "summaries": (gettext_lazy("Summary"), 3000, False, 5),
        "pillar_names": (gettext_lazy("What its parts are called"), 40, True, 1),
        "objective_names": (gettext_lazy("What lies in them is called"), 40, True, 1),
    }
    order = ["titles", "summaries", "pillar_names", "objective_names", "since", "until", "state", "in_force_on", "report_days", "revision"]  # fmt: skip
    since = ImpreciseDay(label=gettext_lazy("In force from"))
    until = ImpreciseDay(label=gettext_lazy("In force until"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("State"), choices=Plan.State.choices)
    in_force_on = DayField(
        label=gettext_lazy("Reports are asked since"), required=False,
        help_text=gettext_lazy(
            "Nothing is asked of half-years that were over before. Empty: from the day on which the edition is put in force here."
        ),
    )  # fmt: skip
    report_days = forms.IntegerField(
        label=gettext_lazy("Reports are due, days before the meeting"), min_value=0, max_value=120, initial=15
    )

    @staticmethod
    def facts_of(plan: Plan) -> dict[str, Any]:
        """What the form shows of an edition."""
        names = (
            "titles",
            "summaries",
            "pillar_names",
            "objective_names",
            "state",
            "in_force_on",
            "report_days",
            "revision",
        )
        return {name: getattr(plan, name) for name in names} | {
            "since": write_imprecise(plan.from_on, plan.from_precision), "until": write_imprecise(plan.until_on, plan.until_precision),
        }  # fmt: skip

    def values(self) -> dict[str, Any]:
        """What goes into the record."""
        found = self.cleaned_data
        (first, first_known), (last, last_known) = found["since"], found["until"]
        names = ("titles", "summaries", "pillar_names", "objective_names", "state", "report_days")
        # Left empty, the day stays, or is that on which it comes into force.
        since = {"in_force_on": found["in_force_on"]} if found.get("in_force_on") else {}
        return {name: found[name] for name in names if name in found} | since | {
            "from_on": first, "from_precision": first_known, "until_on": last, "until_precision": last_known,
        }  # fmt: skip


class NewPlanForm(PlanForm):
    """A new edition: its code, and the body that reviews it."""

    order = ["code", "body", *PlanForm.order]
    code = forms.SlugField(
        label=gettext_lazy("Code"),
        max_length=20,
        help_text=gettext_lazy("Its address for ever, such as 2010."),
    )
    body = ByName(Body.objects.none(), label=gettext_lazy("Body that reviews it"))

    def __init__(self, *args: Any, bodies: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].queryset = bodies  # type: ignore[attr-defined]
        # Nothing stands in it yet: it is put in force afterwards.
        del self.fields["state"], self.fields["in_force_on"]

    def clean_code(self) -> str:
        """Not the name of a page that stands beside the editions."""
        code: str = self.cleaned_data["code"]
        if code.lower() == "new":
            raise forms.ValidationError(_("Choose another code: this one is the address of a page."))
        return code


class PillarForm(RevisedForm):
    """A part of an edition."""

    texts = {"names": (gettext_lazy("Name"), 300, True, 1)}
    order = ["names", "theme", "revision"]
    theme = ByName(Theme.objects.all(), label=gettext_lazy("Theme"), required=False)

    def values(self) -> dict[str, Any]:
        """What goes into the record."""
        return {"names": self.cleaned_data["names"], "theme": self.cleaned_data["theme"]}


class NewPillarForm(PillarForm):
    """A new part."""

    order = ["code", *PillarForm.order]
    code = forms.SlugField(label=gettext_lazy("Code"), max_length=20, help_text="HR")

    clean_code = NewPlanForm.clean_code


class ObjectiveForm(RevisedForm):
    """An objective of a part."""

    texts = {"names": (gettext_lazy("Name"), 300, True, 1)}
    order = ["names", "revision"]

    def values(self) -> dict[str, Any]:
        """What goes into the record."""
        return {"names": self.cleaned_data["names"]}


# Commitments ---------------------------------------------------------------------------------------------------------


class CommitmentForm(RevisedForm):
    """A commitment: what, who, from when until when, how far, what it costs, what ordered it."""

    texts = {
        "titles": (gettext_lazy("Commitment"), 500, True, 2),
        "texts": (gettext_lazy("Description"), 5000, False, 5),
        "next_steps": (gettext_lazy("Next step"), 1000, False, 2),
    }
    order = ["objective", "titles", "texts", "leads", "partners", "all_members", "body", "since", "until", "status",
             "next_steps", "ordered_by", "cites", "budget", "funded", "currency", "goals", "revision"]  # fmt: skip
    objective = forms.ModelChoiceField(Objective.objects.none(), label=gettext_lazy("Objective"))
    leads = forms.ModelMultipleChoiceField(
        Party.objects.none(), label=gettext_lazy("Lead"), required=False, to_field_name="code",
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    partners = forms.ModelMultipleChoiceField(
        Party.objects.none(), label=gettext_lazy("Partners"), required=False, to_field_name="code",
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    all_members = forms.BooleanField(
        label=gettext_lazy("Of all member states"), required=False,
        help_text=gettext_lazy("Each of them is then asked to report, whoever is a member."),
    )  # fmt: skip
    body = ByName(Body.objects.none(), label=gettext_lazy("Body that carries it"), required=False)
    since = ImpreciseDay(label=gettext_lazy("From"), required=False)
    until = ImpreciseDay(label=gettext_lazy("Until"), required=False)
    status = forms.ChoiceField(label=gettext_lazy("Status"), choices=Status.choices)
    ordered_by = forms.CharField(
        label=gettext_lazy("Ordered by the paragraph"), required=False, max_length=200,
        help_text=gettext_lazy("Symbol and paragraph, such as …/DEC/1#12.b, or the address of the text with #12.b."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    cites = forms.CharField(
        label=gettext_lazy("Mandate as it is cited"), required=False, max_length=200,
        help_text=gettext_lazy("Where the paragraph stands in no text of this site."),
    )  # fmt: skip
    budget = forms.DecimalField(
        label=gettext_lazy("Budget"), required=False, min_value=0, max_digits=14, decimal_places=2
    )
    funded = forms.DecimalField(
        label=gettext_lazy("Funded"), required=False, min_value=0, max_digits=14, decimal_places=2
    )
    currency = forms.CharField(
        label=gettext_lazy("Currency"),
        required=False,
        max_length=3,
        help_text=gettext_lazy("Three letters: USD."),
    )
    goals = forms.ModelMultipleChoiceField(
        Goal.objects.none(),
        label=gettext_lazy("Goals it serves"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self, *args: Any, plan: Plan, parties: Any, bodies: Any, paragraphs: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._paragraphs = paragraphs
        choices: dict[str, Any] = {
            "objective": Objective.objects.filter(pillar__plan=plan).select_related("pillar"), "leads": parties,
            "partners": parties, "body": bodies, "goals": Goal.objects.select_related("framework"),
        }  # fmt: skip
        for name, rows in choices.items():
            self.fields[name].queryset = rows  # type: ignore[attr-defined]
        objective: Any = self.fields["objective"]
        objective.label_from_instance = lambda one: f"{one.pillar.number}.{one.number} {one}"
        goals: Any = self.fields["goals"]
        goals.label_from_instance = lambda one: f"{one.framework} {one}"

    @staticmethod
    def facts_of(commitment: Any, paragraph: Paragraph | None) -> dict[str, Any]:
        """What the form shows of a commitment.

        Args:
            paragraph: that ordered it, where the writer may know of it.
        """
        names = ("titles", "texts", "next_steps", "objective", "all_members", "status", "cites", "budget", "funded",
                 "currency", "revision")  # fmt: skip
        parts: dict[str, list[str]] = {"lead": [], "partner": []}
        for one in commitment.involvements.select_related("party"):
            parts[one.part].append(one.party.code)
        return {name: getattr(commitment, name) for name in names} | {
            "leads": parts["lead"], "partners": parts["partner"], "goals": list(commitment.goals.all()),
            "body": commitment.body.code if commitment.body else None,
            "since": write_imprecise(commitment.from_on, commitment.from_precision),
            "until": write_imprecise(commitment.until_on, commitment.until_precision),
            "ordered_by": f"{paragraph.text.symbol or paragraph.text.ref}#{paragraph.anchor}" if paragraph else "",
        }  # fmt: skip

    def clean_ordered_by(self) -> Paragraph | None:
        """The paragraph named, of those the writer sees."""
        typed = without_nul(self.cleaned_data["ordered_by"]).strip()
        if not typed:
            return None
        text, _hash, anchor = typed.rpartition("#")
        parts = [part for part in text.rstrip("/").split("/") if part]
        found = None
        if parts and anchor:
            # By symbol; by reference where an address was pasted.
            seen = self._paragraphs.filter(anchor=anchor).select_related("text").order_by("text__pk")
            found = (
                seen.filter(text__symbol__iexact=text.strip().rstrip("/")).first()
                or seen.filter(text__ref=parts[-1]).first()
            )
        if found is None:
            raise forms.ValidationError(
                _("There is no paragraph “%(typed)s” that you can see. Write its text's symbol, then # and its number, such as …/DEC/1#12.b.")
                % {"typed": typed}
            )  # fmt: skip
        return found

    def clean_currency(self) -> str:
        """Three capitals."""
        code = self.cleaned_data["currency"].strip().upper()
        if code and not re.fullmatch("[A-Z]{3}", code):
            raise forms.ValidationError(_("A currency is written with three letters, such as USD."))
        return code

    def values(self) -> dict[str, Any]:
        """What goes into the record."""
        found = self.cleaned_data
        (first, first_known), (last, last_known) = found["since"], found["until"]
        names = (
            "titles",
            "texts",
            "next_steps",
            "all_members",
            "body",
            "status",
            "budget",
            "funded",
            "currency",
        )
        return {name: found[name] for name in names} | {
            "from_on": first, "from_precision": first_known, "until_on": last, "until_precision": last_known,
            "cites": one_line(found["cites"]), **({"paragraph": found["ordered_by"]} if "ordered_by" in found else {}),
        }  # fmt: skip


class ActionForm(RevisedForm):
    """A step of a commitment."""

    texts = {"titles": (gettext_lazy("Action"), 500, True, 2)}
    order = ["titles", "party", "due", "state", "revision"]
    party = ByName(Party.objects.none(), label=gettext_lazy("Who takes it"), required=False)
    due = ImpreciseDay(label=gettext_lazy("By"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("State"), choices=Action.State.choices)

    def __init__(self, *args: Any, parties: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["party"].queryset = parties  # type: ignore[attr-defined]

    @staticmethod
    def facts_of(action: Action) -> dict[str, Any]:
        """What the form shows of an action."""
        return {
            "titles": action.titles, "party": action.party.code if action.party else None,
            "due": write_imprecise(action.due_on, action.due_precision), "state": action.state, "revision": action.revision,
        }  # fmt: skip

    def values(self) -> dict[str, Any]:
        """What goes into the record."""
        found = self.cleaned_data
        day, known = found["due"]
        return {
            "titles": found["titles"], "party": found["party"], "due_on": day, "due_precision": known, "state": found["state"],
        }  # fmt: skip


class IndicatorForm(RevisedForm):
    """A figure that a commitment is measured by: which cell of which dataflow."""

    texts = {"names": (gettext_lazy("Indicator"), 300, True, 1)}
    order = ["names", "dataflow", "key", "direction", "target", "target_period", "revision"]
    dataflow = forms.ChoiceField(label=gettext_lazy("Dataflow"), choices=dataflow_choices)
    key = forms.CharField(
        label=gettext_lazy("Key of the series"),
        max_length=200,
        help_text=gettext_lazy(
            "One code for each dimension of the dataflow, in their order, joined by points; _T for the total. As in"
            " RETURN: A.USA.GTM.REMOVAL._T._T._T._T"
        ),
    )
    direction = forms.ChoiceField(
        label=gettext_lazy("Which way is good"), choices=Indicator.Direction.choices
    )
    target = forms.DecimalField(label=gettext_lazy("Target"), required=False, max_digits=24, decimal_places=6)
    target_period = forms.CharField(
        label=gettext_lazy("Target for the period"), required=False, max_length=20
    )

    @staticmethod
    def facts_of(indicator: Indicator) -> dict[str, Any]:
        """What the form shows of an indicator."""
        names = ("names", "dataflow", "key", "direction", "target", "target_period", "revision")
        return {name: getattr(indicator, name) for name in names}

    def clean_key(self) -> str:
        """One series: no choice of several, no blank."""
        key: str = self.cleaned_data["key"].strip()
        if not re.fullmatch(r"[A-Za-z0-9_@$-]+(\.[A-Za-z0-9_@$-]+)*", key):
            raise forms.ValidationError(
                _("A key names one series: a code for each dimension, divided by points, none left out.")
            )
        return key

    def values(self) -> dict[str, Any]:
        """What goes into the record."""
        names = ("names", "dataflow", "key", "direction", "target", "target_period")
        return {name: self.cleaned_data[name] for name in names}


# Reports -------------------------------------------------------------------------------------------------------------


class ReportForm(RevisedForm):
    """What a country reports of a commitment: short, on a phone, without scripts. Files stand beside it.

    The reader's own language stands first; the other ones follow below.
    """

    texts = {
        "words": (gettext_lazy("What was done"), 5000, False, 5),
        "next_steps": (gettext_lazy("Next step"), 1000, False, 2),
    }
    order = ["done", "words", "next_steps", "evidence", "opens_to", "attached", "revision", "token"]
    done = forms.ChoiceField(
        label=gettext_lazy("How far have you come?"),
        choices=Report.Done.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    evidence = forms.CharField(
        label=gettext_lazy("What bears it out"), required=False, max_length=500,
        help_text=gettext_lazy("Symbols of documents, or addresses of pages."),
    )  # fmt: skip
    opens_to = forms.TypedChoiceField(label=gettext_lazy("Who reads it once it is sent"), coerce=int)
    attached = forms.Field(label=gettext_lazy("Files"), required=False, widget=MultipleFileInput)
    token = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)

    def __init__(
        self,
        *args: Any,
        cap: int,
        has: Sequence[ReportFile] = (),
        held: Sequence[HeldFile] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.has, self.held = list(has), list(held)
        openings: Any = self.fields["opens_to"]
        openings.choices = [(int(one), opening_label(one)) for one in OPENINGS if one <= cap]

    #: A draft may lack everything: what is missing is said when it is sent, not by the browser.
    use_required_attribute = False

    def shown_in(self, language: str) -> dict[str, Any]:
        """The fields as the page shows them: the reader's own language first, the others for who writes both."""
        for name in ("done", f"words_{language}"):
            if name in self.fields:
                self.fields[name].required = True
        others = [code for code in self.languages if code != language]
        return {
            "done": self["done"], "own": [self[f"{name}_{language}"] for name in self.texts if language in self.languages],
            "others": [self[f"{name}_{code}"] for code in others for name in self.texts],
            "open": any(self[f"{name}_{code}"].value() for code in others for name in self.texts),
            "rest": [self["evidence"], self["attached"]], "opens_to": self["opens_to"],
        }  # fmt: skip

    @staticmethod
    def facts_of(report: Report) -> dict[str, Any]:
        """What the form shows of a report."""
        return {
            name: getattr(report, name)
            for name in ("done", "words", "next_steps", "evidence", "opens_to", "revision")
        }

    def values(self) -> dict[str, Any]:
        """What goes into the draft."""
        found = self.cleaned_data
        return {
            "done": found["done"], "words": found["words"], "next_steps": found["next_steps"],
            "evidence": one_line(found["evidence"]), "opens_to": found["opens_to"],
        }  # fmt: skip

    def dropped(self) -> list[str]:
        """References of files that go."""
        return [str(one) for one in self.data.getlist("drop")]  # type: ignore[attr-defined]

    def go_on_from(self, draft: Report | None) -> None:
        """What was typed stays; the next save goes on from this draft."""
        typed: Any = self.data.copy()  # type: ignore[attr-defined]
        typed["revision"] = str(draft.revision if draft else 0)
        self.data = typed
        self.has = list(draft.files.all()) if draft else []


class EarlierReportForm(RevisedForm):
    """A report that a country gave before the plan was kept here, entered from the record."""

    texts = {
        "words": (gettext_lazy("What was done"), 5000, True, 5),
        "next_steps": (gettext_lazy("Next step"), 1000, False, 2),
    }
    order = ["party", "half", "given_on", "done", "words", "next_steps", "evidence", "opens_to"]
    party = ByName(Party.objects.none(), label=gettext_lazy("Whose report"))
    half = forms.ChoiceField(label=gettext_lazy("Half-year"))
    given_on = DayField(label=gettext_lazy("Given on"))
    done = forms.ChoiceField(label=gettext_lazy("How far it had come"), choices=Report.Done.choices)
    evidence = forms.CharField(
        label=gettext_lazy("Where it is recorded"), required=False, max_length=500,
        help_text=gettext_lazy("Symbols of documents, or addresses of pages."),
    )  # fmt: skip
    opens_to = forms.TypedChoiceField(label=gettext_lazy("Who reads it"), coerce=int)

    def __init__(
        self, *args: Any, cap: int, parties: Any, halves: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["party"].queryset = parties
        fields["half"].choices = halves
        # What goes beyond the members only its own party can choose.
        fields["opens_to"].choices = [
            (int(one), opening_label(one)) for one in OPENINGS if one <= min(cap, Audience.MEMBERS)
        ]

    def values(self) -> dict[str, Any]:
        """What goes into the record."""
        found = self.cleaned_data
        names = ("done", "words", "next_steps", "opens_to")
        return {name: found[name] for name in names} | {"evidence": one_line(found["evidence"])}


class StoodForm(TextsForm):
    """How a commitment stood on a day before the plan was kept here."""

    on = DayField(label=gettext_lazy("On the day"))
    status = forms.ChoiceField(label=gettext_lazy("Status"), choices=Status.choices)
    progress = forms.IntegerField(
        label=gettext_lazy("Progress (%)"), required=False, min_value=0, max_value=100,
        help_text=gettext_lazy("Empty: what the status is worth."),
    )  # fmt: skip
    budget = forms.DecimalField(
        label=gettext_lazy("Budget"), required=False, min_value=0, max_digits=14, decimal_places=2
    )
    funded = forms.DecimalField(
        label=gettext_lazy("Funded"), required=False, min_value=0, max_digits=14, decimal_places=2
    )


def opening_label(audience: int) -> str:
    """What choosing this audience for a report means."""
    return {
        Audience.PRESIDENCY: _("the Presidency and the secretariat"),
        Audience.MEMBERS: _("all member states"),
        Audience.OBSERVERS: _("all member states and the observers"),
        Audience.PUBLIC: _("everybody; the secretariat may publish it with the commitment"),
    }[Audience(audience)]


# Filters -------------------------------------------------------------------------------------------------------------


def status_options() -> list[tuple[str, str]]:
    """The statuses to choose from."""
    return [(str(one.value), capfirst(str(one.label))) for one in Status]


def goal_options(plan: Plan) -> list[tuple[str, str]]:
    """Goals that commitments of this edition serve: "GCM:8"."""
    goals = Goal.objects.filter(commitments__plan=plan).select_related("framework").distinct()
    return [(f"{one.framework.code}:{one.code}", f"{one.framework} {one.code}") for one in goals]


def pillar_options(plan: Plan) -> list[tuple[str, str]]:
    """The parts of this edition."""
    return [(one.code, f"{one.number}. {one}") for one in Pillar.objects.filter(plan=plan)]
