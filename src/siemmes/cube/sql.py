"""A question as one SQL text, built from expressions and never from pasted strings.

The text is DuckDB's; sqlglot writes the same expression for a cluster. Every filter on a coded column is resolved against the
labels that the release holds before SQL is made: a code that does not stand there finds nothing and is no error, and all
operators mean the same on every engine.
"""

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal

from sqlglot import exp

from siemmes.cube.layout import TABLE, coded
from siemmes.cube.questions import YEAR, Condition, Filter, Question
from siemmes.model import periods
from siemmes.model.errors import QuestionError
from siemmes.model.structures import TIME, VALUE, Structure

#: Columns of an answer that adds figures up, after those it groups by.
SUMMED = (VALUE, "OBS_COUNT", "OBS_MISSING")
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
    found = exp.select().from_(exp.Table(this=exp.to_identifier(table)))
    for condition in conditions(question, labels):
        found = found.where(condition)
    found = _grouped(found, question) if question.group_by else _plain(found, question, about)
    # A window loses the order in which rows lie.
    aloud = ordered or bool(question.order) or question.first is not None or question.last is not None
    natural = question.group_by if question.group_by else about.key if aloud else ()
    # What is sorted by one column alone has rows of one rank, which a page must not find in another order each time.
    named = {name.removeprefix("-") for name in question.order}
    for name in (*question.order, *(one for one in natural if one not in named)):
        found = found.order_by(
            exp.Ordered(this=_column(name.removeprefix("-")), desc=name.startswith("-"), nulls_first=False)
        )
    if question.limit is not None:
        found = found.limit(question.limit)
    if question.offset:
        found = found.offset(question.offset)
    return found


def columns(question: Question) -> tuple[str, ...]:
    """The columns of the answer, in order."""
    if question.group_by:
        return (*question.group_by, *(SUMMED[1:] if question.measures == () else SUMMED))
    about = question.structure
    wanted = (
        about.attributes
        if question.attributes is None
        else tuple(name for name in about.attributes if name in question.attributes)
    )
    measures = () if question.measures == () else (VALUE,)
    return (*about.key, *measures, *wanted)


def require_one_frequency(question: Question, labels: Mapping[str, Sequence[str]]) -> None:
    """Refuse to add months to the years that they make up: the same event would count twice.

    Raises:
        QuestionError: where figures are added up over time, and more than one frequency could be among them.
    """
    if not question.group_by or {"FREQ", TIME} & set(question.group_by):
        return
    asked = question.filters().get("FREQ")
    found = [one for one in labels["FREQ"] if asked is None or meets(asked, one)]
    if question.keys and all(key[0] for key in question.keys):
        found = [one for one in found if any(one in key[0].split("+") for key in question.keys)]
    if len(found) > 1:
        listed = ", ".join(found)
        raise QuestionError(
            {
                "en": f"These figures come in several frequencies ({listed}), which cannot be added up together. "
                "Choose one by a filter on FREQ, or group by FREQ or TIME_PERIOD.",
                "es": f"Estas cifras tienen varias frecuencias ({listed}), que no pueden sumarse juntas. "
                "Elija una con un filtro de FREQ, o agrupe por FREQ o TIME_PERIOD.",
            }
        )


