"""Rules about rows by themselves: structure, codes, keys, numbers, periods, units, missing figures (V1-V5, V11-V13, V15)."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from siemmes.cube.layout import literal, quoted, single
from siemmes.intake.findings import Finding
from siemmes.intake.laying import default
from siemmes.intake.rules.telling import Told, select, table
from siemmes.model import periods
from siemmes.model.catalogue import code_list
from siemmes.model.structures import TIME, VALUE, Structure

if TYPE_CHECKING:
    from siemmes.intake.judging import Judgement

#: Flows whose figures are of a date, not of a stretch of time: their months do not add up.
STOCKS = ("MIG_STOCK", "REFUGEE", "POP", "LABOUR")
#: Periods that are looked at in one go.
MANY = 10_000
#: Longest text of an attribute that has no list.
LONGEST = 2000
#: So many unknown codes of a column are told with the code that is near to them; nobody meant more of them.
NEAR = 300
#: Example of a period by frequency, for the advice.
EXAMPLES = {"A": "2009", "S": "2009-S1", "Q": "2009-Q1", "M": "2009-04", "A5": "1990 / 1990-01-01/P5Y"}
#: Of so many periods before the last one a country must have figures in so many, that its absence is noticed.
LOOK_BACK, REGULAR = 5, 3
#: Statuses of a figure that is not there.
ABSENT = ("L", "M", "O", "Q", "H")


def columns_stand(found: Judgement) -> Told:
    """V1: every dimension, the period and the figure have a column, and there are rows."""
    for name in (*found.about.key, VALUE):
        if not found.has(name) and name not in found.said:
            yield Finding("column_missing", row=1, column=name)
    if single(found.con, "SELECT count(*) FROM judged") == (0,):
        yield Finding("no_rows")


def keys_complete(found: Judgement) -> Told:
    """V1: no dimension of a row is empty."""
    for name in found.about.key:
        if found.has(name):
            yield select("key_incomplete", where=f"{quoted(name)} IS NULL", column=name)


def attributes_said(found: Judgement) -> Told:
    """V1: what must be said of every figure, series or submission is said; told once where nobody says it."""
    for component in found.about.components:
        name = component.id
        if component.role != "attribute" or not component.mandatory or name == "OBS_STATUS":
            continue
        if default(found.about, name) is not None or name in found.said:
            continue
        counted = single(found.con, f"SELECT count(*), count({quoted(name)}) FROM judged")
        if counted[0] and not counted[1]:
            yield Finding("attribute_missing", column=name)
        elif counted[0] != counted[1]:
            yield select("attribute_missing", where=f"{quoted(name)} IS NULL", column=name)


def of_this_flow(found: Judgement) -> Told:
    """V1: rows that name a dataflow name this one."""
    about = found.about
    ours = f"(({about.agency}):)?{about.id}(\\(.*\\))?"
    for name in ("DATAFLOW", "STRUCTURE_ID"):
        if found.has(name) and not (
            name in found.types and all(re.fullmatch(ours, one) for one in found.used(name))
        ):
            yield select(
                "other_flow", where=f"NOT regexp_full_match({quoted(name)}, '{ours}')", column=name, value=quoted(name),
                a=literal(about.id),
            )  # fmt: skip


def numbers_are_numbers(found: Judgement) -> Told:
    """V1: what stands in OBS_VALUE is a number or nothing."""
    if found.has(VALUE):
        where = f"{VALUE} IS NULL AND written IS NOT NULL AND upper(written) <> 'NAN'"
        yield select("not_a_number", where=where, column=VALUE, value="left(written, 100)")


def texts_fit(found: Judgement) -> Told:
    """V1: free texts are of a length that somebody reads."""
    for component in found.about.components:
        if component.role == "attribute" and component.list is None:
            where = f"length({quoted(component.id)}) > {LONGEST}"
            yield select("text_too_long", where=where, column=component.id, a=literal(str(LONGEST)))


def codes_known(found: Judgement) -> Told:
    """V2: every code stands in its list; where another one is near, it is named."""
    for component in found.about.components:
        if component.list is None or component.id == "FREQ":
            continue
        known, name = code_list(component.list), component.id
        told = {"column": name, "value": quoted(name), "a": literal(known.id)}
        if name not in found.types:
            where = f"{quoted(name)} NOT IN ({', '.join(map(literal, known.ids))})"
            yield select("code_unknown", where=where, b="''", c="''", **told)
            continue
        if not found.labels.beside(name):
            continue
        strange = sorted(found.used(name) - known.by_id.keys())
        theirs = _of_unhcr(strange) if known.id == "CL_AREA" else {}
        if len(theirs) > 1:
            listed = ", ".join(f"{code} = {iso}" for code, iso in sorted(theirs.items()))
            yield Finding("codes_of_unhcr", column=name, facts={"a": listed[:500]})
        if strange:
            near = {code: theirs.get(code) or _nearest(code, known.ids) for code in strange[:NEAR]}
            meant = table(found.con, code=strange, near=[near.get(code) for code in strange])
            yield select(
                "code_unknown", where="true", b="coalesce(' Do you mean ' || near || '?', '')",
                c="coalesce(' ¿Quiere decir ' || near || '?', '')", rows=f"judged JOIN {meant} ON {quoted(name)} = code", **told,
            )  # fmt: skip


def _of_unhcr(codes: Iterable[str]) -> dict[str, str]:
    """Those of these codes that are UNHCR's own, with the ISO codes that they mean."""
    ours = {code.notes["unhcr"]: code.id for code in code_list("CL_AREA").codes if code.notes.get("unhcr")}
    return {code: ours[code] for code in codes if code in ours}


