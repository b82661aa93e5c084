"""`siemmes export`."""

import argparse
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from siemmes.cli.progress import flowing
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
        size = kept(path, flowing(written(answer, arguments), path.name, quiet=arguments.quiet))
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
