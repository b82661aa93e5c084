"""Text recognition by tesseract, several pages at a time, each with its own limit of time."""

import os
import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING

from . import Job
from .paragraphs import normalised

if TYPE_CHECKING:
    from PIL import Image

SECONDS_PER_PAGE = 40
_MODELS = {
    "en": "eng",
    "es": "spa",
    "fr": "fra",
    "pt": "por",
    "de": "deu",
    "it": "ita",
    "ru": "rus",
    "ar": "ara",
}


def present() -> bool:
    """Whether tesseract can be called here."""
    return shutil.which("tesseract") is not None


def portable(picture: "Image.Image") -> bytes:
    """The picture in grey as an uncompressed PGM, which costs no time to write or read."""
    grey = picture.convert("L")
    return b"P5 %d %d 255\n" % grey.size + grey.tobytes()


def recognise(job: Job, numbers: list[int], picture_of: Callable[[int], bytes]) -> None:
    """Put the recognised text in the place of these pages, for as long as time allows.

    Pictures are made one by one (PDFium knows no threads); recognising, the slow part, runs on all processors.
    """
    os.nice(5)  # the same machine answers people while this runs
    models = _models_for(tuple(job.languages))
    at_once = min(
        4, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )
    with ThreadPoolExecutor(at_once) as pool:
        for start in range(0, len(numbers), at_once):
            if job.out_of_time():
                job.warnings["ocr_time"] = numbers[start:]
                return
            batch = numbers[start : start + at_once]
            pictures = [picture_of(number) for number in batch]
            for number, text in zip(
                batch, pool.map(lambda one: _text_of(one, models), pictures), strict=True
            ):
                _take(job, number, text)


def _take(job: Job, number: int, text: str | None) -> None:
    if text is None:
        job.warn("ocr_failed", number)
        return
    job.pages[number - 1] = _paragraphs(text) or job.pages[number - 1]
    job.ocr.append(number)


def _text_of(picture: bytes, models: str) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 - fixed words only; the picture goes in by a pipe
            ["tesseract", "stdin", "stdout", "-l", models, "--dpi", "200"],  # noqa: S607
            input=picture,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS_PER_PAGE,
            check=True,
        )
    except (subprocess.SubprocessError, OSError):
        return None
    return done.stdout.decode("utf-8", errors="replace")


@cache
def _models_for(languages: tuple[str, ...]) -> str:
    """English and Spanish, and the working languages beside, as far as their models are installed."""
    listed = subprocess.run(
        ["tesseract", "--list-langs"],  # noqa: S607
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=10,
        check=False,
    )
    installed = set(listed.stdout.decode().split())
    wanted = dict.fromkeys(_MODELS[code] for code in (*languages, "en", "es") if code in _MODELS)
    return "+".join(model for model in wanted if model in installed) or "eng"


def _paragraphs(text: str) -> str:
    """Tesseract parts paragraphs by blank lines; the lines within belong together, also across a hyphen."""
    paragraphs = []
    for block in normalised(text.replace("\f", "\n\n")).split("\n\n"):
        joined = ""
        for line in (line.strip() for line in block.split("\n") if line.strip()):
            if joined.endswith("-") and joined[-2:-1].islower() and line[:1].islower():
                joined = joined[:-1] + line
            else:
                joined = f"{joined} {line}".strip()
        if joined:
            paragraphs.append(joined)
    return "\n\n".join(paragraphs)
