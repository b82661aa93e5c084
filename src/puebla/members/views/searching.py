"""Meetings, bodies, parties and people as search on the private site finds them: by name, of what the reader may know of."""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from puebla.accounts.models import Person
from puebla.core.languages import show
from puebla.core.prepared import Prepared
from puebla.core.search.asking import Question
from puebla.core.search.sources import Hit, Shelf
from puebla.core.search.spelling import holding
from puebla.members.models import Body, Meeting, Party, Seat
from puebla.members.querysets import Reach
from puebla.members.querysets.prepared import PreparedForReader

#: A key that no person has.
NOBODY = 0


def meetings(person: Any, reach: Reach, question: Question, _at: dt.datetime) -> list[Hit]:
    """Meetings that the reader may know of."""
    found = holding(question, _meetings.rows(person, reach), columns=8)
    return [
        Hit(url=reverse("meetings:page", args=[symbol]), title=_shown(titles), facts=(str(year),))
        for symbol, titles, _places, year, *_names in found
    ]


def bodies(_person: Any, _reach: Reach, question: Question, _at: dt.datetime) -> list[Hit]:
    """Bodies: that one exists is known to everybody with a seat."""
    return [
        Hit(url=reverse("members:body", args=[code]), title=_shown(names))
        for code, names, _short in holding(question, _bodies.rows(), columns=3)
    ]


def parties(_person: Any, _reach: Reach, question: Question, _at: dt.datetime) -> list[Hit]:
    """Who takes part."""
    return [
        Hit(url=reverse("members:party", args=[code]), title=_shown(short))
        for code, _names, short in holding(question, _parties.rows(), columns=3)
    ]


def people(person: Any, reach: Reach, question: Question, at: dt.datetime) -> list[Hit]:
    """People in the directory whom the reader may know of."""
    # Names are compared first, whoever they are: only the few that match are asked of the gate, which is dear. It is asked
    # even where none does, so that nobody can tell a name they may not know of from one that does not exist.
    matching = [key for _name, key in holding(question, _names.rows(), columns=1)]
    found: dict[str, Hit] = {}
    for ref, name, party in _seats.rows(person, reach, [NOBODY, *matching], at):
        if ref not in found:
            found[ref] = Hit(reverse("members:person", args=[ref]), name, facts=(_shown(party),))
    return list(found.values())


def _visible_meetings(person: Any, reach: Reach) -> QuerySet[Any, Any]:
    columns = (
        "symbol", "titles", "places", "starts_on__year", "body__names", "joint_code", "joint_with", "joint_symbol",
    )  # fmt: skip
    return Meeting.objects.visible_to(person, reach=reach).values_list(*columns)


def _visible_seats(person: Any, reach: Reach, people: Sequence[int], at: dt.datetime) -> QuerySet[Any, Any]:
    seats = Seat.objects.effective(at).visible_to(person, reach=reach).filter(person__in=people)
    return seats.order_by().values_list("person__ref", "person__full_name", "party__short_names").distinct()


def _shown(kept: str) -> str:
    """Texts by language, as the database keeps them, in the reader's."""
    return show(json.loads(kept)).text


_meetings, _seats = (
    PreparedForReader(_visible_meetings, raw=True),
    PreparedForReader(_visible_seats, raw=True),
)
_bodies = Prepared(lambda: Body.objects.values_list("code", "names", "short_names"), raw=True)
_parties = Prepared(lambda: Party.objects.values_list("code", "names", "short_names"), raw=True)
_names = Prepared(lambda: Person.objects.order_by().values_list("full_name", "pk"), raw=True)

SHELVES = (
    Shelf("meetings", _("Meetings"), meetings), Shelf("bodies", _("Bodies"), bodies),
    Shelf("parties", _("Parties"), parties), Shelf("people", _("People"), people),
)  # fmt: skip
