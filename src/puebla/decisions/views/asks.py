"""What paragraphs of decisions ask: of parties named, all member states, bodies, the Presidency, the secretariat."""

import datetime as dt
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

from django.db.models import Q
from django.urls import reverse

from puebla.core.asks import Ask, Due, Question
from puebla.core.calendars import other_language
from puebla.core.languages import show
from puebla.decisions.models import IN_FORCE, Addressee, Decision, Provision, ProvisionAnswer
from puebla.decisions.querysets.asking import addressed
from puebla.members.querysets import MEMBERS, today
from puebla.texts.models.wording import unmarked

#: How much of a paragraph stands in a list.
LONGEST = 140
#: What is asked of an addressee's paragraph and its decision: a list may have hundreds, so that no record is made of them.
COLUMNS = {
    "provision": "provision_id", "status": "provision__status", "due_on": "provision__due_on",
    "precision": "provision__due_precision", "serial": "provision__paragraph__serial", "anchor": "provision__paragraph__anchor",
    "words": "provision__paragraph__words", "text": "provision__paragraph__text__ref",
    "symbol": "provision__paragraph__text__symbol", "cap": "provision__paragraph__text__room_cap",
    "decision": "provision__paragraph__text__decision__ref", "adopted_at": "provision__paragraph__text__decision__adopted_at",
    "body": "provision__paragraph__text__decision__body__code",
}  # fmt: skip


def asks(question: Question) -> Iterator[Ask]:
    """Paragraphs of adopted decisions that ask something of these parties, as far as the reader may know; eight questions.

    What ended meanwhile (implemented, superseded, elapsed) is told as ended: nothing vanishes from a list unanswered.
    """
    standing = Q(provision__status__in=IN_FORCE) | Q(provision__changed_at__gte=question.since)
    yield from asked(question, standing)


def asked(question: Question, which: Q) -> Iterator[Ask]:
    """What some paragraphs ask of the parties of the question.

    Args:
        which: of their addressees.
    """
    # Where no paragraph asks anything, nobody is asked whom it would mean.
    if (
        not Provision.objects.visible_to(question.person, reach=question.reach)
        .filter(asks=True)
        .order_by()
        .exists()
    ):
        return
    meant = addressed(question.parties, on=today(question.at))
    found = _asking(question, meant, which)
    if not found:
        return
    answers = _newest(question, list(found))
    addresses = _Addresses()
    for one, parties in found.values():
        for party in sorted(parties):
            # In a sealed room nobody is told whom else it asks.
            if one.cap >= MEMBERS or party in question.reach.parties:
                yield _ask(one, party, answers.get((one.provision, party)), addresses)


def _asking(question: Question, meant: Any, which: Q) -> dict[int, tuple[Any, set[int]]]:
    """By provision, its columns and the parties that it asks."""
    seen = Decision.objects.visible_to(question.person, reach=question.reach).adopted().order_by()
    whom = Q(whom=Addressee.Whom.PARTY, party__in=meant.parties) | Q(whom__in=meant.kinds)
    whom |= Q(whom=Addressee.Whom.BODY, body__in=[pk for pk, parties in meant.bodies.items() if parties])
    rows = Addressee.objects.filter(
        whom, which, provision__asks=True, provision__paragraph__removed_at=None,
        provision__paragraph__text__decision__in=seen,
    ).order_by("provision_id", "pk")  # fmt: skip
    found: dict[int, tuple[Any, set[int]]] = {}
    for kind, party, body, *values in rows.values_list("whom", "party_id", "body_id", *COLUMNS.values()):
        parties = meant.by(SimpleNamespace(whom=kind, party_id=party, body_id=body))
        one = found.setdefault(values[0], (SimpleNamespace(**dict(zip(COLUMNS, values, strict=True))), set()))
        one[1].update(parties)
    return found


def _newest(question: Question, provisions: list[int]) -> dict[tuple[int, int], tuple[str, dt.datetime]]:
    """What each party said last of each provision, as far as the reader may read it."""
    said = ProvisionAnswer.objects.visible_to(question.person, reach=question.reach).filter(
        party__in=sorted(question.parties)
    )
    rows = said.order_by("at", "pk").values_list("provision_id", "party_id", "says", "at")
    asked = set(provisions)
    return {(one, party): (says, at) for one, party, says, at in rows if one in asked}


class _Addresses:
    """Addresses of decisions and their paragraphs, cut where these stand: reversing each would take longer than the rest."""

    def __init__(self) -> None:
        self.page = reverse("decisions:decision", args=["0X0"]).split("0X0")
        before, rest = reverse("decisions:answer", args=["0X0", "1X1"]).split("0X0")
        self.answer = (before, *rest.split("1X1"))

    def of(self, one: Any) -> tuple[str, str]:
        """The paragraph's own address, and that where it is answered."""
        page = f"{self.page[0]}{quote(one.symbol or one.decision)}{self.page[1]}"
        before, middle, after = self.answer
        return f"{page}#{one.anchor}", f"{before}{one.decision}{middle}{quote(one.anchor)}{after}"


def _ask(one: Any, party: int, said: tuple[str, dt.datetime] | None, addresses: _Addresses) -> Ask:
    page, answer = addresses.of(one)
    ended = one.status not in IN_FORCE
    return Ask(
        source="decisions", ref=f"{one.text}-{one.serial}", party=party, kind="paragraph",
        title=_short(unmarked(show(one.words).text)), language=other_language(one.words),
        cites=f"{one.symbol or one.decision}#{one.anchor}", address=page, answer="" if ended else answer, asked_at=one.adopted_at,
        due=Due(on=one.due_on, precision=one.precision) if one.due_on else None, answered_at=said[1] if said else None,
        done=said is not None and said[0] == ProvisionAnswer.Says.DONE, ended=ended, body=one.body, sealed=one.cap < MEMBERS,
    )  # fmt: skip


def _short(words: str) -> str:
    return words if len(words) <= LONGEST else f"{words[:LONGEST].rsplit(' ', 1)[0]} …"
