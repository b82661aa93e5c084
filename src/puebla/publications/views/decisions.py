"""A public decision as pages and programs show it: its rows, what its paragraphs do, its canonical form, its linked data."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy, override, pgettext_lazy
from django.utils.translation import gettext as _

from puebla.core.asks import Due
from puebla.core.citing import Reference
from puebla.core.languages import show
from puebla.core.models import Process
from puebla.core.sheets import HEADING, Line, Sheet, canonical_form
from puebla.core.wording import shown
from puebla.publications.models import PublicDecision, PublicLink, PublicParagraph
from puebla.publications.views import address, every, linked_process
from puebla.theme.templatetags.theme import imprecise, language_name

#: The words for what the copies hold as codes; the rooms that own the codes are not open to the portal.
KINDS = {
    "recommendation": gettext_lazy("recommendation"), "conclusions": gettext_lazy("conclusions"),
    "decision": gettext_lazy("decision"), "declaration": gettext_lazy("declaration"),
}  # fmt: skip
#: As what each is filed: the code of its kind of paper.
PAPERS = {"recommendation": "REC", "conclusions": "CONC", "decision": "DEC", "declaration": "DECL"}
SCOPES = {
    "annual": gettext_lazy("annual"), "extraordinary": gettext_lazy("extraordinary"),
    "joint": gettext_lazy("joint with another process"),
}  # fmt: skip
STATUSES = {
    "active": pgettext_lazy("paragraph", "active"), "implemented": pgettext_lazy("paragraph", "implemented"),
    "superseded": pgettext_lazy("paragraph", "superseded"), "elapsed": pgettext_lazy("paragraph", "elapsed"),
    "retired": pgettext_lazy("paragraph", "retired"), "needs_funding": pgettext_lazy("paragraph", "needs funding"),
}  # fmt: skip
#: How each status is coloured, where it is not merely told.
TAGS = {"active": "info", "implemented": "success", "superseded": "warning", "needs_funding": "warning"}
ADDRESSEES = {
    "members": gettext_lazy("all member states"), "secretariat": gettext_lazy("the secretariat"),
    "presidency": gettext_lazy("the Presidency"), "partners": gettext_lazy("partners"),
}  # fmt: skip
#: What a paragraph says of another, and what another says of it.
SAYS = {
    "recalls": gettext_lazy("Recalls"), "amends": gettext_lazy("Amends"), "implements": gettext_lazy("Carries out"),
    "supersedes": gettext_lazy("Supersedes"), "forwards": gettext_lazy("Forwarded from"),
}  # fmt: skip
SAID_OF = {
    "recalls": gettext_lazy("Recalled by"), "amends": gettext_lazy("Amended by"),
    "implements": gettext_lazy("Carried out by"), "supersedes": gettext_lazy("Superseded by"),
    "forwards": gettext_lazy("Forwarded to"),
}  # fmt: skip


def addressee_name(one: Mapping[str, Any]) -> str:
    """An addressee in the reader's words."""
    return str(show(one.get("names"))) or str(ADDRESSEES.get(one["code"], one["code"]))


@dataclass(frozen=True)
class Relation:
    """A link as a reader sees it: what is said, and of what.

    Attributes:
        newer: whether the other one stands in this paragraph's place.
    """

    said: str
    symbol: str
    anchor: str
    newer: bool = False

    @property
    def cites(self) -> str:
        """The other paragraph as it is cited."""
        return f"{self.symbol}#{self.anchor}"


@dataclass
class Related:
    """The links of a decision's paragraphs, by anchor; those that are newer first."""

    by_anchor: dict[str, list[Relation]] = field(default_factory=dict)

    def of(self, anchor: str) -> list[Relation]:
        """Those of one paragraph."""
        return sorted(self.by_anchor.get(anchor, []), key=lambda one: not one.newer)


def related_of(symbol: str, links: Iterable[PublicLink] | None = None) -> Related:
    """What the paragraphs of a decision say of others, and others of them; one question."""
    if links is None:
        links = PublicLink.objects.filter(Q(symbol=symbol) | Q(to_symbol=symbol)).order_by("symbol", "anchor")
    found = Related()
    for one in links:
        if one.symbol == symbol:
            said = Relation(str(SAYS.get(one.kind, one.kind)), one.to_symbol, one.to_anchor)
            found.by_anchor.setdefault(one.anchor, []).append(said)
        if one.to_symbol == symbol:
            newer = one.kind in ("supersedes", "amends")
            told = Relation(str(SAID_OF.get(one.kind, one.kind)), one.symbol, one.anchor, newer)
            found.by_anchor.setdefault(one.to_anchor, []).append(told)
    return found


