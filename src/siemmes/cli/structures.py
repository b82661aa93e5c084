"""`siemmes structures`."""

import argparse
import sys

from siemmes.cli.export import kept
from siemmes.cli.showing import as_json
from siemmes.sdmx.structures import write_structures


def run(arguments: argparse.Namespace) -> int:
    """Write the message to standard output, or into a file that is there whole or not at all."""
    message = write_structures(*arguments.flow, form=arguments.format)
    if arguments.output is None:
        sys.stdout.buffer.write(message)
        sys.stdout.buffer.flush()
        return 0
    size = kept(arguments.output, iter([message]))
    if arguments.json:
        as_json({"path": str(arguments.output), "format": arguments.format, "size": size})
    else:
        print(f"{arguments.output}: {size:,} bytes.")
    return 0
