"""Questions about many documents; every one that is asked for a person starts at `visible_to`."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from puebla.core.prepared import Prepared
from puebla.core.words import fold, without_nul
from puebla.members.querysets import (
    CIVIL_SOCIETY,
    MEMBERS,
    OBSERVERS,
    OWN_PARTY,
    PRESIDENCY,
    PUBLIC,
    ROOM,
    SECRETARIAT,
    GatedQuerySet,
    Reach,
    reaches,
)

if TYPE_CHECKING:
    from puebla.accounts.models import Person


LADDER = (OWN_PARTY, SECRETARIAT, PRESIDENCY, ROOM, MEMBERS, OBSERVERS, CIVIL_SOCIETY, PUBLIC)


class DocumentQuerySet(GatedQuerySet):
    """Documents."""

    def shared_with(self, person: "Person | None", reach: Reach) -> Q:
        """Documents of open rooms shared with this person by name, until a day; retired people keep no share."""
        if person is None or reach.is_empty:
            return Q()
        # The few keys are fetched first: a literal list lets the database keep one plan for everybody.
        keys = shared_keys(person, reach)
        return Q(pk__in=keys, room_cap__gte=50) if keys else Q()

    def at_address(self, address: str) -> Self:
        """The document of this symbol or reference; symbols are kept in capitals, so that an index finds them."""
        address = without_nul(address)
        return self.filter(Q(symbol=address.upper()) | Q(ref=address))

    def matching(
        self, *, q: str = "", kind: str = "", body: str = "", theme: str = "", year: str = "", language: str = "",
        state: str = "", meeting: str = "", party: str = "", audience: str = "", since: str = "",
    ) -> Self:  # fmt: skip
        """Documents that match every filter given; an unknown value matches nothing.

        Args:
            since: a day or an instant (ISO 8601): what was changed later, the last change first.
        """
        found = self
        for word in fold(q).split()[:12]:
            found = found.filter(words__contains=word)
        for column, value in {
            "kind__code": kind, "body__code": body, "state": state, "meeting__symbol": meeting, "party__code": party,
        }.items():  # fmt: skip
            if value:
                found = found.filter(**{column: value})
        if theme:
            found = found.filter(themes__code=theme)
        if year:
            found = (
                found.filter(dated_on__year=int(year))
                if year.isdecimal() and len(year) == 4 and int(year)
                else found.none()
            )
        if audience:
            found = found.filter(audience=int(audience)) if audience.isdecimal() else found.none()
        if since:
            began = instant_of(since)
            found = (
                found.filter(changed_at__gt=began).order_by("-changed_at", "-pk") if began else found.none()
            )
        if language.startswith("-"):
            found = found.exclude(filed_languages__contains=language[1:])
        elif language:
            found = found.filter(filed_languages__contains=language)
        return found

    def awaited(self) -> Self:
        """Papers that are announced, and those of which a language is expected by a day.

        Each of the two has an index of its own; asked in one, every paper would be looked at.
        """
        from puebla.documents.models import LanguageEdition, State

        expected = LanguageEdition.objects.filter(expected_on__isnull=False, versions=None).order_by()
        announced = self.filter(state=State.AWAITED).order_by().values("pk")
        lacking = self.filter(pk__in=expected.values("document")).order_by().values("pk")
        return self.filter(pk__in=announced.union(lacking))

    def behind_in_search(self) -> Self:
        """Documents of which search knows nothing, or an older state."""
        from puebla.documents.actions.indexing import SOURCE
        from puebla.members.models import IndexEntry

        known = IndexEntry.objects.filter(source=SOURCE, record=OuterRef("pk"), revision=OuterRef("revision"))
        return self.filter(~Exists(known))


def instant_of(typed: str) -> dt.datetime | None:
    """A day's beginning, or an instant, as an address carries it; None where it is neither."""
    try:
        found = dt.datetime.fromisoformat(typed)
        return found if timezone.is_aware(found) else timezone.make_aware(found)
    except (ValueError, OverflowError):
        return None


