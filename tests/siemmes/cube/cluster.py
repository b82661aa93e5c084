"""A real Spark cluster on this machine: a master and two workers out of pyspark's own jars."""

import importlib.util
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: What an operator writes into spark-defaults.conf; here for six small virtual machines on two cores.
DEFAULTS = """\
spark.driver.memory 600m
spark.executor.memory 600m
spark.executor.cores 1
spark.sql.shuffle.partitions 2
spark.default.parallelism 2
spark.ui.showConsoleProgress false
spark.driver.extraJavaOptions -XX:TieredStopAtLevel=1
spark.executor.extraJavaOptions -XX:TieredStopAtLevel=1
"""
_QUIET = """\
rootLogger.level = error
rootLogger.appenderRef.stdout.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %p %c: %m%n
"""


def why_not() -> str | None:
    """Why no cluster can be started here, and what to do about it; None where one can."""
    if importlib.util.find_spec("pyspark") is None:
        return "Spark is not installed: run `make spark`, then these tests start a cluster."
    if shutil.which("java") is None:
        return "There is no Java here: install Java 17 (Debian: openjdk-17-jre-headless), then these tests start a cluster."
    return None


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """The address of a cluster for as long as the block runs; every process of it ends with the block."""
    import pyspark

    home = Path(pyspark.__file__).parent
    conf = folder / "conf"
    conf.mkdir(parents=True)
    (conf / "spark-defaults.conf").write_text(DEFAULTS)
    (conf / "log4j2.properties").write_text(_QUIET)
    ours = {
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_CONF_DIR": str(conf),
        "SPARK_HOME": str(home),
        "SPARK_DAEMON_MEMORY": "256m",
    }
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    port = _free_port()
    started = []
    try:
        master = [
            "org.apache.spark.deploy.master.Master",
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
            "--webui-port",
            "0",
        ]
        started.append(_start(home, master, folder / "master.log"))
        address = f"spark://127.0.0.1:{port}"
        _wait_for(started[0], port)
        for number in (1, 2):
            worker = [
                "org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1", "--cores", "1", "--memory", "800m",
                "--webui-port", "0", "--work-dir", str(folder / f"worker{number}"), address,
            ]  # fmt: skip
            started.append(_start(home, worker, folder / f"worker{number}.log"))
        yield address
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def workers_of(session: object) -> int:
    """How many workers have taken the session's work so far."""
    text = session.sparkContext._jsc.sc().getExecutorMemoryStatus().keySet().mkString(",")  # type: ignore[attr-defined]
    return len(re.findall(r":\d+", text)) - 1


def _start(home: Path, arguments: list[str], log: Path) -> "subprocess.Popen[bytes]":
    with log.open("wb") as out:
        return subprocess.Popen(
            [str(home / "bin" / "spark-class"), *arguments], stdout=out, stderr=subprocess.STDOUT
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(process: "subprocess.Popen[bytes]", port: int, *, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError("The master of the cluster ended; its log says why.")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"The master of the cluster did not answer within {seconds:g} seconds.")
