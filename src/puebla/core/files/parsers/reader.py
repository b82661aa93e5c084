"""From an order to an answer: picks the parser of the kind, then tidies what it found."""

import re
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from . import MAX_TEXT, Job

# The part of the allowed time after which slow extras stop.
_SOFT_SHARE = 0.8
_FIRST_LINES = 40
_LINE = 300

_PARSERS = {
    "pdf": "pdf",
    "docx": "word",
    "odt": "opendocument",
    "pptx": "slides",
    "xlsx": "sheets",
    "ods": "sheets",
    "html": "webpage",
    "txt": "plain",
    "png": "pictures",
    "jpeg": "pictures",
    "tiff": "pictures",
    "webp": "pictures",
    "gif": "pictures",
}
# Control signs say nothing, and the database takes no NUL.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def read(order: dict[str, Any]) -> dict[str, Any]:
    """Read the file of the order and answer with plain lists that JSON can carry."""
    started = time.monotonic()
    limits = order["limits"]
    job = Job(
        path=Path(order["path"]),
        languages=order["languages"],
        pictures_into=Path(order["pictures_into"]) if order["pictures_into"] else None,
        max_pages=limits["pages"],
        recognise=order.get("recognise", True),
        ends_at=started + limits["seconds"] * _SOFT_SHARE,
    )
    parser_of(order["kind"])(job)
    _limit_pages(job)
    job.pages = [_CONTROL.sub("", page) for page in job.pages]
    _limit_text(job)
    return {
        "pages": job.pages,
        "ocr": job.ocr,
        "language": _language(job),
        "first_lines": _first_lines(job),
        "html": job.html,
        "warnings": job.warnings,
        "pictures": job.pictures,
    }


def parser_of(kind: str) -> Callable[[Job], None]:
    """The parser of a kind of file; loaded when it is first asked for."""
    parse: Callable[[Job], None] = import_module(f".{_PARSERS[kind]}", __package__).parse
    return parse


def _limit_pages(job: Job) -> None:
    if len(job.pages) > job.max_pages:
        del job.pages[job.max_pages :]
        job.warn("more_pages", job.max_pages)


def _limit_text(job: Job) -> None:
    left = MAX_TEXT
    for index, page in enumerate(job.pages):
        if len(page) > left:
            job.pages[index] = page[:left]
            if "cut" not in job.warnings:
                job.warn("cut", MAX_TEXT)
        left -= len(job.pages[index])


def _language(job: Job) -> str | None:
    from .language import language_of

    return language_of(job.pages, also=job.languages)


def _first_lines(job: Job) -> list[str]:
    """What stands at the top, by which a file is matched to its symbol and title."""
    lines = [job.title] if job.title else []
    for page in job.pages[:5]:
        lines += [line.strip()[:_LINE] for line in page.split("\n") if line.strip()]
        if len(lines) >= _FIRST_LINES:
            break
    return lines[:_FIRST_LINES]