def shared_keys(person: "Person", reach: Reach) -> list[int]:
    """Keys of the documents that are shared with this person by name."""
    if reach.shared is not None:
        from puebla.documents.actions.indexing import SOURCE

        return list(dict(reach.shared).get(SOURCE, ()))
    return [key for (key,) in _shared_with.rows(person.pk, reach.at or timezone.now())]


def _shares(person: int, at: dt.datetime) -> models.QuerySet[Any, Any]:
    from puebla.documents.models import Share

    living = Share.objects.filter(person_id=person, until_at__gt=at, ended_at=None)
    return living.order_by().values_list("document_id")


_shared_with = Prepared(_shares)


class FileVersionQuerySet(models.QuerySet[Any]):
    """File versions: visible exactly where their document is."""

    def visible_to(self, person: "Person | None") -> Self:
        """Versions of documents that this person may see; the same query as the documents' own."""
        from puebla.documents.models import Document

        return self.filter(edition__document__in=Document.objects.visible_to(person))


@dataclass(frozen=True)
class Readers:
    """Some of those who can read a document: why they can, and who they are."""

    reason: str
    people: list[Any]
    #: How many more there are of whom the reader of this list may not know.
    others: int = 0

    @property
    def count(self) -> int:
        """How many there are, named or not."""
        return len(self.people) + self.others


def readers_of(document: Any, *, audience: int | None = None) -> list[Readers]:
    """Everybody who can read the document now (or would, with this audience), each once, under the first reason that holds.

    Three queries whatever the number of people; for the readers' page and the preview of a change, not for lists.
    """
    from puebla.accounts.models import Person

    if audience is not None:
        document = copy(document)
        document.audience = audience
    groups: dict[str, list[int]] = {}
    all_reaches = reaches()
    for person_id, reach in all_reaches.items():
        if reason := reason_of(document, reach):
            groups.setdefault(reason, []).append(person_id)
    counted = {person for ids in groups.values() for person in ids}
    now = timezone.now()
    shared = [
        share.person_id for share in document.shares.filter(until_at__gt=now, ended_at=None)
        # Who has no seat reads nothing, not even where a sealed room was opened to them meanwhile.
        if share.person_id not in counted and not document.room.sealed
        and not all_reaches.get(share.person_id, Reach()).is_empty
    ]  # fmt: skip
    if shared:
        groups[_("Shared by name, until a day")] = shared
    people = Person.objects.in_bulk([person for ids in groups.values() for person in ids])
    return [
        Readers(reason, sorted((people[i] for i in ids), key=lambda person: fold(person.full_name)))
        for reason, ids in groups.items()
    ]


def readers_by_audience(document: Any) -> dict[int, int]:
    """How many people would read the document at each audience that its room allows; two queries for all of them."""
    shown, all_reaches = copy(document), list(reaches().values())
    counts = {}
    for audience in LADDER:
        if audience <= document.room_cap:
            shown.audience = audience
            counts[audience] = sum(reach.covers(shown) for reach in all_reaches)
    return counts


def named_for(groups: Iterable[Readers], person: "Person", *, known: Iterable[int] = ()) -> list[Readers]:
    """The same groups for a reader: those of whom this person may not know from the directory are counted, not named.

    Args:
        known: keys of people who are named in any case, since the document itself names them.
    """
    from puebla.members.models import Seat

    now = timezone.now()
    seats = Seat.objects.effective(now).visible_to(person)
    named = {person.pk, *known, *seats.order_by().values_list("person_id", flat=True)}
    shown = []
    for group in groups:
        people = [one for one in group.people if one.pk in named]
        shown.append(Readers(group.reason, people, others=group.count - len(people)))
    return shown


def sizes_of(keys: list[int]) -> dict[int, dict[str, int]]:
    """Bytes of the newest file of every language, of documents that came through the gate; one question."""
    from puebla.documents.models import FileVersion

    sizes: dict[int, dict[str, int]] = defaultdict(dict)
    versions = FileVersion.objects.filter(edition__document__in=keys).order_by("number")
    for key, language, count in versions.values_list("edition__document", "edition__language", "size"):
        sizes[key][language] = count
    return sizes


