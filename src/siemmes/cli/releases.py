"""`siemmes releases`."""

import argparse
import datetime as dt

from siemmes.cli.showing import as_json
from siemmes.model.catalogue import flows, structure
from siemmes.release.published import listed, pointed, public_folder


def run(arguments: argparse.Namespace) -> int:
    """List releases, the one in force marked."""
    now = dt.datetime.now(dt.UTC)
    wanted = [structure(arguments.flow).id] if arguments.flow else flows()
    folders = [public_folder(arguments.store, flow) for flow in wanted]
    found = [(one, one.id == pointed(folder, now)) for folder in folders for one in listed(folder)]
    if arguments.json:
        as_json([{**one.told(), "current": current} for one, current in found])
        return 0
    for one, current in found:
        print(f"{'*' if current else ' '} {one.id:<14} {one.built_at}  {one.observations:>10}  {one.note}")
    return 0
