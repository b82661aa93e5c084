"""A data package: whatever it refers to is in it, and its description is true."""

import csv
import hashlib
import io
import json
import zipfile

import pytest

from siemmes.sdmx.package import write_package
from tests.siemmes.sdmx.cubes import a_cube, a_figure, answer


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    rows = [a_figure(SEX=sex, COMMENT_OBS='a "note", of\ntwo lines') for sex in ("F", "M")]
    cube = a_cube(rows, folder=tmp_path_factory.mktemp("stock"))
    with zipfile.ZipFile(io.BytesIO(b"".join(write_package(answer(cube), language="es")))) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    cube.close()
    return found


def rows(content):
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_every_resource_is_there_with_its_length_and_digest(files):
    told = json.loads(files["datapackage.json"])

    for one in told["resources"]:
        content = files[one["path"]]
        assert one["bytes"] == len(content)
        assert one["hash"] == "sha256:" + hashlib.sha256(content).hexdigest()
        assert [field["name"] for field in one["schema"]["fields"]] == list(rows(content)[0])
    assert {one["path"] for one in told["resources"]} == {name for name in files if name.endswith(".csv")}
    assert told["title"] == "Población migrante residente"


def test_every_code_refers_to_a_list_in_the_package(files):
    told = json.loads(files["datapackage.json"])
    lists = {one["name"]: {row["id"] for row in rows(files[one["path"]])} for one in told["resources"][1:]}
    figures = rows(files[told["resources"][0]["path"]])

    for key in told["resources"][0]["schema"]["foreignKeys"]:
        used = {row[key["fields"][0]] for row in figures} - {""}
        assert used <= lists[key["reference"]["resource"]], key


def test_the_key_is_one(files):
    told = json.loads(files["datapackage.json"])["resources"][0]
    figures = rows(files[told["path"]])

    assert (
        len({tuple(row[name] for name in told["schema"]["primaryKey"]) for row in figures})
        == len(figures)
        == 2
    )


def test_csvw_says_the_same_of_the_same_files(files):
    told = json.loads(files["MIG_STOCK.csv-metadata.json"])

    assert {one["url"] for one in told["tables"]} == {name for name in files if name.endswith(".csv")}
    for one in told["tables"]:
        assert [column["titles"] for column in one["tableSchema"]["columns"]] == list(
            rows(files[one["url"]])[0]
        )
