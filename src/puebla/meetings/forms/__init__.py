"""Forms on meetings, sessions, agendas."""

import datetime as dt
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from puebla.accounts.forms import TextsForm, ZoneChoice
from puebla.documents.models import Document
from puebla.documents.querysets import DocumentQuerySet
from puebla.meetings.models import AgendaItem, Convening, ItemOpening, Session
from puebla.members.forms import ByName, DayField, NewMeetingForm
from puebla.members.models import Audience, Party
from puebla.members.querysets import today

TEXT_LIMIT = 20_000


class HourField(forms.TimeField):
    """An hour, with the browser's own clock; it travels as 14:30 whatever the language."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TimeInput(format="%H:%M", attrs={"type": "time"}))
        super().__init__(input_formats=["%H:%M", "%H:%M:%S"], **kwargs)


def audiences(widest: int) -> list[tuple[int, Any]]:
    """The rungs that an item or a session of an open room may have."""
    return [
        (one.value, one.label)
        for one in Audience
        if Audience.SECRETARIAT <= one <= min(widest, Audience.CIVIL_SOCIETY)
    ]


class ConveningForm(TextsForm):
    """How a meeting is held."""

    texts = {
        "venues": (gettext_lazy("Venue"), 300, False, 1),
        "notes": (gettext_lazy("Practical notes"), TEXT_LIMIT, False, 8),
    }
    order = ["manner", "zone", "venues", "link", "co_hosts", "open_to", "notes", "revision"]
    manner = forms.ChoiceField(label=gettext_lazy("Held"), choices=Convening.Manner.choices)
    zone = ZoneChoice()
    link = forms.URLField(
        label=gettext_lazy("Link for those who take part remotely"),
        required=False,
        max_length=500,
        assume_scheme="https",
    )
    co_hosts = forms.ModelMultipleChoiceField(
        Party.objects.none(), to_field_name="code", required=False, label=gettext_lazy("Hosted together with")
    )
    open_to = forms.TypedChoiceField(label=gettext_lazy("Items and sessions are open to"), coerce=int)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, at: dt.datetime, cap: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["zone"].offer(at)
        fields["open_to"].choices = [one for one in audiences(cap) if one[0] >= Audience.ROOM] or audiences(
            Audience.ROOM
        )
        fields["co_hosts"].queryset = Party.objects.members(on=today(at))

    def values(self) -> dict[str, Any]:
        """What goes into the record."""
        return {name: self.cleaned_data[name] for name in self.order if name not in {"revision", "co_hosts"}}


class RecordForm(NewMeetingForm):
    """The plain record of a meeting that is being prepared: no source confirms it yet, nothing is remarked of it."""

    texts = {name: fields for name, fields in NewMeetingForm.texts.items() if name != "remark"}
    order = [name for name in NewMeetingForm.order if name not in {"confirmed", "remark", "revision"}]
    # Django takes an inherited field away by this.
    confirmed = revision = None  # type: ignore[assignment]

    def values(self) -> dict[str, Any]:
        """What goes into the record."""
        return super().values() | {"confirmed": True}


class SessionForm(TextsForm):
    """A session: what, where, when."""

    texts = {
        "titles": (gettext_lazy("Title"), 200, False, 1),
        "places": (gettext_lazy("Room"), 120, False, 1),
    }
    order = ["kind", "titles", "on", "from_hour", "until_hour", "past_midnight", "later", "zone", "places", "link", "audience",
             "shown_as_line", "revision"]  # fmt: skip
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=Session.Kind.choices,
        help_text=gettext_lazy("A closed session lies in a sealed room of its own: only those whom its chair seats there see it whole, administrators included."),
    )  # fmt: skip
    on = DayField(label=gettext_lazy("Day"))
    from_hour = HourField(label=gettext_lazy("From"))
    until_hour = HourField(label=gettext_lazy("Until"))
    past_midnight = forms.BooleanField(label=gettext_lazy("Ends on the next day"), required=False)
    later = forms.NullBooleanField(
        label=gettext_lazy("Where an hour comes twice"), required=False,
        widget=forms.Select(choices=[("", gettext_lazy("does not apply")), ("false", gettext_lazy("the first")), ("true", gettext_lazy("the second"))]),
    )  # fmt: skip
    zone = ZoneChoice()
    link = forms.URLField(label=gettext_lazy("Link"), required=False, max_length=500, assume_scheme="https")
    audience = forms.TypedChoiceField(
        label=gettext_lazy("Who takes part"), coerce=int, required=False, empty_value=None
    )
    shown_as_line = forms.BooleanField(
        label=gettext_lazy("Others see that there is a closed session, and when"),
        required=False,
        initial=True,
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, at: dt.datetime, cap: int, kept: Session | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["zone"].offer(at)
        fields["audience"].choices = audiences(cap)
        if kept is not None:
            # A session neither becomes closed nor stops being so.
            closed = kept.kind == Session.Kind.CLOSED
            fields["kind"].choices = [
                one for one in Session.Kind.choices if (one[0] == Session.Kind.CLOSED) == closed
            ]
            if closed:
                del fields["audience"]
            else:
                del fields["shown_as_line"]

    def values(self) -> dict[str, Any]:
        """What goes into the record."""
        return {
            name: self.cleaned_data[name]
            for name in self.order
            if name != "revision" and name in self.cleaned_data
        }


class ItemForm(TextsForm):
    """An item of the agenda."""

    texts = {
        "titles": (gettext_lazy("Title"), 300, True, 2),
        "notes": (gettext_lazy("Annotation"), 5000, False, 4),
    }
    order = ["titles", "parent", "session", "audience", "notes", "revision"]
    parent = forms.ModelChoiceField(
        AgendaItem.objects.none(), to_field_name="ref", required=False, label=gettext_lazy("Below")
    )
    session = forms.ModelChoiceField(
        Session.objects.none(), to_field_name="ref", required=False, label=gettext_lazy("Session")
    )
    audience = forms.TypedChoiceField(label=gettext_lazy("Who takes part"), coerce=int)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, items: QuerySet[Any] | None, sessions: QuerySet[Any], cap: int, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        if items is None:
            del fields["parent"]
        else:
            fields["parent"].queryset = items
            fields["parent"].label_from_instance = lambda one: f"{one.label} {one}"
        fields["session"].queryset = sessions
        fields["audience"].choices = audiences(cap)


class PaperForm(forms.Form):
    """A paper to put under an item, by its symbol or reference."""

    document = forms.CharField(label=gettext_lazy("Symbol"), max_length=80)

    def __init__(self, *args: Any, seen: DocumentQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seen = seen

    def clean_document(self) -> Document:
        """The paper, among those the person may see."""
        from django.utils.translation import gettext as _

        typed = self.cleaned_data["document"].strip()
        found: Document | None = self.seen.at_address(typed).first()
        if found is None:
            raise forms.ValidationError(
                _(
                    "There is no document “%(symbol)s” that you may see. Look it up by its title in the documents."
                )
                % {"symbol": typed}
            )
        return found


class OpeningForm(forms.Form):
    """The Presidency's exception for one observer."""

    party = ByName(Party.objects.none(), label=gettext_lazy("Observer or organisation"))
    what = forms.ChoiceField(label=gettext_lazy("What it may do"), choices=ItemOpening.What.choices)

    def __init__(self, *args: Any, at: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = ["observer_state", "observer_organisation", "civil_society"]
        self.fields["party"].queryset = Party.objects.standing(kinds, on=today(at))  # type: ignore[attr-defined]
