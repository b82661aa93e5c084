"""A question as one SQL text, built from expressions and never from pasted strings.

The text is DuckDB's; sqlglot writes the same expression for a cluster. Every filter on a coded column is resolved against the
labels that the release holds before SQL is made (`cube.meaning`): a code that does not stand there finds nothing and is no
error, and all operators mean the same on every engine.
"""

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal

from sqlglot import exp

from siemmes.cube.layout import TABLE, coded
from siemmes.cube.meaning import (
    TOTAL,
    between,
    columns,
    keyed,
    meeting,
    meets,
    published,
    require_one_frequency,
)
from siemmes.cube.questions import YEAR, Condition, Filter, Question
from siemmes.model.structures import TIME, VALUE, Structure

#: The type in which decimal figures are added up.
_SUMMED = "DECIMAL(38, 6)"
#: No figure is as large: one less than what a whole number of 64 bits may hold.
_LARGEST = 2**63 - 2
_COMPARING = {"eq": exp.EQ, "ne": exp.NEQ, "lt": exp.LT, "le": exp.LTE, "gt": exp.GT, "ge": exp.GTE}


def select(
    question: Question, labels: Mapping[str, Sequence[str]], *, ordered: bool = False, table: str = TABLE
) -> exp.Select:
    """The expression that answers a question on a table with these labels.

    Args:
        labels: the labels of each coded column in the release.
        ordered: say the key order aloud, for engines whose tables keep none. DuckDB's rows lie in key order already.
        table: the name under which the engine knows the figures.

    Raises:
        QuestionError: where figures of several frequencies would be added up.
    """
    about = question.structure
    require_one_frequency(question, labels)
    # Building upon a copy at each step takes longer than the step.
    found = exp.select().from_(exp.Table(this=exp.to_identifier(table)), copy=False)
    found = found.where(*conditions(question, labels), copy=False)
    found = _grouped(found, question) if question.group_by else _plain(found, question, about)
    # A window loses the order in which rows lie.
    aloud = ordered or bool(question.order) or question.first is not None or question.last is not None
    natural = question.group_by if question.group_by else about.key if aloud else ()
    # What is sorted by one column alone has rows of one rank, which a page must not find in another order each time.
    named = {name.removeprefix("-") for name in question.order}
    for name in (*question.order, *(one for one in natural if one not in named)):
        found = found.order_by(
            exp.Ordered(this=_column(name.removeprefix("-")), desc=name.startswith("-"), nulls_first=False),
            copy=False,
        )
    if question.limit is not None:
        found = found.limit(question.limit, copy=False)
    if question.offset:
        found = found.offset(question.offset, copy=False)
    return found


def _plain(found: exp.Select, question: Question, about: Structure) -> exp.Select:
    found = found.select(*(_column(name) for name in columns(question)), copy=False)
    if question.measures == ():
        found = found.select(_no_figure(question), copy=False)
    ends = [
        _within(about, count, descending=descending)
        for count, descending in ((question.first, False), (question.last, True))
        if count is not None
    ]
    if ends:
        found.set("qualify", exp.Qualify(this=exp.or_(*ends)))
    return found


def _within(about: Structure, count: int, *, descending: bool) -> exp.Expr:
    """That a row is among the first, or last, of its series."""
    place = exp.Window(
        this=exp.RowNumber(),
        partition_by=[_column(name) for name in about.dimensions],
        order=exp.Order(expressions=[exp.Ordered(this=_column(TIME), desc=descending, nulls_first=False)]),
    )
    return exp.LTE(this=place, expression=exp.Literal.number(count))


def _grouped(found: exp.Select, question: Question) -> exp.Select:
    """Sums that say how many figures they hold; a sum with a figure missing in it is missing itself.

    Decimals are added as decimals of six places, so that a sum is the same in whatever order an engine adds.
    """
    for name in question.group_by:
        found = found.select(exp.alias_(_group(name), name, quoted=True), copy=False)
    whole = question.structure.whole
    value = _column(VALUE) if whole else exp.TryCast(this=_column(VALUE), to=exp.DataType.build(_SUMMED))
    missing = exp.Sub(this=exp.Count(this=exp.Star()), expression=exp.Count(this=value))
    total = exp.Case().when(
        exp.EQ(this=missing.copy(), expression=exp.Literal.number(0)), exp.Sum(this=value.copy())
    )
    if question.measures != ():
        found = found.select(
            exp.alias_(exp.TryCast(this=total, to=_kind(question.structure)), VALUE, quoted=True), copy=False
        )
    found = found.select(
        exp.alias_(exp.Count(this=exp.Star()), "OBS_COUNT", quoted=True),
        exp.alias_(missing, "OBS_MISSING", quoted=True),
        copy=False,
    )
    if question.measures == ():
        found = found.select(_no_figure(question), copy=False)
    return found.group_by(*(_group(name) for name in question.group_by), copy=False)


def _no_figure(question: Question) -> exp.Expr:
    """A column of no figures, last and unnamed among the answer's: forms that always have a place for one leave it empty."""
    return exp.alias_(exp.cast(exp.null(), _kind(question.structure)), VALUE, quoted=True)


def _kind(about: Structure) -> exp.DataType:
    return exp.DataType.build("BIGINT" if about.whole else "DOUBLE")


