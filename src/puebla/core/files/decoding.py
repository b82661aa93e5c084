"""Plain text out of bytes, as far as it is text at all. Knows no Django: the reading worker uses it too."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

CHUNK = 1 << 20

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# Tab, line feed, vertical tab, form feed, return, the old end-of-file mark and escape do occur in honest texts.
_STRANGE = bytes(set(range(32)) - {9, 10, 11, 12, 13, 26, 27}) + b"\x7f"
_STRANGE_CHARACTERS = re.compile("[" + re.escape(_STRANGE.decode("ascii")) + "]")
_PLAIN = bytes(range(32, 127)) + b"\t\n\r"


def encoding_of(path: Path) -> str | None:
    """The encoding in which the whole file reads as text, or None where it is no text."""
    with path.open("rb") as file:
        head = file.read(4)
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding if _reads_as(path, encoding) else None
    for encoding in ("utf-8", "cp1252"):
        if _reads_as(path, encoding):
            return encoding
    return None


def text_of(path: Path) -> str:
    """The whole file as text; what cannot be decoded becomes the replacement character."""
    return path.read_bytes().decode(encoding_of(path) or "cp1252", errors="replace")


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _reads_as(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    size = plain = 0
    try:
        for chunk in _chunks(path):
            if encoding == "utf-16":
                if _STRANGE_CHARACTERS.search(decoder.decode(chunk)):
                    return False
                continue
            if len(chunk.translate(None, _STRANGE)) != len(chunk):
                return False
            decoder.decode(chunk)
            size += len(chunk)
            plain += len(chunk) - len(chunk.translate(None, _PLAIN))
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    # Nearly any bytes decode as cp1252, so there it must also look like writing: mostly plain letters and signs.
    return encoding != "cp1252" or plain >= size * 0.7
