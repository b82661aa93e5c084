"""The text, the language and the pictures of a file, read in a process apart."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .kinds import FileKind
from .sentences import sentence
from .supervision import Limits, Readers, UnreadableError, run

__all__ = ["Limits", "PageText", "Readers", "Reading", "UnreadableError", "read"]


@dataclass(frozen=True)
class PageText:
    """One page, slide or sheet: its number from 1, its paragraphs parted by blank lines, and whether OCR read it."""

    number: int
    text: str
    ocr: bool = False


@dataclass(frozen=True)
class Reading:
    """What could be read of a file. Warnings are sentences in the language that was active when it was read."""

    pages: list[PageText]
    language: str | None = None
    first_lines: list[str] = field(default_factory=list)
    html: str = ""
    warnings: list[str] = field(default_factory=list)
    pictures: list[Path] = field(default_factory=list)


_WARNINGS: dict[str, str | Promise] = {
    "no_ocr": _(
        "Pages without text (scanned): {pages}. They cannot be searched, because text recognition is not installed."
    ),
    "ocr_failed": _("Text recognition failed on these pages: {pages}. They cannot be searched."),
    "ocr_time": _(
        "Time ran out before text recognition reached these pages: {pages}. They cannot be searched."
    ),
    "broken_pages": _("These pages are damaged and could not be read: {pages}."),
    "more_pages": _("Only the first {count} pages were read; the file has more."),
    "cut": _("The text is very long; only its first {count} characters were read."),
    "no_pictures": _("Pictures could not be made of these pages: {pages}."),
    "more_pictures": _("Pictures were made of the first {count} pages only."),
}
_COUNTED = {"more_pages", "cut", "more_pictures"}


def read(
    path: Path,
    kind: FileKind,
    *,
    pictures_into: Path | None = None,
    languages: Sequence[str] = ("en", "es"),
    recognise: bool = True,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    readers: Readers | None = None,
) -> Reading:
    """Read the text by page and, where a folder is given, make page pictures and a thumbnail in it.

    Args:
        recognise: False leaves scanned pages empty, where somebody waits and recognising would take too long.
        readers: workers that stand ready, where many files are read in a row.

    Raises:
        UnreadableError: where the file needs a password, is damaged, or exceeds time or memory; no picture stays.
    """
    order = {
        "task": "read",
        "path": str(path.resolve()),
        "kind": kind.value,
        "pictures_into": str(pictures_into.resolve()) if pictures_into else None,
        "languages": list(languages),
        "recognise": recognise,
    }
    if pictures_into:
        pictures_into.mkdir(parents=True, exist_ok=True)
    try:
        answer = run(order, limits, readers=readers)
    except BaseException:
        if pictures_into:
            _remove_pictures(pictures_into)
        raise
    return _reading_from(answer, pictures_into)


def _reading_from(answer: dict[str, Any], pictures_into: Path | None) -> Reading:
    by_ocr = set(answer["ocr"])
    folder = pictures_into or Path()
    return Reading(
        pages=[
            PageText(number=number, text=text, ocr=number in by_ocr)
            for number, text in enumerate(answer["pages"], start=1)
        ],
        language=answer["language"],
        first_lines=answer["first_lines"],
        html=answer["html"],
        warnings=[_warning(code, values) for code, values in answer["warnings"].items()],
        pictures=[folder / name for name in answer["pictures"]],
    )


def _warning(code: str, values: list[int]) -> str:
    template = _WARNINGS[code]
    if code in _COUNTED:
        return str(sentence(template, count=values[0]))
    return str(sentence(template, pages=_ranges(values)))


def _ranges(numbers: list[int]) -> str:
    """Page numbers as people write them.

    >>> _ranges([1, 2, 3, 7])
    '1–3, 7'
    """
    spans: list[list[int]] = []
    for number in sorted(set(numbers)):
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in spans)


def _remove_pictures(folder: Path) -> None:
    for pattern in ("page-[0-9]*.webp", "thumb.webp"):
        for picture in folder.glob(pattern):
            with contextlib.suppress(OSError):
                picture.unlink()
