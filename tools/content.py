"""The figures that the project ships, made again from the files they came from.

    python -m tools.content FOLDER [--into DIR]

FOLDER holds the reshaped public files (`un_migrant_stock_rev2020.csv` and so on). What each shipped file is, what is said once
of all its rows and where it came from stands in `src/siemmes/release/content/content.toml`; here stands how its rows are
made, and in `content_bridges.csv` which of our codes a source's own value means. A value that is not bridged stands for
itself, and must be a code of the list: anything else stops the making.
"""

import argparse
import csv
import gzip
import io
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from siemmes.model.catalogue import agency, code_list, structure, version
from siemmes.release.content import FOLDER, Shipped, shipped

Row = dict[str, str]
BRIDGES = Path(__file__).with_name("content_bridges.csv")
#: Ages of the columns of UNHCR's demographics, by what follows `f_` and `m_`.
AGES = ("0_4", "5_11", "12_17", "18_59", "60", "other")


class Source:
    """One file of the folder, and the bridges from its values to a flow's codes."""

    def __init__(self, path: Path, flow: str) -> None:
        self.path, self.about = path, structure(flow)
        with BRIDGES.open(encoding="utf-8", newline="") as file:
            self._bridges = {
                (one["dimension"], one["column"], one["value"]): one["code"]
                for one in csv.DictReader(file)
                if one["file"] == path.name and one["flow"] == flow
            }

    def __iter__(self) -> Iterator[Row]:
        with self.path.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)

    def code(self, dimension: str, column: str, *values: str) -> str:
        """The code that a value means; several columns are joined by `+`.

        Raises:
            ValueError: where it is neither bridged nor a code itself.
        """
        value = "+".join(values)
        found = self._bridges.get((dimension, column, value), value)
        if found not in code_list(self.about.by_id[dimension].list or "").by_id:
            raise ValueError(f"{self.path.name}: {column} “{value}” is no code of {dimension}")
        return found


def _fiscal(year: str) -> str:
    """A fiscal year of the United States, which begins in October of the year before, as a period."""
    return f"{int(year) - 1}-10-01/P1Y"


def stock(source: Source) -> Iterator[Row]:
    """Both editions of the United Nations' migrant stock; the year off the grid of five is a year by itself."""
    for row in source:
        yield {
            "FREQ": "A" if int(row["year"]) % 5 else "A5",
            "REF_AREA": source.code("REF_AREA", "dest_iso3", row["dest_iso3"]),
            "COUNTERPART_AREA": source.code("COUNTERPART_AREA", "origin_iso3", row.get("origin_iso3", "_T")),
            "SEX": source.code("SEX", "sex", row["sex"]),
            "AGE": source.code("AGE", "age", row.get("age", "_T")),
            "TIME_PERIOD": row["year"],
            "OBS_VALUE": row["persons"],
        }


def flows(source: Source) -> Iterator[Row]:
    """Modelled movers, from the middle of a year to the middle of the fifth after it."""
    for row in source:
        yield {
            "REF_AREA": source.code("REF_AREA", "dest_iso3", row["dest_iso3"]),
            "COUNTERPART_AREA": source.code("COUNTERPART_AREA", "origin_iso3", row["origin_iso3"]),
            "SEX": source.code("SEX", "sex", row["sex"]),
            "ESTIMATOR": source.code("ESTIMATOR", "method", row["method"]),
            "MOVE_TYPE": source.code("MOVE_TYPE", "move_type", row["move_type"]),
            "TIME_PERIOD": f"{row['year0']}-07-01/P5Y",
            "OBS_VALUE": row["persons"],
        }


def _areas(source: Source, row: Row) -> Row:
    return {
        "REF_AREA": source.code("REF_AREA", "asylum_iso3", row["asylum_iso3"]),
        "COUNTERPART_AREA": source.code("COUNTERPART_AREA", "origin_iso3", row["origin_iso3"]),
        "TIME_PERIOD": row["year"],
    }


def _counted(value: str) -> bool:
    """Whether a figure of UNHCR is loaded. None of its figures lies between 1 and 4: small ones were made 0 or 5 before they were
    published, so that its nought does not say that there was nobody, and is left out."""
    return value not in {"", "0"}


