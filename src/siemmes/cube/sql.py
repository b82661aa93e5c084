"""A question as one SQL text, built from expressions and never from pasted strings.

The text is DuckDB's; sqlglot writes the same expression for a cluster. Every filter on a coded column is resolved against the
labels that the release holds before SQL is made: a code that does not stand there finds nothing and is no error, and all
operators mean the same on every engine.
"""

from collections.abc import Mapping, Sequence

from sqlglot import exp

from siemmes.cube.layout import TABLE, coded
from siemmes.cube.questions import YEAR, Condition, Filter, Question
from siemmes.model import periods
from siemmes.model.structures import TIME, VALUE, Structure

#: Columns of an answer that adds figures up, after those it groups by.
SUMMED = (VALUE, "OBS_COUNT", "OBS_MISSING")
_COMPARING = {"eq": exp.EQ, "ne": exp.NEQ, "lt": exp.LT, "le": exp.LTE, "gt": exp.GT, "ge": exp.GTE}


def select(question: Question, labels: Mapping[str, Sequence[str]], *, ordered: bool = False) -> exp.Select:
    """The expression that answers a question on a table with these labels.

    Args:
        labels: the labels of each coded column in the release.
        ordered: say the key order aloud, for engines whose tables keep none. DuckDB's rows lie in key order already.
    """
    about = question.structure
    found = exp.select().from_(TABLE)
    for condition in conditions(question, labels):
        found = found.where(condition)
    found = _grouped(found, question) if question.group_by else _plain(found, question, about)
    # A window loses the order in which rows lie.
    aloud = ordered or question.first is not None or question.last is not None
    by = question.order or (question.group_by if question.group_by else about.key if aloud else ())
    for name in by:
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
        return (*question.group_by, *SUMMED)
    about = question.structure
    wanted = (
        about.attributes
        if question.attributes is None
        else tuple(name for name in about.attributes if name in question.attributes)
    )
    return (*about.key, VALUE, *wanted)


def _plain(found: exp.Select, question: Question, about: Structure) -> exp.Select:
    found = found.select(*(_column(name) for name in columns(question)))
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
    """Sums that say how many figures they hold; a sum with a figure missing in it is missing itself."""
    for name in question.group_by:
        found = found.select(exp.alias_(_group(name), name, quoted=True))
    value = _column(VALUE)
    missing = exp.Sub(this=exp.Count(this=exp.Star()), expression=exp.Count(this=value))
    whole = exp.Case().when(
        exp.EQ(this=missing.copy(), expression=exp.Literal.number(0)), exp.Sum(this=value)
    )
    found = found.select(
        exp.alias_(exp.cast(whole, "BIGINT" if question.structure.whole else "DOUBLE"), VALUE, quoted=True),
        exp.alias_(exp.Count(this=exp.Star()), "OBS_COUNT", quoted=True),
        exp.alias_(missing, "OBS_MISSING", quoted=True),
    )
    return found.group_by(*(_group(name) for name in question.group_by))


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
            found.append(_numeric(asked))
        elif name in coded(about):
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
        for name, codes in zip(about.dimensions, by_position, strict=True):
            if "" not in codes:
                found += _among(name, [code for code in labels[name] if code in codes], labels[name])
        return found
    alternatives = []
    for key in keys:
        parts: list[exp.Expr] = []
        for name, code in zip(about.dimensions, key, strict=True):
            if code:
                parts += _among(name, [one for one in (code,) if one in labels[name]], labels[name])
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


def _numeric(asked: Filter) -> exp.Expr:
    def one(condition: Condition) -> exp.Expr:
        return _COMPARING[condition.operator](
            this=_column(VALUE), expression=exp.Literal.number(condition.value)
        )

    return exp.or_(*(exp.and_(*(one(condition) for condition in alternative)) for alternative in asked))


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
