"""From a file of any kind to a table of texts, one column each as the sender named it, one row each as the sender wrote it.

The table is called `raw`; its column `row` counts as the sender's file does. Nothing is judged here but whether the file can
be read at all; that rows are broken, or columns strange, is noted as a finding.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from siemmes.intake.delimited import read_delimited
from siemmes.intake.findings import Finding
from siemmes.intake.markup import read_markup
from siemmes.intake.notation import read_notation
from siemmes.intake.workbooks import read_workbook
from siemmes.intake.wrapping import unwrapped
from siemmes.model.errors import UnreadableError
from siemmes.model.structures import Structure

#: Bytes that a file may hold when it is unpacked.
LIMIT = 4 << 30


@dataclass
class Reading:
    """A file as it was read.

    Attributes:
        con: the connection that holds the table `raw`.
        kind: what the file is, in words for people ("SDMX-CSV 2.0").
        columns: the columns of `raw` but `row`, named as the structure names them where they are known.
        findings: what was noticed while reading.
    """

    con: duckdb.DuckDBPyConnection
    kind: str
    columns: list[str]
    findings: list[Finding] = field(default_factory=list)


Reader = Callable[[duckdb.DuckDBPyConnection, Path, Structure], Reading]


def read(con: duckdb.DuckDBPyConnection, path: Path, about: Structure, *, limit: int = LIMIT) -> Reading:
    """Read a file into the table `raw` of this connection.

    Args:
        limit: bytes that it may hold once it is unpacked.

    Raises:
        UnreadableError: where it is empty, of no kind that is read here, broken or hostile; the text says which.
    """
    if not path.is_file():
        raise UnreadableError({"en": f"There is no file “{path}”.", "es": f"No existe el archivo «{path}»."})
    with unwrapped(path, limit=limit) as plain:
        return _reader_for(plain)(con, plain, about)


def _reader_for(path: Path) -> Reader:
    with path.open("rb") as file:
        start = file.read(4096)
    if not start.strip():
        raise UnreadableError({"en": f"“{path.name}” is empty.", "es": f"«{path.name}» está vacío."})
    if start[:4] == b"PK\x03\x04":
        return _read_by(read_workbook)
    plain = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    if plain[:1] == b"<" or (start[:2] in {b"\xff\xfe", b"\xfe\xff"} and b"<\x00?" in start[:8]):
        return _read_by(read_markup)
    if plain[:1] == b"{":
        return _read_by(read_notation)
    return _read_by(read_delimited)


def _read_by(function: Callable[..., tuple[str, list[str], list[Finding]]]) -> Reader:
    def reader(con: duckdb.DuckDBPyConnection, path: Path, about: Structure) -> Reading:
        kind, columns, findings = function(con, path, about)
        return Reading(con, kind, columns, findings)

    return reader
