"""Minutes and reports: begun from the agenda, sent for comments, adopted, filed. Their words are edited in `texts`."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from puebla.accounts.models import Person
from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.models import Process
from puebla.core.prepared import Prepared
from puebla.core.verdicts import RefusedError
from puebla.meetings.actions import reports as actions
from puebla.meetings.forms.reports import AdoptForm, CommentsForm, DraftForm
from puebla.meetings.models import Convening, Report, Session
from puebla.meetings.rules import may_run
from puebla.meetings.rules import reports as rules
from puebla.meetings.views.convening import convening_or_404
from puebla.members.models import Audience
from puebla.members.querysets import Reach, reach_of
from puebla.members.querysets.prepared import PreparedForReader, reach_in
from puebla.members.rules import convenes
from puebla.texts.models import Comment, Paragraph

#: How long delegations usually have.
USUAL = dt.timedelta(days=14)
#: Columns that every page of a report asks for.
WITH = ("convening__meeting__body__room", "text__room", "text__party", "session", "document")


def report_or_404(request: PersonRequest, symbol: str, ref: str, reach: Reach) -> Report:
    """The report whose text has this reference, or 404 where the person may not know of it."""
    seen = Report.objects.visible_to(request.person, reach=reach).select_related(*WITH)
    found = seen.filter(convening__meeting__symbol=symbol.upper(), text__ref=ref).first()
    if found is None:
        raise Http404
    assert isinstance(found, Report)  # noqa: S101 - told to the type checker
    return found


@signed_in
def new(request: PersonRequest, symbol: str) -> HttpResponseBase:
    """Begin minutes, a report or conclusions from the agenda."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = convening_or_404(request, symbol, reach)
    if not may_run(reach, convening.meeting):
        raise Http404
    sessions = Session.objects.visible_to(request.person, reach=reach).filter(convening=convening)
    # Of closed sessions those in which the person sits.
    sessions = sessions.filter(Q(room__sealed=False) | Q(room_id__in=sorted(reach.rooms)))
    form = DraftForm(request.POST or None, sessions=sessions.select_related("room"))
    if request.method == "POST" and form.is_valid():
        made: list[Report] = []

        def act() -> None:
            kind, session = form.cleaned_data["kind"], form.cleaned_data["session"]
            made.append(
                actions.draft_report(
                    convening=convening,
                    kind=kind,
                    session=session,
                    by=request.person,
                    at=at,
                    with_statements=form.cleaned_data["with_statements"],
                )
            )

        if form.carries_out(act):
            messages.success(
                request, _("Drafted from the agenda. Only you and who may read the text see it.")
            )
            return redirect("texts:text", made[0].ref)
    return render(request, "meetings/prepare.html", _page(_("Draft minutes or a report"), convening, form))


def _page(title: str, convening: Convening, form: Any) -> dict[str, Any]:
    return {"forms": [form], "title": title, "convening": convening}


@signed_in
def comments(request: PersonRequest, symbol: str, ref: str) -> HttpResponseBase:
    """Send the draft to delegations for comments, until an hour on the wall of a place."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    report = report_or_404(request, symbol, ref, reach)
    verdict = rules.may_ask_for_comments(reach, report)
    initial = {
        "comments_on": report.comments_on or timezone.localtime(at + USUAL).date(),
        "comments_hour": report.comments_hour or dt.time(17), "zone": report.comments_zone or report.convening.zone,
        "audience": max(report.text.audience, Audience.ROOM),
    }  # fmt: skip
    form = CommentsForm(request.POST or None, at=at, cap=report.text.room_cap, initial=initial)
    if request.method == "POST" and form.is_valid():
        found = form.cleaned_data

        def act() -> None:
            actions.send_for_comments(
                report=report, on=found["comments_on"], hour=found["comments_hour"], zone=found["zone"],
                later=found["later"], audience=found["audience"], by=request.person, at=at,
            )  # fmt: skip

        if form.carries_out(act, report):
            messages.success(request, _("Delegations can read the draft and comment on it."))
            return redirect("texts:text", ref)
    context = _page(_("Send it for comments"), report.convening, form) | {
        "verdict": verdict,
        "report": report,
    }
    return render(request, "meetings/report_step.html", context)


@signed_in
def adopt(request: PersonRequest, symbol: str, ref: str) -> HttpResponseBase:
    """Adopt the text; what is pending and which comments wait is shown first."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    report = report_or_404(request, symbol, ref, reach)
    verdict = rules.may_adopt(reach, report, at=at)
    languages = Process.current().languages
    form = AdoptForm(request.POST or None, languages=languages)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            actions.adopt_report(
                report=report, languages=form.cleaned_data["adopted_in"], by=request.person, at=at
            )

        if form.carries_out(act, report):
            return _filed(request, report, at)
    words = Paragraph.objects.visible_to(request.person, reach=reach).filter(text=report.text).living()
    pending = {
        code: sum(not one.get(code) for one in words.values_list("words", flat=True)) for code in languages
    }
    waiting = Comment.objects.visible_to(request.person, reach=reach).filter(
        paragraph__text=report.text, state=Comment.State.OPEN
    )
    context = _page(_("Adopt it"), report.convening, form) | {
        "verdict": verdict, "report": report, "waiting": waiting.count(), "adopting": True,
        "pending": [{"code": code, "count": count} for code, count in pending.items() if count],
    }  # fmt: skip
    return render(request, "meetings/report_step.html", context)


