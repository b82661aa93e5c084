"""The answer of a rule: may it be done, and if not, why not."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CHANGED_MEANWHILE = _(
    "This record was changed by somebody else meanwhile. Your text is kept below; compare and save again."
)


@dataclass(frozen=True)
class Verdict:
    """Whether an act is allowed; a refusal carries its sentence in the reader's language (lazy text)."""

    allowed: bool
    reason: str | Promise = ""

    def __bool__(self) -> bool:
        return self.allowed


ALLOWED = Verdict(allowed=True)


def refused(reason: str | Promise) -> Verdict:
    """A refusal with its reason."""
    return Verdict(allowed=False, reason=reason)


class RefusedError(Exception):
    """An act that the rules do not allow; nothing was written. `str()` is the sentence for the reader.

    `field` names the form field at fault, where one is.
    """

    def __init__(self, reason: str | Promise, field: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field

    def __str__(self) -> str:
        return str(self.reason)


class StaleError(RefusedError):
    """Somebody else saved this record since it was opened; nothing was written and the reader's input is kept."""

    def __init__(self, reason: str | Promise = CHANGED_MEANWHILE, field: str | None = None) -> None:
        super().__init__(reason, field)


def require_unchanged(row: Any, revision: int) -> None:
    """Stop where somebody saved the record since this revision of it was read."""
    if row.revision != revision:
        raise StaleError


def require(verdict: Verdict) -> None:
    """Stop with the verdict's own sentence unless it allows the act."""
    if not verdict:
        raise RefusedError(verdict.reason)
