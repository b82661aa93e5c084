"""What the codes of a dimension cover, so that sums between them can be found.

A code covers a set of atoms: an age band its years, an area group its countries, a period its months, any other code the
codes below it. Codes whose sets lie apart and inside another's can add up to it; whether they do is seen in the figures.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache

from siemmes.model import periods
from siemmes.model.catalogue import code_list, hierarchies
from siemmes.model.structures import Structure

TOTAL = "_T"
#: Codes that stand beside any breakdown and never within it.
BESIDE = "_Z"
#: The pseudo-dimension of frequency and period together.
WHEN = "FREQ+TIME_PERIOD"

Atoms = frozenset[object]

_BAND = re.compile(r"([A-Z]+?)_?(?:(LT|GE)(\d+)|(\d+)(?:T(\d+))?)")
#: Ages, durations and years of arrival from the lowest to the highest that an open band reaches.
_REACH = {"Y": (0, 130), "D": (0, 130), "P": (1880, 2060)}


def covers(dimension: str, code: str, lists: Mapping[str, str | None]) -> Atoms | None:
    """The atoms of a code; None where it covers everything (`_T`) or stands outside (`_Z`).

    Args:
        dimension: the dimension's id, or `WHEN`, whose codes are "FREQ period".
        lists: the code list of each dimension.
    """
    if code in (TOTAL, BESIDE):
        return None
    if dimension == WHEN:
        return _months(code.partition(" ")[2])
    return _atoms(lists.get(dimension) or "", code)


@cache
def _atoms(name: str, code: str) -> Atoms:
    if name == "CL_AREA":
        return _area_groups().get(code, frozenset([code]))
    if name in ("CL_AGE", "CL_ARRIVAL_PERIOD") and (band := _band(code)) is not None:
        return band
    return frozenset(_leaves(name, code))


@cache
def _area_groups() -> dict[str, Atoms]:
    """The members of each grouping; one of the same id in two hierarchies is the larger."""
    found: dict[str, Atoms] = {}
    for hierarchy in hierarchies():
        levels = [{"groups": hierarchy.get("groups", [])}, *hierarchy.get("level", [])]
        for group in (one for level in levels for one in level["groups"]):
            members = frozenset(
                group["members"] or [group["id"]]
            )  # one whose members are not told stands for itself
            found[group["id"]] = found.get(group["id"], frozenset()) | members
    return found


def _band(code: str) -> Atoms | None:
    found = _BAND.fullmatch(code)
    if found is None or found[1] not in _REACH:
        return None
    low, high = _REACH[found[1]]
    if found[2] == "LT":
        high = int(found[3]) - 1
    elif found[2] == "GE":
        low = int(found[3])
    else:
        low, high = int(found[4]), int(found[5] or found[4])
    return frozenset((found[1], number) for number in range(low, high + 1))


@cache
def _children(name: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for code in code_list(name).codes:
        if code.parent:
            found.setdefault(code.parent, []).append(code.id)
    return found


def _leaves(name: str, code: str) -> Iterator[object]:
    below = _children(name).get(code, []) if name else []
    if not below:
        yield code
    else:
        yield (code, "the rest")
    for child in below:
        yield from _leaves(name, child)


@cache
def _months(period: str) -> Atoms | None:
    reach = periods.span(period)
    return frozenset(range(reach.first, reach.last + 1)) if reach else None


def lists_of(about: Structure) -> dict[str, str | None]:
    """The code list of each dimension of a structure."""
    return {name: about.by_id[name].list for name in about.dimensions}


def sums(
    dimension: str, codes: Sequence[str], lists: Mapping[str, str | None]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each code that others here may add up to, with those: every way that is not made of smaller steps.

    Args:
        codes: the codes that stand in one line of a table, all else being equal.
    """
    return _sums(dimension, tuple(sorted(codes)), tuple(sorted(lists.items())))


@lru_cache(maxsize=4096)
def _sums(
    dimension: str, codes: tuple[str, ...], lists: tuple[tuple[str, str | None], ...]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    known = dict(lists)
    sets = {
        code: atoms
        for code in codes
        if code != TOTAL and (atoms := covers(dimension, code, known)) is not None
    }
    found = []
    for code in codes:
        inside = sets if code == TOTAL else {
            one: atoms for one, atoms in sets.items() if code in sets and atoms < sets[code]
        }  # fmt: skip
        for family in families(inside):
            found += [(code, parts) for parts in _ways(family)]
        found += [(code, (one,)) for one in sets if code in sets and one > code and sets[one] == sets[code]]
    return tuple(dict.fromkeys(found))


def families(inside: Mapping[str, Atoms]) -> Iterator[Mapping[str, Atoms]]:
    """Codes that can stand in one breakdown: durations of stay and years of arrival cannot."""
    said = {code: _family(atoms) for code, atoms in inside.items()}
    kinds = sorted({kind for kind in said.values() if kind}) or [""]
    for kind in kinds:
        yield {code: atoms for code, atoms in inside.items() if said[code] in ("", kind)}


def _family(atoms: Atoms) -> str:
    first = next(iter(atoms), None)
    return first[0] if isinstance(first, tuple) and first[0] in _REACH else ""


def _ways(inside: Mapping[str, Atoms]) -> Iterator[tuple[str, ...]]:
    """Sets of codes that lie apart from each other: the widest first, one way for each that could begin it."""
    if not inside:
        return
    by_size = sorted(inside, key=lambda one: (-len(inside[one]), one))
    widest = [one for one in by_size if not any(inside[one] < inside[other] for other in by_size)]
    seen: set[tuple[str, ...]] = set()
    if _apart([inside[one] for one in widest]):
        seen.add(tuple(sorted(widest)))
    else:
        for first in widest:
            seen.add(_filled(first, by_size, inside))
    narrow = by_size[::-1]
    seen.add(_filled(narrow[0], narrow, inside))
    yield from sorted(seen)


def _apart(sets: Sequence[Atoms]) -> bool:
    return len(frozenset().union(*sets)) == sum(len(one) for one in sets)


def _filled(first: str, order: Sequence[str], inside: Mapping[str, Atoms]) -> tuple[str, ...]:
    taken = [first]
    covered = set(inside[first])
    for one in order:
        if not covered & inside[one]:
            taken.append(one)
            covered |= inside[one]
    return tuple(sorted(taken))
