"""What is asked of the engine's store itself: by chores, jobs and commands, never while a page is made.

What tells of releases reads small texts; what reads figures is imported inside the functions that need it.
"""

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings

from puebla.core.languages import Texts
from puebla.statistics.models import Cell, Figure, Reading, Release, ReleasedSeries
from puebla.statistics.models.cells import fault_of


def folder() -> Path:
    """Where the store lies: `siemmes` in the data directory, as for the command of that name."""
    return Path(settings.STATISTICS_DIR)


def dataflows() -> tuple[str, ...]:
    """The dataflows that the engine knows."""
    from siemmes.model.catalogue import flows

    return flows()


def in_force(at: dt.datetime) -> dict[str, str]:
    """By dataflow the release in force at this instant; those without one are left out. Costs a look at a file each."""
    from siemmes.release.published import pointed, public_folder

    found = {flow: pointed(public_folder(folder(), flow), at) for flow in dataflows()}
    return {flow: code for flow, code in found.items() if code}


def releases(dataflow: str, *, at: dt.datetime) -> list[Release]:
    """The dataflow's releases that are public at this instant, the oldest first; not saved."""
    from siemmes.release.published import listed, public_folder

    return [_release(one) for one in listed(public_folder(folder(), dataflow)) if one.is_public(at)]


def codes_held(dataflow: str, *, at: dt.datetime) -> Mapping[str, Mapping[str, int]]:
    """By dimension the codes that the release in force holds, with the figures behind each; nothing where there is none."""
    from siemmes.release.published import public_folder

    code = in_force(at).get(dataflow)
    if code is None:
        return {}
    try:
        told = (public_folder(folder(), dataflow) / code / "availability.json").read_text("utf-8")
        return dict(json.loads(told)["dimensions"])
    except DAMAGED:
        return {}


#: What reading a release raises that is damaged or half taken away.
DAMAGED = (OSError, ValueError, KeyError)


def looked_at(at: dt.datetime) -> tuple[list[str], list[str]]:
    """The dataflows with a release in force whose releases can be read, and those whose releases cannot."""
    well: list[str] = []
    ill: list[str] = []
    for flow, code in in_force(at).items():
        try:
            known = code in {one.code for one in releases(flow, at=at)}
        except DAMAGED:
            known = False
        (well if known else ill).append(flow)
    return well, ill


def _release(one: Any) -> Release:
    from siemmes.model.catalogue import structure

    about = structure(one.flow)
    built_at = dt.datetime.fromisoformat(one.built_at)
    return Release(
        code=one.id, dataflow=one.flow, number=one.number, names=dict(about.names), descriptions=dict(about.describe),
        note=one.note[:500], built_at=built_at, figures=one.observations, series=one.series,
        public_from=dt.datetime.fromisoformat(one.public_from) if one.public_from else built_at,
        sources=[_source(sender) for sender in dict.fromkeys(sent["sender"] for sent in one.submissions)],
    )  # fmt: skip


def _source(sender: str) -> dict[str, Any]:
    """Who submitted: a body with its licence, or a country."""
    from siemmes.model.catalogue import code_list, sources

    body = next((one for one in sources() if one["id"] == sender), None)
    if body is not None:
        return {"code": sender, "names": dict(body["names"]), "licence": body.get("licence", "")}
    country = code_list("CL_AREA").by_id.get(sender)
    return {"code": sender, "names": dict(country.names) if country else {}, "licence": ""}


# Figures -------------------------------------------------------------------------------------------------


@contextmanager
def opened(at: dt.datetime) -> Iterator[Any]:
    """The engine's store as it answers at this instant; open for as long as the block runs."""
    from siemmes.cube.engines import DuckDB
    from siemmes.release.store import Store

    # Single series lie in the release's own files, whatever engine answers other questions.
    store = Store(folder(), clock=lambda: at, engine=DuckDB())
    try:
        yield store
    finally:
        store.close()


def read(store: Any, series: ReleasedSeries, release: Release, *, at: dt.datetime) -> Reading:
    """What a release says of a series; not saved. Without figures where the release lacks it."""
    from siemmes.cube.questions import Question

    question = Question(series.dataflow, keys=(tuple(series.key.split(".")),), as_of=release.code)
    with store.asked(question) as answer:
        rows = list(answer.rows())
    last = rows[-1] if rows else {}
    return Reading(
        of=series, release=release, read_at=at, figures=[[row["TIME_PERIOD"], row["OBS_VALUE"], row["OBS_STATUS"] or ""] for row in rows],
        unit_names=_unit(series.dataflow, last), decimals=_whole(last.get("DECIMALS")),
        edition=(last.get("VINTAGE") or "")[:200], licence=(last.get("LICENCE") or "")[:200],
    )  # fmt: skip


def cell(dataflow: str, key: str, period: str = "", *, release: str = "", at: dt.datetime) -> Cell:
    """One released figure with its series, as a release says it: the one in force unless another is named.

    What does not exist, is not shown or not public yet is an answer (`Cell.state`), never an exception.
    """
    asked = described(dataflow, key)
    known = [] if fault_of(dataflow, key) else releases(dataflow, at=at)
    wanted = release or in_force(at).get(dataflow, "")
    found = next((one for one in known if one.code == wanted), None)
    if found is None:
        return asked.cell()
    with opened(at) as store:
        return read(store, asked, found, at=at).cell_of(asked, period)


def series(dataflow: str, key: str, *, start: str = "", end: str = "", at: dt.datetime) -> Sequence[Figure]:
    """The released figures of a series between two periods, both included; none where there are none."""
    from siemmes.model.periods import within

    found = cell(dataflow, key, at=at).figures
    return [one for one in found if within(one.period, start=start or None, end=end or None)]


# Words ---------------------------------------------------------------------------------------------------


def described(dataflow: str, key: str) -> ReleasedSeries:
    """A series with its words, none where there is no such thing; not saved. Reads code lists, no figures."""
    names: Texts = {} if fault_of(dataflow, key) else _names(dataflow, key)
    return ReleasedSeries(dataflow=dataflow, key=key, names=names)


def _names(dataflow: str, key: str) -> Texts:
    """Its codes' names but for those that mean everything, nothing in particular, or how often it is counted."""
    from siemmes.model.catalogue import code_list, structure

    about = structure(dataflow)
    pairs = zip(about.dimensions, key.split("."), strict=True)
    said = [code_list(str(about.by_id[name].list)).by_id[code].names for name, code in pairs if name != "FREQ" and code not in {"_T", "_Z"}]  # fmt: skip
    return {
        language: f"{name}: {', '.join(one[language] for one in said)}" if said else name
        for language, name in about.names.items()
    }


def _unit(dataflow: str, row: Mapping[str, Any]) -> Texts:
    """What the figures count, with what they are multiplied by where that is not one."""
    from siemmes.model.catalogue import code_list, structure

    unit = code_list("CL_UNIT_MEASURE").by_id.get(row.get("UNIT_MEASURE") or structure(dataflow).unit)
    names = dict(unit.names) if unit else {}
    times = code_list("CL_UNIT_MULT").by_id.get(row.get("UNIT_MULT") or "0")
    if times is None or times.id == "0":
        return names
    return {language: f"{name} ({times.names.get(language, times.id).lower()})" for language, name in names.items()}  # fmt: skip


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None
