"""Figures in delimited text: plain CSV and the three versions of SDMX-CSV.

Encoding, separator and decimal sign are found by looking. DuckDB reads the text; every value stays text.
"""

import codecs
import csv
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

import duckdb
from charset_normalizer import from_bytes

from siemmes.cube.layout import literal, quoted, single
from siemmes.intake.findings import Finding
from siemmes.model.errors import UnreadableError
from siemmes.model.structures import VALUE, Structure

_SEPARATORS = ",;\t|"
_SAMPLE = 1 << 18
#: What the columns before the figures are called in SDMX-CSV 1.0, 2.0 and 2.1; their values name the flow.
_NAMING = ("DATAFLOW", "STRUCTURE", "STRUCTURE_ID", "STRUCTURE_NAME", "ACTION", "SERIES_KEY", "OBS_KEY")
#: What columns are called that hold the names of codes and are not looked at.
NAMES = "names of codes"
_WITH_COMMA = r"[-+]?\d+,\d+"
#: Findings of broken rows that are told one by one.
_TOLD = 1000


def read_delimited(
    con: duckdb.DuckDBPyConnection, path: Path, about: Structure
) -> tuple[str, list[str], list[Finding]]:
    """Read delimited text into the table `raw`; its kind, its columns, and what was noticed."""
    findings: list[Finding] = []
    encoding = _encoding(path)
    if encoding != "utf-8":
        findings.append(Finding("encoding", facts={"a": encoding}))
        with tempfile.TemporaryDirectory(prefix="siemmes-") as folder:
            plain = _in_utf8(path, Path(folder), encoding)
            return _read(con, plain, about, findings)
    return _read(con, path, about, findings)


def _encoding(path: Path) -> str:
    """The encoding of a text: UTF-8 when all of it is, UTF-16 by its mark, else what its bytes look like."""
    with path.open("rb") as file:
        start = file.read(4)
        if start[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
            return "utf-16"
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while chunk := file.read(1 << 20):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            file.seek(0)
            return _guessed(file.read(_SAMPLE))
    return "utf-8"


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


def _read(
    con: duckdb.DuckDBPyConnection, path: Path, about: Structure, findings: list[Finding]
) -> tuple[str, list[str], list[Finding]]:
    separator, header = _header(path, about)
    kind, names = _names(header, about, findings)
    _load(con, path, separator, names)
    findings += _broken_rows(con)
    kept = _kept(con, kind, names, about, findings)
    return kind, kept, findings


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


def _load(con: duckdb.DuckDBPyConnection, path: Path, separator: str, names: Sequence[str]) -> None:
    listed = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    con.execute("DROP TABLE IF EXISTS raw_text")
    try:
        con.execute(
            f"CREATE TEMP TABLE raw_text AS SELECT row_number() OVER () + 1 AS row, * FROM read_csv({literal(str(path))}, "
            f"header = true, delim = {literal(separator)}, quote = '\"', escape = '\"', columns = {{{listed}}}, "
            "auto_detect = false, store_rejects = true, nullstr = '', max_line_size = 4194304, strict_mode = true, "
            "new_line = '\\n')"
        )
    except duckdb.Error as error:
        raise UnreadableError(
            {
                "en": f"“{path.name}” could not be read as text with the separator “{separator}”: {_brief(error)}",
                "es": f"«{path.name}» no pudo leerse como texto con el separador «{separator}»: {_brief(error)}",
            }
        ) from error


def _brief(error: Exception) -> str:
    return str(error).splitlines()[0][:200]


def _broken_rows(con: duckdb.DuckDBPyConnection) -> list[Finding]:
    found = con.execute(
        "SELECT line, min(error_message) FROM reject_errors GROUP BY line ORDER BY line LIMIT ?", [_TOLD]
    ).fetchall()
    return [
        Finding("row_broken", row=line, facts={"a": str(text).splitlines()[0][:120]}) for line, text in found
    ]


def _kept(
    con: duckdb.DuckDBPyConnection, kind: str, names: Sequence[str], about: Structure, findings: list[Finding]
) -> list[str]:
    """Make `raw` a view of the columns that the structure knows, labels taken off codes; strange columns are told.

    A view, for the text was laid down once already: what rules ask of `raw` they ask of few rows.
    """
    labelled = _labels_stand(con, names, about)
    selected, kept = ["row"], []
    for name in names:
        naming = kind != "CSV" and name in _NAMING
        if name in about.by_id or naming:
            text = f"trim({quoted(name)})"
            component = about.by_id.get(name)
            if labelled and component is not None and component.list:
                text = f"trim(split_part({text}, ':', 1))"
            if name == VALUE and _commas_are_decimal(con):
                text = f"CASE WHEN regexp_full_match({text}, '{_WITH_COMMA}') THEN replace({text}, ',', '.') ELSE {text} END"
                findings.append(Finding("decimal_comma", column=VALUE))
            selected.append(f"nullif({text}, '') AS {quoted(name)}")
            kept.append(name)
        elif not name.startswith(NAMES):
            findings.append(Finding("column_unknown", row=1, column=name, facts={"a": about.id}))
    con.execute(f"CREATE OR REPLACE TEMP VIEW raw AS SELECT {', '.join(selected)} FROM raw_text")
    return kept


def _labels_stand(con: duckdb.DuckDBPyConnection, names: Sequence[str], about: Structure) -> bool:
    """Whether codes come with their labels (`CRI: Costa Rica`), as SDMX-CSV's `labels=both` writes them."""
    coded = [name for name in names if name in about.by_id and about.by_id[name].list]
    if not coded:
        return False
    looked = " AND ".join(f"({quoted(name)} IS NULL OR {quoted(name)} LIKE '%: %')" for name in coded)
    (found,) = single(con, f"SELECT bool_and({looked}) FROM (SELECT * FROM raw_text LIMIT 100)")
    return bool(found)


def _commas_are_decimal(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether `1,5` means 1.5: no figure of the file has a point; anything else is left to the rule about numbers."""
    value = quoted(VALUE)
    commas, points = single(
        con,
        f"SELECT count(*) FILTER (regexp_full_match(trim({value}), '{_WITH_COMMA}')), count(*) FILTER (contains({value}, '.')) "
        f"FROM raw_text WHERE contains({value}, ',') OR contains({value}, '.')",
    )
    return bool(commas and not points)
