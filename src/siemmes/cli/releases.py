"""`siemmes releases`."""

import argparse

from siemmes.cli.release import told
from siemmes.cli.showing import as_json
from siemmes.model.catalogue import flows
from siemmes.release.store import Store


def run(arguments: argparse.Namespace) -> int:
    """List releases, the one in force marked."""
    store = Store(arguments.store)
    wanted = [arguments.flow] if arguments.flow else list(flows())
    found = [(one, one.id == store.current(flow)) for flow in wanted for one in store.releases(flow)]
    if arguments.json:
        as_json([{**told(one), "current": current} for one, current in found])
        return 0
    for one, current in found:
        print(f"{'*' if current else ' '} {one.id:<14} {one.built_at}  {one.observations:>10}  {one.note}")
    return 0
