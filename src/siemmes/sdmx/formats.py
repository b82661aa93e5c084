"""Every form in which an answer can be had: its id, media types, file extension, and what can be chosen of it.

The writers are imported when first used, so that a command line that prints CSV pays for nothing else.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

from siemmes.model.errors import QuestionError

if TYPE_CHECKING:  # the command line lists the formats before anything that takes time is imported
    from siemmes.cube.answers import Answer

_VND = "application/vnd.sdmx."


@dataclass(frozen=True)
class Format:
    """A form of an answer.

    Attributes:
        names: by language, for people.
        media: media types with their versions, the proper one first.
        extension: of a file, with its dot.
        writer: module and function that write it.
        fixed: what that function is told in any case.
        options: what can be chosen: "labels", "language", "flat".
        sums: whether it takes figures that are added up.
    """

    id: str
    names: Mapping[str, str]
    media: tuple[str, ...]
    extension: str
    writer: tuple[str, str]
    fixed: Mapping[str, Any] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    sums: bool = False

    def write(self, answer: "Answer", **chosen: Any) -> Iterator[bytes]:
        """The answer in this form, piece by piece.

        Args:
            chosen: values of options; those that the form does not have are left aside.

        Raises:
            QuestionError: where the form takes no figures that are added up.
        """
        module, name = self.writer
        function: Callable[..., Iterator[bytes]] = getattr(import_module(f"siemmes.sdmx.{module}"), name)
        known = {option: value for option, value in chosen.items() if option in self.options}
        return function(answer, **self.fixed, **known)


def _csv(id_: str, version: str) -> Format:
    return Format(
        id_, {"en": f"SDMX-CSV {version}", "es": f"SDMX-CSV {version}"},
        (f"{_VND}data+csv;version={version}.0",), ".csv", ("delimited", "write_csv"), {"version": version},
        ("labels", "language"), sums=True,
    )  # fmt: skip


def _json(id_: str, version: str) -> Format:
    return Format(
        id_, {"en": f"SDMX-JSON {version}", "es": f"SDMX-JSON {version}"},
        (f"{_VND}data+json;version={version}.0",), ".json", ("jsondata", "write_json"), {"version": version},
        ("flat", "language"),
    )  # fmt: skip


def _ml(id_: str, version: str, media: tuple[str, ...], kind: Mapping[str, str]) -> Format:
    number = version.split("-")[0]
    names = {language: f"SDMX-ML {number}{text}" for language, text in kind.items()}
    return Format(id_, names, media, ".xml", ("mldata", "write_ml"), {"version": version}, ("flat",))


_SPECIFIC = {"en": ", structure-specific", "es": ", específico de la estructura"}
_GENERIC = {"en": ", generic", "es": ", genérico"}

FORMATS: Mapping[str, Format] = {
    one.id: one
    for one in (
        _csv("csv", "2.0"),
        _csv("csv1", "1.0"),
        _csv("csv21", "2.1"),
        Format(
            "labelled", {"en": "Table with names (CSV)", "es": "Cuadro con nombres (CSV)"}, ("text/csv",), ".csv",
            ("delimited", "write_labelled"), {}, ("language", "mark"), sums=True,
        ),
        _json("json", "2.0"),
        _json("json1", "1.0"),
        _json("json21", "2.1"),
        _ml("ml21", "2.1", (
            f"{_VND}structurespecificdata+xml;version=2.1",
            f"{_VND}structurespecifictimeseriesdata+xml;version=2.1",
        ), _SPECIFIC),
        _ml("generic", "2.1-generic", (
            f"{_VND}genericdata+xml;version=2.1", f"{_VND}generictimeseriesdata+xml;version=2.1",
        ), _GENERIC),
        _ml("ml30", "3.0", (f"{_VND}data+xml;version=3.0.0",), _SPECIFIC),
        _ml("ml31", "3.1", (f"{_VND}data+xml;version=3.1.0",), _SPECIFIC),
        Format(
            "jsonstat", {"en": "JSON-stat 2.0", "es": "JSON-stat 2.0"},
            ("application/vnd.json-stat+json;version=2.0", "application/json"), ".json", ("jsonstat", "write_jsonstat"), {},
            ("language",), sums=True,
        ),
        Format(
            "xlsx", {"en": "Workbook (XLSX)", "es": "Libro de cálculo (XLSX)"},
            ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",), ".xlsx", ("workbook", "write_xlsx"),
            sums=True,
        ),
        Format(
            "parquet", {"en": "Parquet", "es": "Parquet"}, ("application/vnd.apache.parquet",), ".parquet",
            ("parquet", "write_parquet"), sums=True,
        ),
        Format(
            "package", {"en": "Data package (ZIP)", "es": "Paquete de datos (ZIP)"},
            ("application/zip",), ".zip", ("package", "write_package"), {}, ("language",),
        ),
    )
}  # fmt: skip

#: The forms of structure messages: media type and file extension (`siemmes.sdmx.structures` writes them).
STRUCTURE_FORMS: Mapping[str, tuple[str, str]] = {
    "ml21": (f"{_VND}structure+xml;version=2.1", ".xml"),
    "ml30": (f"{_VND}structure+xml;version=3.0.0", ".xml"),
    "ml31": (f"{_VND}structure+xml;version=3.1.0", ".xml"),
    "json20": (f"{_VND}structure+json;version=2.0.0", ".json"),
    "json21": (f"{_VND}structure+json;version=2.1.0", ".json"),
}

#: Other names under which formats are asked for.
ALIASES = {
    "csv2": "csv", "csv20": "csv", "sdmx-csv": "csv", "sdmx-csv-2.0": "csv", "csv10": "csv1", "sdmx-csv-1.0": "csv1",
    "sdmx-csv-2.1": "csv21", "json2": "json", "json20": "json", "sdmx-json": "json", "sdmx-json-2.0": "json",
    "json10": "json1", "sdmx-json-1.0": "json1", "sdmx-json-2.1": "json21", "sdmx-ml-2.1": "ml21",
    "ml21-generic": "generic", "sdmx-ml-2.1-generic": "generic", "sdmx-ml-3.0": "ml30", "sdmx-ml": "ml31",
    "sdmx-ml-3.1": "ml31", "json-stat": "jsonstat", "datapackage": "package", "frictionless": "package",
}  # fmt: skip


def format_of(id_: str) -> Format:
    """A format by its id.

    Raises:
        QuestionError: where there is none such; the text names those that there are.
    """
    found = FORMATS.get(ALIASES.get(id_, id_))
    if found is None:
        known = ", ".join(FORMATS)
        raise QuestionError(
            {
                "en": f"There is no format “{id_}”. Formats: {known}.",
                "es": f"No existe el formato «{id_}». Formatos: {known}.",
            }
        )
    return found
