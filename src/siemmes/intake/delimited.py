"""Figures in delimited text: plain CSV and the three versions of SDMX-CSV.

Encoding, separator and decimal sign are found by looking. DuckDB reads the text, as often as it is asked for: it is a view of
the file, never a copy. Every value stays text.
"""

import codecs
import csv
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
from charset_normalizer import from_bytes

from siemmes.cube.layout import literal, quoted
from siemmes.intake.findings import Finding
from siemmes.intake.lines import Lines
from siemmes.intake.texts import Reading, unreadable
from siemmes.model.errors import UnreadableError
from siemmes.model.structures import VALUE, Structure

_SEPARATORS = ",;\t|"
_SAMPLE = 1 << 18
#: What the columns before the figures are called in SDMX-CSV 1.0, 2.0 and 2.1; their values name the flow.
_NAMING = ("DATAFLOW", "STRUCTURE", "STRUCTURE_ID", "STRUCTURE_NAME", "ACTION", "SERIES_KEY", "OBS_KEY")
#: What columns are called that hold the names of codes and are not looked at.
NAMES = "names of codes"
_WITH_COMMA = r"[-+]?\d+,\d+"
#: Bytes that are read before lines are looked for: both cores begin early, and few lines lie across two pieces.
_BUFFER = 1 << 25
#: Ends of lines at which a text can be cut without looking further.
_PLAIN_ENDS = (b"\n", b"\r\n")
#: Findings of broken rows that are told one by one.
_TOLD = 1000


@dataclass(frozen=True)
class _Look:
    """What the bytes of a text tell at once.

    Attributes:
        quotes, commas, colons: whether any stands in it.
        mixed: whether lines end in more than one way, be it within quotation marks.
        end: how they end, where that is one way.
    """

    encoding: str
    quotes: bool = True
    commas: bool = True
    colons: bool = True
    mixed: bool = True
    end: bytes = b""

    def may_have_commas_in(self, separator: str) -> bool:
        """Whether a comma can stand within a value."""
        return self.quotes if separator == "," else self.commas


@contextmanager
def read_delimited(con: duckdb.DuckDBPyConnection, path: Path, about: Structure) -> Iterator[Reading]:
    """Delimited text, seen as `raw` for as long as the block runs.

    Raises:
        UnreadableError: where it is no text, or its header names no column of the structure.
    """
    look = _looked_at(path)
    with tempfile.TemporaryDirectory(prefix="siemmes-") as folder:
        plain = path if look.encoding == "utf-8" else _in_utf8(path, Path(folder), look.encoding)
        separator, header = _header(plain, about)
        if look.mixed and not _reads(con, plain, separator, header):
            plain = _with_one_end(plain, Path(folder) / f"again {path.name}")
        reading = _seen(con, plain, about, look, separator, header)
        reading.file = path.name
        if look.encoding != "utf-8":
            reading.findings.append(Finding("encoding", facts={"a": look.encoding}))
        yield reading


