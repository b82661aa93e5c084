"""What an index is asked, as a tree, and how each of the two engines writes it.

A term is a word's stem or a mark such as `kind:decl`. Marks hold a colon, which no word does, so the two never meet.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Level(Enum):
    """Where words must stand: which columns of FTS5, which weights of a tsvector."""

    TITLE = ("title", "A")
    KEY = ("title keywords", "AB")
    ANYWHERE = ("", "")


@dataclass(frozen=True)
class Term:
    """One term, or all that begin with it."""

    text: str
    prefix: bool = False


@dataclass(frozen=True)
class Exactly:
    """Words that follow each other as they were typed, unstemmed.

    Attributes:
        met: the terms that every such row holds: what stands in for it where the words are not indexed as they are.
    """

    words: tuple[str, ...]
    met: "Asked"


@dataclass(frozen=True)
class Every:
    """All of these."""

    parts: tuple["Asked", ...]


@dataclass(frozen=True)
class Some:
    """At least one of these."""

    parts: tuple["Asked", ...]


@dataclass(frozen=True)
class Within:
    """This, with its words at a level."""

    part: "Asked"
    level: Level


@dataclass(frozen=True)
class Without:
    """The first, but not the second."""

    part: "Asked"
    hidden: "Asked"


Asked = Term | Exactly | Every | Some | Within | Without


def every(parts: Iterable[Asked]) -> Asked:
    """All of these; the part itself where it is one."""
    found = tuple(parts)
    return found[0] if len(found) == 1 else Every(found)


def some(parts: Iterable[Asked]) -> Asked:
    """One of these; the part itself where it is one."""
    found = tuple(parts)
    return found[0] if len(found) == 1 else Some(found)


def any_of(texts: Iterable[str]) -> Asked:
    """One of these terms."""
    return some(Term(text) for text in texts)


QUOTE = '"'


def as_fts5(asked: Asked) -> str:
    """The tree in the language of SQLite's FTS5; every term is quoted, so nothing typed is an operator."""
    match asked:
        case Term(text, prefix):
            return _quoted(text, '"') + ("*" if prefix else "")
        case Exactly(words, _met):
            return f"({{words}} : {_quoted(' '.join(words), QUOTE)})"
        case Every(parts):
            return f"({' AND '.join(map(as_fts5, parts))})"
        case Some(parts):
            return f"({' OR '.join(map(as_fts5, parts))})"
        case Within(part, level):
            columns = level.value[0]
            return f"({{{columns}}} : {as_fts5(part)})" if columns else as_fts5(part)
        case Without(part, hidden):
            return f"({as_fts5(part)} NOT {as_fts5(hidden)})"


def as_tsquery(asked: Asked, weights: str = "") -> str:
    """The tree as a PostgreSQL tsquery."""
    match asked:
        case Term(text, prefix):
            mark = ("*" if prefix else "") + weights
            return _quoted(text, "'") + (f":{mark}" if mark else "")
        case Exactly(_words, met):
            return as_tsquery(met)
        case Every(parts):
            return f"({' & '.join(as_tsquery(part, weights) for part in parts)})"
        case Some(parts):
            return f"({' | '.join(as_tsquery(part, weights) for part in parts)})"
        case Within(part, level):
            return as_tsquery(part, level.value[1])
        case Without(part, hidden):
            return f"({as_tsquery(part, weights)} & !{as_tsquery(hidden, weights)})"


def _quoted(text: str, sign: str) -> str:
    return sign + text.replace("\\", "").replace(sign, sign * 2) + sign
