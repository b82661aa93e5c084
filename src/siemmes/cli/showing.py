"""What the commands print for people."""

import datetime as dt
import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:  # a command that has none to show does not wait for it
    from siemmes.intake.findings import Report

T = TypeVar("T")


def as_json(value: Any) -> None:
    """Print a value as JSON."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=1)
    print()


def said_pairs(pairs: list[str]) -> dict[str, str]:
    """`ATTRIBUTE=VALUE` texts as a mapping.

    Raises:
        QuestionError: where one has no equals sign.
    """
    from siemmes.model.errors import QuestionError

    found = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise QuestionError(
                {"en": f"“{pair}” is not ATTRIBUTE=VALUE.", "es": f"«{pair}» no es ATRIBUTO=VALOR."}
            )
        found[name.strip()] = value.strip()
    return found


def day(text: str) -> dt.date:
    """A day as it is typed.

    Raises:
        QuestionError: where it is none.
    """
    return _typed(dt.date.fromisoformat, text, "2026-03-01")


def instant(text: str) -> dt.datetime:
    """An instant as it is typed; UTC, where it names no zone.

    Raises:
        QuestionError: where it is none.
    """
    found = _typed(dt.datetime.fromisoformat, text, "2026-03-01T10:00-06:00")
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


def _typed(read: Callable[[str], T], text: str, example: str) -> T:
    from siemmes.model.errors import QuestionError

    try:
        return read(text)
    except ValueError as error:
        raise QuestionError(
            {
                "en": f"“{text}” is neither a day nor an hour here; write it as {example}.",
                "es": f"«{text}» no es un día ni una hora; escríbalo como {example}.",
            }
        ) from error


_VERDICT = {
    "en": ("Accepted: nothing refuses it.", "Refused: correct what is marked E and send it again."),
    "es": ("Aceptado: nada lo impide.", "Rechazado: corrija lo marcado con E y envíelo de nuevo."),
}
_ROWS = {"en": "{rows} rows, {first} to {last}.", "es": "{rows} filas, de {first} a {last}."}
_MORE = {"en": "… and {n} more findings.", "es": "… y {n} hallazgos más."}
_ROW = {"en": "row", "es": "fila"}


def report(found: "Report", language: str, *, limit: int) -> None:
    """Print a report: the verdict, the number of findings by kind, the first of them in full."""
    first, last = found.periods or ("-", "-")
    print(_ROWS[language].format(rows=found.rows, first=first, last=last))
    findings(found, language, limit=limit)
    print(_VERDICT[language][0 if found.accepted else 1])


def findings(found: "Report", language: str, *, limit: int) -> None:
    """Print the first findings in full, and how many there are of each severity."""
    for number, finding in enumerate(found):
        if number == limit:
            print(_MORE[language].format(n=found.table.num_rows - limit))
            break
        where = f"{_ROW[language]} {finding.row}" if finding.row else "-"
        print(
            f"{finding.severity} {finding.rule:<3} {where:<12} {finding.text(language)} {finding.advice(language)}"
        )
    counts = found.counts()
    print("  ".join(f"{severity}: {counts.get(severity, 0)}" for severity in ("E", "W", "I")))
