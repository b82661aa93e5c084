"""Paragraphs of decisions as people cite them: "XXI Declaration, paragraph 12"; each leads to its decision's page."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.text import capfirst

from puebla.core.languages import show
from puebla.core.search.citing import Citation
from puebla.core.search.sources import Hit
from puebla.decisions.actions import FILED_AS
from puebla.decisions.models import Decision
from puebla.members.models import Meeting
from puebla.texts.models import Paragraph, tree
from puebla.theme.templatetags.theme import imprecise

#: More decisions than these are no answer to a citation.
MOST = 5
KINDS = {code: kind for kind, code in FILED_AS.items()}


def cited(person: Any, reach: Any, citation: Citation) -> list[Hit]:
    """The adopted decisions that a citation means and that have the paragraph it names, if any, of those the person may know of."""
    kind = KINDS.get(citation.kind.upper())
    if kind is None:
        return []
    seen = (
        Decision.objects.visible_to(person, reach=reach)
        .adopted()
        .filter(kind=kind, body__code__in=citation.bodies)
    )
    meetings = (
        Meeting.objects.visible_to(person, reach=reach).filter(body__code__in=citation.bodies).order_by()
    )
    read = Paragraph.objects.visible_to(person, reach=reach).living().order_by()
    if citation.words:
        held = meetings.values_list("pk", "places", "starts_on__year")
        keys = [key for key, places, year in held if citation.is_held_in(places.values(), year)]
    else:
        keys = list(meetings.filter(number=citation.number).values_list("pk", flat=True))
    there = seen.filter(Q(meeting__in=keys) | Q(convening__meeting__in=keys))
    found = list(_hits(there, read, citation, citation.item))
    if not found and citation.item is None and citation.number is not None:
        # "Decision 3", of whichever meeting.
        found = list(_hits(seen, read, citation, citation.number))
    return found


def _hits(decisions: Any, paragraphs: Any, citation: Citation, item: int | None) -> Iterator[Hit]:
    rows = decisions.select_related("text").order_by("-adopted_on", "-pk")
    if item is not None:
        rows = rows.filter(text__symbol__endswith=f"/{item}")
    for one in rows[:MOST]:
        place = "" if citation.paragraph is None else _place_of(one, paragraphs, citation)
        if place is not None:
            title = show(one.text.titles)
            yield Hit(
                url=f"{reverse('decisions:decision', args=[one.address])}{place}", title=title.text, title_language=title.language,
                title_pending=title.pending, symbol=one.text.symbol, label=capfirst(str(one.get_kind_display())),
                facts=(imprecise(one.adopted_on, one.adopted_precision),),
            )  # fmt: skip


def _place_of(one: Decision, paragraphs: Any, citation: Citation) -> str | None:
    """Where the paragraph stands on the page; None where the decision has none of that number."""
    living = tree.in_order(paragraphs.filter(text=one.text_id))
    return next((f"#{node.paragraph.anchor}" for node in living if node.number == citation.numbered), None)
