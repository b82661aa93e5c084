"""`siemmes structures`."""

import json

from lxml import etree

from siemmes.cli import main


def test_the_message_is_printed(capfdbinary):
    assert main(["structures", "--flow", "POP", "--format", "ml30"]) == 0

    root = etree.fromstring(capfdbinary.readouterr().out)
    assert [one.get("id") for one in root.iter("{*}Dataflow") if one.get("id")] == ["POP"]


def test_the_message_is_written_into_a_file(tmp_path, capsys):
    path = tmp_path / "pop.json"
    asked = ["--flow", "POP", "--format", "json21", "--output", str(path), "--json"]

    assert main(["structures", *asked]) == 0

    assert json.loads(capsys.readouterr().out)["size"] == path.stat().st_size
    assert [one["id"] for one in json.loads(path.read_text("utf-8"))["data"]["dataflows"]] == ["POP"]


def test_an_unknown_flow_is_wrong_use(capsys):
    assert main(["structures", "--flow", "NOTHING"]) == 2

    assert "MIG_STOCK" in capsys.readouterr().err
