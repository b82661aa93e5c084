"""`siemmes release`."""

import argparse
import datetime as dt

from siemmes.cli.progress import stepping
from siemmes.cli.showing import as_json, instant
from siemmes.release.building import STEPS
from siemmes.release.published import Release
from siemmes.release.store import Store

_SAID = {
    "en": "{id} is in force: {observations} figures in {series} series.",
    "es": "{id} está vigente: {observations} cifras en {series} series.",
}
_LATER = {
    "en": "{id} is built and comes into force on {public_from}: {observations} figures in {series} series.",
    "es": "{id} está construida y entrará en vigor el {public_from}: {observations} cifras en {series} series.",
}


def run(arguments: argparse.Namespace) -> int:
    """Publish the next release, or go back to an older one."""
    store = Store(arguments.store)
    if arguments.back_to:
        store.roll_back(arguments.flow, arguments.back_to)
        made = next(one for one in store.releases(arguments.flow) if one.id == arguments.back_to)
    else:
        public_from = instant(arguments.public_from) if arguments.public_from else None
        with stepping(arguments.flow, len(STEPS), quiet=arguments.quiet) as step:
            made = store.release(arguments.flow, note=arguments.note, public_from=public_from, step=step)
    if arguments.json:
        as_json(made.told())
    else:
        print(in_words(made, arguments.lang))
    return 0


def in_words(release: Release, language: str) -> str:
    """That a release is in force, or from when, for people."""
    said = _SAID if release.is_public(dt.datetime.now(dt.UTC)) else _LATER
    return said[language].format(**release.told())
