"""The files of a release folder, and how the figures are laid into them.

The serving store is one DuckDB file whose coded columns are ENUMs of sorted values, rows sorted by series key and period;
beside it lie mapped columns with an index of packed keys, from which one series is answered without SQL. Sizes and times
that led here stand in `docs/decisions`.

    cube.duckdb           view `obs` of the table `figures`, which has the columns that differ from row to row
    columns/period.bin    u16, the period's place among the sorted periods
    columns/value.bin     i64 for whole figures, f64 for others; the smallest number or NaN for a missing one
    columns/<ATTR>.bin    u8, the place of OBS_STATUS and CONF_STATUS
    index/keys.bin        u64 words of the packed keys, sorted
    index/starts.bin      u64, the first row of each series
    index/counts.bin      u32, its number of rows
    index/said.bin        u32, which set of other attributes holds for the whole series; 0xFFFFFFFF for "not one"
"""

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc

from siemmes.model.structures import TIME, VALUE, Structure

CUBE = "cube.duckdb"
TABLE = "obs"
#: The table below it. (Fifteen columns in which every row says the same take most of the time of laying figures down.)
DIFFERING = "figures"
#: Attributes that the mapped columns hold for every figure; others are said once a series.
MAPPED = ("OBS_STATUS", "CONF_STATUS")
MISSING = np.iinfo(np.int64).min
NOT_ONE = np.uint32(0xFFFFFFFF)
NO_CODE = 255
#: Between attributes that are compared as one text; a control character that no attribute may hold.
SEPARATOR = "\x1f"
WORD = 64
#: Labels beyond which a column is no longer taken for one of codes while figures are on their way.
MANY = 1 << 16
#: Labels up to which a code is looked up in a list.
FEW = 512


@dataclass(frozen=True)
class Packing:
    """How the codes of a key are packed into words of 64 bits: (word, shift, bits) by dimension."""

    places: tuple[tuple[int, int, int], ...]
    words: int

    @classmethod
    def of(cls, sizes: Sequence[int]) -> "Packing":
        """The packing for dimensions with so many codes each, first dimension in the highest bits."""
        widths = [max(1, (size - 1).bit_length()) for size in sizes]
        words: list[list[int]] = [[]]
        for index, width in enumerate(widths):
            if sum(widths[i] for i in words[-1]) + width > WORD:
                words.append([])
            words[-1].append(index)
        places: list[tuple[int, int, int]] = []
        for number, members in enumerate(words):
            left = sum(widths[i] for i in members)
            for index in members:
                left -= widths[index]
                places.append((number, left, widths[index]))
        return cls(tuple(places), len(words))

    def pack(self, codes: Sequence[int]) -> tuple[int, ...]:
        """The words of one key."""
        words = [0] * self.words
        for (word, shift, _bits), code in zip(self.places, codes, strict=True):
            words[word] |= code << shift
        return tuple(words)

    def pack_columns(self, columns: Sequence[np.ndarray]) -> np.ndarray:
        """The words of many keys: shape (keys, words)."""
        packed = np.zeros((len(columns[0]), self.words), dtype=np.uint64)
        for (word, shift, _bits), column in zip(self.places, columns, strict=True):
            packed[:, word] |= column.astype(np.uint64) << np.uint64(shift)
        return packed

    def column(self, words: np.ndarray, place: int) -> np.ndarray:
        """The codes of one dimension out of packed keys.

        Args:
            words: shape (words, keys).
            place: the dimension's.
        """
        word, shift, bits = self.places[place]
        return ((words[word] >> np.uint64(shift)) & np.uint64((1 << bits) - 1)).astype(np.int64)


def coded(about: Structure) -> tuple[str, ...]:
    """The columns that are stored as codes: everything but the figure and free texts said of each."""
    return tuple(name for name in about.columns if name != VALUE and not _free(about, name))


def free(about: Structure) -> tuple[str, ...]:
    """The columns of free text said of each figure."""
    return tuple(name for name in about.attributes if _free(about, name))


def _free(about: Structure, name: str) -> bool:
    component = about.by_id[name]
    return component.role == "attribute" and component.list is None and component.level == "obs"


def value_type(about: Structure) -> str:
    """The SQL type of the figures."""
    return "BIGINT" if about.whole else "DOUBLE"


