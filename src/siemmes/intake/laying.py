"""Laying a submission out: from the texts that were read to the table `judged`, whose codes are numbers with labels.

Codes and periods become ENUMs, so that every rule compares small numbers and a million rows take little memory. The labels are
taken for granted first: those of the code lists, and the periods in which the flow is collected. Plain lines are cut and looked up
column by column (`intake.lines`), everything else is read by DuckDB. Only where a file holds another text, padded or unknown, is it
read once more to learn which, and then laid; those labels are added, so that nothing that was sent is lost. A column of more strange
texts than `MOST` stays text.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field

import duckdb
import numpy as np
import pyarrow as pa

from siemmes.cube.layout import literal, quoted, single
from siemmes.intake.delimited import broken_rows
from siemmes.intake.lines import Piece, Places, pieces
from siemmes.intake.texts import Reading, unreadable
from siemmes.model import periods
from siemmes.model.catalogue import code_list
from siemmes.model.structures import TIME, VALUE, Structure

#: Strange texts of a column from which on it stays text: nobody meant it to hold codes.
MOST = 10_000
#: How figures look; what does not is left to the rule about numbers.
NUMBER = r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?"
#: Beyond this a figure is none: nothing that is counted here is so large, and it could not be kept as a whole number.
LARGEST = 9 * 10**18
#: Columns beside the structure's that rules and submissions ask for: which flow a row is of, and what is to be done with it.
NAMING = ("DATAFLOW", "STRUCTURE_ID")
ACTION = "ACTION"
_ACTIONS = ("A", "D", "I", "M", "N", "R")
#: Years ahead of the day of judging whose periods are taken for granted.
_AHEAD = 10
#: What stands in the file for a figure that is no number; a column that takes much room, and most files have none to put in it.
WRITTEN = "written"
NO_TEXT = f"NULL::VARCHAR AS {WRITTEN}"
#: Rows that are laid down together: as many as DuckDB keeps together.
_TOGETHER = 122_880


@dataclass
class Labels:
    """The labels of the ENUMs of a submission.

    Attributes:
        types: the name of the type by column; a column that stays text has none.
        known: by type, the labels that are taken for granted.
        added: by type, those that the file or the submission uses beside.
    """

    types: dict[str, str]
    known: dict[str, frozenset[str]]
    added: dict[str, set[str]] = field(default_factory=dict)

    def beside(self, name: str) -> set[str]:
        """Labels of a column's type that were not taken for granted."""
        kind = self.types[name]
        return self.added.get(kind, set()) - self.known[kind]

    def listed(self, kind: str) -> list[str]:
        """The labels of a type, sorted as texts are."""
        return sorted(self.known[kind] | self.added.get(kind, set()))

    def make(self, con: duckdb.DuckDBPyConnection) -> None:
        """Make the types in this connection, their labels sorted as texts are."""
        for name in sorted(set(self.types.values())):
            listed = ", ".join(map(literal, self.listed(name)))
            con.execute(f"DROP TYPE IF EXISTS {quoted(name)}")
            con.execute(f"CREATE TEMP TYPE {quoted(name)} AS ENUM ({listed})")


def lay_out(reading: Reading, about: Structure, said: Mapping[str, str], today: dt.date) -> Labels:
    """Make `judged`: the structure's columns, whatever the sender left out being empty or as the submission says.

    Returns:
        The labels of those columns that are ENUMs.

    Raises:
        UnreadableError: where the file cannot be read to its end.
    """
    labels = _expected(reading, about, said, today)
    if reading.plain:
        labels.make(reading.con)
        if (same := _laid_by_column(reading, about, said, labels)) is not None:
            _show(reading, about, said, labels, same)
            return labels
        try:
            reading.ask(_laid(reading, about, said, labels, clean=False))
        except duckdb.ConversionException:
            pass
        else:
            _show(reading, about, said, labels)
            return labels
    _learn(reading, labels)
    labels.make(reading.con)
    reading.ask(_laid(reading, about, said, labels, clean=True))
    _show(reading, about, said, labels)
    return labels


