"""The one form in which anything is asked of the figures.

A question says what is wanted, never how it is found: the command line, the two REST grammars, the writers and the explorer
all make one, and every engine answers the same one.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from siemmes.model import periods
from siemmes.model.catalogue import structure
from siemmes.model.errors import QuestionError
from siemmes.model.structures import TIME, VALUE, Structure

#: The operators of SDMX-REST 2.x (`c[COMPONENT]=operator:value`), on texts.
OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "eq": lambda text, value: text == value,
    "ne": lambda text, value: text != value,
    "lt": lambda text, value: text < value,
    "le": lambda text, value: text <= value,
    "gt": lambda text, value: text > value,
    "ge": lambda text, value: text >= value,
    "co": lambda text, value: value in text,
    "nc": lambda text, value: value not in text,
    "sw": lambda text, value: text.startswith(value),
    "ew": lambda text, value: text.endswith(value),
}
#: Operators that have a meaning for numbers.
NUMERIC = ("eq", "ne", "lt", "le", "gt", "ge")
#: A derived column that questions may group by: the calendar year in which a period begins.
YEAR = "YEAR"


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison: an operator of SDMX-REST and the value beside it."""

    operator: str
    value: str

    def holds(self, text: str) -> bool:
        """Whether a text meets it."""
        return OPERATORS[self.operator](text, self.value)


#: Alternatives, any of which is enough; within one, every condition must hold (`,` and `+` in SDMX-REST).
Filter: TypeAlias = tuple[tuple[Condition, ...], ...]
Asked: TypeAlias = "str | Condition | Iterable[str | Condition | tuple[Condition, ...]]"


def filter_of(asked: Asked) -> Filter:
    """The filter that people's shorter forms mean: a code, several codes, a condition, alternatives of conditions.

    >>> filter_of(["CRI", "HND"])
    ((Condition(operator='eq', value='CRI'),), (Condition(operator='eq', value='HND'),))
    """
    if isinstance(asked, str):
        return ((Condition("eq", asked),),)
    if isinstance(asked, Condition):
        return ((asked,),)
    return tuple(_alternative(one) for one in asked)


def _alternative(one: "str | Condition | tuple[Condition, ...]") -> tuple[Condition, ...]:
    if isinstance(one, str):
        return (Condition("eq", one),)
    return (one,) if isinstance(one, Condition) else tuple(one)


@dataclass(frozen=True)
class Question:
    """What is asked of one dataflow.

    Attributes:
        flow: the dataflow.
        where: by component, what its values must be; components left out may have any.
        keys: series keys, any of which is enough: each a value per dimension, "" for any, several codes joined by "+".
        start, end: periods, both included; a bare year means all of its periods.
        first, last: at most so many figures of each series, from its beginning or its end.
        as_of: a release's id, or an instant (`2026-03-01`); None for the current one.
        measures: the measures wanted: OBS_VALUE or none at all; None for all.
        attributes: the attributes wanted; None for all.
        group_by: dimensions, TIME_PERIOD or YEAR to add figures up by; empty for the figures themselves.
        totals: of grouped dimensions left out and not filtered: "published" takes their `_T`, where the flow has one,
            "sum" adds up every code there is.
        order: columns to sort by, "-" before those that descend; empty for key order.
        offset, limit: a page of the rows.
    """

    flow: str
    where: Mapping[str, Asked] = field(default_factory=dict)
    keys: tuple[tuple[str, ...], ...] = ()
    start: str | None = None
    end: str | None = None
    first: int | None = None
    last: int | None = None
    as_of: str | None = None
    measures: tuple[str, ...] | None = None
    attributes: tuple[str, ...] | None = None
    group_by: tuple[str, ...] = ()
    totals: str = "published"
    order: tuple[str, ...] = ()
    offset: int = 0
    limit: int | None = None

    @property
    def structure(self) -> Structure:
        """The data structure it is asked of."""
        return structure(self.flow)

    def filters(self) -> dict[str, Filter]:
        """The filters by component, in their full form."""
        return {name: filter_of(asked) for name, asked in self.where.items()}

    def checked(self) -> "Question":
        """This question, once everything it names is known to exist.

        Raises:
            QuestionError: naming the first thing that does not, and what may stand there.
        """
        about = self.structure
        for name, asked in self.filters().items():
            _require(name in about.by_id, name, about.columns, "component", "componente")
            _require_conditions(name, asked)
        for name in self.measures or ():
            _require(name == VALUE, name, (VALUE,), "measure", "medida")
        for name in self.attributes or ():
            _require(name in about.attributes, name, about.attributes, "attribute", "atributo")
        for name in self.group_by:
            _require(name in (*about.key, YEAR), name, (*about.key, YEAR), "dimension", "dimensión")
        sortable = (*self.group_by, VALUE) if self.group_by else about.columns
        for name in self.order:
            _require(name.removeprefix("-") in sortable, name, sortable, "column", "columna")
        if len(set(self.group_by)) != len(self.group_by):
            twice = next(name for name in self.group_by if self.group_by.count(name) > 1)
            raise QuestionError(
                {
                    "en": f"“{twice}” stands twice among what figures are added up by; name it once.",
                    "es": f"«{twice}» figura dos veces entre lo que agrupa las cifras; nómbrelo una vez.",
                }
            )
        for period in filter(None, (self.start, self.end)):
            _require(
                periods.span(period) is not None, period, ("2009", "2009-Q1", "2009-04"), "period", "período"
            )
        for key in self.keys:
            _require(
                len(key) == len(about.dimensions),
                ".".join(key),
                (".".join(about.dimensions),),
                "key",
                "clave",
            )
        self._require_sense()
        return self

    def _require_sense(self) -> None:
        negative = [n for n in (self.first, self.last, self.limit, self.offset) if n is not None and n < 0]
        if negative:
            raise QuestionError(
                {
                    "en": f"{negative[0]} is not a number of rows; give 0 or more.",
                    "es": f"{negative[0]} no es un número de filas; indique 0 o más.",
                }
            )
        if self.group_by and (self.first is not None or self.last is not None):
            raise QuestionError(
                {
                    "en": "Figures that are added up have no first or last of a series; ask for one or the other.",
                    "es": "Las cifras sumadas no tienen primeras ni últimas de una serie; pida una cosa o la otra.",
                }
            )
        if self.totals not in {"published", "sum"}:
            _require(
                False, self.totals, ("published", "sum"), "way to treat totals", "modo de tratar los totales"
            )

    def exact_key(self) -> tuple[str, ...] | None:
        """The one series that is asked for, where every dimension has one code and nothing else is filtered."""
        if self.group_by or self.order or self.offset or self.limit is not None or self.measures == ():
            return None
        dimensions = self.structure.dimensions
        if len(self.keys) == 1 and not self.where:
            return self.keys[0] if all(code and "+" not in code for code in self.keys[0]) else None
        if self.keys or len(self.where) != len(dimensions):
            return None
        key = []
        for name in dimensions:
            code = self.where.get(name)
            if not isinstance(code, str):
                return None
            key.append(code)
        return tuple(key)

    def whole(self) -> tuple[object, ...]:
        """All that is asked, in a form that can be looked up."""
        return (
            self.flow, tuple(self.filters().items()), tuple(map(tuple, self.keys)), self.start, self.end, self.first,
            self.last, None if self.measures is None else tuple(self.measures),
            None if self.attributes is None else tuple(self.attributes), tuple(self.group_by), self.totals,
            tuple(self.order), self.offset, self.limit,
        )  # fmt: skip

    def narrowed(self, **where: Asked) -> "Question":
        """The same question with these filters beside."""
        return replace(self, where={**self.where, **where})


