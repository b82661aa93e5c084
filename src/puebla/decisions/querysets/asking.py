"""Whom a paragraph asks today: parties named, all member states, a body's members, whoever presides, the secretariat."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from puebla.decisions.models import Addressee
from puebla.members.models import Body, Party, PresidencyTerm


@dataclass(frozen=True)
class Addressed:
    """Which of some parties an addressee means today.

    Attributes:
        members, secretariat, presiding: of the parties asked about. bodies: by body, those that sit in it.
    """

    parties: frozenset[int]
    members: frozenset[int] = frozenset()
    secretariat: frozenset[int] = frozenset()
    presiding: frozenset[int] = frozenset()
    bodies: dict[int, frozenset[int]] = field(default_factory=dict)

    @property
    def kinds(self) -> list[str]:
        """Sorts of addressees, named by no record, that mean any of the parties."""
        whom = Addressee.Whom
        sorts = {
            whom.MEMBERS: self.members,
            whom.SECRETARIAT: self.secretariat,
            whom.PRESIDENCY: self.presiding,
        }
        return [str(sort) for sort, parties in sorts.items() if parties]

    def by(self, addressee: Any) -> frozenset[int]:
        """Those of the parties that this addressee means; partners are no parties."""
        whom = Addressee.Whom
        if addressee.whom == whom.PARTY:
            return self.parties & {addressee.party_id}
        if addressee.whom == whom.BODY:
            return self.bodies.get(addressee.body_id, frozenset())
        return {
            whom.MEMBERS: self.members, whom.SECRETARIAT: self.secretariat, whom.PRESIDENCY: self.presiding,
        }.get(addressee.whom, frozenset())  # fmt: skip


def addressed(parties: Collection[int], *, on: dt.date) -> Addressed:
    """What addressees mean of these parties on a day; in four questions.

    A body stands for the member states that make it up: what it is asked, each of them finds in its list. The secretariat's
    body stands for the secretariat, the Presidency's office for who holds it.
    """
    mine = frozenset(parties)
    members = frozenset(
        Party.objects.members(on=on).filter(pk__in=mine).order_by().values_list("pk", flat=True)
    )
    secretariat = frozenset(
        Party.objects.filter(pk__in=mine, kind=Party.Kind.SECRETARIAT).order_by().values_list("pk", flat=True)
    )
    bodies = list(Body.objects.order_by())
    offices = [one for one in bodies if one.function == Body.Function.PRESIDENCY]
    terms = [PresidencyTerm.objects.current(on=on, body=one) for one in offices]
    presiding = mine & {term.party_id for term in terms if term is not None and term.party_id}
    means = {Body.Function.SECRETARIAT: secretariat, Body.Function.PRESIDENCY: presiding}
    found = {one.pk: means.get(Body.Function(one.function), members) for one in bodies}
    return Addressed(mine, members, secretariat, presiding, found)
