"""Protection as the release build calls it: what may be shown is copied, the rest is hidden, folded or rounded, then attacked.

A flow is protected by suppression or by rounding, never both. Where it is suppressed, one block is one reporter and one year
(years that a longer period spans stand together): small figures lose their value, others beside them too until none can be
found, and a release in which one can is refused. Where it is rounded, or a block is too large for that, every count goes to a
multiple of three by chance that is fixed for each cell for ever. What is confidential or under embargo is not shown either way.
"""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from siemmes.cube.layout import literal, one_code, quoted, single
from siemmes.disclosure import rules
from siemmes.disclosure.attacking import Demand, Name, Outcome, Table, attack
from siemmes.disclosure.coverage import WHEN, lists_of
from siemmes.disclosure.folding import Choice, protect_block
from siemmes.disclosure.histories import BY_ORDER, SHARE, Figure, Past, linked
from siemmes.disclosure.parting import parts_of, small_beside_empty
from siemmes.disclosure.relations import Block, Key, block
from siemmes.disclosure.rounding import BASE, rounded
from siemmes.disclosure.suppressing import WIDTH
from siemmes.model.errors import RefusedError
from siemmes.model.periods import Span, span
from siemmes.model.structures import TIME, VALUE, Structure

#: A block with more figures than this is rounded, and its flow with it.
LARGE = 5000
#: What a figure that is not shown says, whatever the reason.
STATUS, CONFIDENTIALITY = "Q", "C"
#: Tables of one call.
MARKED, CHOSEN, SPANS, SHOWN = "siemmes_marked", "siemmes_chosen", "siemmes_spans", "siemmes_shown"
PAST, PARTS, PAST_PARTS = "siemmes_past", "siemmes_parts", "siemmes_past_parts"


@dataclass(frozen=True)
class Earlier:
    """An earlier release: what it showed, and what had been sent for it (Parquet files).

    Attributes:
        method: how it was protected.
    """

    shown: Path
    sent: Path
    method: str


@dataclass
class Protected:
    """What protection did.

    Attributes:
        method: "suppression" or "rounding".
        cells: figures that were looked at.
        reasons: what was hidden and why, one row a figure: for the secretariat only.
        hidden: figures that stand without their value.
        folded: figures that were folded into their totals and do not stand at all.
        blocks: groups of figures that sums link and that held something to hide.
        attacked, recovered, narrow: hidden figures that were attacked, of those the ones found, and the ones known too closely:
            none in a release that was published.
        programs: linear programs that it took.
        known: hidden figures that an earlier release showed with the same value; hiding them tells nobody anything less.
        given: folded figures that earlier releases give away whatever is done now.
        contradictions: totals that are less than their own parts, in published figures.
        in_place: whether every row stands where it stood in the source, with all that it said but its value and CONF_STATUS.
    """

    method: str
    cells: int
    reasons: pa.Table
    hidden: int = 0
    folded: int = 0
    blocks: int = 0
    attacked: int = 0
    recovered: int = 0
    narrow: int = 0
    programs: int = 0
    known: int = 0
    given: int = 0
    contradictions: int = 0
    in_place: bool = False

    def public(self) -> dict[str, Any]:
        """What readers are told: counts, never which figure was hidden for what."""
        found = {"method": self.method, "cells": self.cells, "hidden": self.hidden, "folded": self.folded}
        found |= {
            "attacked": self.attacked,
            "recovered": 0,
            "narrow": 0,
            "contradictions": self.contradictions,
        }
        if self.method == "rounding":
            found |= {"base": BASE, "additive": False}
        return found

    def private(self) -> dict[str, Any]:
        """What the secretariat keeps beside the list of reasons."""
        counts: dict[str, int] = {}
        for one in self.reasons.column("HIDDEN_FOR").to_pylist():
            counts[one] = counts.get(one, 0) + 1
        beside = {"blocks": self.blocks, "programs": self.programs, "known": self.known, "given": self.given}
        return {**self.public(), **beside, "reasons": counts}


