"""The reading worker: `python -m puebla.core.files.worker` takes one order on standard input and writes one answer.

It imports no Django and no parser before it knows which one is needed: most of the time spent on a small file
would otherwise go into starting.
"""

import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

MEMORY_EXIT = 77
MAX_FILE = 256 << 20


def main() -> None:
    """Limit this process, then do as ordered."""
    try:
        order = json.load(sys.stdin.buffer)
        _limit_this_process(seconds=order["limits"]["seconds"], memory_mb=order["limits"]["memory_mb"])
        answer = _obey(order)
        _write(Path(order["answer"]), answer)
    except MemoryError:
        os._exit(MEMORY_EXIT)
    # Straight out: tidying up big parse trees on the way costs time and can only fail.
    os._exit(0)


def _limit_this_process(*, seconds: float, memory_mb: int) -> None:
    memory = memory_mb << 20
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    # One second above the wall clock, which the parent watches: this is for the case that the parent is gone.
    processor = int(seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_FILE, MAX_FILE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.setitimer(signal.ITIMER_REAL, seconds + 2)


def _obey(order: dict[str, Any]) -> dict[str, Any]:
    from .parsers import UnparsableError

    try:
        return _TASKS[order["task"]](order)
    except UnparsableError as error:
        return {"error": error.cause}
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - any parser may raise anything on a hostile file
        import traceback

        traceback.print_exception(error, limit=-4)
        return {"error": "broken"}


def _inspect(order: dict[str, Any]) -> dict[str, Any]:
    from .parsers import pdf

    return {"page_count": pdf.page_count(Path(order["path"]))}


def _read(order: dict[str, Any]) -> dict[str, Any]:
    from .parsers import reader

    return reader.read(order)


_TASKS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {"inspect": _inspect, "read": _read}


def _write(path: Path, answer: dict[str, Any]) -> None:
    unfinished = path.with_suffix(".part")
    unfinished.write_bytes(json.dumps(answer, ensure_ascii=False).encode("utf-8", errors="replace"))
    unfinished.rename(path)


if __name__ == "__main__":
    main()
