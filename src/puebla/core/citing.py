"""How a paper is cited: a short and a full line for readers, BibTeX, RIS and CSL-JSON for their programs.

A reference manager reads these files without asking anybody, so every sign that means something to its format is
escaped here, and everything is UTF-8.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from puebla.core.languages import Texts, show

BIBTEX_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
#: What biblatex calls a language; others stand under their code.
BIBTEX_LANGUAGES = {"en": "english", "es": "spanish", "fr": "french", "pt": "portuguese"}
#: Braces have words: BibTeX itself counts them even behind a backslash, and one alone would end the entry early.
_TEX_SIGNS = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "$": r"\$", "&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
}  # fmt: skip
_BREAKS = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")


@dataclass(frozen=True)
class Reference:
    """What a citation names, in every language that it is known in.

    Attributes:
        address: of the record in the language of the citation.
        dated_on: None where the date is not known.
        precision: how much of the date is known: `year`, `month` or `day`.
        original: the language it was written in; empty where that is not known.
    """

    authors: Texts
    short_authors: Texts
    titles: Texts
    symbol: str
    kinds: Texts
    meetings: Texts
    address: str
    dated_on: dt.date | None
    precision: str
    original: str
    themes: list[Texts]
    #: SHA-256 of the words, where they are frozen: who cites them can show later that they are the same.
    digest: str = ""

    @property
    def date_parts(self) -> list[int]:
        """Year, month and day, as far as they are known."""
        if self.dated_on is None:
            return []
        parts = [self.dated_on.year, self.dated_on.month, self.dated_on.day]
        return parts[: {"year": 1, "month": 2}.get(self.precision, 3)]

    @property
    def file_name(self) -> str:
        """The symbol as the name of a file and as a key: letters, digits and hyphens."""
        return re.sub(r"[^A-Za-z0-9]+", "-", self.symbol).strip("-") or "document"


@dataclass(frozen=True)
class Line:
    """A citation for readers: what stands before its title, the title with its language, and what stands after."""

    before: str
    title: str
    title_language: str
    after: str

    def __str__(self) -> str:
        return f"{self.before}{self.title}{self.after}"


# For readers -------------------------------------------------------------------------------------------------------


def short_line(reference: Reference) -> Line:
    """For a footnote or a caption, in the language in force: who, what, symbol and year."""
    title = show(reference.titles)
    author = str(show(reference.short_authors)) or str(show(reference.authors))
    where = ", ".join([reference.symbol, *(str(year) for year in reference.date_parts[:1])])
    # Translators: a short citation; the bar stands for the title.
    before, _bar, after = _("%(author)s, “|” (%(where)s)").partition("|")
    facts = {"author": author, "where": where}
    if not author:
        before = before.rpartition(" ")[2]
    return Line(before % facts, title.text, title.language, after % facts)


def full_line(reference: Reference, *, date: str) -> Line:
    """For a bibliography, in the language in force: who, what, symbol, date, where it was before, and the address.

    Args:
        date: as far as it is known, in words of that language.
    """
    title = show(reference.titles)
    author = str(show(reference.authors))
    meeting = str(show(reference.meetings))
    parts = "".join(f", {part}" for part in (reference.symbol, date, meeting) if part)
    # Translators: the end of a full citation.
    parts += _(". Available at: %(address)s") % {"address": reference.address}
    if reference.digest:
        parts += f" (SHA-256: {reference.digest})"
    return Line(f"{author}, " if author else "", title.text, title.language, parts)


# For programs ------------------------------------------------------------------------------------------------------


def as_bibtex(reference: Reference, language: str) -> str:
    """The record as BibTeX and biblatex read it: a report of an institution."""
    author = _line(str(show(reference.authors, language)))
    title = show(reference.titles, language)
    fields = {
        # Twice in braces: a name is not taken apart, and a title keeps its capitals.
        "author": f"{{{_tex(author)}}}" if author else "",
        "title": f"{{{_tex(_line(title.text))}}}",
        "institution": _tex(author),
        "type": _tex(_line(str(show(reference.kinds, language)))),
        "number": _tex(reference.symbol),
        "note": _tex(
            _line(
                "; ".join(
                    filter(
                        None,
                        [
                            str(show(reference.meetings, language)),
                            *_other_titles(reference, title.language),
                            _digest(reference),
                        ],
                    )
                )
            )
        ),
        "url": _url(reference.address),
        "langid": BIBTEX_LANGUAGES.get(title.language, title.language),
        "keywords": _tex(_line(", ".join(str(show(theme, language)) for theme in reference.themes))),
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    lines += _bibtex_date(reference.date_parts)
    return f"@techreport{{{reference.file_name},\n" + ",\n".join(lines) + "\n}\n"


def as_ris(reference: Reference, language: str) -> str:
    """The record in RIS, as EndNote, Zotero and Mendeley read it."""
    author = _line(str(show(reference.authors, language)))
    title = show(reference.titles, language)
    parts = reference.date_parts
    lines = [
        ("TY", "RPRT"),
        # A comma at its end says that the name is an institution's, not a family name and a first name.
        ("AU", f"{author}," if author else ""),
        ("TI", title.text),
        *(("TT", other) for other in _other_titles(reference, title.language)),
        ("M3", str(show(reference.kinds, language))),
        ("SN", reference.symbol),
        ("T2", str(show(reference.meetings, language))),
        ("PB", author),
        ("PY", f"{parts[0]:04}" if parts else ""),
        ("DA", "/".join([*(f"{part:02}" for part in parts), *[""] * (4 - len(parts))]) if parts else ""),
        ("LA", title.language),
        *(("KW", str(show(theme, language))) for theme in reference.themes),
        ("N1", _digest(reference)),
        ("UR", reference.address),
        ("ER", ""),
    ]
    return "".join(f"{tag}  - {_line(value)}\r\n" for tag, value in lines if value or tag == "ER")


def as_csl(reference: Reference, language: str) -> list[dict[str, Any]]:
    """The record as citation processors read it (CSL-JSON)."""
    author = _line(str(show(reference.authors, language)))
    title = show(reference.titles, language)
    item: dict[str, Any] = {
        "id": reference.symbol,
        "type": "report",
        "title": title.text,
        "author": [{"literal": author}] if author else [],
        "publisher": author,
        "number": reference.symbol,
        "genre": str(show(reference.kinds, language)),
        "event-title": str(show(reference.meetings, language)),
        "issued": {"date-parts": [reference.date_parts]} if reference.date_parts else {},
        "language": title.language,
        "keyword": ", ".join(str(show(theme, language)) for theme in reference.themes),
        "URL": reference.address,
        "note": _digest(reference),
    }
    return [{name: value for name, value in item.items() if value}]


def _digest(reference: Reference) -> str:
    return f"SHA-256: {reference.digest}" if reference.digest else ""


def _other_titles(reference: Reference, language: str) -> Iterator[str]:
    return (_line(words) for code, words in reference.titles.items() if code != language and words)


def _bibtex_date(parts: list[int]) -> list[str]:
    names = ("year", "month", "day")
    written = [str(part) for part in parts]
    if len(parts) > 1:
        written[1] = BIBTEX_MONTHS[parts[1] - 1]
    return [f"  {name} = {value}" for name, value in zip(names, written, strict=False)]


def _line(text: str) -> str:
    """One line: a line break would begin a new field in RIS."""
    return " ".join(_BREAKS.sub(" ", text).split())


def _tex(text: str) -> str:
    return "".join(_TEX_SIGNS.get(sign, sign) for sign in text)


def _url(address: str) -> str:
    """An address stands as it is, but for braces, which would end the field."""
    return address.replace("{", "%7B").replace("}", "%7D").replace("\\", "%5C")
