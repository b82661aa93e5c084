"""Rules that add a file up: parts against totals, months against years, breaks of classification (V6-V8).

Figures that differ only in one dimension are brought together by a hash of the others, kept in `judged` as `k` for the whole
key: the hash of the rest is `xor(k, <hash of the dimension>)`. Sixty-four bits meet by chance once in some ten million files of a
million rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from siemmes.cube.layout import literal, quoted, single
from siemmes.intake.findings import Finding
from siemmes.intake.laying import apart, mixed
from siemmes.intake.rules.alone import STOCKS
from siemmes.intake.rules.telling import Told
from siemmes.model.catalogue import code_list, hierarchies
from siemmes.model.structures import TIME, VALUE

if TYPE_CHECKING:
    from siemmes.intake.judging import Judgement

#: Codes that are no part of a total: the total itself, and what does not apply.
NO_PART = ("_T", "_Z")
#: Share of groups in which a list of parts falls short by more than a hundredth, from which on it is taken for a selection.
SELECTION = 0.5
#: Estimated parts that differ from their totals and are told one by one; more of them are told as a number.
TOLD = 25
#: Change of the share of a total that its parts make up, from which on a classification is said to break.
BREAK = 0.02
#: How near to their total parts are that make it up.
WHOLE = 0.01
_AGE = re.compile(r"Y(\d+)T(\d+)|Y_GE(\d+)|Y_LT(\d+)|Y(\d+)")
_OLDEST = 999


def parts_and_totals(found: Judgement) -> Told:
    """V6: the parts of a dimension add up to the figure of the whole, wherever both stand."""
    for name in found.about.parts:
        used = found.used(name)
        for whole, parts in _partitions(found, name, used):
            yield from _compare(found, name, whole, parts)


def _partitions(found: Judgement, name: str, used: AbstractSet[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Wholes and their parts, as far as the file holds both: codes under `_T`, under their parents, ages that tile."""
    list_id = found.about.by_id[name].list or ""
    known = code_list(list_id)
    if list_id == "CL_AGE":
        parts = _tiling(used)
        if "_T" in used and parts:
            yield "_T", parts
        return
    top = tuple(
        code.id for code in known.codes if code.parent is None and code.id in used and code.id not in NO_PART
    )
    if "_T" in used and top:
        yield "_T", top
    for code in known.codes:
        children = tuple(one for one in known.children(code.id) if one in used)
        if code.id in used and children:
            yield code.id, children
    if list_id == "CL_AREA":
        yield from _groupings(used)


