"""Symbols: generated in sequence from a pattern that is data, or given by hand and checked."""

import datetime as dt
import re

from django.db import transaction
from django.utils.translation import gettext as _

from puebla.core.models import Process
from puebla.core.verdicts import RefusedError
from puebla.documents.models import Document, SymbolSequence
from puebla.members.models import Body, Room

SHAPE = re.compile(r"[A-Z0-9][A-Z0-9.\-]*(/[A-Z0-9][A-Z0-9.\-]*){1,7}")
PLACEHOLDERS = {"process", "year", "body", "kind", "number"}
#: Last parts of addresses that stand below a document.
RESERVED = {"FILES", "READ", "NEW", "EDIT"}


def check_pattern(pattern: str) -> str:
    """The symbol pattern, when every symbol made from it would be one.

    Raises:
        RefusedError: where a part is unknown, the number is missing, or signs stand in it that no symbol has.
    """
    asked = set(re.findall(r"\{(\w*)\}", pattern))
    if unknown := asked - PLACEHOLDERS:
        raise RefusedError(
            _("The symbol pattern names “%(unknown)s”. It may use: %(known)s.")
            % {
                "unknown": ", ".join(sorted(unknown)),
                "known": ", ".join(f"{{{one}}}" for one in sorted(PLACEHOLDERS)),
            }
        )
    if "number" not in asked or "year" not in asked:
        raise RefusedError(
            _("The symbol pattern needs {year} and {number}, so that no symbol is given twice.")
        )
    filled = re.sub(r"\{\w+\}", "X1", pattern)
    if not re.fullmatch(r"[A-Z0-9][A-Z0-9.\-]*(/[A-Z0-9][A-Z0-9.\-]*){1,7}", filled):
        raise RefusedError(
            _(
                "“%(pattern)s” makes no symbols. Write capitals, figures, points and hyphens in parts divided by “/”."
            )
            % {"pattern": pattern}
        )
    if not re.search(r"[/.-]\{number\}$", pattern) or pattern.count("{number}") > 1:
        raise RefusedError(
            _("The symbol pattern ends with {number}, after “/”, “.” or “-”, and has it once: it counts what stands before.")
        )  # fmt: skip
    if not asked & {"process", "body"}:
        raise RefusedError(
            _(
                "The symbol pattern needs {process} or {body}: by them sealed rooms number apart from the others."
            )
        )
    return pattern


def prefix_for(*, process: Process, room: Room, body: Body | None, kind_code: str, year: int) -> str:
    """The pattern filled but for the number. A sealed room has its own, so that its numbers tell nothing elsewhere."""
    pattern = process.symbol_pattern
    place = body.code if body is not None else room.code.upper()
    if room.sealed and "{body}" not in pattern:
        pattern = pattern.replace("{process}", "{process}-{body}", 1)
    if "{number}" not in pattern:
        pattern += "/{number}"
    filled = pattern.format(process=process.code, year=year, body=place, kind=kind_code, number="\0")
    return filled.split("\0", 1)[0].upper()


@transaction.atomic
def next_symbol(*, room: Room, body: Body | None, kind_code: str, year: int) -> str:
    """Take the next free symbol of its sequence; the sequence's row is locked until the act commits."""
    prefix = prefix_for(process=Process.current(), room=room, body=body, kind_code=kind_code, year=year)
    SymbolSequence.objects.get_or_create(prefix=prefix)
    sequence = SymbolSequence.objects.select_for_update().get(prefix=prefix)
    number = sequence.last + 1
    while Document.objects.filter(symbol__iexact=f"{prefix}{number}").exists():
        number += 1
    sequence.last = number
    sequence.save(update_fields=["last"])
    return f"{prefix}{number}"


def checked(symbol: str, *, room: Room, free: bool = True) -> str:
    """A symbol given by hand, in canonical form.

    Raises:
        RefusedError: where its shape is wrong, it belongs to a sealed room's own sequence, or it is taken. Symbols of
            sealed rooms are refused alike whether they exist or not.
    """
    canonical = symbol.strip().upper()
    if len(canonical) > 60 or not SHAPE.fullmatch(canonical) or RESERVED & set(canonical.split("/")):
        raise RefusedError(
            _("“%(symbol)s” is not a symbol. Use letters, figures, points and hyphens in parts divided by “/”, as in"
              " ABC/2009/WG1/DEC/1.") % {"symbol": symbol[:80]},
            field="symbol",
        )  # fmt: skip
    parts = set(canonical.split("/"))
    sealed = {code.upper() for code in Body.objects.filter(room__sealed=True).values_list("code", flat=True)}
    own = {room.body.code.upper()} if room.sealed and hasattr(room, "body") else set()
    if (parts & sealed) - own:
        raise RefusedError(
            _("Symbols with “%(part)s” are given inside that room only. Choose another.")
            % {"part": ", ".join(sorted((parts & sealed) - own))},
            field="symbol",
        )
    if room.sealed and not parts & own:
        # Else a symbol taken outside would be told to whoever may not know of it, and numbers outside would have gaps.
        raise RefusedError(
            _("Symbols of this room carry “%(part)s”, so that they are apart from all others.")
            % {"part": ", ".join(sorted(own)) or room.code.upper()},
            field="symbol",
        )
    if free and Document.objects.filter(symbol__iexact=canonical).exists():
        raise RefusedError(
            _(
                "The symbol “%(symbol)s” is taken. Open that document to add a file to it, or choose another symbol."
            )
            % {"symbol": canonical},
            field="symbol",
        )
    return canonical


def year_of(document: Document, at: dt.datetime) -> int:
    """The year a symbol carries: of the paper's date, else its meeting's, the day's it is expected, the act's."""
    met_on = document.meeting.starts_on if document.meeting else None
    return (document.dated_on or met_on or document.expected_on or at.date()).year
