"""`siemmes export`."""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from siemmes.cli.query import question, written
from siemmes.cli.showing import as_json
from siemmes.model.errors import RefusedError
from siemmes.release.store import Store
from siemmes.sdmx.formats import format_of

_SAID = {"en": "{path}: {size:,} bytes, {release}.", "es": "{path}: {size:,} bytes, {release}."}


def run(arguments: argparse.Namespace) -> int:
    """Write the answer into a file beside its name, and give it its name once it is whole."""
    path: Path = arguments.output or Path(arguments.flow + format_of(arguments.format).extension)
    with Store(arguments.store).asked(question(arguments)) as answer:
        release = answer.release
        size = kept(path, _shown(written(answer, arguments), path.name, quiet=arguments.quiet))
    told = {"path": str(path), "format": arguments.format, "size": size, "release": release}
    if arguments.json:
        as_json(told)
    else:
        print(_SAID[arguments.lang].format(**told))
    return 0


def kept(path: Path, pieces: Iterator[bytes]) -> int:
    """Write the pieces into a file that appears under its name once all are there; its size."""
    aside = None
    try:
        with _aside(path) as file:
            aside = Path(file.name)
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
        aside.replace(path)
    except OSError as error:
        raise RefusedError(
            {
                "en": f"“{path}” could not be written ({error.strerror}); nothing of it was kept.",
                "es": f"«{path}» no pudo escribirse ({error.strerror}); no se conservó nada.",
            }
        ) from error
    finally:
        if aside is not None:
            aside.unlink(missing_ok=True)
    return size


def _aside(path: Path) -> IO[bytes]:
    return tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False)


def _shown(pieces: Iterator[bytes], name: str, *, quiet: bool) -> Iterator[bytes]:
    """The pieces, with a line that tells of progress where somebody looks."""
    if quiet or not sys.stderr.isatty():
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
