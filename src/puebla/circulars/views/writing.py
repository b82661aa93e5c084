"""Writing a circular, choosing whom it goes to, looking at everything, sending."""

from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from puebla.accounts.views import PersonRequest, signed_in
from puebla.circulars import actions, rules
from puebla.circulars.actions.proposing import PROPOSED
from puebla.circulars.actions.recipients import cannot_open
from puebla.circulars.actions.writing import narrowest
from puebla.circulars.forms import (
    AddressForm,
    AskedFieldForm,
    BeginForm,
    CircularForm,
    FilesForm,
    asked_forms,
    party_choices,
    readers_once_sent,
    role_choices,
)
from puebla.circulars.models import Circular, Kind
from puebla.circulars.views.records import circular_or_404, date_facts, posted
from puebla.core.languages import pending_languages
from puebla.core.models import Process
from puebla.core.verdicts import RefusedError, StaleError
from puebla.documents.forms import language_name
from puebla.documents.models import Document
from puebla.members.models import Body, Meeting, Party, Room, Seat, StandingKind
from puebla.members.querysets import Reach, reach_of, today


def bodies_to_write_in(reach: Reach, at: Any) -> QuerySet[Body]:
    """Bodies that exist today, of open rooms and of the sealed ones where the writer sits."""
    day = today(at)
    return (
        Body.objects.filter(Q(room__sealed=False) | Q(room_id__in=sorted(reach.rooms)))
        .filter(Q(until_on=None) | Q(until_on__gte=day), from_on__lte=day)
        .exclude(function__in=[Body.Function.SECRETARIAT, Body.Function.PRESIDENCY])
        .select_related("room")
    )


def _form(request: PersonRequest, room: Room, reach: Reach, at: Any, initial: dict[str, Any]) -> CircularForm:
    return CircularForm(
        posted(request), room=room, at=at, initial=initial,
        meetings=Meeting.objects.visible_to(request.person, reach=reach).order_by("-starts_on"),
        papers=papers_seen(request, reach),
    )  # fmt: skip


def papers_seen(request: PersonRequest, reach: Reach) -> Any:
    """The papers that the writer sees; what others put to a circular beyond these is neither told nor taken away."""
    return Document.objects.visible_to(request.person, reach=reach).select_related("room")


def _whole(form: CircularForm, asked: list[AskedFieldForm], request: PersonRequest) -> bool:
    """Whether everything typed is in order, and it was not only another line that was asked for."""
    faults = [one for one in asked if not one.is_valid()]
    return form.is_valid() and not faults and "more" not in request.POST


def _files(request: PersonRequest, circular: Circular | None, at: Any) -> FilesForm:
    """The files of the form: what came with it is kept aside first, so that none is lost where something else is wrong."""
    if request.method != "POST":
        return FilesForm(circular=circular)
    uploads = [("uploads", one) for one in request.FILES.getlist("uploads")]
    held, refused = actions.hold_all(uploads, request.POST.getlist("held"), by=request.person, at=at)
    form = FilesForm(request.POST, circular=circular, held=held)
    for field, sentence in refused:
        form.add_error(field, sentence)
    return form


def _lines(asked: list[AskedFieldForm], languages: list[str], request: PersonRequest) -> list[AskedFieldForm]:
    """The lines of the reply form; two more where they were asked for."""
    if "more" not in request.POST:
        return asked
    count = len(asked)
    return [*asked, *(AskedFieldForm(prefix=f"a{count + n}", languages=languages) for n in range(2))]


@signed_in
def new(request: PersonRequest) -> HttpResponseBase:
    """First the kind and the body; then the form, with what that kind usually asks."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    if not rules.prepares(reach):
        raise Http404
    bodies = bodies_to_write_in(reach, at)
    begin = BeginForm(
        request.GET if "body" in request.GET else None, bodies=bodies, initial=_begin(request, bodies)
    )
    if not begin.is_bound or not begin.is_valid():
        return render(
            request, "circulars/begin.html", {"form": begin, "meeting": request.GET.get("meeting", "")}
        )
    body, kind = begin.cleaned_data["body"], begin.cleaned_data["kind"]
    languages = Process.current().languages
    form = _form(request, body.room, reach, at, _initial(request, body, kind))
    asked = asked_forms(PROPOSED[kind](), languages, posted(request))
    files = _files(request, None, at)
    if request.method == "POST" and _whole(form, asked, request) and files.is_valid():
        kept: list[Circular] = []
        fields = [field for one in asked if (field := one.field())]
        if form.carries_out(
            lambda: kept.append(
                actions.draft(
                    room=body.room,
                    body=body,
                    reply_form=fields,
                    by=request.person,
                    at=at,
                    **form.values(),
                    **files.values(),
                )
            )
        ):
            messages.success(request, _("The draft is kept. Now choose whom it goes to."))
            return redirect("circulars:recipients", kept[0].address)
    return render(
        request, "circulars/edit.html",
        {"form": form, "asked": _lines(asked, languages, request), "body": body, "kind": Kind(kind).label,
         "files": files, "verdict": rules.may_prepare(reach, body.room)},
    )  # fmt: skip


def _begin(request: PersonRequest, bodies: QuerySet[Body]) -> dict[str, Any]:
    meeting = Meeting.objects.visible_to(request.person).filter(symbol=request.GET.get("meeting", "")).first()
    first = bodies.filter(function=Body.Function.CONSULTATION).order_by("rank").first()
    proposed = meeting.body if meeting else first
    return {
        "kind": Kind.INVITATION if meeting else Kind.INFORMATION, "body": proposed.code if proposed else None,
    }  # fmt: skip


def _initial(request: PersonRequest, body: Body, kind: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "meeting": request.GET.get("meeting", ""),
        "opens_to": narrowest(body.room),
    }


@signed_in
def edit(request: PersonRequest, address: str) -> HttpResponseBase:
    """Change a draft; who saves second is told, and loses nothing."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    circular = prepared_or_404(request, address, reach)
    languages = Process.current().languages
    form = _form(
        request, circular.room, reach, at, CircularForm.facts_of(circular, papers_seen(request, reach))
    )
    asked = asked_forms(circular.reply_form, languages, posted(request))
    files = _files(request, circular, at)
    if request.method == "POST" and _whole(form, asked, request) and files.is_valid():
        fields = [field for one in asked if (field := one.field())]
        values = form.values() | files.values() | {"reply_form": fields}
        if form.carries_out(
            lambda: actions.describe(
                circular=circular,
                values=values,
                revision=form.cleaned_data["revision"] or 0,
                by=request.person,
                at=at,
            ),
            row=circular,
        ):
            messages.success(request, _("Saved."))
            return redirect("circulars:record", circular.address)
    opened = request.POST.get("revision", str(circular.revision))
    meanwhile = circular if opened != str(circular.revision) else None
    return render(
        request, "circulars/edit.html",
        {"form": form, "meanwhile": meanwhile, "asked": _lines(asked, languages, request), "circular": circular, "body": circular.body,
         "kind": circular.get_kind_display(), "files": files, "verdict": rules.may_describe(reach, circular)},
    )  # fmt: skip


