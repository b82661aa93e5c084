"""A country's report of a commitment: a short form, made for a phone; what was sent; its files."""

import secrets
from typing import Any

from django.contrib import messages
from django.core.files.storage import storages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from puebla.accounts.views import PersonRequest, signed_in
from puebla.circulars.actions.holding import hold_all, said_in
from puebla.circulars.models import HeldFile
from puebla.core.files.serving import serve
from puebla.core.rows import sent_before
from puebla.core.verdicts import RefusedError, StaleError, Verdict
from puebla.core.words import without_nul
from puebla.members.models import Party
from puebla.members.querysets import reach_of, today
from puebla.plan import actions, rules
from puebla.plan.forms import ReportForm, opening_label
from puebla.plan.models import Commitment, Report
from puebla.plan.querysets.asked import pairs_asked
from puebla.plan.querysets.rounds import Half, half_named, half_of, rounds_of
from puebla.plan.views.commitments import commitment_or_404


@signed_in
def report(request: PersonRequest, plan: str, code: str) -> HttpResponseBase:
    """Fill in the report of one's party: saved at every step, sent once."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    row = commitment_or_404(request, plan, code, reach)
    half = half_named(request.GET.get("half", "")) or half_of(today(at))
    one = Commitment.objects.visible_to(request.person, reach=reach).filter(pk=row.pk)
    # Of what ended while somebody was writing the page still stands, says so, and keeps what was typed.
    asked = {party for _one, party in pairs_asked(one, reach.parties, on=today(at), over=True)}
    parties = list(Party.objects.filter(pk__in=asked).order_by("code"))
    party = _chosen(request, parties)
    if party is None:
        if not parties:
            raise Http404
        return render(
            request,
            "plan/report_for.html",
            {"commitment": row, "plan": row.plan, "parties": parties, "half": half},
        )
    mine = Report.objects.visible_to(request.person, reach=reach).filter(
        commitment=row, party=party, year=half[0], half=half[1]
    )
    standing = {
        one.state: one for one in mine.filter(state__in=["draft", "sent"]).select_related("changed_by")
    }
    verdict = rules.may_report(reach, row, party, half, asked=True, at=at)
    form = _form(request, row, standing, verdict, at)
    if request.method == "POST" and form.is_valid():
        answer = _kept_or_sent(request, form, row, party, half, at)
        if answer is not None:
            return answer
    elif request.method != "POST":
        begun = standing.get("draft")
        form.initial = {
            **form.initial,
            "revision": begun.revision if begun else 0,
            "token": secrets.token_hex(16),
        }
    round_ = rounds_of([row.plan], [half])[row.plan.pk][half]
    context = {
        "commitment": row, "plan": row.plan, "party": party, "several": len(parties) > 1, "form": form,
        "shown": form.shown_in((get_language() or "en")[:2]), "begun": standing.get("draft"), "standing": standing.get("sent"),
        "verdict": verdict, "round": round_, "late": round_.due.is_over(at), "before": _before(request, row, party, half),
    }  # fmt: skip
    return render(request, "plan/report.html", context)


def _chosen(request: PersonRequest, parties: list[Party]) -> Party | None:
    code = without_nul(request.GET.get("party", ""))
    named = [one for one in parties if one.code == code]
    if code and not named:
        raise Http404
    return named[0] if named else parties[0] if len(parties) == 1 else None


def _form(
    request: PersonRequest, row: Commitment, standing: dict[str, Report], verdict: Verdict, at: Any
) -> ReportForm:
    """The form; files that came with it are kept aside first, so that none is lost where something else is wrong."""
    begun = standing.get("draft") or standing.get("sent")
    sent = request.method == "POST"
    kept: list[HeldFile] = []
    refused: list[tuple[str, str]] = []
    if sent and verdict:
        uploads = [("attached", file) for file in request.FILES.getlist("attached")]
        kept, refused = hold_all(uploads, request.POST.getlist("held"), by=request.person, at=at)
    initial = ReportForm.facts_of(begun) if begun else {"opens_to": min(50, row.plan.room_cap)}
    form = ReportForm(
        request.POST if sent else None, cap=row.plan.room_cap, has=list(begun.files.all()) if begun else [], held=kept,
        initial=initial,
    )  # fmt: skip
    for field, sentence in refused:
        form.add_error(field, sentence)
    return form


def _before(request: PersonRequest, row: Commitment, party: Party, half: Half) -> Report | None:
    """What the party last reported of an earlier half-year: to go on from."""
    mine = Report.objects.visible_to(request.person).standing().filter(commitment=row, party=party)
    earlier = mine.exclude(year=half[0], half=half[1]).order_by("-year", "-half")
    found: Report | None = earlier.first()
    return found


def _kept_or_sent(
    request: PersonRequest, form: ReportForm, row: Commitment, party: Party, half: Half, at: Any
) -> HttpResponseBase | None:
    """Keep the draft and, where that was asked, send it; None where something is to be looked at again."""
    before, token = None, ""
    if "send" in request.POST:
        standing = row.reports.filter(party=party, state=Report.State.SENT)
        said = said_in(request.POST, form.held)
        before, token = sent_before(standing, form.cleaned_data["token"], row.pk, party.pk, half, said)
    facts: dict[str, Any] = {"commitment": row, "party": party, "half": half, "by": request.person, "at": at}
    try:
        if before is None:
            begun = actions.save_draft(
                values=form.values(), held=form.held, dropped=form.dropped(), revision=form.cleaned_data["revision"] or 0,
                token=token, **facts,
            )  # fmt: skip
            # The next save goes on from this one, and the files are filed.
            form.go_on_from(begun)
            form.held = []
        if not token:
            messages.success(request, _("The draft is kept for your party alone. Nothing was sent yet."))
            return redirect(f"{request.path}?half={half[0]}-{half[1]}&party={party.code}")
        actions.send_report(token=token, **facts)
    except StaleError as error:
        drafts = Report.objects.visible_to(request.person).filter(commitment=row, party=party, state="draft")
        form.go_on_from(drafts.filter(year=half[0], half=half[1]).first())
        form.add_error(None, str(error))
        return None
    except RefusedError as error:
        language = (get_language() or "en")[:2]
        field = error.field if error.field in form.fields else f"{error.field}_{language}"
        form.add_error(field if field in form.fields else None, str(error))
        return None
    messages.success(
        request, _("Your report was sent. It can be replaced by a later one; it stays in the history.")
    )
    return redirect("plan:reports", row.plan.code, row.code, party.code)


@signed_in
@require_safe
def party_reports(request: PersonRequest, plan: str, code: str, party: str) -> HttpResponseBase:
    """What a party reported of a commitment, half-year by half-year, with what was replaced; for those who may read it."""
    reach = reach_of(request.person)
    row = commitment_or_404(request, plan, code, reach)
    seen = Report.objects.visible_to(request.person, reach=reach).filter(
        commitment=row, party__code=without_nul(party)
    )
    reports = list(seen.exclude(state="draft").select_related("party", "sent_by").prefetch_related("files"))
    if not reports:
        raise Http404
    context = {
        "commitment": row, "plan": row.plan, "party": reports[0].party, "own": reports[0].party_id in reach.parties,
        "rows": [{"report": one, "readers": opening_label(one.opens_to)} for one in reports],
    }  # fmt: skip
    return render(request, "plan/reports.html", context)


@signed_in
def report_file(request: PersonRequest, plan: str, code: str, ref: str) -> HttpResponseBase:
    """A file of a report, for those who may read the report."""
    reach = reach_of(request.person)
    row = commitment_or_404(request, plan, code, reach)
    seen = Report.objects.visible_to(request.person, reach=reach).filter(commitment=row)
    owner = seen.filter(files__ref=without_nul(ref)).select_related("room").first()
    if owner is None:
        raise Http404
    file = owner.files.get(ref=ref)
    file.report = owner
    actions.file_opened(file=file, by=request.person, at=timezone.now())
    return serve(
        request, storage=storages["default"], key=file.key, size=file.size, sha256=file.sha256,
        media_type=file.media_type, name=file.name, last_modified=file.filed_at,
    )  # fmt: skip
