"""Figures rounded to a base with noise that is fixed for ever by where a figure stands.

A count is a multiple of the base, or goes to one of the two beside it, the nearer with the greater chance, so that rounding
changes nothing on average and never by as much as the base. Chance is a keyed hash of the cell's coordinates: the same cell is
rounded alike in every table, query and release, so that asking again tells nothing new. Zeros stay zeros. Every figure is
rounded by itself: rounded parts need not add up to a rounded total, and no total is computed from rounded parts.

The hash is HMAC-SHA256 (RFC 2104) computed by the database over the series and the year; the periods of a year take two bytes
of it each.
"""

from siemmes.cube.layout import quoted
from siemmes.model.structures import TIME, VALUE, Structure

BASE = 3
#: The block of SHA-256 in bytes, and the pads of RFC 2104.
_BLOCK, _INNER, _OUTER = 64, 0x36, 0x5C
#: Hexadecimal digits of noise for each period, and how many values they have.
_DIGITS, _VALUES = 4, 1 << 16
#: Between the coordinates of a cell.
_BETWEEN = "|"


def pads(secret: bytes) -> tuple[bytes, bytes]:
    """The secret as HMAC mixes it in: inner and outer."""
    key = secret.ljust(_BLOCK, b"\0")
    return bytes(one ^ _INNER for one in key), bytes(one ^ _OUTER for one in key)


def coordinates(about: Structure) -> str:
    """SQL: the series and year of a figure as one text; a range of years stands whole."""
    named = ", ".join(f"CAST({quoted(name)} AS VARCHAR)" for name in about.dimensions)
    return f"concat_ws('{_BETWEEN}', '{about.id}', {named}, {_year()})"


def _year() -> str:
    when = quoted(TIME)
    return f"CASE WHEN {when} LIKE '%/%' THEN {when} ELSE left({when}, 4) END"


def _part() -> str:
    """SQL: which period of its year it is, from 0."""
    when = quoted(TIME)
    return f"CASE WHEN {when} LIKE '%/%' OR length({when}) < 7 THEN 0 ELSE CAST(right({when}, length({when}) - 5 - CAST({when} SIMILAR TO '.{{5}}[SQ].*' AS INTEGER)) AS INTEGER) - 1 END"


def rounded(con: object, source: str, about: Structure, secret: bytes, *, into: str) -> None:
    """Copy a table with its figures rounded.

    Args:
        source: a table with every column of the structure; missing values stay missing.
        secret: 32 bytes that are never published.
    """
    inner, outer = pads(secret)
    spot = coordinates(about)
    con.execute(  # type: ignore[attr-defined]
        f"CREATE TEMP TABLE siemmes_noise AS SELECT spot, sha256($1::BLOB || unhex(sha256($2::BLOB || encode(spot)))) AS noise "
        f"FROM (SELECT DISTINCT {spot} AS spot FROM {source} WHERE {VALUE} % {BASE} <> 0)",
        [outer, inner],
    ).fetchall()
    number = f"CAST('0x' || substr(noise, 1 + {_DIGITS} * ({_part()}), {_DIGITS}) AS INTEGER)"
    value = (
        f"CASE WHEN {VALUE} % {BASE} = 0 THEN {VALUE} "
        f"WHEN {number} * {BASE} < ({VALUE} % {BASE}) * {_VALUES} THEN {VALUE} - {VALUE} % {BASE} + {BASE} "
        f"ELSE {VALUE} - {VALUE} % {BASE} END"
    )
    con.execute(  # type: ignore[attr-defined]
        f"CREATE TABLE {into} AS SELECT s.* REPLACE ({value} AS {VALUE}) FROM {source} AS s "
        f"LEFT JOIN siemmes_noise ON siemmes_noise.spot = {spot}"
    ).fetchall()
    con.execute("DROP TABLE siemmes_noise")  # type: ignore[attr-defined]
