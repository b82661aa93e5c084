"""Runs the reading worker: one process per file, with little memory, little time and nothing else to lose.

PDF and picture libraries parse hostile bytes in C++; whatever such bytes achieve ends with this process. Where many
files are read in a row, a `Readers` keeps a worker that starts those processes without paying the start each time.
"""

import contextlib
import json
import logging
import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from puebla.core.verdicts import RefusedError

from .sentences import sentence

log = logging.getLogger(__name__)

_SOURCE_ROOT = Path(__file__).resolve().parents[3]
# Enough for the dynamic loader and tesseract; no settings, no keys, no addresses of databases.
_INHERITED = ("PATH", "LD_LIBRARY_PATH", "TMPDIR", "TESSDATA_PREFIX")
_MAX_RESULT = 256 << 20
# What the worker leaves with when Python itself found no memory.
MEMORY_EXIT = 77


@dataclass(frozen=True)
class Limits:
    """What one file may cost: seconds of time, megabytes of memory, pages that are read."""

    seconds: float = 120
    memory_mb: int = 1024
    pages: int = 2000


class UnreadableError(RefusedError):
    """The file is what it claims to be, but could not be read; it can still be kept and downloaded.

    `cause` is a word for programs: password, broken, memory, time, huge.
    """

    def __init__(self, reason: str | Promise, *, cause: str = "broken") -> None:
        super().__init__(reason)
        self.cause = cause


_SENTENCES: dict[str, str | Promise] = {
    "password": _("The file is protected by a password. Save it without a password and send it again."),
    "broken": _(
        "The file is damaged or incomplete and cannot be opened. Open it in the program that made it, save it "
        "again and send the new file."
    ),
    "huge": _("The picture has too many pixels to be opened safely. Save it smaller and send it again."),
    "memory": _(
        "The file needs more memory to be read than is allowed. Save it in a simpler form or in parts, and send it "
        "again."
    ),
    "time": _(
        "Reading the file took longer than {seconds} seconds and was stopped. Save it in a simpler form or in parts, "
        "and send it again."
    ),
}


def run(task: Mapping[str, object], limits: Limits, *, readers: "Readers | None" = None) -> dict[str, Any]:
    """Let the worker do one task and bring back its answer.

    Args:
        readers: workers that stand ready, where many files are read in a row.

    Raises:
        UnreadableError: when it reports a refusal, runs out of time or memory, or dies.
    """
    with tempfile.TemporaryDirectory(prefix="puebla-reading-") as folder:
        answer = Path(folder) / "answer.json"
        complaints = Path(folder) / "complaints.txt"
        order = {
            **task,
            "answer": str(answer),
            "limits": asdict(limits),
            "folder": folder,
            "complaints": str(complaints),
        }
        try:
            code = (readers or _Starting()).obey(order, seconds=limits.seconds)
        except _LostError:
            # The worker that stood ready is gone; the file is not to blame before it failed in one of its own.
            code = _Starting().obey(order, seconds=limits.seconds)
        if code is None:
            raise UnreadableError(sentence(_SENTENCES["time"], seconds=f"{limits.seconds:g}"), cause="time")
        result = _answer_in(answer)
        if result is None:
            raise _unreadable(_cause_of_death(code, complaints), limits)
    if "error" in result:
        raise _unreadable(str(result["error"]), limits)
    return result


def _unreadable(cause: str, limits: Limits) -> UnreadableError:
    template = _SENTENCES.get(cause, _SENTENCES["broken"])
    reason = sentence(template, seconds=f"{limits.seconds:g}") if cause == "time" else template
    return UnreadableError(reason, cause=cause)


class _LostError(Exception):
    """A worker that stood ready has ended."""


class _Starting:
    """Starts a worker for one order."""

    def obey(self, order: Mapping[str, Any], *, seconds: float) -> int | None:
        """The worker's exit code, or None where time ran out and it was killed with all its children."""
        return _run_process(
            order, folder=Path(order["folder"]), complaints=Path(order["complaints"]), seconds=seconds
        )


