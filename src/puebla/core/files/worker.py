"""The reading worker: `python -m puebla.core.files.worker` takes one order on standard input and writes one answer.

It imports no Django and no parser before it knows which one is needed: most of the time spent on a small file
would otherwise go into starting. With `--many` it takes orders line by line and starts a child for each: starting is
then paid once, while every file still has a process, limits and memory of its own. The parent itself opens no file.
"""

import contextlib
import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

MEMORY_EXIT = 77
MAX_FILE = 256 << 20


def main() -> None:
    """Do the one order, or one after the other."""
    if "--many" in sys.argv:
        _serve()
    else:
        _do(json.load(sys.stdin.buffer))


def _serve() -> None:
    """For each order a child; tell its number when it starts, and how it ended when it did."""
    for line in sys.stdin.buffer:
        order = json.loads(line)
        _prepare(order)
        child = os.fork()
        if child == 0:
            _stand_alone(order)
            _do(order)
        print(child, flush=True)
        # Its whole session goes before its number can be given to another: an OCR program must not outlive its reader.
        os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child, signal.SIGKILL)
        _pid, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _prepare(order: dict[str, Any]) -> None:
    """Load what the children would each load again: programs and models, never a file."""
    from .parsers import language, pdf, reader

    if order["task"] == "read":
        reader.parser_of(order["kind"])
        language.warm(tuple(order["languages"]))
    del pdf


def _stand_alone(order: dict[str, Any]) -> None:
    """Leave the parent's session and its pipes: what a file achieves in here must not reach the next one."""
    os.setsid()
    os.chdir(order["folder"])
    nothing = os.open(os.devnull, os.O_RDWR)
    complaints = os.open(order["complaints"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for here, there in ((nothing, 0), (nothing, 1), (complaints, 2)):
        os.dup2(here, there)
    os.closerange(3, 64)


def _do(order: dict[str, Any]) -> NoReturn:
    """Limit this process, then do as ordered."""
    try:
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


def _portrait(order: dict[str, Any]) -> dict[str, Any]:
    from .parsers import portraits

    portraits.draw(Path(order["path"]), Path(order["into"]), tuple(order["size"]))
    return {}


_TASKS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "inspect": _inspect, "portrait": _portrait, "read": _read
}  # fmt: skip


def _write(path: Path, answer: dict[str, Any]) -> None:
    unfinished = path.with_suffix(".part")
    unfinished.write_bytes(json.dumps(answer, ensure_ascii=False).encode("utf-8", errors="replace"))
    unfinished.rename(path)


if __name__ == "__main__":
    main()
