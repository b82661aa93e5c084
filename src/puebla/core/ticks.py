"""A second clock beside that on the wall: it counts on from the start of the machine and cannot be set.

Who doubts an hour compares how far both went meanwhile.
"""

import datetime as dt
import os
import socket
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.utils import timezone

_BOOT = Path("/proc/sys/kernel/random/boot_id")
#: An instant that was handed down is read off the wall just now, unless it is farther away than this.
JUST_NOW = dt.timedelta(seconds=2)


@dataclass(frozen=True)
class Tick:
    """Where that clock stands.

    Attributes:
        boot: names the start of the machine since which it counts; ticks of two starts have nothing to do with each other.
        micros: microseconds since then.
    """

    boot: str
    micros: int


@lru_cache(maxsize=1)
def _boot() -> str:
    try:
        return f"{socket.gethostname()[:20]}-{_BOOT.read_text().strip()[:36]}"
    except OSError:
        # No such file: the clock of this process alone, which is named by its start.
        return f"{socket.gethostname()[:20]}-{os.getpid()}-{time.monotonic_ns()}"


def tick() -> Tick:
    """Where it stands now; it goes on while the machine sleeps."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return Tick(_boot(), time.clock_gettime_ns(clock) // 1000)


def tick_at(at: dt.datetime) -> Tick | None:
    """Where it stood at this instant, if that was just now; None for an instant that somebody only supposes."""
    found, late = tick(), timezone.now() - at
    if abs(late) > JUST_NOW:
        return None
    return Tick(found.boot, found.micros - round(late.total_seconds() * 1_000_000))
