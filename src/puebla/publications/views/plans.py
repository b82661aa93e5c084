"""A commitment of the Plan of Action as the public reads it: drawn so on the portal, and where a release is looked at before."""

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from puebla.core.languages import show
from puebla.publications.models import PublicCommitment, PublicDecision, PublicDocument
from puebla.theme.templatetags.theme import imprecise


def shown(one: PublicCommitment) -> dict[str, Any]:
    """What the page of a commitment shows beside its own columns."""
    return {
        "one": one, "when": when_of(one), "leads": actors_of(one, "lead"), "partners": actors_of(one, "partner"),
        "reports": [{**told, "on": dt.date.fromisoformat(told["sent_on"])} for told in one.reports],
    }  # fmt: skip


def actors_of(one: PublicCommitment, part: str) -> str:
    """Who leads, or who are partners, in the language of the page."""
    return ", ".join(str(show(actor["names"])) for actor in one.actors if actor["part"] == part)


def when_of(one: Any) -> str:
    """From when until when a commitment is to be kept, the public one or that inside, as far as it is known."""
    first = str(imprecise(one.from_on, one.from_precision)) if one.from_on else ""
    last = str(imprecise(one.until_on, one.until_precision)) if one.until_on else ""
    if first and last:
        return first if first == last else f"{first} – {last}"
    if last:
        return _("until %(day)s") % {"day": last}
    return _("from %(day)s") % {"day": first} if first else ""


def mandate_page(one: PublicCommitment, *, at: dt.datetime) -> str:
    """Where the paragraph that ordered it is read: in the decision, else in the paper; empty where neither is public now."""
    symbol = one.mandate_symbol
    if not symbol:
        return ""
    if PublicDecision.objects.readable().filter(symbol=symbol).exists():
        return f"{reverse('portal:decision', args=[symbol])}#{one.mandate.rpartition('#')[2]}"
    if PublicDocument.objects.readable(at=at).filter(symbol=symbol).exists():
        return reverse("portal:document", args=[symbol])
    return ""
