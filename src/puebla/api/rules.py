"""What a request to the doors for machines may ask, and the sentence where it may not."""

from collections.abc import Iterable

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from puebla.core.words import one_line

#: Characters of a value; nothing that can be asked for is longer, and some databases look for no longer words.
LONGEST_VALUE = 300
#: A page number above this is nobody's, and some databases cannot count as far.
_LONGEST_NUMBER = 9


class WrongRequestError(Exception):
    """A request that cannot be answered: why, where, and what to do next, for whoever wrote the program.

    The sentence is put into the reader's language only where it is answered: what is kept for everybody never is.

    Args:
        detail: the sentence, lazily translated, with places for `facts`.
        status: as HTTP says it.
        field: the parameter that is wrong; empty where none is.
    """

    def __init__(self, detail: object, *, status: int = 400, field: str = "", **facts: object) -> None:
        super().__init__(detail)
        self.status, self.field = status, field
        self._detail, self._facts = detail, facts

    def __str__(self) -> str:
        return str(self._detail) % self._facts if self._facts else str(self._detail)


def known_parameters(request: HttpRequest, known: Iterable[str]) -> None:
    """Refuse a parameter that means nothing here: a filter that is silently dropped would give too much."""
    allowed = sorted(known)
    for name in request.GET:
        field = one_line(name)[:60]
        if name not in allowed:
            raise WrongRequestError(
                _("The parameter “%(name)s” is not known here. Known are: %(known)s.")
                if allowed
                else _("The parameter “%(name)s” is not known here; this address takes none."),
                field=field,
                name=field,
                known=", ".join(allowed),
            )
        if name == "lang" and request.GET[name] not in dict(settings.LANGUAGES):
            raise unknown_language(request.GET[name], dict(settings.LANGUAGES))
        if len(request.GET[name]) > LONGEST_VALUE:
            raise WrongRequestError(
                _("“%(name)s” may have at most %(limit)s characters. Use fewer or shorter words."),
                field=field,
                name=field,
                limit=LONGEST_VALUE,
            )
        if "\x00" in request.GET[name]:
            raise WrongRequestError(
                _("“%(name)s” cannot hold the sign NUL. Take it out."), field=field, name=field
            )


def unknown_language(asked: str, known: Iterable[str]) -> WrongRequestError:
    """The refusal of a language in which nothing is answered."""
    return WrongRequestError(
        _("There is nothing here in the language “%(asked)s”. Known are: %(known)s."),
        field="lang",
        asked=one_line(asked)[:20],
        known=", ".join(known),
    )


def known_values(unknown: Iterable[tuple[str, str, list[str]]]) -> None:
    """Refuse a value that nobody can mean: an empty answer would look as if there were none yet. What is known changes: a 404.

    Args:
        unknown: each with its filter, and the values that are known.
    """
    for name, value, known in unknown:
        sentence = (
            _("“%(name)s” must be one of: %(known)s.")
            if known
            else _("There is nothing here under “%(name)s” for “%(asked)s”.")
        )
        raise WrongRequestError(
            sentence, status=404, field=name, name=name, asked=one_line(value)[:60], known=", ".join(known)
        )


def page_number(request: HttpRequest) -> int:
    """The page asked for; the first where none is."""
    asked = request.GET.get("page", "1")
    if not (asked.isascii() and asked.isdecimal() and len(asked) <= _LONGEST_NUMBER and int(asked) > 0):
        raise WrongRequestError(
            _("A page is a whole number from 1, such as page=2; “%(asked)s” is none."),
            field="page",
            asked=one_line(asked)[:20],
        )
    return int(asked)
