"""Meetings, bodies, parties and people as search on the private site finds them: by name, of what the reader may know of."""

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from puebla.accounts.models import Person
from puebla.core.languages import show
from puebla.core.search.asking import Question
from puebla.core.search.sources import Hit, Shelf
from puebla.core.search.spelling import holds
from puebla.members.models import Body, Meeting, Party, Seat
from puebla.members.querysets import Reach

#: A key that no person has.
NOBODY = 0


def meetings(person: Any, reach: Reach, question: Question, _at: dt.datetime) -> list[Hit]:
    """Meetings that the reader may know of."""
    columns = ("titles", "places", "symbol", "starts_on__year", "body__code", "body__names")
    return [
        Hit(url=f"{reverse('members:body', args=[row.body__code])}#meetings", title=show(row.titles).text,
            facts=(str(row.starts_on__year),))
        for row in Meeting.objects.visible_to(person, reach=reach).values_list(*columns, named=True)
        if holds(question, _words(row.titles, row.places, row.body__names, row.symbol, row.starts_on__year))
    ]  # fmt: skip


def bodies(_person: Any, _reach: Reach, question: Question, _at: dt.datetime) -> list[Hit]:
    """Bodies: that one exists is known to everybody with a seat."""
    rows = Body.objects.values_list("code", "names", "short_names")
    return [
        Hit(url=reverse("members:body", args=[code]), title=show(names).text)
        for code, names, short in rows
        if holds(question, _words(names, short, code))
    ]


def parties(_person: Any, _reach: Reach, question: Question, _at: dt.datetime) -> list[Hit]:
    """Who takes part."""
    rows = Party.objects.values_list("code", "names", "short_names")
    return [
        Hit(url=reverse("members:party", args=[code]), title=show(short).text)
        for code, names, short in rows
        if holds(question, _words(names, short, code))
    ]


def people(person: Any, reach: Reach, question: Question, at: dt.datetime) -> list[Hit]:
    """People in the directory whom the reader may know of."""
    # Names are compared first, whoever they are: only the few that match are asked of the gate, which is dear. It is asked
    # even where none does, so that nobody can tell a name they may not know of from one that does not exist.
    names = Person.objects.order_by().values_list("pk", "full_name")
    matching = [key for key, name in names if holds(question, name)]
    seats = Seat.objects.effective(at).visible_to(person, reach=reach).order_by()
    seats = seats.filter(person__in=[NOBODY, *matching])
    rows = seats.values_list("person__ref", "person__full_name", "party__short_names").distinct()
    found: dict[str, Hit] = {}
    for ref, name, party in rows:
        if ref not in found:
            found[ref] = Hit(reverse("members:person", args=[ref]), name, facts=(show(party).text,))
    return list(found.values())


def _words(*texts: Any) -> str:
    return " ".join(" ".join(one.values()) if isinstance(one, dict) else str(one) for one in texts)


SHELVES = (
    Shelf("meetings", _("Meetings"), meetings), Shelf("bodies", _("Bodies"), bodies),
    Shelf("parties", _("Parties"), parties), Shelf("people", _("People"), people),
)  # fmt: skip
