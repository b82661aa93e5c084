"""One decision: its paragraphs in every language side by side, what they do, what is proposed, what stands against it."""

import secrets
from collections.abc import Callable
from html import escape
from types import SimpleNamespace
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token
from django.template.loader import get_template, render_to_string
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.languages import Texts
from puebla.core.memory import Kept
from puebla.core.models import Process
from puebla.core.prepared import Prepared
from puebla.decisions import actions, rules
from puebla.decisions.models import Decision, Position, Proposal
from puebla.decisions.querysets.reading import newer
from puebla.decisions.views.means import Means
from puebla.decisions.views.reading import Reading, ReadingToShow, by_paragraph
from puebla.members.models import Party
from puebla.members.querysets import today
from puebla.publications.views.decisions import SAID_OF
from puebla.texts.models import Paragraph, tree
from puebla.texts.models.wording import shown
from puebla.texts.views.rows import rows_of
from puebla.theme.templatetags.theme import language_name


@signed_in
def show_decision(request: PersonRequest, address: str) -> HttpResponseBase:
    """The page of a decision."""
    reading = ReadingToShow(request, address)
    # What rooms offer on this page they need not ask for again.
    request.decision = reading.decision  # type: ignore[attr-defined]
    row, reach, at = reading.decision, reading.reach, reading.at
    languages = Process.current().languages
    proposals, positions = reading.proposals(), reading.positions()
    may = {
        "write": rules.may_write(reach, row), "describe": rules.may_describe(reach, row),
        "propose": rules.may_propose(reach, row, at=at), "declare": rules.may_declare(reach, row, at=at),
        "position": rules.may_take_position(reach, row, at=at), "forward": rules.may_forward(reach, row),
        "file": rules.may_file(reach, row), "enter": rules.may_enter(reach, row), "aside": rules.may_lay_aside(reach, row, at=at),
    }  # fmt: skip
    below = _Below(request, reading, may, proposals, positions)
    context = {
        "decision": row, "text": reading.text, "languages": languages, "may": may,
        "beginning": below.shown(None), "positions": _shown(positions, reading), "chairs": rules.declares(reach, row, at=at),
        "against": _against(row, reading) if row.state == Decision.State.DRAFTING and may["declare"] else [],
        "standing": sum(one.state == Proposal.State.STANDING for one in proposals),
        "followed": reading.followed(), "origin": _origin(reading), "present": _present.rows(row.pk),
        "intact": reading.is_intact(),
        "unadopted": [str(language_name(code)) for code in languages if row.is_adopted and code not in reading.text.frozen_languages],
    }  # fmt: skip
    return _page(request, context, _rows(reading, below, languages))


def _page(request: PersonRequest, context: dict[str, Any], rows: list[bytes]) -> HttpResponse:
    """The page with its rows put in as they go over the line: a template would copy some hundred kilobytes from part to part."""
    place = mark_safe(f"<!--{secrets.token_hex(16)}-->")  # noqa: S308 - our own
    page = render_to_string(
        "decisions/decision.html", context | {"rows": place if rows else ""}, request=request
    )
    before, _place, after = page.partition(place)
    return HttpResponse(b"".join((before.encode(), *rows, after.encode())))


def _rows(reading: ReadingToShow, below: "_Below", languages: list[str]) -> list[bytes]:
    """The paragraphs as rows, in the page's encoding.

    A text has hundreds of which only the words and what they do are told: those are written once for all to whom they read alike.
    """
    nodes, text = reading.living, reading.text

    def written(nodes: list[tree.Node], what: Callable[[Any], str]) -> list[bytes]:
        return [row.html.encode() for row in rows_of(text, nodes, languages, below=what, acts=below.acts)]

    alike = (
        tuple(reading.every), below.means.read, reading.decision.ref, text.ref, reading.decision.is_adopted,
        get_language(), tuple(languages), below.offered,
    )  # fmt: skip
    rows = _plain.get(alike, lambda: written(nodes, below.means.line))
    more = [place for place, node in enumerate(nodes) if below.tells_more_of(node.paragraph)]
    if more:
        rows = list(rows)
        for place, row in zip(more, written([nodes[place] for place in more], below.shown), strict=True):
            rows[place] = row
    return rows


#: Rows of long texts, some hundred kilobytes each.
_plain: Kept[list[bytes]] = Kept(most=6)


#: (decision) → who was present.
_present = Prepared(
    lambda decision: (
        Party.objects.filter(decisions_joined=decision).order_by("code").values("code", "short_names")
    ),
    make=lambda row: SimpleNamespace(**row),
    kept=200,
)


def written(words: Texts) -> list[tuple[str, SafeString]]:
    """Words by language, as a page shows them."""
    return [(code, shown(text)) for code, text in words.items() if text]


