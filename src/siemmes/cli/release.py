"""`siemmes release`."""

import argparse

from siemmes.cli.showing import as_json
from siemmes.release.store import Release, Store

_SAID = {
    "en": "{id} is in force: {observations} figures in {series} series.",
    "es": "{id} está vigente: {observations} cifras en {series} series.",
}


def run(arguments: argparse.Namespace) -> int:
    """Publish the next release, or go back to an older one."""
    store = Store(arguments.store)
    if arguments.back_to:
        store.roll_back(arguments.flow, arguments.back_to)
        made = next(one for one in store.releases(arguments.flow) if one.id == arguments.back_to)
    else:
        made = store.release(arguments.flow, note=arguments.note)
    if arguments.json:
        as_json(told(made))
    else:
        print(in_words(made, arguments.lang))
    return 0


def in_words(release: Release, language: str) -> str:
    """That a release is in force, for people."""
    return _SAID[language].format(id=release.id, observations=release.observations, series=release.series)


def told(release: Release) -> dict[str, object]:
    """A release as JSON tells of it."""
    return {
        "id": release.id, "flow": release.flow, "number": release.number, "built_at": release.built_at,
        "observations": release.observations, "series": release.series, "previous": release.previous,
        "note": release.note, "submissions": list(release.submissions),
    }  # fmt: skip
