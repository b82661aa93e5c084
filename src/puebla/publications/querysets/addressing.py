"""Whom what is public addresses today, by the public copies alone: the notion that what is asked inside goes by.

All member states, and a body that they make up, mean each of them; the Presidency means who holds it.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q

from puebla.publications.models import PublicBody, PublicMark, PublicPresidency, PublicStanding

MEMBERS, SECRETARIAT, PRESIDENCY, PARTNERS = "members", "secretariat", "presidency", "partners"
#: Sorts of addressees, whose codes name no record.
SORTS = (MEMBERS, SECRETARIAT, PRESIDENCY, PARTNERS)
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Addressed:
    """Which parties an addressee means on a day, beside one that it names.

    Attributes:
        functions: of the bodies that the public knows; who makes up another one is not said.
    """

    members: frozenset[str]
    presiding: frozenset[str]
    functions: Mapping[str, str]

    def by(self, code: str) -> frozenset[str]:
        """The parties that the addressee of this code means."""
        what = code if code in SORTS else self.functions.get(code, PARTNERS)
        if what == PRESIDENCY:
            return self.presiding
        return NOBODY if what in (SECRETARIAT, PARTNERS) else self.members


def addressed(*, on: dt.date) -> Addressed:
    """What addressees mean on a day; three questions."""
    current = PublicStanding.objects.filter(from_on__lte=on).filter(Q(until_on=None) | Q(until_on__gte=on))
    standings = dict(current.order_by("from_on", "pk").values_list("party_code", "kind"))
    functions = dict(PublicBody.objects.order_by().values_list("code", "function"))
    holders: dict[str, str] = {}
    terms = PublicPresidency.objects.filter(starts_on__lte=on).order_by("starts_on")
    for body, party in terms.values_list("body_code", "party_code"):
        holders |= {body: party} if functions.get(body, PRESIDENCY) == PRESIDENCY else {}
    return Addressed(
        frozenset(party for party, kind in standings.items() if kind == "member"),
        frozenset(filter(None, holders.values())),
        functions,
    )


def codes_meaning(asked: str, *, on: dt.date) -> set[str]:
    """The code asked for, and those of every addressee in public paragraphs that means the same party on this day."""
    marked = PublicMark.objects.filter(name="addressee").order_by().values_list("code", flat=True).distinct()
    meant = addressed(on=on)
    return {asked} | {code for code in marked if asked in meant.by(code)}


def by_meaning(bits: Mapping[str, int], *, on: dt.date) -> dict[str, int]:
    """Paragraphs by addressee as bits, with those that mean a party beside those that name it."""
    meant = addressed(on=on)
    return spread(bits, {code: meant.by(code) for code in bits})


def spread(bits: Mapping[str, int], means: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """The bits of each addressee, those of others that mean it added."""
    found = dict(bits)
    for code, own in bits.items():
        for party in means.get(code, ()):
            found[party] = found.get(party, 0) | own
    return found
