"""Sentences with values in them that are translated only when somebody reads them."""

from collections.abc import Callable
from typing import cast

from django.utils.functional import Promise
from django.utils.text import format_lazy


def sentence(template: str | Promise, **values: object) -> Promise:
    """Fill the places of a lazy sentence without fixing its language.

    A refusal may be raised by a job and read later by somebody in another language.
    """
    fill = cast(Callable[..., Promise], format_lazy)
    return fill(template, **values)


def size_in_words(size: int) -> str:
    """Megabytes (or the fitting unit) as people read them: `12.4 MB`, without a language of its own."""
    amount = float(size)
    for unit in ("bytes", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "bytes" or amount >= 100 else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"
