"""Parquet, by DuckDB's own writer: columns of text and numbers, sorted as the store is."""

from collections.abc import Iterator

from siemmes.cube.answers import Answer
from siemmes.cube.layout import literal, quoted
from siemmes.sdmx.naming import prepared
from siemmes.sdmx.piping import copied


def write_parquet(answer: Answer) -> Iterator[bytes]:
    """An answer as a Parquet file; its metadata name the flow, the release and when it was built."""
    selected = ", ".join(
        f"CAST({quoted(name)} AS VARCHAR) AS {quoted(name)}" if name in answer.cube.labels else quoted(name)
        for name in answer.columns
    )
    told = {"flow": answer.about.urn, "release": answer.release, "built_at": prepared(answer)}
    metadata = ", ".join(f"{name}: {literal(text)}" for name, text in told.items())
    yield from copied(
        answer.cube.cursor(),
        f"SELECT {selected} FROM ({answer.sql})",
        f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880, KV_METADATA {{{metadata}}}",
    )
