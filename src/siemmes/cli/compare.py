"""`siemmes compare`."""

import argparse

from siemmes.cli.showing import as_json
from siemmes.release.store import Store

_SAID = {
    "en": "{before} → {after}: {same} figures alike, {differ} differ.",
    "es": "{before} → {after}: {same} cifras iguales, {differ} distintas.",
}


def run(arguments: argparse.Namespace) -> int:
    """Compare two releases figure by figure."""
    store = Store(arguments.store)
    found = store.compare(arguments.flow, arguments.before, arguments.after)
    differences = found.table.to_pylist()
    if arguments.json:
        as_json({
            "before": found.before, "after": found.after, "same": found.same, "counts": found.counts(),
            "differences": differences[: arguments.limit],
        })  # fmt: skip
        return 0
    print(
        _SAID[arguments.lang].format(
            before=found.before, after=found.after, same=found.same, differ=len(differences)
        )
    )
    for kind, number in sorted(found.counts().items()):
        print(f"  {kind}: {number}")
    key = found.table.column_names[: found.table.column_names.index("kind")]
    for one in differences[: arguments.limit]:
        before, after = ("-" if value is None else value for value in (one["before"], one["after"]))
        place = ".".join(str(one[name]) for name in key)
        print(f"{one['kind']:<9} {place}  {before} → {after}  {one['reason'] or ''}".rstrip())
    return 0
