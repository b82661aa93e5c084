"""`siemmes submit`."""

import argparse
from dataclasses import asdict

from siemmes.cli.progress import stepping
from siemmes.cli.release import in_words
from siemmes.cli.showing import as_json, findings, said_pairs
from siemmes.intake.judging import STEPS
from siemmes.model.errors import QuestionError
from siemmes.release.published import Release
from siemmes.release.store import Store
from siemmes.release.submissions import Submission

_SAID = {
    "en": (
        "Kept as {id}: {rows} rows. `siemmes release {flow}` publishes it.",
        "Kept as {id}, but refused: correct what is marked E and send it again.",
    ),
    "es": (
        "Conservado como {id}: {rows} filas. `siemmes release {flow}` lo publica.",
        "Conservado como {id}, pero rechazado: corrija lo marcado con E y envíelo de nuevo.",
    ),
}


def run(arguments: argparse.Namespace) -> int:
    """Judge a file and keep it; 1 where something refuses it."""
    _require_sense(arguments)
    if arguments.shipped:
        return _shipped(arguments)
    store = Store(arguments.store)
    with stepping(arguments.file.name, STEPS, quiet=arguments.quiet) as step:
        kept = store.submit(
            arguments.file, flow=arguments.flow, sender=arguments.sender, said=said_pairs(arguments.say),
            reason=arguments.reason, contributions=arguments.contributions, step=step,
        )  # fmt: skip
    if arguments.json:
        as_json({**asdict(kept), "findings": store.report(kept).as_json(limit=arguments.limit)["findings"]})
    else:
        found = store.report(kept)
        if found.table.num_rows:
            findings(found, arguments.lang, limit=arguments.limit)
        _tell(kept, arguments.lang)
    return 0 if kept.accepted else 1


def _require_sense(arguments: argparse.Namespace) -> None:
    given = (arguments.file, arguments.flow, arguments.sender)
    if any(given) if arguments.shipped else not all(given):
        raise QuestionError(
            {
                "en": "Give a file with --flow and --sender, or --shipped alone.",
                "es": "Indique un archivo con --flow y --sender, o solo --shipped.",
            }
        )
    if arguments.release and not arguments.shipped:
        raise QuestionError(
            {
                "en": "--release goes with --shipped; a file of your own is published by `siemmes release`.",
                "es": "--release acompaña a --shipped; un archivo propio se publica con `siemmes release`.",
            }
        )


def _shipped(arguments: argparse.Namespace) -> int:
    """Submit figures that come with the engine, telling of each as it is kept or published."""
    done: list[Submission | Release] = []

    def tell(one: Submission | Release) -> None:
        done.append(one)
        if not arguments.json:
            _tell(one, arguments.lang)

    kept = Store(arguments.store).submit_shipped(arguments.shipped, release=arguments.release, told=tell)
    if arguments.json:
        as_json(
            {
                "submissions": [asdict(one) for one in kept],
                "releases": [one.told() for one in done if isinstance(one, Release)],
            }
        )
    return 0 if all(one.accepted for one in kept) else 1


def _tell(one: Submission | Release, language: str) -> None:
    if isinstance(one, Release):
        print(in_words(one, language), flush=True)
        return
    said = _SAID[language][0 if one.accepted else 1]
    print(said.format(id=one.id, rows=one.rows, flow=one.flow), flush=True)
