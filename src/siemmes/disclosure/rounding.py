"""Figures rounded to a base with noise that is fixed for ever by where a figure stands.

A count is a multiple of the base, or goes to one of the two beside it, the nearer with the greater chance, so that rounding
changes nothing on average and never by as much as the base. Chance is a keyed hash of the cell's coordinates: the same cell is
rounded alike in every table, query and release, so that asking again tells nothing new. Zeros stay zeros. Every figure is
rounded by itself: rounded parts need not add up to a rounded total, and no total is computed from rounded parts.

The hash is HMAC-SHA256 (RFC 2104) computed by the database over the series and the year; the periods of a year take two bytes
of it each. It is computed once for rows of one series and year that follow each other, and laid beside the rows by their
places: a join would cost as much as all else and lose their order.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from siemmes.cube.layout import quoted
from siemmes.model.structures import TIME, VALUE, Structure

BASE = 3
#: The block of SHA-256 in bytes, and the pads of RFC 2104.
_BLOCK, _INNER, _OUTER = 64, 0x36, 0x5C
#: Bytes of a digest, and of those that each period takes; how many values they have.
_DIGEST, _BYTES, _VALUES = 32, 2, 1 << 16
#: Between the coordinates of a cell.
_BETWEEN = "|"
#: Rows at a time.
_BATCH = 1 << 17


def pads(secret: bytes) -> tuple[bytes, bytes]:
    """The secret as HMAC mixes it in: inner and outer."""
    key = secret.ljust(_BLOCK, b"\0")
    return bytes(one ^ _INNER for one in key), bytes(one ^ _OUTER for one in key)


def rounded(con: Any, source: str, about: Structure, secret: bytes, *, into: str, view: bool = False) -> None:
    """Copy a table with its figures rounded, its rows in their order.

    Args:
        source: a table with every column of the structure; missing values stay missing.
        secret: 32 bytes that are never published.
        view: let `into` be a view, which lasts as long as its source and the table `into`_noise beside it.
    """
    noise = f"{into}_noise"
    con.execute(f"CREATE TABLE {noise} (number USMALLINT)")
    for numbers in _noise(con, source, about, secret):
        con.register("siemmes_rows", pa.table({"number": numbers}))
        con.execute(f"INSERT INTO {noise} SELECT * FROM siemmes_rows").fetchall()
        con.unregister("siemmes_rows")
    value = (
        f"CASE WHEN {VALUE} % {BASE} = 0 THEN {VALUE} "
        f"WHEN CAST(n.number AS INTEGER) * {BASE} < ({VALUE} % {BASE}) * {_VALUES} THEN {VALUE} - {VALUE} % {BASE} + {BASE} "
        f"ELSE {VALUE} - {VALUE} % {BASE} END"
    )
    con.execute(
        f"CREATE {'VIEW' if view else 'TABLE'} {into} AS SELECT s.* REPLACE ({value} AS {VALUE}) FROM {source} AS s "
        f"POSITIONAL JOIN {noise} AS n"
    ).fetchall()
    if not view:
        con.execute(f"DROP TABLE {noise}")


def _noise(con: Any, source: str, about: Structure, secret: bytes) -> Iterator[np.ndarray]:
    """The noise of each row as a number under 65,536, batch by batch."""
    names = (*about.dimensions, TIME)
    cursor = con.cursor()
    reader = cursor.sql(f"SELECT {', '.join(map(quoted, names))} FROM {source}").to_arrow_reader(_BATCH)
    for batch in reader:
        *dimensions, periods = (_encoded(column) for column in batch.columns)
        said = periods.dictionary.to_pylist()
        years = pa.array([_year(period) for period in said], pa.string()).dictionary_encode()
        places = _places(periods)
        year = _places(years)[places]
        first = np.ones(len(batch), dtype=bool)
        first[1:] = np.logical_or.reduce([one[1:] != one[:-1] for one in (*map(_places, dimensions), year)])
        at = np.flatnonzero(first)
        spots = [pa.array([about.id], pa.string()).take(pa.array(np.zeros(len(at), np.int8)))]
        spots += [one.dictionary.take(one.indices.take(pa.array(at))) for one in dimensions]
        spots.append(years.dictionary.take(pa.array(year[at])))
        digests = _hashed(con, spots, secret)
        parts = np.array([_part(period) for period in said])[places]
        yield digests[np.cumsum(first) - 1, parts]
    cursor.close()


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
    digests = found.column("digest").combine_chunks().cast(pa.binary(_DIGEST))
    return (
        np.frombuffer(b"".join(digests.to_pylist()), dtype=">u2").reshape(-1, _DIGEST // _BYTES).astype("<u2")
    )


def _year(period: str) -> str:
    """The year of a period; a range of years stands whole."""
    return period if "/" in period else period[:4]


def _part(period: str) -> int:
    """Which period of its year it is, from 0."""
    if "/" in period or len(period) < len("2020-01"):
        return 0
    return int(period[5:].lstrip("SQ")) - 1
