"""Where a paragraph was said before: what it recalls, amends, carries out or stands for, through the years; and how it is cited."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.alignment.merging import changes
from puebla.core.citing import Reference, full_line, short_line
from puebla.core.languages import show
from puebla.core.models import Process
from puebla.core.verdicts import RefusedError
from puebla.core.wording import unmarked
from puebla.core.words import without_nul
from puebla.decisions import actions, rules
from puebla.decisions.models import IN_FORCE, Decision, Link
from puebla.decisions.querysets.reading import alike, ancestry, provisions_of
from puebla.decisions.views.reading import Reading
from puebla.publications.views import address
from puebla.publications.views.decisions import SAID_OF, SAYS
from puebla.texts.models import Paragraph
from puebla.theme.templatetags.theme import imprecise

#: What a person may write; what forwarding wrote stays.
WRITTEN = [one for one in Link.Kind if one is not Link.Kind.FORWARDS]


@signed_in
def before(request: PersonRequest, ref: str, anchor: str) -> HttpResponseBase:
    """The paragraph's links step by step with what changed in the words, and paragraphs that say much the same."""
    reading = Reading(request, ref)
    one = reading.paragraph(anchor)
    language = show(one.words).language
    found = ancestry(one, reading.person, reading.reach)
    linked = {
        other for _step, link in found.before + found.after for other in (link.source_id, link.target_id)
    }
    verdict = rules.may_describe(reading.reach, reading.decision)
    near = [each for each in alike(one, reading.person, reading.reach) if each.paragraph.pk not in linked]
    context = {
        "decision": reading.decision, "text": reading.text, "paragraph": one, "anchor": anchor, "verdict": verdict,
        "node": next(node for node in reading.living if node.paragraph is one), "words": show(one.words),
        "both": [(code, unmarked(said)) for code in Process.current().languages if (said := one.words.get(code))],
        "before": [_line(link, link.target, one, language, SAYS, step) for step, link in found.before],
        "after": [_line(link, link.source, one, language, SAID_OF, step) for step, link in found.after],
        "over": _over([link for _step, link in found.before + found.after], reading),
        "alike": [_alike(each, one, language) for each in near], "kinds": [(kind.value, kind.label) for kind in WRITTEN],
        **_cited(reading.decision, one),
    }  # fmt: skip
    return render(request, "decisions/before.html", context)


def _line(
    link: Link, other: Paragraph, one: Paragraph, language: str, said: Any, step: int
) -> dict[str, Any]:
    """A paragraph of the way, compared with the one that was asked about: the older one first."""
    older, newer = (other, one) if link.target_id == other.pk else (one, other)
    return {
        "link": link, "said": str(said[link.kind]), "other": other, "decision": other.text.decision, "step": step,
        "pieces": _compared(older, newer, language), "direct": step == 1 and link.source_id == one.pk and link.kind != Link.Kind.FORWARDS,
    }  # fmt: skip


def _over(links: list[Link], reading: Reading) -> list[Link]:
    """Links by which an adopted paragraph takes the place of one that still stands, and whose status the reader may set."""
    found = [
        link for link in links if link.kind == Link.Kind.SUPERSEDES and link.source.text.decision.is_adopted
    ]
    known = provisions_of([link.target for link in found]) if found else {}
    return [
        link for link in found
        if link.target_id in known and known[link.target_id].status in IN_FORCE
        and rules.may_set_status(reading.reach, link.target.text.decision)
    ]  # fmt: skip


def _compared(older: Paragraph, newer: Paragraph, language: str) -> list[Any]:
    return changes(unmarked(older.words.get(language, "")), unmarked(newer.words.get(language, "")))


def _alike(each: Any, one: Paragraph, language: str) -> dict[str, Any]:
    other = each.paragraph
    mine, theirs = one.text.decision.adopted_on, other.text.decision.adopted_on
    older, newer = (one, other) if mine is not None and theirs is not None and mine < theirs else (other, one)
    return {
        "other": other, "decision": other.text.decision, "share": round(each.share * 100),
        "pieces": _compared(older, newer, language), "target": f"{other.text.decision.address}#{other.anchor}",
    }  # fmt: skip


def _cited(decision: Decision, one: Paragraph) -> dict[str, Any]:
    """How the paragraph is cited, where it was adopted; with the digest of the words."""
    if decision.adopted_on is None:
        return {}
    process = Process.current()
    held = decision.convening.meeting if decision.convening is not None else decision.meeting
    meeting = held.titles if held is not None else {}
    # Whoever reads a citation opens what everybody can, where there is such a page.
    page = "portal:decision" if decision.released_at is not None else "decisions:decision"
    where = address(page, decision.address)
    reference = Reference(
        authors=process.names, short_authors=process.short_names, titles=decision.text.titles,
        symbol=f"{decision.address}#{one.anchor}", kinds={}, meetings=meeting, address=f"{where}#{one.anchor}", dated_on=decision.adopted_on,
        precision=decision.adopted_precision, original="", themes=[], digest=decision.adopted_hash,
    )  # fmt: skip
    day = imprecise(decision.adopted_on, decision.adopted_precision)
    return {"citation": full_line(reference, date=day), "short_citation": short_line(reference)}


@require_POST
@signed_in
def link(request: PersonRequest, ref: str, anchor: str) -> HttpResponseBase:
    """Let the paragraph recall, amend, carry out or supersede another: "RCM/2004/VM/DEC/1#3"."""
    reading = Reading(request, ref)
    one = reading.paragraph(anchor)
    kind = request.POST.get("kind", "")
    try:
        if kind not in WRITTEN:
            raise _unknown_kind()
        target = _target(request, reading)
        actions.link(source=one, target=target, kind=kind, by=request.person, at=timezone.now())
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Linked."))
    return redirect("decisions:before", ref, anchor)


def _unknown_kind() -> RefusedError:
    return RefusedError(
        _("Choose what the paragraph does to the other: recall, amend, carry out or supersede it.")
    )


def _target(request: PersonRequest, reading: Reading) -> Paragraph:
    """The paragraph that was named, of a decision that the person sees.

    Raises:
        RefusedError: where there is none.
    """
    address, _sign, anchor = without_nul(request.POST.get("target", "")).strip().rpartition("#")
    seen = Decision.objects.visible_to(request.person, reach=reading.reach).at_address(address)
    rows = Paragraph.objects.visible_to(request.person, reach=reading.reach).living()
    found = rows.filter(text__in=seen.values("text"), anchor=anchor).select_related("text__decision").first()
    if found is None:
        raise RefusedError(
            _("There is no such paragraph. Write the symbol and the anchor of one that you can read, such as RCM/2004/VM/DEC/1#3.")
        )  # fmt: skip
    assert isinstance(found, Paragraph)  # noqa: S101 - told to the type checker
    return found


@require_POST
@signed_in
def unlink(request: PersonRequest, ref: str, anchor: str) -> HttpResponseBase:
    """End a link of this paragraph."""
    reading = Reading(request, ref)
    one = reading.paragraph(anchor)
    try:
        target = _target(request, reading)
        kind = without_nul(request.POST.get("kind", ""))
        found = Link.objects.filter(source=one, target=target, kind=kind).first()
        if found is None:
            raise Http404
        found.source = one
        actions.unlink(link=found, by=request.person, at=timezone.now())
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The link was ended."))
    return redirect("decisions:before", ref, anchor)
