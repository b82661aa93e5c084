"""A reader of each format that owes nothing to its writer: figures by key, with their value and what is said of them.

They read as the standards say, by the standard library, lxml, openpyxl and pyarrow.
"""

import csv
import io
import json
import math
import zipfile

import openpyxl
import pyarrow.parquet as pq
from lxml import etree

from siemmes.model.structures import TIME, VALUE, Structure


def _row(about: Structure, found: dict) -> tuple[tuple, dict]:
    key = tuple(found[name] for name in about.key)
    said = {name: found[name] for name in (VALUE, *about.attributes) if found.get(name) not in {None, ""}}
    if VALUE in said:
        said[VALUE] = int(said[VALUE]) if about.whole else float(said[VALUE])
    return key, said


def _cells(about: Structure, rows) -> dict:
    found = {}
    for one in rows:
        key, said = _row(about, one)
        assert key not in found, f"{key} stands twice"
        found[key] = said
    return found


def read_csv(about: Structure, data: bytes) -> dict:
    rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    headings = [one.split(": ")[0] for one in next(rows)]
    found = []
    for row in rows:
        assert len(row) == len(headings)
        found.append(dict(zip(headings, row, strict=True)))
    return _cells(about, found)


def read_csv_both(about: Structure, data: bytes) -> dict:
    rows = csv.reader(io.StringIO(data.decode(), newline=""))
    headings = [one.split(": ")[0] for one in next(rows)]
    coded = {one.id for one in about.components if one.list}
    return _cells(
        about,
        (
            {
                name: text.split(": ")[0] if name in coded else text
                for name, text in zip(headings, row, strict=True)
            }
            for row in rows
        ),
    )


def read_json(about: Structure, data: bytes) -> dict:
    message = json.loads(data)
    inside = message["data"]
    old = "structure" in inside
    structure = inside["structure"] if old else inside["structures"][0]
    rows = []
    for dataset in inside["dataSets"]:
        said = _indexed(structure["attributes"]["dataSet"], dataset.get("attributes", []))
        for key, figures, series in _json_series(structure, dataset):
            for place, values in figures.items():
                row = key | _key(structure["dimensions"]["observation"], place) | said | series
                row[VALUE] = values[0]
                rows.append(row | _indexed(structure["attributes"]["observation"], values[1:]))
    return _cells(about, rows)


def _json_series(structure: dict, dataset: dict):
    if "observations" in dataset:
        yield {}, dataset["observations"], {}
    for place, series in dataset.get("series", {}).items():
        said = _indexed(structure["attributes"]["series"], series.get("attributes", []))
        yield _key(structure["dimensions"]["series"], place), series["observations"], said


def _key(components: list, place: str) -> dict:
    return {
        one["id"]: _value(one["values"][int(number)], one["id"])
        for one, number in zip(components, place.split(":"), strict=True)
    }


def _value(value: dict, name: str) -> str:
    if "value" in value:
        return value["value"]
    return value["name"] if "id" not in value or name == TIME else value["id"]


def _indexed(components: list, values: list) -> dict:
    found = {}
    for one, value in zip(components, values, strict=False):
        if value is not None:
            found[one["id"]] = _value(one["values"][value], one["id"]) if "values" in one else value
    return found


def read_ml(about: Structure, data: bytes) -> dict:
    root = etree.fromstring(data)
    rows = []
    for dataset in root.iter("{*}DataSet"):
        said = {name: text for name, text in dataset.attrib.items() if not name.startswith("{")}
        for series in dataset.iter("Series"):
            rows += [said | dict(series.attrib) | dict(one.attrib) for one in series.iter("Obs")]
        rows += [said | dict(one.attrib) for one in dataset.findall("Obs")]
    return _cells(about, rows)


def read_generic(about: Structure, data: bytes) -> dict:
    root = etree.fromstring(data)
    rows = []
    for dataset in root.iter("{*}DataSet"):
        said = _values(dataset, "Attributes")
        for series in dataset.iter("{*}Series"):
            key = _values(series, "SeriesKey") | _values(series, "Attributes")
            rows += [said | key | _generic(one) for one in series.findall("{*}Obs")]
        rows += [said | _generic(one) | _values(one, "ObsKey") for one in dataset.findall("{*}Obs")]
    return _cells(about, rows)


def _generic(found) -> dict:
    row = _values(found, "Attributes")
    for element, name in (("ObsDimension", TIME), ("ObsValue", VALUE)):
        one = found.find("{*}" + element)
        if one is not None:
            row[name] = one.get("value")
    return row


def _values(found, element: str) -> dict:
    inside = found.find("{*}" + element)
    if inside is None:
        return {}
    assert len(inside), f"{element} is empty"
    return {one.get("id"): one.get("value") for one in inside}


def read_jsonstat(about: Structure, data: bytes) -> dict:
    message = json.loads(data)
    names, sizes = message["id"], message["size"]
    rows = []
    attributes = {"OBS_STATUS": message.get("status", {})}
    attributes |= {name: one["value"] for name, one in message["extension"]["attributes"].items()}
    for place, value in message["value"].items():
        row: dict = {VALUE: value}
        rest = int(place)
        assert 0 <= rest < math.prod(sizes)
        for name, size in zip(reversed(names), reversed(sizes), strict=True):
            rest, number = divmod(rest, size)
            row[name] = message["dimension"][name]["category"]["index"][number]
        for name, said in attributes.items():
            row[name] = said if isinstance(said, str) else said.get(place)
        rows.append(row)
    return _cells(about, rows)


def read_xlsx(about: Structure, data: bytes) -> dict:
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
    rows = []
    for name in book.sheetnames[:-1]:
        headings, *found = book[name].iter_rows(values_only=True)
        rows += [dict(zip(headings, row, strict=True)) for row in found]
    return _cells(about, rows)


def read_parquet(about: Structure, data: bytes) -> dict:
    return _cells(about, pq.read_table(io.BytesIO(data)).to_pylist())


def read_package(about: Structure, data: bytes) -> dict:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        told = json.loads(archive.read("datapackage.json"))
        figures = told["resources"][0]
        content = archive.read(figures["path"])
    assert len(content) == figures["bytes"]
    return read_csv(about, content)


READERS = {
    "csv": read_csv, "csv1": read_csv, "csv21": read_csv, "labelled": read_csv, "json": read_json, "json1": read_json,
    "json21": read_json, "ml21": read_ml, "generic": read_generic, "ml30": read_ml, "ml31": read_ml,
    "jsonstat": read_jsonstat, "xlsx": read_xlsx, "parquet": read_parquet, "package": read_package,
}  # fmt: skip