def _group(name: str) -> exp.Expr:
    if name != YEAR:
        return _column(name)
    text = exp.cast(_column(TIME), "VARCHAR")
    return exp.Substring(this=text, start=exp.Literal.number(1), length=exp.Literal.number(4))


def _column(name: str) -> exp.Column:
    return exp.column(name, quoted=True)


def conditions(question: Question, labels: Mapping[str, Sequence[str]]) -> list[exp.Expr]:
    """What rows must meet to be part of the answer."""
    about = question.structure
    found: list[exp.Expr] = []
    for name, asked in question.filters().items():
        if name == VALUE:
            met = _numeric(asked, whole=about.whole)
            # Whether a hidden figure meets it nobody may know: it stays in a sum, which is missing then.
            unknown = exp.Is(this=_column(VALUE), expression=exp.null())
            found.append(exp.or_(met, unknown) if question.group_by else met)
        elif name in about.attributes and name in coded(about):
            # What is not said of a figure meets no condition.
            chosen = [one for one in labels[name] if meets(asked, one)]
            found += _among(name, chosen, labels[name]) or [
                exp.Not(this=exp.Is(this=_column(name), expression=exp.null()))
            ]
        elif name in about.key:
            found += _among(name, meeting(name, asked, labels), labels[name])
        else:
            found.append(_textual(name, asked))
    if question.start or question.end:
        found += _among(TIME, between(question, labels), labels[TIME])
    if question.keys:
        found += _keyed(question, labels)
    for name in published(question, labels):
        found += _among(name, [TOTAL], labels[name])
    return found


def _among(name: str, chosen: Sequence[str], known: Sequence[str]) -> list[exp.Expr]:
    """That a column holds one of these; nothing where that is all of them."""
    if len(chosen) == len(known):
        return []
    if not chosen:
        return [exp.false()]
    if len(chosen) == 1:
        return [exp.EQ(this=_column(name), expression=exp.Literal.string(chosen[0]))]
    first = known.index(chosen[0])
    if len(chosen) > 2 and list(known[first : first + len(chosen)]) == list(chosen):
        # Labels are sorted as texts are on every engine, so that a run of them is all that lies between its ends.
        low, high = exp.Literal.string(chosen[0]), exp.Literal.string(chosen[-1])
        return [exp.Between(this=_column(name), low=low, high=high)]
    return [exp.In(this=_column(name), expressions=[exp.Literal.string(one) for one in chosen])]


def _keyed(question: Question, labels: Mapping[str, Sequence[str]]) -> list[exp.Expr]:
    """That a row belongs to one of the keys: a product of codes where they are one, alternatives otherwise."""
    alternatives = [
        [condition for name, chosen in wanted.items() for condition in _among(name, chosen, labels[name])]
        for wanted in keyed(question, labels)
    ]
    if len(alternatives) == 1:
        return alternatives[0]
    return [exp.or_(*(exp.and_(*parts) if parts else exp.true() for parts in alternatives))]


def _numeric(asked: Filter, *, whole: bool) -> exp.Expr:
    compare = _compare_whole if whole else _compare_decimal
    return exp.or_(*(exp.and_(*(compare(condition) for condition in alternative)) for alternative in asked))


def _compare_whole(condition: Condition) -> exp.Expr:
    """A whole figure beside any number: put in whole numbers, so that no engine has to find a type for both."""
    wanted, operator = Decimal(condition.value), condition.operator
    if wanted != wanted.to_integral_value():
        if operator in {"eq", "ne"}:
            there = exp.Not(this=exp.Is(this=_column(VALUE), expression=exp.null()))
            return there if operator == "ne" else exp.false()
        operator = {"lt": "le", "gt": "ge"}.get(operator, operator)
        wanted = Decimal(math.floor(wanted) if operator == "le" else math.ceil(wanted))
    # Beyond the largest figure every comparison ends as it does with the number next to it.
    number = max(-_LARGEST, min(_LARGEST, int(wanted)))
    return _COMPARING[operator](this=_column(VALUE), expression=_number(str(number)))


def _compare_decimal(condition: Condition) -> exp.Expr:
    number = exp.cast(_number(repr(float(condition.value))), "DOUBLE")
    return _COMPARING[condition.operator](this=_column(VALUE), expression=number)


def _number(text: str) -> exp.Expr:
    number = exp.Literal.number(text.removeprefix("-"))
    return exp.Neg(this=number) if text.startswith("-") else number


def _textual(name: str, asked: Filter) -> exp.Expr:
    """A filter on free text, which has no list of labels to be resolved against."""

    def one(condition: Condition) -> exp.Expr:
        column, value = _column(name), exp.Literal.string(condition.value)
        if condition.operator in _COMPARING:
            return _COMPARING[condition.operator](this=column, expression=value)
        place = exp.StrPosition(this=column, substr=value)
        if condition.operator == "co":
            return exp.GT(this=place, expression=exp.Literal.number(0))
        if condition.operator == "nc":
            return exp.EQ(this=place, expression=exp.Literal.number(0))
        length = exp.Literal.number(len(condition.value))
        side = exp.Left if condition.operator == "sw" else exp.Right
        return exp.EQ(this=side(this=column, expression=length), expression=value)

    return exp.or_(*(exp.and_(*(one(condition) for condition in alternative)) for alternative in asked))
