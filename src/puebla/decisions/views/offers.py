"""What decisions add to other pages: those of a meeting, of a text, and what cites a paragraph."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.accounts.views import PersonRequest
from puebla.core.registry import Reference
from puebla.core.wording import unmarked
from puebla.decisions import rules
from puebla.decisions.forms import AnswerForm
from puebla.decisions.models import IN_FORCE, Addressee, Decision, Link, Proposal, Provision, ProvisionAnswer
from puebla.decisions.views.decision import written
from puebla.meetings.models import Convening
from puebla.members.models import Body, Party
from puebla.members.querysets import Reach, reach_of
from puebla.members.querysets.prepared import PreparedForReader, reach_in
from puebla.members.rules import convenes
from puebla.texts.models import Paragraph

#: How many paragraphs stand on a body's own page.
LONGEST_LIST = 100


def offer(request: Any, topic: str, value: str) -> dict[str, object] | None:
    """What decisions add to the page of a meeting, of a text, of a body, and of something asked."""
    offers = {"text": _on_text, "meeting": _on_meeting, "asked of a body": _on_body, "ask": _on_ask}
    person = getattr(request, "person", None)
    return offers[topic](request, value) if topic in offers and person is not None else None


def _on_text(request: PersonRequest, ref: str) -> dict[str, object] | None:
    seen = Decision.objects.visible_to(request.person, reach=reach_of(request.person, timezone.now()))
    found = seen.filter(text__ref=ref).select_related("text").first()
    return {"template": "decisions/of_text.html", "context": {"decision": found}} if found else None


def _on_meeting(request: PersonRequest, symbol: str) -> dict[str, object] | None:
    reach = reach_in(request)
    rows = _of_meeting.rows(request.person, reach, symbol)
    # Whoever runs no meeting at all begins nothing here: nobody else's page asks for more.
    may = convenes(reach) and _may_begin(request, symbol)
    if not rows and not may:
        return None
    context = {"rows": rows, "symbol": symbol, "may_begin": may}
    return {"template": "decisions/of_meeting.html", "context": context}


def _decisions_of(person: Person, reach: Reach, symbol: str) -> Any:
    seen = Decision.objects.visible_to(person, reach=reach).filter(convening__meeting__symbol=symbol)
    return seen.order_by("pk").values(
        "ref", "kind", "state", "text__symbol", "text__titles", "text__room_cap"
    )


def _line(row: dict[str, Any]) -> dict[str, Any]:
    """What the meeting's page says of a decision."""
    return {
        "address": row["text__symbol"] or row["ref"], "titles": row["text__titles"], "room_cap": row["text__room_cap"],
        "kind_name": Decision.Kind(row["kind"]).label, "state": row["state"], "state_name": Decision.State(row["state"]).label,
    }  # fmt: skip


_of_meeting = PreparedForReader(_decisions_of, make=_line, kept=200)


def _may_begin(request: PersonRequest, symbol: str) -> bool:
    reach = reach_in(request)
    seen = Convening.objects.visible_to(request.person, reach=reach).select_related("meeting__body__room")
    convening = seen.filter(meeting__symbol=symbol).first()
    return convening is not None and bool(rules.may_begin(reach, convening.meeting.body.room, convening))


#: Bodies that texts do not address by their name.
SPOKEN_OF = {
    Body.Function.SECRETARIAT: Addressee.Whom.SECRETARIAT, Body.Function.PRESIDENCY: Addressee.Whom.PRESIDENCY,
}  # fmt: skip


def _on_body(request: PersonRequest, code: str) -> dict[str, object] | None:
    """What paragraphs in force ask of a body; of the secretariat's and the Presidency's own too, which texts name as such."""
    body = Body.objects.filter(code=code).first()
    named = SPOKEN_OF.get(Body.Function(body.function)) if body is not None else None
    addressed = Q(body__code=code) | Q(whom=named) if named else Q(body__code=code)
    asking = Provision.objects.visible_to(request.person, reach=reach_in(request)).filter(
        paragraph__text__decision__state=Decision.State.ADOPTED, paragraph__removed_at=None, asks=True, status__in=IN_FORCE,
        pk__in=Addressee.objects.filter(addressed).order_by().values("provision"),
    )  # fmt: skip
    rows = asking.select_related("paragraph__text__decision").order_by("due_on", "pk")
    found = [
        {"one": one, "said": {code: unmarked(words) for code, words in one.paragraph.words.items()}}
        for one in rows[:LONGEST_LIST]
    ]
    return {"template": "decisions/asked_of_body.html", "context": {"rows": found}} if found else None


def _on_ask(request: PersonRequest, value: str) -> dict[str, object] | None:
    """The box in which a party answers for a paragraph, where it reads what is asked."""
    source, ref, code = (*value.split(" "), "", "")[:3]
    if source != "decisions":
        return None
    text, _dash, serial = ref.rpartition("-")
    reach = reach_of(request.person)
    seen = Decision.objects.visible_to(request.person, reach=reach).adopted().filter(text__ref=text)
    decision = seen.select_related("text__room").first()
    party = Party.objects.filter(code=code, pk__in=sorted(reach.parties)).first()
    paragraph = (
        Paragraph.objects.visible_to(request.person, reach=reach)
        .filter(text__ref=text, serial=int(serial))
        .first()
        if serial.isdecimal() and len(serial) < 10
        else None
    )
    if decision is None or party is None or paragraph is None or not rules.may_answer(reach, decision, party):
        return None
    form = AnswerForm(
        parties=[party], initial={"language": request.LANGUAGE_CODE, "says": ProvisionAnswer.Says.DONE}
    )
    context = {
        "decision": decision,
        "anchor": paragraph.anchor,
        "form": form,
        "words": written(paragraph.words),
    }
    return {"template": "decisions/answer_box.html", "context": context}


def citing(person: Any, topic: str, references: Sequence[str]) -> Iterable[Reference]:
    """What cites these paragraphs: others that are linked to them, and proposals that stand; what one may not know of is counted."""
    if topic != "paragraph" or not references:
        return
    pairs = [one.partition("#") for one in references]
    wanted = {(ref, anchor) for ref, _sign, anchor in pairs}
    links = Link.objects.filter(
        target__text__ref__in={ref for ref, _anchor in wanted}, target__anchor__in={anchor for _ref, anchor in wanted},
        source__removed_at=None,
    ).select_related("source__text__room", "source__text__decision", "target__text")  # fmt: skip
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
    yield from _proposed_for(wanted, reach)


def _proposed_for(wanted: set[tuple[str, str]], reach: Reach) -> Iterable[Reference]:
    """Proposals that stand for these paragraphs: without the paragraph nobody could end them any more."""
    standing = Proposal.objects.standing().filter(
        paragraph__text__ref__in={ref for ref, _anchor in wanted}, paragraph__anchor__in={anchor for _ref, anchor in wanted}
    )  # fmt: skip
    for one in standing.select_related("party", "paragraph__text", "room"):
        if (one.paragraph.text.ref, one.paragraph.anchor) in wanted:
            yield (
                Reference(_("proposal by %(party)s") % {"party": one.party})
                if reach.covers(one)
                else Reference()
            )
