"""A Frictionless data package: figures and code lists as CSV in one ZIP, with what each column means.

`datapackage.json` is what Frictionless tools read; `<FLOW>.csv-metadata.json` says the same in CSVW, the W3C's form. The
figures are written once, and their digest is taken while they go by.

Sources: specs.frictionlessdata.io (Data Package 1.0, Table Schema); W3C Tabular Data on the Web (CSVW).
"""

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from siemmes.cube.answers import Answer
from siemmes.model.catalogue import code_list
from siemmes.model.structures import TIME, VALUE, Component, said
from siemmes.sdmx.delimited import write_plain
from siemmes.sdmx.facts import require_figures
from siemmes.sdmx.naming import SENDER, compact, prepared, structure_urn
from siemmes.sdmx.zipping import Member, zipped


def write_package(answer: Answer, *, language: str = "en") -> Iterator[bytes]:
    """An answer as a data package.

    Args:
        language: of titles and descriptions; the code lists hold every language.

    Raises:
        QuestionError: where the question adds figures up, which the structure does not describe.
    """
    require_figures(answer, "Frictionless")
    yield from zipped(_Package(answer, language).members())


class _Package:
    """The files of one package."""

    def __init__(self, answer: Answer, language: str) -> None:
        self.answer, self.language = answer, language
        self.about = answer.about
        self.components = [self.about.by_id[name] for name in answer.columns]
        self.lists = sorted({one.list for one in self.components if one.list})
        self.figures = f"{self.about.id}.csv"
        self.told: dict[str, dict[str, Any]] = {}

    def members(self) -> Iterator[Member]:
        """The files in the order in which they can be made: what tells of the others comes last."""
        yield self.figures, lambda: self._counted(self.figures, write_plain(self.answer))
        for name in self.lists:
            yield _path(name), partial(self._codes, name)
        yield f"{self.figures}-metadata.json", lambda: [compact(self._csvw()).encode()]
        yield "datapackage.json", lambda: [compact(self._frictionless()).encode()]

    def _codes(self, name: str) -> Iterator[bytes]:
        return self._counted(_path(name), [_codes(name)])

    def _counted(self, path: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The pieces as they are; their number of bytes and digest are kept for the description."""
        digest, length = hashlib.sha256(), 0
        for piece in pieces:
            digest.update(piece)
            length += len(piece)
            yield piece
        self.told[path] = {"bytes": length, "hash": f"sha256:{digest.hexdigest()}"}

    # Frictionless

    def _frictionless(self) -> dict[str, Any]:
        resources = [self._resource(self.figures, self.about.id, self._schema())]
        resources += [self._resource(_path(name), name, _LIST_SCHEMA) for name in self.lists]
        resources[0]["title"] = said(self.about.names, self.language)
        return {
            "profile": "tabular-data-package", "name": self.about.id.lower().replace("_", "-"), "id": self.about.urn,
            "title": said(self.about.names, self.language), "description": said(self.about.describe, self.language),
            "version": self.answer.release, "created": prepared(self.answer),
            "contributors": [{"title": said(SENDER, self.language), "role": "publisher"}],
            "sources": [{"title": structure_urn(self.about)}], "resources": resources,
        }  # fmt: skip

    def _resource(self, path: str, name: str, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "profile": "tabular-data-resource", "name": name.lower(), "path": path, "format": "csv",
            "mediatype": "text/csv", "encoding": "utf-8", **self.told[path], "schema": schema,
        }  # fmt: skip

    def _schema(self) -> dict[str, Any]:
        keys = [
            {"fields": [one.id], "reference": {"resource": one.list.lower(), "fields": ["id"]}}
            for one in self.components
            if one.list
        ]
        return {
            "fields": [self._field(one) for one in self.components],
            "primaryKey": list(self.about.key), "foreignKeys": keys, "missingValues": [""],
        }  # fmt: skip

    def _field(self, component: Component) -> dict[str, Any]:
        kind = "string"
        if component.id == VALUE:
            kind = "integer" if self.about.whole else "number"
        required = component.role in {"dimension", "time"}
        return {
            "name": component.id, "title": said(component.names, self.language), "type": kind,
            **({"constraints": {"required": True}} if required else {}),
        }  # fmt: skip

    # CSVW

    def _csvw(self) -> dict[str, Any]:
        columns = [self._column(one) for one in self.components]
        keys = [
            {"columnReference": one.id, "reference": {"resource": _path(one.list), "columnReference": "id"}}
            for one in self.components
            if one.list and one.role == "dimension"  # what may be empty refers to nothing in CSVW
        ]
        table = {
            "url": self.figures,
            "tableSchema": {"columns": columns, "primaryKey": list(self.about.key), "foreignKeys": keys},
        }
        lists = [{"url": _path(name), "tableSchema": _LIST_COLUMNS} for name in self.lists]
        return {
            "@context": ["http://www.w3.org/ns/csvw", {"@language": self.language}],
            "dc:title": said(self.about.names, self.language), "dc:identifier": self.answer.release,
            "dc:publisher": said(SENDER, self.language), "tables": [table, *lists],
        }  # fmt: skip

    def _column(self, component: Component) -> dict[str, Any]:
        kind = "string"
        if component.id == VALUE:
            kind = "integer" if self.about.whole else "number"
        return {
            "name": component.id, "titles": component.id, "datatype": kind,
            "dc:title": said(component.names, self.language),
            "required": component.role == "dimension" or component.id == TIME,
        }  # fmt: skip


def _path(name: str) -> str:
    return f"codelists/{name}.csv"


_TEXTS = ("id", "name_en", "name_es", "parent")
_LIST_SCHEMA: dict[str, Any] = {
    "fields": [{"name": name, "type": "string"} for name in _TEXTS], "primaryKey": ["id"], "missingValues": [""],
}  # fmt: skip
_LIST_COLUMNS: dict[str, Any] = {
    "columns": [{"name": name, "titles": name, "datatype": "string"} for name in _TEXTS], "primaryKey": "id",
}  # fmt: skip


def _codes(name: str) -> bytes:
    """A code list as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_TEXTS)
    for code in code_list(name).codes:
        writer.writerow((code.id, code.names.get("en", ""), code.names.get("es", ""), code.parent or ""))
    return out.getvalue().encode()
