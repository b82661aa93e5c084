"""From a file of any kind to texts, one column each as the sender named it, one row each as the sender wrote it.

They are seen as `raw`, a table, or a view of the file itself; its column `row` counts as the sender's file does. Nothing is
judged here but whether the file can be read at all; that rows are broken, or columns strange, is noted as a finding.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from siemmes.cube.layout import quoted
from siemmes.intake.delimited import read_delimited
from siemmes.intake.findings import Finding
from siemmes.intake.markup import read_markup
from siemmes.intake.notation import read_notation
from siemmes.intake.texts import Reading
from siemmes.intake.workbooks import read_workbook
from siemmes.intake.wrapping import unwrapped
from siemmes.model.errors import UnreadableError
from siemmes.model.structures import Structure

#: Bytes that a file may hold when it is unpacked.
LIMIT = 4 << 30


Reader = Callable[[duckdb.DuckDBPyConnection, Path, Structure], tuple[str, list[str], list[Finding]]]


@contextmanager
def read(
    con: duckdb.DuckDBPyConnection, path: Path, about: Structure, *, limit: int = LIMIT
) -> Iterator[Reading]:
    """A file's texts, seen as `raw` in this connection for as long as the block runs.

    Args:
        limit: bytes that it may hold once it is unpacked.

    Raises:
        UnreadableError: where it is empty, of no kind that is read here, broken or hostile; the text says which.
    """
    if not path.is_file():
        raise UnreadableError({"en": f"There is no file “{path}”.", "es": f"No existe el archivo «{path}»."})
    with unwrapped(path, limit=limit) as plain:
        reader = _reader_for(plain)
        if reader is None:
            with read_delimited(con, plain, about) as reading:
                yield reading
        else:
            kind, columns, findings = reader(con, plain, about)
            yield Reading(con, kind, columns, findings, texts={name: quoted(name) for name in columns})


def _reader_for(path: Path) -> Reader | None:
    """The reader of this kind of file; None for delimited text."""
    with path.open("rb") as file:
        start = file.read(4096)
    if not start.strip():
        raise UnreadableError({"en": f"“{path.name}” is empty.", "es": f"«{path.name}» está vacío."})
    if start[:4] == b"PK\x03\x04":
        return read_workbook
    plain = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    if plain[:1] == b"<" or (start[:2] in {b"\xff\xfe", b"\xfe\xff"} and b"<\x00?" in start[:8]):
        return read_markup
    if plain[:1] == b"{":
        return read_notation
    return None
