"""The most memory that a process ever held."""

from pathlib import Path


def peak_mb() -> float:
    """The most memory that this process ever held, in MB.

    `getrusage` would tell that of the process which started this one, where it was larger: its figure outlives execve(2).
    """
    status = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:")) / 1024