def _expected(reading: Reading, about: Structure, said: Mapping[str, str], today: dt.date) -> Labels:
    types = {one.id: one.list for one in about.components if one.list} | {TIME: TIME}
    known = {name: frozenset(code_list(name).ids) for name in {*types.values()} - {TIME}}
    known[TIME] = frozenset(_periods(about, today))
    if ACTION in reading.texts:
        types[ACTION], known[ACTION] = ACTION, frozenset(_ACTIONS)
    for name in NAMING:
        if name in reading.texts:
            types[name] = "flow"
            flow = f"{about.agency}:{about.id}"
            known["flow"] = frozenset((about.id, flow, f"{flow}({about.version})"))
    labels = Labels(types, known)
    for name in about.columns:
        for text in (said.get(name), default(about, name)):
            if name in types and text is not None:
                labels.added.setdefault(types[name], set()).add(text)
    return labels


def _periods(about: Structure, today: dt.date) -> Iterator[str]:
    """The periods in which the flow is collected, in the form of each of its frequencies."""
    for year in range(int(about.since[:4]), today.year + _AHEAD):
        for frequency in about.frequencies:
            yield from (f"{year:04}{end}" for end in periods.ENDS[frequency])


def default(about: Structure, name: str) -> str | None:
    """What an empty attribute means, where the structure says it."""
    return {
        "UNIT_MEASURE": about.unit, "UNIT_MULT": str(about.multiplier), "DECIMALS": "2" if about.value == "amount" else "0",
        "CONF_STATUS": "F",
    }.get(name)  # fmt: skip


def _learn(reading: Reading, labels: Labels) -> None:
    """Read what texts the file holds beside the labels that are taken for granted."""
    coded = [name for name in reading.texts if name in labels.types]
    if not coded:
        return
    labels.make(reading.con)
    strange = [
        f"CASE WHEN TRY_CAST({_clean(reading, name)} AS {quoted(labels.types[name])}) IS NULL THEN {_clean(reading, name)} END "
        f"AS {quoted(name)}"
        for name in coded
    ]
    # Laid down, since a list of all of them may not fit into memory; the file is read once for it.
    reading.ask(
        f"CREATE OR REPLACE TEMP TABLE strange AS SELECT DISTINCT {', '.join(strange)} FROM {reading.source}"
    ).fetchall()
    counts = ", ".join(f"approx_count_distinct({quoted(name)})" for name in coded)
    found = dict(zip(coded, single(reading.con, f"SELECT {counts} FROM strange"), strict=True))
    for name in coded:
        if found[name] > MOST:
            del labels.types[name]
        elif found[name]:
            texts = reading.con.execute(f"SELECT DISTINCT {quoted(name)} FROM strange").fetchall()
            labels.added.setdefault(labels.types[name], set()).update(text for (text,) in texts if text)
    reading.con.execute("DROP TABLE strange").fetchall()


def _clean(reading: Reading, name: str) -> str:
    """An expression: a text of the file as it is understood."""
    text = reading.texts[name]
    if name == TIME:
        long = f"{text} LIKE '____-A1' OR {text} LIKE '____-M__'"
        plain = f"regexp_replace(regexp_replace({text}, '^(\\d{{4}})-A1$', '\\1'), '^(\\d{{4}})-M(\\d\\d)$', '\\1-\\2')"
        return f"CASE WHEN {long} THEN {plain} ELSE {text} END"
    return f"upper({text})" if name == ACTION else text


def _laid(reading: Reading, about: Structure, said: Mapping[str, str], labels: Labels, *, clean: bool) -> str:
    """The statement that makes the table `laid`."""
    columns = [name for name in about.columns if name in about.key or name in reading.texts]
    columns += [name for name in (ACTION, *NAMING) if name in reading.texts]
    selected = [_column(reading, about, name, said, labels, clean=clean) for name in columns if name != VALUE]
    selected.append(_figure(reading, said))
    if not reading.counted:
        selected.insert(0, "row")
    source = reading.source
    if VALUE in reading.texts:
        source = f"(SELECT *, TRY_CAST({quoted(VALUE)} AS BIGINT) AS whole FROM {source})"
    return (
        f"CREATE OR REPLACE TEMP TABLE laid AS SELECT *, {mixed(about.key, about.key, labels.types)} AS k "
        f"FROM (SELECT {', '.join(selected)} FROM {source})"
    )