def protect(
    con: Any,
    source: str,
    about: Structure,
    *,
    into: str,
    own: Mapping[str, int] | None = None,
    secret: bytes | None = None,
    earlier: Sequence[Earlier] = (),
    contributions: str | None = None,
    same: Mapping[str, str] | None = None,
    labels: Mapping[str, Sequence[str]] | None = None,
) -> Protected:
    """Copy the figures that the public may see into a table, or show them by a view.

    Args:
        source: a table with every column of the structure, codes as text, keys unique; SUBMISSION says who sent a row.
        into: the table or view to make: the structure's columns alone.
        own: thresholds of senders and countries, where they have their own; the stricter holds.
        secret: what the noise of rounding is keyed with; without it the noise is that of this call only.
        earlier: the releases before, the newest last.
        contributions: a table of the key's columns, SUBMISSION and OBS_VALUE with what each contributor gave to an amount.
            Without it no dominance is looked for but what senders say themselves (CONF_STATUS O, T, G).
        same: columns of the source in which all rows say the same, as SQL that gives it: they need not be copied.
        labels: what stands in each coded column of the source, where that is known.

    Raises:
        RefusedError: where the attack finds a hidden figure, or a flow that was suppressed has grown too large for it.
    """
    (cells,) = single(con, f"SELECT count(*) FROM {source}")
    method, key = _method(con, source, about, earlier), secret or secrets.token_bytes(32)
    before = (earlier[-1].shown, earlier[-1].sent) if earlier and earlier[-1].method == "rounding" else None
    if method == "rounding" and _all_free(con, source, about):
        rounded(
            con,
            f"(SELECT {_columns(about, hidden=None, table='m')} FROM {source} AS m)",
            about,
            key,
            into=into,
            same={**(same or {}), "CONF_STATUS": one_code("CONF_STATUS", "F")},
            labels=labels,
            before=before,
        )
        return Protected(method, cells, reasons=_no_reasons(about), in_place=True)
    beside = [one for one in earlier if one.method == method == "suppression"]
    work = _Work(con, source, about, method, own or {}, beside)
    try:
        work.mark(contributions)
        work.choose()
        shown = into if method == "suppression" else SHOWN
        work.write(shown)
        found = work.report(cells)
        work.attack(shown, found)
        if method == "rounding":
            rounded(con, shown, about, key, into=into, before=before)
    except ArithmeticError as error:
        raise _unsolved(about, error) from error
    finally:
        for name in (MARKED, CHOSEN, SPANS, SHOWN, PAST, PARTS, PAST_PARTS):
            con.execute(f"DROP TABLE IF EXISTS {name}")
    return found


def _no_reasons(about: Structure) -> pa.Table:
    empty = {name: pa.array([], pa.string()) for name in (*about.key, "HIDDEN_FOR", "FOLDED_BY")}
    return pa.table({**empty, "SHOWN_BEFORE": pa.array([], pa.bool_())})


def _all_free(con: Any, source: str, about: Structure) -> bool:
    """Whether nothing is confidential, under embargo, or hidden by its sender: then rounding is all there is to do."""
    (held_back,) = single(con, f"SELECT count(*) FROM {source} WHERE {rules.reason(about, '0')} <> ''")
    return held_back == 0


def _columns(about: Structure, *, hidden: str | None, table: str) -> str:
    """SQL: a figure's row as the public sees it; those that are hidden look all alike.

    Args:
        hidden: SQL of whether it is; None where none is.
    """
    empty = (
        {"CONF_STATUS": "'F'"}
        if hidden is None
        else {
            VALUE: f"CASE WHEN {hidden} THEN NULL ELSE {table}.{VALUE} END",
            "OBS_STATUS": f'CASE WHEN {hidden} THEN {literal(STATUS)} ELSE {table}."OBS_STATUS" END',
            "CONF_STATUS": f"CASE WHEN {hidden} THEN {literal(CONFIDENTIALITY)} ELSE 'F' END",
            "COMMENT_OBS": f'CASE WHEN {hidden} THEN NULL ELSE {table}."COMMENT_OBS" END',
        }
    )
    return ", ".join(
        f"{empty.get(name, f'{table}.{quoted(name)}')} AS {quoted(name)}" for name in about.columns
    )


