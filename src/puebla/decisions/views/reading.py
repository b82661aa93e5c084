"""How a request finds a decision, a paragraph of it, and what belongs to them."""

from collections import defaultdict
from functools import lru_cache
from typing import Any, cast

from django.db.models import Q
from django.http import Http404
from django.utils import timezone
from django.utils.translation import get_language

from puebla.accounts.views import PersonRequest
from puebla.core.memory import Remembered
from puebla.core.prepared import Prepared, PreparedRecords
from puebla.core.ticks import tick_at
from puebla.core.words import without_nul
from puebla.decisions.actions import settling
from puebla.decisions.models import Decision, Position, Proposal, Provision
from puebla.members.querysets import Reach, reach_of
from puebla.members.querysets.prepared import PreparedForReader, reach_in, with_shares
from puebla.texts.actions import digest_of
from puebla.texts.models import Paragraph, Text, tree

#: Columns that every page of a decision asks for.
WITH = (
    "text__room", "text__party", "body__room", "convening__meeting__body__room", "item__room", "session", "document",
    "origin__text",
)  # fmt: skip


def decision_or_404(request: PersonRequest, address: str, reach: Reach) -> Decision:
    """The decision of this symbol or reference, or 404 where the person may not know of it."""
    wanted = without_nul(address).strip("/ ")
    keys = (
        [key for (key,) in _at_address.rows(request.person, reach, wanted, wanted.upper())] if wanted else []
    )
    found = _records.get(keys[0]) if keys else None
    if found is None:
        raise Http404
    assert isinstance(found, Decision)  # noqa: S101 - told to the type checker
    return found


def shown_on(request: Any, ref: str) -> Decision | None:
    """The decision of this reference for what rooms offer on its page: the one that the page shows, else as the reader may know of it."""
    shown: Decision | None = getattr(request, "decision", None)
    if shown is not None and shown.ref == ref:
        return shown
    seen = Decision.objects.visible_to(request.person, reach=reach_in(request)).filter(ref=ref)
    found: Decision | None = seen.select_related(*WITH).order_by().first()
    return found


_records = PreparedRecords(Decision, WITH)
#: (person, reach, reference, symbol) → the key of the decision.
_at_address = PreparedForReader(
    lambda person, reach, ref, symbol: (
        Decision.objects.visible_to(person, reach=reach)
        .filter(Q(ref=ref) | Q(text__symbol=symbol))
        .order_by()
        .values_list("pk")
    )
)


class Reading:
    """A decision as a request asked for it, with its paragraphs."""

    def __init__(self, request: PersonRequest, address: str) -> None:
        self.at = timezone.now()
        self.person = request.person
        # What has ended by silence is adopted before anybody reads it.
        settling.settle_due(at=self.at, tick=tick_at(self.at))
        self.reach = with_shares(request.person, reach_of(request.person, self.at))
        self.decision = decision_or_404(request, address, self.reach)
        self.text = self.decision.text
        self.every = self._paragraphs()
        self.living = self._in_order()

    def _paragraphs(self) -> list[Any]:
        seen = Paragraph.objects.visible_to(self.person, reach=self.reach).filter(text=self.text)
        every = list(seen.order_by())
        for one in every:
            one.text = self.text
        return every

    def _in_order(self) -> list[tree.Node]:
        return tree.in_order(one for one in self.every if one.removed_at is None)

    def paragraph(self, anchor: str) -> Paragraph:
        """The paragraph of this anchor that stands in the text, or 404."""
        found = next((node.paragraph for node in self.living if node.paragraph.anchor == anchor), None)
        if found is None:
            raise Http404
        return found

    def provisions(self) -> dict[int, Provision]:
        """By paragraph, what it does."""
        seen = Provision.objects.filter(paragraph__in=[node.paragraph.pk for node in self.living])
        rows = seen.select_related("verb").prefetch_related("addressees__party", "addressees__body", "themes")
        return {one.paragraph_id: one for one in rows}

    def provision(self, paragraph: Paragraph) -> Provision | None:
        """What one paragraph does."""
        seen = Provision.objects.filter(paragraph=paragraph).select_related("verb")
        return seen.prefetch_related("addressees__party", "addressees__body", "themes").first()

    def proposals(self) -> list[Proposal]:
        """What was proposed, as far as the reader may know."""
        keys = [key for (key,) in _proposed.rows(self.person, self.reach, self.decision.pk)]
        if not keys:
            return []
        seen = Proposal.objects.visible_to(self.person, reach=self.reach).filter(pk__in=keys)
        rows = (
            seen.select_related("party", "paragraph").prefetch_related("voices__party").order_by("at", "pk")
        )
        for one in rows:
            one.decision = self.decision
        return list(rows)

    def positions(self) -> list[Position]:
        """Positions taken, as far as the members that took them let the reader know."""
        keys = [key for (key,) in _taken.rows(self.person, self.reach, self.decision.pk)]
        if not keys:
            return []
        seen = Position.objects.visible_to(self.person, reach=self.reach).filter(pk__in=keys)
        rows = list(seen.select_related("party", "paragraph", "room").order_by("at", "pk"))
        for one in rows:
            one.decision = self.decision
        return rows

    def followed(self) -> list[Decision]:
        """What became of it elsewhere, as far as the reader may know."""
        keys = [key for (key,) in _come_of.rows(self.person, self.reach, self.decision.pk)]
        if not keys:
            return []
        seen = Decision.objects.visible_to(self.person, reach=self.reach).filter(pk__in=keys)
        return list(seen.select_related("text", "body").order_by("pk"))


