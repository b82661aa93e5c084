"""A load generator of our own, the same everywhere and for yardstick and page alike, so that ratios compare.

It is plain sockets in one loop and costs a small part of what the server spends on its cheapest answer. A connection is
opened for every request, because a plain worker of the server closes it after each.
"""

import selectors
import socket
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

PATIENCE = 30.0


class LoadError(Exception):
    """The server did not answer as it should; the message is shown to whoever runs the bench."""


@dataclass(frozen=True)
class Target:
    """What is asked: an address on this machine, with a session where somebody is signed in."""

    port: int
    path: str
    cookie: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def request(self) -> bytes:
        """The request as it goes over the line."""
        lines = [f"GET {self.path} HTTP/1.1", "Host: localhost", "User-Agent: bench", "Connection: close"]
        lines += [f"Cookie: sessionid={self.cookie}"] if self.cookie else []
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


@dataclass
class Tour:
    """Several targets of one server, asked for in turn; where it was left off it goes on."""

    targets: Sequence[Target]
    _next: int = 0

    @property
    def port(self) -> int:
        """The server's."""
        return self.targets[0].port

    @property
    def path(self) -> str:
        """What is spoken of when something goes wrong."""
        return f"one of {len(self.targets)} addresses such as {self.targets[0].path}"

    def request(self) -> bytes:
        """The next request."""
        target = self.targets[self._next % len(self.targets)]
        self._next += 1
        return target.request()


@dataclass
class Busy(Tour):
    """The same where something is written before every request, as by people at work: nothing gathered before is of use."""

    write: Callable[[], object] = field(default=lambda: None, kw_only=True)

    def request(self) -> bytes:
        """The next request, after something was written."""
        self.write()
        return super().request()


def fetch(target: Target) -> tuple[int, bytes, float]:
    """One answer: status, everything received, seconds from opening the connection to its end."""
    started = time.perf_counter()
    with socket.create_connection(("127.0.0.1", target.port), timeout=PATIENCE) as line:
        line.sendall(target.request())
        received = bytearray()
        while chunk := line.recv(1 << 16):
            received += chunk
    took = time.perf_counter() - started
    return _status(received, target), bytes(received), took


def checked(target: Target) -> bytes:
    """The answer, when it is a page; a redirect to sign-in or an error must not be measured as one."""
    status, received, _took = fetch(target)
    if status != 200:
        raise LoadError(f"{target.path} answered {status} instead of 200.")
    return received


def rate(target: Target | Tour, *, seconds: float, clients: int = 4) -> float:
    """Answers a second with so many clients at a time."""
    with selectors.DefaultSelector() as selector:
        for _client in range(clients):
            _open(selector, target.port, target.request())
        started = time.perf_counter()
        until, limit, done = started + seconds, started + seconds + PATIENCE, 0
        now = started
        while now < until or done == 0:
            for key, _events in selector.select(timeout=1):
                if _ended(selector, key, target):
                    done += 1
                    _open(selector, target.port, target.request())
            now = time.perf_counter()
            if now > limit:
                raise LoadError(f"{target.path} gave no answer in {PATIENCE:g} seconds.")
        for key in list(selector.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]
    return done / (now - started)


def _open(selector: selectors.BaseSelector, port: int, request: bytes) -> None:
    line = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    line.sendall(request)
    line.setblocking(False)
    selector.register(line, selectors.EVENT_READ, bytearray())


def _ended(selector: selectors.BaseSelector, key: selectors.SelectorKey, target: Target | Tour) -> bool:
    """Take what arrived; whether that was the end of the answer."""
    line: socket.socket = key.fileobj  # type: ignore[assignment]
    try:
        chunk = line.recv(1 << 18)
    except BlockingIOError:
        return False
    if chunk:
        # Only the first bytes are kept: the status says whether this was a page.
        if len(key.data) < 16:
            key.data.extend(chunk[:16])
        return False
    selector.unregister(line)
    line.close()
    if _status(key.data, target) != 200:
        raise LoadError(f"{target.path} answered {_status(key.data, target)} under load.")
    return True


def _status(received: bytes | bytearray, target: Target | Tour) -> int:
    try:
        return int(bytes(received[9:12]))
    except ValueError:
        raise LoadError(f"{target.path} was cut off without an answer.") from None


def paired_rates(
    target: Target | Tour, yardstick: Target, *, rounds: int, seconds: float
) -> tuple[float, float, float]:
    """Medians of both rates, and of their ratio, taken in turns so that a busy machine slows both alike."""
    pairs = []
    for number in range(rounds):
        order = (target, yardstick) if number % 2 else (yardstick, target)
        found = {id(one): rate(one, seconds=seconds) for one in order}
        pairs.append((found[id(target)], found[id(yardstick)]))
    return _medians(pairs)


def paired_times(one: Target, other: Target, *, pairs: int) -> tuple[float, float, float]:
    """Medians of the seconds that both take with a single client, and of their ratio; asked in turns."""
    taken = []
    for number in range(pairs):
        first, second = (one, other) if number % 2 else (other, one)
        found = {id(first): fetch(first)[2], id(second): fetch(second)[2]}
        taken.append((found[id(one)], found[id(other)]))
    # Of single answers the quickest half is kept: the rest tells of the machine's other work.
    half = max(1, len(taken) // 2)
    mine = statistics.median(sorted(a for a, _b in taken)[:half])
    theirs = statistics.median(sorted(b for _a, b in taken)[:half])
    return mine, theirs, mine / theirs


def paired_sums(pairs: Sequence[tuple[Target, Target]], *, times: int) -> tuple[float, float, float]:
    """Seconds that all of the first take, that all of the second take, and their ratio: each pair weighs by its time."""
    found = [paired_times(one, other, pairs=times) for one, other in pairs]
    mine, theirs = (sum(seconds[place] for seconds in found) for place in (0, 1))
    return mine, theirs, mine / theirs


def _medians(pairs: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    return (
        statistics.median(a for a, _b in pairs),
        statistics.median(b for _a, b in pairs),
        statistics.median(a / b for a, b in pairs),
    )
