"""Forms about a person, and what forms on texts in several languages share."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import phonenumbers
from django import forms
from django.conf import settings
from django.conf.locale import LANG_INFO
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core.models import Process
from puebla.core.verdicts import RefusedError, StaleError
from puebla.core.words import fold
from puebla.core.zones import difference, known_place, known_zones, place_of

#: First parts of the names of zones that are places people live in, as their reader calls them.
CONTINENTS = {
    "Africa": gettext_lazy("Africa"),
    "America": gettext_lazy("The Americas"),
    "Asia": gettext_lazy("Asia"),
    "Atlantic": gettext_lazy("Atlantic"),
    "Australia": gettext_lazy("Australia"),
    "Europe": gettext_lazy("Europe"),
    "Indian": gettext_lazy("Indian Ocean"),
    "Pacific": gettext_lazy("Pacific"),
}


def working_languages() -> list[str]:
    """The languages of this instance's process; those of the software before it has one."""
    languages = Process.objects.values_list("languages", flat=True).first()
    return languages or [code for code, _name in settings.LANGUAGES]


class TextsForm(forms.Form):
    """A form with texts by language: each entry of `texts` becomes one field for every working language.

    In `cleaned_data` a text is whole again: `{"names": {"en": ..., "es": ...}}`. One language is enough; the others are
    then pending.
    """

    #: field name → (label, characters allowed, one language required, rows; 1 = one line)
    texts: Mapping[str, tuple[str | Promise, int, bool, int]] = {}

    def __init__(self, *args: Any, initial: dict[str, Any] | None = None, **kwargs: Any) -> None:
        initial = dict(initial or {})
        self.languages = working_languages()
        for name in self.texts:
            given = initial.pop(name, None) or {}
            initial |= {f"{name}_{code}": given.get(code, "") for code in self.languages}
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        for name, (label, limit, required, rows) in self.texts.items():
            for code in self.languages:
                self.fields[f"{name}_{code}"] = forms.CharField(
                    label=_("%(label)s (%(language)s)") % {"label": label, "language": _language_name(code)},
                    max_length=limit,
                    required=False,
                    help_text=_("One language is enough; the other is then shown as pending.")
                    if required
                    else "",
                    widget=_text_widget(code, rows),
                )
        self.order_fields([one for name in self._order() for one in self._parts(name)])

    def _order(self) -> list[str]:
        return list(getattr(self, "order", [])) or [*self.texts, *self.base_fields]

    def _parts(self, name: str) -> list[str]:
        return [f"{name}_{code}" for code in self.languages] if name in self.texts else [name]

    def clean(self) -> dict[str, Any]:
        super().clean()
        found = self.cleaned_data
        for name, (_label, _limit, required, _rows) in self.texts.items():
            parts = {code: found.pop(f"{name}_{code}", "") or "" for code in self.languages}
            found[name] = {code: words for code, words in parts.items() if words}
            if required and not found[name] and not any(self.has_error(one) for one in self._parts(name)):
                self.add_error(
                    f"{name}_{self.languages[0]}",
                    ValidationError(
                        _("Write this in one language at least; the other can follow."), code="required"
                    ),
                )
        return found

    def refuse(self, error: RefusedError) -> None:
        """Show why the act was refused, beside the field at fault where there is one."""
        field = error.field if error.field in self.fields else None
        if error.field in self.texts:
            field = self._parts(str(error.field))[0]
        self.add_error(field, ValidationError(str(error), code="refused"))

    def carries_out(self, act: Callable[[], Any], row: models.Model | None = None) -> bool:
        """Do the act; where it is refused, say why beside the field at fault and answer no: nothing typed is lost.

        Args:
            row: the record that the form changes, where it carries a revision.
        """
        try:
            act()
        except StaleError as error:
            current = type(row)._default_manager.get(pk=row.pk) if row is not None else None
            self.stale(error, revision=getattr(current, "revision", 0))
        except RefusedError as error:
            self.refuse(error)
        except ValidationError as error:
            # What only the record itself can know: a number given twice, dates that cross.
            found = error.error_dict if hasattr(error, "error_dict") else {"": error.messages}
            for field, faults in found.items():
                self.add_error(field if field in self.fields else None, faults)
        else:
            return True
        return False

    def stale(self, error: StaleError, *, revision: int) -> None:
        """Keep what was typed, say that somebody else saved meanwhile, and let the next save be a knowing one."""
        self.refuse(error)
        typed: Any = self.data.copy()  # type: ignore[attr-defined]
        typed[self.add_prefix("revision")] = str(revision)
        self.data = typed