def _against(row: Decision, reading: Reading) -> list[str]:
    """What stands against consensus among all members, for who declares it."""
    members = Party.objects.members(on=today(reading.at))
    return actions.against(row, present=members, languages=Process.current().languages, at=reading.at)


def _shown(positions: list[Position], reading: Reading) -> list[dict[str, Any]]:
    return [
        {"position": one, "words": written(one.words), "may_lift": rules.may_lift(reading.reach, one)}
        for one in positions
    ]


def _origin(reading: Reading) -> Decision | None:
    """The recommendation it came from, where the reader may know of it."""
    origin = reading.decision.origin
    return origin if origin is not None and reading.reach.covers(origin.text) else None


class _Below:
    """What stands below each paragraph: what it does, what is proposed there."""

    def __init__(
        self, request: PersonRequest, reading: Reading, may: dict[str, Any], proposals: list[Proposal],
        positions: list[Position],
    ) -> None:  # fmt: skip
        self.reading, self.may = reading, may
        self.template, self.token = get_template("decisions/_below.html"), get_token(request)
        self.means = Means(reading.decision)
        self.newer = newer(reading.text.pk, reading.person, reading.reach)
        self.proposals = by_paragraph(proposals)
        # By anchor: what was taken in a closed session stands beside the words that came out of it too.
        self.positions: dict[str, list[Position]] = {}
        for one in positions:
            if one.paragraph is not None:
                self.positions.setdefault(one.paragraph.anchor, []).append(one)

    def tells_more_of(self, paragraph: Any) -> bool:
        """Whether more is told of a paragraph than what it does."""
        return (
            paragraph.pk in self.newer or paragraph.pk in self.proposals or paragraph.anchor in self.positions
        )

    def shown(self, paragraph: Paragraph | None) -> SafeString | str:
        """What stands below a paragraph, written out; of None what is proposed for the beginning."""
        key = paragraph.pk if paragraph is not None else None
        proposals = [self._proposal(one, paragraph) for one in self.proposals.get(key, ())]
        if paragraph is None and not proposals:
            return ""
        context = {
            "decision": self.reading.decision, "paragraph": paragraph, "proposals": proposals,
            "means": self.means.line(paragraph) if paragraph is not None else "",
            "positions": self.positions.get(paragraph.anchor, ()) if paragraph is not None else (),
            "newer": [
                (SAID_OF[link.kind], link.source, link.source.text.decision)
                for link in self.newer.get(key or 0, ())
            ],
        }  # fmt: skip
        # Without the request: what every page knows would be gathered again for each paragraph.
        return self.template.render(context | {"csrf_token": self.token})

    def _proposal(self, one: Proposal, paragraph: Paragraph | None) -> dict[str, Any]:
        standing = one.state == Proposal.State.STANDING
        mine = {party.pk for party in self._parties()} if standing else set()
        accepted = {voice.party_id for voice in one.voices.all()}
        return {
            "proposal": one, "standing": standing, "words": written(one.words), "voices": list(one.voices.all()),
            "older": paragraph is not None and one.on_revision not in (0, paragraph.revision) and standing,
            "accepts": bool(mine - accepted), "takes_back": bool((mine & accepted) - {one.party_id}),
            "withdraws": standing and one.party_id in self.reading.reach.parties and bool(self.may["propose"]),
            "takes": standing and bool(self.may["write"]),
        }  # fmt: skip

    def _parties(self) -> list[Party]:
        if not hasattr(self, "_held"):
            self._held = rules.negotiating_parties(self.reading.reach, self.reading.decision, at=self.reading.at) if self.may["propose"] else []  # fmt: skip
        return self._held

    def acts(self, paragraph: Paragraph, number: str) -> str:
        """What can be done with a paragraph."""
        anchor = escape(paragraph.anchor)
        return " ".join(
            f'<a href="{before}{anchor}{after}">{label}<span class="visually-hidden"> {number}</span></a>'
            for before, after, label, headings in self._acts
            if headings or paragraph.kind != "heading"
        )

    @cached_property
    def offered(self) -> tuple[bool, ...]:
        """Which acts the reader is offered with each paragraph."""
        return (*(bool(self.may[act]) for act in ("propose", "write", "describe")), True)

    @cached_property
    def _acts(self) -> list[tuple[str, str, str, bool]]:
        """Addresses, cut where the anchor stands, what each is called, and whether headings have it."""
        ref, text = self.reading.decision.ref, self.reading.text.ref
        known = [
            ("decisions:propose", ref, _("Propose"), True),
            ("texts:paragraph", text, _("Edit"), True),
            ("decisions:means", ref, _("What it does"), False),
            ("decisions:before", ref, _("Said before?"), False),
        ]
        found = []
        for (name, of, label, headings), may in zip(known, self.offered, strict=True):
            before, _sign, after = reverse(name, args=[of, "0X0"]).partition("0X0")
            found += [(before, after, escape(label), headings)] if may else []
        return found
