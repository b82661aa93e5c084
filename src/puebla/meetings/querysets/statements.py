"""Questions about many statements: the text and the list of speakers have each their own readers."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from puebla.core.languages import pending_languages
from puebla.core.models import Process
from puebla.members.querysets import MEMBERS, GatedQuerySet, Reach, reach_of
from puebla.members.querysets.prepared import PreparedForReader

if TYPE_CHECKING:
    from puebla.accounts.models import Person


class StatementQuerySet(GatedQuerySet):
    """Statements under the items of an agenda."""

    def visible_to(self, person: "Person | None", *, reach: Reach | None = None) -> Self:
        """Those whose text this person reads: of the own party; of others what was delivered under items one takes part in.

        What was not delivered has an audience no wider than the secretariat; the database keeps it so.
        """
        from puebla.meetings.models import AgendaItem
        from puebla.members.models import Meeting

        if reach is None:
            reach = reach_of(person)
        own = Q(party_id__in=sorted(reach.parties))
        items = AgendaItem.objects.visible_to(person, reach=reach).order_by()
        return super().visible_to(person, reach=reach).filter(
            own | Q(item__in=items.values("pk")),
            convening__meeting__in=Meeting.objects.visible_to(person, reach=reach).order_by(),
        )  # fmt: skip

    def shared_with(self, person: "Person | None", reach: Reach) -> Q:  # noqa: ARG002 - by party, not by person
        """Delivered under items that the Presidency opened to one of the person's parties."""
        from puebla.meetings.models import ItemOpening

        if not reach.parties:
            return Q()
        opened = ItemOpening.objects.filter(item=OuterRef("item"), party_id__in=sorted(reach.parties))
        return Q(Exists(opened), state="delivered", room_cap__gte=MEMBERS)

    def listed_for(self, person: "Person | None", *, reach: Reach | None = None) -> Self:
        """Those that this person finds on the list of speakers: who runs the meeting finds all, their texts unread.

        Of a closed session only who sits in its room.
        """
        from puebla.members.models import Meeting
        from puebla.members.rules import convenes

        if reach is None:
            reach = reach_of(person)
        seen = Q(pk__in=self.model._default_manager.visible_to(person, reach=reach).order_by().values("pk"))
        if convenes(reach):
            seen |= Q(room_cap__gte=MEMBERS) | Q(room_id__in=sorted(reach.rooms | reach.opened))
        meetings = Meeting.objects.visible_to(person, reach=reach).order_by()
        return self.filter(seen, convening__meeting__in=meetings)

    def waiting(self) -> Self:
        """In the order in which they will be called."""
        return self.filter(state="waiting").order_by("item__path", "position", "pk")

    def delivered(self) -> Self:
        """In the order in which they were delivered."""
        return self.filter(state="delivered").order_by("delivered_at", "pk")

    def for_interpreters_of(self, session: Any) -> Self:
        """All that may be heard in a session, withdrawn ones apart; for who has come through the door of its interpreters' view."""
        from puebla.meetings.models import AgendaItem

        items = AgendaItem.objects.taken_up_in(session).order_by()
        return self.filter(item__in=items.values("pk")).exclude(state="withdrawn")


