"""Freezing a text: its words in the languages adopted, with the digest that shows any later change."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core import journal
from puebla.core.models import DatePrecision
from puebla.core.sheets import canonical_form
from puebla.core.verdicts import RefusedError, require
from puebla.members.querysets import reach_of, today
from puebla.texts import rules
from puebla.texts.actions.editing import keep_versions, locked, touch
from puebla.texts.models import Paragraph, ParagraphVersion, Text, tree


def canonical(text: Text, paragraphs: Iterable[Paragraph], languages: Sequence[str]) -> bytes:
    """The text as it is digested (`core.sheets.canonical_form`)."""
    rows = (
        {
            "anchor": node.paragraph.anchor, "number": node.number, "kind": node.paragraph.kind,
            "function": node.paragraph.function, "depth": node.depth, "words": node.paragraph.words,
        }
        for node in tree.in_order(one for one in paragraphs if one.removed_at is None)
    )  # fmt: skip
    return canonical_form(text.titles, languages, rows)


def digest_of(text: Text, paragraphs: Iterable[Paragraph], languages: Sequence[str]) -> str:
    """SHA-256 of the canonical form."""
    return hashlib.sha256(canonical(text, paragraphs, languages)).hexdigest()


@transaction.atomic
def freeze_text(
    *,
    text: Text,
    languages: Sequence[str],
    by: Person | None,
    at: dt.datetime,
    on: dt.date | None = None,
    precision: str = DatePrecision.DAY,
    allowed: rules.Verdict | None = None,
) -> Text:
    """Freeze the text in these languages: no paragraph is added, worded, moved or removed any more.

    A language that is left out must not be pending in part: it is left out of what was frozen.

    Args:
        by: None where nobody does it, but an hour that came. on: the day of adoption as far as `precision` says, where it was
            another one. allowed: what the room above answered instead of the rule on
            who edits texts: a chair who declares consensus need not be one of them.
    """
    row = locked(text)
    edited = rules.may_edit(reach_of(by, at), row) if allowed is None else allowed
    living = _whole(row, languages, edited)
    row.held_at = None
    keep_versions(living, ParagraphVersion.What.FROZEN, at, by)
    row.state, row.frozen_at, row.frozen_by = Text.State.FROZEN, at, by
    row.adopted_on, row.adopted_precision = on or today(at), precision
    row.frozen_languages, row.frozen_hash = sorted(languages), digest_of(row, living, languages)
    touch(row, by, at)
    journal.record("text.frozen", at=at, person=by, subject=row, room=row.room,
                   facts={"languages": row.frozen_languages, "sha256": row.frozen_hash})  # fmt: skip
    return row


def _whole(text: Text, languages: Sequence[str], edited: rules.Verdict) -> list[Paragraph]:
    """The paragraphs of a text that lacks nothing in these languages; stops at one that does."""
    if not languages:
        raise RefusedError(_("Choose at least one language."), field="languages")
    living = list(Paragraph.objects.filter(text=text).living().order_by())
    require(freezing_of(text, living, languages, edited))
    return living


def freezing_of(
    text: Text, living: Sequence[Paragraph], languages: Sequence[str], edited: rules.Verdict = rules.ALLOWED
) -> rules.Verdict:
    """Whether the words can be frozen in these languages, and which paragraphs or titles lack one."""
    nodes = tree.in_order(living)
    pending = [
        node.number or node.paragraph.anchor
        for node in nodes
        if any(not node.paragraph.words.get(code) for code in languages)
    ]
    untitled = [code for code in languages if not text.titles.get(code)]
    return rules.may_freeze(edited, text, pending, untitled, empty=not nodes)


@transaction.atomic
def hold_text(
    *, text: Text, languages: Sequence[str], by: Person, at: dt.datetime, allowed: rules.Verdict
) -> tuple[Text, str]:
    """Hold the words while a room above has them decided upon: nobody changes them until it lets go.

    Returns:
        The text, and the digest that it would be frozen with.
    """
    row = locked(text)
    living = _whole(row, languages, allowed)
    row.held_at = at
    touch(row, by, at)
    journal.record("text.held", at=at, person=by, subject=row, room=row.room)
    return row, digest_of(row, living, languages)


@transaction.atomic
def let_go_text(*, text: Text, at: dt.datetime, by: Person | None = None) -> Text:
    """Let go of the words again: they were not adopted."""
    row = locked(text)
    row.held_at = None
    touch(row, by, at)
    journal.record("text.let_go", at=at, person=by, subject=row, room=row.room)
    return row
