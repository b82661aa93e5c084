"""The Spanish catalogue without GNU gettext: `python -m tools.translations update | check | compile`.

`update` gathers every text marked for translation in Python and in templates and merges it into the catalogue; `check`
names each text that is missing, empty, doubtful or unused; `compile` makes what Django reads. Places are kept without
line numbers, so that moving a line changes no catalogue.
"""

import argparse
import ast
import io
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.dates import get_day_names, get_month_names
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

SOURCE = Path(__file__).resolve().parent.parent / "src" / "puebla"
LOCALE = SOURCE / "locale"
#: Words of Wagtail's own pages that its Spanish lacks: kept by hand, for their originals stand in no file of ours.
BORROWED = SOURCE / "config" / "locale"
LANGUAGES = ("es",)
#: Function → the places of its texts; the number before "c" is a context.
KEYWORDS: dict[str, tuple[object, ...] | None] = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip
Key = tuple[str | None, str | tuple[str, ...]]


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line asks; 0 done, 1 findings."""
    parser = argparse.ArgumentParser(prog="python -m tools.translations", description=__doc__)
    parser.add_argument("command", choices=["update", "check", "compile"])
    command = parser.parse_args(arguments).command
    if command == "update":
        for language in LANGUAGES:
            update(language)
    elif command == "compile":
        compile_all()
    else:
        found = [line for language in LANGUAGES for line in findings(language)]
        print("\n".join(found) if found else "Every text is translated.")
        return 1 if found else 0
    return 0


def path_of(language: str, suffix: str = ".po") -> Path:
    """The catalogue of a language."""
    return LOCALE / language / "LC_MESSAGES" / f"django{suffix}"


# Gathering -----------------------------------------------------------------------------------------------
def gather(source: Path = SOURCE) -> Catalog:
    """Every marked text below this folder, with the files it stands in."""
    catalog = Catalog(charset="utf-8")
    for path in sorted(
        [*source.rglob("*.py"), *source.rglob("templates/**/*.html"), *source.rglob("templates/**/*.txt")]
    ):
        if "migrations" in path.parts:
            continue
        # One place a file: line numbers would make every edit a change of the catalogue.
        place = [(path.relative_to(source).as_posix(), 0)]
        for message, context, comments in texts_of(path):
            catalog.add(
                message, locations=place, context=context, user_comments=comments, flags=_flags(message)
            )
    return catalog


def texts_of(path: Path) -> Iterator[tuple[str | tuple[str, ...], str | None, list[str]]]:
    """The marked texts of one file: message (a tuple with its plural), context, comments for translators."""
    text = path.read_text(encoding="utf-8")
    text = text + _hidden(text) if path.suffix == ".py" else _as_python(text, path)
    stream = io.BytesIO(text.encode())
    for _line, name, arguments, comments in extract_python(stream, list(KEYWORDS), ["Translators:"], {}):
        given = arguments if isinstance(arguments, tuple) else (arguments,)
        found = _message(str(name), given)
        if found:
            yield (*found, comments)


def _hidden(source: str) -> str:
    """Marked texts inside f-strings, one a line: before Python 3.12 its reader hands these out as plain strings."""
    framed = (one for one in ast.walk(ast.parse(source)) if isinstance(one, ast.JoinedStr))
    calls = (one for frame in framed for one in ast.walk(frame) if isinstance(one, ast.Call))
    marked = (one for one in calls if isinstance(one.func, ast.Name) and one.func.id in KEYWORDS)
    return "".join(f"\n{ast.unparse(one)}" for one in marked)


def _as_python(text: str, path: Path) -> str:
    from django.conf import settings
    from django.utils.translation.template import templatize

    if not settings.configured:
        settings.configure()
    # In brackets, where Python's own reader does not mind how a template is indented.
    return f"({templatize(text, origin=str(path))}\n)"


def _message(name: str, given: tuple[str | None, ...]) -> tuple[str | tuple[str, ...], str | None] | None:
    context, rest = (
        (given[0], given[1:]) if "p" in name.split("gettext")[0] and "gettext" in name else (None, given)
    )
    wanted = 2 if name.startswith(("ngettext", "npgettext")) else 1
    words = [one for one in rest[:wanted] if isinstance(one, str) and one]
    if len(words) < wanted:
        return None
    return (tuple(words) if wanted == 2 else words[0]), context


def _flags(message: str | tuple[str, ...]) -> list[str]:
    words = message if isinstance(message, tuple) else (message,)
    return ["python-format"] if any(re.search(r"%\(\w+\)[sd]", one) for one in words) else []


# The catalogue -------------------------------------------------------------------------------------------
def update(language: str) -> None:
    """Merge what was gathered into the catalogue: new texts come in empty, unused ones leave."""
    catalog, path = gather(), path_of(language)
    present = read(language)
    # No guessing: a translation put to a similar text by machine is worse than none.
    present.update(catalog, no_fuzzy_matching=True)
    present.obsolete.clear()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        write_po(stream, present, width=100, omit_header=False, sort_output=True, include_lineno=False)
    empty = sum(1 for message in present if message.id and not _whole(message))
    print(f"{path.relative_to(SOURCE)}: {len(present)} texts, {empty} to translate.")


def read(language: str) -> Catalog:
    """The catalogue as it lies there; empty when there is none yet."""
    path = path_of(language)
    if not path.exists():
        fresh = Catalog(locale=language, project="Puebla", version="", charset="utf-8", fuzzy=False)
        fresh.header_comment = "# Spanish words of Puebla."
        return fresh
    with path.open("rb") as stream:
        return read_po(stream, locale=language)


def findings(language: str) -> list[str]:
    """What is missing, empty, doubtful or unused, one sentence each."""
    wanted, present = _keyed(gather()), _keyed(read(language))
    found = [f"{language}: missing: {_shown(key)}" for key in wanted if key not in present]
    found += [f"{language}: unused: {_shown(key)}" for key in present if key not in wanted]
    for key, message in present.items():
        if key in wanted:
            found += [f"{language}: {fault}: {_shown(key)}" for fault in _faults(message)]
    found += [
        f"{language}: changes every date; give it a context: {_shown(key)}" for key in of_dates(present)
    ]
    return sorted(found)


def of_dates(keys: Iterable[Key]) -> list[Key]:
    """Texts without a context that are months or weekdays, whole or short: Django asks for those words to write any date."""
    kinds = [
        told(width, locale="en")
        for told in (get_month_names, get_day_names)
        for width in ("wide", "abbreviated")
    ]
    names = {str(name).lower() for kind in kinds for name in kind.values()}
    return [
        (context, text)
        for context, text in keys
        if context is None
        and any(one.lower() in names for one in ([text] if isinstance(text, str) else text))
    ]


def compile_all() -> None:
    """Make the .mo of every language whose catalogue is newer."""
    for source in [*map(path_of, LANGUAGES), *BORROWED.rglob("*.po")]:
        target = source.with_suffix(".mo")
        if not source.exists() or (target.exists() and target.stat().st_mtime >= source.stat().st_mtime):
            continue
        fresh = target.with_suffix(".new")
        with source.open("rb") as given, fresh.open("wb") as stream:
            write_mo(stream, read_po(given, locale=source.parts[-3]))
        fresh.replace(target)


def _keyed(catalog: Catalog) -> dict[Key, Message]:
    return {(message.context, message.id): message for message in catalog if message.id}


def _shown(key: Key) -> str:
    context, words = key
    text = words if isinstance(words, str) else " / ".join(words)
    return f'"{text}"' + (f" ({context})" if context else "")


def _whole(message: Message) -> bool:
    strings = message.string if isinstance(message.string, list | tuple) else [message.string]
    return bool(strings) and all(strings)


def _faults(message: Message) -> Iterator[str]:
    if not _whole(message):
        yield "empty"
    if message.fuzzy:
        yield "doubtful (fuzzy)"
    if _whole(message) and _holes(message.id) != _holes(message.string):
        yield "differs in its placeholders"


def _holes(words: str | tuple[str, ...] | list[str]) -> set[str]:
    texts = [words] if isinstance(words, str) else list(words)
    return set(re.findall(r"%\(\w+\)[sd]", " ".join(texts)))


if __name__ == "__main__":
    sys.exit(main())