def prepared_or_404(request: PersonRequest, address: str, reach: Reach) -> Circular:
    """The circular, for who prepares circulars; others are not told that there is such a page."""
    circular = circular_or_404(request, address, reach)
    if not rules.prepares(reach):
        raise Http404
    return circular


@signed_in
def recipients(request: PersonRequest, address: str) -> HttpResponseBase:
    """Choose whom it goes to, and see exactly who that is today."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    circular = prepared_or_404(request, address, reach)
    verdict = rules.may_describe(reach, circular)
    choices = _choices(request, circular, reach, at)
    initial = {**circular.addressed, "revision": circular.revision}
    form = AddressForm(posted(request), choices=choices, initial=initial)
    if request.method == "POST" and form.is_valid() and form.carries_out(
        lambda: actions.address(
            circular=circular, addressed=form.addressed(), revision=form.cleaned_data["revision"] or 0,
            by=request.person, at=at,
        ),
        row=circular,
    ):  # fmt: skip
        return redirect("circulars:recipients", circular.address)
    found = actions.preview(circular, by=request.person, reach=reach, at=at)
    context = {
        "circular": circular,
        "form": form,
        "verdict": verdict,
        "preview": found,
        "may_send": rules.may_send(reach, circular, at=at),
    }
    return render(request, "circulars/recipients.html", context)


def _choices(request: PersonRequest, circular: Circular, reach: Reach, at: Any) -> dict[str, list[Any]]:
    """What is offered: of a sealed room's circular its own people alone."""
    seats = Seat.objects.visible_to(request.person, reach=reach).effective(at)
    bodies = bodies_to_write_in(reach, at)
    if circular.room.sealed:
        seats, bodies = seats.filter(room=circular.room), bodies.filter(room=circular.room)
    people = seats.select_related("person", "party", "role").order_by(
        "party__code", "person__full_name", "pk"
    )
    parties = Party.objects.standing(StandingKind.values, on=today(at)).filter(
        pk__in=seats.order_by().values("party_id")
    )
    return {
        "bodies": [(one.code, str(one)) for one in bodies],
        "parties": party_choices(list(parties.order_by("code"))),
        "roles": role_choices(),
        "seats": [(one.ref, f"{one.party.code} · {one.person.full_name} · {one.role}") for one in people],
    }


@signed_in
def send(request: PersonRequest, address: str) -> HttpResponseBase:
    """Everything once more, as it will go out; then it is sent."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    circular = prepared_or_404(request, address, reach)
    if circular.state != "draft":
        return redirect("circulars:record", circular.address)
    stale = ""
    if request.method == "POST":
        try:
            sent = actions.send(
                circular=circular, seen=request.POST.get("seen", ""), revision=_number(request.POST.get("revision", "")),
                by=request.person, at=at,
            )  # fmt: skip
        except RefusedError as error:
            stale = str(error)
            circular = circular_or_404(request, address, reach)
            if not isinstance(error, StaleError):
                messages.error(request, stale)
                stale = ""
        else:
            count = sent.recipients.order_by().values("person_id").distinct().count()
            told = ngettext(
                "Sent as %(symbol)s to %(count)d person.", "Sent as %(symbol)s to %(count)d people.", count
            )
            messages.success(request, told % {"symbol": sent.symbol, "count": count})
            return redirect("circulars:record", sent.address)
    found = actions.preview(circular, by=request.person, reach=reach, at=at)
    languages = Process.current().languages
    papers = list(papers_seen(request, reach).filter(pk__in=circular.papers.order_by().values("pk")))
    context = {
        "circular": circular, "preview": found, "stale": stale, "readers": readers_once_sent(circular),
        "languages": [{"code": code, "name": language_name(code)} for code in languages],
        "pending": [language_name(code) for code in pending_languages(circular.texts, languages)],
        "papers": papers, "closed_papers": cannot_open(found, papers),
        "verdict": rules.may_send(reach, circular, at=at), **date_facts(circular),
    }  # fmt: skip
    return render(request, "circulars/send.html", context)


def _number(typed: str) -> int:
    return int(typed) if typed.isdecimal() and len(typed) < 10 else 0
