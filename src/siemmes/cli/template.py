"""`siemmes template`."""

import argparse
from pathlib import Path

from siemmes.cli.showing import as_json
from siemmes.intake.templates import write_template
from siemmes.model.catalogue import structure

_SAID = {"en": "Written: {path}", "es": "Escrito: {path}"}


def run(arguments: argparse.Namespace) -> int:
    """Write the spreadsheet that a country fills in."""
    about = structure(arguments.flow)
    path: Path = arguments.output or Path(f"{about.id}.xlsx")
    write_template(about, path, sender=arguments.sender)
    if arguments.json:
        as_json({"flow": about.id, "file": str(path)})
    else:
        print(_SAID[arguments.lang].format(path=path))
    return 0
