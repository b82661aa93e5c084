"""The tutorial does what it says: every block of it is run in order, and every answer on the page is the one that is given."""

import contextlib
import io
import re
import shlex
from pathlib import Path

from siemmes.cli import main

PAGE = Path(__file__).parents[2] / "docs" / "guide" / "siemmes-tutorial.md"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: What a reader does once, and a test's machine has done already.
INSTALL = "python -m pip install"


def run(kind: str, name: str, text: str, names: dict) -> str:
    """Do what a block says; what it prints."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    with contextlib.redirect_stdout(out):
        if kind == "csv":
            Path(name).write_text(text, encoding="utf-8")
        elif kind == "python":
            exec(compile(text, str(PAGE), "exec"), names)
        elif kind == "sh":
            for line in text.splitlines():
                command(line)
    return out.buffer.getvalue().decode("utf-8")


def command(line: str) -> None:
    """A line of the terminal: nothing but our own command, and the installing of it."""
    if line.startswith(INSTALL):
        return
    program, *arguments = shlex.split(line)
    assert program == "siemmes"
    assert main(arguments) == (1 if arguments[0] == "validate" else 0)


def test_the_tutorial_does_what_it_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PUEBLA_DATA_DIR", "var")
    names: dict = {}
    shown, printed = [], ""
    for kind, name, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if kind == "text":
            shown.append((text, printed))
        else:
            printed = run(kind, name, text, names)
    names["store"].close()

    assert len(shown) == 7
    for expected, given in shown:
        assert given == expected
    assert (tmp_path / "expulsiones.csv").is_file()