def _columns(*names: str) -> Callable[[Source], Iterator[Row]]:
    """The rows of a file that holds a population in each column."""

    def rows(source: Source) -> Iterator[Row]:
        for row in source:
            for name in names:
                if _counted(row[name]):
                    solution = "resettlement" in names and source.code("SOLUTION", "(column)", name)
                    yield {
                        **_areas(source, row),
                        "POP_TYPE": source.code("POP_TYPE", "(column)", name),
                        "SOLUTION": solution or "_Z",
                        "OBS_VALUE": row[name],
                    }

    return rows


def _with_absent(
    recipe: Callable[[Source], Iterator[Row]], areas: tuple[str, ...]
) -> Callable[[Source], Iterator[Row]]:
    """The rows of a recipe, and for countries that the last year lacks, the series of their own last year as missing."""

    def rows(source: Source) -> Iterator[Row]:
        found = list(recipe(source))
        last = max(row["TIME_PERIOD"] for row in found)
        yield from found
        for area in areas:
            theirs = [row for row in found if row["REF_AREA"] == area]
            their_last = max(row["TIME_PERIOD"] for row in theirs)
            for row in theirs:
                if row["TIME_PERIOD"] == their_last:
                    yield row | {
                        "TIME_PERIOD": last,
                        "OBS_VALUE": "",
                        "OBS_STATUS": "O",
                        "COMMENT_OBS": f"The source has no figures on this country of asylum after {their_last}.",
                    }

    return rows


