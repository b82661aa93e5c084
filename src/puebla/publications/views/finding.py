"""How lists of decisions are narrowed, on the public site and inside alike: by words, and by what each filter counts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from puebla.core.search.facets import Choice, Facets, options
from puebla.publications.models import (
    PublicBody,
    PublicDecision,
    PublicMainTheme,
    PublicMark,
    PublicParagraph,
    PublicParty,
)
from puebla.publications.views.decisions import ADDRESSEES, KINDS, STATUSES, addressee_name

#: Longer words are no question.
LONGEST = 200
#: What each filter is called, and the words for "any".
CALLED = {
    "year": (gettext_lazy("Year"), gettext_lazy("Any year")),
    "body": (gettext_lazy("Body"), gettext_lazy("All bodies")),
    "kind": (gettext_lazy("Kind"), gettext_lazy("All kinds")),
    "theme": (gettext_lazy("Theme"), gettext_lazy("All themes")),
    "addressee": (gettext_lazy("Addressed to"), gettext_lazy("Anybody")),
    "status": (gettext_lazy("Status"), gettext_lazy("Any status")),
    "verb": (gettext_lazy("Verb"), gettext_lazy("Any verb")),
}
#: Those that speak of a paragraph, not of the whole decision.
OF_PARAGRAPHS = {"theme", "addressee", "status", "verb"}


@dataclass(frozen=True)
class Filters:
    """What is asked of the list; an empty text means any, and what nobody knows finds nothing."""

    q: str = ""
    year: str = ""
    body: str = ""
    kind: str = ""
    theme: str = ""
    addressee: str = ""
    status: str = ""
    verb: str = ""

    @classmethod
    def of(cls, query: Any) -> "Filters":
        """The filters in a query; a NUL cannot be asked of every database, and nothing has one."""
        names = [one.name for one in fields(cls)]
        return cls(**{name: query.get(name, "").replace("\x00", "").strip()[: LONGEST + 1] for name in names})

    @property
    def given(self) -> dict[str, str]:
        """The filters that say something."""
        return {one.name: value for one in fields(self) if (value := getattr(self, one.name))}

    @property
    def chosen(self) -> dict[str, str]:
        """Those that are chosen from lists: all but the words."""
        return {name: value for name, value in self.given.items() if name != "q"}

    def without(self, name: str) -> "Filters":
        """The same question without one filter."""
        return replace(self, **{name: ""})

    @property
    def of_paragraphs(self) -> bool:
        """Whether paragraphs are asked for, not whole decisions."""
        return bool(self.q) or any(name in OF_PARAGRAPHS for name in self.chosen)


def choices_of(
    filters: Filters, known: Facets, within: int | None
) -> Iterator[tuple[str, str, str, SafeString]]:
    """What each filter offers, counted in paragraphs under all the other filters: (name, called, any, options)."""
    for name, (called, any_of_them) in CALLED.items():
        chosen = getattr(filters, name)
        under = known.matching(filters.without(name).chosen, within=within)
        offered = [
            Choice(one.value, capfirst(labelled(known, name, one.value)), one.count)
            for one in known.choices(name, under, chosen)
        ]
        yield name, str(called), str(any_of_them), options(offered, chosen)


def labelled(known: Facets, name: str, value: str) -> str:
    """A filter's value in the reader's words."""
    if name == "status":
        return str(STATUSES.get(value, value))
    if name == "kind":
        return str(KINDS.get(value, value))
    if name == "addressee":
        return addressee_name({"code": value, "names": known.names["addressee"].get(value)})
    return known.label(name, value)


def unknown_in(chosen: Mapping[str, str]) -> Iterator[tuple[str, str, list[str]]]:
    """The filters whose value nobody can mean, by what the public knows, with that value and those that are known.

    A value is known that public lists have, whether or not a decision has it yet: a feed of it may begin empty.
    """
    for name, value in chosen.items():
        if name == "year":
            if not (value.isascii() and value.isdecimal() and len(value) == 4 and int(value)):
                yield name, value, []
        elif value not in (known := _codes(name)):
            yield name, value, sorted(known)


def _codes(name: str) -> set[str]:
    """The values of a filter that the public knows."""
    if name in ("kind", "status"):
        return {*(KINDS if name == "kind" else STATUSES)}
    lists: dict[str, list[Any]] = {
        "body": [PublicBody.objects.values_list("code"), PublicDecision.objects.values_list("body_code")],
        "theme": [PublicMainTheme.objects.values_list("code"), _marked("theme")],
        "addressee": [
            PublicParty.objects.values_list("code"), PublicBody.objects.values_list("code"), _marked("addressee"),
        ],
        "verb": [PublicParagraph.objects.exclude(verb_code="").values_list("verb_code")],
    }  # fmt: skip
    first, *others = (one.order_by() for one in lists[name])
    return {code for (code,) in first.union(*others)} | ({*ADDRESSEES} if name == "addressee" else set())


def _marked(name: str) -> Any:
    return PublicMark.objects.filter(name=name).values_list("code")
