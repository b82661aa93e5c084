"""Findings: what is said of a submission, row by row, in every working language."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import pyarrow as pa

#: Severities from the gravest: refuse, explain or mark, note.
SEVERITIES = ("E", "W", "I")
#: The columns of a table of findings. `row` counts from 1 as the sender's file does (its header is row 1); empty where
#: the finding is about the whole file.
SCHEMA = pa.schema(
    [
        ("message", pa.string()),
        ("row", pa.int64()),
        ("column", pa.string()),
        ("value", pa.string()),
        ("a", pa.string()),
        ("b", pa.string()),
        ("c", pa.string()),
    ]
)


@cache
def _said() -> dict[str, Any]:
    return tomllib.loads((files("siemmes.intake") / "rules.toml").read_text("utf-8"))


def rules() -> Mapping[str, Mapping[str, Any]]:
    """The rules by their numbers, each with its names."""
    return _said()["rule"]


def messages() -> Mapping[str, Mapping[str, Any]]:
    """Everything that can be said, by its id."""
    return _said()["message"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing said of a submission.

    Attributes:
        message: its id in `rules.toml`.
        row: the row of the sender's file, its header being 1; None for the whole file.
        facts: what the sentence is filled with.
    """

    message: str
    row: int | None = None
    column: str | None = None
    value: str | None = None
    facts: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def rule(self) -> str:
        """The rule it belongs to: V1 to V15."""
        return str(messages()[self.message]["rule"])

    @property
    def severity(self) -> str:
        """E refuse, W explain or mark, I note."""
        return str(messages()[self.message]["severity"])

    def text(self, language: str = "en") -> str:
        """What is wrong, as a sentence."""
        said = messages()[self.message]
        return self._filled(said.get(language) or said["en"])

    def advice(self, language: str = "en") -> str:
        """What to do about it."""
        said = messages()[self.message]["advice"]
        return self._filled(said.get(language) or said["en"])

    def _filled(self, text: str) -> str:
        facts = {name: value or "" for name, value in self.facts.items()}
        facts |= {"value": self.value or "", "column": self.column or ""}
        return text.format_map(_Facts(facts))

    def as_json(self) -> dict[str, Any]:
        """The finding with its texts, as the report's JSON holds it."""
        return {
            "rule": self.rule,
            "severity": self.severity,
            "message": self.message,
            "row": self.row,
            "column": self.column,
            "value": self.value,
            "text": {code: self.text(code) for code in ("en", "es")},
            "advice": {code: self.advice(code) for code in ("en", "es")},
        }


class _Facts(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


@dataclass(frozen=True)
class Report:
    """All that was found in one submission.

    Attributes:
        flow, sender: what was judged, and whose it is.
        rows: rows read.
        table: the findings (see SCHEMA), by row.
        periods: the first and last period, where there is any.
    """

    flow: str
    sender: str
    rows: int
    table: pa.Table
    periods: tuple[str, str] | None = None

    @property
    def accepted(self) -> bool:
        """Whether nothing refuses it."""
        return not self.counts().get("E")

    def counts(self) -> dict[str, int]:
        """The number of findings by severity."""
        found: dict[str, int] = {}
        for message, number in self.by_message().items():
            severity = messages()[message]["severity"]
            found[severity] = found.get(severity, 0) + number
        return found

    def by_message(self) -> dict[str, int]:
        """The number of findings by message, the gravest first."""
        counted = self.table.column("message").value_counts().to_pylist()
        by_id = {one["values"]: one["counts"] for one in counted}
        grave = {name: SEVERITIES.index(messages()[name]["severity"]) for name in by_id}
        return dict(sorted(by_id.items(), key=lambda one: (grave[one[0]], one[0])))

    def __iter__(self) -> Iterator[Finding]:
        for batch in self.table.to_batches(max_chunksize=4096):
            for row in batch.to_pylist():
                facts = {name: row[name] for name in ("a", "b", "c")}
                yield Finding(row["message"], row["row"], row["column"], row["value"], facts)

    def as_json(self, *, limit: int | None = None) -> dict[str, Any]:
        """The report as JSON holds it.

        Args:
            limit: at most so many findings in full; all are counted.
        """
        found = []
        for number, finding in enumerate(self):
            if limit is not None and number >= limit:
                break
            found.append(finding.as_json())
        return {
            "flow": self.flow,
            "sender": self.sender,
            "accepted": self.accepted,
            "rows": self.rows,
            "periods": list(self.periods) if self.periods else None,
            "counts": {severity: self.counts().get(severity, 0) for severity in SEVERITIES},
            "findings": found,
        }