def _laid_by_column(
    reading: Reading, about: Structure, said: Mapping[str, str], labels: Labels
) -> dict[str, str] | None:
    """Make `laid` of lines that are cut and looked up column by column; None where they are not plain, and no table then.

    Returns:
        The columns in which all rows say the same, as SQL that gives it: `laid` has none of them.
    """
    texts = [name for name in reading.texts if name != VALUE]
    if reading.lines is None or VALUE in said or VALUE not in reading.texts:
        return None
    if any(name not in labels.types for name in texts):
        return None
    places = {name: Places(labels.listed(labels.types[name])) for name in texts}
    with closing(pieces(reading.lines, places, VALUE)) as found:
        return _Laying(reading, about, said, labels).lay(found)


@dataclass
class _Laying:
    """The table `laid` while the pieces of a file are laid down, in as few statements as can be.

    Attributes:
        alone: by column in which all rows so far say the same, the place of its label; 0 for an empty field.
        odd: whether figures may be written otherwise than in digits alone.
        rows: those that were laid down.
        plain: whether all pieces so far were.
        failed: what kept the file from being read.
    """

    reading: Reading
    about: Structure
    said: Mapping[str, str]
    labels: Labels
    alone: dict[str, int] = field(default_factory=dict)
    odd: bool = False
    rows: int = 0
    plain: bool = True
    failed: OSError | None = None

    def lay(self, found: Iterator[Piece | None]) -> dict[str, str] | None:
        """Lay pieces down; the columns in which all rows say the same, as SQL, or None where one was not plain, or there was none."""
        con, piece = self.reading.con, self._next(found)
        if piece is not None:
            self.alone, self.odd = _alike(piece), bool(piece.odd)
        make = "CREATE OR REPLACE TEMP TABLE laid AS"
        while piece is not None:
            batches = _Batches(self, piece, found)
            con.register("pieces", pa.RecordBatchReader.from_batches(self._schema(piece), iter(batches)))
            con.execute(f"{make} {self._selected(piece)}").fetchall()
            con.unregister("pieces")
            make, piece = "INSERT INTO laid BY NAME", batches.other
            if piece is not None:
                self._widen(piece)
        if self.failed is not None:
            raise unreadable(self.reading.file, self.failed) from self.failed
        if self.plain and self.rows:
            alike = {name: f"{self._one(name)} AS {quoted(name)}" for name in self.alone}
            return alike if self.odd else alike | {WRITTEN: NO_TEXT}
        con.execute("DROP TABLE IF EXISTS laid")
        return None

    def _next(self, found: Iterator[Piece | None]) -> Piece | None:
        """The next piece; None at the end, and at the first that is not plain."""
        try:
            piece = next(found)
        except StopIteration:
            return None
        except OSError as error:
            self.failed = error
            return None
        if piece is None:
            self.plain = False
        return piece

    def fits(self, piece: Piece) -> bool:
        """Whether a piece can be laid down by the statement that lays down those before it."""
        return (self.odd or not piece.odd) and self.alone.items() <= _alike(piece).items()

    def _widen(self, piece: Piece) -> None:
        """Make ready for a piece that does not fit: columns in which it says something else are no longer the same in all rows."""
        for name in dict(self.alone.items() - _alike(piece).items()):
            self.reading.con.execute(
                f"ALTER TABLE laid ADD COLUMN {quoted(name)} {self._kind(name)} DEFAULT {self._one(name)}"
            )
            del self.alone[name]
        if piece.odd and not self.odd:
            self.reading.con.execute(f"ALTER TABLE laid ADD COLUMN {WRITTEN} VARCHAR")
            self.odd = True

    def _schema(self, piece: Piece) -> pa.Schema:
        columns = [
            (name, pa.from_numpy_dtype(one.dtype))
            for name, one in piece.codes.items()
            if name not in self.alone
        ]
        return pa.schema([*columns, ("figure", pa.float64()), *([(VALUE, pa.string())] if self.odd else [])])

    def batch(self, found: Sequence[Piece]) -> pa.RecordBatch:
        """Pieces that follow each other, as one."""
        first = found[0]
        columns = [
            pa.array(np.concatenate([one.codes[name] for one in found]))
            for name in first.codes
            if name not in self.alone
        ]
        columns.append(pa.array(np.concatenate([one.figures for one in found]), from_pandas=True))
        if self.odd:
            columns.append(pa.concat_arrays([_as_written(one) for one in found]))
        return pa.record_batch(columns, schema=self._schema(first))

    def _selected(self, piece: Piece) -> str:
        """SQL of the rows of `pieces` as `laid` has them."""
        names = [name for name in self.about.key if name not in piece.codes]
        selected = [
            _column(self.reading, self.about, name, self.said, self.labels, clean=False) for name in names
        ]
        selected += [
            f"{self._coded(name)} AS {quoted(name)}" for name in piece.codes if name not in self.alone
        ]
        figure, source = "figure", "pieces"
        if self.odd:
            source = f"(SELECT *, TRY_CAST({quoted(VALUE)} AS BIGINT) AS whole FROM pieces)"
            number, text = _number(self.reading, self.said)
            figure = f"coalesce(figure, {number})"
            selected.append(f"CASE WHEN figure IS NULL THEN {text} END AS {WRITTEN}")
        selected.append(f"{figure} AS {VALUE}")
        alone = [name for name in self.alone if name in self.about.key]
        kept = f"* EXCLUDE ({', '.join(map(quoted, alone))})" if alone else "*"
        selected += [f"{self._one(name)} AS {quoted(name)}" for name in alone]
        key = mixed(self.about.key, self.about.key, self.labels.types)
        return f"SELECT {kept}, {key} AS k FROM (SELECT {', '.join(selected)} FROM {source})"

    def _kind(self, name: str) -> str:
        return quoted(self.labels.types[name])

    def _coded(self, name: str) -> str:
        """The code at a place, or what an empty field means."""
        kind = self._kind(name)
        found = f"list_extract(enum_range(NULL::{kind})::{kind}[], {quoted(name)})"
        return _or_meant(found, kind, _meant(self.about, name, self.said))

    def _one(self, name: str) -> str:
        place = self.alone[name]
        text = (
            self.labels.listed(self.labels.types[name])[place - 1]
            if place
            else _meant(self.about, name, self.said)
        )
        return f"CAST({'NULL' if text is None else literal(text)} AS {self._kind(name)})"


