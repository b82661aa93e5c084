"""The monitoring matrix: mandate, actor, timeline, status, evidence, next step; as a page, a spreadsheet, a Word file."""

from collections.abc import Iterator
from typing import Any

from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.languages import show
from puebla.core.memory import Remembered
from puebla.core.models import Process
from puebla.core.prepared import PreparedRecords
from puebla.core.tables import export_of
from puebla.members.querysets import reach_of, today
from puebla.members.querysets.prepared import with_shares
from puebla.plan.actions.exporting import Sheet, as_docx
from puebla.plan.models import Commitment, Plan
from puebla.plan.querysets.matrix import Given, Matrix, Row, chunks_of, matrix_of
from puebla.plan.views.editions import choices_of, filters_of, plan_or_404
from puebla.plan.views.rows import Writer
from puebla.plan.views.wording import actors_of, evidence_of
from puebla.publications.views.plans import when_of
from puebla.theme.templatetags.theme import imprecise

PER_PAGE = 20
#: A page shows a commitment's own columns only.
_records = PreparedRecords(Commitment)
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@signed_in
@require_safe
def matrix(request: PersonRequest, plan: str) -> HttpResponseBase:
    """The matrix of an edition, filtered; the whole of what was asked for as XLSX, CSV and DOCX in the page's language."""
    at = timezone.now()
    reach = with_shares(request.person, reach_of(request.person, at))
    row = plan_or_404(request, plan, reach)
    filters = filters_of(request)

    def found() -> Any:
        seen = Commitment.objects.visible_to(request.person, reach=reach).filter(plan=row)
        return seen.matching(**filters).order_by("code_order")

    def parts() -> Iterator[Matrix]:
        return chunks_of(found(), request.person, reach)

    def lines() -> Iterator[list[Any]]:
        for part in parts():
            yield from _table(part)

    export = export_of(request, name=f"{row.code}-{_('matrix')}", header=header(), rows=lines())
    if export is not None:
        return export
    if request.GET.get("export") == "docx":
        printed = (cells for part in _headed(parts()) for cells in part)
        file = as_docx(_sheet(row, today(at)), printed)
        return FileResponse(
            file, as_attachment=True, filename=f"{row.code}-{_('matrix')}.docx", content_type=WORD
        )
    # Gathered once for all that turn the pages, until anything is written: visible exactly where the edition is.
    numbers = _matching.get((row.pk, *filters.items()), lambda: list(found().values_list("pk", flat=True)))
    page = Paginator(numbers, PER_PAGE).get_page(request.GET.get("page"))
    shown = matrix_of(_records.these(list(page.object_list)), request.person, reach)
    context = {
        "plan": row, "page": page, "rows": list(Writer(row, shown).rows()), "filters": filters,
        "active": any(filters.values()), "options": choices_of(row, filters),
    }  # fmt: skip
    return render(request, "plan/matrix.html", context)


#: Keys of the commitments of an edition that match, in order.
_matching: Remembered[list[int]] = Remembered(most=20)


def header() -> list[str]:
    """The columns of the matrix as a spreadsheet."""
    return [
        _("Number"), _("Part"), _("Objective"), _("Commitment"), _("Mandate"), _("Lead"), _("Partners"), _("From"), _("Until"),
        _("Status"), _("Progress (%)"), _("Evidence"), _("Next step"), _("Budget"), _("Funded"), _("Currency"),
    ]  # fmt: skip


def _table(of: Matrix) -> Iterator[list[Any]]:
    """The rows of a part of the matrix as cells of a spreadsheet."""
    for row in of.rows:
        one = row.commitment
        yield [
            one.code, str(show(one.objective.pillar.names)), str(show(one.objective.names)), str(show(one.titles)), row.mandate,
            actors_of(row), ", ".join(map(str, row.partners)), str(imprecise(one.from_on, one.from_precision)) if one.from_on else "",
            str(imprecise(one.until_on, one.until_precision)) if one.until_on else "", capfirst(str(one.get_status_display())),
            one.progress, "; ".join(_evidence_in_words(one, of) for one in row.reports), str(show(row.next_steps)),
            float(one.budget) if one.budget is not None else None, float(one.funded) if one.funded is not None else None, one.currency,
        ]  # fmt: skip


def _evidence_in_words(given: Given, of: Matrix) -> str:
    told = evidence_of(given, of)
    words = _("%(party)s, %(half)s: %(done)s") % told
    return f"{words} ({told['evidence']})" if told["evidence"] else words


def _sheet(plan: Plan, on: Any) -> Sheet:
    header = [_("Mandate"), _("Actor"), _("Timeline"), _("Status"), _("Evidence"), _("Next step")]
    return Sheet(
        title=_("Monitoring matrix"), subtitle=str(show(plan.titles)),
        about=_("As of %(day)s. The Plan of Action and its commitments are not binding; they are carried by consensus.")
        % {"day": imprecise(on)},
        author=str(show(Process.current().names)), header=header, widths=(7, 4, 3, 3, 4, 3), on=on,
    )  # fmt: skip


def _headed(parts: Iterator[Matrix]) -> Iterator[Iterator[list[str]]]:
    """The rows as they are printed, a heading before each objective."""
    last = 0
    for of in parts:
        lines: list[list[str]] = []
        for row in of.rows:
            one = row.commitment
            if one.objective_id != last:
                last = one.objective_id
                pillar = one.objective.pillar
                lines.append(
                    [
                        f"{pillar.number}.{one.objective.number} {show(pillar.names)} · {show(one.objective.names)}"
                    ]
                )
            lines.append(_printed(row, of))
        yield iter(lines)


def _printed(row: Row, of: Matrix) -> list[str]:
    one = row.commitment
    status = capfirst(str(one.get_status_display()))
    return [
        "\n".join(filter(None, [f"{one.code} {show(one.titles)}", row.mandate])),
        "\n".join(filter(None, [actors_of(row), ", ".join(map(str, row.partners))])),
        when_of(one),
        status if one.progress is None else f"{status}\n{one.progress} %",
        "\n".join(_evidence_in_words(given, of) for given in row.reports),
        str(show(row.next_steps)),
    ]  # fmt: skip