def _keys_of(model: Any) -> PreparedForReader:
    """Whether there is any: most have none, and asking for all that is shown of them takes longer."""
    return PreparedForReader(
        lambda person, reach, decision: (
            model.objects.visible_to(person, reach=reach)
            .filter(decision=decision)
            .order_by()
            .values_list("pk")
        )
    )


_proposed, _taken = _keys_of(Proposal), _keys_of(Position)
_come_of = PreparedForReader(
    lambda person, reach, decision: (
        Decision.objects.visible_to(person, reach=reach).filter(origin=decision).order_by().values_list("pk")
    )
)


class Written:
    """A paragraph as a page shows it: no record, but what it was read as, the same for all who read it."""

    def __init__(self, row: dict[str, Any]) -> None:
        self.__dict__.update(row)


class ReadingToShow(Reading):
    """The same for a page that changes nothing: a text may have hundreds of paragraphs, and most are as they were."""

    def _paragraphs(self) -> list[Any]:
        # They are visible exactly where their text is, and that passed the gate.
        text = self.text.pk
        return _of_text.get((text, get_language()), lambda: _written.rows(text))

    def _in_order(self) -> list[tree.Node]:
        return list(_ordered(tuple(self.every)))

    def is_intact(self) -> bool:
        """Whether the words are those that were frozen."""
        if not self.text.is_frozen:
            return True
        titles = tuple(sorted(self.text.titles.items()))
        digest = _digest(titles, tuple(self.every), tuple(self.text.frozen_languages))
        return digest == self.text.frozen_hash


#: (text) → its paragraphs, for who passed its gate.
_written = Prepared(
    lambda text: (
        Paragraph.objects.filter(text=text)
        .order_by()
        .values(
            "pk", "parent_id", "place", "serial", "kind", "function", "anchor", "words", "differences", "revision", "removed_at"
        )
    ),
    make=Written, kept=1200,
)  # fmt: skip
_of_text: Remembered[list[Any]] = Remembered(most=6)


@lru_cache(maxsize=8)
def _ordered(paragraphs: tuple[Written, ...]) -> tuple[tree.Node, ...]:
    """What is kept of rows is itself while they read as they did (`Prepared`), and so is their order."""
    return tuple(tree.in_order(one for one in paragraphs if one.__dict__["removed_at"] is None))


@lru_cache(maxsize=8)
def _digest(
    titles: tuple[tuple[str, str], ...], paragraphs: tuple[Written, ...], languages: tuple[str, ...]
) -> str:
    """The digest of these very words."""
    return digest_of(Text(titles=dict(titles)), cast("Any", paragraphs), languages)


def by_paragraph(rows: list[Any]) -> dict[int | None, list[Any]]:
    """Rows by the key of their paragraph; of the whole under None."""
    found: dict[int | None, list[Any]] = defaultdict(list)
    for one in rows:
        found[one.paragraph_id].append(one)
    return found
