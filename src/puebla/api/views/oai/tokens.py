"""Resumption tokens: where a list goes on, signed and good for a day. Nobody can make one, and none is kept."""

import datetime as dt
from dataclasses import astuple, dataclass
from typing import Any

from django.core import signing

SALT = "puebla.oai"
#: How long a harvester may pause between two pages; an answer from the store may be a little older.
GOOD_FOR = dt.timedelta(hours=24)
_SLACK = dt.timedelta(minutes=10)


class BadTokenError(Exception):
    """A token that is old, altered, or was never given out."""


@dataclass(frozen=True)
class Token:
    """The question as it was first asked, and the last record that was given.

    Going on from a record instead of from a number loses nothing when documents are released or withdrawn between two
    pages: what changes meanwhile moves to the end of the list.
    """

    verb: str
    prefix: str
    begins: str
    ends: str
    spec: str
    changed_at: str
    pk: int
    given: int
    total: int

    def written(self) -> str:
        """The token as it is given out."""
        return signing.dumps(list(astuple(self)), salt=SALT, compress=True)

    @property
    def after(self) -> tuple[dt.datetime, int]:
        """The place in the list after which it goes on."""
        return dt.datetime.fromisoformat(self.changed_at), self.pk


def read(text: str) -> Token:
    """The token that was given out as this text.

    Raises:
        BadTokenError: where it is none, or an old one.
    """
    try:
        facts: Any = signing.loads(text, salt=SALT, max_age=GOOD_FOR + _SLACK)
        return Token(*facts)
    except (signing.BadSignature, TypeError, ValueError) as error:
        raise BadTokenError from error
