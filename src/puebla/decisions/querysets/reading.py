"""Paragraphs of adopted decisions by words, and where one was said before."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from puebla.core.languages import show
from puebla.core.prepared import Prepared
from puebla.core.search.asking import Question
from puebla.core.search.fillers import is_filler
from puebla.core.search.pages import Held, answered
from puebla.core.search.tables import PAGE_END
from puebla.core.search.words import stem, words_in
from puebla.core.wording import unmarked
from puebla.decisions.models import Decision, Link, Provision
from puebla.members.models import IndexEntry
from puebla.members.querysets import Reach
from puebla.members.querysets.prepared import PreparedForReader
from puebla.members.querysets.searching import INDEX, answering
from puebla.texts.actions.indexing import OF_TEXTS, SOURCE
from puebla.texts.models import Kind, Paragraph, Text

if TYPE_CHECKING:
    from puebla.accounts.models import Person

#: Texts whose words are looked through for one question.
MOST_TEXTS = 1000


def paragraphs(person: "Person", reach: Reach) -> QuerySet[Any]:
    """Paragraphs of adopted decisions that this person sees, headings apart."""
    seen = Decision.objects.visible_to(person, reach=reach).adopted().order_by()
    return Paragraph.objects.living().filter(text__decision__in=seen).exclude(kind=Kind.HEADING)


# By words ----------------------------------------------------------------------------------------------------------


def holding(
    question: Question,
    texts: Collection[int],
    person: "Person",
    reach: Reach,
    languages: Sequence[str],
    at: dt.datetime,
) -> dict[tuple[int, int], str]:
    """The places in these texts that hold all that is asked in one language: (text, serial) → language. The gate is the index's own."""
    found = answering(
        question, reach, person=person, at=at, filters=OF_TEXTS, count=MOST_TEXTS, newest=True,
        most_languages=max(2, len(languages)),
    )  # fmt: skip
    records = {record for (record,) in _records.rows(person, reach, found.keys)} if found.keys else set()
    held = records.intersection(texts)
    entries = _entries.rows(person, reach, sorted(held)) if held else []
    known = _remembered(entries)
    words = INDEX.words_of([key for key, *_rest in entries if key not in known])
    return answered(question, words, [entry[:3] for entry in entries], languages, known)


def _remembered(entries: Sequence[tuple[int, int, str, int]]) -> dict[int, Held]:
    """The words of texts that were frozen in a language, which never change: known by their digest, and read once."""
    rows = _frozen.rows(sorted({text for _key, text, *_rest in entries})) if entries else []
    frozen = {(text, revision, code): digest for text, revision, digest, codes in rows for code in codes}
    names = {
        key: (text, code, frozen[text, revision, code])
        for key, text, code, revision in entries
        if (text, revision, code) in frozen
    }
    # Looked up once: another thread may forget all of them at any moment.
    known = {key: held for key, name in names.items() if (held := _kept.get(name)) is not None}
    lacking = [key for key in names if key not in known]
    for start in range(0, len(lacking), AT_ONCE):
        for key, words in INDEX.words_of(lacking[start : start + AT_ONCE]).items():
            if len(_kept) >= MOST_KEPT:
                _kept.clear()
            known[key] = _kept[names[key]] = Held(words)
    return known


#: By text, language and digest, its words as they are asked for.
_kept: dict[tuple[int, str, str], Held] = {}
MOST_KEPT, AT_ONCE = 120, 8
_records = PreparedForReader(
    lambda person, reach, keys: (
        IndexEntry.objects.visible_to(person, reach=reach)
        .filter(source=SOURCE, pk__in=keys)
        .order_by()
        .values_list("record")
    )
)
_entries = PreparedForReader(
    lambda person, reach, texts: (
        IndexEntry.objects.visible_to(person, reach=reach)
        .filter(source=SOURCE, record__in=texts)
        .order_by()
        .values_list("pk", "record", "language", "revision")
    )
)
_frozen = Prepared(
    lambda texts: (
        Text.objects.filter(pk__in=texts, state=Text.State.FROZEN)
        .exclude(frozen_hash="")
        .order_by()
        .values_list("pk", "revision", "frozen_hash", "frozen_languages")
    )
)


# Where it was said before ------------------------------------------------------------------------------------------


@dataclass
class Ancestry:
    """What a paragraph leads back to, and what leads back to it, as far as the reader may know.

    Attributes:
        before, after: links by steps away, each with the paragraph at its other end.
    """

    before: list[tuple[int, Link]] = field(default_factory=list)
    after: list[tuple[int, Link]] = field(default_factory=list)


