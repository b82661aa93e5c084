"""What decisions add to other pages: those of a meeting, of a text, and what cites a paragraph."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone

from puebla.accounts.views import PersonRequest
from puebla.core.registry import Reference
from puebla.decisions import rules
from puebla.decisions.models import Decision, Link
from puebla.meetings.models import Convening
from puebla.members.querysets import reach_of
from puebla.members.querysets.prepared import reach_in
from puebla.members.rules import convenes


def offer(request: Any, topic: str, value: str) -> dict[str, object] | None:
    """What decisions add to the page of a meeting or of a text."""
    offers = {"text": _on_text, "meeting": _on_meeting}
    person = getattr(request, "person", None)
    return offers[topic](request, value) if topic in offers and person is not None else None


def _on_text(request: PersonRequest, ref: str) -> dict[str, object] | None:
    seen = Decision.objects.visible_to(request.person, reach=reach_of(request.person, timezone.now()))
    found = seen.filter(text__ref=ref).select_related("text").first()
    return {"template": "decisions/of_text.html", "context": {"decision": found}} if found else None


def _on_meeting(request: PersonRequest, symbol: str) -> dict[str, object] | None:
    reach = reach_in(request)
    seen = Decision.objects.visible_to(request.person, reach=reach).filter(convening__meeting__symbol=symbol)
    rows = list(seen.select_related("text").order_by("pk"))
    may = convenes(reach) and _may_begin(request, symbol)
    if not rows and not may:
        return None
    return {
        "template": "decisions/of_meeting.html",
        "context": {"rows": rows, "symbol": symbol, "may_begin": may},
    }


def _may_begin(request: PersonRequest, symbol: str) -> bool:
    reach = reach_in(request)
    seen = Convening.objects.visible_to(request.person, reach=reach).select_related("meeting__body__room")
    convening = seen.filter(meeting__symbol=symbol).first()
    return convening is not None and bool(rules.may_begin(reach, convening.meeting.body.room, convening))


def citing(person: Any, topic: str, references: Sequence[str]) -> Iterable[Reference]:
    """Which paragraphs of decisions cite these paragraphs: named where the person may know of them, else counted."""
    if topic != "paragraph" or not references:
        return
    pairs = [one.partition("#") for one in references]
    wanted = {(ref, anchor) for ref, _sign, anchor in pairs}
    links = Link.objects.filter(
        target__text__ref__in={ref for ref, _anchor in wanted}, target__anchor__in={anchor for _ref, anchor in wanted}
    ).select_related("source__text__room", "target__text")  # fmt: skip
    reach = reach_of(person)
    for one in links:
        if (one.target.text.ref, one.target.anchor) not in wanted or one.source.text_id == one.target.text_id:
            continue
        text = one.source.text
        if reach.covers(text):
            page = (
                reverse("decisions:decision", args=[text.decision.address])
                if hasattr(text, "decision")
                else ""
            )
            yield Reference(
                f"{text.symbol or text} #{one.source.anchor}", f"{page}#{one.source.anchor}" if page else ""
            )
        else:
            yield Reference()
