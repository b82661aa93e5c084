"""Figures in SDMX-ML: generic 2.1, and structure-specific 2.1, 3.0 and 3.1, by series or flat.

Read by expat piece by piece, in constant memory. Declarations of entities end the reading at once, so that neither external
entities nor entities that multiply are ever followed; depth is bounded. Long stretches of plain series and observations are read
column by column instead (`intake.stretches`), where expat has just told that it stands between them.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

import duckdb
import numpy as np

from siemmes.intake.findings import Finding
from siemmes.intake.gathering import BATCH, Gatherer
from siemmes.intake.stretches import Stretch, stretch_of
from siemmes.model.errors import UnreadableError
from siemmes.model.structures import TIME, VALUE, Structure

_CHUNK = 1 << 20
_SERIES_ENDS = b"</Series>"
#: Stretches in a row that may turn out to be none before no more are looked for.
_TRIES = 3
_DEPTH = 40
#: Tags whose meaning is kept; a message has some twenty, an adversary's as many as it likes.
_TAGS = 64
#: Elements of a header that name the flow (2.1: `Ref`, 2.1 and 3.x: a URN in the text of `Structure` or `StructureUsage`).
_FLOW_TEXTS = frozenset({"StructureUsage", "Structure", "URN", "ProvisionAgreement", "ProvisionAgrement"})
_URN = re.compile(r"=([\w@$-]+(?:\.[\w@$-]+)*):([\w@$-]+)\(([^)]*)\)")
#: What actions are called in SDMX-ML and in SDMX-CSV.
_ACTIONS = {"Append": "I", "Information": "I", "Merge": "M", "Replace": "R", "Delete": "D"}


def read_markup(
    con: duckdb.DuckDBPyConnection, path: Path, about: Structure
) -> tuple[str, list[str], list[Finding]]:
    """Read SDMX-ML into the table `raw`; its kind, its columns, and what was noticed. Rows are counted by observation.

    Raises:
        UnreadableError: where it is no well-formed SDMX-ML data message, declares entities, or is nested too deep.
    """
    parser = expat.ParserCreate(namespace_separator="}")
    message = _Message(path.name, Gatherer(con, about), parser)
    parser.buffer_text = True
    parser.StartElementHandler = message.root
    parser.EndElementHandler = message.end
    parser.EntityDeclHandler = message.entity
    parser.ExternalEntityRefHandler = message.entity
    try:
        with path.open("rb") as file:
            _Feed(parser, message).read(file)
    except expat.ExpatError as first:
        error = _where(path, first)
        raise UnreadableError({
            "en": f"“{path.name}” is not well-formed XML: line {error.lineno}, column {error.offset + 1}. "
            "It may have been cut off; send it again.",
            "es": f"«{path.name}» no es XML bien formado: línea {error.lineno}, columna {error.offset + 1}. "
            "Puede estar incompleto; envíelo de nuevo.",
        }) from first  # fmt: skip
    return message.finish()


def _where(path: Path, found: expat.ExpatError) -> expat.ExpatError:
    """The same fault with its true place: stretches that expat did not see are not counted in the one it tells."""
    parser = expat.ParserCreate(namespace_separator="}")
    try:
        with path.open("rb") as file:
            parser.ParseFile(file)
    except expat.ExpatError as error:
        return error
    return found


class _Feed:
    """Hands a file to expat, and long stretches of plain figures past it."""

    def __init__(self, parser: expat.XMLParserType, message: "_Message") -> None:
        self._parser, self._message = parser, message
        self._tries = _TRIES
        self._fed, self._ended = 0, -1
        self._between = False
        parser.XmlDeclHandler = self._declared
        parser.StartDoctypeDeclHandler = self._typed

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() != "utf-8":
            self._tries = 0

    def _typed(self, *_what: Any) -> None:
        """A document type may say what elements have that do not say it themselves."""
        self._tries = 0

    def read(self, file: IO[bytes]) -> None:
        """Read a file to its end."""
        left = b""
        while chunk := file.read(_CHUNK):
            left = self._taken(left + chunk)
            self._message.lay()
        self._parser.Parse(left, True)

    def _taken(self, text: bytes) -> bytes:
        """Take a piece of the file; the end of it that has to wait for the next one."""
        while text and self._tries:
            end = _last_end(text) if self._between else _first_end(text)
            if end < 0:
                break
            piece, text = text[:end], text[end:]
            stretch = stretch_of(piece) if self._between else None
            if stretch is not None:
                self._message.take(stretch)
                self._tries = _TRIES
                continue
            self._tries -= self._between
            self._between = self._fed_to_an_end(piece)
        if self._between and self._tries and len(text) < _CHUNK:
            return text
        self._between = False
        self._parser.Parse(text, False)
        self._fed += len(text)
        return b""

    def _fed_to_an_end(self, piece: bytes) -> bool:
        """Give expat a piece; whether it tells that an element ended with it, and that the next one of a data set may begin."""
        self._parser.EndElementHandler = self._ending
        self._parser.Parse(piece, False)
        self._parser.EndElementHandler = self._message.end
        self._fed += len(piece)
        # Of an empty element expat tells the end, of a closing tag the beginning.
        behind = 0 if piece.endswith(b"/>") else len(_SERIES_ENDS)
        return self._message.in_dataset and self._fed - self._ended == behind

    def _ending(self, tag: str) -> None:
        self._ended = self._parser.CurrentByteIndex
        self._message.end(tag)


def _first_end(text: bytes) -> int:
    """Behind the first series, or the first observation where none is in a series; -1 for none."""
    series, figure = text.find(b"<Series"), text.find(b"<Obs")
    if series >= 0 and (figure < 0 or series < figure):
        return _behind(text.find(_SERIES_ENDS, series), _SERIES_ENDS)
    return _behind(text.find(b"/>", figure), b"/>") if figure >= 0 else -1


def _last_end(text: bytes) -> int:
    """Behind the last series, or the last observation where none is in a series; -1 for none."""
    if b"<Series" in text:
        return _behind(text.rfind(_SERIES_ENDS), _SERIES_ENDS)
    return _behind(text.rfind(b"/>"), b"/>")


def _behind(place: int, what: bytes) -> int:
    return place + len(what) if place >= 0 else -1


class _Message:
    """The state of reading one message."""

    def __init__(self, name: str, gatherer: Gatherer, parser: expat.XMLParserType) -> None:
        self._name, self._gatherer, self._parser = name, gatherer, parser
        self._kind: str | None = None
        self._path: list[str] = []
        self._flow: str | None = None
        self._dataset: dict[str, str] = {}
        self._series: dict[str, str] = {}
        self._own: dict[str, str] = {}
        self._groups: list[Mapping[str, str]] = []
        self._group: dict[str, str] | None = None
        self._component: str | None = None
        self._text: list[str] = []
        self._listening = False
        self._tags: dict[str, tuple[str, Callable[[dict[str, str]], None]]] = {}

    def root(self, tag: str, attributes: dict[str, str]) -> None:
        """The first element says what the message is; all others are handled alike."""
        self._kind = self._kind_of(tag, tag.rsplit("}", 1)[-1])
        self._parser.StartElementHandler = self.start
        self.start(tag, attributes)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins. There is one for each figure: what its tag means is looked up once."""
        name, handler = self._tags.get(tag) or self._meant(tag)
        self._path.append(name)
        if len(self._path) > _DEPTH:
            raise self._refused(
                "is nested too deep to be a data message",
                "está anidado en exceso para ser un mensaje de datos",
            )
        if handler is not None:
            handler(attributes)

    def _meant(self, tag: str) -> tuple[str, Callable[[dict[str, str]], None] | None]:
        """The element that a tag is of whatever its namespace, and who handles its beginning."""
        name = tag.rsplit("}", 1)[-1]
        handler = _STARTS.get(name)
        if handler is None:
            return name, None
        meant = name, handler.__get__(self)
        if len(self._tags) < _TAGS:
            self._tags[tag] = meant
        return meant

    def end(self, _tag: str) -> None:
        """An element ends."""
        handler = _ENDS.get(self._path.pop())
        if handler is not None:
            handler(self)

    @property
    def in_dataset(self) -> bool:
        """Whether the next element is one of a data set that lies where one should: in the message itself."""
        return len(self._path) == 2 and self._path[-1] == "DataSet"

    def take(self, stretch: Stretch) -> None:
        """Take what a stretch between elements of the data set says."""
        if stretch.rows:
            said = [{}, *stretch.series]
            used, places = np.unique(
                stretch.places, return_inverse=True
            )  # a series without figures says nothing
            shared = [{**self._dataset, **said[number]} for number in used.tolist()]
            self._gatherer.add_columns(stretch.rows, stretch.own, shared, places.astype(np.int32))

    def lay(self) -> None:
        """Lay down the figures that were read, but the last, which may not be complete."""
        if len(self._gatherer.rows) >= BATCH:
            self._gatherer.lay(but=1)

    def _listen(self, whether: bool) -> None:
        """Texts are heard only where one means something: what stands between figures is white space."""
        self._listening, self._text = whether, []
        self._parser.CharacterDataHandler = self._text.append if whether else None

    def entity(self, *_what: Any) -> Any:
        """Declarations and references of entities: no message needs one."""
        raise self._refused(
            "declares entities, which no data message needs",
            "declara entidades, que ningún mensaje de datos necesita",
        )

    def _refused(self, english: str, spanish: str) -> UnreadableError:
        return UnreadableError({
            "en": f"“{self._name}” {english}; nothing was read.", "es": f"«{self._name}» {spanish}; no se leyó nada.",
        })  # fmt: skip

    def _kind_of(self, tag: str, name: str) -> str:
        found = re.search(r"sdmx\.org/resources/sdmxml/schemas/v(\d)_(\d)/message", tag)
        if found is None or not name.endswith("Data"):
            raise self._refused(
                "is XML, but no SDMX-ML data message (GenericData, StructureSpecificData)",
                "es XML, pero no un mensaje de datos SDMX-ML (GenericData, StructureSpecificData)",
            )
        form = "generic" if name.startswith("Generic") else "structure-specific"
        return f"SDMX-ML {found[1]}.{found[2]} {form}"

    # Header

    def _in_header(self) -> bool:
        return "Header" in self._path

    def ref(self, attributes: Mapping[str, str]) -> None:
        """A reference in the header: 2.1 names the flow so."""
        if (
            self._in_header()
            and attributes.get("class", "Dataflow") in {"Dataflow", "DataStructure"}
            and "id" in attributes
        ):
            self._flow = (
                f"{attributes.get('agencyID', '')}:{attributes['id']}({attributes.get('version', '')})"
            )

    def structure(self, _attributes: Mapping[str, str]) -> None:
        """The header's text that names the flow begins."""
        if self._in_header():
            self._listen(True)

    def structure_ends(self) -> None:
        """The text that may name the flow is complete."""
        if self._listening and self._component is None:
            if found := _URN.search("".join(self._text)):
                self._flow = f"{found[1]}:{found[2]}({found[3]})"
            self._listen(False)

    # Data sets

    def dataset(self, attributes: Mapping[str, str]) -> None:
        """A data set: what it says holds for all of its figures."""
        self._dataset = {name: value for name, value in attributes.items() if "}" not in name}
        action = self._dataset.pop("action", None) or next(
            (value for name, value in attributes.items() if name.endswith("}action")), None
        )
        if action in _ACTIONS:
            self._dataset["ACTION"] = _ACTIONS[action]
        if self._flow:
            self._dataset["STRUCTURE_ID"] = self._flow
        self._series = dict(self._dataset)
        self._gatherer.under(self._dataset)

    def series(self, attributes: Mapping[str, str]) -> None:
        """A series: its key, and what is said of all of its figures."""
        self._series = {
            **self._dataset,
            **{name: value for name, value in attributes.items() if "}" not in name},
        }
        self._gatherer.under(self._series)

    def series_ends(self) -> None:
        """The next observation belongs to no series unless one begins."""
        self._series = dict(self._dataset)
        self._gatherer.under(self._dataset)

    def group(self, attributes: Mapping[str, str]) -> None:
        """A group: what it says holds for all series with these codes."""
        self._group = {name: value for name, value in attributes.items() if "}" not in name}

    def group_ends(self) -> None:
        """The group is complete."""
        if self._group:
            self._groups.append(self._group)
        self._group = None

    def observation(self, attributes: dict[str, str]) -> None:
        """An observation; a structure-specific one says everything in its attributes, others fill it before the next begins."""
        self._own = attributes
        self._gatherer.rows.append(attributes)

    # Generic messages

    def value(self, attributes: Mapping[str, str]) -> None:
        """A value of a key or an attribute (generic), or of a component with several (3.x)."""
        parent = self._path[-2] if len(self._path) > 1 else ""
        if parent == "Comp":
            self._listen(True)
            return
        if "id" in attributes and "value" in attributes:
            self._target()[attributes["id"]] = attributes["value"]

    def _target(self) -> dict[str, str]:
        for name in reversed(self._path):
            if name == "Obs":
                return self._own
            if name == "Series":
                return self._series
            if name == "Group":
                return self._group if self._group is not None else {}
        # What a data set says behind some of its figures holds for those to come.
        self._dataset = dict(self._dataset)
        self._gatherer.under(self._dataset)
        return self._dataset

    def observed_period(self, attributes: Mapping[str, str]) -> None:
        """The period of a generic observation in a series."""
        if self._of_observation:
            self._own[attributes.get("id", TIME)] = attributes.get("value", "")

    def observed_value(self, attributes: Mapping[str, str]) -> None:
        """The figure of a generic observation."""
        if self._of_observation:
            self._own[VALUE] = attributes.get("value", "")

    @property
    def _of_observation(self) -> bool:
        """Whether the element that begins is one of an observation: elsewhere it would change one that was read before."""
        return self._path[-2:-1] == ["Obs"]

    # Components with elements of their own (3.x)

    def component(self, attributes: Mapping[str, str]) -> None:
        """A component written as an element."""
        self._component = attributes.get("id")
        self._listen(True)

    def component_ends(self) -> None:
        """Its text is complete."""
        if self._component:
            self._target()[self._component] = "".join(self._text).strip()
        self._component = None
        self._listen(False)

    def finish(self) -> tuple[str, list[str], list[Finding]]:
        columns, findings = self._gatherer.finish(table=bool(self._groups))
        if self._groups:
            columns += self._gatherer.apply(self._groups)
        return self._kind or "SDMX-ML", columns, findings


_STARTS = {
    "Ref": _Message.ref, "Structure": _Message.structure, "StructureUsage": _Message.structure, "URN": _Message.structure,
    "ProvisionAgreement": _Message.structure, "ProvisionAgrement": _Message.structure, "DataSet": _Message.dataset,
    "Series": _Message.series, "Group": _Message.group, "Obs": _Message.observation, "Value": _Message.value,
    "ObsDimension": _Message.observed_period, "ObsValue": _Message.observed_value, "Comp": _Message.component,
}  # fmt: skip
_ENDS = {
    "Series": _Message.series_ends, "Group": _Message.group_ends,
    "Comp": _Message.component_ends, **dict.fromkeys(_FLOW_TEXTS, _Message.structure_ends),
}  # fmt: skip
