"""What a question means in a release: its filters resolved against the labels that stand there.

Every way to an answer begins here, SQL and the mapped columns alike, so that all operators mean the same on each of them. A
code that no figure has finds nothing and is no error.
"""

from collections.abc import Mapping, Sequence

from siemmes.cube.questions import Condition, Filter, Question
from siemmes.model import periods
from siemmes.model.errors import QuestionError
from siemmes.model.structures import TIME, VALUE, Structure

#: Columns of an answer that adds figures up, after those it groups by.
SUMMED = (VALUE, "OBS_COUNT", "OBS_MISSING")

Labels = Mapping[str, Sequence[str]]


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


def require_one_frequency(question: Question, labels: Labels) -> None:
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


def meeting(name: str, asked: Filter, labels: Labels) -> list[str]:
    """The labels of a coded column that meet a filter."""
    holds = in_time if name == TIME else meets
    return [one for one in labels[name] if holds(asked, one)]


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


def between(question: Question, labels: Labels) -> list[str]:
    """The periods of the release from the question's start to its end."""
    return [one for one in labels[TIME] if periods.within(one, start=question.start, end=question.end)]


def keyed(question: Question, labels: Labels) -> list[dict[str, list[str]]]:
    """What the keys of a question want, as alternatives: of each the labels wanted, by dimension; others may have any.

    Keys that are a product of codes are one alternative, however many they are.
    """
    dimensions = question.structure.dimensions
    by_position = [
        list(dict.fromkeys(key[place] for key in question.keys)) for place in range(len(dimensions))
    ]
    product = 1
    for texts in by_position:
        product *= len(texts)
    if product == len(set(question.keys)):
        return [_wanted(dimensions, by_position, labels)]
    return [_wanted(dimensions, [[text] for text in key], labels) for key in question.keys]


def _wanted(
    dimensions: Sequence[str], by_position: Sequence[Sequence[str]], labels: Labels
) -> dict[str, list[str]]:
    found = {}
    for name, texts in zip(dimensions, by_position, strict=True):
        if "" not in texts:
            codes = {code for text in texts for code in text.split("+")}
            found[name] = [one for one in labels[name] if one in codes]
    return found


def published(question: Question, labels: Labels) -> list[str]:
    """The dimensions that are summed away without a word, and of which the published total is taken, not the parts of it."""
    if not question.group_by or question.totals != "published":
        return []
    about: Structure = question.structure
    said = {*question.group_by, *question.where}
    for key in question.keys:
        said |= {name for name, code in zip(about.dimensions, key, strict=True) if code}
    return [name for name in about.dimensions if name not in said and TOTAL in labels[name]]


#: The code of a published total.
TOTAL = "_T"