def quoted(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def single(con: Any, sql: str, parameters: Sequence[Any] = ()) -> tuple[Any, ...]:
    """The one row that a statement gives; read to the end, since DuckDB holds a result open until it is."""
    found: list[tuple[Any, ...]] = con.execute(sql, list(parameters)).fetchall()
    return found[0]


def as_codes(con: Any, name: str, labels: Sequence[str]) -> str:
    """Make the type of a coded column in the connection's database; the expression that casts the column to it."""
    listed = ", ".join(literal(text) for text in labels)
    con.execute(f"CREATE TYPE {quoted('T_' + name)} AS ENUM ({listed})")
    return f"CAST({quoted(name)} AS {quoted('T_' + name)}) AS {quoted(name)}"


def looked_up(name: str, labels: Sequence[str]) -> str:
    """SQL that casts a column of a Parquet file to the type that `as_codes` made of it.

    Parquet's texts come as places in a short dictionary. DuckDB casts each row of them, but calls a function once for each text
    of the dictionary: looked up so, a column takes a fifth of the time.
    """
    kind, column = quoted("T_" + name), quoted(name)
    if len(labels) > FEW:
        return f"CAST({column} AS {kind}) AS {column}"
    listed = f"[{', '.join(map(literal, labels))}]"
    return f"list_extract({listed}::{kind}[], list_position({listed}, {column})) AS {column}"


@dataclass(frozen=True)
class Narrow:
    """Columns of text as SQL of codes.

    Attributes:
        differ: those that differ from row to row.
        same: those in which all rows say the same, or nothing.
        labels: what is said in each, sorted; a column with more than `MANY` different texts stays text and has none.
    """

    differ: dict[str, str] = field(default_factory=dict)
    same: dict[str, str] = field(default_factory=dict)
    labels: dict[str, list[str]] = field(default_factory=dict)


def narrowed(
    con: Any, source: str, names: Iterable[str], alike: Mapping[str, str | None] | None = None
) -> Narrow:
    """Columns of text as codes; types for them are made in the connection's database.

    Twenty texts a row take most of the time where a million rows are sorted and written as they are; most of them say the
    same in every row.

    Args:
        source: a table or view.
        alike: what all rows are known to say of a column; None for nothing.
    """
    found = Narrow()
    for name in names:
        if alike is not None and name in alike:
            text = alike[name]
            found.labels[name] = [] if text is None else [text]
            found.same[name] = one_code(name, text)
            continue
        said = con.execute(
            f"SELECT DISTINCT CAST({quoted(name)} AS VARCHAR) AS label FROM {source} LIMIT {MANY + 1}"
        ).fetchall()
        if len(said) > MANY:
            found.differ[name] = quoted(name)
            continue
        found.labels[name] = sorted(row[0] for row in said if row[0] is not None)
        if len(said) > 1:
            found.differ[name] = as_codes(con, name, found.labels[name])
        else:
            found.same[name] = one_code(name, *found.labels[name])
    return found


def one_code(name: str, label: str | None = None) -> str:
    """SQL of a column of codes in which all rows say the same, or nothing; its type is that label alone."""
    value = "NULL" if label is None else literal(label)
    return f"CAST({value} AS ENUM({literal(label or '')})) AS {quoted(name)}"


def standing(con: Any, source: str, names: Iterable[str]) -> dict[str, list[str]]:
    """The labels that stand in each coded column, sorted.

    Args:
        source: a table or view, codes as text or ENUMs.
    """
    return {name: [label for label in _said(con, source, name) if label is not None] for name in names}


def _said(con: Any, source: str, name: str) -> list[str | None]:
    """What is said in a column of codes, sorted; None among it where a row says nothing."""
    rows = con.execute(
        f"SELECT CAST(code AS VARCHAR) AS label FROM (SELECT DISTINCT {quoted(name)} AS code FROM {source}) ORDER BY label"
    ).fetchall()
    return [label for (label,) in rows]


def create_table(
    con: Any,
    source: str,
    about: Structure,
    labels: Mapping[str, Sequence[str]] | None = None,
    *,
    same: Mapping[str, str] | None = None,
    in_order: bool = False,
) -> dict[str, list[str]]:
    """Lay the rows of `source` into the connection's database, where `obs` shows them; the labels by column.

    Args:
        con: a DuckDB connection whose current database is the new file.
        source: a table or view with every column of the structure, codes as text or ENUMs.
        labels: what stands in each coded column, sorted, where that is known; the codes of `source` are ENUMs of just these.
        same: the columns in which all rows say the same, as SQL that gives it, where labels are known.
        in_order: whether the rows of `source` are known to lie in key order.

    Returns:
        The sorted labels of each coded column: a code's place here is its number in every other file.
    """
    known, alike = _looked_at(con, source, about) if labels is None else (labels, same or {})
    laid = as_laid(about, known)
    selected = []
    for name in about.columns:
        column = quoted(name)
        if name in alike:
            continue
        if name == VALUE:
            selected.append(f"CAST({column} AS {value_type(about)}) AS {column}")
        elif name in free(about):
            selected.append(f"CAST({column} AS VARCHAR) AS {column}")
        elif labels is None:
            listed = ", ".join(literal(text) for text in laid[name])
            selected.append(f"CAST({column} AS ENUM({listed})) AS {column}")
        else:
            selected.append(column)
    order = "" if in_order else f" ORDER BY {', '.join(quoted(name) for name in about.key)}"
    con.execute(f"CREATE TABLE {DIFFERING} AS SELECT {', '.join(selected)} FROM {source}{order}")
    every = ", ".join(alike.get(name, quoted(name)) for name in about.columns)
    con.execute(f"CREATE VIEW {TABLE} AS SELECT {every} FROM {DIFFERING}")
    return laid


def as_laid(about: Structure, labels: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The labels of each coded column as a release has them: a column in which nothing is said has one, of no letters."""
    return {name: list(labels[name]) or [""] for name in coded(about)}


def _looked_at(con: Any, source: str, about: Structure) -> tuple[dict[str, list[str]], dict[str, str]]:
    """The labels of each coded column, and the columns in which all rows say the same, as SQL."""
    said = {name: _said(con, source, name) for name in coded(about)}
    labels = {name: [label for label in texts if label is not None] for name, texts in said.items()}
    same = {name: one_code(name, *labels[name]) for name, texts in said.items() if len(texts) <= 1}
    return labels, same


def write_exchange(con: Any, file: Path, about: Structure, source: str = TABLE) -> None:
    """Write the figures as Parquet, codes as text and rows in key order: the copy for exchange and for clusters.

    Args:
        source: a table or view that lies in that order. Parquet keeps all labels of an ENUM: they must be those that stand.
    """
    selected = {name: quoted(name) for name in about.columns}
    selected[VALUE] = f"CAST({VALUE} AS {value_type(about)}) AS {VALUE}"
    con.execute(
        f"COPY (SELECT {', '.join(selected.values())} FROM {source}) TO {literal(str(file))} "
        "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)"
    )


def write_columns(
    con: Any, folder: Path, about: Structure, labels: Mapping[str, list[str]], source: str = TABLE
) -> dict[str, Any]:
    """Write the mapped columns and their index, batch by batch.

    Args:
        source: a table or view that lies in key order, its codes ENUMs of the labels that stand.

    Returns:
        What the manifest keeps of them: number of series, and the sets of attributes said of whole series.
    """
    mapped = [name for name in MAPPED if name in about.by_id]
    rest = [name for name in about.attributes if name not in mapped]
    _write_rows(con, folder, about, mapped, source)
    return _write_index(con, folder, about, labels, rest, source)


def _write_rows(con: Any, folder: Path, about: Structure, mapped: Sequence[str], source: str) -> None:
    (folder / "columns").mkdir()
    codes = ", ".join(f"enum_code({quoted(name)})" for name in (TIME, *mapped))
    reader = con.sql(f"SELECT {codes}, {quoted(VALUE)} FROM {source}").to_arrow_reader(1 << 17)
    with contextlib.ExitStack() as stack:
        files = [
            stack.enter_context((folder / "columns" / f"{name}.bin").open("wb"))
            for name in ("period", *mapped, "value")
        ]
        for batch in reader:
            *coded_columns, values = batch.columns
            files[0].write(_numbers(coded_columns[0]).astype("<u2").tobytes())
            for file, column in zip(files[1:], coded_columns[1:], strict=False):
                file.write(_numbers(column, missing=NO_CODE).astype("u1").tobytes())
            files[-1].write(_values(values, whole=about.whole).tobytes())


def _write_index(
    con: Any,
    folder: Path,
    about: Structure,
    labels: Mapping[str, list[str]],
    rest: Sequence[str],
    source: str,
) -> dict[str, Any]:
    """The index of series; rows lie in key order, so that each series begins where the one before it ends."""
    (folder / "index").mkdir()
    key = ", ".join(quoted(name) for name in about.dimensions)
    codes = ", ".join(f"enum_code({quoted(name)}) AS {quoted(name)}" for name in about.dimensions)
    said = (
        f" || '{SEPARATOR}' || ".join(f"coalesce(CAST({quoted(name)} AS VARCHAR), '')" for name in rest)
        or "''"
    )
    found = con.sql(
        f"SELECT {codes}, n, least_said, most_said FROM (SELECT {key}, count(*) AS n, min({said}) AS least_said, "
        f"max({said}) AS most_said FROM {source} GROUP BY {key} ORDER BY {key})"
    ).to_arrow_table()
    packing = Packing.of([len(labels[name]) for name in about.dimensions])
    packed = packing.pack_columns([_numbers(found.column(name)) for name in about.dimensions])
    counts = _numbers(found.column("n")).astype(np.int64)
    least = found.column("least_said").combine_chunks().dictionary_encode()
    numbers = _numbers(least.indices).astype(np.uint32)
    same = pc.equal(found.column("least_said"), found.column("most_said")).to_numpy(zero_copy_only=False)
    index = folder / "index"
    (index / "keys.bin").write_bytes(np.ascontiguousarray(packed.T).astype("<u8").tobytes())
    (index / "starts.bin").write_bytes((np.cumsum(counts) - counts).astype("<u8").tobytes())
    (index / "counts.bin").write_bytes(counts.astype("<u4").tobytes())
    (index / "said.bin").write_bytes(np.where(same, numbers, NOT_ONE).astype("<u4").tobytes())
    sets = [text.split(SEPARATOR) for text in least.dictionary.to_pylist()]
    return {"series": len(counts), "said_of": list(rest), "said": sets}


def _numbers(column: Any, *, missing: int = 0) -> np.ndarray:
    if column.null_count:
        column = column.fill_null(missing)
    return column.to_numpy(zero_copy_only=False)


def _values(column: Any, *, whole: bool) -> np.ndarray:
    if whole:
        return _numbers(column, missing=int(MISSING)).astype("<i8")
    filled = column.fill_null(float("nan")) if column.null_count else column
    return filled.to_numpy(zero_copy_only=False).astype("<f8")