@dataclass
class _Batches:
    """The pieces that one statement lays down, some together; the first that does not fit is left as `other`."""

    laying: _Laying
    first: Piece
    found: Iterator[Piece | None]
    other: Piece | None = None

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        piece: Piece | None = self.first
        waiting: list[Piece] = []
        while piece is not None:
            if not self.laying.fits(piece):
                self.other = piece
                break
            waiting.append(piece)
            if sum(one.rows for one in waiting) >= _TOGETHER:
                yield self._put(waiting)
                waiting = []
            piece = self.laying._next(self.found)
        if waiting:
            yield self._put(waiting)

    def _put(self, waiting: Sequence[Piece]) -> pa.RecordBatch:
        self.laying.rows += sum(one.rows for one in waiting)
        return self.laying.batch(waiting)


def _alike(piece: Piece) -> dict[str, int]:
    """The columns of a piece in which all rows say the same, with what."""
    return {name: int(one[0]) for name, one in piece.codes.items() if (one == one[0]).all()}


def _as_written(piece: Piece) -> pa.Array:
    """The figures that are not written in digits alone; NULL for the others."""
    texts = np.full(piece.rows, None, dtype=object)
    texts[list(piece.odd)] = list(piece.odd.values())
    return pa.array(texts, pa.string())


def _meant(about: Structure, name: str, said: Mapping[str, str]) -> str | None:
    """What an empty field means: what the submission says as a whole, or else the structure."""
    return said.get(name, default(about, name))


def _or_meant(found: str, kind: str, meant: str | None) -> str:
    """An expression for what stands in a field of this type, or what is meant where nothing does."""
    return found if meant is None else f"coalesce({found}, {literal(meant)}::{kind})"


def _column(
    reading: Reading, about: Structure, name: str, said: Mapping[str, str], labels: Labels, *, clean: bool
) -> str:
    kind = quoted(labels.types[name]) if name in labels.types else "VARCHAR"
    text = "NULL"
    if name in reading.texts:
        text = _clean(reading, name) if clean or name not in labels.types else quoted(name)
    found = _or_meant(f"CAST({text} AS {kind})", kind, _meant(about, name, said))
    return f"{found} AS {quoted(name)}"


def _figure(reading: Reading, said: Mapping[str, str]) -> str:
    """The figure as a number, and what stands there where it is none, as two columns."""
    number, written = _number(reading, said)
    return f"{number} AS {VALUE}, {written} AS {WRITTEN}"