def _language_name(code: str) -> str:
    """What readers call the language in their own."""
    return str(get_language_info(code)["name_translated"]) if code in LANG_INFO else code


def _text_widget(code: str, rows: int) -> forms.Widget:
    # `lang` lets the browser check spelling in the right language and screen readers pronounce it.
    attrs: dict[str, Any] = {"lang": code}
    return forms.TextInput(attrs) if rows == 1 else forms.Textarea(attrs | {"rows": rows})


def international_number(text: str) -> str:
    """The telephone number as it is dialled from abroad; raises ValidationError where it is not one."""
    if not text.strip():
        return ""
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise ValidationError(
            _(
                "Write the number with its country code, for example +502 2410 1000; this one cannot be dialled from abroad."
            )
        )
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


class ZoneChoice(forms.ChoiceField):
    """Any time zone of the world, below its continent with the Americas first, each with its difference from UTC today.

    Args:
        own: whether none may be chosen, which means the process's own.
    """

    def __init__(self, *, own: bool = False, **options: Any) -> None:
        options.setdefault("label", gettext_lazy("Time zone of the place"))
        super().__init__(**options)
        self.own = own

    def offer(self, at: dt.datetime) -> None:
        """Offer them, with their differences at this instant."""
        none = _("of the process (%(zone)s)") % {"zone": place_of(settings.TIME_ZONE)}
        self.choices = [*([("", none)] if self.own else []), *_zones(at)]


def _zones(at: dt.datetime) -> list[tuple[str, Any]]:
    found: dict[str, list[tuple[str, str]]] = {name: [] for name in ("America", *sorted(CONTINENTS), "")}
    for name in sorted(known_zones()):
        continent, _slash, place = name.partition("/")
        if not place or continent not in CONTINENTS:
            continent, place = "", name
        # Each zone is read from the disk once: the members' own lie in the Americas.
        said = f" ({difference(at, name)})" if continent == "America" else ""
        shown = known_place(name) or place.replace("_", " ").replace("/", ", ")
        found[continent].append((name, shown + said))
    for zones in found.values():
        zones.sort(key=lambda zone: fold(zone[1]))
    return [(str(CONTINENTS.get(one, _("Elsewhere"))), zones) for one, zones in found.items()]


class ProfileForm(TextsForm):
    """A person's own entry in the directory."""

    texts = {"job_titles": (gettext_lazy("Office held"), 150, False, 1)}
    order = ["full_name", "job_titles", "phone", "language", "zone", "revision"]

    full_name = forms.CharField(
        label=gettext_lazy("Full name"), max_length=150, widget=forms.TextInput({"autocomplete": "name"})
    )
    phone = forms.CharField(
        label=gettext_lazy("Telephone"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("With the country code: +502 2410 1000"),
        widget=forms.TextInput({"type": "tel", "autocomplete": "tel"}),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of the mail you receive"))
    zone = ZoneChoice(
        label=gettext_lazy("Your time zone"), own=True, required=False,
        help_text=gettext_lazy("Hours of meetings are shown by the clocks of the place and by yours."),
    )  # fmt: skip
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        initial = {
            name: getattr(person, name)
            for name in ("full_name", "job_titles", "phone", "language", "zone", "revision")
        }
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["zone"].offer(timezone.now())  # type: ignore[attr-defined]
        self.fields["language"].choices = language_choices(self.languages)  # type: ignore[attr-defined]

    def clean_phone(self) -> str:
        return international_number(self.cleaned_data["phone"])

    def values(self) -> dict[str, object]:
        """What goes into the record."""
        return {name: self.cleaned_data[name] for name in self.order if name != "revision"}


def language_choices(codes: list[str]) -> list[tuple[str, str]]:
    """The languages with their own names, as a list to choose from."""
    names = dict(settings.LANGUAGES)
    return [(code, names.get(code, code)) for code in codes]