# The page ----------------------------------------------------------------------------------------------------------


class Writer:
    """Writes paragraphs as rows: what all of them share is made once, since a text may have hundreds."""

    def __init__(
        self, decision: PublicDecision, languages: Sequence[str], related: Related, *, own: bool = True
    ) -> None:
        """Args:
        languages: those shown, side by side. own: whether the page is the decision's own, so that anchors stand on it.
        """
        self.symbol, self.languages, self.related, self.own = decision.symbol, languages, related, own
        self.reading = escape((get_language() or "")[:2])
        self.page = escape(reverse("portal:decision", args=["0X0"]))
        tag = f'<span class="tag pending">{escape(capfirst(_("pending")))}</span>'
        self.pending = f'<p lang="{self.reading}">{tag}</p>'
        self.due = escape(_("Due:"))
        self.seen: dict[int, str] = {}

    def row(self, one: PublicParagraph) -> SafeString:
        """The row of a paragraph: its number, its words in each language, and what it does."""
        anchor = escape(one.anchor)
        classes = [
            one.kind,
            *(["deep"] if one.indent > 1 else []),
            *(["over"] if one.status == "superseded" else []),
        ]
        to = f"#{anchor}" if self.own else f"{self.address(self.symbol)}#{anchor}"
        place = f' id="{anchor}"' if self.own else ""
        cells = "".join(self._cell(one, code) for code in self.languages)
        return mark_safe(  # noqa: S308 - every part was escaped
            f'<tr{place} class="{" ".join(classes)}"><th scope="row"><a href="{to}" title="#{anchor}">'
            f'{escape(one.number) or "§"}</a></th>{cells}<td class="about">{self.about(one)}</td></tr>\n'
        )

    def _cell(self, one: PublicParagraph, code: str) -> str:
        words = one.words.get(code, "")
        tag = "h2" if one.kind == HEADING else "p"
        return f'<td lang="{escape(code)}">{f"<{tag}>{shown(words)}</{tag}>" if words else self.pending}</td>'

    def about(self, one: PublicParagraph) -> SafeString:
        """What a paragraph does: whom it addresses, until when, where it stands, and what it says of others."""
        parts = []
        to = ", ".join(addressee_name(each) for each in one.addressees)
        verb = str(show(one.verb_names)) if one.verb_names else ""
        if verb or to:
            parts.append(escape(" → ".join(filter(None, [verb, to]))))
        if one.due_on is not None:
            due = Due(on=one.due_on, precision=one.due_precision).in_words()
            parts.append(f"{self.due} {escape(due)}")
        if one.status:
            label = capfirst(str(STATUSES.get(one.status, one.status)))
            since = (
                f" <span>{escape(date_format(one.status_on, 'DATE_FORMAT'))}</span>"
                if one.status_on and one.status != "active"
                else ""
            )
            parts.append(f'<span class="tag {TAGS.get(one.status, "")}">{escape(label)}</span>{since}')
        if one.themes:
            parts.append(escape(", ".join(str(show(each["names"])) for each in one.themes)))
        parts += [self._relation(each) for each in self.related.of(one.anchor)]
        return mark_safe("".join(f'<p class="meta">{part}</p>' for part in parts))  # noqa: S308 - escaped above

    def _relation(self, one: Relation) -> str:
        to = (
            f"#{escape(one.anchor)}"
            if one.symbol == self.symbol and self.own
            else f"{self.address(one.symbol)}#{escape(one.anchor)}"
        )
        cites = one.cites if one.symbol != self.symbol else f"#{one.anchor}"
        words = f'{escape(one.said)} <a class="symbol" href="{to}">{escape(cites)}</a>'
        return f"<b>{words}</b>" if one.newer else words

    def address(self, symbol: str) -> str:
        """The page of a decision; reversing it for each row would take longer than the rest."""
        return self.page.replace("0X0", escape(symbol))


def rows_of(
    decision: PublicDecision, paragraphs: Iterable[PublicParagraph], languages: Sequence[str], *, related: Related | None = None,
) -> list[SafeString]:  # fmt: skip
    """The paragraphs as the public page shows them."""
    writer = Writer(decision, languages, related or Related())
    return [writer.row(one) for one in paragraphs]