def _number(reading: Reading, said: Mapping[str, str]) -> tuple[str, str]:
    """The figure as a number, and what stands there where it is none.

    Most figures are whole and written plainly: those are known by being written again. The others are looked at closely.
    """
    text = reading.texts.get(VALUE, "NULL::VARCHAR")
    whole = f"coalesce({text}, {literal(said[VALUE])})" if VALUE in said else text
    plain = "false"
    if VALUE in reading.texts:
        plain = f"whole BETWEEN -{LARGEST} AND {LARGEST} AND whole::VARCHAR = {quoted(VALUE)}"
    looks = f"regexp_full_match({whole}, '{NUMBER}') AND abs(TRY_CAST({whole} AS DOUBLE)) <= {LARGEST}"
    number = f"CASE WHEN {plain} THEN {'whole' if VALUE in reading.texts else 'NULL'}::DOUBLE WHEN {looks} THEN TRY_CAST({whole} AS DOUBLE) END"
    return number, f"CASE WHEN {plain} THEN NULL WHEN {looks} THEN NULL ELSE {text} END"


def _show(
    reading: Reading,
    about: Structure,
    said: Mapping[str, str],
    labels: Labels,
    alike: Mapping[str, str] | None = None,
) -> None:
    """Make `judged` of `laid`, with what the file does not hold, and with the rows of the sender's file: where nothing numbers
    them, as they stand in it.

    Rows that could not be read are no rows of `laid`, but rows of the file: those after them are counted on.

    Args:
        alike: the columns of the file that `laid` has not, since all rows say the same, as SQL that gives it.
    """
    con = reading.con
    same = [
        _column(reading, about, name, said, labels, clean=True)
        for name in about.attributes
        if name not in reading.texts
    ]
    alike = dict(alike or {})
    if WRITTEN not in alike and single(con, f"SELECT count({WRITTEN}) FROM laid") == (0,):
        con.execute(f"ALTER TABLE laid DROP COLUMN {WRITTEN}")
        alike[WRITTEN] = NO_TEXT
    same += alike.values()
    rows, number = "laid", [] if not reading.counted else ["rowid + 2 AS row"]
    if reading.counted and broken_rows(con):
        con.execute(
            "CREATE OR REPLACE TEMP TABLE later AS SELECT line - 1 - n AS place, max(n) AS n FROM "
            "(SELECT line, row_number() OVER (ORDER BY line) AS n FROM (SELECT DISTINCT line FROM reject_errors)) GROUP BY place"
        )
        con.execute(
            "CREATE OR REPLACE TEMP TABLE numbered AS SELECT laid.rowid + 2 + coalesce(later.n, 0) AS row, laid.* "
            "FROM laid ASOF LEFT JOIN later ON laid.rowid >= later.place ORDER BY laid.rowid"
        )
        rows, number = "numbered", []
    con.execute(
        f"CREATE OR REPLACE TEMP VIEW judged AS SELECT *, {VALUE} IS NOT NULL OR {WRITTEN} IS NOT NULL AS given "
        f"FROM (SELECT {', '.join([*number, '*', *same])} FROM {rows})"
    )
    if rows != "laid":
        con.execute("DROP TABLE laid")


def mixed(names: Sequence[str], keys: Sequence[str], types: Mapping[str, str]) -> str:
    """An expression that hashes these columns of a key, whatever their order.

    Args:
        keys: all columns of the key: a column's place among them goes into its hash.
        types: the columns that are ENUMs.
    """
    text = _hashed(names[0], keys, types)
    for name in names[1:]:
        text = f"xor({text}, {_hashed(name, keys, types)})"
    return text


def apart(name: str, keys: Sequence[str], types: Mapping[str, str]) -> str:
    """An expression for the hash of a row's key, `k`, without one of its columns."""
    return f"xor(k, {_hashed(name, keys, types)})"


def _hashed(name: str, keys: Sequence[str], types: Mapping[str, str]) -> str:
    """The hash of a column with its place. DuckDB's hash of two arguments is linear under xor, so that two columns could
    change places unseen; the place goes into what is hashed instead."""
    place = keys.index(name)
    if name in types:
        return f"hash(enum_code({quoted(name)})::UINTEGER * {len(keys)} + {place})"
    return f"hash({quoted(name)} || chr({place + 1}))"
