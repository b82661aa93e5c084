"""A meeting's programme for the public: chosen, seen exactly as the public will, released, withdrawn."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from puebla.accounts.views import PersonRequest, carried, signed_in
from puebla.core.models import Process
from puebla.core.verdicts import RefusedError
from puebla.documents.forms import language_name
from puebla.meetings.actions import releases as actions
from puebla.meetings.models import Convening, ProgrammeRelease
from puebla.meetings.querysets.public import Choice, Offer, choice_of, digest_of, offer_of, subset_of
from puebla.meetings.rules import may_run
from puebla.meetings.rules import releases as rules
from puebla.meetings.views.convening import convening_or_404
from puebla.members.querysets import reach_of
from puebla.publications.models import PublicProgramme
from puebla.publications.views import programme_of


@signed_in
def public(request: PersonRequest, symbol: str) -> HttpResponseBase:
    """Choose what the public sees of the meeting, see exactly that in every language, and release it in one act."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = convening_or_404(request, symbol, reach)
    if not may_run(reach, convening.meeting):
        raise Http404
    offer = offer_of(convening, request.person, reach)
    release = ProgrammeRelease.objects.filter(convening=convening).first()
    choice = _chosen(request, offer, release)
    if request.method == "POST":
        seen = request.POST.get("seen", "")

        def act() -> None:
            actions.release_programme(convening=convening, choice=choice, seen=seen, by=request.person, at=at)

        try:
            act()
        except RefusedError as error:
            messages.error(request, str(error))
            return redirect(f"{reverse('meetings:public', args=[convening.symbol])}?{_as_query(choice)}")
        messages.success(request, _("Released: the public reads it at the meeting's own address."))
        return redirect("meetings:public", convening.symbol)
    facts = subset_of(convening, offer, choice)
    standing = PublicProgramme.objects.filter(symbol=convening.symbol).first()
    context: dict[str, Any] = {
        "convening": convening, "meeting": convening.meeting, "offer": offer, "choice": choice, "release": release,
        "programme": programme_of(PublicProgramme(symbol=convening.symbol, released_at=at, changed_at=at, **facts), at=at),
        "seen": digest_of(facts), "standing": standing,
        "stands": standing is not None and standing.withdrawn_at is None,
        "same": standing is not None and digest_of({name: getattr(standing, name) for name in facts}) == digest_of(facts),
        "came": set(offer.refs) - set(release.offered) if release else set(),
        "may_release": rules.may_release(reach, convening), "may_withdraw": rules.may_withdraw(reach, convening),
        "languages": [(code, language_name(code)) for code in Process.current().languages],
    }  # fmt: skip
    return render(request, "meetings/public.html", context)


def _chosen(request: PersonRequest, offer: Offer, release: ProgrammeRelease | None) -> Choice:
    """What the form says; else what was chosen the last time, else what is proposed."""
    given = request.POST if request.method == "POST" else request.GET
    if "chosen" in given:
        known = set(offer.refs)
        return Choice(
            frozenset(known & set(given.getlist("item"))), frozenset(known & set(given.getlist("session"))),
            given.get("participants") == "1",
        )  # fmt: skip
    return choice_of(release) if release is not None else offer.proposed()


def _as_query(choice: Choice) -> str:
    """The choice as an address carries it."""
    pairs = [("chosen", "1"), *(("item", one) for one in sorted(choice.items))]
    pairs += [("session", one) for one in sorted(choice.sessions)]
    return urlencode([*pairs, *([("participants", "1")] if choice.participants else [])])


@require_POST
@signed_in
def withdraw(request: PersonRequest, symbol: str) -> HttpResponseBase:
    """Take the programme back from the public, with the reason that its place shows."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening: Convening = convening_or_404(request, symbol, reach)
    if not may_run(reach, convening.meeting):
        raise Http404
    typed = {
        code: request.POST.get(f"reason_{code}", "").strip()[:500] for code in Process.current().languages
    }
    reason = {code: words for code, words in typed.items() if words}
    carried(
        request,
        lambda: actions.withdraw_programme(convening=convening, reason=reason, by=request.person, at=at),
        _("Withdrawn: the meeting's public page says so, and why."),
    )
    return redirect("meetings:public", convening.symbol)
