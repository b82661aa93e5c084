"""Who sees what: the matrix of audience and seat, computed by the gate's own rule."""

import datetime as dt
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from puebla.accounts.views import PersonRequest, signed_in
from puebla.members.models import Audience
from puebla.members.querysets import CIVIL_SOCIETY, MEMBERS, OBSERVERS, PUBLIC, ROOM, Reach

#: Stand-ins for keys: the rule compares them and asks no table.
_GIVER, _OTHER, _HERE, _ELSEWHERE = 1, 2, 1, 2


@dataclass(frozen=True)
class Row:
    """A restricted record as the gate sees it."""

    audience: int
    room_cap: int
    room_id: int = _HERE
    party_id: int = _GIVER
    embargo_until: dt.datetime | None = None


def _reach(
    party: int, rung: int, *, room: int = 0, secretariat: bool = False, presidency: bool = False
) -> Reach:
    rooms = frozenset([room] if room else [])
    return Reach(
        parties=frozenset([party]), rooms=rooms, rung=rung, secretariat=secretariat, presidency=presidency
    )


#: Kinds of seat, in the order of the ladder; nobody signed in comes last and reads only what was released.
READERS: list[tuple[str | Promise, Reach]] = [
    (_("the giving party, seated in the room"), _reach(_GIVER, MEMBERS, room=_HERE)),
    (_("the giving party, seated elsewhere"), _reach(_GIVER, MEMBERS, room=_ELSEWHERE)),
    (_("secretariat, seated in the room"), _reach(_OTHER, MEMBERS, room=_HERE, secretariat=True)),
    (_("secretariat, seated elsewhere"), _reach(_OTHER, MEMBERS, room=_ELSEWHERE, secretariat=True)),
    (_("presidency, seated in the room"), _reach(_OTHER, MEMBERS, room=_HERE, presidency=True)),
    (_("presidency, seated elsewhere"), _reach(_OTHER, MEMBERS, room=_ELSEWHERE, presidency=True)),
    (_("another member state, seated in the room"), _reach(_OTHER, MEMBERS, room=_HERE)),
    (_("another member state, seated elsewhere"), _reach(_OTHER, MEMBERS, room=_ELSEWHERE)),
    (_("observer"), _reach(_OTHER, OBSERVERS)),
    (_("accredited civil society"), _reach(_OTHER, CIVIL_SOCIETY)),
    (_("somebody without a seat"), Reach()),
]


def matrix(*, sealed: bool) -> list[tuple[str | Promise, list[tuple[Audience, bool]]]]:
    """For each kind of seat, whether it reads each audience, from the narrowest to the widest."""
    cap = ROOM if sealed else PUBLIC
    audiences = [one for one in Audience if one <= cap]
    return [
        (reader, [(audience, reach.covers(Row(audience, cap))) for audience in audiences])
        for reader, reach in READERS
    ]


@signed_in
def access(request: PersonRequest) -> HttpResponse:
    """Show the matrix for open and for sealed rooms."""
    return render(
        request,
        "intranet/access.html",
        {
            "tables": [
                ("open", _("In an open room"), _audiences(PUBLIC), matrix(sealed=False)),
                ("sealed", _("In a sealed room"), _audiences(ROOM), matrix(sealed=True)),
            ],
        },
    )


def _audiences(cap: int) -> list[str | Promise]:
    return [one.label for one in Audience if one <= cap]
