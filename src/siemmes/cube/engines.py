"""What finds the answer to a question: DuckDB in this process, or a Spark cluster over the same releases.

Both get one SQL text from the same expression. What a cluster finds comes home as Arrow and is laid into a small DuckDB
database with the codes' own types, so that everything that writes an answer works on either and knows of neither.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qs, urlsplit

from siemmes.cube.layout import TABLE, as_codes, quoted
from siemmes.cube.questions import Question
from siemmes.model.errors import RefusedError

if TYPE_CHECKING:
    from siemmes.cube.folder import Cube

#: The figures of a release as a cluster reads them.
FIGURES = "obs.parquet"
#: Where answers of a cluster lie while they are read.
_ANSWERED = "answered"


@dataclass(frozen=True)
class Found:
    """An answer where it can be read.

    Attributes:
        sql: DuckDB's SQL of its rows.
        cursor: gives a connection of one's own on which that SQL runs; close it when done.
    """

    sql: str
    cursor: Callable[[], Any]


class Engine(Protocol):
    """Answers questions on a release.

    Attributes:
        mapped: whether questions of series and periods may be answered from the mapped columns on this machine instead.
    """

    mapped: bool

    def find(self, question: Question, cube: "Cube") -> Found:
        """The answer to a checked question, in key order unless the question sorts."""


class DuckDB:
    """The engine of one machine: the release's own DuckDB file, in this process, and its mapped columns.

    Args:
        mapped: False for SQL alone.
    """

    def __init__(self, *, mapped: bool = True) -> None:
        self.mapped = mapped

    def find(self, question: Question, cube: "Cube") -> Found:
        """The answer; nothing is computed before it is read."""
        from siemmes.cube.sql import select  # takes its time; most questions are answered without

        def text() -> str:
            return select(question, cube.labels).sql("duckdb", copy=False)

        return Found(cube.kept(("sql", question.whole()), text), cube.cursor)


class Spark:
    """A cluster that reads the Parquet of the release folders.

    Args:
        session: a `pyspark.sql.SparkSession`.
        files: where the cluster finds the folder that holds the flows (`s3a://figures/public`); None where it sees the
            same paths as this process does.
    """

    mapped = False

    def __init__(self, session: Any, *, files: str | None = None) -> None:
        self.session = session
        self.files = files

    def sql(self, question: Question, cube: "Cube") -> str:
        """The question in Spark's dialect, on the view that `find` makes of the release."""
        from siemmes.cube.sql import select

        return select(question, cube.labels, ordered=True, table=_view(cube)).sql("spark")

    def find(self, question: Question, cube: "Cube") -> Found:
        """The answer, brought home whole: a question to a cluster should find few rows in many."""
        view = _view(cube)
        if not self.session.catalog.tableExists(view):
            self.session.read.parquet(self._address(cube)).createOrReplaceTempView(view)
        return _laid(self.session.sql(self.sql(question, cube)).toArrow(), cube)

    def _address(self, cube: "Cube") -> str:
        if self.files is not None:
            return f"{self.files.rstrip('/')}/{cube.path.parent.name}/{cube.path.name}/{FIGURES}"
        return (cube.path / FIGURES).resolve().as_uri()


def _view(cube: "Cube") -> str:
    """A name for a release that no other has, of signs that every engine takes."""
    return f"{TABLE}_{cube.release.replace('-', '_').lower()}"


def _laid(table: Any, cube: "Cube") -> Found:
    """An answer in a DuckDB database of its own, coded columns as the release's ENUMs."""
    import duckdb

    con = duckdb.connect(":memory:")
    con.register("brought", table)
    selected = [
        as_codes(con, name, cube.labels[name]) if name in cube.labels else quoted(name)
        for name in table.column_names
    ]
    con.execute(f"CREATE TABLE {_ANSWERED} AS SELECT {', '.join(selected)} FROM brought")
    con.unregister("brought")
    return Found(f"SELECT * FROM {_ANSWERED}", con.cursor)


def chosen(address: str | None = None) -> Engine:
    """The engine at an address: `duckdb://`, or `spark://host:port` with `?files=URL` where a cluster finds the releases.

    Args:
        address: where it is not given, SIEMMES_ENGINE of the environment says it; DuckDB where nothing does.

    Raises:
        RefusedError: where the address names no engine, or Spark is not installed or not reached.
    """
    text = address if address is not None else os.environ.get("SIEMMES_ENGINE", "")
    if text in {"", "duckdb://"}:
        return DuckDB()
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _no_engine(text) from None
    if parts.scheme != "spark" or not parts.hostname or port is None:
        raise _no_engine(text)
    files = parse_qs(parts.query).get("files", [None])[0]
    return Spark(_session(f"spark://{parts.hostname}:{port}"), files=files)


def _no_engine(text: str) -> RefusedError:
    return RefusedError(
        {
            "en": f"SIEMMES_ENGINE is “{text}”, which names no engine. Give duckdb:// or spark://host:port.",
            "es": f"SIEMMES_ENGINE vale «{text}», que no nombra ningún motor. Indique duckdb:// o spark://servidor:puerto.",
        }
    )


def _session(master: str) -> Any:
    """A session of this process on a cluster; one a process."""
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise RefusedError(
            {
                "en": "Spark is not installed here. Install it with `make spark` (it needs Java 17), or let SIEMMES_ENGINE be "
                "duckdb://.",
                "es": "Spark no está instalado aquí. Instálelo con `make spark` (necesita Java 17), o deje SIEMMES_ENGINE en "
                "duckdb://.",
            }
        ) from error
    builder: Any = SparkSession.builder
    return (
        builder.master(master)
        .appName("siemmes")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.adaptive.enabled", "true")
        .config("spark.ui.enabled", "false")
        .getOrCreate()
    )
