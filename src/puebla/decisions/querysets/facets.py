"""Paragraphs of adopted decisions by every filter (`core.search.facets`): of all of them, cut down to what a reader may know of."""

import datetime as dt
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from sys import intern
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Max, Sum

from puebla.core.languages import Texts
from puebla.core.memory import Remembered
from puebla.core.search.facets import Facets, bits_of, by_value
from puebla.decisions.models import Addressee, Decision, Provision, Verb
from puebla.decisions.querysets.asking import addressed
from puebla.documents.models import Theme
from puebla.members.models import Body, Party
from puebla.members.querysets import Reach
from puebla.members.querysets.prepared import PreparedForReader
from puebla.publications.querysets.addressing import spread
from puebla.texts.models import Kind, Paragraph

if TYPE_CHECKING:
    from puebla.accounts.models import Person

#: Filters whose values stand in columns of paragraphs, of their decisions and of what they do.
COLUMNS = {
    "year": "text__decision__adopted_on__year", "body": "text__decision__body__code", "kind": "text__decision__kind",
    "status": "provision__status", "verb": "provision__verb__code",
}  # fmt: skip
#: What is called otherwise shows so after this long.
NAMES_KEPT = dt.timedelta(minutes=5)


@dataclass
class Decided(Facets):
    """The paragraphs, the newest decision first.

    Attributes:
        texts: by text its paragraphs as bits. places: by text and there by serial the place of a paragraph in the order; below
            zero where there is none.
    """

    texts: dict[int, int] = field(default_factory=dict)
    places: "dict[int, array[int]]" = field(default_factory=dict)

    def of_texts(self, texts: Iterable[int]) -> int:
        """The paragraphs of these texts as bits."""
        found = 0
        for one in texts:
            found |= self.texts.get(one, 0)
        return found

    def of_places(self, places: Iterable[tuple[int, int]]) -> int:
        """The paragraphs at these places as bits."""
        found = (self._place(text, serial) for text, serial in places)
        return bits_of((place for place in found if place >= 0), len(self.keys))

    def _place(self, text: int, serial: int) -> int:
        held = self.places.get(text, ())
        return held[serial] if serial < len(held) else -1


def decided(person: "Person", reach: Reach, *, at: dt.datetime) -> tuple[Decided, set[int]]:
    """The paragraphs that this person may know of, and the texts in which they stand.

    All paragraphs are kept in the worker's memory; the gate is asked each time which of their texts are open, and of the others
    no value and no count is left.
    """
    texts = {text for (text,) in _open.rows(person, reach)}
    every = _every(at)
    return every.among(every.of_texts(texts)), texts


_open = PreparedForReader(
    lambda person, reach: (
        Decision.objects.visible_to(person, reach=reach).adopted().order_by().values_list("text_id")
    )
)
_kept: list[tuple[object, Decided]] = []


def _every(at: dt.datetime) -> Decided:
    """Those of all adopted decisions; while nothing at all is written not even asked whether they changed."""
    return _unwritten.get(int(at.timestamp() // NAMES_KEPT.total_seconds()), lambda: _as_they_stand(at))


_unwritten: Remembered[Decided] = Remembered(most=1)


def _as_they_stand(at: dt.datetime) -> Decided:
    """Those of all adopted decisions; made once after each change of them."""
    key = _state(at)
    for known, made in _kept:
        if known == key:
            return made
    made = _made(at)
    _kept[:] = [(key, made)]
    return made


def _state(at: dt.datetime) -> object:
    """What differs whenever something about decisions was written."""
    asked = {"n": Count("pk"), "last": Max("pk"), "revisions": Sum("revision"), "changed": Max("changed_at")}
    rows = (Decision.objects.adopted(), Provision.objects.all())
    return int(at.timestamp() // NAMES_KEPT.total_seconds()), [
        one.order_by().aggregate(**asked) for one in rows
    ]


def _made(at: dt.datetime) -> Decided:
    adopted = {"text__decision__state": Decision.State.ADOPTED}
    paragraphs = Paragraph.objects.living().filter(**adopted).exclude(kind=Kind.HEADING)
    ordered = paragraphs.order_by("-text__decision__adopted_on", "-text__decision__pk", "serial")
    # Few values stand in thousands of rows: each is kept once, and no more rows are read at a time than are made use of.
    every = ordered.values_list("pk", "text_id", "serial", *COLUMNS.values()).iterator(chunk_size=500)
    rows = [(*row[:3], *(intern(one) if isinstance(one, str) else one for one in row[3:])) for row in every]
    size, places = len(rows), {row[0]: place for place, row in enumerate(rows)}
    made = Decided(keys=array("q", places))
    for column, name in enumerate(COLUMNS, start=3):
        made.bits[name] = by_value(((row[column], place) for place, row in enumerate(rows)), size)
    for name, pairs in (("theme", _themes()), ("addressee", _addressees())):
        made.bits[name] = by_value(((value, places[key]) for value, key in pairs if key in places), size)
    made.bits["addressee"] = spread(made.bits["addressee"], _meant(at))
    made.bits["year"] = dict(sorted(made.bits["year"].items(), reverse=True))
    made.texts = {
        int(text): bits
        for text, bits in by_value(((row[1], place) for place, row in enumerate(rows)), size).items()
    }
    for place, (_key, text, serial, *_rest) in enumerate(rows):
        held = made.places.setdefault(text, array("q"))
        held.extend([-1] * (serial + 1 - len(held)))
        held[serial] = place
    made.names = _names()
    return made


def _themes() -> Iterable[tuple[str, int]]:
    rows = Provision.themes.through.objects.order_by()
    return rows.values_list("theme__code", "provision__paragraph_id").iterator()


def _addressees() -> Iterable[tuple[str, int]]:
    """A party or a body by its code, else what sort it is."""
    rows: Any = Addressee.objects.order_by().values_list(
        "whom", "party__code", "body__code", "provision__paragraph_id"
    )
    return ((party or body or whom, key) for whom, party, body, key in rows.iterator())


def _meant(at: dt.datetime) -> dict[str, set[str]]:
    """By sort of addressees and by body, the parties that it means today: as in what is asked of them."""
    served = Party.objects.exclude(kind=Party.Kind.SECRETARIAT).order_by()
    codes = dict(served.values_list("pk", "code"))
    meant = addressed(codes, at=at)
    sorts = {str(sort): meant.of(sort, None, None) for sort in Addressee.Whom.values}
    bodies = {
        code: meant.of(Addressee.Whom.BODY, None, key)
        for key, code in Body.objects.order_by().values_list("pk", "code")
    }
    return {code: {codes[one] for one in parties} for code, parties in (sorts | bodies).items()}


def _names() -> dict[str, dict[str, Texts]]:
    parties, bodies = Party.objects.order_by(), Body.objects.order_by()
    return {
        "verb": dict(Verb.objects.order_by().values_list("code", "names")),
        "theme": dict(Theme.objects.order_by().values_list("code", "names")),
        "body": dict(bodies.values_list("code", "names")),
        "addressee": dict(parties.values_list("code", "short_names"))
        | dict(bodies.values_list("code", "short_names")),
    }
