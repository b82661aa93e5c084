"""A text as a file: DOCX, PDF, JSON; in one language, or two side by side."""

import datetime as dt
import json
from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import override

from puebla.core.languages import show
from puebla.core.models import DatePrecision, Process
from puebla.core.sheets import Line, Sheet, as_docx, as_pdf
from puebla.members.querysets import today
from puebla.texts.models import Paragraph, Text, tree
from puebla.theme.templatetags.theme import imprecise, language_name

__all__ = ["Line", "Sheet", "as_docx", "as_json", "as_pdf", "sheet_of"]


def sheet_of(text: Text, paragraphs: Sequence[Paragraph], languages: Sequence[str], *, at: dt.datetime, symbol: str = "") -> Sheet:  # fmt: skip
    """The text as it will be printed."""
    nodes = tree.in_order(one for one in paragraphs if one.removed_at is None)
    lines = tuple(
        Line(node.paragraph.kind, node.label, node.depth, tree.item_depth(node), tuple(node.paragraph.words.get(code, "") for code in languages))
        for node in nodes
    )  # fmt: skip
    states, pending = [], []
    for code in languages:
        with override(code):
            states.append(_state(text, at, code))
            pending.append(_("[pending in %(language)s]") % {"language": language_name(code)})
    return Sheet(
        tuple(languages), str(show(Process.current().names, languages[0])), symbol or text.symbol,
        tuple(str(show(text.titles, code)) for code in languages), tuple(states), tuple(pending), lines,
        text.adopted_on or today(text.frozen_at or at),
    )  # fmt: skip


def _state(text: Text, at: dt.datetime, language: str) -> str:
    from django.utils import timezone
    from django.utils.formats import date_format

    if text.frozen_at is not None and language not in text.frozen_languages:
        adopted = ", ".join(str(language_name(code)) for code in text.frozen_languages)
        return _("Not adopted in this language. Adopted in: %(languages)s.") % {"languages": adopted}
    if text.frozen_at is not None:
        # Of a month or a year alone "on" would be no English, and "el" no Spanish.
        if text.adopted_on is not None and text.adopted_precision != DatePrecision.DAY:
            return _("Adopted: %(day)s") % {"day": imprecise(text.adopted_on, text.adopted_precision)}
        on = text.adopted_on or today(text.frozen_at)
        return _("Adopted on %(day)s") % {"day": date_format(on, "DATE_FORMAT")}
    return _("Draft of %(moment)s") % {"moment": date_format(timezone.localtime(at), "DATETIME_FORMAT")}


# JSON --------------------------------------------------------------------------------------------------------------


def as_json(text: Text, paragraphs: Sequence[Paragraph], *, symbol: str = "") -> bytes:
    """Everything of the text but who wrote it: anchors, numbers, words in every language, removed paragraphs by anchor."""
    numbers = {
        node.paragraph.pk: node for node in tree.in_order(one for one in paragraphs if one.removed_at is None)
    }
    rows = [
        {
            "anchor": node.paragraph.anchor, "number": node.number, "kind": node.paragraph.kind,
            "function": node.paragraph.function, "depth": node.depth,
            "parent": node.parent.paragraph.anchor if node.parent else None, "revision": node.paragraph.revision,
            "words": node.paragraph.words,
        }
        for node in numbers.values()
    ]  # fmt: skip
    whole = {
        "ref": text.ref, "symbol": symbol or text.symbol, "titles": text.titles, "original_language": text.original_language,
        "state": text.state, "revision": text.revision,
        "frozen": {
            "at": text.frozen_at.isoformat(), "languages": text.frozen_languages, "sha256": text.frozen_hash
        } if text.frozen_at else None,
        "paragraphs": rows, "removed": sorted(one.anchor for one in paragraphs if one.removed_at is not None),
    }  # fmt: skip
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()