def _nearest(code: str, known: tuple[str, ...]) -> str | None:
    found = difflib.get_close_matches(code.upper(), known, n=1, cutoff=0.6)
    return found[0] if found else None


def frequency_taken(found: Judgement) -> Told:
    """V2: figures come in a frequency that the flow collects."""
    taken = ", ".join(literal(code) for code in found.about.frequencies)
    yield select(
        "frequency_not_taken", where=f'"FREQ" NOT IN ({taken})', column="FREQ", value='"FREQ"',
        a=literal(", ".join(found.about.frequencies)),
    )  # fmt: skip


def own_figures(found: Judgement) -> Told:
    """V2: a country reports on itself as REF_AREA, and never as its own counterpart."""
    if found.is_country:
        where = f'"REF_AREA" <> {literal(found.sender)}'
        yield select("not_yours", where=where, column="REF_AREA", value='"REF_AREA"', a=literal(found.sender))
    for name in ("COUNTERPART_AREA", "CITIZENSHIP"):
        if name in found.about.by_id and name not in found.about.reflexive:
            yield select(
                "own_counterpart", where=f'"REF_AREA" = {quoted(name)}', column=name, value=quoted(name)
            )


def keys_once(found: Judgement) -> Told:
    """V3: a key stands once. Looked for by the key's hash, decided by the key."""
    key = ", ".join(quoted(name) for name in found.about.key)
    # (Counting distinct hashes asks DuckDB for more memory than there is, from some ten million on; grouping by them does not.)
    twice = "SELECT k FROM judged GROUP BY k HAVING count(*) > 1"
    if single(found.con, f"SELECT count(*) FROM ({twice})") == (0,):
        return
    yield (
        f"SELECT 'key_twice', j.row, NULL, NULL, d.n::VARCHAR, d.figures::VARCHAR, d.first::VARCHAR FROM judged j "
        f"JOIN (SELECT {key}, count(*) AS n, count(DISTINCT coalesce({VALUE}::VARCHAR, '')) AS figures, min(row) AS first "
        f"FROM judged WHERE k IN ({twice}) GROUP BY {key} HAVING count(*) > 1) d "
        f"USING ({key}) WHERE j.row > d.first"
    )