class InterpretersLinkQuerySet(models.QuerySet[Any]):
    """Links for interpreters."""

    def visible_to(self, person: "Person | None", *, reach: Reach | None = None) -> Self:
        """Of the secretariat that gives them out; of a closed session, of its chair and of the secretariat seated there."""
        from puebla.meetings.models import Session

        if reach is None:
            reach = reach_of(person)
        gives = reach.secretariat and reach.may("convene")
        chaired = {room for one, _party, room in reach.permissions if one == "confirm_seats"}
        rooms = reach.rooms if gives else reach.rooms & chaired
        known = Q(session__room_cap__lt=MEMBERS, session__room_id__in=sorted(rooms))
        if gives:
            known |= Q(session__room_cap__gte=MEMBERS)
        sessions = Session.objects.visible_to(person, reach=reach).order_by()
        return self.filter(known, session__in=sessions.values("pk"))

    def known_to(self, person: "Person | None", *, reach: Reach | None = None) -> Self:
        """Also those of which whoever sits in a closed session is told: for whom and until when, not their address."""
        if reach is None:
            reach = reach_of(person)
        own = self.model._default_manager.visible_to(person, reach=reach).order_by()
        sits = Q(session__room_cap__lt=MEMBERS, session__room_id__in=sorted(reach.rooms))
        return self.filter(sits | Q(pk__in=own.values("pk")))

    def behind(self, token: str, *, at: dt.datetime) -> Any:
        """The link that this token opens at this instant; None for one that is over, ended, unconfirmed, or unknown."""
        found = (
            self.filter(
                ref=token.partition("-")[0], ended_at=None, confirmed_at__isnull=False, until_at__gt=at
            )
            .filter(session__cancelled_at=None, session__convening__meeting__draft=False)
            .select_related("session__convening__meeting", "session__room")
            .first()
        )
        return found if found is not None and found.opens(token) else None


def _heard(person: "Person", reach: Reach, convening: int) -> models.QuerySet[Any, Any]:
    from puebla.meetings.models import Statement

    seen = (
        Statement.objects.visible_to(person, reach=reach)
        .filter(convening=convening)
        .exclude(state="withdrawn")
    )
    return seen.order_by("item__path", "delivered_at", "position", "pk").values(
        "item__ref", "item__label", "item__titles", "party__short_names", "state"
    )


def heard(convening: Any, person: "Person", reach: Reach) -> list[dict[str, Any]]:
    """Item by item whose statements the person reads: what a meeting's page says of them; one question.

    Returns:
        Of each item with any: ref, label, titles, and its parties with whether theirs still waits.
    """
    found: dict[str, dict[str, Any]] = {}
    for row in _prepared.rows(person, reach, convening.pk):
        item = found.setdefault(
            row["item__ref"], {"ref": row["item__ref"], "label": row["item__label"], "titles": row["item__titles"], "parties": []}
        )  # fmt: skip
        item["parties"].append({"names": row["party__short_names"], "waits": row["state"] == "waiting"})
    return list(found.values())


_prepared = PreparedForReader(_heard, make=dict, kept=300)


def by_item(statements: Any) -> dict[int, list[Any]]:
    """Statements by the key of their item: those who wait in their order, then those delivered in theirs, then withdrawn."""
    ranks = {"waiting": 0, "delivered": 1, "withdrawn": 2}
    found: dict[int, list[Any]] = {}
    working = Process.current().languages
    for one in statements:
        # Known for all of them at once.
        one.pending = (
            pending_languages(dict.fromkeys(one.filed_languages, "x"), working) if one.languages else []
        )
        found.setdefault(one.item_id, []).append(one)
    for rows in found.values():
        rows.sort(
            key=lambda one: (
                ranks[one.state],
                one.delivered_at.timestamp() if one.delivered_at else one.position,
                one.pk,
            )
        )
    return found


def sides_of(statements: Iterable[Any]) -> dict[int, list[dict[str, Any]]]:
    """Of each statement, by its key, its texts side by side: the language spoken first; one question.

    Returns:
        Of each working language, and every other in which a text came in: code, sent, delivered (texts or None), pending.
    """
    from puebla.meetings.models import StatementText

    rows = list(statements)
    texts: dict[int, dict[tuple[str, bool], Any]] = {one.pk: {} for one in rows}
    for text in StatementText.objects.filter(statement__in=[one.pk for one in rows]):
        texts[text.statement_id][text.language, text.as_delivered] = text
    working = Process.current().languages
    found = {}
    for one in rows:
        held = texts[one.pk]
        codes = dict.fromkeys([*filter(None, [one.language]), *working, *(code for code, _as in held)])
        found[one.pk] = [
            {"code": code, "sent": held.get((code, False)), "delivered": held.get((code, True)),
             "pending": (code, False) not in held and (code, True) not in held}
            for code in codes
        ]  # fmt: skip
    return found
