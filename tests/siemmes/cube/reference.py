"""What questions mean, in plain Python: rows are dictionaries, nothing is compiled, nothing is quick.

It is written from the description of a question, not from the SQL: every engine has to agree with it.
"""

from collections.abc import Iterable
from fractions import Fraction

from siemmes.cube.questions import Question
from siemmes.model import periods
from siemmes.model.structures import TIME, VALUE

Row = dict[str, object]


def answer(question: Question, rows: Iterable[Row]) -> list[Row]:
    """The rows that a question finds, in its order."""
    about = question.structure
    rows = sorted(rows, key=lambda row: [row[name] for name in about.key])
    codes = {name: {row[name] for row in rows} for name in about.key}
    found = [row for row in rows if _asked(question, row)]
    if question.group_by:
        found = _added(question, _published(question, found, codes))
        natural = question.group_by
    else:
        found, natural = _ends(question, found), about.key
    for name in reversed((*question.order, *(one for one in natural if one not in _plain(question.order)))):
        found = _sorted(found, name)
    stop = None if question.limit is None else question.offset + question.limit
    columns = _columns(question)
    return [{name: row.get(name) for name in columns} for row in found[question.offset : stop]]


def _plain(order: Iterable[str]) -> set[str]:
    return {name.removeprefix("-") for name in order}


def _sorted(rows: list[Row], name: str) -> list[Row]:
    column, turned = name.removeprefix("-"), name.startswith("-")
    there = [row for row in rows if row.get(column) is not None]
    missing = [row for row in rows if row.get(column) is None]
    return sorted(there, key=lambda row: row[column], reverse=turned) + missing


def _columns(question: Question) -> list[str]:
    about = question.structure
    figure = [] if question.measures == () else [VALUE]
    if question.group_by:
        return [*question.group_by, *figure, "OBS_COUNT", "OBS_MISSING"]
    wanted = [name for name in about.attributes if question.attributes is None or name in question.attributes]
    return [*about.key, *figure, *wanted]


def _asked(question: Question, row: Row) -> bool:
    about = question.structure
    return (
        all(
            _meets(name, asked, row.get(name))
            # Nobody may know whether a hidden figure meets it: it stays in a sum, which is missing then.
            or (question.group_by and name == VALUE and row.get(name) is None)
            for name, asked in question.filters().items()
        )
        and periods.within(str(row[TIME]), start=question.start, end=question.end)
        and (not question.keys or any(_of_key(about.dimensions, key, row) for key in question.keys))
    )


def _of_key(dimensions: tuple[str, ...], key: tuple[str, ...], row: Row) -> bool:
    return all(code == "" or row[name] in code.split("+") for name, code in zip(dimensions, key, strict=True))


def _meets(name: str, asked: tuple, value: object) -> bool:
    if value is None:
        return False
    compare = _of_number if name == VALUE else _of_time if name == TIME else _of_text
    return any(all(compare(one.operator, value, one.value) for one in alternative) for alternative in asked)


def _of_number(operator: str, value: object, wanted: str) -> bool:
    left, right = Fraction(value), Fraction(wanted)
    if isinstance(value, float):
        right = Fraction(float(wanted))
    return {
        "eq": left == right, "ne": left != right, "lt": left < right, "le": left <= right, "gt": left > right,
        "ge": left >= right,
    }[operator]  # fmt: skip


def _of_text(operator: str, text: object, wanted: str) -> bool:
    text = str(text)
    return {
        "eq": text == wanted, "ne": text != wanted, "lt": text < wanted, "le": text <= wanted, "gt": text > wanted,
        "ge": text >= wanted, "co": wanted in text, "nc": wanted not in text, "sw": text.startswith(wanted),
        "ew": text.endswith(wanted),
    }[operator]  # fmt: skip


def _of_time(operator: str, period: object, wanted: str) -> bool:
    """A bare year means all of its periods, so that what is later than a year is later than its December."""
    reach, asked = periods.span(str(period)), periods.span(periods.canonical(wanted))
    if operator in {"lt", "le", "gt", "ge"} and reach and asked:
        return {
            "lt": reach.last < asked.first, "le": reach.last <= asked.last, "gt": reach.first > asked.last,
            "ge": reach.first >= asked.first,
        }[operator]  # fmt: skip
    return _of_text(operator, period, periods.canonical(wanted) if operator in {"eq", "ne"} else wanted)


def _ends(question: Question, rows: list[Row]) -> list[Row]:
    if question.first is None and question.last is None:
        return rows
    series: dict[tuple, list[Row]] = {}
    for row in rows:
        series.setdefault(tuple(row[name] for name in question.structure.dimensions), []).append(row)
    kept = []
    for one in series.values():
        for place, row in enumerate(one):
            from_start = question.first is not None and place < question.first
            from_end = question.last is not None and place >= len(one) - question.last
            if from_start or from_end:
                kept.append(row)
    return kept


def _published(question: Question, rows: list[Row], codes: dict[str, set]) -> list[Row]:
    """Of dimensions left out without a word, the published total where the release has one."""
    about = question.structure
    if question.totals != "published":
        return rows
    said = {*question.group_by, *question.where}
    for key in question.keys:
        said |= {name for name, code in zip(about.dimensions, key, strict=True) if code}
    summed = [name for name in about.dimensions if name not in said and "_T" in codes[name]]
    return [row for row in rows if all(row[name] == "_T" for name in summed)]


def _added(question: Question, rows: list[Row]) -> list[Row]:
    groups: dict[tuple, list[object]] = {}
    for row in rows:
        place = tuple(str(row[TIME])[:4] if name == "YEAR" else row[name] for name in question.group_by)
        groups.setdefault(place, []).append(row[VALUE])
    found = []
    for place, values in groups.items():
        missing = sum(value is None for value in values)
        total = None if missing else sum(Fraction(str(value)) for value in values)
        if total is not None:
            total = int(total) if question.structure.whole else float(total)
        found.append(
            dict(zip(question.group_by, place, strict=True))
            | {VALUE: total, "OBS_COUNT": len(values), "OBS_MISSING": missing}
        )
    return found
