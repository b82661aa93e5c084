"""The hand-over file: read, signed point by point, mended, frozen, taken along as PDF or Word."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_POST

from puebla.accounts.models import Person
from puebla.accounts.views import PersonRequest, carried, signed_in
from puebla.core.handing_over import SECTIONS
from puebla.core.languages import Texts, show
from puebla.core.models import Process
from puebla.core.verdicts import Verdict
from puebla.meetings.actions import chairing
from puebla.meetings.actions import handovers as actions
from puebla.meetings.forms.handovers import PointForm
from puebla.meetings.models import ChairNote, HandOver, HandOverPoint, HandOverSignature
from puebla.meetings.querysets.handovers import points_for
from puebla.meetings.rules import handovers as rules
from puebla.members.models import Audience
from puebla.members.querysets import Reach, reach_of, today
from puebla.texts.actions.exporting import Line, Sheet, as_docx, as_pdf
from puebla.theme.templatetags.theme import imprecise, language_name

Side = HandOverSignature.Side
FORMS = {
    "pdf": (as_pdf, "application/pdf"),
    "docx": (as_docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
}


def handover_or_404(request: PersonRequest, ref: str, reach: Reach) -> HandOver:
    """The file of this reference, or 404 where the person may not know of it."""
    seen = HandOver.objects.visible_to(request.person, reach=reach)
    found: HandOver = get_object_or_404(
        seen.select_related("term__body__room", "outgoing", "incoming", "completed_by"), ref=ref
    )
    return found


@signed_in
def handover(request: PersonRequest, ref: str) -> HttpResponseBase:
    """The file as this reader may see it."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    return _shown(request, handover_or_404(request, ref, reach), reach, at)


def _shown(
    request: PersonRequest, found: HandOver, reach: Reach, at: dt.datetime, *, remarks: dict[str, str] | None = None
) -> HttpResponseBase:  # fmt: skip
    """The page of the file.

    Args:
        remarks: what was typed to points whose signature was refused, by their reference.
    """
    points = actions.in_order(points_for(found, request.person, reach))
    sides = rules.sides_of(request.person, found, at=at)
    rows = [_row(one, sides, at=at) | {"remark": (remarks or {}).get(one.ref, "")} for one in points]
    counted = [one for one in points if one.room_cap >= Audience.MEMBERS and one.gone_at is None]
    context = {
        "handover": found, "sides": sides, "sections": _sections(rows), "total": len(counted),
        "signed": [(side.label, sum(side in one.given for one in counted)) for side in Side],
        "may_complete": rules.may_complete(request.person, reach, found, at=at),
        "may_mend": rules.may_mend(request.person, reach, found, at=at),
        "notes": _notes(request.person, found, reach), "gives_notes": Side.OUTGOING in sides and found.completed_at is None,
        "ahead": actions.AHEAD.days, "languages": Process.current().languages, "passed": rules.has_passed(found, at=at),
    }  # fmt: skip
    return render(request, "meetings/handover.html", context)


def _row(point: Any, sides: list[Side], *, at: dt.datetime) -> dict[str, Any]:
    verdicts: dict[Side, Verdict] = {side: rules.may_sign(point, side, sides=sides, at=at) for side in sides}
    return {
        "point": point, "address": address_of(point), "sealed": point.room_cap < Audience.MEMBERS,
        "signatures": [
            {"signature": one, "side": one.get_side_display(), "stands": one.digest == point.digest}
            for one in point.signatures.all()
        ],
        "signs": [(side, verdict) for side, verdict in verdicts.items() if verdict or side not in point.given],
        "ready": [side for side, verdict in verdicts.items() if verdict],
    }  # fmt: skip


def address_of(point: HandOverPoint) -> str:
    """The page of a point's record; empty where it has none."""
    name, *arguments = point.route or [""]
    try:
        return reverse(name, args=arguments) if name else ""
    except NoReverseMatch:
        return ""


