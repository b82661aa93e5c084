"""What paragraphs ask, and of whom today: parties named, all member states, bodies, the Presidency, the secretariat."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from puebla.core.prepared import Prepared
from puebla.decisions.models import IN_FORCE, Addressee, Decision, Provision, ProvisionAnswer
from puebla.members.models import Body, Party, PresidencyTerm
from puebla.members.querysets import MEMBERS, today
from puebla.members.querysets.prepared import PreparedForReader
from puebla.texts.models import Text


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
        return self.of(addressee.whom, addressee.party_id, addressee.body_id)

    def of(self, whom: str, party: int | None, body: int | None) -> frozenset[int]:
        """The same by its columns."""
        if whom == Addressee.Whom.MEMBERS:
            return self.members
        if whom == Addressee.Whom.PARTY:
            return self.parties & {party or 0}
        if whom == Addressee.Whom.BODY:
            return self.bodies.get(body or 0, frozenset())
        others = {Addressee.Whom.SECRETARIAT: self.secretariat, Addressee.Whom.PRESIDENCY: self.presiding}
        return others.get(Addressee.Whom(whom), frozenset())


def addressed(parties: Collection[int], *, at: dt.datetime) -> Addressed:
    """What addressees mean of these parties at an instant; in four questions.

    A body stands for the member states that make it up: what it is asked, each of them finds in its list. The secretariat's
    body stands for the secretariat, the Presidency's office for who holds it.
    """
    mine = frozenset(parties)
    members = frozenset(key for (key,) in _members.rows(at, sorted(mine)))
    secretariat = frozenset(key for (key,) in _secretariat.rows(sorted(mine)))
    bodies = _bodies.rows()
    offices = [key for key, function in bodies if function == Body.Function.PRESIDENCY]
    presiding = mine & {party for office in offices for (party,) in _presiding.rows(at, office)}
    means = {Body.Function.SECRETARIAT: secretariat, Body.Function.PRESIDENCY: presiding}
    found = {key: means.get(Body.Function(function), members) for key, function in bodies}
    return Addressed(mine, members, secretariat, presiding, found)


_members = Prepared(
    lambda at, parties: (
        Party.objects.members(on=today(at)).filter(pk__in=parties).order_by().values_list("pk")
    )
)
_secretariat = Prepared(
    lambda parties: (
        Party.objects.filter(pk__in=parties, kind=Party.Kind.SECRETARIAT).order_by().values_list("pk")
    )
)
_bodies = Prepared(lambda: Body.objects.order_by().values_list("pk", "function"))
_presiding = Prepared(
    lambda at, body: (
        PresidencyTerm.objects.filter(body=body, starts_on__lte=today(at))
        .order_by("-starts_on")
        .values_list("party_id")[:1]
    )
)

# Paragraphs that ask something ------------------------------------------------------------------------------------------

#: What decides where a thing asked stands on a list, and whom it asks; a list may have hundreds.
LIGHT = (
    "pk", "status", "due_on", "due_precision", "addressees__whom", "addressees__party_id", "addressees__body_id",
    "paragraph__text_id",
)  # fmt: skip
#: What a list shows of it beside that.
SHOWN = (
    *LIGHT, "paragraph__text__room_cap", "paragraph__serial", "paragraph__anchor", "paragraph__words", "paragraph__text__ref", "paragraph__text__symbol",
    "paragraph__text__decision__ref", "paragraph__text__decision__adopted_at", "paragraph__text__decision__body__code",
)  # fmt: skip


class Shown:
    """What a list shows of a provision, for one of those whom it addresses.

    Attributes:
        light: its columns of `LIGHT`. told: what the list writes of it, once written.
    """

    def __init__(self, row: dict[str, Any]) -> None:
        self.__dict__.update(row)
        self.light = tuple(row[name] for name in LIGHT)
        self.told: Any = None


def _asking(person: Any, reach: Any, which: Q, parties: Any, kinds: Any, bodies: Any) -> QuerySet[Any, Any]:
    """Provisions of adopted decisions that the reader may know, which ask something of any of these."""
    whom = Q(addressees__whom=Addressee.Whom.PARTY, addressees__party__in=parties)
    whom |= Q(addressees__whom=Addressee.Whom.BODY, addressees__body__in=bodies)
    whom |= Q(addressees__whom__in=kinds)
    return _of_adopted(person, reach).filter(which, whom)


def _of_adopted(person: Any, reach: Any) -> QuerySet[Any, Any]:
    """Provisions of adopted decisions that the reader may know, as far as they ask something."""
    adopted = Text.objects.visible_to(person, reach=reach).filter(decision__state=Decision.State.ADOPTED)
    asking = Provision.objects.filter(asks=True, paragraph__removed_at=None)
    # Whether its text is one of these is asked of each that asks something, of which there are few: begun at the texts (which
    # the sum keeps the database from), every paragraph that there ever was would be looked at.
    return asking.alias(of=F("paragraph__text_id") + 0).filter(of__in=adopted.order_by()).order_by()


_STANDS = Q(status__in=IN_FORCE)


def _ended(since: dt.datetime) -> Q:
    """In force no more, but not for long."""
    return ~Q(status__in=IN_FORCE) & Q(changed_at__gte=since)


def _answers(person: Any, reach: Any, since: dt.datetime, parties: Any) -> QuerySet[Any, Any]:
    """What these parties said of what stands, as far as the reader may read it; the newest last."""
    standing = Provision.objects.filter(
        _STANDS | _ended(since), pk=OuterRef("provision_id"), asks=True
    ).order_by()
    said = ProvisionAnswer.objects.visible_to(person, reach=reach).filter(Exists(standing), party__in=parties)
    return said.order_by("at", "pk").values_list("provision_id", "party_id", "says", "at")


#: (person, reach) → one of them, where there is any.
any_ask = PreparedForReader(lambda person, reach: _of_adopted(person, reach).values_list("pk")[:1])
#: (person, reach, parties, kinds, bodies) → LIGHT of those in force, of each addressee that is meant, as the database keeps it.
asks_in_force = PreparedForReader(
    lambda person, reach, *meant: _asking(person, reach, _STANDS, *meant).values_list(*LIGHT), raw=True
)
#: (person, reach, since, parties, kinds, bodies) → the same of those that have ended since.
asks_ended = PreparedForReader(
    lambda person, reach, since, *meant: _asking(person, reach, _ended(since), *meant).values_list(*LIGHT),
    raw=True,
)
#: (person, reach, first, last, parties, kinds, bodies) → the same of those in force that are due on one of these days.
asks_due = PreparedForReader(
    lambda person, reach, first, last, *meant: _asking(
        person, reach, _STANDS & Q(due_on__range=(today(first), today(last))), *meant
    ).values_list(*LIGHT),
    raw=True,
)
#: (person, reach, since, provisions, parties, kinds, bodies) → SHOWN of these.
these_asks = PreparedForReader(
    lambda person, reach, since, keys, *meant: (
        _asking(person, reach, _STANDS | _ended(since), *meant).filter(pk__in=keys).values(*SHOWN)
    ),
    make=Shown, kept=300,
)  # fmt: skip
#: (person, reach, since, parties) → what they said: provision, party, what, when.
answers_given = PreparedForReader(_answers)


#: (person, reach) → texts of adopted decisions in sealed rooms that the reader may know of.
sealed_texts = PreparedForReader(
    lambda person, reach: (
        Text.objects.visible_to(person, reach=reach)
        .filter(decision__state=Decision.State.ADOPTED, room_cap__lt=MEMBERS)
        .order_by()
        .values_list("pk")
    )
)


def provisions_at(places: Iterable[tuple[str, int]]) -> dict[tuple[str, int], int]:
    """By reference of a text and number of a paragraph in it, the provision; one question. For who passes the gate after."""
    wanted = set(places)
    rows = Provision.objects.filter(
        paragraph__text__ref__in={ref for ref, _serial in wanted},
        paragraph__serial__in={serial for _ref, serial in wanted},
    )
    found = {
        (ref, serial): key
        for ref, serial, key in rows.order_by().values_list("paragraph__text__ref", "paragraph__serial", "pk")
    }
    return {place: key for place, key in found.items() if place in wanted}
