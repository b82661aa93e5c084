"""What drafts ask of delegations: comments, until an hour; nobody is late who does not comment."""

from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any

from django.db.models import Min, QuerySet
from django.urls import reverse

from puebla.core.asks import Ask, Due, Question
from puebla.core.calendars import other_language
from puebla.core.languages import show
from puebla.core.prepared import Prepared
from puebla.members.models import Audience, Party, Seat
from puebla.members.querysets import MEMBERS, today
from puebla.members.querysets.prepared import PreparedForReader
from puebla.texts.models import Comment, Text


def asks(question: Question) -> Iterator[Ask]:
    """Drafts on which these member states are invited to comment, as far as the reader reads them; four questions."""
    texts = _open.rows(question.person, question.reach, question.since)
    if not texts:
        return
    parties = sorted(question.parties)
    given = _given.rows(question.person, question.reach, [text.pk for text in texts])
    commented = {(text, party): at for text, party, at in given}
    invited = sorted(key for (key,) in _members.rows(question.at, parties))
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


def _seated(texts: Sequence[Any], question: Question) -> set[tuple[int, int]]:
    """Of drafts for their room's members alone: which of the parties have a seat there."""
    if not texts:
        return set()
    seats = Seat.objects.effective(question.at).visible_to(question.person, reach=question.reach)
    seats = seats.filter(room__in={one.room_id for one in texts}, role__observes=False)
    return set(seats.order_by().values_list("room_id", "party_id"))


def _ask(text: Any, party: int, commented_at: Any, question: Question) -> Ask:
    page = reverse("texts:text", args=[text.ref])
    over = text.state == Text.State.FROZEN or text.comments_until < question.at
    return Ask(
        source="texts", ref=text.ref, party=party, kind="comment", title=str(show(text.titles)) or text.symbol or text.ref, language=other_language(text.titles),
        cites=text.symbol, address=page, answer="" if over else page, due=Due(at=text.comments_until, precision="minute"),
        answered_at=commented_at, done=commented_at is not None and over, ended=over, invited=True,
        sealed=text.room_cap < MEMBERS,
    )  # fmt: skip


def _that_are_open(person: Any, reach: Any, since: Any) -> QuerySet[Any, Any]:
    seen = Text.objects.visible_to(person, reach=reach).filter(comments_until__gte=since)
    columns = (
        "pk",
        "ref",
        "symbol",
        "titles",
        "state",
        "party_id",
        "room_id",
        "room_cap",
        "audience",
        "comments_until",
    )
    return seen.order_by("comments_until", "pk").values(*columns)


def _first_comments(person: Any, reach: Any, texts: Any) -> QuerySet[Any, Any]:
    given = Comment.objects.visible_to(person, reach=reach).filter(paragraph__text__in=texts).order_by()
    return given.values_list("paragraph__text_id", "party_id").annotate(at=Min("at"))


_open = PreparedForReader(_that_are_open, make=lambda row: SimpleNamespace(**row), kept=300)
_given = PreparedForReader(_first_comments)
_members = Prepared(
    lambda at, parties: (
        Party.objects.members(on=today(at)).filter(pk__in=parties).order_by().values_list("pk")
    )
)
