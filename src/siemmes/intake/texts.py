"""The texts of a file, as its reader hands them to those who judge."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import duckdb

from siemmes.intake.findings import Finding
from siemmes.intake.lines import Lines
from siemmes.model.errors import UnreadableError, brief


@dataclass
class Reading:
    """A file as it is read.

    Attributes:
        con: the connection that sees its texts.
        kind: what the file is, in words for people ("SDMX-CSV 2.0").
        columns: the columns of `raw` but `row`, named as the structure names them where they are known.
        findings: what was noticed while reading.
        source: the relation of the texts as they stand in the file.
        texts: by column, an expression on that relation for the text that is meant: padding and labels taken off.
        counted: whether `source` gives rows in the file's order and does not number them: they are counted.
        plain: whether codes may be hoped to stand as they are meant.
        lines: the same text where it can be hoped to be cut into fields by its separators alone.
    """

    con: duckdb.DuckDBPyConnection
    kind: str
    columns: list[str]
    findings: list[Finding] = field(default_factory=list)
    source: str = "raw"
    texts: Mapping[str, str] = field(default_factory=dict)
    counted: bool = False
    plain: bool = True
    file: str = ""
    lines: Lines | None = None

    def ask(self, sql: str) -> duckdb.DuckDBPyConnection:
        """The answer of a statement that reads the file.

        Raises:
            UnreadableError: where the file cannot be read to its end.
            duckdb.ConversionException: where the statement asks for a type that a text is not of.
        """
        try:
            return self.con.execute(sql)
        except (duckdb.ConversionException, duckdb.OutOfMemoryException):
            raise
        except duckdb.Error as error:
            raise unreadable(self.file, error) from error


def unreadable(file: str, error: Exception) -> UnreadableError:
    """That a text could not be read, and where."""
    reason = brief(error)
    return UnreadableError({
        "en": f"“{file}” could not be read as text: {reason}", "es": f"«{file}» no pudo leerse como texto: {reason}",
    })  # fmt: skip