def ancestry(paragraph: Paragraph, person: "Person", reach: Reach, *, steps: int = 12) -> Ancestry:
    """The links of a paragraph through the years, step by step; what is not visible ends the way there."""
    seen = Decision.objects.visible_to(person, reach=reach).order_by().values("text")
    found = Ancestry()
    for ahead, here, rows in (("target", "source", found.before), ("source", "target", found.after)):
        at, known = {paragraph.pk}, {paragraph.pk}
        for step in range(1, steps + 1):
            standing = {f"{here}__in": at, f"{ahead}__text__in": seen, f"{ahead}__removed_at": None}
            links = Link.objects.filter(**standing).select_related(
                "source__text__decision", "source__text__room", "target__text__decision", "target__text__room"
            )
            new = [one for one in links.order_by("pk") if getattr(one, f"{ahead}_id") not in known]
            rows += [(step, one) for one in new]
            at = {getattr(one, f"{ahead}_id") for one in new}
            known |= at
            if not at:
                break
    return found


NEWER = (Link.Kind.SUPERSEDES, Link.Kind.AMENDS)
#: Of most texts nothing newer stands in the place of anything: (text) → whether any does.
_any_newer = Prepared(
    lambda text: Link.objects.filter(target__text=text, kind__in=NEWER).order_by().values_list("pk")[:1]
)


def newer(text: int, person: "Person", reach: Reach) -> dict[int, list[Link]]:
    """By paragraph of a text, what stands in its place or amends it, as far as the reader may know; one question more where any is."""
    if not _any_newer.rows(text):
        return {}
    seen = Decision.objects.visible_to(person, reach=reach).order_by().values("text")
    rows = Link.objects.filter(
        target__text=text, kind__in=NEWER, source__text__in=seen, source__removed_at=None
    )
    found: dict[int, list[Link]] = {}
    for one in rows.select_related("source__text__decision").order_by("kind", "pk"):
        found.setdefault(one.target_id, []).append(one)
    return found


@dataclass(frozen=True)
class Alike:
    """A paragraph whose words are much the same.

    Attributes:
        share: of the telling words of the shorter one, how many both have.
    """

    paragraph: Paragraph
    share: float


def alike(
    paragraph: Paragraph,
    person: "Person",
    reach: Reach,
    *,
    most: int = 8,
    least: float = 0.35,
) -> list[Alike]:
    """Paragraphs of other adopted decisions that say much the same, the likest first: by words that the index holds folded."""
    seen = Decision.objects.visible_to(person, reach=reach).adopted().order_by()
    others = seen.exclude(text=paragraph.text_id).values("text")
    entries = IndexEntry.objects.visible_to(person, reach=reach).filter(source=SOURCE, record__in=others)
    code = show(paragraph.words).language
    listed = list(entries.filter(language=code).order_by("-pk").values_list("pk", "record")[:MOST_TEXTS])
    words = INDEX.words_of([key for key, _text in listed])
    mine = _telling(words_in(unmarked(paragraph.words.get(code, ""))), code)
    if len(mine) < 3:
        return []
    scored = [
        (share, text, serial)
        for key, text in listed
        for serial, share in _shares(mine, words.get(key, ""), code, least)
    ]
    scored.sort(key=lambda one: (-one[0], -one[1], one[2]))
    return list(_shown(scored[: most * 2], person, reach))[:most]


def _telling(words: Iterable[str], language: str) -> frozenset[str]:
    """The stems of words that say something."""
    return frozenset(
        stem(word, language) for word in words if len(word) > 2 and not is_filler(word, (language,))
    )


def _shares(mine: frozenset[str], words: str, language: str, least: float) -> Iterator[tuple[int, float]]:
    for serial, page in enumerate(words.split(PAGE_END)):
        if not serial:
            continue
        theirs = _telling(page.split(), language)
        if len(theirs) < 3:
            continue
        share = len(mine & theirs) / min(len(mine), len(theirs))
        if share >= least and len(mine & theirs) / len(mine | theirs) >= least / 2:
            yield serial, share


def _shown(scored: Sequence[tuple[float, int, int]], person: "Person", reach: Reach) -> Iterator[Alike]:
    places = {(text, serial) for _share, text, serial in scored}
    rows = paragraphs(person, reach).filter(text__in={text for text, _serial in places})
    known = {
        (one.text_id, one.serial): one
        for one in rows.select_related("text__decision")
        if (one.text_id, one.serial) in places
    }
    for share, text, serial in scored:
        if (text, serial) in known:
            yield Alike(known[text, serial], share)


def provisions_of(rows: Iterable[Paragraph]) -> dict[int, Provision]:
    """By paragraph, what it does; for those that came through the gate."""
    found = Provision.objects.filter(paragraph__in=[one.pk for one in rows]).select_related("verb")
    related = found.prefetch_related("addressees__party", "addressees__body", "themes")
    return {one.paragraph_id: one for one in related}
