"""`siemmes query`."""

import argparse
import sys
from collections.abc import Iterator

from siemmes.cube.answers import Answer
from siemmes.cube.questions import Condition, Question, key_of
from siemmes.model.catalogue import structure
from siemmes.model.errors import QuestionError
from siemmes.release.store import Store
from siemmes.sdmx.formats import format_of

#: Extensions of files that are no text.
_FILES = (".xlsx", ".parquet", ".zip")


def run(arguments: argparse.Namespace) -> int:
    """Ask, and print the answer.

    Raises:
        QuestionError: where a file that is no text would be printed on a terminal.
    """
    if format_of(arguments.format).extension in _FILES and sys.stdout.isatty():
        raise QuestionError(
            {
                "en": f"A terminal shows no {arguments.format}. Write it into a file: siemmes export, or “> file”.",
                "es": f"Un terminal no muestra {arguments.format}. Guárdelo en un archivo: siemmes export, o «> archivo».",
            }
        )
    with Store(arguments.store).asked(question(arguments)) as answer:
        for chunk in written(answer, arguments):
            sys.stdout.buffer.write(chunk)
    sys.stdout.buffer.flush()
    return 0


def question(arguments: argparse.Namespace) -> Question:
    """The question that the arguments mean."""
    about = structure(arguments.flow)
    return Question(
        arguments.flow, where=_filters(arguments.where), keys=key_of(arguments.key, about), start=arguments.start,
        end=arguments.end, first=arguments.first, last=arguments.last, as_of=arguments.as_of,
        group_by=_listed(arguments.by), order=_listed(arguments.order), limit=arguments.limit,
    )  # fmt: skip


def _listed(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (one.strip() for one in text.split(","))))


def _filters(asked: list[str]) -> dict[str, list[tuple[Condition, ...]]]:
    found: dict[str, list[tuple[Condition, ...]]] = {}
    for one in asked:
        name, equals, text = one.partition("=")
        if not equals:
            raise QuestionError(
                {"en": f"“{one}” is not COMPONENT=VALUE.", "es": f"«{one}» no es COMPONENTE=VALOR."}
            )
        found.setdefault(name, []).extend(_alternatives(text))
    return found


def _alternatives(text: str) -> Iterator[tuple[Condition, ...]]:
    """`ge:5+lt:10,eq:0` as alternatives of conditions; a value without an operator means "eq"."""
    for alternative in text.split(","):
        conditions = []
        for part in alternative.split("+"):
            operator, colon, value = part.partition(":")
            conditions.append(Condition(operator, value) if colon else Condition("eq", part))
        yield tuple(conditions)


def written(answer: Answer, arguments: argparse.Namespace) -> Iterator[bytes]:
    """The answer in the form that the arguments name."""
    return format_of(arguments.format).write(
        answer, labels=arguments.labels, language=arguments.lang, flat=arguments.flat
    )
