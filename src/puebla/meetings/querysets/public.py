"""What of a meeting may be shown to the public, and what a choice of it would show: exactly that, and nothing beside it."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.text import capfirst

from puebla.core.interface import in_every_language
from puebla.core.models import Process
from puebla.meetings.querysets.delegations import parties_of
from puebla.members.querysets import OBSERVERS, PUBLIC, Reach

if TYPE_CHECKING:
    from puebla.accounts.models import Person


@dataclass(frozen=True)
class Choice:
    """What somebody wants to release: references of items and sessions, and whether the list of who took part."""

    items: frozenset[str] = frozenset()
    sessions: frozenset[str] = frozenset()
    participants: bool = False


@dataclass(frozen=True)
class Offer:
    """What there is to choose from: of open rooms alone, and only what the person sees. Of closed sessions there is no trace."""

    items: list[Any]
    sessions: list[Any]

    @property
    def refs(self) -> list[str]:
        """All references."""
        return sorted([one.ref for one in self.items] + [one.ref for one in self.sessions])

    def proposed(self) -> Choice:
        """What observers may follow anyway; everything narrower is chosen by hand."""
        return Choice(
            frozenset(one.ref for one in self.items if one.audience >= OBSERVERS),
            frozenset(one.ref for one in self.sessions if one.audience >= OBSERVERS and not one.cancelled_at),
        )


def offer_of(convening: Any, person: "Person", reach: Reach) -> Offer:
    """The items and sessions of rooms that may open to the public."""
    from puebla.meetings.models import AgendaItem, Session

    items = AgendaItem.objects.visible_to(person, reach=reach).filter(
        convening=convening, room_cap__gte=PUBLIC
    )
    sessions = Session.objects.visible_to(person, reach=reach).filter(
        convening=convening, room_cap__gte=PUBLIC
    )
    open_ones = sessions.exclude(kind=Session.Kind.CLOSED).exclude(room__sealed=True)
    return Offer(
        list(items.exclude(room__sealed=True).order_by("path")), list(open_ones.order_by("starts_at", "pk"))
    )


def subset_of(convening: Any, offer: Offer, choice: Choice) -> dict[str, Any]:
    """The columns of `PublicProgramme` that this choice would write: of the chosen what is public, and nothing else."""
    items = [one for one in offer.items if one.ref in choice.items]
    sessions = [one for one in offer.sessions if one.ref in choice.sessions]
    papers = _papers_under(items)
    return {
        "manner": convening.manner, "zone": convening.zone, "venues": convening.venues,
        "co_hosts": [{"code": one.code, "names": one.short_names} for one in convening.co_hosts.order_by("code")],
        "items": [
            {"ref": one.ref, "label": one.label, "depth": one.depth, "titles": one.titles, "papers": papers.get(one.pk, [])}
            for one in items
        ],
        "sessions": [_session(one, items) for one in sessions],
        "participants": _participants(convening) if choice.participants else None,
        "reports": _reports(convening),
    }  # fmt: skip


def digest_of(facts: dict[str, Any]) -> str:
    """What would be shown, as SHA-256: a release is of what somebody has seen."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _papers_under(items: Iterable[Any]) -> dict[int, list[str]]:
    """By item the symbols of those papers that stand on the public site."""
    from puebla.meetings.models import ItemPaper

    placed = ItemPaper.objects.filter(item__in=list(items), document__symbol__isnull=False)
    rows = list(placed.order_by("position", "pk").values_list("item_id", "document__symbol"))
    public = _public(symbol for _item, symbol in rows)
    found: dict[int, list[str]] = {}
    for item, symbol in rows:
        if symbol in public:
            found.setdefault(item, []).append(symbol)
    return found


def _public(symbols: Iterable[str | None]) -> set[str]:
    from puebla.publications.models import PublicDocument

    asked = {one for one in symbols if one}
    standing = PublicDocument.objects.filter(withdrawn_at=None, symbol__in=asked).order_by()
    return set(standing.values_list("symbol", flat=True))


def _reports(convening: Any) -> list[str]:
    """The symbols of its minutes and reports that stand on the public site."""
    from puebla.meetings.models import Report

    filed = Report.objects.filter(
        convening=convening, state=Report.State.FILED, document__symbol__isnull=False
    )
    symbols = list(filed.order_by("pk").values_list("document__symbol", flat=True))
    public = _public(symbols)
    return [one for one in symbols if one and one in public]


def _session(one: Any, items: list[Any]) -> dict[str, Any]:
    return {
        "ref": one.ref, "kind_names": in_every_language(lambda: capfirst(str(one.get_kind_display()))), "titles": one.titles,
        "places": one.places, "on": one.on.isoformat(), "starts_at": one.starts_at.isoformat(), "ends_at": one.ends_at.isoformat(),
        "zone": one.zone, "cancelled": one.cancelled_at is not None, "sequence": one.sequence,
        "changed_at": one.changed_at.isoformat(), "items": [item.label for item in items if item.session_id == one.pk],
    }  # fmt: skip


def _participants(convening: Any) -> list[dict[str, Any]]:
    """By standing the parties that send people; by name only those who agreed to be published."""
    from puebla.meetings.actions.delegations.lists import HEADINGS
    from puebla.meetings.models import Delegate
    from puebla.meetings.querysets.delegations import STANDINGS

    rows = Delegate.objects.filter(convening=convening).on_the_list().in_order().select_related("delegation")
    by_party: dict[int, list[dict[str, Any]]] = {}
    for one in rows:
        people = by_party.setdefault(one.delegation.party_id, [])
        if one.consent_at is not None and one.full_name:
            role = in_every_language(one.get_role_display)
            people.append({"ref": one.ref, "name": one.full_name, "role_names": role})
    sections: dict[str, list[dict[str, Any]]] = {name: [] for name in STANDINGS}
    for party in parties_of(convening, by_party, language=Process.current().languages[0]):
        sections[party.standing_kind].append(
            {"code": party.code, "names": party.names, "people": by_party[party.pk]}
        )
    return [
        {"names": in_every_language(HEADINGS[name]), "parties": parties}
        for name, parties in sections.items() if parties
    ]  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """How a meeting's public programme stands beside what it would be today.

    Attributes:
        shown: whether the public reads one. differs: whether what was chosen has changed since.
        came: items and sessions that nobody has decided on.
    """

    shown: bool
    differs: bool = False
    came: int = 0


def standing_of(convening: Any, person: "Person", reach: Reach) -> Standing:
    """Whether the public sees of this meeting what the secretariat would show it now."""
    from puebla.meetings.models import ProgrammeRelease
    from puebla.publications.models import PublicProgramme

    release = ProgrammeRelease.objects.filter(convening=convening, withdrawn_at=None).first()
    public = PublicProgramme.objects.filter(symbol=convening.symbol, withdrawn_at=None).first()
    if release is None or public is None:
        return Standing(shown=False)
    offer = offer_of(convening, person, reach)
    now = subset_of(convening, offer, choice_of(release))
    was = {name: getattr(public, name) for name in now}
    return Standing(True, digest_of(now) != digest_of(was), len(set(offer.refs) - set(release.offered)))


def choice_of(release: Any) -> Choice:
    """What was chosen the last time."""
    return Choice(frozenset(release.items), frozenset(release.sessions), release.participants)
