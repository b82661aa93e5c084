"""A decision for the public: seen exactly as the public will in every language, released, released anew, withdrawn."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.db.models import Exists, F, OuterRef, Q
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from puebla.accounts.views import PersonRequest, carried, signed_in
from puebla.core.models import Process
from puebla.core.verdicts import RefusedError
from puebla.decisions.actions import releasing as actions
from puebla.decisions.models import Decision, Provision
from puebla.decisions.rules import releasing as rules
from puebla.decisions.views.reading import decision_or_404
from puebla.members.models import Permission
from puebla.members.querysets import Reach, reach_of
from puebla.publications.models import PublicDecision, PublicLink
from puebla.publications.views.decisions import KINDS, SCOPES, nature, related_of, rows_of
from puebla.theme.templatetags.theme import language_name


@signed_in
def public(request: PersonRequest, ref: str) -> HttpResponseBase:
    """Show what becomes public in every language, side by side, exactly; then release it in one act."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    decision = decision_or_404(request, ref, reach)
    if not reach.secretariat or not reach.may(Permission.RELEASE):
        raise Http404
    if request.method == "POST":
        try:
            actions.release(decision=decision, seen=request.POST.get("seen", ""), by=request.person, at=at)
        except RefusedError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Released: the public reads it at its own address."))
        return redirect("decisions:public", decision.ref)
    return render(request, "decisions/public.html", _preview(decision, reach, at))


def _preview(decision: Decision, reach: Reach, at: dt.datetime) -> dict[str, Any]:
    """What would become public, drawn by what draws the public page."""
    context: dict[str, Any] = {
        "inside": decision, "may_release": rules.may_release(reach, decision), "may_withdraw": rules.may_withdraw(reach, decision),
        "standing": PublicDecision.objects.filter(symbol=decision.text.symbol).first() if decision.text.symbol else None,
        "reasons": [(code, language_name(code)) for code in Process.current().languages], "preview": True,
    }  # fmt: skip
    if not context["may_release"]:
        return context
    process = Process.current()
    shown = actions.edition_of(decision)
    row, paragraphs = actions.as_public(shown, at=at)
    links = [
        PublicLink(symbol=a, anchor=b, kind=c, to_symbol=d, to_anchor=e)
        for a, b, c, d, e in [*shown.links, *shown.joined]
    ]
    related = related_of(shown.symbol, links)
    standing = context["standing"]
    stands = standing is not None and standing.withdrawn_at is None
    return context | {
        "decision": row, "seen": shown.digest, "stands": stands, "same": stands and standing.digest == shown.digest,
        "kind": capfirst(str(KINDS[row.kind])), "scope": SCOPES.get(row.scope, ""), "nature": nature(process),
        "rows": rows_of(row, paragraphs, process.languages, related=related), "shown": process.languages, "languages": process.languages,
        "pending": [language_name(code) for code in process.languages if code not in row.languages],
    }  # fmt: skip


@require_POST
@signed_in
def withdraw(request: PersonRequest, ref: str) -> HttpResponseBase:
    """Take the words back from the public, with the reason that their place shows."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    decision = decision_or_404(request, ref, reach)
    if not reach.secretariat or not reach.may(Permission.RELEASE):
        raise Http404
    typed = {
        code: request.POST.get(f"reason_{code}", "").strip()[:500] for code in Process.current().languages
    }
    reason = {code: words for code, words in typed.items() if words}
    carried(
        request, lambda: actions.withdraw(decision=decision, reason=reason, by=request.person, at=at),
        _("Withdrawn: the public address now shows a tombstone."),
    )  # fmt: skip
    return redirect("decisions:public", decision.ref)


def to_release(person: Any, reach: Any) -> dict[str, object] | None:
    """The desk's panel for who releases: decisions that were filed and not released, or changed since."""
    if not reach.secretariat or not reach.may(Permission.RELEASE):
        return None
    changed = Provision.objects.filter(
        paragraph__text=OuterRef("text"), changed_at__gt=OuterRef("released_at")
    )
    seen = Decision.objects.visible_to(person, reach=reach).adopted().exclude(text__symbol="")
    waiting = seen.filter(text__room__sealed=False, withdrawn_at=None).filter(
        Q(released_at=None) | Q(changed_at__gt=F("released_at")) | Exists(changed)
    )
    found = list(waiting.select_related("text").order_by("-adopted_on", "-pk")[:10])
    return {"template": "decisions/desk_release.html", "context": {"to_release": found}} if found else None
