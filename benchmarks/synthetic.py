"""The synthetic cube of the statistics: series of 312 months over a sparse space of keys, in the flow BORDER.

Its ten thousand keys in a million stand as a real cube's do. Country, counterpart, sex, age, means of transport and kind of
traveller are taken from one number by series; direction and border point are the same everywhere, so that the cube fits a
structure of the catalogue and every rule has its codes to look up. There are no totals in it: drawn ones would not be the sums of
their parts, and the rules would refuse them. No sizes may be promised from it: it compresses better than
real figures.
"""

from pathlib import Path

import duckdb

from siemmes.model.catalogue import code_list

FLOW, SENDER = "BORDER", "UNDESA"
SAID = {"SOURCE_TYPE": "BORDER_REG"}
MONTHS = 312
SPACE = 6_600_000
STEP = 2_654_435_761
COUNTRIES = ("BLZ", "CAN", "CRI", "DOM", "GTM", "HND", "MEX", "NIC", "PAN", "SLV", "USA")
SEXES = ("F", "M", "_U")
AGES = tuple(f"Y{first}T{first + 4}" for first in range(0, 100, 5))
TRANSPORT = ("AIR", "LAND", "SEA", "_U")
TRAVELLERS = (
    "NATIONAL",
    "RESIDENT",
    "VISITOR",
    "BORDERER",
    "WORKER",
    "TRANSIT",
    "CREW",
    "DIPL",
    "PROTECT",
    "RETURNEE",
)
COLUMNS = (
    "FREQ", "REF_AREA", "DIRECTION", "COUNTERPART_AREA", "BORDER_POINT", "TRANSPORT", "TRAVELLER_CAT", "SEX", "AGE",
    "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS", "CONF_STATUS",
)  # fmt: skip
KEY = COLUMNS[:10]


def counterparts() -> tuple[str, ...]:
    """250 codes of areas: every country, and not known."""
    return (*(code.id for code in code_list("CL_AREA").codes if "alpha2" in code.notes), "_U")[-250:]


def number_of(series: int) -> int:
    """The number from which the codes of a series are taken."""
    return (series * STEP) % SPACE


def key_of(series: int) -> dict[str, str]:
    """The key of a series."""
    u = number_of(series)
    areas = counterparts()
    return {
        "FREQ": "M", "REF_AREA": COUNTRIES[u % 11], "DIRECTION": "ENTRY",
        "COUNTERPART_AREA": areas[u // 11 % len(areas)], "BORDER_POINT": "_T", "TRANSPORT": TRANSPORT[u // 165_000 % 4],
        "TRAVELLER_CAT": TRAVELLERS[u // 660_000 % 10], "SEX": SEXES[u // 2_750 % 3], "AGE": AGES[u // 8_250 % 20],
    }  # fmt: skip


def write(path: Path, observations: int, *, held_back: bool = False) -> int:
    """Write the cube as plain CSV; the number of its observations, whole series only.

    Args:
        held_back: let one series in 500 be confidential, the first among them. Then protection has to hide others beside
            them and to attack itself, whose cost goes by the figures that sums link with such ones and not by rows.
    """
    count = observations // MONTHS
    if len({number_of(series) for series in range(count)}) != count:
        raise AssertionError("Two series of the synthetic cube have one key.")
    with duckdb.connect() as con:
        con.execute(f"COPY ({_rows(count, held_back=held_back)}) TO '{path}' (FORMAT csv, HEADER)").fetchall()
    return count * MONTHS


def _rows(count: int, *, held_back: bool) -> str:
    def at(codes: tuple[str, ...], place: str) -> str:
        listed = ", ".join(f"'{code}'" for code in codes)
        return f"[{listed}][{place} % {len(codes)} + 1]"

    areas = counterparts()
    confidential = "u = 0 OR hash(13 * u) % 500 = 0" if held_back else "false"
    value = "CAST(floor(exp((hash(u) % 900) / 100) * (0.7 + (hash(1000 * u + m) % 600) / 1000)) AS BIGINT)"
    return (
        f"SELECT 'M' AS FREQ, {at(COUNTRIES, 'u')} AS REF_AREA, 'ENTRY' AS DIRECTION, "
        f"{at(areas, 'u // 11')} AS COUNTERPART_AREA, '_T' AS BORDER_POINT, {at(TRANSPORT, 'u // 165000')} AS TRANSPORT, "
        f"{at(TRAVELLERS, 'u // 660000')} AS TRAVELLER_CAT, {at(SEXES, 'u // 2750')} AS SEX, {at(AGES, 'u // 8250')} AS AGE, "
        "printf('%d-%02d', 2000 + m // 12, m % 12 + 1) AS TIME_PERIOD, "
        f"{value} AS OBS_VALUE, "
        "CASE WHEN hash(7 * u + m) % 200 = 0 THEN 'E' WHEN hash(7 * u + m) % 173 = 0 THEN 'P' ELSE 'A' END AS OBS_STATUS, "
        f"CASE WHEN {confidential} THEN 'C' ELSE 'F' END AS CONF_STATUS "
        f"FROM (SELECT (i * {STEP}::BIGINT) % {SPACE} AS u FROM range({count}) s(i)), range({MONTHS}) t(m)"
    )
