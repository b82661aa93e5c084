"""Who takes part, and who presides."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puebla.core.languages import show
from puebla.core.tables import as_table
from puebla.portal import querysets
from puebla.publications.models import PublicParty, PublicPresidency

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
    order = [*(code for code in HEADINGS if code in parties), *sorted(set(parties) - set(HEADINGS))]
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
    groups = [(code, _heading(code, parties[code]), parties[code], _remarks(parties[code])) for code in order]
    return render(request, "portal/members.html", {"groups": groups})


def _heading(code: str, parties: list[PublicParty]) -> str:
    return str(HEADINGS.get(code) or show(parties[0].standing_names))


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


def presidency(request: HttpRequest) -> HttpResponseBase:
    """Show who presides now, who comes next, and everybody who did."""
    today = timezone.localtime(timezone.now()).date()
    terms = list(PublicPresidency.objects.all())
    if "export" in request.GET:
        rows = [
            [one.starts_on.isoformat()[: {"year": 4, "month": 7}.get(one.precision, 10)], one.party_code,
             str(show(one.party_names)) if one.party_names else _("vacant"),
             _("yes") if one.confirmed else _("no"), str(show(one.remark))]
            for one in terms
        ]  # fmt: skip
        return as_table(
            request.GET["export"],
            "presidencies",
            [_("From"), _("Code"), _("Party"), _("Confirmed"), _("Remark")],
            rows,
        )
    past = [one for one in terms if one.starts_on <= today]
    coming = [one for one in terms if one.starts_on > today]
    context = {
        "current": past[0] if past else None,
        "past": past[1:],
        "remarks": any(one.remark for one in past[1:]),
        "next": coming[-1] if coming else None,
    }
    return render(request, "portal/presidency.html", context)
