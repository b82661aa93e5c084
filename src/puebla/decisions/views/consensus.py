"""Consensus declared, a text laid aside, a recommendation forwarded, an adopted text filed."""

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.models import Process
from puebla.core.verdicts import RefusedError
from puebla.decisions import actions, rules
from puebla.decisions.forms import DeclareForm, EnterForm, ForwardForm
from puebla.decisions.models import Decision
from puebla.decisions.views.reading import Reading
from puebla.documents.models import Document
from puebla.meetings.models import AgendaItem, Convening, Session
from puebla.meetings.querysets.delegations import present_members
from puebla.members.models import Meeting, Party
from puebla.members.querysets import today


@signed_in
def declare(request: PersonRequest, ref: str) -> HttpResponseBase:
    """Declare consensus among the members present; what stands against it is shown first."""
    reading = Reading(request, ref)
    row = reading.decision
    verdict = rules.may_declare(reading.reach, row, at=reading.at)
    members = Party.objects.members(on=today(reading.at)).order_by("code")
    form = DeclareForm(request.POST or None, members=members, initial={"present": _attending(row, reading)})
    if request.method == "POST" and verdict and form.is_valid():
        found = form.cleaned_data

        def act() -> None:
            actions.declare_consensus(
                decision=row,
                present=list(found["present"]),
                languages=found["adopted_in"],
                by=request.person,
                at=reading.at,
            )

        if form.carries_out(act):
            messages.success(request, _("Consensus is declared; the words are frozen."))
            row.refresh_from_db()
            return redirect("decisions:decision", row.address)
    against = (
        actions.against(row, present=members, languages=Process.current().languages, at=reading.at)
        if verdict
        else []
    )
    context = {
        "decision": row,
        "form": form,
        "verdict": verdict,
        "against": against,
        "title": _("Declare consensus"),
    }
    return render(request, "decisions/declare.html", context)


def _attending(row: Decision, reading: Reading) -> list[str]:
    """Codes of the member states whose delegates were counted in at the session, where the reader sees it whole."""
    if row.session is None or not reading.reach.covers(row.session):
        return []
    return sorted(present_members(row.session).values_list("code", flat=True))


@signed_in
def enter(request: PersonRequest, ref: str) -> HttpResponseBase:
    """Enter a text as adopted earlier, on the day that the record says."""
    reading = Reading(request, ref)
    row = reading.decision
    verdict = rules.may_enter(reading.reach, row)
    meetings = Meeting.objects.visible_to(request.person, reach=reading.reach).filter(
        body=row.body, draft=False
    )
    papers = Document.objects.visible_to(request.person, reach=reading.reach).filter(
        body=row.body,
        kind__code=actions.FILED_AS[Decision.Kind(row.kind)],
        symbol__isnull=False,
        decision=None,
    )
    form = EnterForm(
        request.POST or None,
        documents=papers.order_by("-dated_on", "symbol"),
        meetings=meetings.order_by("-starts_on"),
        initial={"meeting": row.meeting.symbol if row.meeting else ""},
    )
    if request.method == "POST" and verdict and form.is_valid():
        on, precision = form.cleaned_data["on"]

        def act() -> None:
            actions.enter_adopted(
                decision=row, on=on, precision=precision, languages=form.cleaned_data["adopted_in"], by=request.person,
                at=reading.at, document=form.cleaned_data["document"],
                meeting=form.cleaned_data["meeting"],
            )  # fmt: skip

        if form.carries_out(act):
            messages.success(request, _("Entered; the words are frozen."))
            return redirect("decisions:decision", row.address)
    context = {"decision": row, "form": form, "verdict": verdict, "title": _("It was adopted earlier")}
    return render(request, "decisions/step.html", context)


@signed_in
@require_POST
def aside(request: PersonRequest, ref: str) -> HttpResponseBase:
    """Lay a text aside, or take it up again."""
    reading = Reading(request, ref)
    lays = request.POST.get("act") != "take_up"
    try:
        actions.lay_aside(decision=reading.decision, aside=lays, by=request.person, at=reading.at)
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Laid aside.") if lays else _("Taken up again."))
    return redirect("decisions:decision", reading.decision.address)


@signed_in
def forward(request: PersonRequest, ref: str) -> HttpResponseBase:
    """Forward a recommendation: first the meeting, then its item and session."""
    reading = Reading(request, ref)
    row, reach = reading.decision, reading.reach
    verdict = rules.may_forward(reach, row)
    meetings = [
        one
        for one in Convening.objects.visible_to(request.person, reach=reach)
        .exclude(state=Convening.State.CLOSED).exclude(meeting__body=row.body)
        .select_related("meeting__body__room").order_by("meeting__starts_on")
        if rules.may_forward(reach, row, one)
    ]  # fmt: skip
    chosen = next((one for one in meetings if one.symbol == request.GET.get("meeting", "").upper()), None)
    form = None
    if chosen is not None:
        sits = Q(room__sealed=False) | Q(room_id__in=sorted(reach.rooms))
        sessions = Session.objects.visible_to(request.person, reach=reach).filter(
            sits, convening=chosen, cancelled_at=None
        )
        items = AgendaItem.objects.visible_to(request.person, reach=reach).filter(sits, convening=chosen)
        form = ForwardForm(
            request.POST or None, sessions=sessions.order_by("starts_at"), items=items.order_by("path")
        )
    if request.method == "POST" and verdict and form is not None and chosen is not None and form.is_valid():
        made: list[Decision] = []
        found = form.cleaned_data

        def act() -> None:
            made.append(
                actions.forward(
                    decision=row, convening=chosen, item=found["item"], session=found["session"], kind=found["kind"],
                    by=request.person, at=reading.at,
                )
            )  # fmt: skip

        if form.carries_out(act):
            messages.success(request, _("Forwarded. Each paragraph knows where it came from."))
            return redirect("decisions:decision", made[0].address)
    context = {
        "decision": row, "form": form, "verdict": verdict, "meetings": meetings, "chosen": chosen,
        "title": _("Forward it to another body"),
    }  # fmt: skip
    return render(request, "decisions/forward.html", context)


@signed_in
@require_POST
def file(request: PersonRequest, ref: str) -> HttpResponseBase:
    """File an adopted text as a paper: it gets its symbol."""
    reading = Reading(request, ref)
    row = reading.decision
    try:
        row = actions.file_decision(decision=row, by=request.person, at=reading.at)
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Filed as %(symbol)s.") % {"symbol": row.document})
    return redirect("decisions:decision", row.address)
