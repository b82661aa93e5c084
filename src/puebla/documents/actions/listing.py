"""The list that goes with a folder: a spreadsheet that says what the files are, checked cell by cell before anything is filed.

Everything wrong is found in one go and named by row and column, so that a list of a thousand files is mended once.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from puebla.core.models import Process, parse_imprecise
from puebla.core.verdicts import RefusedError
from puebla.core.words import fold, one_line
from puebla.documents.actions.importing import AUDIENCE_CODES, home_room
from puebla.documents.actions.proposing import LANGUAGE_MARKS
from puebla.documents.actions.symbols import checked
from puebla.documents.models import Kind, State
from puebla.members.models import Audience, Body, Meeting
from puebla.members.querysets import Reach

#: Columns by the words that may stand above them, in either language; titles come beside, one a language.
COLUMNS = {
    "file": "file", "archivo": "file", "fichero": "file", "file name": "file", "nombre del archivo": "file",
    "symbol": "symbol", "signatura": "symbol",
    "title": "title", "titles": "title", "titulo": "title", "titulos": "title",
    "date": "date", "fecha": "date", "kind": "kind", "tipo": "kind", "tipo de documento": "kind",
    "body": "body", "organo": "body", "meeting": "meeting", "reunion": "meeting",
    "audience": "audience", "audiencia": "audience", "language": "language", "idioma": "language",
    "state": "state", "estado": "state",
}  # fmt: skip
_LONGEST_TITLE = 300


class ListError(Exception):
    """The list cannot be used at all: it is no spreadsheet, or has no column of files."""


@dataclass(frozen=True)
class Finding:
    """What is wrong in one cell, as the person who wrote the list would look for it."""

    row: int
    column: str
    sentence: str

    def __str__(self) -> str:
        return _("row %(row)d, column %(column)s: %(sentence)s") % vars(self)


@dataclass(frozen=True)
class Row:
    """One row of the list: its number in the spreadsheet and its cells, by column."""

    number: int
    cells: dict[str, str]


def rows_of(path: Path) -> list[Row]:
    """The rows of a spreadsheet (XLSX, ODS) that say something.

    Raises:
        ListError: where it cannot be read, or its first row does not name its columns.
    """
    from python_calamine import CalamineError, load_workbook

    try:
        sheet = load_workbook(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, OSError, IndexError) as error:
        raise ListError(_("It cannot be read as a spreadsheet: %(error)s.") % {"error": error}) from error
    if not sheet:
        raise ListError(_("It is empty."))
    header = [_column(_text(cell)) for cell in sheet[0]]
    unknown = [_text(cell) for cell, name in zip(sheet[0], header, strict=True) if name is None]
    if unknown:
        raise ListError(
            _("Unknown columns: %(unknown)s. Known are: %(known)s.")
            % {"unknown": ", ".join(unknown), "known": _known()}
        )
    if "file" not in header:
        raise ListError(_("There is no column “file”. Known are: %(known)s.") % {"known": _known()})
    rows = [
        Row(number, {name: _text(cell) for name, cell in zip(header, cells, strict=False) if name and _text(cell)})
        for number, cells in enumerate(sheet[1:], start=2)
    ]  # fmt: skip
    return [row for row in rows if row.cells]


def _known() -> str:
    return "file, symbol, title en, title es, date, kind, body, meeting, audience, language, state"


def _column(heading: str) -> str | None:
    """The column meant; `title es` and `Title (Spanish)` are one column each; an empty heading is none at all."""
    words = fold(heading.replace("_", " ").replace("(", " ").replace(")", " "))
    if not words or words in COLUMNS:
        return COLUMNS.get(words, "")
    first, _blank, rest = words.partition(" ")
    language = LANGUAGE_MARKS.get(rest.removeprefix("en ").removeprefix("in ") or rest)
    return f"title {language}" if COLUMNS.get(first) == "title" and language else None


def _text(cell: Any) -> str:
    if hasattr(cell, "isoformat"):
        return str(cell.isoformat())[:10]
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return one_line(str(cell))


class Listing:
    """What a list says of each file of a folder, and everything in it that cannot be so."""

    def __init__(self, rows: Sequence[Row], *, files: Iterable[str], reach: Reach) -> None:
        self.findings: list[Finding] = []
        self.values: dict[str, dict[str, Any]] = {}
        self._reach = reach
        self._files = _Files(files)
        self._kinds = _by_words((kind.code, [kind.code, *kind.names.values()]) for kind in Kind.objects.all())
        bodies = [
            one for one in Body.objects.select_related("room") if not one.room.sealed or one.room_id in reach.rooms
        ]  # fmt: skip
        self._rooms = {one.code: one.room for one in bodies}
        self._bodies = _by_words(
            (one.code, [one.code, *one.names.values(), *one.short_names.values()]) for one in bodies
        )
        self._meetings = _by_words(
            (symbol, [symbol, *titles.values()])
            for symbol, titles in Meeting.objects.visible_to(None, reach=reach).values_list(
                "symbol", "titles"
            )
        )
        self._audiences = _by_words(
            (code, [code, *_labels(Audience(rung))]) for code, rung in AUDIENCE_CODES.items()
        )
        self._states = _by_words((state.value, [state.value, *_labels(state)]) for state in State)
        self._languages = LANGUAGE_MARKS | {code: code for code in Process.current().languages}
        seen: dict[str, int] = {}
        for row in rows:
            self._take(row, seen)

    def _take(self, row: Row, seen: dict[str, int]) -> None:
        name = row.cells.get("file", "")
        if not name:
            self._find(row, "file", _("it is empty, though the row says something. Write the file's name."))
            return
        path, why = self._files.meant(name)
        if path is None:
            self._find(row, "file", why)
        elif path in seen:
            self._find(
                row,
                "file",
                _("“%(name)s” stands in row %(row)d already.") % {"name": name, "row": seen[path]},
            )
        else:
            seen[path] = row.number
        values = self._values(row)
        if path is not None:
            self.values[path] = values

    def _values(self, row: Row) -> dict[str, Any]:
        body = self._one_of(
            row, "body", self._bodies, _("there is no such body, or you cannot file in its room")
        )
        return {
            "symbol": self._symbol(row, body), "dated": self._date(row), "body": body,
            "kind": self._one_of(row, "kind", self._kinds, _("there is no such kind of document")),
            "meeting": self._one_of(row, "meeting", self._meetings, _("there is no such meeting")),
            "audience": self._one_of(row, "audience", self._audiences, _("there is no such audience")),
            "state": self._one_of(row, "state", self._states, _("there is no such state")),
            "language": self._one_of(row, "language", self._languages, _("there is no such language")),
            "titles": self._titles(row),
        }  # fmt: skip

    def _one_of(self, row: Row, column: str, known: Mapping[str, str], why: str) -> str:
        given = row.cells.get(column, "")
        if not given:
            return ""
        found = known.get(fold(given)) or known.get(fold(given.replace("_", " ").replace("-", " ")))
        if found is None:
            shown = ", ".join(dict.fromkeys(known.values()))
            hint = _(" Known are: %(known)s.") % {"known": shown} if len(shown) < 400 else ""
            self._find(row, column, _("“%(given)s”: %(why)s.") % {"given": given[:80], "why": why} + hint)
        return found or ""

    def _date(self, row: Row) -> str:
        given = row.cells.get("date", "")
        try:
            if given:
                parse_imprecise(given)
        except ValueError:
            self._find(
                row, "date", _("“%(text)s” is not a date. Write 2009, 2009-07 or 2009-07-09.") % {"text": given[:80]}
            )  # fmt: skip
            return ""
        return given

    def _symbol(self, row: Row, body: str) -> str:
        given = row.cells.get("symbol", "")
        if not given:
            return ""
        try:
            return checked(given, room=self._rooms.get(body) or home_room(self._reach), free=False)
        except RefusedError as error:
            self._find(row, "symbol", str(error))
            return ""

    def _titles(self, row: Row) -> dict[str, str]:
        """Titles by language; one under a plain `title` is in the file's own, which is known later."""
        titles = {name.removeprefix("title").strip(): words for name, words in row.cells.items()
                  if name.startswith("title")}  # fmt: skip
        for language, words in titles.items():
            if len(words) > _LONGEST_TITLE:
                self._find(
                    row, f"title {language}".strip(),
                    _("it has %(length)d characters; at most %(limit)d are kept. Shorten it.")
                    % {"length": len(words), "limit": _LONGEST_TITLE},
                )  # fmt: skip
        return titles

    def _find(self, row: Row, column: str, sentence: str) -> None:
        self.findings.append(Finding(row.number, column, sentence))


