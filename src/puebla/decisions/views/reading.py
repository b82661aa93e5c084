"""How a request finds a decision, a paragraph of it, and what belongs to them."""

from collections import defaultdict
from typing import Any

from django.http import Http404
from django.utils import timezone

from puebla.accounts.views import PersonRequest
from puebla.core.ticks import tick_at
from puebla.decisions.actions import settling
from puebla.decisions.models import Decision, Position, Proposal, Provision
from puebla.members.querysets import Reach, reach_of
from puebla.texts.models import Paragraph, tree

#: Columns that every page of a decision asks for.
WITH = (
    "text__room", "text__party", "body__room", "convening__meeting__body__room", "item__room", "session", "document",
    "origin__text",
)  # fmt: skip


def decision_or_404(request: PersonRequest, address: str, reach: Reach) -> Decision:
    """The decision of this symbol or reference, or 404 where the person may not know of it."""
    seen = Decision.objects.visible_to(request.person, reach=reach).at_address(address).select_related(*WITH)
    found = seen.order_by().first()
    if found is None:
        raise Http404
    assert isinstance(found, Decision)  # noqa: S101 - told to the type checker
    return found


class Reading:
    """A decision as a request asked for it, with its paragraphs."""

    def __init__(self, request: PersonRequest, address: str) -> None:
        self.at = timezone.now()
        self.person = request.person
        # What has ended by silence is adopted before anybody reads it.
        settling.settle_due(at=self.at, tick=tick_at(self.at))
        self.reach = reach_of(request.person, self.at)
        self.decision = decision_or_404(request, address, self.reach)
        self.text = self.decision.text
        seen = Paragraph.objects.visible_to(self.person, reach=self.reach).filter(text=self.text)
        self.every = list(seen.order_by())
        for one in self.every:
            one.text = self.text
        self.living = tree.in_order(one for one in self.every if one.removed_at is None)

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
        seen = Proposal.objects.visible_to(self.person, reach=self.reach).filter(decision=self.decision)
        rows = (
            seen.select_related("party", "paragraph").prefetch_related("voices__party").order_by("at", "pk")
        )
        for one in rows:
            one.decision = self.decision
        return list(rows)

    def positions(self) -> list[Position]:
        """Positions taken, as far as the members that took them let the reader know."""
        seen = Position.objects.visible_to(self.person, reach=self.reach).filter(decision=self.decision)
        rows = list(seen.select_related("party", "paragraph", "room").order_by("at", "pk"))
        for one in rows:
            one.decision = self.decision
        return rows


def by_paragraph(rows: list[Any]) -> dict[int | None, list[Any]]:
    """Rows by the key of their paragraph; of the whole under None."""
    found: dict[int | None, list[Any]] = defaultdict(list)
    for one in rows:
        found[one.paragraph_id].append(one)
    return found