def _sections(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows by section, each with the sides that can still sign something in it."""
    found: dict[str, list[dict[str, Any]]] = {}
    for one in rows:
        found.setdefault(one["point"].section, []).append(one)
    return [
        {
            "code": code, "title": SECTIONS.get(code, code), "rows": held,
            "ready": [side for side in Side if sum(side in one["ready"] for one in held) > 1],
        }
        for code, held in found.items()
    ]  # fmt: skip


def _notes(person: Person, handover: HandOver, reach: Reach) -> list[Any]:
    """Chairing notes of the outgoing Presidency: its own to itself, to the incoming one those handed over."""
    seen = ChairNote.objects.visible_to(person, reach=reach).filter(
        room=handover.term.body.room, party=handover.outgoing
    )
    return list(seen.select_related("convening__meeting", "written_by"))


@signed_in
def sign(request: PersonRequest, ref: str) -> HttpResponseBase:
    """Sign one point, or all of a section that wait for one's side; each as it was read."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    found = handover_or_404(request, ref, reach)
    if request.method != "POST":
        # The page that says why a signature was refused, in the other language.
        return redirect("meetings:handover", ref)
    read = [one.partition(":") for one in request.POST.getlist("point")]
    seen = {one.ref: one for one in points_for(found, request.person, reach)}
    if not read or any(key not in seen for key, _colon, _digest in read):
        raise Http404
    points = [(seen[key], digest) for key, _colon, digest in read]
    remark = request.POST.get("remark", "")[:1000]
    signed = carried(
        request,
        lambda: actions.sign_points(handover=found, points=points, side=request.POST.get("side", ""), by=request.person,
                                    at=at, remark=remark),
        _("Signed."),
    )  # fmt: skip
    if remark and not signed:
        return _shown(request, found, reach, at, remarks={points[0][0].ref: remark})
    anchor = f"#p-{points[0][0].ref}" if len(points) == 1 else f"#s-{points[0][0].section}"
    return redirect(reverse("meetings:handover", args=[ref]) + anchor)


@signed_in
def point_new(request: PersonRequest, ref: str) -> HttpResponseBase:
    """Add a point by hand."""
    return _mend(request, ref, None)


@signed_in
def point(request: PersonRequest, ref: str, point_ref: str) -> HttpResponseBase:
    """Write a note to a point, or other words of one added by hand."""
    return _mend(request, ref, point_ref)


def _mend(request: PersonRequest, ref: str, point_ref: str | None) -> HttpResponseBase:
    at = timezone.now()
    reach = reach_of(request.person, at)
    found = handover_or_404(request, ref, reach)
    row = None
    if point_ref is not None:
        row = next((one for one in points_for(found, request.person, reach) if one.ref == point_ref), None)
        if row is None:
            raise Http404
    if not rules.may_mend(request.person, reach, found, at=at):
        raise Http404
    initial = {"titles": row.titles, "notes": row.notes, "digest": row.digest} if row is not None else {}
    form = PointForm(
        request.POST or None, initial=initial, by_hand=row is None or row.added_by_id is not None
    )
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data

        def act() -> None:
            if row is None:
                actions.add_point(
                    handover=found, titles=values["titles"], notes=values["notes"], by=request.person, at=at
                )
            else:
                actions.mend_point(point=row, titles=values.get("titles") or None, notes=values["notes"],
                                   digest=values["digest"], by=request.person, at=at)  # fmt: skip

        if form.carries_out(act):
            messages.success(request, _("Saved. What was signed before has to be signed again."))
            return redirect("meetings:handover", ref)
    context = {"handover": found, "form": form, "point": row}
    return render(request, "meetings/handover_point.html", context)


@require_POST
@signed_in
def complete(request: PersonRequest, ref: str) -> HttpResponseBase:
    """Close the file and freeze it."""
    at = timezone.now()
    found = handover_or_404(request, ref, reach_of(request.person, at))
    carried(
        request,
        lambda: actions.complete(handover=found, by=request.person, at=at),
        _("The hand-over is complete. The file stays as it was signed."),
    )
    return redirect("meetings:handover", ref)


@require_POST
@signed_in
def note(request: PersonRequest, ref: str, note_ref: str) -> HttpResponseBase:
    """Hand a chairing note over expressly, or take that back."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    found = handover_or_404(request, ref, reach)
    row = get_object_or_404(ChairNote.objects.visible_to(request.person, reach=reach), ref=note_ref)
    if request.POST.get("act") == "keep":
        carried(
            request, lambda: chairing.keep_note(note=row, by=request.person, at=at), _("Yours alone again.")
        )
    else:
        carried(
            request, lambda: chairing.offer_note(note=row, handover=found, by=request.person, at=at),
            _("Handed over: the incoming Presidency reads it from now on."),
        )  # fmt: skip
    return redirect(reverse("meetings:handover", args=[ref]) + "#notes")


@signed_in
def export(request: PersonRequest, ref: str, language: str, form: str) -> HttpResponseBase:
    """The file in a language (or in both, side by side) as PDF or Word: what this reader may see of it."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    found = handover_or_404(request, ref, reach)
    known = Process.current().languages
    languages = known if language == "all" else [language]
    if form not in FORMS or any(one not in known for one in languages):
        raise Http404
    points = actions.in_order(points_for(found, request.person, reach))
    make, media_type = FORMS[form]
    sheet = _sheet(found, [one for one in points if one.room_cap >= Audience.MEMBERS], languages, at=at)
    answer = HttpResponse(make(sheet), content_type=media_type)
    name = f"handover-{found.term.starts_on.isoformat()}-{language}.{form}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _sheet(handover: HandOver, points: list[Any], languages: list[str], *, at: dt.datetime) -> Sheet:
    """The file as it is printed. Points of sealed rooms are never printed."""

    def said(say: Any) -> tuple[str, ...]:
        found = []
        for code in languages:
            with override(code):
                found.append(str(say()))
        return tuple(found)

    lines, section = [], None
    for number, one in enumerate(points, start=1):
        if one.section != section:
            section = one.section
            lines.append(
                Line("heading", "", 1, 0, said(lambda one=one: SECTIONS.get(one.section, one.section)))
            )
        lines.append(Line("paragraph", f"{number}.", 1, 0, said(lambda one=one: _words(one.titles))))
        for say in (lambda one=one: _words(one.states), lambda one=one: _words(one.notes)):
            words = said(say)
            if any(words):
                lines.append(Line("item", "–", 2, 1, words))
        signed = sorted(one.given.values(), key=lambda given: (given.at, given.pk))
        lines += [Line("item", "✓", 2, 1, said(lambda given=given: _signed(given))) for given in signed]
    return Sheet(
        tuple(languages), str(show(Process.current().names, languages[0])), "", said(lambda: _title(handover)),
        said(lambda: _state(handover, at)), said(lambda: _("[pending]")), tuple(lines), today(handover.completed_at or at),
    )  # fmt: skip


def _words(texts: Texts) -> str:
    """The words in the language now active; where they are pending, those there are and in which language."""
    shown = show(texts)
    return f"{shown} [{language_name(shown.language)}]" if shown.pending and shown.text else shown.text


def _title(handover: HandOver) -> str:
    return _("Hand-over of the Presidency Pro-Tempore: %(outgoing)s to %(incoming)s, %(day)s") % {
        "outgoing": show(handover.outgoing.short_names), "incoming": show(handover.incoming.short_names),
        "day": imprecise(handover.term.starts_on, handover.term.precision),
    }  # fmt: skip


def _state(handover: HandOver, at: dt.datetime) -> str:
    from django.utils.formats import date_format

    if handover.completed_at is not None:
        when = date_format(timezone.localtime(handover.completed_at), "DATE_FORMAT")
        return _("Complete since %(day)s. SHA-256: %(digest)s") % {"day": when, "digest": handover.sha256}
    return _("As it stood on %(moment)s; not complete yet") % {
        "moment": date_format(timezone.localtime(at), "DATETIME_FORMAT")
    }


def _signed(signature: HandOverSignature) -> str:
    from django.utils.formats import date_format

    said = _("%(side)s (%(party)s): signed by %(name)s on %(moment)s") % {
        "side": signature.get_side_display(), "party": show(signature.party.short_names), "name": signature.person.full_name,
        "moment": date_format(timezone.localtime(signature.at), "DATETIME_FORMAT"),
    }  # fmt: skip
    return f"{said}. “{signature.remark}”" if signature.remark else said
