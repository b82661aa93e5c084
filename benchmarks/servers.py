"""Web servers of the bench: one plain worker each, bound to this machine on a port that was free."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load import LoadError, Target, fetch

ROOT = Path(__file__).resolve().parent.parent
PAGES = "puebla.config.wsgi:application"
YARDSTICK = "benchmarks.yardstick:application"


@dataclass(frozen=True)
class Server:
    """A running web server: its master process and its port."""

    pid: int
    port: int

    def worker_memory_mb(self) -> float:
        """Resident memory of its worker."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        if not children:
            raise LoadError("The web server has no worker whose memory could be read.")
        lines = Path(f"/proc/{children[0]}/status").read_text().splitlines()
        kilobytes = next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))
        return kilobytes / 1024


def command(application: str, port: int) -> list[str]:
    """The server's command line: the same for pages and yardstick."""
    return [
        sys.executable, "-m", "gunicorn", "--worker-class", "sync", "--workers", "1", "--bind", f"127.0.0.1:{port}",
        "--log-level", "warning", "--timeout", "120", "--no-control-socket", application,
    ]  # fmt: skip


def environment(data_dir: Path, *, key: str) -> dict[str, str]:
    """What a server of a real instance over this data directory finds in its environment, and nothing of ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PUEBLA_", "DJANGO_"))}
    kept.pop("DATABASE_URL", None)
    return kept | {
        "PUEBLA_ENV": "production",
        "PUEBLA_DATA_DIR": str(data_dir),
        "PUEBLA_SECRET_KEY": key,
        "PUEBLA_BASE_URL": "http://localhost",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")]),
    }


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(application: str, env: Mapping[str, str]) -> Iterator[Server]:
    """Serve while the block runs; ends every process that it started."""
    port = free_port()
    process = subprocess.Popen(command(application, port), env=dict(env), cwd=ROOT, start_new_session=True)
    try:
        wait_for(Target(port, "/healthz"), process)
        yield Server(process.pid, port)
    finally:
        stop(process)


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End a server and its worker."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


def wait_for(target: Target, process: "subprocess.Popen[bytes]", *, seconds: float = 90) -> float:
    """Ask until there is an answer; the instant of it on the monotonic clock."""
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        try:
            fetch(target)
        except (OSError, LoadError):
            if process.poll() is not None:
                raise LoadError("The web server did not start; its own lines above say why.") from None
            time.sleep(0.005)
        else:
            return time.perf_counter()
    raise LoadError(f"The web server did not answer within {seconds:g} seconds.")