def _filed(request: PersonRequest, report: Report, at: dt.datetime) -> HttpResponseBase:
    """File what was adopted; where that is refused it stays adopted, and says so."""
    try:
        filed = actions.file_report(report=report, by=request.person, at=at)
    except RefusedError as error:
        messages.error(request, _("It is adopted; it is not filed yet: %(why)s") % {"why": error})
    else:
        messages.success(request, _("Adopted, and filed as %(symbol)s.") % {"symbol": filed.document})
    return redirect("texts:text", report.ref)


@require_POST
@signed_in
def end(request: PersonRequest, symbol: str, ref: str) -> HttpResponseBase:
    """End the time for comments."""
    at = timezone.now()
    report = report_or_404(request, symbol, ref, reach_of(request.person, at))
    try:
        actions.end_comments(report=report, by=request.person, at=at)
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The time for comments has ended."))
    return redirect("texts:text", ref)


@require_POST
@signed_in
def file(request: PersonRequest, symbol: str, ref: str) -> HttpResponseBase:
    """File an adopted text that is not filed yet."""
    at = timezone.now()
    report = report_or_404(request, symbol, ref, reach_of(request.person, at))
    return _filed(request, report, at)


# Offers on other pages ---------------------------------------------------------------------------------------------


def offer(request: Any, topic: str, value: str) -> dict[str, object] | None:
    """What a report adds to the page of its text, of its meeting, of its paper."""
    offers = {"text": _on_text, "meeting": _on_meeting, "document": _on_document}
    person = getattr(request, "person", None)
    return offers[topic](request, value) if topic in offers and person is not None else None


def _on_text(request: PersonRequest, ref: str) -> dict[str, object] | None:
    at = timezone.now()
    reach = reach_of(request.person, at)
    seen = Report.objects.visible_to(request.person, reach=reach).select_related(*WITH)
    report = seen.filter(text__ref=ref).first()
    if report is None:
        return None
    paper = report.document
    context = {
        "report": report, "meeting": report.convening.meeting,
        "paper": paper if paper is not None and reach.covers(paper) else None,
        "may_ask": rules.may_ask_for_comments(reach, report), "may_adopt": rules.may_adopt(reach, report, at=at),
        "may_file": rules.may_file(reach, report), "runs": may_run(reach, report.convening.meeting),
        "over": report.text.comments_until is not None and report.text.comments_until < at,
    }  # fmt: skip
    return {"template": "meetings/report_offer.html", "context": context}


def _on_meeting(request: PersonRequest, symbol: str) -> dict[str, object] | None:
    reach = reach_in(request)
    found = _of_meeting.rows(request.person, reach, symbol)
    # Whoever runs no meeting at all drafts nothing: nobody else's page asks for more.
    convening = _to_draft_for(request.person, reach, symbol) if convenes(reach) else None
    may = convening is not None and bool(rules.may_draft(reach, convening))
    if not found and not may:
        return None
    return {
        "template": "meetings/reports.html",
        "context": {"reports": found, "symbol": symbol, "may_draft": may},
    }


def _to_draft_for(person: Person, reach: Reach, symbol: str) -> Convening | None:
    seen = Convening.objects.visible_to(person, reach=reach).select_related("meeting__body__room")
    return seen.filter(meeting__symbol=symbol).first()


def _reports_of(person: Person, reach: Reach, symbol: str) -> Any:
    seen = Report.objects.visible_to(person, reach=reach).filter(convening__meeting__symbol=symbol)
    return seen.order_by("pk").values("state", *OF_COMMENTS, *(f"text__{name}" for name in OF_TEXT))


def _report_line(row: dict[str, Any]) -> dict[str, Any]:
    """What the meeting's page says of a report."""
    return {name: row[f"text__{name}"] for name in OF_TEXT} | {name: row[name] for name in OF_COMMENTS} | {
        "state": row["state"], "state_name": Report.State(row["state"]).label,
    }  # fmt: skip


OF_TEXT = ("ref", "titles", "room_cap")
#: Until when it is commented, by the clocks of the place for which that was agreed.
OF_COMMENTS = ("comments_on", "comments_hour", "comments_zone")
_of_meeting = PreparedForReader(_reports_of, make=_report_line, kept=200)


def _on_document(request: PersonRequest, ref: str) -> dict[str, object] | None:
    # Hardly any paper was a draft here: that is asked first, of a paper that came through the gate; who sees the draft after.
    if not _drafted.rows(ref):
        return None
    seen = Report.objects.visible_to(request.person).select_related("text")
    report = seen.filter(document__ref=ref).first()
    return {"template": "meetings/report_of_paper.html", "context": {"report": report}} if report else None


_drafted = Prepared(lambda ref: Report.objects.filter(document__ref=ref).values_list("pk")[:1])
