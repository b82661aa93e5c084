"""`siemmes submit`."""

import argparse
from dataclasses import asdict

from siemmes.cli.showing import as_json, said_pairs
from siemmes.release.store import Store

_SAID = {
    "en": (
        "Kept as {id}: {rows} rows. `siemmes release {flow}` publishes it.",
        "Kept as {id}, but refused: see `siemmes validate`.",
    ),
    "es": (
        "Conservado como {id}: {rows} filas. `siemmes release {flow}` lo publica.",
        "Conservado como {id}, pero rechazado: véase `siemmes validate`.",
    ),
}


def run(arguments: argparse.Namespace) -> int:
    """Judge a file and keep it; 1 where something refuses it."""
    kept = Store(arguments.store).submit(
        arguments.file, flow=arguments.flow, sender=arguments.sender, said=said_pairs(arguments.say),
        reason=arguments.reason, contributions=arguments.contributions,
    )  # fmt: skip
    if arguments.json:
        as_json(asdict(kept))
    else:
        print(
            _SAID[arguments.lang][0 if kept.accepted else 1].format(
                id=kept.id, rows=kept.rows, flow=kept.flow
            )
        )
    return 0 if kept.accepted else 1
