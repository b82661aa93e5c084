"""Questions about many circulars and replies; every one that is asked for a person starts at `visible_to`."""

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Exists, OuterRef, Q, TextField
from django.db.models.functions import Cast

from puebla.core.prepared import Prepared
from puebla.core.words import fold, without_nul
from puebla.members.querysets import MEMBERS, PRESIDENCY, GatedQuerySet, Reach

if TYPE_CHECKING:
    from puebla.accounts.models import Person


class CircularQuerySet(GatedQuerySet):
    """Circulars."""

    def shared_with(self, person: "Person | None", reach: Reach) -> Q:  # noqa: ARG002 - parties are addressed, not persons
        """Circulars of open rooms that are read only by the parties they were sent to, this person's among them."""
        from puebla.circulars.models import Recipient

        if reach.is_empty or not reach.parties:
            return Q()
        sent = Recipient.objects.filter(party_id__in=sorted(reach.parties)).order_by().values("circular_id")
        return Q(audience=PRESIDENCY, room_cap__gte=MEMBERS, sent_at__isnull=False, pk__in=sent)

    def at_address(self, address: str) -> Self:
        """The circular of this symbol or reference; symbols are kept in capitals, so that an index finds them."""
        address = without_nul(address)
        return self.filter(Q(symbol=address.upper()) | Q(ref=address))

    def matching(
        self,
        *,
        q: str = "",
        kind: str = "",
        state: str = "",
        year: str = "",
        body: str = "",
        meeting: str = "",
    ) -> Self:
        """Circulars that match every filter given; an unknown value matches nothing."""
        found = self
        for word in fold(q).split()[:12]:
            found = found.filter(words__contains=word)
        for column, value in {
            "kind": kind, "state": state, "body__code": body, "meeting__symbol": meeting,
        }.items():  # fmt: skip
            if value:
                found = found.filter(**{column: value})
        if year:
            found = found.filter(year=int(year)) if year.isdecimal() and len(year) == 4 else found.none()
        return found

    def asking(self) -> Self:
        """Sent ones to which parties still reply, late or not."""
        return self.filter(state="sent", reply_by_at__isnull=False).exclude(reply_form=[])

    def awaiting(self, parties: Collection[int]) -> Self:
        """Those that were sent to one of these parties and have no reply of it."""
        from puebla.circulars.models import Recipient, Reply

        replied = Reply.objects.filter(circular=OuterRef("circular"), party=OuterRef("party"), state="sent")
        missing = Recipient.objects.filter(circular=OuterRef("pk"), party_id__in=sorted(parties))
        missing = missing.filter(~Exists(replied))
        # Nothing is awaited of observers where what is asked is reserved to members.
        asked = self.asking().annotate(form_as_text=Cast("reply_form", TextField()))
        return asked.filter(Exists(missing.filter(standing=MEMBER)) | Exists(missing) & ~_reserved())

    def behind_in_search(self) -> Self:
        """Circulars of which search knows nothing, or an older state."""
        from puebla.circulars.actions.indexing import SOURCE
        from puebla.members.models import IndexEntry

        known = IndexEntry.objects.filter(source=SOURCE, record=OuterRef("pk"), revision=OuterRef("revision"))
        return self.filter(~Exists(known))

    def to_remind(self, at: dt.datetime) -> Self:
        """Those whose reply-by date is still to come, with reminders set."""
        return self.asking().filter(reply_by_at__gt=at).exclude(remind_days=[])


#: How a party takes part that is a member.
MEMBER = "member"


def _reserved() -> Q:
    """Of rows with their form as text: what it asks is reserved to members, and the Presidency did not allow it to others.

    Within a label quotation marks are escaped, so that none can be taken for a kind.
    """
    from puebla.circulars.models import RESERVED_TO_MEMBERS

    asks = Q(pk__in=[])
    for kind in sorted(RESERVED_TO_MEMBERS):
        asks |= Q(form_as_text__contains=f'"kind": "{kind.value}"')
    return asks & Q(observers_allowed_at=None)


class ReplyQuerySet(GatedQuerySet):
    """Replies; a draft is its party's own."""

    def shared_with(self, person: "Person | None", reach: Reach) -> Q:  # noqa: ARG002 - parties are addressed, not persons
        """Replies that stand, shared with all to whom the circular was sent, where nobody else reads it."""
        from puebla.circulars.models import Recipient

        if reach.is_empty or not reach.parties:
            return Q()
        sent = Recipient.objects.filter(party_id__in=sorted(reach.parties), circular__replies_shared=True)
        addressed = sent.order_by().values("circular_id")
        return Q(audience=PRESIDENCY, room_cap__gte=MEMBERS, circular__in=addressed, state="sent")

    def standing(self) -> Self:
        """Those that count: sent, neither replaced nor withdrawn."""
        return self.filter(state="sent")


def keys_addressed_to(reach: Reach) -> list[int]:
    """Keys of the circulars opened to this reach because they were sent to its parties, and to those alone."""
    if reach.is_empty or not reach.parties:
        return []
    return [key for (key,) in _addressed_to.rows(shape=(reach.parties, reach.rung))]


def _keys_addressed_to(parties: frozenset[int], rung: int) -> Any:
    from puebla.circulars.models import Circular

    only = CircularQuerySet(Circular).shared_with(None, Reach(parties=parties, rung=rung))
    return Circular.objects.filter(only).order_by().values_list("pk")


#: Asked on every page that shows something behind the gate.
_addressed_to = Prepared(_keys_addressed_to)


def readers_in_words(circular: Any) -> str:
    """Who can see the circular, in one sentence."""
    from django.utils.translation import gettext as _

    from puebla.documents.querysets import audience_in_words

    if circular.sent_at is None and circular.state == "draft":
        return (
            _("A draft is read by the secretariat and the Presidency.")
            if circular.room_cap >= MEMBERS
            else (audience_in_words(circular))
        )
    if circular.is_addressed_only:
        return _("The parties to which it was sent, the Presidency and the secretariat.")
    return audience_in_words(circular)


def why_i_see(circular: Any, reach: Reach) -> str:
    """Why this reader sees the circular, in words."""
    from django.utils.translation import gettext as _

    from puebla.documents.querysets import reason_of

    return reason_of(circular, reach) or _("It was sent to your party")
