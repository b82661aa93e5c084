"""Who takes part, and who presides."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puebla.core.languages import show
from puebla.core.models import write_imprecise
from puebla.core.tables import as_table
from puebla.core.words import can_be_symbol
from puebla.portal import querysets
from puebla.portal.querysets import Term
from puebla.publications.models import PublicDocument, PublicMeeting, PublicParty, PublicStanding

#: Papers shown on a party's page; the list of documents shows them all.
GIVEN = 10

#: Standings in the order of the Conference, with their headings; another process's own come after, under their name.
HEADINGS = {
    "member": gettext_lazy("Member states"),
    "observer_state": gettext_lazy("Observer states"),
    "observer_organisation": gettext_lazy("Observer organisations"),
    "civil_society": gettext_lazy("Civil society"),
}


def members(request: HttpRequest) -> HttpResponseBase:
    """List who takes part, by standing."""
    parties = querysets.parties_by_standing()
    order = [*(code for code in HEADINGS if code in parties), *sorted(set(parties) - {*HEADINGS, ""})]
    order += [""] if "" in parties else []
    if "export" in request.GET:
        rows = [
            [one.code, str(show(one.short_names)), str(show(one.names)), str(show(one.standing_names)),
             one.iso3, one.since_on.year if one.since_on else "", _("yes") if one.confirmed else _("no"),
             str(show(one.remark)), one.website]
            for code in order
            for one in parties[code]
        ]  # fmt: skip
        return as_table(
            request.GET["export"],
            "members",
            [
                _("Code"),
                _("Short name"),
                _("Name"),
                _("Standing"),
                "ISO 3166-1",
                _("Since"),
                _("Confirmed"),
                _("Remark"),
                _("Website"),
            ],
            rows,
        )
    groups = [
        (code or "formerly", _heading(code, parties[code]), parties[code], _remarks(parties[code]))
        for code in order
    ]
    return render(request, "portal/members.html", {"groups": groups})


def _heading(code: str, parties: list[PublicParty]) -> str:
    return str(HEADINGS.get(code) or show(parties[0].standing_names)) if code else _("Took part before")


def _remarks(parties: list[PublicParty]) -> list[tuple[list[PublicParty], dict[str, str]]]:
    """What is said of these parties' dates, each sentence once, with those of whom it is said."""
    remarks: list[tuple[list[PublicParty], dict[str, str]]] = []
    for one in parties:
        of = next((said for said, remark in remarks if remark == one.remark), None)
        if of is not None:
            of.append(one)
        elif one.remark:
            remarks.append(([one], one.remark))
    return remarks


def party(request: HttpRequest, code: str) -> HttpResponse:
    """Show how one party took part through the years, what it presided over, hosted and gave."""
    if not can_be_symbol(code):
        raise Http404
    found = PublicParty.objects.filter(code__iexact=code).first()
    if found is None:
        raise Http404
    if found.code != code:
        return redirect("portal:party", found.code, permanent=True)
    readable = PublicDocument.objects.readable(at=timezone.now())
    given = readable.filter(party_code=found.code)
    return render(
        request,
        "portal/party.html",
        {
            "party": found,
            "parent": PublicParty.objects.filter(code=found.parent_code).first()
            if found.parent_code
            else None,
            "below": sorted(PublicParty.objects.filter(parent_code=found.code), key=querysets.sort_name),
            "standings": PublicStanding.objects.filter(party_code=found.code),
            "terms": [one for one in querysets.terms() if one.presidency.party_code == found.code],
            "office": querysets.office("presidency"),
            "meetings": PublicMeeting.objects.filter(host_code=found.code),
            "documents": list(querysets.with_files(given)[:GIVEN]),
            "given": given.count(),
        },
    )


def presidency(request: HttpRequest) -> HttpResponseBase:
    """Show who presides now, who comes next, and everybody who did."""
    today = timezone.localtime(timezone.now()).date()
    terms = querysets.terms()
    if "export" in request.GET:
        header = [_("From"), _("Until"), _("Code"), _("Party"), _("Confirmed"), _("Remark")]
        return as_table(request.GET["export"], "presidencies", header, map(_term_row, terms))
    past = [one for one in terms if one.presidency.starts_on <= today]
    coming = [one for one in terms if one.presidency.starts_on > today]
    context = {
        "office": querysets.office("presidency"),
        "current": past[0] if past else None,
        "past": past[1:],
        "remarks": any(one.presidency.remark for one in past[1:]),
        "next": coming[-1] if coming else None,
        "pages": querysets.party_codes(one.presidency.party_code for one in terms),
    }
    return render(request, "portal/presidency.html", context)


def _term_row(term: Term) -> list[Any]:
    one = term.presidency
    return [
        write_imprecise(one.starts_on, one.precision), write_imprecise(term.until_on, term.until_precision),
        one.party_code, str(show(one.party_names)) if one.party_names else _("vacant"),
        _("yes") if one.confirmed else _("no"), str(show(one.remark)),
    ]  # fmt: skip
