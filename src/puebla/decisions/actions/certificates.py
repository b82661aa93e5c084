"""The certificate of a text adopted by silence: what was adopted, when, by whom it was read and answered, and how to check it."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core.languages import show
from puebla.core.models import Process
from puebla.core.typesetting import REGIONS, compiled, quoted
from puebla.decisions.actions.silence_mail import in_words
from puebla.decisions.models import Position, SilenceProcedure, SilenceReceipt
from puebla.members.querysets import Reach
from puebla.texts.models.wording import unmarked
from puebla.theme.templatetags.theme import language_name

_LOOK = """#set document(title: {title}, author: {author}, date: none)
#set page(paper: "a4", margin: 2.2cm, numbering: "1 / 1")
#set text(font: ("Source Serif Pro", "Libertinus Serif"), size: 10.5pt, lang: {language}, region: {region})
#show heading.where(level: 1): set text(size: 19pt, fill: rgb("#12357F"))
#show heading.where(level: 2): set text(size: 12.5pt)
#set table(stroke: (x, y) => (bottom: 0.5pt + rgb("#d9d3c4")), inset: (x: 5pt, y: 5pt))
#let sans(body) = text(font: ("Source Sans Pro", "Libertinus Serif"), size: 9.5pt, body)
"""


def certificate_of(row: SilenceProcedure, *, person: Person | None, reach: Reach) -> bytes:
    """The certificate as a PDF in the language now active, with the receipts and positions that its reader may read.

    Whoever has it checks the digest against the text's export, and the journal's head against those kept outside.
    """
    language = (get_language() or settings.LANGUAGE_CODE)[:2]
    title = f"{_('Certificate of adoption')}: {unmarked(str(show(row.decision.text.titles)))}"
    head = _LOOK.format(
        title=quoted(title), author=quoted(str(show(Process.current().names))), language=quoted(language),
        region=quoted(REGIONS.get(language, "US")),
    )  # fmt: skip
    seen = SilenceReceipt.objects.visible_to(person, reach=reach).filter(procedure=row)
    receipts = list(seen.answers().select_related("party").order_by("at", "pk"))
    recorded = Position.objects.visible_to(person, reach=reach).filter(decision=row.decision).standing()
    positions = list(recorded.select_related("party").order_by("at", "pk"))
    return compiled(head + "\n".join(_body(row, title, receipts, positions)), accessible=True)


def _body(
    row: SilenceProcedure, title: str, receipts: Sequence[SilenceReceipt], positions: Sequence[Position]
) -> Iterator[str]:
    decision = row.decision
    yield f"#sans({quoted(str(show(Process.current().names)))})"
    yield f"#heading(level: 1, {quoted(title)})"
    yield _par(
        _("“%(body)s” adopted this text by consensus: it lay before all member states under silence procedure, and none broke the silence.")
        % {"body": show(decision.body.names)}
    )  # fmt: skip
    yield _table([_("What"), ""], _facts(row))
    yield _heading(_("When it closed in each capital"))
    asked = list(row.asked.select_related("party"))
    yield _table(
        [_("Member state"), _("Closing instant")],
        [(str(one.party), in_words(row.closes_at, one.zone)) for one in asked],
    )
    yield _heading(_("What member states said"))
    opened = row.receipts.filter(kind=SilenceReceipt.Kind.OPENED).count()
    yield _par(
        _("%(opened)d of %(asked)d member states opened it.") % {"opened": opened, "asked": len(asked)}
    )
    if receipts:
        rows = [
            (str(one.party), " · ".join(filter(None, [str(one.get_kind_display()), one.words])), in_words(one.at, row.zone))
            for one in receipts
        ]  # fmt: skip
        yield _table([_("Member state"), _("Answer"), _("Instant")], rows)
    if positions:
        yield _heading(_("Positions"))
        rows = [(str(one.party), one.get_kind_display(), str(show(one.words))) for one in positions]
        yield _table([_("Member state"), _("Position"), _("Words")], rows)
    yield _par(_("Answers and positions stand here as far as the reader of this copy may read them."))
    if nature := str(show(Process.current().nature)):
        yield _par(nature)


def _facts(row: SilenceProcedure) -> list[tuple[str, str]]:
    decision = row.decision
    facts = [
        (
            _("Text"),
            " ".join(filter(None, [decision.text.symbol, unmarked(str(show(decision.text.titles)))])),
        ),
        (_("Languages"), ", ".join(str(language_name(code)) for code in row.languages)),
        (_("Digest of the text (SHA-256)"), decision.adopted_hash),
        (_("Opened"), in_words(row.opened_at, row.zone)),
        (
            pgettext("silence", "Closed"),
            f"{in_words(row.closes_at, row.zone)} = {row.closes_at:%Y-%m-%dT%H:%M:%S.%fZ}",
        ),
    ]
    facts += [
        (_("Extended"), f"{in_words(one.before_at, row.zone)} → {in_words(one.closes_at, one.zone)}")
        for one in row.extended.all()
    ]
    if row.settled_at is not None:
        facts.append((_("Written down"), in_words(row.settled_at, row.zone)))
    if row.vouched_at is not None and row.vouched_by is not None:
        facts.append(
            (_("Time confirmed by"), f"{row.vouched_by.full_name}, {in_words(row.vouched_at, row.zone)}")
        )
    facts.append((_("Head of the journal"), f"{row.journal_sequence}: {row.journal_digest}"))
    facts.append((_("Page"), settings.BASE_URL + reverse("decisions:silence", args=[row.ref])))
    return facts


def _par(words: str) -> str:
    return f"#par({quoted(words)})"


def _heading(words: str) -> str:
    return f"#heading(level: 2, {quoted(words)})"


def _table(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    columns = "(auto, " + ", ".join("1fr" for _one in heads[1:]) + ",)"
    header = ", ".join(f"strong({quoted(one)})" for one in heads)
    cells = ", ".join(f"sans({quoted(str(cell))})" for row in rows for cell in row)
    return f"#table(columns: {columns}, table.header({header}), {cells})"
