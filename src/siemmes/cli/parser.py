"""Every command, what it takes, and an example of each."""

import argparse
import os
from pathlib import Path
from typing import Any

from siemmes.sdmx.formats import ALIASES, FORMATS, STRUCTURE_FORMS

_DESCRIPTION = "The statistics engine of a consultative process on migration: judge, protect, release, ask."


def store_folder() -> Path:
    """Where the store lies unless `--store` says otherwise: `siemmes` in PUEBLA_DATA_DIR."""
    return Path(os.environ.get("PUEBLA_DATA_DIR", "var")) / "siemmes"


def parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    top = argparse.ArgumentParser(prog="siemmes", description=_DESCRIPTION)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _validate(commands)
    _template(commands)
    _submit(commands)
    _release(commands)
    _releases(commands)
    _compare(commands)
    _query(commands)
    _export(commands)
    _structures(commands)
    return top


def _command(commands: Any, name: str, help_: str, example: str, **options: bool) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = commands.add_parser(
        name, help=help_, description=help_, epilog=f"Example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    if options.get("store", True):
        made.add_argument(
            "--store",
            type=Path,
            default=store_folder(),
            metavar="DIR",
            help="where the store lies (%(default)s)",
        )
    made.add_argument(
        "--lang", choices=("en", "es"), default="en", help="language of what is said (%(default)s)"
    )
    if options.get("long", False):
        made.add_argument("--quiet", action="store_true", help="show no progress")
    if options.get("json", True):
        made.add_argument("--json", action="store_true", help="answer in JSON, for machines")
    return made


def _file_of_flow(made: argparse.ArgumentParser, *, needed: bool = True) -> None:
    """The file, what it is for and who sends it; all needed, but where figures that are shipped may stand for it."""
    made.add_argument(
        "file",
        type=Path,
        nargs=None if needed else "?",
        help="the file of figures: CSV, SDMX-CSV; zipped or gzipped if you like",
    )
    made.add_argument(
        "--flow", required=needed, metavar="ID", help="the dataflow it is for, such as MIG_STOCK"
    )
    made.add_argument(
        "--sender", required=needed, metavar="CODE", help="the country (alpha-3) or source that submits"
    )
    made.add_argument(
        "--say", action="append", default=[], metavar="ATTRIBUTE=VALUE",
        help="an attribute said once for all rows, such as SOURCE_TYPE=CENSUS; may be repeated",
    )  # fmt: skip


def _validate(commands: Any) -> None:
    made = _command(
        commands, "validate", "Judge a file by all rules and keep nothing of it.",
        "siemmes validate stock.csv --flow MIG_STOCK --sender CRI --say SOURCE_TYPE=CENSUS", long=True,
    )  # fmt: skip
    _file_of_flow(made)
    made.add_argument(
        "--limit", type=int, default=50, metavar="N", help="tell at most so many findings (%(default)s)"
    )
    made.add_argument("--today", metavar="YYYY-MM-DD", help="judge as of this day")
    made.add_argument(
        "--annotate", type=Path, metavar="FILE", help="write a copy of the file with its findings in it"
    )


def _template(commands: Any) -> None:
    made = _command(
        commands, "template", "Write the spreadsheet of a dataflow that a country fills in.",
        "siemmes template BORDER --sender GTM --output border-gtm.xlsx", store=False,
    )  # fmt: skip
    made.add_argument("flow", metavar="FLOW", help="the dataflow")
    made.add_argument("--sender", metavar="CODE", help="the country it is for (alpha-3)")
    made.add_argument("--output", type=Path, metavar="FILE", help="where to write it (FLOW.xlsx)")


def _compare(commands: Any) -> None:
    made = _command(
        commands, "compare", "Compare two releases figure by figure, with the reasons for what changed.",
        "siemmes compare MIG_STOCK MIG_STOCK-1 MIG_STOCK-2",
    )  # fmt: skip
    made.add_argument("flow", metavar="FLOW", help="the dataflow")
    made.add_argument("before", metavar="RELEASE", help="the earlier release, or an instant")
    made.add_argument(
        "after", nargs="?", metavar="RELEASE", help="the later one; the one in force where it is left out"
    )
    made.add_argument(
        "--limit", type=int, default=50, metavar="N", help="tell at most so many differences (%(default)s)"
    )


def _submit(commands: Any) -> None:
    made = _command(
        commands, "submit", "Judge a file and keep it for the next release, if nothing refuses it.",
        "siemmes submit stock.csv --flow MIG_STOCK --sender CRI --say SOURCE_TYPE=CENSUS", long=True,
    )  # fmt: skip
    _file_of_flow(made, needed=False)
    made.add_argument(
        "--shipped", metavar="NAME",
        help="instead of a file, real figures that come with the engine: one file's id, a dataflow's id, or all",
    )  # fmt: skip
    made.add_argument(
        "--release",
        action="store_true",
        help="with --shipped: publish too, each edition in a release of its own",
    )
    made.add_argument(
        "--reason", default="", metavar="TEXT", help="why published figures change, where they do"
    )
    made.add_argument(
        "--contributions", metavar="CSV", help="of amounts: what each contributor gave to each figure"
    )
    made.add_argument(
        "--limit", type=int, default=50, metavar="N", help="tell at most so many findings (%(default)s)"
    )


def _release(commands: Any) -> None:
    made = _command(
        commands, "release", "Build, protect and publish the next release of a dataflow.",
        'siemmes release MIG_STOCK --note "Census of 2020"', long=True,
    )  # fmt: skip
    made.add_argument("flow", metavar="FLOW", help="the dataflow")
    made.add_argument("--note", default="", metavar="TEXT", help="what changed, for its readers")
    made.add_argument(
        "--public-from",
        metavar="INSTANT",
        help="the hour from which it is in force; until then nobody reads it",
    )
    made.add_argument("--back-to", metavar="RELEASE", help="let an older release be the one in force again")


def _releases(commands: Any) -> None:
    made = _command(
        commands, "releases", "List the releases of a dataflow, or of all.", "siemmes releases MIG_STOCK"
    )
    made.add_argument("flow", nargs="?", metavar="FLOW", help="the dataflow; all where it is left out")


def _query(commands: Any) -> None:
    made = _command(
        commands, "query", "Ask a dataflow for figures and print them.",
        "siemmes query MIG_STOCK A.CRI.NIC --start 2000 --format labelled --lang es", json=False,
    )  # fmt: skip
    _asked(made, form="csv")


def _asked(made: argparse.ArgumentParser, *, form: str) -> None:
    """What a question is made of, and the form of its answer."""
    made.add_argument("flow", metavar="FLOW", help="the dataflow")
    made.add_argument(
        "key", nargs="?", default="all", metavar="KEY", help="a key in SDMX's grammar: A.CRI+HND..F"
    )
    made.add_argument(
        "--where", action="append", default=[], metavar="COMPONENT=OP:VALUE", help="a filter; may be repeated"
    )
    made.add_argument("--start", metavar="PERIOD", help="from this period on")
    made.add_argument("--end", metavar="PERIOD", help="up to this period")
    made.add_argument("--first", type=int, metavar="N", help="the first N figures of each series")
    made.add_argument("--last", type=int, metavar="N", help="the last N figures of each series")
    made.add_argument(
        "--by", metavar="A,B", default="", help="add figures up by these dimensions (YEAR for the year)"
    )
    made.add_argument("--order", metavar="A,-B", default="", help="sort by these columns; - for descending")
    made.add_argument("--limit", type=int, metavar="N", help="at most N rows")
    made.add_argument("--as-of", metavar="RELEASE", help="as an older release has it")
    made.add_argument(
        "--format", choices=(*FORMATS, *ALIASES), default=form, metavar="FORMAT",
        help=f"form of the answer: {', '.join(FORMATS)} (%(default)s)",
    )  # fmt: skip
    made.add_argument(
        "--labels",
        choices=("id", "name", "both"),
        default="id",
        help="in SDMX-CSV: codes, names beside, or both",
    )
    made.add_argument(
        "--flat",
        action="store_true",
        help="in SDMX-JSON and SDMX-ML: observations without series around them",
    )


def _export(commands: Any) -> None:
    made = _command(
        commands, "export", "Write figures of a dataflow into a file; it is there whole, or not at all.",
        "siemmes export MIG_STOCK --format xlsx --output stock.xlsx --lang es", long=True,
    )  # fmt: skip
    _asked(made, form="csv")
    made.add_argument(
        "--output", type=Path, metavar="FILE", help="the file (the dataflow's id with the format's extension)"
    )


def _structures(commands: Any) -> None:
    made = _command(
        commands, "structures", "Write the data structures, code lists and all that goes with them as an SDMX message.",
        "siemmes structures --flow MIG_STOCK --format ml31 --output stock-structures.xml", store=False,
    )  # fmt: skip
    made.add_argument(
        "--flow", action="append", default=[], metavar="ID",
        help="only this dataflow with what it refers to; may be repeated",
    )  # fmt: skip
    made.add_argument(
        "--format", choices=STRUCTURE_FORMS, default="ml31", help="form of the message (%(default)s)"
    )
    made.add_argument(
        "--output", type=Path, metavar="FILE", help="the file; standard output where it is left out"
    )
