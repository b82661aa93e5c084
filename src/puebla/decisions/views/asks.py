"""What paragraphs of decisions ask: of parties named, all member states, bodies, the Presidency, the secretariat."""

import datetime as dt
from collections.abc import Iterator

from django.urls import reverse

from puebla.core.asks import Ask, Due, Question
from puebla.core.calendars import other_language
from puebla.core.languages import show
from puebla.decisions.models import IN_FORCE, Decision, Provision, ProvisionAnswer
from puebla.decisions.querysets.asking import addressed
from puebla.members.querysets import MEMBERS, today
from puebla.texts.models.wording import unmarked

#: How much of a paragraph stands in a list.
LONGEST = 140


def asks(question: Question) -> Iterator[Ask]:
    """Paragraphs of adopted decisions that ask something of these parties, as far as the reader may know; ten questions.

    What ended meanwhile (implemented, superseded, elapsed) is told as ended: nothing vanishes from a list unanswered.
    """
    seen = Decision.objects.visible_to(question.person, reach=question.reach).adopted().order_by()
    asking = Provision.objects.filter(
        asks=True, paragraph__removed_at=None, paragraph__text__decision__in=seen
    )
    standing = asking.filter(status__in=IN_FORCE)
    ended = asking.exclude(status__in=IN_FORCE).filter(changed_at__gte=question.since)
    provisions = list(
        (standing | ended)
        .select_related("paragraph__text__decision__body", "paragraph__text__room")
        .prefetch_related("addressees")
        .order_by("pk")
    )
    if not provisions:
        return
    meant = addressed(question.parties, on=today(question.at))
    answers = _newest(question, provisions)
    for one in provisions:
        parties = {party for whom in one.addressees.all() for party in meant.by(whom)}
        for party in sorted(parties):
            # In a sealed room nobody is told whom else it asks.
            if one.paragraph.text.room_cap >= MEMBERS or party in question.reach.parties:
                yield _ask(one, party, answers.get((one.pk, party)))


def _newest(
    question: Question, provisions: list[Provision]
) -> dict[tuple[int, int], tuple[str, dt.datetime]]:
    """What each party said last of each provision, as far as the reader may read it."""
    said = ProvisionAnswer.objects.visible_to(question.person, reach=question.reach).filter(
        provision__in=provisions, party__in=sorted(question.parties)
    )
    rows = said.order_by("at", "pk").values_list("provision_id", "party_id", "says", "at")
    return {(provision, party): (says, at) for provision, party, says, at in rows}


def _ask(one: Provision, party: int, said: tuple[str, dt.datetime] | None) -> Ask:
    paragraph, decision = one.paragraph, one.paragraph.text.decision
    page = reverse("decisions:decision", args=[decision.address])
    words = show(paragraph.words)
    ended = one.status not in IN_FORCE
    return Ask(
        source="decisions", ref=f"{paragraph.text.ref}-{paragraph.serial}", party=party, kind="paragraph",
        title=_short(unmarked(str(words))), language=other_language(paragraph.words),
        cites=f"{decision.address}#{paragraph.anchor}", address=f"{page}#{paragraph.anchor}",
        answer="" if ended else reverse("decisions:answer", args=[decision.ref, paragraph.anchor]),
        asked_at=decision.adopted_at, due=Due(on=one.due_on, precision=one.due_precision) if one.due_on else None,
        answered_at=said[1] if said else None, done=said is not None and said[0] == ProvisionAnswer.Says.DONE,
        ended=ended, body=decision.body.code, sealed=paragraph.text.room_cap < MEMBERS,
    )  # fmt: skip


def _short(words: str) -> str:
    return words if len(words) <= LONGEST else f"{words[:LONGEST].rsplit(' ', 1)[0]} …"