def _method(con: Any, source: str, about: Structure, earlier: Sequence[Earlier]) -> str:
    """How the flow is protected: as before; else as it says, unless a block is too large."""
    if about.protection.method == "rounding" or (earlier and earlier[-1].method == "rounding"):
        return "rounding"
    largest = con.execute(
        f'SELECT "REF_AREA", left({quoted(TIME)}, 4) AS year, count(*) AS n FROM {source} GROUP BY ALL ORDER BY n DESC, 1, 2 LIMIT 1'
    ).fetchall()
    if not about.whole or not largest or largest[0][2] <= LARGE:
        return "suppression"
    if not earlier:
        return "rounding"
    area, year, count = largest[0]
    raise RefusedError(
        {
            "en": f"{about.id}: {area} {year} has {count} figures, more than the {LARGE} that can be protected by suppression, "
            "and earlier releases of this dataflow were suppressed: a flow is never rounded after that. Send fewer breakdowns.",
            "es": f"{about.id}: {area} {year} tiene {count} cifras, más de las {LARGE} que pueden protegerse por supresión, y "
            "las publicaciones anteriores de este flujo se suprimieron: después no puede redondearse. Envíe menos desgloses.",
        }
    )


@dataclass
class _Work:
    """One call of `protect`: its tables in the database, and what was decided."""

    con: Any
    source: str
    about: Structure
    method: str
    own: Mapping[str, int]
    earlier: Sequence[Earlier]
    reasons: dict[int, str] = field(default_factory=dict)
    folded: dict[int, str] = field(default_factory=dict)
    given: set[int] = field(default_factory=set)
    known: set[int] = field(default_factory=set)
    blocks: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """What the positions of a block's key are."""
        return (*(one for one in self.about.dimensions if one not in ("FREQ", "REF_AREA")), WHEN)

    def mark(self, contributions: str | None) -> None:
        """Number the rows, and say of each whether and why it must be hidden."""
        columns = [row[0] for row in self.con.execute(f"DESCRIBE {self.source}").fetchall()]
        limit = rules.threshold(self.about, self.own, sent="SUBMISSION" in columns)
        why = rules.reason(self.about, limit if self.method == "suppression" else "0")
        self.con.execute(
            f"CREATE TEMP TABLE {MARKED} AS SELECT row_number() OVER () AS siemmes_row, {limit} AS siemmes_threshold, "
            f"{why} AS siemmes_reason, * FROM {self.source}"
        ).fetchall()
        if contributions is not None:
            self._mark_dominated(contributions)
        self._span()
        self._remember()
        self._part()

    def _mark_dominated(self, contributions: str) -> None:
        rule = self.about.protection.dominance
        if rule is None:
            return
        key = ", ".join(quoted(name) for name in (*self.about.key, "SUBMISSION"))
        found = self.con.execute(
            f"SELECT siemmes_row, given FROM {MARKED} JOIN (SELECT {key}, list(CAST({VALUE} AS DOUBLE)) AS given "
            f"FROM {contributions} GROUP BY {key}) USING ({key}) WHERE siemmes_reason = ''"
        ).fetchall()
        rows = [row for row, given in found if rules.dominated(given, *rule)]
        if rows:
            listed = ", ".join(map(str, rows))
            self.con.execute(
                f"UPDATE {MARKED} SET siemmes_reason = 'dominance' WHERE siemmes_row IN ({listed})"
            ).fetchall()

    def _span(self) -> None:
        """Number the blocks: one reporter's periods that lie in one year, or in a longer period with others.

        Those are left out that hold nothing to hide, hid nothing before, and have no small group beside an empty cell.
        """
        group = f"{VALUE} >= siemmes_threshold AND {VALUE} < {rules.GROUP} * siemmes_threshold"
        busy: dict[Period, tuple[int, int, int]] = {
            (area, frequency, period): (hidden, groups, empty)
            for area, frequency, period, hidden, groups, empty in self.con.execute(
                f'SELECT "REF_AREA", "FREQ", {quoted(TIME)}, count(*) FILTER (siemmes_reason <> \'\'), '
                f"count(*) FILTER ({group}), count(*) FILTER ({VALUE} = 0) FROM {MARKED} GROUP BY ALL"
            ).fetchall()
        }
        for area, frequency, period, hidden in self._hidden_before():
            now, groups, empty = busy.get((area, frequency, period), (0, 0, 0))
            busy[area, frequency, period] = (now + hidden, groups, empty)
        rows = []
        for number, members in enumerate(_linked_periods(busy)):
            hidden, groups, empty = (sum(busy[one][i] for one in members) for i in range(3))
            if hidden or (groups and empty and self._groups()):
                rows += [(*one, number) for one in members]
        self.con.execute(
            f'CREATE TEMP TABLE {SPANS} ("REF_AREA" VARCHAR, "FREQ" VARCHAR, {quoted(TIME)} VARCHAR, block INTEGER)'
        )
        if rows:
            names = ("area", "frequency", "period", "block")
            self._insert(SPANS, pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))))

    def _insert(self, table: str, rows: pa.Table) -> None:
        self.con.register("siemmes_rows", rows)
        self.con.execute(f"INSERT INTO {table} SELECT * FROM siemmes_rows").fetchall()
        self.con.unregister("siemmes_rows")

    def _remember(self) -> None:
        """Copy what the release before had of the blocks: what was sent, whether it was shown, and how it is seen now."""
        if not self.earlier:
            return
        last = self.earlier[-1]
        sent = f"read_parquet({literal(str(last.sent))})"
        columns = [row[0] for row in self.con.execute(f"DESCRIBE SELECT * FROM {sent}").fetchall()]
        limit = rules.threshold(self.about, self.own, sent="SUBMISSION" in columns)
        same = " AND ".join(f"s.{quoted(one)} = e.{quoted(one)}" for one in self.about.key)
        self.con.execute(
            f"CREATE TEMP TABLE {PAST} AS SELECT row_number() OVER () AS siemmes_row, b.block, s.*, e.{VALUE} IS NOT NULL AS siemmes_seen "
            f"FROM (SELECT *, {limit} AS siemmes_threshold, {rules.reason(self.about, limit)} AS siemmes_reason FROM {sent}) AS s "
            f"{self._spanned('s')} LEFT JOIN read_parquet({literal(str(last.shown))}) AS e ON {same}"
        ).fetchall()

    def _part(self) -> None:
        """Number the parts of blocks that no sum leads between, and keep those that hold something to hide."""
        for name in (PARTS, PAST_PARTS):
            self.con.execute(f"CREATE TEMP TABLE {name} (siemmes_row BIGINT, part BIGINT)")
        (strictest,) = single(self.con, f"SELECT coalesce(max(siemmes_threshold), 0) FROM {MARKED}")
        group = f"{VALUE} >= siemmes_threshold AND {VALUE} < {rules.GROUP * strictest}"
        hides = "m.siemmes_reason <> ''"
        rows = [
            f"SELECT false AS past, {self._cells(hides, group, f'{VALUE} = 0')} FROM {MARKED} AS m {self._spanned('m')}"
        ]
        if self.earlier:
            rows.append(
                f"SELECT true, {self._cells('NOT m.siemmes_seen', 'false', 'false')} FROM {PAST} AS m {self._spanned('m')}"
            )
        found = self.con.sql(" UNION ALL ".join(rows)).to_arrow_table()
        if not found.num_rows:
            return
        past, row, block, hidden, small, empty = (found.column(place).to_numpy() for place in range(6))
        columns = [one.combine_chunks().dictionary_encode() for one in found.columns[6:]]
        beside = [np.zeros(len(row), bool)] * len(columns)
        if self._groups():
            beside = small_beside_empty(block, self.names, columns, small, empty)
        part = parts_of(block, self.names, columns, frozenset(self.about.parts), lists_of(self.about), beside)
        busy = np.zeros(int(part.max()) + 1, bool)
        for some in (hidden, *beside):
            busy[part[some]] = True
        for table, mask in ((PARTS, ~past), (PAST_PARTS, past)):
            kept = mask & busy[part]
            self._insert(table, pa.table({"siemmes_row": row[kept], "part": part[kept].astype(np.int64)}))

    def _cells(self, hides: str, small: str, empty: str) -> str:
        """SQL: a figure as it is numbered into its part."""
        named = [f"CAST(m.{quoted(one)} AS VARCHAR)" for one in self.names[:-1]]
        said = [f"coalesce({one}, false)" for one in (hides, small, empty)]
        return ", ".join(("m.siemmes_row", "b.block", *said, *named, self._when("m")))

    def _groups(self) -> bool:
        """Whether small groups that lie in one cell are looked for."""
        return self.method == "suppression" and self.about.whole

    def _hidden_before(self) -> list[tuple[str, str, str, int]]:
        if not self.earlier:
            return []
        hidden = f'{VALUE} IS NULL AND "OBS_STATUS" = {literal(STATUS)}'
        found: list[tuple[str, str, str, int]] = self.con.execute(
            f'SELECT "REF_AREA", "FREQ", {quoted(TIME)}, count(*) FILTER ({hidden}) '
            f"FROM read_parquet({literal(str(self.earlier[-1].shown))}) GROUP BY ALL"
        ).fetchall()
        return found

    def _key(self, table: str) -> str:
        named = [f"CAST({table}.{quoted(one)} AS VARCHAR)" for one in self.names[:-1]]
        return f"[{', '.join([*named, self._when(table)])}]"

    def _when(self, table: str) -> str:
        return f"{table}.\"FREQ\" || ' ' || {table}.{quoted(TIME)}"

    def _spanned(self, table: str) -> str:
        on = " AND ".join(f"{table}.{quoted(one)} = b.{quoted(one)}" for one in ("REF_AREA", "FREQ", TIME))
        return f"JOIN {SPANS} AS b ON {on}"

    def _figures(self) -> Iterator[tuple[int, str, dict[Key, Figure]]]:
        """Each part with something to hide: its number, the name of its block, its figures."""
        self.known = self._known()
        found = self.con.execute(
            f"SELECT b.part, {self._name()}, {self._key('m')}, m.{VALUE}, m.siemmes_reason, m.siemmes_threshold, m.siemmes_row "
            f"FROM {MARKED} AS m JOIN {PARTS} AS b USING (siemmes_row) ORDER BY b.part, m.siemmes_row"
        ).fetchall()
        for start, end in _runs([row[0] for row in found]):
            sent = {
                tuple(key): Figure(
                    None if value is None else float(value), why, limit, row in self.known, row
                )
                for _, _, key, value, why, limit, row in found[start:end]
            }
            yield found[start][0], found[start][1], sent

    def _name(self) -> str:
        """SQL: what people call the block that a part belongs to."""
        return f"m.\"REF_AREA\" || ' ' || left(min(m.{quoted(TIME)}) OVER (PARTITION BY b.part), 4)"

    def _known(self) -> set[int]:
        """Rows whose very value some earlier release showed."""
        if not self.earlier:
            return set()
        files = ", ".join(literal(str(one.shown)) for one in self.earlier)
        same = " AND ".join(f"m.{quoted(one)} = e.{quoted(one)}" for one in (*self.about.key, VALUE))
        rows = self.con.execute(
            f"SELECT DISTINCT m.siemmes_row FROM {MARKED} AS m JOIN {PARTS} USING (siemmes_row) "
            f"JOIN read_parquet([{files}], union_by_name = true) AS e ON {same}"
        ).fetchall()
        return {row[0] for row in rows}

    def _past(self) -> dict[int, dict[Key, Past]]:
        """What the release before had of each part."""
        found: dict[int, dict[Key, Past]] = {}
        if not self.earlier:
            return found
        for number, key, value, shown, why, least in self.con.execute(
            f"SELECT b.part, {self._key('m')}, m.{VALUE}, m.siemmes_seen, m.siemmes_reason, m.siemmes_threshold "
            f"FROM {PAST} AS m JOIN {PAST_PARTS} AS b USING (siemmes_row) ORDER BY b.part, m.siemmes_row"
        ).fetchall():
            was = Past(None if value is None else float(value), shown, why, least)
            found.setdefault(number, {})[tuple(key)] = was
        return found

    def choose(self) -> None:
        """Decide of every part what is hidden and what is folded."""
        past = self._past()
        for number, name, sent in self._figures():
            self.blocks += 1
            self._choose(name, sent, past.get(number, {}))
        rows = sorted(self.reasons)
        table = pa.table(
            {"chosen": pa.array(rows, pa.int64()), "folded": [row in self.folded for row in rows]}
        )
        self.con.register("siemmes_rows", table)
        self.con.execute(f"CREATE TEMP TABLE {CHOSEN} AS SELECT * FROM siemmes_rows").fetchall()
        self.con.unregister("siemmes_rows")

    def _choose(self, name: str, sent: Mapping[Key, Figure], past: Mapping[Key, Past]) -> None:
        lists = lists_of(self.about)
        varied = {
            one for place, one in enumerate(self.names) if len({key[place] for key in (*sent, *past)}) > 1
        }
        now, before = (
            block(name, self.names, {key: one.value for key, one in some.items()}, self.about, lists, varied)
            for some in (sent, past)
        )
        beside = linked(now, sent, before if past else None, past, kind=self.about.value)
        reasons = {
            place: sent[key].reason for place, key in enumerate(now.keys[: now.sent]) if sent[key].reason
        }
        if self._groups():
            for place in rules.grouped(now, max((one.threshold for one in sent.values()), default=0)):
                reasons.setdefault(place, "group")
                beside.figures.hidden[place] = True
        choice = protect_block(now, beside)
        self._record(now, sent, choice, reasons)

    def _record(
        self, now: Block, sent: Mapping[Key, Figure], choice: Choice, reasons: Mapping[int, str]
    ) -> None:
        for place in {*choice.hidden, *choice.folded, *reasons}:
            row = sent[now.keys[place]].row
            self.reasons[row] = reasons.get(place, "complement")
            if place in choice.folded:
                self.folded[row] = choice.folded[place]
            if place in choice.open:
                self.given.add(row)

    def write(self, into: str) -> None:
        """Copy what may be shown; hidden figures look all alike."""
        selected = _columns(self.about, hidden="c.chosen IS NOT NULL", table="m")
        self.con.execute(
            f"CREATE TABLE {into} AS SELECT {selected} FROM {MARKED} AS m LEFT JOIN {CHOSEN} AS c ON c.chosen = m.siemmes_row "
            "WHERE NOT coalesce(c.folded, false)"
        ).fetchall()

    def report(self, cells: int) -> Protected:
        """What was done, with the list of reasons that stays private."""
        rows = sorted(self.reasons)
        table = pa.table({
            "row": pa.array(rows, pa.int64()),
            "HIDDEN_FOR": pa.array([self.reasons[row] for row in rows], pa.string()),
            "FOLDED_BY": pa.array([self.folded.get(row) for row in rows], pa.string()),
            "SHOWN_BEFORE": pa.array([row in self.known for row in rows], pa.bool_()),
        })  # fmt: skip
        self.con.register("siemmes_rows", table)
        key = ", ".join(f"m.{quoted(name)}" for name in self.about.key)
        listed = self.con.sql(
            f"SELECT {key}, r.HIDDEN_FOR, r.FOLDED_BY, r.SHOWN_BEFORE FROM siemmes_rows AS r JOIN {MARKED} AS m ON m.siemmes_row = r.row ORDER BY ALL"
        ).to_arrow_table()
        self.con.unregister("siemmes_rows")
        return Protected(
            self.method, cells, hidden=len(rows) - len(self.folded), folded=len(self.folded), blocks=self.blocks,
            reasons=listed, known=len(self.known & self.reasons.keys()), given=len(self.given),
        )  # fmt: skip

    def attack(self, shown: str, found: Protected) -> None:
        """Attack what was written, part by part, with what earlier releases showed beside.

        Raises:
            RefusedError: naming the first block that gives a figure away.
        """
        past = self._past()
        same = " AND ".join(f"m.{quoted(one)} = p.{quoted(one)}" for one in self.about.key)
        rows = self.con.execute(
            f'SELECT b.part, {self._name()}, {self._key("m")}, p."REF_AREA" IS NOT NULL, p.{VALUE}, '
            f"m.{VALUE}, m.siemmes_reason, m.siemmes_threshold, m.siemmes_row FROM {MARKED} AS m JOIN {PARTS} AS b USING (siemmes_row) "
            f"LEFT JOIN {shown} AS p ON {same} ORDER BY b.part, m.siemmes_row"
        ).fetchall()
        for start, end in _runs([row[0] for row in rows]):
            outcome = self._attack(rows[start:end], past.get(rows[start][0], {}))
            found.attacked += outcome.tried
            found.recovered += len(outcome.exact | outcome.exact_knowing)
            found.narrow += len(outcome.narrow)
            found.programs += outcome.programs
            found.contradictions += outcome.contradictions
            if not outcome.withstood:
                raise _given_away(self.about, rows[start][1], outcome)

    def _attack(self, rows: Sequence[tuple[Any, ...]], past: Mapping[Key, Past]) -> Outcome:
        added = frozenset(place for place, name in enumerate(self.names) if name in self.about.parts)
        now = Table(
            self.names, added,
            {tuple(row[2]): None if row[4] is None else float(row[4]) for row in rows if row[3]},
            {tuple(row[2]): float(row[5]) for row in rows if row[5] is not None},
        )  # fmt: skip
        before = None
        if past:
            truth = {key: one.value for key, one in past.items() if one.value is not None}
            before = Table(
                self.names,
                added,
                {key: truth.get(key) if one.shown else None for key, one in past.items()},
                truth,
            )
        demands: dict[Name, Demand] = {}
        for _, _, key, present, value, true, why, limit, row in rows:
            if value is None and true is not None and row not in self.known and row not in self.given:
                demands["now", tuple(key)] = self._demand(float(true), why, limit, flagged=present)
        why_now = {tuple(row[2]): row[6] for row in rows}
        for key, was in past.items():
            freed = was.reason in BY_ORDER and why_now.get(key) == ""
            if (
                was.value is not None
                and now.truth.get(key) != was.value
                and was.reason
                and not was.shown
                and not freed
            ):
                demands["before", key] = self._demand(was.value, was.reason, was.threshold, flagged=True)
        known = [tuple(row[2]) for row in rows if row[8] in self.known]
        return attack(
            now, before, known, demands, lists_of(self.about), negative=self.about.value == "balance"
        )

    def _demand(self, value: float, why: str, limit: float, *, flagged: bool) -> Demand:
        """How far apart the values of a hidden figure must lie, and what who knows the threshold knows of it."""
        low = float("-inf") if self.about.value == "balance" else 0.0
        apart = SHARE * abs(value) if self.about.value == "amount" else WIDTH
        if why in BY_ORDER:
            return Demand(max(apart, SHARE * abs(value)), low)
        if (
            flagged
            and limit > 1
            and value > 0
            and self.method == "suppression"
            and self.about.value != "amount"
        ):
            return Demand(apart, 1.0, limit - 1) if value < limit else Demand(apart, float(limit))
        return Demand(apart, low)


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Where equal numbers that follow each other begin and end."""
    start = 0
    for place in range(1, len(numbers) + 1):
        if place == len(numbers) or numbers[place] != numbers[start]:
            yield start, place
            start = place


Period = tuple[str, str, str]


def _linked_periods(periods: Iterable[Period]) -> list[list[Period]]:
    """Periods of one reporter that can be added up to each other: those of a year, and ranges with what lies inside."""
    by_area: dict[str, list[Period]] = {}
    for one in periods:
        by_area.setdefault(one[0], []).append(one)
    return [group for _, members in sorted(by_area.items()) for group in _linked_spans(sorted(members))]


def _linked_spans(members: Sequence[Period]) -> list[list[Period]]:
    groups: dict[str, list[Period]] = {}
    ranges: list[tuple[Span, Period]] = []
    for one in members:
        reach = span(one[2])
        if "/" in one[2] and reach is not None:
            ranges.append((reach, one))
        else:
            groups.setdefault(one[2][:4], []).append(one)
    found = list(groups.values())
    for reach, one in sorted(ranges, key=lambda both: (both[0].last - both[0].first, both[1])):
        inside = [group for group in found if any(_within(other, reach) for other in group)]
        found = [group for group in found if group not in inside]
        found.append([*(member for group in inside for member in group), one])
    return found


def _within(one: Period, reach: Span) -> bool:
    other = span(one[2])
    return other is not None and other != reach and reach.first <= other.first and other.last <= reach.last


def _unsolved(about: Structure, error: Exception) -> RefusedError:
    return RefusedError(
        {
            "en": f"{about.id}: whether hidden figures can be computed could not be found out ({error}); nothing was published. "
            "Figures of very different sizes in one table are the usual cause: send them in a larger unit.",
            "es": f"{about.id}: no pudo averiguarse si las cifras ocultas pueden calcularse ({error}); no se publicó nada. La causa "
            "habitual son cifras de tamaños muy distintos en un mismo cuadro: envíelas en una unidad mayor.",
        }
    )


def _given_away(about: Structure, name: str, outcome: Outcome) -> RefusedError:
    exact = len(outcome.exact | outcome.exact_knowing)
    narrow = len(outcome.narrow - outcome.exact - outcome.exact_knowing)
    return RefusedError(
        {
            "en": f"{about.id}, {name}: {exact} hidden figures could be computed from what would be published, and {narrow} guessed "
            "too closely. Nothing was published. Send this block with fewer breakdowns, or mark further figures as confidential.",
            "es": f"{about.id}, {name}: {exact} cifras ocultas podrían calcularse a partir de lo que se publicaría y {narrow} "
            "estimarse con demasiada precisión. No se publicó nada. Envíe este bloque con menos desgloses o marque más cifras "
            "como confidenciales.",
        }
    )
