"""The real figures that come with the engine: what each file is, who it is from, and in which order they are submitted.

They are files of submissions like any other, and go through the same door. `tools/content.py` makes them anew from the
public files they came from.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path

from siemmes.model.errors import QuestionError

FOLDER = Path(str(files("siemmes.release.content")))


@dataclass(frozen=True)
class Shipped:
    """A file of figures that is shipped.

    Attributes:
        id: its name.
        file: the file beside this module: compact SDMX-CSV, gzipped.
        flow, sender: the dataflow it is for, and the source it is from.
        names: what it is, by language.
        source: where the figures were published and through which public copy they came, for citing.
        period: the first and the last year that the figures speak of, as people say it.
        said: columns that are the same in every row, said once.
        reason: why published figures change, where they do.
        note: where a release of the flow is to follow it, what that release says of itself.
    """

    id: str
    file: str
    flow: str
    sender: str
    names: Mapping[str, str]
    source: str
    period: str
    said: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    note: str = ""

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return FOLDER / self.file


@cache
def shipped() -> tuple[Shipped, ...]:
    """Everything that is shipped, in the order in which it is submitted."""
    found = tomllib.loads((FOLDER / "content.toml").read_text("utf-8"))["content"]
    return tuple(Shipped(file=f"{one['id']}.csv.gz", **one) for one in found)


def selected(name: str) -> tuple[Shipped, ...]:
    """What is shipped under a name: one file's id, a dataflow's id for all of its files, or `all`.

    Raises:
        QuestionError: where there is none; the text names those that there are.
    """
    found = tuple(one for one in shipped() if name in {"all", one.flow, one.id})
    if not found:
        known = ", ".join(
            ("all", *dict.fromkeys(one.flow for one in shipped()), *(one.id for one in shipped()))
        )
        raise QuestionError(
            {
                "en": f"Nothing is shipped under the name “{name}”. Shipped: {known}.",
                "es": f"No se distribuye nada con el nombre «{name}». Se distribuye: {known}.",
            }
        )
    return found
