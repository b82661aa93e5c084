"""Figures rounded to a base with noise that is fixed for ever by where a figure stands.

A count is a multiple of the base, or goes to one of the two beside it, the nearer with the greater chance, so that rounding
changes nothing on average and never by as much as the base. Chance is a keyed hash of the cell's coordinates: the same cell is
rounded alike in every table, query and release, so that asking again tells nothing new. Zeros stay zeros. Every figure is
rounded by itself: rounded parts need not add up to a rounded total, and no total is computed from rounded parts.

Claimed is: no figure is ever told by one sum that it stands in, taken with the ends between which rounding leaves each figure;
and a figure that does not change is shown alike for ever. Not claimed is that figures of several sums taken together stay as far
apart as a hidden figure's do, nor that totals of many parts are not narrowed.

The hash is HMAC-SHA256 (RFC 2104) computed by the database over the series and the year; the periods of a year take two bytes
of it each. It is computed once for rows of one series and year that follow each other, and laid beside the rows by their
places: a join would cost as much as all else and lose their order.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from siemmes.cube.layout import literal, quoted, standing
from siemmes.disclosure.coverage import WHEN, lists_of
from siemmes.disclosure.rerounding import adding_up, may_add_up, other_way
from siemmes.model.errors import RefusedError
from siemmes.model.structures import TIME, VALUE, Structure

BASE = 3
#: The block of SHA-256 in bytes, and the pads of RFC 2104.
_BLOCK, _INNER, _OUTER = 64, 0x36, 0x5C
#: Bytes of a digest, and of those that each period takes; how many values they have.
_DIGEST, _BYTES, _VALUES = 32, 2, 1 << 16
#: Between the coordinates of a cell.
_BETWEEN = "|"
#: Rows at a time, and batches that are hashed at a time.
_BATCH, _HASHED = 1 << 17, 2


def pads(secret: bytes) -> tuple[bytes, bytes]:
    """The secret as HMAC mixes it in: inner and outer."""
    key = secret.ljust(_BLOCK, b"\0")
    return bytes(one ^ _INNER for one in key), bytes(one ^ _OUTER for one in key)


def rounded(
    con: Any,
    source: str,
    about: Structure,
    secret: bytes,
    *,
    into: str,
    same: Mapping[str, str] | None = None,
    labels: Mapping[str, Sequence[str]] | None = None,
    before: tuple[Path, Path] | None = None,
) -> None:
    """Copy a table with its figures rounded, its rows in their order.

    Where chance would round a sum so that only one possibility is left, a figure of it is rounded the other way.

    Args:
        source: a table with every column of the structure; missing values stay missing.
        secret: 32 bytes that are never published.
        same: columns in which all rows say the same, as SQL that gives it. They are not copied: `into` is a view then, of the
            table `into`_rows, which has the others.
        labels: what stands in each coded column, where that is known.
        before: what the release before showed, and what had been sent for it (Parquet files): a figure that did not change is
            shown as it was.

    Raises:
        RefusedError: where a sum still leaves one possibility.
    """
    noise = f"{into}_noise"
    con.execute(f"CREATE TABLE {noise} (number USMALLINT)")
    found = _noise(con, source, about, secret)
    if along := _adding_up_along(con, source, about, labels):
        found = iter([_turned(con, source, about, along, np.concatenate(list(found)), before)])
    for numbers in found:
        con.register("siemmes_rows", pa.table({"number": numbers}))
        con.execute(f"INSERT INTO {noise} SELECT * FROM siemmes_rows").fetchall()
        con.unregister("siemmes_rows")
    value = (
        f"CASE WHEN {VALUE} % {BASE} = 0 THEN {VALUE} "
        f"WHEN CAST(n.number AS INTEGER) * {BASE} < ({VALUE} % {BASE}) * {_VALUES} THEN {VALUE} - {VALUE} % {BASE} + {BASE} "
        f"ELSE {VALUE} - {VALUE} % {BASE} END"
    )
    said = {name: sql for name, sql in (same or {}).items() if name in about.by_id and name != VALUE}
    rows = f"{into}_rows" if said else into
    kept = f"s.* EXCLUDE ({', '.join(map(quoted, said))})" if said else "s.*"
    con.execute(
        f"CREATE TABLE {rows} AS SELECT {kept} REPLACE ({value} AS {VALUE}) FROM {source} AS s POSITIONAL JOIN {noise} AS n"
    ).fetchall()
    con.execute(f"DROP TABLE {noise}")
    if said:
        every = ", ".join(said.get(name, quoted(name)) for name in about.columns)
        con.execute(f"CREATE VIEW {into} AS SELECT {every} FROM {rows}")


def _noise(con: Any, source: str, about: Structure, secret: bytes) -> Iterator[np.ndarray]:
    """The noise of each row as a number under 65,536, batch by batch; one is hashed while the next is read."""
    names = (*about.dimensions, TIME)
    cursor = con.cursor()
    reader = cursor.sql(f"SELECT {', '.join(map(quoted, names))} FROM {source}").to_arrow_reader(_BATCH)
    waiting: deque[Future[np.ndarray]] = deque()
    with ThreadPoolExecutor(_HASHED, "siemmes-noise") as pool:
        for batch in reader:
            waiting.append(pool.submit(_noise_of, con.cursor(), batch.columns, about, secret))
            if len(waiting) > _HASHED:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    cursor.close()


def _noise_of(con: Any, columns: Sequence[pa.Array], about: Structure, secret: bytes) -> np.ndarray:
    """The noise of the rows of a batch.

    Args:
        con: a cursor of one's own; it is closed.
    """
    *dimensions, periods = (_encoded(column) for column in columns)
    said = periods.dictionary.to_pylist()
    years = pa.array([_year(period) for period in said], pa.string()).dictionary_encode()
    places = _places(periods)
    year = _places(years)[places]
    first = np.zeros(len(year), dtype=bool)
    first[:1] = True
    for one in (*(_places(column) for column in dimensions if len(column.dictionary) > 1), year):
        first[1:] |= one[1:] != one[:-1]
    at = np.flatnonzero(first)
    spots = [pa.array([about.id], pa.string()).take(pa.array(np.zeros(len(at), np.int8)))]
    spots += [one.dictionary.take(one.indices.take(pa.array(at))) for one in dimensions]
    spots.append(years.dictionary.take(pa.array(year[at])))
    digests = _hashed(con, spots, secret)
    con.close()
    parts = np.array([_part(period) for period in said])[places]
    return digests[np.cumsum(first) - 1, parts]


def _adding_up_along(
    con: Any, source: str, about: Structure, labels: Mapping[str, Sequence[str]] | None
) -> list[str]:
    """The dimensions along which figures can add up to others; seldom any in a flow of single borders and months."""
    lists = lists_of(about)
    names = [name for name in about.dimensions if name not in ("FREQ", "REF_AREA")]
    codes = labels or standing(con, source, (*names, "FREQ", TIME))
    found = [
        name for name in names
        if codes[name] and may_add_up(name, codes[name], lists, added=name in about.parts)
    ]  # fmt: skip
    spans = len(codes["FREQ"]) > 1 or any("/" in period for period in codes[TIME])
    return [*found, WHEN] if spans else found


def _turned(
    con: Any, source: str, about: Structure, along: Sequence[str], numbers: np.ndarray, before: tuple[Path, Path] | None
) -> np.ndarray:  # fmt: skip
    """The noise of each row once no sum leaves one possibility; where it must round the other way, it says so outright."""
    names = [name for name in about.dimensions if name not in ("FREQ",)]
    columns = ", ".join(f"CAST({quoted(name)} AS VARCHAR) AS {quoted(name)}" for name in names)
    table = con.sql(
        f"SELECT {columns}, \"FREQ\" || ' ' || {quoted(TIME)} AS siemmes_when, CAST({VALUE} AS DOUBLE) AS siemmes_value FROM {source}"
    ).to_arrow_table()
    values = table.column("siemmes_value").to_numpy()
    shown = _as_shown(values, numbers)
    settled = (values <= 0) | np.isnan(values)
    if before is not None:
        rows, was = _shown_before(con, about, table, names, before)
        shown[rows], settled[rows] = was, True
    cells = [table.column(place).combine_chunks().dictionary_encode() for place in range(len(names) + 1)]
    sums = adding_up([*names, WHEN], cells, along, values, lists_of(about))
    bottom = 0.0 if np.nanmin(values, initial=0.0) >= 0 else -np.inf
    now, left = other_way(sums, values, shown, settled, BASE, bottom)
    if left:
        raise _betrayed(about, left)
    other = now != _as_shown(values, numbers)
    return np.where(other & ~np.isnan(values), np.where(now > values, 0, _VALUES - 1), numbers).astype(
        numbers.dtype
    )


def _as_shown(values: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """The rounded figures."""
    over = np.fmod(values, BASE)
    up = (over != 0) & (numbers.astype(np.int64) * BASE < over * _VALUES)
    shown: np.ndarray = values - over + np.where(up, BASE, 0)
    return shown


def _shown_before(
    con: Any, about: Structure, table: pa.Table, names: Sequence[str], before: tuple[Path, Path]
) -> tuple[np.ndarray, np.ndarray]:
    """The rows of which the release before had the same true figure, and what it showed of them."""
    shown, sent = (f"read_parquet({literal(str(path))})" for path in before)
    key = (*about.dimensions, TIME)
    same = " AND ".join(f"s.{quoted(name)} = e.{quoted(name)}" for name in key)
    now = " AND ".join(f"s.{quoted(name)} = r.{quoted(name)}" for name in names)
    con.register("siemmes_rows", table.append_column("siemmes_row", pa.array(np.arange(table.num_rows))))
    found = con.sql(
        f"SELECT r.siemmes_row, CAST(e.{VALUE} AS DOUBLE) AS was FROM siemmes_rows AS r JOIN {sent} AS s ON {now} "
        f"AND s.\"FREQ\" || ' ' || s.{quoted(TIME)} = r.siemmes_when AND s.{VALUE} = r.siemmes_value "
        f"JOIN {shown} AS e ON {same} WHERE e.{VALUE} IS NOT NULL AND abs(e.{VALUE} - s.{VALUE}) < {BASE}"
    ).to_arrow_table()
    con.unregister("siemmes_rows")
    return found.column(0).to_numpy(), found.column(1).to_numpy()


def _betrayed(about: Structure, left: int) -> RefusedError:
    return RefusedError(
        {
            "en": f"{about.id}: {left} sums of rounded figures leave one possibility only, however their figures are rounded. "
            "Nothing was published. Send these figures with fewer breakdowns.",
            "es": f"{about.id}: {left} sumas de cifras redondeadas dejan una sola posibilidad, se redondeen como se redondeen sus "
            "cifras. No se publicó nada. Envíe estas cifras con menos desgloses.",
        }
    )


def _encoded(column: pa.Array) -> pa.DictionaryArray:
    return column if pa.types.is_dictionary(column.type) else column.dictionary_encode()


def _places(column: pa.DictionaryArray) -> np.ndarray:
    return column.indices.to_numpy(zero_copy_only=False)


def _hashed(con: Any, spots: list[pa.Array], secret: bytes) -> np.ndarray:
    """The digests of cells given by their coordinates: one row a cell, one number a period."""
    inner, outer = pads(secret)
    con.register("siemmes_spots", pa.table({f"c{place}": column for place, column in enumerate(spots)}))
    joined = f"concat_ws('{_BETWEEN}', {', '.join(f'c{place}' for place in range(len(spots)))})"
    found = con.sql(
        f"SELECT unhex(sha256($1::BLOB || unhex(sha256($2::BLOB || encode({joined}))))) AS digest FROM siemmes_spots",
        params=[outer, inner],
    ).to_arrow_table()
    con.unregister("siemmes_spots")
    digests = pa.concat_arrays(found.column("digest").chunks).cast(pa.binary(_DIGEST))
    numbers = np.frombuffer(digests.buffers()[1], dtype=">u2", count=len(digests) * _DIGEST // _BYTES)
    return numbers.reshape(-1, _DIGEST // _BYTES).astype("<u2")


def _year(period: str) -> str:
    """The year of a period; a range of years stands whole."""
    return period if "/" in period else period[:4]


def _part(period: str) -> int:
    """Which period of its year it is, from 0."""
    if "/" in period or len(period) < len("2020-01"):
        return 0
    return int(period[5:].lstrip("SQ")) - 1
