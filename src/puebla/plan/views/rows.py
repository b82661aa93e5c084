"""The rows of the matrix as its page shows them: written here, since a template takes longer for them than all else takes."""

from collections.abc import Iterator
from urllib.parse import quote

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from puebla.plan.models import Plan
from puebla.plan.querysets.matrix import Given, Matrix, Row
from puebla.plan.views.wording import actors_of, evidence_of, how_far, status_tag
from puebla.publications.views.plans import when_of
from puebla.theme.templatetags.theme import in_language

#: The newest reports of each commitment that the page shows; files and the commitment's own page have all.
SHOWN = 4


class Writer:
    """Writes the rows of a page: what all of them share is made once."""

    def __init__(self, plan: Plan, of: Matrix) -> None:
        self.of = of
        # Reversing an address for each row takes longer than the row.
        self.page = escape(reverse("plan:commitment", args=[plan.code, "0X0"]))
        self.reports = escape(reverse("plan:reports", args=[plan.code, "0X0", "1X1"]))
        self.said: dict[tuple[int, int, int, str], tuple[str, str]] = {}
        self.labels = [
            escape(one) for one in (_("Actor"), _("Timeline"), _("Status"), _("Evidence"), _("Next step"))
        ]

    def rows(self) -> Iterator[SafeString]:
        """Every row of this part of the matrix."""
        for row in self.of.rows:
            one = row.commitment
            cells = (
                self._actors(row), escape(when_of(one)), f"{status_tag(one.status)} {how_far(one.progress)}",
                self._evidence(row), in_language(row.next_steps) if row.next_steps else "",
            )  # fmt: skip
            told = "".join(
                f'<td data-label="{label}">{cell}</td>'
                for label, cell in zip(self.labels, cells, strict=True)
            )
            yield mark_safe(f'<tr><th scope="row">{self._what(row)}</th>{told}</tr>\n')  # noqa: S308 - every part was escaped

    def _address(self, row: Row) -> str:
        return self.page.replace("0X0", escape(quote(row.commitment.code)))

    def _what(self, row: Row) -> str:
        one = row.commitment
        head = f'<span class="symbol">{escape(one.code)}</span><a href="{self._address(row)}">{in_language(one.titles)}</a>'
        mandate: str = escape(row.mandate)
        if mandate and row.paragraph is not None:
            page = reverse("texts:paragraph", args=[row.paragraph.text.ref, row.paragraph.anchor])
            mandate = f'<a href="{escape(page)}">{mandate}</a>'
        return f'{head} <span class="meta">{mandate}</span>' if mandate else head

    def _actors(self, row: Row) -> str:
        partners = escape(", ".join(map(str, row.partners)))
        beside = f' <span class="meta">{self._with} {partners}</span>' if partners else ""
        return f"{escape(actors_of(row))}{beside}"

    @cached_property
    def _with(self) -> str:
        return escape(_("with"))

    def _said(self, given: Given) -> tuple[str, str]:
        """Who it is, and what follows in words: the same of many reports on a page."""
        key = (given.party, given.year, given.half, given.done)
        if key not in self.said:
            words = {name: escape(text) for name, text in evidence_of(given, self.of).items()}
            said = f'{words["party"]}</a>: {words["done"]} <span class="meta">({words["half"]}'
            self.said[key] = (words["code"], said)
        return self.said[key]

    def _evidence(self, row: Row) -> str:
        page = self.reports.replace("0X0", escape(quote(row.commitment.code)))
        told = []
        for given in row.reports[:SHOWN]:
            code, words = self._said(given)
            borne_out = f"; {escape(given.evidence)}" if given.evidence else ""
            told.append(f'<a href="{page.replace("1X1", code)}">{words}{borne_out})</span>')
        if more := max(len(row.reports) - SHOWN, 0):
            words_more = escape(ngettext("%(more)s more", "%(more)s more", more) % {"more": more})
            told.append(f'<a href="{self._address(row)}#h-reports">{words_more}</a>')
        return f"<ul>{''.join(f'<li>{one}</li>' for one in told)}</ul>" if told else ""
