"""How lists of decisions are narrowed, on the public site and inside alike: by words, and by what each filter counts."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from puebla.core.search.facets import Choice, Facets, options
from puebla.publications.views.decisions import KINDS, STATUSES, addressee_name

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
