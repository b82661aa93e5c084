"""What one delegation asks of another: a bilateral meeting that awaits the answer of the reader's party."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Max, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from puebla.core.asks import Ask, Due, Question
from puebla.core.languages import show
from puebla.meetings.models import Bilateral, Convening
from puebla.members.querysets.prepared import PreparedForReader


def asks(question: Question) -> Iterator[Ask]:
    """Those whose answer is this party's, until the last of the times proposed; of nobody else's does the reader learn."""
    # Seldom is there any: whether there is takes a statement that is written once.
    keys = [key for (key,) in _awaited.rows(question.person, question.reach, sorted(question.parties))]
    if not keys:
        return
    seen = Bilateral.objects.visible_to(question.person, reach=question.reach).filter(pk__in=keys)
    rows: Any = seen.annotate(until=Max("proposals__slot__starts_at")).order_by("until", "pk")
    for row in rows.select_related("asking", "asked", "convening__meeting__body"):
        meeting = row.convening.meeting
        address = reverse("meetings:bilateral", args=[meeting.symbol, row.ref])
        yield Ask(
            source="bilaterals", ref=row.ref, party=row.turn_id, kind="bilateral",
            title=_("Bilateral meeting with %(party)s") % {"party": show(row.other(row.turn_id).short_names)},
            cites=meeting.symbol, address=address, answer=address, asked_at=row.created_at,
            due=Due(at=row.until, precision="minute", zone=row.convening.zone) if row.until else None, invited=True,
            body=meeting.body.code, meeting=meeting.symbol, sealed=True,
        )  # fmt: skip


def _that_await(person: Any, reach: Any, parties: Any) -> QuerySet[Any, Any]:
    seen = Bilateral.objects.visible_to(person, reach=reach).filter(
        state=Bilateral.State.ASKED, turn__in=parties,
        convening__state__in=[Convening.State.CONVENED, Convening.State.IN_SESSION],
    )  # fmt: skip
    return seen.order_by().values_list("pk")


_awaited = PreparedForReader(_that_await)