class _Files:
    """The files of a folder by their paths within it and, where that is clear, by their bare names."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths: dict[str, str] = {}
        self._names: dict[str, list[str]] = {}
        for path in paths:
            self._paths[_same(path)] = path
            self._names.setdefault(_same(PurePosixPath(path).name), []).append(path)

    def meant(self, name: str) -> tuple[str | None, str]:
        """The path that a cell means, or why there is none."""
        wanted = _same(name.replace("\\", "/").removeprefix("./"))
        if wanted in self._paths:
            return self._paths[wanted], ""
        found = self._names.get(wanted, [])
        if len(found) == 1:
            return found[0], ""
        if found:
            return None, _("“%(name)s” lies in several folders (%(paths)s). Write its path.") % {
                "name": name[:80], "paths": ", ".join(found[:3])}  # fmt: skip
        return None, _("there is no file “%(name)s” in the folder.") % {"name": name[:80]}


def _same(name: str) -> str:
    """Names as file systems differ in them: composed or decomposed accents, capitals or not."""
    return unicodedata.normalize("NFC", name).casefold()


def _by_words(known: Iterable[tuple[str, Iterable[str]]]) -> dict[str, str]:
    """Codes by everything that may be written for them."""
    found: dict[str, str] = {}
    for code, words in known:
        for word in words:
            found.setdefault(fold(word), code)
            found.setdefault(fold(word.replace("_", " ")), code)
    return found


def _labels(choice: Any) -> list[str]:
    """A choice's label in every language of the interface."""
    from django.conf import settings

    labels = []
    for language, _name in settings.LANGUAGES:
        with override(language):
            labels.append(str(choice.label))
    return labels
