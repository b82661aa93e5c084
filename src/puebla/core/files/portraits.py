"""Portraits: a picture that somebody sends of a person, drawn anew in a process apart."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from puebla.core.verdicts import RefusedError

from .examine import examine
from .kinds import FileKind
from .supervision import Limits, run

#: Enough for what a telephone takes.
LIMIT = 12 << 20
MEDIA_TYPE = "image/jpeg"
#: Three to four, as passports have them; 300 dots an inch on a badge.
SIZE = (480, 640)
_KINDS = frozenset({FileKind.JPEG, FileKind.PNG, FileKind.WEBP})
_DRAWING = Limits(seconds=20, memory_mb=1536)


@contextmanager
def portrait(path: Path, *, name: str) -> Iterator[Path]:
    """The picture as a small upright JPEG without its camera's notes; gone at the end.

    Raises:
        RefusedError: where it is too big, damaged or no picture.
    """
    examined = examine(path, name=name, limit=LIMIT)
    if examined.kind not in _KINDS:
        raise RefusedError(
            _("A photograph is a JPEG, PNG or WebP file. Save it as one of these and send it again.")
        )
    with tempfile.TemporaryDirectory(prefix="puebla-portrait-") as folder:
        into = Path(folder) / "portrait.jpg"
        run({"task": "portrait", "path": str(path.resolve()), "into": str(into), "size": SIZE}, _DRAWING)
        yield into