class Readers:
    """Workers that stand ready while many files are read; use it in a `with` statement, from any number of threads."""

    def __init__(self) -> None:
        self._idle: SimpleQueue[_Ready] = SimpleQueue()

    def __enter__(self) -> "Readers":
        return self

    def __exit__(self, *_error: object) -> None:
        with contextlib.suppress(Empty):
            while True:
                self._idle.get_nowait().end()

    def obey(self, order: Mapping[str, Any], *, seconds: float) -> int | None:
        """As `_Starting.obey`; raises _LostError where the worker itself is gone."""
        try:
            ready = self._idle.get_nowait()
        except Empty:
            ready = _Ready()
        try:
            code = ready.obey(order, seconds=seconds)
        except BaseException:
            ready.end()
            raise
        self._idle.put(ready)
        return code


class _Ready:
    """One such worker: it opens no file itself but starts a process for each."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-s", "-m", "puebla.core.files.worker", "--many"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,
            bufsize=0,
        )

    def obey(self, order: Mapping[str, Any], *, seconds: float) -> int | None:
        stdin = self._process.stdin
        if stdin is None:
            raise _LostError
        try:
            stdin.write(json.dumps(order).encode() + b"\n")
        except OSError as error:
            raise _LostError from error
        child = int(self._line())
        if self._says_something(seconds):
            return int(self._line())
        # Both: it may not have had the time to leave the worker's session for its own.
        for stop in (os.killpg, os.kill):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                stop(child, signal.SIGKILL)
        self._line()
        return None

    def _says_something(self, seconds: float) -> bool:
        poller = select.poll()
        poller.register(self._process.stdout or -1, select.POLLIN)
        return bool(poller.poll(max(1, int(seconds * 1000))))

    def _line(self) -> bytes:
        line = self._process.stdout.readline() if self._process.stdout else b""
        if not line:
            raise _LostError
        return line

    def end(self) -> None:
        """Let it go: it ends when nobody gives orders any more."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.wait()


def _run_process(
    order: Mapping[str, object], *, folder: Path, complaints: Path, seconds: float
) -> int | None:
    """The worker's exit code, or None where time ran out and it was killed with all its children."""
    with complaints.open("wb") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-P", "-s", "-m", "puebla.core.files.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            cwd=folder,
            env=_environment(),
            start_new_session=True,
        )
    try:
        if process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.write(json.dumps(order).encode())
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
        return process.returncode if _ended_within(process, seconds) else None
    finally:
        # The whole session: an OCR program must not outlive the reader that started it.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return kept | {
        "PYTHONPATH": str(_SOURCE_ROOT),
        "PYTHONUTF8": "1",
        "LANG": "C.UTF-8",
        "OMP_THREAD_LIMIT": "1",
        # Each arena of a thread reserves address space, which is what the memory limit counts.
        "MALLOC_ARENA_MAX": "2",
    }


def _ended_within(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Wait without polling where the system can: polling would cost each small file a twentieth of a second."""
    if hasattr(os, "pidfd_open"):
        watch = os.pidfd_open(process.pid)
        try:
            poller = select.poll()
            poller.register(watch, select.POLLIN)
            if not poller.poll(max(1, int(seconds * 1000))):
                return False
        finally:
            os.close(watch)
        process.wait()
        return True
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _answer_in(path: Path) -> dict[str, Any] | None:
    try:
        if path.stat().st_size > _MAX_RESULT:
            return None
        answer = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return answer if isinstance(answer, dict) else None


def _cause_of_death(code: int, complaints: Path) -> str:
    """A MemoryError leaves its own exit code, the libraries in C++ and Rust only a last word."""
    last_words = (
        complaints.read_bytes()[-2000:].decode("utf-8", errors="replace") if complaints.exists() else ""
    )
    log.warning("The reading worker ended with %s: %s", code, last_words)
    if code == MEMORY_EXIT or "memory allocation" in last_words or "bad_alloc" in last_words:
        return "memory"
    return "time" if code in (-signal.SIGXCPU, -signal.SIGALRM) else "broken"
