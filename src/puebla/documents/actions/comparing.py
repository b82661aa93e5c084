"""Two versions of a paper's file compared paragraph by paragraph, as texts are."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from puebla.core.alignment import Paragraph, paragraphs
from puebla.core.alignment.merging import Change
from puebla.core.alignment.versions import paired
from puebla.documents.models import Document, FileVersion, Page
from puebla.texts.actions.comparing import Standing, compare_states
from puebla.texts.models import tree

#: A file of more paragraphs or signs than this is not compared: nobody reads such a list, and it would keep others waiting.
MOST_PARAGRAPHS, MOST_SIGNS = 4_000, 2_000_000
#: Paragraphs whose words multiply to more than this are shown whole, one beside the other.
MOST_WORDS = 4_000_000


@dataclass(frozen=True)
class ChangedParagraph:
    """A paragraph in which something changed.

    Attributes:
        what: added, removed, worded, moved. before, after: its number or letter as printed. page: where it begins.
    """

    what: str
    before: str
    after: str
    page: int
    pieces: list[Change]


@dataclass(frozen=True)
class Difference:
    """What became of a paper in one language.

    Attributes:
        before: the version that the reader knows; None where the language came later.
        readable: whether both have text; `waiting`: whether one is still being read.
    """

    language: str
    before: FileVersion | None
    after: FileVersion
    readable: bool = False
    waiting: bool = False
    paragraphs: tuple[ChangedParagraph, ...] = ()

    @property
    def same_bytes(self) -> bool:
        """Whether nothing of the file changed."""
        return self.before is not None and self.before.sha256 == self.after.sha256


def changed_since(
    document: Document, since: dt.datetime, languages: Sequence[str]
) -> list[tuple[FileVersion | None, FileVersion]]:
    """The files that came since: of each language, the version that stood then and the present one.

    The caller has let the reader through the paper's gate, which is that of all its versions.

    Args:
        languages: in this order; others follow.
    """
    held: dict[str, list[FileVersion]] = {}
    found = FileVersion.objects.filter(edition__document=document).select_related("edition").defer("html")
    for one in found.order_by("number"):
        held.setdefault(one.edition.language, []).append(one)
    pairs = {}
    for code, versions in held.items():
        before = [one for one in versions if one.filed_at <= since]
        if versions[-1].filed_at > since:
            pairs[code] = (before[-1] if before else None, versions[-1])
    order = [*languages, *sorted(pairs)]
    return [pairs[code] for code in sorted(pairs, key=order.index)]


def difference(before: FileVersion | None, after: FileVersion) -> Difference:
    """What became of the one on the way to the other, where both are text."""
    language = after.edition.language
    both = [one for one in (before, after) if one is not None]
    waiting = any(one.reading == FileVersion.Reading.WAITING for one in both)
    readable = before is not None and all(one.reading == FileVersion.Reading.DONE for one in both)
    if before is None or not readable:
        return Difference(language, before, after, waiting=waiting)
    old, new = _read(before, language), _read(after, language)
    if old is None or new is None:
        return Difference(language, before, after)
    found = _compared(old, new, language)
    return Difference(language, before, after, readable=True, paragraphs=tuple(found))


def _read(version: FileVersion, language: str) -> list[Paragraph] | None:
    """The paragraphs of a version; None where they are too many."""
    pages = list(Page.objects.filter(version=version).order_by("number").values_list("number", "text"))
    if sum(len(text) for _number, text in pages) > MOST_SIGNS:
        return None
    found = paragraphs(pages, language)
    return found if len(found) <= MOST_PARAGRAPHS else None


def _compared(
    old: Sequence[Paragraph], new: Sequence[Paragraph], language: str
) -> Iterator[ChangedParagraph]:
    """Each changed paragraph; the tree is flat, and a paragraph's key its place in the earlier text, or after all of them."""
    keys = [
        len(old) + place if key is None or _too_long(old[key], new[place]) else key
        for place, key in enumerate(paired([one.words for one in old], [one.words for one in new]))
    ]
    standing = dict(enumerate(old)) | dict(zip(keys, new, strict=True))
    sides = _nodes(range(len(old)), old, language), _nodes(keys, new, language)
    for one in compare_states(*sides, [language]):
        paragraph = standing[int(one.anchor)]
        pieces = one.changes.get(language) or [Change("same", paragraph.words)]
        yield ChangedParagraph(one.what, one.before, one.after, paragraph.page, pieces)


def _too_long(was: Paragraph, now: Paragraph) -> bool:
    """Whether two wordings are too long to be compared by words: they are shown whole, one as gone and one as new."""
    return was.words != now.words and len(was.words.split()) * len(now.words.split()) > MOST_WORDS


def _nodes(keys: Iterable[int], side: Sequence[Paragraph], language: str) -> list[tree.Node]:
    return [
        tree.Node(
            Standing(key, None, "", place, "paragraph", "informational", str(key), {language: one.words}),
            number=one.label, label=one.label, depth=0, rank=place,
        )
        for place, (key, one) in enumerate(zip(keys, side, strict=True))
    ]  # fmt: skip
