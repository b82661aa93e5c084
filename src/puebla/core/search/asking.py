"""What was typed, read: words, “phrases”, -exclusions, beginnings*, OR.

Nothing typed can be wrong syntax: what is no operator is a word. What cannot be answered gets a sentence.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from puebla.core.search import terms
from puebla.core.search.fillers import is_filler
from puebla.core.search.terms import Asked, Level
from puebla.core.search.words import forms, words_in

#: Characters that are looked for; a pasted paragraph still fits.
LONGEST = 400
#: Words that are looked for, and the fewest letters of a beginning.
MOST_WORDS, SHORTEST_BEGINNING = 64, 2
#: Characters of what is still being typed.
LONGEST_TYPED = 100
_QUOTES = '"“”„«»″'
_PIECE = re.compile(rf"(?P<minus>(?<!\S)[-−–])?(?:[{_QUOTES}](?P<phrase>[^{_QUOTES}]*)[{_QUOTES}]?|(?P<bare>[^\s{_QUOTES}]+))")  # fmt: skip
_ORDERED = re.compile(r"[/\d]")
_BOTH, _EITHER, _NOT = {"AND"}, {"OR"}, {"NOT"}


class UnanswerableError(Exception):
    """A question that cannot be asked; `str()` is the sentence for the reader."""


@dataclass(frozen=True)
class Part:
    """Words that stand together: one word, a symbol's parts, a phrase in quotation marks.

    Attributes:
        quoted: whether these very words are meant, accents and capitals apart.
        beginning: whether the last word is only a beginning.
    """

    words: tuple[str, ...]
    quoted: bool = False
    beginning: bool = False


@dataclass(frozen=True)
class Question:
    """What is looked for: of each clause one part at least, and none of the excluded parts."""

    clauses: tuple[tuple[Part, ...], ...]
    excluded: tuple[Part, ...] = ()
    languages: tuple[str, ...] = ()

    @cached_property
    def forms(self) -> tuple[tuple[tuple[frozenset[str], ...], ...], ...]:
        """Of each part of each clause, what each of its words may have become; the parts left out come last, in one."""
        return tuple(
            tuple(tuple(frozenset(forms(word, self.languages)) for word in part.words) for part in clause)
            for clause in (*self.clauses, self.excluded)
        )

    @cached_property
    def telling(self) -> tuple[tuple[Part, ...], ...]:
        """The clauses without articles and the like; all of them where there is nothing else."""
        return (
            tuple(
                clause
                for clause in self.clauses
                if len(clause) > 1 or clause[0].quoted or clause[0].beginning or self._tells(clause[0].words)
            )
            or self.clauses
        )

    def _tells(self, words: Iterable[str]) -> list[str]:
        return [word for word in words if not is_filler(word, self.languages)]

    @property
    def phrases(self) -> list[str]:
        """The quoted phrases that every hit holds in these very words."""
        return [" ".join(clause[0].words) for clause in self.clauses if len(clause) == 1 and clause[0].quoted]

    @property
    def words(self) -> list[str]:
        """Every word that is looked for, in order."""
        return [word for clause in self.clauses for part in clause for word in part.words]

    def asked(self, level: Level) -> Asked:
        """The question for an index, its words at this level; a quoted phrase is there the words of which it is made."""
        wanted = terms.every(
            terms.some(self._part(part, level) for part in clause) for clause in self.telling
        )
        return terms.Within(wanted, level)

    def barred(self) -> list[tuple[Asked, list[str]]]:
        """What no hit holds in any of its languages: words, and the phrase that must stand in these very words."""
        words = [self._part(part, Level.ANYWHERE) for part in self.excluded if not part.quoted]
        found: list[tuple[Asked, list[str]]] = [(terms.some(words), [])] if words else []
        quoted = [part for part in self.excluded if part.quoted]
        return found + [(self._part(part, Level.ANYWHERE), [" ".join(part.words)]) for part in quoted]

    def in_a_row(self) -> terms.Exactly | None:
        """The words one after the other as they were typed; None where that says nothing more."""
        parts = [clause[0] for clause in self.clauses if len(clause) == 1]
        words = [word for part in parts for word in part.words]
        if len(parts) < len(self.clauses) or len(parts) < 2 or any(part.beginning for part in parts):
            return None
        return self._exactly(Part(tuple(words)))

    def _part(self, part: Part, level: Level) -> Asked:
        *first, last = part.words
        if part.beginning:
            ends = [terms.Term(last, prefix=True), *map(terms.Term, forms(last, self.languages))]
            return terms.every(
                [*(terms.any_of(forms(word, self.languages)) for word in first), terms.some(ends)]
            )
        if part.quoted and level is Level.ANYWHERE:
            return self._exactly(part)
        if not first:
            return terms.any_of(forms(last, self.languages))
        # Keywords have no order, and a title few words: of a phrase it is enough there that its words are met.
        return self._met(part)

    def _exactly(self, part: Part) -> terms.Exactly:
        return terms.Exactly(part.words, self._met(part))

    def _met(self, part: Part) -> Asked:
        words = self._tells(part.words) or part.words
        return terms.every(terms.any_of(forms(word, self.languages)) for word in words)


def read(typed: str, languages: Sequence[str]) -> Question:
    """The question that was typed.

    Raises:
        UnanswerableError: where nothing is looked for, or too much at once.
    """
    typed = typed.strip()
    if len(typed) > LONGEST:
        raise UnanswerableError(
            _("Your question has %(length)d characters; at most %(most)d can be looked for. Keep the few words that matter.")
            % {"length": len(typed), "most": LONGEST}
        )  # fmt: skip
    clauses, excluded = _clauses(_PIECE.finditer(typed))
    if not clauses:
        if excluded:
            raise UnanswerableError(
                _("Your question only says what to leave out. Add at least one word to look for.")
            )
        raise UnanswerableError(_("There is no word to look for in your question. Type a word or a symbol."))
    count = sum(len(part.words) for clause in clauses for part in clause)
    if count > MOST_WORDS:
        raise UnanswerableError(
            _(
                "Your question has %(count)d words; at most %(most)d can be looked for. Keep the few that matter."
            )
            % {"count": count, "most": MOST_WORDS}
        )
    return Question(tuple(map(tuple, clauses)), tuple(excluded), tuple(languages))


def _clauses(pieces: Iterable[re.Match[str]]) -> tuple[list[list[Part]], list[Part]]:
    clauses: list[list[Part]] = []
    excluded: list[Part] = []
    either = negated = False
    for piece in pieces:
        bare = piece["bare"]
        if bare in _BOTH:
            continue
        if bare in _EITHER:
            either = bool(clauses)
            continue
        if bare in _NOT:
            negated = True
            continue
        part = _part(piece)
        if part is None:
            continue
        if piece["minus"] or negated:
            excluded.append(part)
        elif either:
            clauses[-1].append(part)
        else:
            clauses.append([part])
        either = negated = False
    return clauses, excluded


def _part(piece: re.Match[str]) -> Part | None:
    if piece["phrase"] is not None:
        words = words_in(piece["phrase"])
        return Part(tuple(words), quoted=True) if words else None
    words = words_in(piece["bare"])
    if not words:
        return None
    beginning = piece["bare"].endswith("*") and len(words[-1]) >= SHORTEST_BEGINNING
    # What holds a stroke or a figure is a symbol, a date, a number: its parts are meant in their order.
    in_order = len(words) > 1 and not beginning and _ORDERED.search(piece["bare"]) is not None
    return Part(tuple(words), quoted=in_order, beginning=beginning)


def beginning_of(typed: str, languages: Sequence[str]) -> Question | None:
    """The question of somebody who is still typing: the last word may go on; None where there is nothing to suggest."""
    typed = typed.replace("\x00", "").strip()[:LONGEST_TYPED]
    try:
        return read(f"{typed}*" if typed[-1:].isalnum() else typed, languages)
    except UnanswerableError:
        return None
