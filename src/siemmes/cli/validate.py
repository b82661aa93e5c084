"""`siemmes validate`."""

import argparse
import datetime as dt

from siemmes.cli.progress import stepping
from siemmes.cli.showing import as_json, day, report, said_pairs
from siemmes.intake.annotating import annotate
from siemmes.intake.judging import STEPS, validate


def run(arguments: argparse.Namespace) -> int:
    """Judge a file; 1 where something refuses it."""
    today = day(arguments.today) if arguments.today else dt.datetime.now(dt.UTC).date()
    with stepping(arguments.file.name, STEPS, quiet=arguments.quiet) as step:
        found = validate(
            arguments.file, flow=arguments.flow, sender=arguments.sender, today=today, said=said_pairs(arguments.say),
            step=step,
        )  # fmt: skip
    if arguments.annotate:
        annotate(arguments.file, found, arguments.annotate, language=arguments.lang)
    if arguments.json:
        as_json(found.as_json(limit=arguments.limit))
    else:
        report(found, arguments.lang, limit=arguments.limit)
    return 0 if found.accepted else 1