def signs(found: Judgement) -> Told:
    """V4: counts are whole and not negative; a balance may be negative where the structure says so."""
    about = found.about
    where = f"{VALUE} < 0"
    for name, codes in about.negative.items():
        where += f" AND {quoted(name)} NOT IN ({', '.join(literal(code) for code in codes)})"
    if about.value != "balance" or about.negative:
        yield select("negative", where=where, column=VALUE, value=f"{VALUE}::VARCHAR")
    if about.whole:
        yield select("not_whole", where=f"{VALUE} <> trunc({VALUE})", column=VALUE, value=f"{VALUE}::VARCHAR")


def about_a_date(about: Structure) -> bool:
    """Whether figures are of a date within their period (a census day), so that the period need not have ended."""
    return about.id in STOCKS


def periods_fit(found: Judgement) -> Told:
    """V5: a period has the form of its frequency, lies in the collection and has ended."""
    used = found.con.sql(
        f'SELECT DISTINCT "FREQ"::VARCHAR AS frequency, {TIME}::VARCHAR AS period FROM judged '
        f'WHERE {TIME} IS NOT NULL AND "FREQ" IS NOT NULL'
    ).to_arrow_table()
    wrong: dict[str, list[str]] = {name: [] for name in ("frequency", "period", "message", "a", "b", "c")}
    for batch in used.to_batches(max_chunksize=MANY):
        for one in batch.to_pylist():
            if said := _said_of_period(found, one["frequency"], one["period"]):
                for name, text in zip(wrong, (*one.values(), *said), strict=True):
                    wrong[name].append(text)
    if wrong["period"]:
        yield (
            f"SELECT message, row, '{TIME}', {TIME}, a, b, c FROM judged JOIN {table(found.con, **wrong)} "
            f"ON \"FREQ\" = frequency AND {TIME} = period WHERE message <> 'period_future' OR \"OBS_STATUS\" IS DISTINCT FROM 'F'"
        )


def _said_of_period(
    found: Judgement, frequency: str, period: str
) -> tuple[str, str, str | None, str | None] | None:
    """What is wrong with a period of this frequency: a message and what it is filled with; None for nothing."""
    about, reach = found.about, periods.span(period)
    if frequency not in periods.FORMS:
        return None
    if reach is None or not periods.fits(period, frequency):
        return "period_form", frequency, _fiscal(period) or EXAMPLES[frequency], ""
    this_month = found.today.year * 12 + found.today.month - 1
    if (reach.first > this_month) if about_a_date(about) else (reach.last >= this_month):
        return "period_future", found.today.isoformat(), None, None
    since = periods.span(about.since)
    if since is not None and reach.first < since.first:
        return "period_before", about.since, None, None
    return None


def _fiscal(text: str) -> str | None:
    """What a fiscal year of the United States is written as (`FY2004`, `2003/04`): the twelve months from its first."""
    if found := re.fullmatch(r"(?:FY|AF|FISCAL YEAR)\s*(\d{4})", text.upper()):
        return f"{int(found[1]) - 1}-10-01/P1Y"
    if found := re.fullmatch(r"(\d{4})[-/](\d{2}|\d{4})", text):
        return f"{found[1]}-10-01/P1Y" if int(found[2]) % 100 == (int(found[1]) + 1) % 100 else None
    return None


def reporters_absent(found: Judgement) -> Told:
    """V12: a country on which a source had figures in most of the last years, and has none in the last one."""
    if found.is_country:
        return
    rows = found.con.execute(
        f'SELECT "FREQ", {TIME}, list(DISTINCT "REF_AREA") FROM judged WHERE "REF_AREA" IS NOT NULL AND {TIME} IS NOT NULL '
        f'GROUP BY "FREQ", {TIME} ORDER BY "FREQ", {TIME}'
    ).fetchall()
    for frequency in {row[0] for row in rows}:
        *before, (_, last, there) = [row for row in rows if row[0] == frequency]
        recent = [area for _, _, areas in before[-LOOK_BACK:] for area in areas]
        absent = sorted(area for area in set(recent) - set(there) if recent.count(area) >= REGULAR)
        if absent:
            listed = ", ".join(absent)
            yield Finding(
                "reporters_absent", column="REF_AREA", value=listed, facts={"a": last, "b": str(REGULAR)}
            )


