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
    """Megabytes (or the fitting unit) as people and the setting of the limit count them: a limit of 50 is told as `50 MB`."""
    amount, units = float(size), iter(("bytes", "kB", "MB", "GB"))
    unit = next(units)
    while amount >= 1024 and (larger := next(units, "")):
        amount, unit = amount / 1024, larger
    return f"{amount:.1f}".removesuffix(".0") + f" {unit}"
