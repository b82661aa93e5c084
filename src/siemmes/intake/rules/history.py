"""Rules that look back and across: plausibility, mirror figures, revisions (V7, V9, V10, V14)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from siemmes.cube.layout import literal, quoted, single
from siemmes.intake.findings import Finding
from siemmes.intake.laying import apart, mixed
from siemmes.intake.rules.telling import Told
from siemmes.model.structures import TIME, VALUE

if TYPE_CHECKING:
    from siemmes.intake.judging import Judgement

#: A figure that is less than half, or more than twice, the one before it, is looked at ...
LOW, HIGH = 0.5, 2.0
#: ... when it also moved by more than this; small figures jump.
FLOOR = 1000
#: Deviations of a logarithmic change from the series' own median, in median absolute deviations, that are too many ...
DEVIATIONS = 8
#: ... and the changes that a series must have for its own median to mean something.
ENOUGH = 8
#: Jumps and revisions that are told one by one, those that moved most; nobody reads more of them.
TOLD = 50
#: Figures that are put in order together: beyond, what is sorted and added up at once no longer fits the memory for it.
TOGETHER = 4_000_000
#: After every row of a file. (DuckDB 2.0 takes the first by a number for the least, and now and then mistakes NULL for it.)
LAST = 2**62
#: Mirror figures that differ by less say nothing.
MIRROR_LOW, MIRROR_HIGH = 0.8, 1.25


def _figures(found: Judgement) -> str:
    """SQL of all figures by series and period: those of the file with their rows, and the others that are published of the
    same codes; where both have one, that of the file."""
    keys, types, balance = found.about.key, found.types, _balance(found)
    ours = (
        f'SELECT {apart(TIME, keys, types)} AS s, {TIME} AS period, {VALUE} AS value, row, "OBS_STATUS" AS status, '
        f"({balance}) AS balance FROM judged"
    )
    if found.published is None:
        return ours
    names = found.about.dimensions
    coded = ", ".join(
        f"TRY_CAST({quoted(name)} AS {quoted(types[name]) if name in types else 'VARCHAR'}) AS {quoted(name)}"
        for name in names
    )
    known = " AND ".join(f"{quoted(name)} IS NOT NULL" for name in names)
    theirs = (
        f'SELECT {mixed(names, keys, types)} AS s, {TIME} AS period, {VALUE} AS value, NULL AS row, "OBS_STATUS" AS status, '
        f'({balance}) AS balance FROM (SELECT {coded}, {TIME}, {VALUE}, "OBS_STATUS" FROM {found.published}) WHERE {known}'
    )
    return (
        f"SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY s, period ORDER BY coalesce(row, {LAST})) AS place "
        f"FROM ({ours} UNION ALL {theirs})) WHERE place = 1"
    )


def plausible(found: Judgement) -> Told:
    """V9: a figure that jumps against the one before it, or against how its series moves, wants an explanation.

    One that COMMENT_OBS explains is noted. Of the others those that moved most are told one by one, the rest as a number. Of
    balances a ratio says nothing: they are held against how their own series usually changes. Series are put in order only
    where their figures lie so far apart that one can have moved enough.
    """
    con = found.con
    con.execute(f"CREATE OR REPLACE TEMP VIEW figures AS {_figures(found)}")
    con.execute(
        "CREATE OR REPLACE TEMP TABLE wide AS SELECT s, count(*) AS n FROM figures GROUP BY s "
        f"HAVING max(value) - min(value) > {FLOOR}"
    )
    (number,) = single(con, "SELECT coalesce(sum(n), 0) FROM wide")
    parts = 1 + int(number) // TOGETHER
    for part in range(parts):
        _move(found, f"SELECT s FROM wide WHERE s % {parts} = {part}")
        kept = "INSERT INTO jumps" if part else "CREATE OR REPLACE TEMP TABLE jumps AS"
        con.execute(f"{kept} {_jumps()}")
    con.execute(
        'CREATE OR REPLACE TEMP TABLE jumps AS SELECT m.*, j."COMMENT_OBS" AS comment FROM jumps m JOIN judged j USING (row)'
    )
    yield from _told_jumps(found)


def _move(found: Judgement, series: str) -> None:
    """Lay down the figures of these series, given as SQL, each beside the one before it, as `moves`."""
    found.con.execute(
        "CREATE OR REPLACE TEMP TABLE moves AS SELECT *, CASE WHEN balance THEN value - before "
        "WHEN value > 0 AND before > 0 THEN ln(value / before) END AS change FROM (SELECT s, period, value, row, status, "
        "balance, lag(value) OVER (PARTITION BY s ORDER BY period, row) AS before FROM figures WHERE s IN "
        f"({series})) WHERE before IS NOT NULL AND value IS NOT NULL"
    )


def _jumps() -> str:
    """SQL of those `moves` that want an explanation, each with its message."""
    moved = f"abs(value - before) > {FLOOR} AND row IS NOT NULL AND status IS DISTINCT FROM 'B'"
    jump = f"NOT m.balance AND (m.value < m.before * {LOW} OR m.value > m.before * {HIGH})"
    odd = f"u.n >= {ENOUGH} AND u.spread > 0 AND abs(m.change - u.middle) > {DEVIATIONS} * u.spread"
    return (
        "SELECT * FROM (SELECT m.*, u.middle, CASE "
        f"WHEN {jump} THEN CASE WHEN m.before = 0 THEN 'appears' ELSE 'jumps' END WHEN NOT ({odd}) THEN NULL "
        f"WHEN m.balance THEN 'swings' ELSE 'moves_oddly' END AS message FROM (FROM moves WHERE {moved}) m LEFT JOIN "
        "(SELECT s, median(change) AS middle, mad(change) AS spread, count(change) AS n FROM moves "
        f"WHERE s IN (SELECT s FROM moves WHERE {moved}) GROUP BY s) u USING (s)) WHERE message IS NOT NULL"
    )


def _balance(found: Judgement) -> str:
    """An expression: whether a figure is a balance, which may be negative."""
    parts = [
        f"{quoted(name)} IN ({', '.join(literal(code) for code in codes)})"
        for name, codes in found.about.negative.items()
    ]
    return " OR ".join(parts) or "false"


def _told_jumps(found: Judgement) -> Told:
    facts = (
        "row, 'OBS_VALUE', CAST(CAST(value AS BIGINT) AS VARCHAR), CAST(CAST(before AS BIGINT) AS VARCHAR), "
        "CASE message WHEN 'moves_oddly' THEN round(exp(middle), 2)::VARCHAR WHEN 'swings' THEN CAST(CAST(middle AS BIGINT) AS VARCHAR) "
        "ELSE round(value / nullif(before, 0), 2)::VARCHAR END, period"
    )
    yield f"SELECT 'jump_explained', {facts} FROM jumps WHERE comment IS NOT NULL"
    open_ = "comment IS NULL"
    yield (
        f"SELECT message, {facts} FROM (SELECT * FROM jumps WHERE {open_} "
        f"ORDER BY abs(value - before) DESC, row LIMIT {TOLD})"
    )
    (number,) = single(found.con, f"SELECT count(*) FROM jumps WHERE {open_}")
    if number > TOLD:
        yield Finding("jumps_more", column=VALUE, facts={"a": str(number - TOLD), "b": str(TOLD)})


def mirrored(found: Judgement) -> Told:
    """V10: what a country says of its exchange with another, beside what the other says; told, never corrected."""
    if found.about.mirror is None or found.published is None:
        return
    dimension, pairs = found.about.mirror
    same = [one for one in found.about.key if one not in {"REF_AREA", "COUNTERPART_AREA", dimension}]
    joined = " AND ".join(f"m.{quoted(name)} = o.{quoted(name)}" for name in same)
    turned = " ".join(f"WHEN {literal(ours)} THEN {literal(theirs)}" for ours, theirs in pairs.items())
    yield (
        f"SELECT CASE WHEN ratio BETWEEN {LOW} AND {HIGH} THEN 'mirror_differs' ELSE 'mirror_far' END, row, '{VALUE}', "
        "CAST(ours AS VARCHAR), CAST(theirs AS VARCHAR), round(ratio, 2)::VARCHAR, other FROM ("
        f"SELECT m.row, CAST(m.{VALUE} AS BIGINT) AS ours, CAST(o.{VALUE} AS BIGINT) AS theirs, m.{VALUE} / o.{VALUE} AS ratio, "
        f'o."REF_AREA" AS other FROM judged m JOIN {found.published} o ON {joined} AND m."REF_AREA" = o."COUNTERPART_AREA" '
        f'AND m."COUNTERPART_AREA" = o."REF_AREA" AND o.{quoted(dimension)} = CASE m.{quoted(dimension)} {turned} END '
        f'WHERE o.{VALUE} > 0 AND m.{VALUE} IS NOT NULL AND m."REF_AREA" <> m."COUNTERPART_AREA") '
        f"WHERE ratio NOT BETWEEN {MIRROR_LOW} AND {MIRROR_HIGH}"
    )


def revised(found: Judgement) -> Told:
    """V14: a published figure changes with a reason and a new edition, or is asked about."""
    if found.published is None:
        return
    key = ", ".join(quoted(name) for name in found.about.key)
    found.con.execute(
        f"CREATE OR REPLACE TEMP TABLE changed AS SELECT m.row, m.{VALUE} AS now, o.{VALUE} AS before, "
        f'm."VINTAGE" IS NOT DISTINCT FROM o."VINTAGE" AS same_edition FROM judged m JOIN {found.published} o USING ({key}) '
        f"WHERE m.{VALUE} IS DISTINCT FROM o.{VALUE}"
    )
    (number,) = single(found.con, "SELECT count(*) FROM changed")
    if not number:
        return
    if found.reason:
        yield Finding("revised", facts={"a": str(number), "b": found.reason})
    unsaid = "same_edition" if found.reason else "true"
    yield (
        f"SELECT 'revised_unsaid', row, '{VALUE}', coalesce(CAST(CAST(now AS BIGINT) AS VARCHAR), '-'), "
        "coalesce(CAST(CAST(before AS BIGINT) AS VARCHAR), '-'), NULL, NULL FROM (SELECT * FROM changed "
        f"WHERE {unsaid} ORDER BY abs(now - before) DESC NULLS FIRST, row LIMIT {TOLD})"
    )
    (number,) = single(found.con, f"SELECT count(*) FROM changed WHERE {unsaid}")
    if number > TOLD:
        yield Finding("revised_more", column=VALUE, facts={"a": str(number - TOLD), "b": str(TOLD)})


RULES: tuple[Callable[[Judgement], Told], ...] = (plausible, mirrored, revised)