def missing_said(_found: Judgement) -> Told:
    """V12: a figure that is not there says why, and one that is there does not say that it is not."""
    absent = ", ".join(literal(code) for code in ABSENT)
    unsaid = f'("OBS_STATUS" IS NULL OR "OBS_STATUS" NOT IN ({absent}))'
    yield select("missing_unsaid", where=f"{VALUE} IS NULL AND NOT given AND {unsaid}", column=VALUE)
    yield select(
        "value_with_missing", where=f'{VALUE} IS NOT NULL AND "OBS_STATUS" IN ({absent})', column="OBS_STATUS",
        value='"OBS_STATUS"', a='"OBS_STATUS"',
    )  # fmt: skip


def units_fit(found: Judgement) -> Told:
    """V11: what is counted is what the flow counts; cases are not persons; one series has one unit and multiplier."""
    about = found.about
    taken = (about.unit, *about.units)
    listed = ", ".join(literal(code) for code in taken)
    yield select(
        "unit_not_taken", where=f'"UNIT_MEASURE" NOT IN ({listed})', column="UNIT_MEASURE", value='"UNIT_MEASURE"',
        a=literal(", ".join(taken)), b=literal(about.id),
    )  # fmt: skip
    if about.value == "count":
        yield select(
            "multiplier",
            where="\"UNIT_MULT\" <> '0'",
            column="UNIT_MULT",
            value='"UNIT_MULT"',
            a=f"{VALUE}::VARCHAR",
        )
    if "COUNT_UNIT" in about.by_id:
        yield select(
            "cases_as_persons",
            where="(\"COUNT_UNIT\" = 'C') <> (\"UNIT_MEASURE\" = 'CASE') AND \"COUNT_UNIT\" IN ('P', 'C')",
            column="COUNT_UNIT", value='"COUNT_UNIT"', a='"UNIT_MEASURE"',
        )  # fmt: skip
    series = ", ".join(quoted(name) for name in about.dimensions)
    for name in ("UNIT_MEASURE", "UNIT_MULT"):
        if len(found.used(name)) > 1 or name not in found.types:
            yield (
                f"SELECT 'unit_changes', min(row), {literal(name)}, max({quoted(name)}), min({quoted(name)}), NULL, NULL "
                f"FROM judged GROUP BY {series} HAVING count(DISTINCT {quoted(name)}) > 1"
            )


def small_cells(found: Judgement) -> Told:
    """V13: how many figures are so small that the public will not see them; decided when a release is built."""
    threshold = found.about.protection.threshold
    if found.about.protection.method != "suppression" or threshold < 2:
        return
    (small,) = single(found.con, f"SELECT count(*) FROM judged WHERE {VALUE} > 0 AND {VALUE} < {threshold}")
    if small:
        yield Finding("small_cells", column=VALUE, facts={"a": str(small), "b": str(threshold)})


def events_apart(found: Judgement) -> Told:
    """V15: a figure made of cumulative or split incidents says so, and is not added to others."""
    if "INCIDENT_TYPE" in found.about.by_id and found.has("INCIDENT_TYPE"):
        yield select(
            "not_to_be_added", where="\"INCIDENT_TYPE\" IN ('CUMULATIVE', 'SPLIT', 'MIXED')", column="INCIDENT_TYPE",
            value='"INCIDENT_TYPE"',
        )  # fmt: skip


RULES: tuple[Callable[[Judgement], Told], ...] = (
    columns_stand, keys_complete, attributes_said, of_this_flow, numbers_are_numbers, texts_fit, codes_known,
    frequency_taken, own_figures, keys_once, signs, periods_fit, units_fit, missing_said, reporters_absent, small_cells, events_apart,
)  # fmt: skip
