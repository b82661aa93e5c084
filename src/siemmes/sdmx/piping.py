"""DuckDB's own writer, streamed: COPY into a pipe that is read as it fills."""

import os
import threading
from collections.abc import Iterator
from typing import Any

#: Bytes read from the pipe at a time.
CHUNK = 1 << 16


def copied(cursor: Any, query: str, options: str) -> Iterator[bytes]:
    """What COPY writes for a query, piece by piece, in constant memory.

    A reader who leaves early closes the pipe; the writer ends with it, and the connection stays usable.

    Args:
        cursor: a cursor of one's own; it is closed at the end.
        options: COPY's options, without brackets.

    Raises:
        duckdb.Error: where the query fails, after what came before it was given.
    """
    reading, writing = os.pipe()
    failed: list[BaseException] = []

    def write() -> None:
        try:
            cursor.execute(f"COPY ({query}) TO '/dev/fd/{writing}' ({options})")
        except BaseException as error:  # noqa: BLE001 - raised where it is read
            failed.append(error)
        finally:
            os.close(writing)

    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    left_early = True
    try:
        with os.fdopen(reading, "rb", buffering=0) as pipe:
            while chunk := pipe.read(CHUNK):
                yield chunk
        left_early = False
    finally:
        thread.join()
        cursor.close()
        if failed and not left_early:
            raise failed[0]