def demographics(source: Source) -> Iterator[Row]:
    """Sexes and ages, over all places of a country; where no sex is known, the total alone."""
    sums: dict[tuple[str, str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in source:
        for name in (f"{sex}_{age}" for sex in "fm" for age in (*AGES, "total")):
            sums[row["origin_iso3"], row["asylum_iso3"], row["pop_type"]][name] += int(row[name])
        sums[row["origin_iso3"], row["asylum_iso3"], row["pop_type"]]["total"] += int(row["total"])
    for (origin, asylum, kind), found in sums.items():
        about = _areas(source, {"origin_iso3": origin, "asylum_iso3": asylum, "year": "2025"})
        about["POP_TYPE"] = source.code("POP_TYPE", "pop_type", kind)
        for sex, age, value in _sexes_and_ages(source, found):
            yield {**about, "SEX": sex, "AGE": age, "OBS_VALUE": str(value)}


def _sexes_and_ages(source: Source, found: dict[str, int]) -> Iterator[tuple[str, str, int]]:
    if not found["total"]:
        return
    yield "_T", "_T", found["total"]
    known = found["f_total"] + found["m_total"]
    if not known:
        return
    if found["total"] > known:
        yield "_U", "_T", found["total"] - known
    for name in (f"{sex}_{age}" for sex in "fm" for age in (*AGES, "total")):
        if found[name]:
            yield source.code("SEX", "(column)", name), source.code("AGE", "(column)", name), found[name]


def applications(source: Source) -> Iterator[Row]:
    """Applications in persons and in cases. Applicants whom a country counts as coming from itself are added to those of
    unknown origin, and the row says so."""
    kept: dict[tuple[str, ...], Row] = {}
    own: list[Row] = []
    for row in source:
        if row["origin_iso3"] == row["asylum_iso3"]:
            own.append(row)
        else:
            kept[_application(row)] = row
    for row in own:
        unknown = row | {"origin_iso3": "UNK"}
        before = kept.get(_application(unknown), {"applied": "0"})["applied"]
        said = f"{row['applied']} of them with {row['origin_iso3']} itself as the country of origin in the source."
        kept[_application(unknown)] = unknown | {
            "applied": str(int(before) + int(row["applied"])),
            "said": said,
        }
    for row in kept.values():
        yield _of_applications(source, row)


def applications_as_they_are(source: Source) -> Iterator[Row]:
    """Applications with the countries of origin that the source gives, their own included."""
    for row in source:
        yield _of_applications(source, row)


def _application(row: Row) -> tuple[str, ...]:
    return tuple(value for name, value in row.items() if name not in {"applied", "said"})


def _of_applications(source: Source, row: Row) -> Row:
    jump = (row["asylum_iso3"], row["origin_iso3"], row["year"], row["app_type"]) == (
        "CRI",
        "NIC",
        "2021",
        "N",
    )
    true = "True: first claims of Nicaraguans in Costa Rica rose from 9,416 to 101,962 in that year."
    return {
        **_areas(source, row),
        "PROCEDURE": source.code("PROCEDURE", "procedure_type", row["procedure_type"]),
        "APP_TYPE": source.code("APP_TYPE", "app_type", row["app_type"]),
        "LEVEL": source.code("LEVEL", "dec_level", row["dec_level"]),
        "COUNT_UNIT": source.code("COUNT_UNIT", "app_pc", row["app_pc"]),
        "UNIT_MEASURE": "PS" if row["app_pc"] == "P" else "CASE",
        "OBS_VALUE": row["applied"],
        "COMMENT_OBS": true if jump else row.get("said", ""),
    }  # fmt: skip


def decisions(source: Source) -> Iterator[Row]:
    """Decisions, one figure a column."""
    for row in source:
        for name in ("dec_recognized", "dec_other", "dec_rejected", "dec_closed", "dec_total"):
            if _counted(row[name]):
                yield {
                    **_areas(source, row),
                    "PROCEDURE": source.code("PROCEDURE", "procedure_type", row["procedure_type"]),
                    "LEVEL": source.code("LEVEL", "dec_level", row["dec_level"]),
                    "DECISION": source.code("DECISION", "(column)", name),
                    "COUNT_UNIT": source.code("COUNT_UNIT", "dec_pc", row["dec_pc"]),
                    "UNIT_MEASURE": "PS" if row["dec_pc"] == "P" else "CASE",
                    "OBS_VALUE": row[name],
                }


def encounters(source: Source) -> Iterator[Row]:
    """Encounters nationwide, by the calendar month."""
    for row in source:
        yield {
            "COUNTERPART_AREA": source.code("COUNTERPART_AREA", "citizenship_iso3", row["citizenship_iso3"]),
            "BORDER_SECTOR": source.code("BORDER_SECTOR", "region+state", row["region"], row["state"]),
            "LEGAL_BASIS": source.code("LEGAL_BASIS", "title", row["title"]),
            "DEMOGRAPHIC": source.code("DEMOGRAPHIC", "demographic", row["demographic"]),
            "TIME_PERIOD": row["period"],
            "OBS_VALUE": row["encounters"],
        }


def patrol(source: Source) -> Iterator[Row]:
    """Encounters of the Border Patrol by sector, with the published subtotals."""
    for row in source:
        yield {
            "BORDER_SECTOR": source.code("BORDER_SECTOR", "sector", row["sector"]),
            "TIME_PERIOD": row["period"],
            "OBS_VALUE": row["encounters"],
        }


def land_entries(source: Source) -> Iterator[Row]:
    """Entries by land by state and, from 2010 on, by port of the southern border, whose sum is the state's figure."""
    for row in source:
        yield _entry(source, row, "border+state", row["border"], row["state"])
    ports = Source(source.path.with_name("us_mexico_land_entries_by_port.csv"), source.about.id)
    for row in ports:
        yield _entry(ports, row, "port_code", row["port_code"])


def _entry(source: Source, row: Row, column: str, *point: str) -> Row:
    return {
        "BORDER_POINT": source.code("BORDER_POINT", column, *point),
        "TRANSPORT": source.code("TRANSPORT", "measure", row["measure"]),
        "TIME_PERIOD": row["period"],
        "OBS_VALUE": row["entries"],
    }


def _yearbook(dimension: str, *measures: str, twice: str = "first") -> Callable[[Source], Iterator[Row]]:
    """The rows of some measures of the yearbook; states have no place here.

    Args:
        twice: which figure of a key that stands twice: the "first", or only the "second".
    """

    def rows(source: Source) -> Iterator[Row]:
        seen: set[tuple[str, ...]] = set()
        for row in source:
            if row["measure"] not in measures or row["state"] != "_T":
                continue
            key = (row["measure"], row["fiscal_year"], row["country_of_origin"], row["criminal_status"])
            if (key in seen) == (twice == "second") or twice == "both":
                yield _of_yearbook(source, row, dimension)
            seen.add(key)

    return rows


def _of_yearbook(source: Source, row: Row, dimension: str) -> Row:
    breaks = (row["measure"], row["fiscal_year"], row["country_of_origin"]) == (
        "REMOVALS",
        "1999",
        "R_NORTH_AMERICA",
    )
    return {
        "COUNTERPART_AREA": source.code("COUNTERPART_AREA", "country_of_origin", row["country_of_origin"]),
        dimension: source.code(
            dimension, "measure+criminal_status", row["measure"], row["criminal_status"]
        ),
        "TIME_PERIOD": _fiscal(row["fiscal_year"]),
        "OBS_VALUE": row["persons"],
        "OBS_STATUS": "B" if breaks else "",
        "COMMENT_OBS": "From here on without Central America and the Caribbean." if breaks else "",
    }  # fmt: skip


def population(source: Source) -> Iterator[Row]:
    """Residents of each country."""
    for row in source:
        yield {
            "REF_AREA": source.code("REF_AREA", "iso3", row["iso3"]),
            "TIME_PERIOD": row["year"],
            "OBS_VALUE": row["population"],
        }


def _net(*names: str) -> Callable[[Source], Iterator[Row]]:
    """Net migration, one figure a column."""

    def rows(source: Source) -> Iterator[Row]:
        for row in source:
            for name in names:
                if row[name]:
                    yield {
                        "REF_AREA": source.code("REF_AREA", "iso3", row["iso3"]),
                        "INDICATOR": source.code("INDICATOR", "(column)", name),
                        "TIME_PERIOD": row["year"],
                        "OBS_VALUE": row[name],
                    }

    return rows


def remittances(source: Source) -> Iterator[Row]:
    """Remittances received, in dollars; groups of countries are no reporters, and stand for themselves."""
    for row in source:
        yield {
            "REF_AREA": source.code("REF_AREA", "iso3", row["iso3"]),
            "TIME_PERIOD": row["year"],
            "OBS_VALUE": row["usd_current"],
        }


def missing(source: Source) -> Iterator[Row]:
    """The dead and the missing of incidents by month; a sum in which one incident must not be added says so."""
    sums: dict[tuple[str, ...], int] = defaultdict(int)
    kinds: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for row in source:
        key = (
            row["period"],
            source.code("COUNTERPART_AREA", "country_of_origin", row["country_of_origin"]),
            source.code("ROUTE", "route", row["route"]),
            source.code("CAUSE", "cause", row["cause"]),
            source.code("LOCATION", "region", row["region"]),
        )
        both, dead = int(row["dead_and_missing"]), int(row["dead"] or 0)
        kind = next((code for word, code in _INCIDENTS.items() if word in row["incident_type"]), "SINGLE")
        for outcome, value in (("_T", both), ("DEAD", dead), ("MISSING", both - dead)):
            sums[*key, outcome] += value
            kinds[*key, outcome].add(kind)
    names = ("TIME_PERIOD", "COUNTERPART_AREA", "ROUTE", "CAUSE", "LOCATION", "OUTCOME")
    for found, value in sums.items():
        (kind, *others) = sorted(kinds[found])
        yield {
            **dict(zip(names, found, strict=True)),
            "OBS_VALUE": str(value),
            "INCIDENT_TYPE": "MIXED" if others else kind,
        }


_INCIDENTS = {"Cumulative": "CUMULATIVE", "Split": "SPLIT"}


_POPULATIONS = ("refugees", "asylum_seekers", "returned_refugees", "idps", "returned_idps", "stateless", "ooc", "oip", "hst")  # fmt: skip
#: How the rows of each shipped file are made: from which file, and by what.
RECIPES: dict[str, tuple[str, Callable[[Source], Iterator[Row]]]] = {
    "un-stock-2019": ("un_migrant_stock_rev2019.csv", stock),
    "un-stock-2019-ages": ("un_migrant_stock_age_sex_rev2019.csv", stock),
    "un-stock-2020": ("un_migrant_stock_rev2020.csv", stock),
    "flow-estimates": ("migration_flow_estimates_5yr.csv", flows),
    "unhcr-population": ("unhcr_population.csv", _with_absent(_columns(*_POPULATIONS), ("MLT", "NIC"))),
    "unhcr-demographics": ("unhcr_demographics_2025.csv", demographics),
    "unhcr-solutions": ("unhcr_solutions.csv", _columns("returned_refugees", "resettlement", "naturalisation")),
    "unhcr-new-displacements": (
        "unhcr_forced_displacement_flows.csv", _columns("refugees", "asylum_seekers", "refugee_like", "oip"),
    ),
    "unhcr-applications": ("unhcr_asylum_applications.csv", applications),
    "unhcr-decisions": ("unhcr_asylum_decisions.csv", decisions),
    "cbp-encounters": ("us_border_encounters_monthly.csv", encounters),
    "border-patrol": ("us_border_patrol_monthly_fy2000_2020.csv", patrol),
    "dhs-enforcement": ("us_dhs_yearbook.csv", _yearbook("LEGAL_BASIS", "APPREHENSIONS", "INADMISSIBLE")),
    "bts-land-entries": ("us_land_entries_by_state.csv", land_entries),
    "dhs-returns": ("us_dhs_yearbook.csv", _yearbook("RETURN_TYPE", "REMOVALS", "RETURNS")),
    "dhs-permits": (
        "us_dhs_yearbook.csv", _yearbook("PERMIT_TYPE", "NATURALIZATIONS", "LAWFUL_PERMANENT_RESIDENCE"),
    ),
    "dhs-naturalisations-2004": (
        "us_dhs_yearbook.csv", _yearbook("PERMIT_TYPE", "NATURALIZATIONS", twice="second"),
    ),
    "population": ("population.csv", population),
    "net-migration": ("net_migration.csv", _net("net_migrants_wpp2024")),
    "net-migration-model": ("net_migration.csv", _net("net_migrants_model_mean", "net_migrants_model_std")),
    # Not shipped, their terms being unclear; the tests put them through the rules where the folder is at hand.
    "remittances": ("wb_remittances_received.csv", remittances),
    "missing-migrants": ("missing_migrants_americas.csv", missing),
}  # fmt: skip


def text_of(one: Shipped, folder: Path) -> str:
    """The rows of a shipped file as compact SDMX-CSV 1.0: columns that never change are said in `content.toml` instead."""
    name, recipe = RECIPES[one.id]
    about = structure(one.flow)
    rows = list(recipe(Source(folder / name, one.flow)))
    written = [name for name in about.columns if name not in one.said and any(row.get(name) for row in rows)]
    _require_said(one, rows)
    rows.sort(key=lambda row: [row.get(name, "") for name in about.key])
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["DATAFLOW", *written])
    flow = f"{agency()}:{one.flow}({version()})"
    writer.writerows([flow, *(row.get(name, "") for name in written)] for row in rows)
    return out.getvalue()


def _require_said(one: Shipped, rows: list[Row]) -> None:
    """What the description says once must be so in every row."""
    for name, value in one.said.items():
        if other := {row[name] for row in rows if name in row} - {value}:
            raise ValueError(f"{one.id}: {name} is said to be {value}, but rows hold {sorted(other)}")


def main(argv: list[str] | None = None) -> int:
    """Make every shipped file anew."""
    parser = argparse.ArgumentParser(prog="python -m tools.content", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the public files lie")
    parser.add_argument("--into", type=Path, default=Path(str(FOLDER)), help="where to write (%(default)s)")
    arguments = parser.parse_args(argv)
    size = 0
    for one in shipped():
        text = text_of(one, arguments.folder).encode()
        packed = gzip.compress(text, 9, mtime=0)
        (arguments.into / one.file).write_bytes(packed)
        size += len(packed)
        print(f"{one.id:<26} {text.count(10) - 1:>8,} rows {len(packed):>10,} bytes")
    print(f"{size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
