"""Rules that look back and across: plausibility, mirror figures, revisions (V7, V9, V10, V14)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from siemmes.cube.layout import literal, quoted, single
from siemmes.intake.findings import Finding
from siemmes.intake.rules.arithmetic import mixed
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
#: Mirror figures that differ by less say nothing.
MIRROR_LOW, MIRROR_HIGH = 0.8, 1.25


def _series(found: Judgement) -> str:
    """SQL of all figures by series and period: those published, and over them those of the file (their rows known)."""
    series = mixed(found.about.dimensions, found.about.key)
    ours = (
        f'SELECT {series} AS s, {TIME} AS period, {VALUE} AS value, row, "OBS_STATUS" AS status FROM judged'
    )
    if found.published is None:
        return ours
    return (
        f"SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY s, period ORDER BY row NULLS LAST) AS place FROM ({ours} "
        f'UNION ALL SELECT {series}, {TIME}, {VALUE}, NULL, "OBS_STATUS" FROM {found.published})) WHERE place = 1'
    )


def plausible(found: Judgement) -> Told:
    """V9: a figure that jumps against the one before it, or against how its series moves, wants an explanation."""
    found.con.execute(
        "CREATE OR REPLACE TEMP TABLE moves AS SELECT s, period, value, row, status, before, "
        "CASE WHEN value > 0 AND before > 0 THEN ln(value / before) END AS change FROM (SELECT *, lag(value) OVER "
        f"(PARTITION BY s ORDER BY period) AS before FROM ({_series(found)})) WHERE before IS NOT NULL AND value IS NOT NULL"
    )
    yield (
        "SELECT 'jumps', row, 'OBS_VALUE', CAST(CAST(value AS BIGINT) AS VARCHAR), CAST(CAST(before AS BIGINT) AS VARCHAR), "
        f"round(value / nullif(before, 0), 2)::VARCHAR, period FROM moves WHERE row IS NOT NULL AND abs(value - before) > {FLOOR} "
        f"AND (value < before * {LOW} OR value > before * {HIGH}) AND coalesce(status, 'A') <> 'B'"
    )
    yield (
        "SELECT 'moves_oddly', m.row, 'OBS_VALUE', CAST(CAST(m.value AS BIGINT) AS VARCHAR), "
        "CAST(CAST(m.before AS BIGINT) AS VARCHAR), round(exp(u.middle), 2)::VARCHAR, m.period FROM moves m JOIN "
        "(SELECT s, median(change) AS middle, mad(change) AS spread, count(change) AS n FROM moves GROUP BY s) u USING (s) "
        f"WHERE m.row IS NOT NULL AND u.n >= {ENOUGH} AND u.spread > 0 AND abs(m.change - u.middle) > {DEVIATIONS} * u.spread "
        f"AND abs(m.value - m.before) > {FLOOR} AND m.value BETWEEN m.before * {LOW} AND m.before * {HIGH} "
        "AND coalesce(m.status, 'A') <> 'B'"
    )


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
    yield (
        f"SELECT 'revised_unsaid', row, '{VALUE}', coalesce(CAST(CAST(now AS BIGINT) AS VARCHAR), '-'), "
        "coalesce(CAST(CAST(before AS BIGINT) AS VARCHAR), '-'), NULL, NULL FROM changed "
        f"WHERE {'same_edition' if found.reason else 'true'}"
    )


RULES: tuple[Callable[[Judgement], Told], ...] = (plausible, mirrored, revised)
