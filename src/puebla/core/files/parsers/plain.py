"""Plain text: its paragraphs, cut into pages."""

import re

from puebla.core.files.decoding import text_of

from . import Job
from .paragraphs import into_pages, normalised


def parse(job: Job) -> None:
    """Read the text; lines within a paragraph stay as they were written."""
    text = text_of(job.path).removeprefix("\ufeff")
    lines = (line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    blocks = re.split(r"\n{2,}", "\n".join(lines))
    job.pages = list(into_pages(normalised(block).strip("\n") for block in blocks if block.strip()))
