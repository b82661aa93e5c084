"""The journal on the screen, for those whose seat reads it: what was done, by whom, when."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from puebla.accounts.models import Person
from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.models import JournalEntry
from puebla.core.phrases import sentences
from puebla.core.tables import export_of
from puebla.intranet.querysets import entries_for
from puebla.members.forms import DayFilter
from puebla.members.models import Permission
from puebla.members.querysets import reach_of

PER_PAGE = 50


@signed_in
def journal(request: PersonRequest) -> HttpResponseBase:
    """Show the journal, newest first, by person and day; for who does not read it there is no such page."""
    reach = reach_of(request.person)
    if not (reach.secretariat and reach.may(Permission.READ_JOURNAL)):
        raise Http404
    by = " ".join(request.GET.get("by", "").replace("\x00", "").split())[:100]
    days = DayFilter(request.GET)
    found = _narrowed(entries_for(request.person, reach), by=by, day=days.day())
    table = export_of(
        request,
        name="journal",
        header=[_("Number"), _("At"), _("Who"), _("What"), pgettext("journal", "About")],
        rows=_table(found),
    )
    if table is not None:
        return table
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    lines = list(zip(page.object_list, sentences(page.object_list), strict=True))
    return render(request, "intranet/journal.html", {"page": page, "lines": lines, "by": by, "days": days})


def _narrowed(found: "QuerySet[JournalEntry]", *, by: str, day: dt.date | None) -> "QuerySet[JournalEntry]":
    if by:
        people = Person.objects.filter(full_name__icontains=by) | Person.objects.filter(email__iexact=by)
        found = found.filter(person_ref__in=people.values("ref"))
    if day is not None:
        start = timezone.make_aware(dt.datetime.combine(day, dt.time()))
        found = found.filter(at__gte=start, at__lt=start + dt.timedelta(days=1))
    return found


def _table(found: "QuerySet[JournalEntry]") -> Iterator[list[Any]]:
    """In pieces, so that a journal of years is no burden on memory."""
    piece: list[JournalEntry] = []
    for entry in found.iterator(chunk_size=500):
        piece.append(entry)
        if len(piece) == 500:
            yield from _rows(piece)
            piece = []
    yield from _rows(piece)


def _rows(piece: list[JournalEntry]) -> Iterator[list[Any]]:
    for entry, told in zip(piece, sentences(piece), strict=True):
        yield [entry.sequence, entry.at.isoformat(timespec="seconds"), told.who, told.what, entry.subject_ref]
