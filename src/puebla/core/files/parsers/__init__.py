"""What runs inside the reading worker only: parsers, text recognition, language. No Django here."""

import time
from dataclasses import dataclass, field
from pathlib import Path

MAX_TEXT = 20_000_000
MAX_PICTURES = 300


class UnparsableError(Exception):
    """The file cannot be read; `cause` is a word that the parent process turns into a sentence."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


@dataclass
class Job:
    """What is to be read, for how long, and what has come out so far."""

    path: Path
    languages: list[str]
    pictures_into: Path | None
    max_pages: int
    ends_at: float
    recognise: bool = True
    pages: list[str] = field(default_factory=list)
    ocr: list[int] = field(default_factory=list)
    title: str = ""
    html: str = ""
    warnings: dict[str, list[int]] = field(default_factory=dict)
    pictures: list[str] = field(default_factory=list)

    def warn(self, code: str, value: int) -> None:
        """Note what a reader of the result should know; the values are page numbers or a count."""
        self.warnings.setdefault(code, []).append(value)

    def out_of_time(self) -> bool:
        """Slow extras (text recognition, pictures) stop here, so that what was read is not lost with them."""
        return time.monotonic() > self.ends_at
