"""Questions about the hand-over of the Presidency and about chairing notes; each begins at what a person may know of."""

from collections.abc import Collection
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from puebla.core import registry
from puebla.members.querysets import MEMBERS, GatedQuerySet, Reach, reach_of, today

if TYPE_CHECKING:
    from puebla.accounts.models import Person


def offices_of(person: "Person", reach: Reach) -> set[int]:
    """Parties for which the person sits in an office that rotates, whether or not they preside at this instant.

    Of somebody without any seat that counts today, none.
    """
    from puebla.members.models import Seat

    if reach.is_empty or reach.at is None:
        return set()
    at = reach.at
    return set(Seat.objects.of_offices(person, at).order_by().values_list("party_id", flat=True))


def focal_parties(reach: Reach) -> set[int]:
    """Parties whose people the person manages."""
    return {party for name, party, _room in reach.permissions if name == "manage_own_people"}


class HandOverQuerySet(models.QuerySet[Any]):
    """Hand-over files."""

    def visible_to(self, person: "Person | None", *, reach: Reach | None = None) -> Self:
        """Those of the secretariat's all, to each side its own, and from the day on to the outgoing party's focal point.

        A file whose successor withdrew is seen by nobody.
        """
        if reach is None:
            reach = reach_of(person)
        if person is None or reach.is_empty or reach.at is None:
            return self.none()
        stands = self.filter(Q(term__party=F("incoming")) | Q(completed_at__isnull=False))
        if reach.secretariat:
            return stands
        mine, focal = offices_of(person, reach), focal_parties(reach)
        if not mine and not focal:
            return self.none()
        passed = Q(outgoing__in=focal, term__starts_on__lte=today(reach.at))
        return stands.filter(Q(outgoing__in=mine) | Q(incoming__in=mine) | passed)


def named(handover: Any) -> dict[str, str]:
    """From whom to whom, in every language in which either is named."""
    codes = {*handover.outgoing.short_names, *handover.incoming.short_names}
    names = (handover.outgoing.short_names, handover.incoming.short_names)
    return {
        code: " → ".join(one.get(code) or next(iter(one.values()), "") for one in names) for code in codes
    }


class HandOverPointQuerySet(GatedQuerySet):
    """Points of hand-over files, each behind the gate of its record."""

    def visible_to(self, person: "Person | None", *, reach: Reach | None = None) -> Self:
        """Points of files that the person may know of: those of records they see, and what was handed over expressly."""
        from puebla.meetings.models import HandOver

        if reach is None:
            reach = reach_of(person)
        seen = super().visible_to(person, reach=reach)
        return seen.filter(handover__in=HandOver.objects.visible_to(person, reach=reach).order_by())

    def shared_with(self, person: "Person | None", reach: Reach) -> Q:
        """To both sides what the outgoing Presidency signed, as it signed it: by that it is handed over. Nothing sealed."""
        from puebla.meetings.models import HandOverSignature

        mine = offices_of(person, reach) if person is not None else set()
        if not mine:
            return Q()
        signed = HandOverSignature.objects.filter(
            point=OuterRef("pk"), side="outgoing", digest=OuterRef("digest")
        )
        sides = Q(handover__outgoing__in=mine) | Q(handover__incoming__in=mine)
        return sides & Q(Exists(signed), room_cap__gte=MEMBERS)

    def open(self) -> Self:
        """Those of open rooms that are still to be done: on them the file is complete."""
        return self.filter(room_cap__gte=MEMBERS, gone_at=None)

    def unsigned(self, side: str) -> Self:
        """Those that this side has not signed as they read now."""
        from puebla.meetings.models import HandOverSignature

        signed = HandOverSignature.objects.filter(point=OuterRef("pk"), side=side, digest=OuterRef("digest"))
        return self.filter(~Exists(signed))

    def not_handed_over(self, *, passed: bool) -> Self:
        """Those that wait for the outgoing side; once the day has passed, only such as it can still read by its own seats."""
        lacking = self.unsigned("outgoing")
        return lacking.filter(audience__gte=MEMBERS) if passed else lacking


def points_for(handover: Any, person: "Person", reach: Reach) -> list[Any]:
    """The points of a file that the person may read now, in order, each with `given` (side → signature in force).

    What its record has been closed to since is left out, unless it was handed over.
    """
    from puebla.meetings.models import HandOverPoint

    seen = HandOverPoint.objects.visible_to(person, reach=reach).filter(handover=handover)
    rows = list(
        seen.select_related("added_by", "room").prefetch_related("signatures__person", "signatures__party")
    )
    for row in rows:
        row.handover = handover
        row.given = {one.side: one for one in row.signatures.all() if one.digest == row.digest}
        row.mended = bool(row.signatures.all()) and not row.given
    rows = [one for one in rows if one.gone_at is None or one.given]
    if handover.completed_at is None:
        known = _known(person, reach, rows)
        mine = offices_of(person, reach)
        sides = bool(mine & {handover.outgoing_id, handover.incoming_id})
        rows = [
            one for one in rows
            if one.added_by_id is not None or (one.section, one.key) in known
            or (sides and "outgoing" in one.given and one.room_cap >= MEMBERS)
        ]  # fmt: skip
    return rows


def _known(person: "Person", reach: Reach, rows: Collection[Any]) -> set[tuple[str, str]]:
    """Section and key of the rows whose record the person may know of at this moment."""
    keys: dict[str, list[str]] = {}
    for one in rows:
        keys.setdefault(one.section, []).append(one.key)
    return {
        (source.section, key)
        for source in registry.handover_sections
        if source.section in keys
        for key in source.visible(person, reach, keys[source.section])
    }


class ChairNoteQuerySet(models.QuerySet[Any]):
    """Chairing notes."""

    def visible_to(self, person: "Person | None", *, reach: Reach | None = None) -> Self:
        """Those of the chair that the person holds, or held for a party whose seat they keep, and those handed to it."""
        from puebla.members.models import Seat

        if reach is None:
            reach = reach_of(person)
        if person is None or reach.is_empty or reach.at is None:
            return self.none()
        at = reach.at
        seats = Seat.objects.effective(at).filter(
            person=person, follows=None, body__isnull=False, room__sealed=True
        )
        held = [*seats.select_related("role"), *Seat.objects.of_offices(person, at).select_related("role")]
        chairs = {(one.party_id, one.room_id) for one in held if "confirm_seats" in one.carries}
        if not chairs:
            return self.none()
        own = [
            Q(party_id=party, room_id=room) | Q(offered_to_id=party, room_id=room)
            for party, room in sorted(chairs)
        ]
        return self.filter(reduce(or_, own))
