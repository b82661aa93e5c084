"""What drafts ask of delegations: comments, until an hour; nobody is late who does not comment."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Min
from django.urls import reverse

from puebla.core.asks import Ask, Due, Question
from puebla.core.calendars import other_language
from puebla.members.models import Audience, Party, Seat
from puebla.members.querysets import MEMBERS, today
from puebla.texts.models import Comment, Text


def asks(question: Question) -> Iterator[Ask]:
    """Drafts on which these member states are invited to comment, as far as the reader reads them; four questions."""
    seen = Text.objects.visible_to(question.person, reach=question.reach).filter(
        comments_until__gte=question.since
    )
    texts = list(seen.order_by("comments_until", "pk"))
    if not texts:
        return
    given = Comment.objects.visible_to(question.person, reach=question.reach).filter(
        paragraph__text__in=texts
    )
    commented: dict[tuple[int, int], Any] = {
        (text, party): at
        for text, party, at in given.order_by().values_list("paragraph__text_id", "party_id").annotate(at=Min("at"))
    }  # fmt: skip
    members = Party.objects.members(on=today(question.at)).filter(pk__in=sorted(question.parties))
    invited = sorted(members.order_by().values_list("pk", flat=True))
    seated = _seated([one for one in texts if one.audience == Audience.ROOM], question)
    for text in texts:
        for party in invited:
            # In a sealed room nobody is told whom else it asks.
            asked = (
                party in question.reach.parties if text.room_cap < MEMBERS
                else text.audience >= Audience.MEMBERS or (text.room_id, party) in seated
            )  # fmt: skip
            if asked and text.party_id != party:
                yield _ask(text, party, commented.get((text.pk, party)), question)


def _seated(texts: Sequence[Text], question: Question) -> set[tuple[int, int]]:
    """Of drafts for their room's members alone: which of the parties have a seat there."""
    if not texts:
        return set()
    seats = Seat.objects.effective(question.at).visible_to(question.person, reach=question.reach)
    seats = seats.filter(room__in={one.room_id for one in texts}, role__observes=False)
    return set(seats.order_by().values_list("room_id", "party_id"))


def _ask(text: Text, party: int, commented_at: Any, question: Question) -> Ask:
    page = reverse("texts:text", args=[text.ref])
    over = text.is_frozen or (text.comments_until is not None and text.comments_until < question.at)
    return Ask(
        source="texts", ref=text.ref, party=party, kind="comment", title=str(text), language=other_language(text.titles),
        cites=text.symbol, address=page, answer="" if over else page, due=Due(at=text.comments_until, precision="minute"),
        answered_at=commented_at, done=commented_at is not None and over, ended=over, invited=True,
        sealed=text.room_cap < MEMBERS,
    )  # fmt: skip