def _groupings(used: AbstractSet[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The world by the regions of a grouping that covers it, as far as the file uses that grouping."""
    for one in hierarchies():
        groups = one.get("groups") or one["level"][1]["groups"]
        tops = tuple(
            group["id"]
            for group in groups
            if group["id"] in used and (one.get("level") or not group.get("parent"))
        )
        if one.get("covers_all") and "_T" in used and len(tops) > 1:
            yield "_T", (*tops, *(code for code in ("_U", "_O") if code in used))


def _tiling(used: AbstractSet[str]) -> tuple[str, ...]:
    """The finest ages that together cover every age once; empty where none do. Unknown age belongs to them."""
    bands: dict[int, tuple[int, str]] = {}
    for code in sorted(used):
        reach = _reach(code)
        if reach and (reach[0] not in bands or reach[1] < bands[reach[0]][0]):
            bands[reach[0]] = (reach[1], code)
    tiling, age = [], 0
    while age in bands:
        last, code = bands[age]
        tiling.append(code)
        if last == _OLDEST:
            return (*tiling, *(("_U",) if "_U" in used else ()))
        age = last + 1
    return ()


def _reach(code: str) -> tuple[int, int] | None:
    found = _AGE.fullmatch(code)
    if found is None:
        return None
    first, last, since, under, one = (int(text) if text else None for text in found.groups())
    if first is not None and last is not None:
        return first, last
    if since is not None:
        return since, _OLDEST
    if under is not None:
        return 0, under - 1
    return (one, one) if one is not None else None


def _compare(found: Judgement, name: str, whole: str, parts: tuple[str, ...]) -> Told:
    """The findings about one whole and its parts."""
    column, key = quoted(name), found.about.key
    inside = ", ".join(literal(code) for code in parts)
    sums = (
        f"SELECT {apart(name, key, found.types)} AS g, min(row) FILTER ({column} = {literal(whole)}) AS row, "
        f"max({VALUE}) FILTER ({column} = {literal(whole)}) AS whole, sum({VALUE}) FILTER ({column} IN ({inside})) AS parts, "
        f"count(*) FILTER ({column} IN ({inside})) AS n, count({VALUE}) FILTER ({column} IN ({inside})) AS given, "
        f"coalesce(bool_or(\"OBS_STATUS\" IN ('E', 'I', 'F') OR \"ESTIMATE_KIND\" IN ('MODELLED', 'EXTRAP', 'PROJECTED', 'ADJUSTED')), "
        f"false) AS estimated FROM judged WHERE {column} IN ({literal(whole)}, {inside}) GROUP BY g "
        "HAVING whole IS NOT NULL AND n > 0 AND given = n"
    )
    found.con.execute(f"CREATE OR REPLACE TEMP TABLE sums AS {sums}")
    off = f"abs(whole - parts) > {_slack(found)}"
    groups, short, over = single(
        found.con,
        f"SELECT count(*), count(*) FILTER (parts < whole * 0.99), count(*) FILTER ({off} AND parts > whole) FROM sums",
    )
    if groups and short > groups * SELECTION and not over:
        yield Finding("parts_selected", column=name, facts={"a": whole, "b": str(short), "c": str(groups)})
        return
    apart_, low, high = single(
        found.con,
        f"SELECT count(*), min(parts / nullif(whole, 0)), max(parts / nullif(whole, 0)) FROM sums WHERE estimated AND {off}",
    )
    if apart_ > TOLD:
        facts = {"a": str(apart_), "b": str(groups), "c": f"{low:.2f}–{high:.2f}"}
        yield Finding("parts_of_many_estimates", column=name, value=whole, facts=facts)
        off += " AND NOT estimated"
    yield (
        f"SELECT CASE WHEN estimated THEN 'parts_of_estimates' WHEN parts > whole THEN 'parts_over' ELSE 'parts_short' END, "
        f"row, {literal(name)}, {_number('whole')}, {_number('parts')}, {_number('abs(whole - parts)')}, {literal(whole)} "
        f"FROM sums WHERE {off}"
    )


def _slack(found: Judgement) -> str:
    """The difference that rounding explains: none between counts."""
    return "0" if found.about.whole else "0.5 * n"


def _number(text: str) -> str:
    return f"CASE WHEN {text} = trunc({text}) THEN CAST(CAST({text} AS BIGINT) AS VARCHAR) ELSE CAST({text} AS VARCHAR) END"


def months_and_years(found: Judgement) -> Told:
    """V7: the months, quarters or halves of a series add up to its year, calendar or fiscal, where both stand.

    V5: a calendar year whose figure is the sum of twelve months that begin in another one is a fiscal year.
    """
    if found.about.id in STOCKS or ("FREQ" in found.types and len(found.used("FREQ")) < 2):
        return
    group = mixed([name for name in found.about.dimensions if name != "FREQ"], found.about.key, found.types)
    plain = f"length({TIME}) = 4"
    years = (
        f"SELECT {group} AS g, {TIME} AS period, {VALUE} AS whole, row, {plain} AS plain, {_first_month()} AS first "
        "FROM judged WHERE \"FREQ\" = 'A'"
    )
    for frequency, number in (("M", 12), ("Q", 4), ("S", 2)):
        sums = " UNION ALL ".join(
            f"SELECT {group} AS g, {start} AS start, ({_first_month()} + {(12 - start) % 12}) // 12 * 12 - {(12 - start) % 12} "
            f"AS first, sum({VALUE}) AS parts FROM judged WHERE \"FREQ\" = '{frequency}' GROUP BY ALL HAVING count({VALUE}) = {number}"
            for start in range(0, 12, 12 // number if number < 12 else 3)
        )
        found.con.execute(f"CREATE OR REPLACE TEMP TABLE parts_of_years AS {sums}")
        found.con.execute(f"CREATE OR REPLACE TEMP TABLE years AS {years}")
        fiscal = (
            "SELECT y.row, y.period, y.whole, max(f.first) AS first FROM years y JOIN parts_of_years f ON f.g = y.g "
            "AND f.start > 0 AND f.first = y.first - 12 + f.start AND f.parts = y.whole WHERE y.plain GROUP BY ALL"
        )
        odd = "FROM years y JOIN parts_of_years p ON p.g = y.g AND p.first = y.first AND p.parts <> y.whole"
        yield (
            f"SELECT 'months_and_years', y.row, '{VALUE}', {_number('y.whole')}, {_number('p.parts')}, {literal(frequency)}, NULL "
            f"{odd} WHERE y.row NOT IN (SELECT row FROM ({fiscal}))"
        )
        yield (
            f"SELECT 'fiscal_as_calendar', f.row, '{TIME}', f.period, "
            "format('{:04d}-{:02d}-01/P1Y', f.first // 12, f.first % 12 + 1), NULL, NULL "
            f"FROM ({fiscal}) f WHERE f.row NOT IN (SELECT y.row FROM years y JOIN parts_of_years p ON p.g = y.g "
            "AND p.first = y.first AND p.parts = y.whole)"
        )


def _first_month() -> str:
    """The first month of a period, counted from the year 0."""
    year = f"TRY_CAST(left({TIME}, 4) AS INTEGER) * 12"
    return (
        f"CASE WHEN {TIME} LIKE '____-Q_' THEN {year} + (TRY_CAST(right({TIME}, 1) AS INTEGER) - 1) * 3 "
        f"WHEN {TIME} LIKE '____-S_' THEN {year} + (TRY_CAST(right({TIME}, 1) AS INTEGER) - 1) * 6 "
        f"WHEN {TIME} LIKE '____-__%' THEN {year} + TRY_CAST(substr({TIME}, 6, 2) AS INTEGER) - 1 "
        f"WHEN {TIME} LIKE '____' THEN {year} END"
    )


def breaks(found: Judgement) -> Told:
    """V8: parts that made up their total in one period and do not in the next, or the other way round, are a break, and
    marked B. Parts that never make it up are a selection, and estimates a matter of V6."""
    for name in found.about.parts:
        used = found.used(name)
        for whole, parts in _partitions(found, name, used):
            yield from _breaks_of(found, name, whole, parts)


def _breaks_of(found: Judgement, name: str, whole: str, parts: tuple[str, ...]) -> Told:
    column, key = quoted(name), found.about.key
    rest = [one for one in found.about.dimensions if one != name]
    inside = ", ".join(literal(code) for code in parts)
    shares = (
        f"SELECT {mixed(rest, key, found.types)} AS s, {TIME} AS period, min(row) FILTER ({column} = {literal(whole)}) AS row, "
        f"sum({VALUE}) FILTER ({column} IN ({inside})) / nullif(max({VALUE}) FILTER ({column} = {literal(whole)}), 0) AS share, "
        "bool_or(\"OBS_STATUS\" = 'B') AS marked, bool_or(\"ESTIMATE_KIND\" IN ('MODELLED', 'EXTRAP', 'PROJECTED')) AS estimated "
        f"FROM judged WHERE {column} IN ({literal(whole)}, {inside}) GROUP BY s, period"
    )
    yield (
        f"SELECT 'classification_breaks', row, {literal(name)}, period, round(100 * before, 1)::VARCHAR, "
        f"round(100 * share, 1)::VARCHAR, {literal(whole)} FROM (SELECT *, lag(share) OVER (PARTITION BY s ORDER BY period) "
        f"AS before FROM ({shares}) WHERE share IS NOT NULL) WHERE abs(share - before) > {BREAK} AND NOT coalesce(marked, false) "
        f"AND (abs(share - 1) <= {WHOLE} OR abs(before - 1) <= {WHOLE}) AND NOT coalesce(estimated, false) AND row IS NOT NULL"
    )


RULES: tuple[Callable[[Judgement], Told], ...] = (parts_and_totals, months_and_years, breaks)
