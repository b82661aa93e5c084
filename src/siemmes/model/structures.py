"""The shapes of the information model, as light and immutable values.

They hold what SDMX 3.1 calls code lists, components, data structure definitions and dataflows, no more than intake, cube and
writers need on every call; `artefacts` turns them into pysdmx objects, which is where messages are made from.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

Texts = Mapping[str, str]
"""A text by language code."""

TIME = "TIME_PERIOD"
VALUE = "OBS_VALUE"


def said(texts: Texts, language: str) -> str:
    """The text in this language, else in the first that there is."""
    return texts.get(language) or next((text for text in texts.values() if text), "")


@dataclass(frozen=True, slots=True)
class Code:
    """One code of a list: its names, the code it belongs to, and facts beside (alpha-2, M49)."""

    id: str
    names: Texts
    parent: str | None = None
    describe: Texts = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CodeList:
    """A closed list of codes in its own order."""

    id: str
    version: str
    names: Texts
    describe: Texts
    source: str
    codes: tuple[Code, ...]

    @cached_property
    def by_id(self) -> dict[str, Code]:
        """The codes by their ids."""
        return {code.id: code for code in self.codes}

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The ids, in the list's order."""
        return tuple(code.id for code in self.codes)

    def children(self, parent: str) -> tuple[str, ...]:
        """The codes that belong to this one directly."""
        return tuple(code.id for code in self.codes if code.parent == parent)


@dataclass(frozen=True, slots=True)
class Component:
    """A dimension, the time dimension, the measure or an attribute of a structure.

    Attributes:
        level: of an attribute, what it is said of: "obs", "series" or "dataset".
        list: the code list it takes its values from; None for free text, numbers and periods.
    """

    id: str
    role: str
    names: Texts
    list: str | None = None
    level: str | None = None
    mandatory: bool = True


@dataclass(frozen=True, slots=True)
class Protection:
    """How a flow's public figures are protected (see `siemmes.disclosure`).

    Attributes:
        method: "suppression" or "rounding", never both.
        threshold: a count above zero and under it is small; 0 for none.
        dominance: of amounts: (n, share): the n largest contributors may not make up more than the share.
    """

    method: str
    threshold: int
    dominance: tuple[int, float] | None = None


@dataclass(frozen=True)
class Structure:
    """A data structure with its dataflow of the same id: which columns, what they may hold, how the figures behave.

    Attributes:
        value: "count" (whole, not negative), "amount" (decimal, not negative) or "balance".
        unit, multiplier: UNIT_MEASURE and UNIT_MULT (power of ten) that hold where a row says nothing.
        units: other units that a row may say.
        frequencies: codes of FREQ that are collected.
        since: the first period that is collected.
        parts: dimensions whose codes without a parent add up to `_T`.
        mirror: the dimension that turns round when the counterpart reports, and what each of its codes turns into.
        negative: of a balance, the codes by dimension under which figures may be negative.
        reflexive: dimensions that may hold the reporting country itself.
    """

    id: str
    agency: str
    version: str
    names: Texts
    describe: Texts
    category: str
    components: tuple[Component, ...]
    value: str
    unit: str
    multiplier: int
    units: tuple[str, ...]
    frequencies: tuple[str, ...]
    since: str
    parts: tuple[str, ...]
    mirror: tuple[str, Mapping[str, str]] | None
    negative: Mapping[str, tuple[str, ...]]
    reflexive: tuple[str, ...]
    protection: Protection

    @cached_property
    def by_id(self) -> dict[str, Component]:
        """The components by their ids."""
        return {component.id: component for component in self.components}

    @cached_property
    def dimensions(self) -> tuple[str, ...]:
        """The ids of the dimensions in key order, time left out: what makes a series."""
        return tuple(one.id for one in self.components if one.role == "dimension")

    @cached_property
    def attributes(self) -> tuple[str, ...]:
        """The ids of the attributes, in the structure's order."""
        return tuple(one.id for one in self.components if one.role == "attribute")

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Every column of a figure's row in canonical order: key, time, value, attributes."""
        return (*self.dimensions, TIME, VALUE, *self.attributes)

    @cached_property
    def key(self) -> tuple[str, ...]:
        """What identifies one figure: the dimensions and the period."""
        return (*self.dimensions, TIME)

    def attributes_at(self, level: str) -> tuple[str, ...]:
        """The attributes said of "obs", "series" or "dataset"."""
        return tuple(one.id for one in self.components if one.role == "attribute" and one.level == level)

    @property
    def whole(self) -> bool:
        """Whether every figure is a whole number."""
        return self.value == "count"

    @property
    def urn(self) -> str:
        """The address of the dataflow in the SDMX registry's grammar."""
        return f"urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow={self.agency}:{self.id}({self.version})"
