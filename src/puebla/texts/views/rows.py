"""Paragraphs as rows of a table, written as the page shows them: a text may have hundreds."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from puebla.texts.models import Kind, Text, tree
from puebla.texts.models.wording import shown


@dataclass(frozen=True)
class Row:
    """A paragraph on the page.

    Attributes:
        pending: the languages it lacks. html: the whole row.
    """

    node: tree.Node
    pending: Sequence[str]
    comments: int
    html: SafeString

    @property
    def differs(self) -> bool:
        """Whether figures or dates differ between the languages."""
        return any(self.node.paragraph.differences.values())


def rows_of(
    text: Text, living: Sequence[tree.Node], languages: Sequence[str], *, counts: Mapping[int, tuple[int, int]] | None = None,
    may_edit: bool = False, near: bool = False, below: Callable[[Any], str] | None = None,
    acts: Callable[[Any, str], str] | None = None,
) -> list[Row]:  # fmt: skip
    """The paragraphs as the page shows them.

    Args:
        counts: by paragraph, how many comments there are and how many wait. near: beside a paragraph that is being edited.
        below: what a room above writes below a paragraph, as safe HTML; nothing where it is empty. acts: what it lets do with
            one, instead of what can be done here: (paragraph, its number, escaped) → safe HTML.
    """
    writer = _Writer(text, languages, may_edit, near, below, acts)
    found = []
    for node in living:
        one = node.paragraph
        total, waiting = (counts or {}).get(one.pk, (0, 0))
        pending = [code for code in languages if not one.words.get(code)]
        found.append(Row(node, pending, total, writer.row(node, pending, total, waiting)))
    return found


class _Writer:
    """What all rows of a page share is made once."""

    def __init__(
        self, text: Text, languages: Sequence[str], may_edit: bool, near: bool, below: Callable[[Any], str] | None,
        acts: Callable[[Any, str], str] | None,
    ) -> None:  # fmt: skip
        self.languages, self.near = languages, near
        self.below, self.acts = below, acts
        self.own = escape(get_language() or "")
        # The address of one paragraph, cut where its anchor stands: reversing it for each would take longer than the rest.
        self.before, _marker, self.after = reverse("texts:paragraph", args=[text.ref, "0X0"]).partition("0X0")
        self.act = escape(_("Edit") if may_edit else _("Open"))
        self.pending = (
            f'<p lang="{self.own}"><span class="tag pending">{escape(capfirst(_("pending")))}</span></p>'
        )
        self.only = escape(_("Only here:"))

    def row(self, node: tree.Node, pending: Sequence[str], total: int, waiting: int) -> SafeString:
        one = node.paragraph
        number = escape(node.number or one.anchor)
        if self.near:
            acts = ""
        elif self.acts is not None:
            acts = f'<td class="do">{self.acts(one, number)}</td>'
        else:
            acts = self._acts(f"{self.before}{escape(one.anchor)}{self.after}", number, total, waiting)
        more = self.below(one) if self.below is not None else ""
        if more:
            more = f'<tr class="below"><td></td><td colspan="{len(self.languages) + 1}" lang="{self.own}">{more}</td></tr>\n'
        # Every part was escaped above; not `mark_safe`, which asks each time whether it was given a promise.
        return SafeString(f"{self._words(node, pending)}{acts}</tr>\n{more}")

    def _words(self, node: tree.Node, pending: Sequence[str]) -> str:
        """The row up to what can be done with it."""
        one = node.paragraph
        anchor = escape(one.anchor)
        classes = [one.kind]
        if tree.item_depth(node) > 1:
            classes.append("deep")
        if pending or any(one.differences.values()):
            classes.append("found")
        place = "" if self.near else f' id="{anchor}"'
        to = f"{self.before}{anchor}{self.after}" if self.near else f"#{anchor}"
        cells = "".join(self._cell(node, code) for code in self.languages)
        return (
            f'<tr{place} class="{" ".join(classes)}"><th scope="row"><a href="{to}" title="#{anchor}">'
            f"{escape(node.number) or '§'}</a></th>{cells}"
        )

    def _cell(self, node: tree.Node, code: str) -> str:
        one = node.paragraph
        words = one.words.get(code, "")
        tag = "h2" if one.kind == Kind.HEADING and not self.near else "p"
        said = f"<{tag}>{shown(words)}</{tag}>" if words else self.pending
        only = one.differences.get(code)
        figures = " · ".join(escape(in_words(figure)) for figure in only) if only else ""
        flag = f'<p class="meta" lang="{self.own}">{self.only} {figures}</p>' if figures else ""
        return f'<td lang="{escape(code)}">{said}{flag}</td>'

    def _acts(self, address: str, number: str, total: int, waiting: int) -> str:
        comments = ""
        if total:
            label = escape(ngettext("%(n)s comment", "%(n)s comments", total) % {"n": total})
            tag = "tag warning" if waiting else "tag"
            comments = f' <a class="{tag}" href="{address}#comments">{label}</a>'
        return f'<td class="do"><a href="{address}">{self.act}<span class="visually-hidden"> {number}</span></a>{comments}</td>'


def in_words(figure: str) -> str:
    """A figure as people read it: a day without its year is kept as `--05-03`."""
    if not figure.startswith("--"):
        return figure
    try:
        # A leap year: the 29th of February is a day too.
        return date_format(dt.date.fromisoformat(f"2024-{figure[2:]}"), "MONTH_DAY_FORMAT")
    except ValueError:
        return figure