def openings_known_to(openings: models.QuerySet[Any], document: Any, reach: Reach) -> models.QuerySet[Any]:
    """Of these openings, those that a reader learns by name: in a sealed room all, for its members; else the own party's.

    The party is the one for which the person sat at that time: who changes sides takes no knowledge along.
    """
    if document.room_cap < MEMBERS and document.room_id in reach.rooms:
        return openings
    from puebla.members.models import Party

    codes = Party.objects.filter(pk__in=sorted(reach.parties)).values_list("code", flat=True)
    own = Q(pk__in=[])
    for code in codes:
        own |= Q(party_code=code) | Q(party_code__startswith=f"{code},") | Q(party_code__endswith=f",{code}")
        own |= Q(party_code__contains=f",{code},")
    return openings.filter(own)


def reason_of(document: Any, reach: Reach) -> str:
    """Why this reach covers the document, in words; empty where it does not."""
    if not reach.covers(document):
        return ""
    sealed = document.room_cap < MEMBERS
    if sealed and document.room_id in reach.opened and document.room_id not in reach.rooms:
        return _("The sealed room was opened by two named persons")
    if document.party_id in reach.parties:
        return _("Of the party that gave the paper") if not reach.secretariat else _("Secretariat")
    if reach.secretariat and document.audience >= SECRETARIAT:
        return _("Secretariat")
    if reach.presidency and document.audience >= PRESIDENCY:
        return _("Presidency")
    if document.room_id in reach.rooms and document.audience >= ROOM:
        return _("Seat in the room")
    return {
        MEMBERS: _("Member states"),
        OBSERVERS: _("Observers"),
        CIVIL_SOCIETY: _("Accredited civil society"),
    }.get(reach.rung, _("Everybody with a seat"))


def audience_in_words(document: Any) -> str:
    """Who can see the document, in one sentence."""
    room, party = str(document.room), str(document.party)
    if document.room_cap < MEMBERS:
        return {
            OWN_PARTY: _("Only holders of a confirmed seat in the sealed room “%(room)s” who sit for %(party)s."),
            SECRETARIAT: _("Only holders of a confirmed seat in the sealed room “%(room)s” who sit for %(party)s or the"
                           " secretariat."),
            PRESIDENCY: _("Only holders of a confirmed seat in the sealed room “%(room)s” who sit for %(party)s, the"
                          " secretariat or the Presidency."),
            ROOM: _("Only holders of a confirmed seat in the sealed room “%(room)s”, administrators included."),
        }[document.audience] % {"room": room, "party": party}  # fmt: skip
    if document.party.kind == "secretariat":
        return {
            OWN_PARTY: _("The secretariat only."),
            SECRETARIAT: _("The secretariat only."),
            PRESIDENCY: _("The Presidency and the secretariat."),
            ROOM: _("Members of “%(room)s”, the Presidency and the secretariat."),
            MEMBERS: _("All member states and the secretariat."),
            OBSERVERS: _("All member states and observers, and the secretariat."),
            CIVIL_SOCIETY: _("Member states, observers, accredited civil society and the secretariat."),
            PUBLIC: _("Everybody with a seat; the public too, once released."),
        }[document.audience] % {"room": room}
    sentences = {
        OWN_PARTY: _("Only people who sit for %(party)s."),
        SECRETARIAT: _("The secretariat and %(party)s."),
        PRESIDENCY: _("The Presidency, the secretariat and %(party)s."),
        ROOM: _("Members of “%(room)s”, the Presidency, the secretariat and %(party)s."),
        MEMBERS: _("All member states, the secretariat and %(party)s."),
        OBSERVERS: _("All member states and observers, the secretariat and %(party)s."),
        CIVIL_SOCIETY: _("Member states, observers, accredited civil society and the secretariat."),
        PUBLIC: _("Everybody with a seat; the public too, once released."),
    }
    return sentences[document.audience] % {"room": room, "party": party}


def why_i_see(document: Any, reach: Reach, person: "Person") -> str:
    """Why this reader sees the document, in words."""
    reason = reason_of(document, reach)
    if reason:
        return reason
    share = document.shares.filter(person=person, ended_at=None, until_at__gt=timezone.now()).first()
    return _("Shared with you until %(day)s: %(why)s") % {
        "day": timezone.localtime(share.until_at).date().isoformat(), "why": share.why
    } if share else ""  # fmt: skip
