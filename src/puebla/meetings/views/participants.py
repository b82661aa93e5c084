"""The list of participants: as a page, in DOCX and in XLSX; and who comes, on the meeting's own page."""

from typing import Any

from django.http import FileResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone, translation

from puebla.accounts.models import Person
from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.tables import export_of
from puebla.meetings.actions.delegations import lists
from puebla.meetings.models import Convening, Delegate
from puebla.meetings.querysets.delegations import counted
from puebla.meetings.querysets.delegations import participants as list_for
from puebla.meetings.rules import delegations as rules
from puebla.meetings.rules import may_run
from puebla.meetings.views.convening import convening_or_404
from puebla.members.models import Party
from puebla.members.querysets import Reach, reach_of
from puebla.members.querysets.prepared import PreparedForReader

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@signed_in
def participants(request: PersonRequest, symbol: str) -> HttpResponseBase:
    """Members by country, observers, civil society, the secretariat; in the order of the reader's language."""
    reach = reach_of(request.person, timezone.now())
    convening = convening_or_404(request, symbol, reach)
    found = list_for(convening, request.person, reach)
    name = f"participants-{convening.symbol.replace('/', '-')}-{translation.get_language()}"
    if request.GET.get("export") == "docx":
        return FileResponse(
            lists.as_docx(convening, found), as_attachment=True, filename=f"{name}.docx", content_type=DOCX
        )
    exported = export_of(request, name=name, header=lists.table_header(), rows=lists.as_rows(found))
    context = {
        "convening": convening, "meeting": convening.meeting, "found": found, "title": lists.title_of(convening),
        "sections": [{"heading": lists.HEADINGS[one.standing](), "parties": one.parties} for one in found.sections],
        "left_out": lists.left_out_in_words(found), "runs": may_run(reach, convening.meeting),
    }  # fmt: skip
    return exported or render(request, "meetings/participants.html", context)


def who_comes(convening: Convening, person: Person, reach: Reach) -> dict[str, Any]:
    """What the meeting's page says of who comes: how many, one's own place, one's party's delegation. Three questions."""
    own = _own.rows(person, reach, convening.pk, person.pk)
    mine = Delegate.objects.filter(pk=own[0][0]).first() if own else None
    naming = rules.named_by(reach, [convening])
    return counted(convening, person, reach) | {
        "mine": mine, "delegations": list(Party.objects.filter(pk__in=naming).order_by("code")) if naming else [],
        "runs": may_run(reach, convening.meeting),
    }  # fmt: skip


def _own_places(person: Person, reach: Reach, convening: int, key: int) -> Any:
    """Keys of the person's own places at a meeting, the newest first."""
    seen = Delegate.objects.visible_to(person, reach=reach).filter(convening=convening, person=key)
    return seen.order_by("-pk").values_list("pk")[:1]


_own = PreparedForReader(_own_places)