def _plain(found: exp.Select, question: Question, about: Structure) -> exp.Select:
    found = found.select(*(_column(name) for name in columns(question)))
    if question.measures == ():
        found = found.select(_no_figure(question))
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
        found = found.select(exp.alias_(_group(name), name, quoted=True))
    whole = question.structure.whole
    value = _column(VALUE) if whole else exp.TryCast(this=_column(VALUE), to=exp.DataType.build(_SUMMED))
    missing = exp.Sub(this=exp.Count(this=exp.Star()), expression=exp.Count(this=value))
    total = exp.Case().when(
        exp.EQ(this=missing.copy(), expression=exp.Literal.number(0)), exp.Sum(this=value.copy())
    )
    if question.measures != ():
        found = found.select(
            exp.alias_(exp.TryCast(this=total, to=_kind(question.structure)), VALUE, quoted=True)
        )
    found = found.select(
        exp.alias_(exp.Count(this=exp.Star()), "OBS_COUNT", quoted=True),
        exp.alias_(missing, "OBS_MISSING", quoted=True),
    )
    if question.measures == ():
        found = found.select(_no_figure(question))
    return found.group_by(*(_group(name) for name in question.group_by))


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
        elif name == TIME:
            found += _among(name, [one for one in labels[name] if in_time(asked, one)], labels[name])
        elif name in about.attributes and name in coded(about):
            # What is not said of a figure meets no condition.
            chosen = [one for one in labels[name] if meets(asked, one)]
            found += _among(name, chosen, labels[name]) or [
                exp.Not(this=exp.Is(this=_column(name), expression=exp.null()))
            ]
        elif name in about.dimensions:
            found += _among(name, [one for one in labels[name] if meets(asked, one)], labels[name])
        else:
            found.append(_textual(name, asked))
    if question.start or question.end:
        chosen = [one for one in labels[TIME] if periods.within(one, start=question.start, end=question.end)]
        found += _among(TIME, chosen, labels[TIME])
    if question.keys:
        found += _keyed(question.keys, about, labels)
    if question.group_by and question.totals == "published":
        found += _published(question, about, labels)
    return found


def meets(asked: Filter, text: str) -> bool:
    """Whether a text meets any of the alternatives."""
    return any(all(condition.holds(text) for condition in alternative) for alternative in asked)


def in_time(asked: Filter, period: str) -> bool:
    """Whether a period meets any of the alternatives; a bare year means all of its periods."""
    return any(all(_in_time(one, period) for one in alternative) for alternative in asked)


def _in_time(condition: Condition, period: str) -> bool:
    value = periods.canonical(condition.value)
    asked, reach = periods.span(value), periods.span(period)
    if condition.operator in {"eq", "ne"}:
        return (period == value) is (condition.operator == "eq")
    if asked is None or reach is None:
        return condition.holds(period)
    if condition.operator == "ge":
        return reach.first >= asked.first
    if condition.operator == "gt":
        return reach.first > asked.last
    if condition.operator == "le":
        return reach.last <= asked.last
    if condition.operator == "lt":
        return reach.last < asked.first
    return condition.holds(period)


def _among(name: str, chosen: Sequence[str], known: Sequence[str]) -> list[exp.Expr]:
    """That a column holds one of these; nothing where that is all of them."""
    if len(chosen) == len(known):
        return []
    if not chosen:
        return [exp.false()]
    if len(chosen) == 1:
        return [exp.EQ(this=_column(name), expression=exp.Literal.string(chosen[0]))]
    return [exp.In(this=_column(name), expressions=[exp.Literal.string(one) for one in chosen])]


def _keyed(
    keys: Sequence[tuple[str, ...]], about: Structure, labels: Mapping[str, Sequence[str]]
) -> list[exp.Expr]:
    """That a row belongs to one of the keys: a product of codes where they are one, alternatives otherwise."""
    by_position = [dict.fromkeys(key[i] for key in keys) for i in range(len(about.dimensions))]
    product = 1
    for codes in by_position:
        product *= len(codes)
    if product == len(set(keys)):
        found: list[exp.Expr] = []
        for name, texts in zip(about.dimensions, by_position, strict=True):
            if "" not in texts:
                wanted = {code for text in texts for code in text.split("+")}
                found += _among(name, [one for one in labels[name] if one in wanted], labels[name])
        return found
    alternatives = []
    for key in keys:
        parts: list[exp.Expr] = []
        for name, text in zip(about.dimensions, key, strict=True):
            if text:
                wanted = set(text.split("+"))
                parts += _among(name, [one for one in labels[name] if one in wanted], labels[name])
        alternatives.append(exp.and_(*parts) if parts else exp.true())
    return [exp.or_(*alternatives)]


def _published(question: Question, about: Structure, labels: Mapping[str, Sequence[str]]) -> list[exp.Expr]:
    """Of dimensions that are summed away without a word, the total that is published, not its parts beside it."""
    said = {*question.group_by, *question.where}
    for key in question.keys:
        said |= {name for name, code in zip(about.dimensions, key, strict=True) if code}
    found: list[exp.Expr] = []
    for name in about.dimensions:
        if name not in said and "_T" in labels[name]:
            found += _among(name, ["_T"], labels[name])
    return found


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
