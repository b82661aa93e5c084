"""The command line: `siemmes`. What a command needs is imported when it runs, so that help and mistakes answer at once."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from siemmes.cli.parser import parser

DONE, REFUSED, WRONG_USE = 0, 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; 0 done, 1 refused or findings that refuse, 2 wrong use."""
    arguments = parser().parse_args(argv)
    command = import_module(f"siemmes.cli.{arguments.command.replace('-', '_')}")
    from siemmes.model.errors import QuestionError, SiemmesError

    try:
        return int(command.run(arguments))
    except QuestionError as error:
        return _told(arguments, error.text(arguments.lang), WRONG_USE)
    except SiemmesError as error:
        return _told(arguments, error.text(arguments.lang), REFUSED)
    except BrokenPipeError:
        sys.stderr.close()
        return DONE
    except KeyboardInterrupt:
        return _told(arguments, "Stopped." if arguments.lang == "en" else "Interrumpido.", REFUSED)


def _told(arguments: argparse.Namespace, text: str, code: int) -> int:
    print(f"siemmes {arguments.command}: {text}", file=sys.stderr)
    return code