def _looked_at(path: Path) -> _Look:
    """The encoding of a text: UTF-8 when all of it is, UTF-16 by its mark, else what its bytes look like."""
    quotes = commas = colons = False
    ends: set[bytes] = set()
    with path.open("rb") as file:
        start = file.read(4)
        if start[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
            return _Look("utf-16")
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while chunk := file.read(1 << 20):
                if decoder.getstate()[0] or not chunk.isascii():
                    decoder.decode(chunk)
                quotes = quotes or b'"' in chunk
                commas = commas or b"," in chunk
                colons = colons or b":" in chunk
                ends |= _ends(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            file.seek(0)
            return _Look(_guessed(file.read(_SAMPLE)))
    return _Look("utf-8", quotes, commas, colons, len(ends) > 1, next(iter(ends)) if len(ends) == 1 else b"")


def _ends(chunk: bytes) -> set[bytes]:
    """How lines end in a piece of text."""
    if b"\r" not in chunk:
        return {b"\n"}
    both, feeds, returns = (chunk.count(end) for end in (b"\r\n", b"\n", b"\r"))
    found = {b"\r\n": both, b"\n": feeds - both, b"\r": returns - both}
    return {end for end, number in found.items() if number}


def _guessed(sample: bytes) -> str:
    best = from_bytes(sample, cp_isolation=["cp1252", "cp850", "mac_roman"]).best()
    return best.encoding if best else "cp1252"


def _in_utf8(path: Path, folder: Path, encoding: str) -> Path:
    plain = folder / path.name
    with (
        path.open("r", encoding=encoding, errors="replace", newline="") as source,
        plain.open("w", encoding="utf-8", newline="") as target,
    ):
        while text := source.read(1 << 20):
            target.write(text)
    return plain


def _reads(con: duckdb.DuckDBPyConnection, path: Path, separator: str, header: Sequence[str]) -> bool:
    """Whether a text can be read to its end as it is; one whose lines end in several ways may not."""
    _view(con, path, separator, [f"column {number}" for number in range(len(header))])
    try:
        con.execute("SELECT count(*) FROM raw_text").fetchall()
    except duckdb.Error:
        return False
    return True


def _with_one_end(path: Path, target: Path) -> Path:
    """A copy of a text whose lines all end alike."""
    with (
        path.open("r", encoding="utf-8", newline=None) as source,
        target.open("w", encoding="utf-8", newline="\n") as plain,
    ):
        while text := source.read(1 << 20):
            plain.write(text)
    return target


def _seen(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    about: Structure,
    look: _Look,
    separator: str,
    header: Sequence[str],
) -> Reading:
    findings: list[Finding] = []
    kind, names = _names(header, about, findings)
    _view(con, path, separator, names)
    reading = Reading(con, kind, [], findings, source="raw_text", counted=True, file=path.name)
    if not look.quotes and look.end in _PLAIN_ENDS and len(names) > 1:
        reading.lines = Lines(path, separator, names, look.end)
    reading.plain = not (look.colons and _labels_stand(reading, names, about))
    decimal = look.may_have_commas_in(separator) and _commas_are_decimal(reading, names)
    reading.texts = _texts(reading, names, about, decimal=decimal)
    reading.columns = list(reading.texts)
    selected = ", ".join(f"{text} AS {quoted(name)}" for name, text in reading.texts.items())
    con.execute(
        f"CREATE OR REPLACE TEMP VIEW raw AS SELECT row_number() OVER () + 1 AS row, {selected} FROM raw_text"
    )
    return reading


def _header(path: Path, about: Structure) -> tuple[str, list[str]]:
    """The separator under which most of the header is known, and the header."""
    with path.open("r", encoding="utf-8-sig", newline="") as file:
        line = file.readline(_SAMPLE)
    if "\x00" in line:
        raise UnreadableError(
            {
                "en": f"“{path.name}” is no text and no other kind of file that is read here (CSV, XLSX, SDMX-ML, SDMX-JSON).",
                "es": f"«{path.name}» no es texto ni otra clase de archivo que se lea aquí (CSV, XLSX, SDMX-ML, SDMX-JSON).",
            }
        )
    known = {*about.columns, *_NAMING}
    candidates = {one: next(csv.reader([line], delimiter=one), []) for one in _SEPARATORS}
    separator = max(
        candidates,
        key=lambda one: (sum(_plain(name) in known for name in candidates[one]), -_SEPARATORS.index(one)),
    )
    header = candidates[separator]
    if not any(_plain(name) in known for name in header):
        raise UnreadableError(
            {
                "en": f"The first line of “{path.name}” names no column of {about.id}. It should name: {', '.join(about.columns)}.",
                "es": f"La primera línea de «{path.name}» no nombra ninguna columna de {about.id}. Debería nombrar: {', '.join(about.columns)}.",
            }
        )
    return separator, header


def _plain(name: str) -> str:
    """A column's id out of its heading: without the label, the array's mark and the case (`FREQ: Frequency`)."""
    return re.split(r"[:\[]", name.strip().lstrip("\ufeff"), maxsplit=1)[0].strip().upper()


def _names(header: Sequence[str], about: Structure, findings: list[Finding]) -> tuple[str, list[str]]:
    """The kind of text, and a name for each of its columns, none twice."""
    plain = [_plain(name) for name in header]
    first = plain[0] if plain else ""
    kind = "SDMX-CSV 1.0" if first == "DATAFLOW" else "SDMX-CSV 2" if first == "STRUCTURE" else "CSV"
    names: list[str] = []
    for number, name in enumerate(plain):
        if number and _names_codes(header[number], plain[number - 1], about):
            names.append(f"{NAMES} {number + 1}")
            continue
        if name in names:
            if name in about.by_id:
                findings.append(Finding("column_twice", row=1, column=name))
            name = f"{name} {number + 1}"  # noqa: PLW2901 - the second of two
        names.append(name or f"column {number + 1}")
    return kind, names


def _names_codes(heading: str, before: str, about: Structure) -> bool:
    """Whether a column holds the names of the codes in the one before, as SDMX-CSV's `labels=name` writes them."""
    component = about.by_id.get(before)
    return component is not None and heading != before and heading.strip() in component.names.values()


def _view(con: duckdb.DuckDBPyConnection, path: Path, separator: str, names: Sequence[str]) -> None:
    listed = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    try:
        con.execute(
            f"CREATE OR REPLACE TEMP VIEW raw_text AS SELECT * FROM read_csv({literal(str(path))}, "
            f"header = true, delim = {literal(separator)}, quote = '\"', escape = '\"', columns = {{{listed}}}, "
            "auto_detect = false, store_rejects = true, nullstr = '', max_line_size = 4194304, "
            f"buffer_size = {_BUFFER}, strict_mode = true)"
        )
    except duckdb.Error as error:
        raise unreadable(path.name, error) from error


def broken_rows(con: duckdb.DuckDBPyConnection) -> list[Finding]:
    """The first rows that did not fit under the header, of all that were read on this connection so far."""
    try:
        found = con.execute(
            "SELECT line, min(error_message) FROM reject_errors GROUP BY line ORDER BY line LIMIT ?", [_TOLD]
        ).fetchall()
    except duckdb.CatalogException:  # none was broken so far: the table is made with the first
        return []
    return [
        Finding("row_broken", row=line, facts={"a": str(text).splitlines()[0][:120]}) for line, text in found
    ]


def _texts(reading: Reading, names: Sequence[str], about: Structure, *, decimal: bool) -> dict[str, str]:
    """Expressions for the texts of the columns that the structure knows; strange columns are told."""
    found = {}
    for name in names:
        if name in about.by_id or (reading.kind != "CSV" and name in _NAMING):
            text = f"trim({quoted(name)})"
            component = about.by_id.get(name)
            if not reading.plain and component is not None and component.list:
                text = f"trim(split_part({text}, ':', 1))"
            if name == VALUE and decimal:
                text = f"CASE WHEN regexp_full_match({text}, '{_WITH_COMMA}') THEN replace({text}, ',', '.') ELSE {text} END"
                reading.findings.append(Finding("decimal_comma", column=VALUE))
            found[name] = f"nullif({text}, '')"
        elif not name.startswith(NAMES):
            reading.findings.append(Finding("column_unknown", row=1, column=name, facts={"a": about.id}))
    return found


def _labels_stand(reading: Reading, names: Sequence[str], about: Structure) -> bool:
    """Whether codes come with their labels (`CRI: Costa Rica`), as SDMX-CSV's `labels=both` writes them."""
    coded = [name for name in names if name in about.by_id and about.by_id[name].list]
    if not coded:
        return False
    looked = " AND ".join(f"({quoted(name)} IS NULL OR {quoted(name)} LIKE '%: %')" for name in coded)
    asked = f"SELECT bool_and({looked}) FROM (SELECT * FROM {reading.source} LIMIT 100)"
    return bool(reading.ask(asked).fetchall()[0][0])


def _commas_are_decimal(reading: Reading, names: Sequence[str]) -> bool:
    """Whether `1,5` means 1.5: no figure of the file has a point; anything else is left to the rule about numbers."""
    if VALUE not in names:
        return False
    value = quoted(VALUE)
    asked = (
        f"SELECT count(*) FILTER (regexp_full_match(trim({value}), '{_WITH_COMMA}')), count(*) FILTER (contains({value}, '.')) "
        f"FROM {reading.source} WHERE contains({value}, ',') OR contains({value}, '.')"
    )
    commas, points = reading.ask(asked).fetchall()[0]
    return bool(commas and not points)
