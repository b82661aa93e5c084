"""How far long work has come, shown on the terminal where somebody looks; nothing anywhere else."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Step = Callable[[str], None]


def watched(*, quiet: bool = False) -> bool:
    """Whether somebody looks: no pipe, no `--quiet`."""
    return not quiet and sys.stderr.isatty()


@contextmanager
def stepping(name: str, total: int, *, quiet: bool = False) -> Iterator[Step]:
    """A bar that moves on by one at each step, whose name stands beside it.

    Args:
        total: the steps there are.
    """
    if not watched(quiet=quiet):
        yield lambda _step: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(name, total=total)

        def step(done: str) -> None:
            progress.update(task, advance=1, description=f"{name}: {done}")

        yield step


def flowing(pieces: Iterator[bytes], name: str, *, quiet: bool = False) -> Iterator[bytes]:
    """The pieces, with a line that counts their bytes."""
    if not watched(quiet=quiet):
        yield from pieces
        return
    from rich.console import Console
    from rich.progress import (
        DownloadColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
        TransferSpeedColumn,
    )

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(name, total=None)
        for piece in pieces:
            progress.advance(task, len(piece))
            yield piece
