"""What stands in the Presidency's hand-over file of documents: those announced, and those still in draft."""

import datetime as dt
from collections.abc import Iterator
from functools import partial

from django.utils.translation import gettext as _

from puebla.core.handing_over import HandOverSource, Point, known_by
from puebla.core.interface import in_every_language
from puebla.documents.models import Document, State
from puebla.members.models import Audience, Body
from puebla.theme.templatetags.theme import imprecise

OPEN = (State.AWAITED, State.DRAFT, State.PROVISIONAL)


def papers(office: Body, at: dt.datetime) -> Iterator[Point]:  # noqa: ARG001 - as every source
    """Documents in open rooms that the Presidency reads and that are not final."""
    rows = Document.objects.filter(state__in=OPEN, audience__gte=Audience.PRESIDENCY, room__sealed=False)
    for one in rows.select_related("party", "room").order_by("pk"):
        yield Point(
            key=one.ref, titles=_titles(one), states=in_every_language(partial(_stands, one)),
            route=("documents:record", one.symbol or one.ref), room=one.room_id, room_cap=one.room_cap, audience=one.audience,
            party=one.party_id, embargo_until=one.embargo_until, due_on=one.expected_on,
        )  # fmt: skip


def _titles(paper: Document) -> dict[str, str]:
    lead = f"{paper.symbol}, " if paper.symbol else ""
    return {code: f"{lead}{title}" for code, title in paper.titles.items()}


def _stands(paper: Document) -> str:
    said = f"{paper.get_state_display()}, {paper.party}"
    if paper.expected_on is not None:
        said += ", " + _("expected on %(day)s") % {"day": imprecise(paper.expected_on)}
    return said


SOURCE = HandOverSource("papers", papers, known_by(Document.objects))
