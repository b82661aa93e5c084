"""How commitments stand, in words and signs, as every page of the plan shows it."""

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from puebla.core.languages import show
from puebla.plan.models import Report
from puebla.plan.models.commitments import Status
from puebla.plan.querysets.matrix import Given, Matrix, Row
from puebla.plan.querysets.rounds import name_of
from puebla.theme.templatetags.theme import state_tag

#: The colour of each status; of those that are not named, of what is awaited.
_TAGS = {
    Status.DONE: "success", Status.NEEDS_FUNDING: "warning", Status.DROPPED: "withdrawn", Status.UNDER_WAY: "provisional",
}  # fmt: skip


def status_tag(status: str) -> SafeString:
    """A commitment's status as a coloured word."""
    known = Status(status)
    return state_tag(_TAGS.get(known, "awaited"), str(known.label))


def how_far(progress: int | None) -> SafeString:
    """Progress in per cent, beside a bar."""
    if progress is None:
        return format_html('<span class="meta">{}</span>', _("not counted"))
    return format_html(
        '<span class="how-far"><progress max="100" value="{0}" aria-label="{1}">{0} %</progress> {0} %</span>',
        progress, _("Progress"),
    )  # fmt: skip


def actors_of(row: Row) -> str:
    """Who carries it, in words: who leads, all members, a body."""
    parts = [str(one) for one in row.leads]
    if row.commitment.all_members:
        parts.append(_("all member states"))
    if row.commitment.body is not None:
        parts.append(str(show(row.commitment.body.short_names)))
    return ", ".join(parts)


def evidence_of(given: Given, of: Matrix) -> dict[str, str]:
    """What a party last reported: who, of which half-year, how far, and what bears it out."""
    return {
        "party": str(of.parties[given.party]), "code": of.parties[given.party].code, "half": name_of(given.year, given.half),
        "done": str(Report.Done(given.done).label), "evidence": given.evidence,
    }  # fmt: skip