# For programs and printers -----------------------------------------------------------------------------------------


def canonical(decision: PublicDecision, paragraphs: Iterable[PublicParagraph]) -> bytes:
    """The bytes whose SHA-256 is the digest of what was adopted: everybody can try it."""
    rows = (
        {
            "anchor": one.anchor, "number": one.number, "kind": one.kind, "function": one.function, "depth": one.depth,
            "words": one.words,
        }
        for one in paragraphs
    )  # fmt: skip
    return canonical_form(decision.titles, decision.languages, rows)


def is_intact(decision: PublicDecision, paragraphs: Iterable[PublicParagraph]) -> bool:
    """Whether the words that stand here are those that were adopted."""
    return hashlib.sha256(canonical(decision, paragraphs)).hexdigest() == decision.sha256


def sheet_of(
    decision: PublicDecision,
    paragraphs: Iterable[PublicParagraph],
    languages: Sequence[str],
    process: Process | None,
) -> Sheet:
    """The decision as it is printed, with the nature of what it is under its title."""
    states, pending = [], []
    for code in languages:
        with override(code):
            day = {"day": imprecise(decision.adopted_on, decision.precision)}
            # "On" a month or a year would be no English.
            adopted = _("Adopted on %(day)s") if decision.precision == "day" else _("Adopted: %(day)s")
            states.append(" ".join(filter(None, [adopted % day + ".", nature(process, code)])))
            pending.append(_("[pending in %(language)s]") % {"language": language_name(code)})
    lines = tuple(
        Line(one.kind, one.label, one.depth, one.indent, tuple(one.words.get(code, "") for code in languages))
        for one in paragraphs
    )
    name = str(show(process.names, languages[0])) if process else ""
    titles = tuple(str(show(decision.titles, code)) for code in languages)
    return Sheet(
        tuple(languages),
        name,
        decision.symbol,
        titles,
        tuple(states),
        tuple(pending),
        lines,
        decision.adopted_on,
    )


def nature(process: Process | None, language: str | None = None) -> str:
    """What the process says of the nature of what it decides; nothing where it says nothing."""
    return str(show(process.nature, language)) if process and process.nature else ""


def reference_of(
    decision: PublicDecision,
    process: Process | None,
    *,
    language: str | None = None,
    paragraph: PublicParagraph | None = None,
) -> Reference:
    """What a citation of this decision, or of one paragraph of it, names."""
    kinds = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            kinds[code] = str(KINDS.get(decision.kind, decision.kind))
    where = address("portal:decision", decision.symbol, language=language)
    cited = f"{decision.symbol}#{paragraph.anchor}" if paragraph else decision.symbol
    return Reference(
        authors=process.names if process else {}, short_authors=process.short_names if process else {},
        titles=decision.titles, symbol=cited, kinds=kinds, meetings=decision.meeting_titles,
        address=f"{where}#{paragraph.anchor}" if paragraph else where, dated_on=decision.adopted_on, precision=decision.precision,
        original="", themes=[], digest=decision.sha256,
    )  # fmt: skip


def linked_decision(
    decision: PublicDecision, paragraphs: Iterable[PublicParagraph], process: Process | None
) -> dict[str, Any]:
    """A decision as schema.org says it: no legislation, since it binds nobody by law."""
    here = address("portal:decision", decision.symbol, language=settings.LANGUAGE_CODE)
    themes = {one["code"]: one["names"] for each in paragraphs for one in each.themes}
    facts = {
        "@type": "CreativeWork",
        "@id": here,
        "identifier": decision.symbol,
        "url": address("portal:decision", decision.symbol),
        "name": every(decision.titles),
        "genre": str(KINDS.get(decision.kind, decision.kind)),
        "dateCreated": decision.written_date,
        "dateModified": decision.changed_at.isoformat(timespec="seconds") if decision.changed_at else None,
        "inLanguage": decision.languages,
        "publisher": linked_process(process),
        "author": {"@type": "Organization", "name": every(decision.body_names)},
        "about": [
            {"@type": "DefinedTerm", "termCode": code, "name": every(names)}
            for code, names in sorted(themes.items())
        ],
        "isPartOf": {
            "@type": "Event",
            "identifier": decision.meeting_symbol,
            "name": every(decision.meeting_titles),
        }
        if decision.meeting_symbol
        else None,
        "isBasedOn": address("portal:decision", decision.origin) if decision.origin else None,
    }
    return {key: value for key, value in facts.items() if value}
