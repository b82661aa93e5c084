"""Packs: what can be taken along, how large it is, and the download that can be resumed."""

from typing import Any

from django.contrib import messages
from django.core.files.storage import storages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.files.serving import serve
from puebla.core.models import Process
from puebla.core.verdicts import RefusedError
from puebla.core.zones import local
from puebla.documents.forms import language_name
from puebla.meetings import actions
from puebla.meetings.models import Convening, Pack
from puebla.meetings.models.packs import OF_PAPERS
from puebla.meetings.querysets.days import morning_there
from puebla.meetings.querysets.packs import Contents, contents_of
from puebla.meetings.views.convening import convening_or_404, since_of
from puebla.members.querysets import reach_of


@signed_in
def packs(request: PersonRequest, symbol: str) -> HttpResponseBase:
    """What there is to take along in each language, with its size, and whether it lies ready."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = convening_or_404(request, symbol, reach)
    since = since_of(request)
    offers = []
    for language in Process.current().languages:
        contents = contents_of(convening, request.person, reach, language=language, since=since)
        made = {one.form: one for one in Pack.objects.filter(digest=contents.digest, language=language)}
        forms = [{"form": form, "label": Pack.Form(form).label, "pack": made.get(form)} for form in OF_PAPERS]
        offers.append(
            {"code": language, "name": language_name(language), "contents": contents, "forms": forms}
        )
    look = convening.looks.filter(person=request.person).first()
    context = {
        "convening": convening,
        "meeting": convening.meeting,
        "offers": offers,
        "since": since,
        "looked": look.before_at if look else None,
        "morning": morning_there(convening, at),
        "waiting": any(
            one["pack"] and one["pack"].state == "waiting" for offer in offers for one in offer["forms"]
        ),
        "query": f"?{urlencode({'since': since.isoformat()})}" if since else "",
    }
    return render(request, "meetings/packs.html", context)


@signed_in
def take(request: PersonRequest, symbol: str, language: str, form: str) -> HttpResponseBase:
    """A pack: sent where it lies ready (in parts, where a line broke), asked of the worker otherwise.

    What it holds is worked out anew at every request, so that a pack never outlives a right to a paper in it.
    """
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = convening_or_404(request, symbol, reach)
    if language not in Process.current().languages or form not in OF_PAPERS:
        raise Http404
    contents = contents_of(convening, request.person, reach, language=language, since=since_of(request))
    try:
        pack = actions.ask_for_pack(
            convening=convening, contents=contents, language=language, form=form, at=at
        )
    except RefusedError as error:
        messages.error(request, str(error))
        return _back(convening, request)
    if pack.state != Pack.State.MADE:
        messages.info(request, _("The pack is being made."))
        return _back(convening, request)
    return _sent(request, convening, contents, pack, at)


def _back(convening: Convening, request: PersonRequest) -> HttpResponseBase:
    query = request.GET.urlencode()
    return redirect(reverse("meetings:packs", args=[convening.symbol]) + (f"?{query}" if query else ""))


def _sent(
    request: PersonRequest, convening: Convening, contents: Contents, pack: Pack, at: Any
) -> HttpResponseBase:
    actions.open_pack(contents=contents, by=request.person, at=at)
    ending, media_type = (
        ("pdf", "application/pdf") if pack.form == Pack.Form.BOUND else ("zip", "application/zip")
    )
    name = f"{convening.symbol.replace('/', '-')}_{pack.language}_{local(pack.made_at or at, convening.zone):%Y-%m-%d}.{ending}"
    return serve(
        request, storage=storages["default"], key=pack.key, size=pack.size, sha256=pack.sha256, media_type=media_type, name=name,
        last_modified=pack.made_at, inline=False,
    )  # fmt: skip