def _require(holds: bool, name: str, known: Sequence[str], english: str, spanish: str) -> None:
    if not holds:
        listed = ", ".join(known)
        raise QuestionError(
            {
                "en": f"“{name}” is no {english} here. Possible: {listed}.",
                "es": f"«{name}» no es un(a) {spanish} aquí. Posibles: {listed}.",
            }
        )


def _require_conditions(name: str, asked: Filter) -> None:
    for condition in (one for alternative in asked for one in alternative):
        known = NUMERIC if name == VALUE else tuple(OPERATORS)
        _require(condition.operator in known, condition.operator, known, "operator", "operador")
        if name == VALUE:
            _require(_is_number(condition.value), condition.value, ("100", "1.5"), "number", "número")
        _require_text(name, condition.value)


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[-+]?[0-9]{1,300}(\.[0-9]{1,300})?", text) is not None


def _require_text(name: str, value: str) -> None:
    """Refuse what is no text in any encoding; no figure is said anything of that kind."""
    if "\x00" in value or (not value.isascii() and any("\ud800" <= sign <= "\udfff" for sign in value)):
        raise QuestionError(
            {
                "en": f"What {name} is compared with holds a sign that is no letter; write the value again.",
                "es": f"El valor con que se compara {name} contiene un signo que no es texto; escríbalo de nuevo.",
            }
        )


def key_of(text: str, about: Structure) -> tuple[tuple[str, ...], ...]:
    """The series keys that a key in SDMX's grammar means (`A.CRI+HND..F`); an empty position, or `*`, is any.

    Several codes in a position are joined by `+`, several keys by `,`; positions at the end may be left out. `all`, `*` and
    the empty text mean every series.

    Raises:
        QuestionError: where it has more positions than the structure has dimensions.
    """
    if text in {"", "all", "*"}:
        return ()
    return tuple(_one_key(one, about) for one in text.split(","))


def _one_key(text: str, about: Structure) -> tuple[str, ...]:
    positions = text.split(".")
    if len(positions) > len(about.dimensions):
        _require(False, text, (".".join(about.dimensions),), "key", "clave")
    positions += [""] * (len(about.dimensions) - len(positions))
    return tuple("" if "*" in (codes := one.split("+")) or "" in codes else one for one in positions)


#: Re-exported for those who build filters by hand.
__all__ = [
    "NUMERIC",
    "OPERATORS",
    "TIME",
    "YEAR",
    "Asked",
    "Condition",
    "Filter",
    "Question",
    "filter_of",
    "key_of",
]
