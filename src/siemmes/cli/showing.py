"""What the commands print for people."""

import json
import sys
from typing import Any

from siemmes.intake.findings import Report


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


_VERDICT = {
    "en": ("Accepted: nothing refuses it.", "Refused: correct what is marked E and send it again."),
    "es": ("Aceptado: nada lo impide.", "Rechazado: corrija lo marcado con E y envíelo de nuevo."),
}
_ROWS = {"en": "{rows} rows, {first} to {last}.", "es": "{rows} filas, de {first} a {last}."}
_MORE = {"en": "… and {n} more findings.", "es": "… y {n} hallazgos más."}
_ROW = {"en": "row", "es": "fila"}


def report(found: Report, language: str, *, limit: int) -> None:
    """Print a report: the verdict, the number of findings by kind, the first of them in full."""
    first, last = found.periods or ("-", "-")
    print(_ROWS[language].format(rows=found.rows, first=first, last=last))
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
    print(_VERDICT[language][0 if found.accepted else 1])
