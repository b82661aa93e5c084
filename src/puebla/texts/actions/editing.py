"""Writing a text: every act locks the text, changes one thing, keeps what was, and is journalled."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core import journal, registry
from puebla.core.alignment.figures import differing, figures
from puebla.core.alignment.merging import Merge, merged
from puebla.core.languages import Texts
from puebla.core.models import JournalEntry
from puebla.core.verdicts import RefusedError, require, require_unchanged
from puebla.core.words import one_line
from puebla.members.models import Audience, Party, Room
from puebla.members.querysets import reach_of
from puebla.texts import rules
from puebla.texts.actions.indexing import index_text
from puebla.texts.models import Function, Kind, Paragraph, ParagraphVersion, Text, tree
from puebla.texts.models.wording import unmarked

What = ParagraphVersion.What


# The text as a whole -----------------------------------------------------------------------------------------------


@transaction.atomic
def open_text(
    *, by: Person, at: dt.datetime, room: Room, party: Party, titles: Texts, audience: int | None = None,
    original_language: str = "", symbol: str = "",
) -> Text:  # fmt: skip
    """Begin a text.

    Args:
        audience: None for the default: own party for a party's text, secretariat for the secretariat's own.
    """
    require(rules.may_open(reach_of(by, at), room, party))
    default = Audience.SECRETARIAT if party.kind == Party.Kind.SECRETARIAT else Audience.OWN_PARTY
    text = Text(
        room=room, room_cap=room.cap, party=party, audience=audience or default, titles=_lines(titles),
        original_language=original_language, symbol=symbol, created_at=at, created_by=by, changed_at=at, changed_by=by,
    )  # fmt: skip
    if text.audience > room.cap:
        raise RefusedError(
            _("“%(room)s” never opens wider than “%(cap)s”.")
            % {"room": room, "cap": Audience(room.cap).label},
            field="audience",
        )
    _check_title(text)
    text.save()
    index_text(text, at=at)
    journal.record("text.opened", at=at, person=by, subject=text, room=room, party_code=party.code,
                   facts={"titles": text.titles, "audience": text.audience})  # fmt: skip
    return text


def _check_title(text: Text) -> None:
    if not any(text.titles.values()):
        raise RefusedError(_("A title in at least one language is needed."), field="titles")
    try:
        text.clean_fields(exclude=["room", "party", "created_by", "changed_by"])
    except ValidationError as error:
        name, sentences = next(iter(error.message_dict.items()))
        raise RefusedError(" ".join(sentences), field=name) from error


@transaction.atomic
def describe_text(
    *, text: Text, titles: Texts, original_language: str, revision: int, by: Person, at: dt.datetime
) -> Text:
    """Change the title and the language it was written in; who saves second is told and loses nothing."""
    row = locked(text)
    require(rules.may_edit(reach_of(by, at), row))
    require_unchanged(row, revision)
    row.titles, row.original_language = _lines(titles), original_language
    _check_title(row)
    touch(row, by, at)
    journal.record(
        "text.described", at=at, person=by, subject=row, room=row.room, facts={"titles": row.titles}
    )
    return row


@transaction.atomic
def set_audience(*, text: Text, audience: int, by: Person, at: dt.datetime) -> Text:
    """Open the text wider, or less wide."""
    row = locked(text)
    require(rules.may_set_audience(reach_of(by, at), row, audience))
    before, row.audience = row.audience, audience
    touch(row, by, at)
    journal.record("text.audience_changed", at=at, person=by, subject=row, room=row.room,
                   facts={"from": before, "to": audience})  # fmt: skip
    return row


@transaction.atomic
def give_symbol(*, text: Text, symbol: str, by: Person, at: dt.datetime) -> Text:
    """Print the symbol of the paper that the text is, frozen or not: it is no part of its words."""
    row = locked(text)
    require(rules.may_keep(reach_of(by, at), row))
    if row.symbol != symbol:
        row.symbol = symbol
        touch(row, by, at)
        journal.record(
            "text.symbol_given", at=at, person=by, subject=row, room=row.room, facts={"symbol": symbol}
        )
    return row


def locked(text: Text) -> Text:
    """The text's row, locked until the transaction ends: one act on it after another."""
    found: Text = Text.objects.select_for_update(of=("self",)).select_related("room", "party").get(pk=text.pk)
    return found


def touch(text: Text, by: Person | None, at: dt.datetime) -> None:
    """Save the text with a new revision, and tell search."""
    text.changed_at, text.changed_by = at, by
    text.revision += 1
    text.save()
    index_text(text, at=at)


def _lines(texts: Mapping[str, str]) -> Texts:
    """Every language as one line without control signs; what is empty is left out."""
    return {code: line for code, words in texts.items() if (line := one_line(words))}


# Paragraphs --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Piece:
    """A paragraph to be written, after the one before it.

    Attributes:
        depth: of an item, 1 below its paragraph, 2 below an item; 0 beside what stands before it.
    """

    kind: str
    words: Texts
    function: str = Function.INFORMATIONAL
    depth: int = 0


@transaction.atomic
def add_paragraphs(
    *, text: Text, after: Paragraph | None, kind: str, blocks: Sequence[Texts], by: Person, at: dt.datetime,
    function: str = Function.INFORMATIONAL,
) -> list[Paragraph]:  # fmt: skip
    """Put new paragraphs after another one, each after the one before; after None they begin the text.

    Args:
        blocks: the words of each in its languages; those that have none at all are left out.
    """
    row = locked(text)
    require(rules.may_edit(reach_of(by, at), row))
    if not any(_lines(words) for words in blocks):
        raise RefusedError(_("Write something, in one language at least."), field="words")
    every = list(Paragraph.objects.filter(text=row).order_by())
    pieces = [Piece(kind, words, function) for words in blocks]
    return _write(row, pieces, after, every, by=by, at=at)


@transaction.atomic
def write_paragraphs(
    *, text: Text, pieces: Sequence[Piece], by: Person, at: dt.datetime, token: str = ""
) -> list[Paragraph]:
    """Write many paragraphs at the end of the text in one act: a draft made of something else, or a file brought in.

    Args:
        token: of a form that may come twice: what it brings is written once.
    """
    row = locked(text)
    require(rules.may_edit(reach_of(by, at), row))
    once_key = f"paragraphs:{row.ref}:{token}" if token else None
    if once_key and JournalEntry.objects.filter(once_key=once_key).exists():
        return []
    every = list(Paragraph.objects.filter(text=row).order_by())
    standing = tree.in_order(one for one in every if one.removed_at is None)
    after = standing[-1].paragraph if standing else None
    return _write(row, pieces, after, every, by=by, at=at, once_key=once_key)


def _write(
    text: Text, pieces: Sequence[Piece], after: Paragraph | None, every: list[Paragraph], *, by: Person, at: dt.datetime,
    once_key: str | None = None,
) -> list[Paragraph]:  # fmt: skip
    """Put each piece after the one before; what has no words in any language is left out."""
    added = []
    for piece in pieces:
        if lines := _lines(piece.words):
            one = Paragraph(
                text=text, kind=piece.kind, function=piece.function, words=lines, changed_at=at, changed_by=by
            )
            after = _place_new(one, after, every, piece.depth)
            every.append(after)
            added.append(after)
    touch(text, by, at)
    journal.record("paragraph.added", at=at, person=by, subject=text, room=text.room, once_key=once_key,
                   facts={"anchors": [one.anchor for one in added]})  # fmt: skip
    return added


def _place_new(one: Paragraph, after: Paragraph | None, every: list[Paragraph], depth: int = 0) -> Paragraph:
    living = tree.in_order(each for each in every if each.removed_at is None)
    node = _node_of(after, living)
    parent, place = _place_at(node, one.kind, living, depth)
    if not tree.may_hold(parent, one.kind):
        raise RefusedError(
            _("An item belongs below a paragraph. Choose one after which it is to stand."), field="kind"
        )
    one.parent, one.place = parent.paragraph if parent else None, place
    one.serial = max((each.serial for each in every), default=0) + 1
    _check_words(one)
    # Its number is known once it stands in the tree.
    one.pk = -1
    placed = tree.in_order([*(each.paragraph for each in living), one])
    mine = next(each for each in placed if each.paragraph is one)
    before = [each for each in placed[: placed.index(mine)] if _numbers_alike(each, mine)]
    one.anchor = tree.anchor_for(
        mine, before[-1].paragraph.anchor if before else "", {each.anchor for each in every}
    )
    one.pk = None
    one.save(force_insert=True)
    keep_version(one, What.ADDED, one.changed_at, one.changed_by)
    if one.kind == Kind.HEADING and one.changed_by is not None:
        # It heads what follows it, as a reader sees it.
        for follower in tree.following(node, living):
            follower.paragraph.parent = one
            _save(follower.paragraph, What.MOVED, one.changed_by, one.changed_at)
    return one


def _place_at(
    node: tree.Node | None, kind: str, living: Sequence[tree.Node], depth: int
) -> tuple[tree.Node | None, str]:
    """Where something stands that is put after this one; an item of a depth below or beside the one of that depth."""
    while depth and node is not None and tree.item_depth(node) > depth:
        node = node.parent
    if (
        depth == tree.DEEPEST_ITEM
        and kind == Kind.ITEM
        and node is not None
        and tree.item_depth(node) == depth - 1
    ):
        last = node.children[-1].paragraph.place if node.children else ""
        return node, tree.between(last, "")
    return tree.place_after(node, kind, living)


def _numbers_alike(one: tree.Node, other: tree.Node) -> bool:
    """Whether both are counted together: numbered paragraphs through the text, items below the same parent."""
    if other.paragraph.kind == Kind.ITEM:
        return one.parent is other.parent and one.paragraph.kind == Kind.ITEM
    return tree.is_numbered(one.paragraph) and tree.is_numbered(other.paragraph)


def _node_of(paragraph: Paragraph | None, living: Sequence[tree.Node]) -> tree.Node | None:
    if paragraph is None:
        return None
    found = next((node for node in living if node.paragraph.pk == paragraph.pk), None)
    if found is None:
        raise RefusedError(
            _("Paragraph %(anchor)s was removed meanwhile. Choose another place.")
            % {"anchor": paragraph.anchor},
            field="after",
        )
    return found


def _check_words(one: Paragraph) -> None:
    one.differences = differences_of(one.words)
    try:
        one.clean_fields(exclude=["text", "parent", "place", "serial", "anchor", "changed_by"])
    except ValidationError as error:
        raise RefusedError(" ".join(error.messages), field="words") from error


def differences_of(words: Mapping[str, str]) -> dict[str, list[str]]:
    """Figures and dates that one language has and the first of the others lacks; for a person's eye."""
    codes = [code for code in words if words[code]]
    if len(codes) < 2:
        return {}
    first, *others = codes
    found: dict[str, list[str]] = {}
    for code in others:
        texts, languages = (unmarked(words[first]), unmarked(words[code])), (first, code)
        sides = [figures(one, language) for one, language in zip(texts, languages, strict=True)]
        mine, theirs = differing(sides[0], sides[1], texts=texts, languages=languages)
        for language, only in ((first, mine), (code, theirs)):
            if only:
                found[language] = sorted({*found.get(language, ()), *only})
    return found


def keep_version(
    one: Paragraph, what: str, at: dt.datetime, by: Person | None, *, words: Texts | None = None,
    revision: int | None = None,
) -> None:  # fmt: skip
    """Write down how a paragraph stands now, for ever; of words kept beside it, those and the revision they began from."""
    keep_versions([one], what, at, by, words=words, revision=revision)


def keep_versions(
    those: Sequence[Paragraph], what: str, at: dt.datetime, by: Person | None, *, words: Texts | None = None,
    revision: int | None = None,
) -> None:  # fmt: skip
    """Write down how paragraphs stand now, for ever; in as many questions as for one."""
    numbers = ParagraphVersion.objects.filter(paragraph__in=those).order_by().values_list("paragraph_id")
    last = dict(numbers.annotate(Max("number")))
    ParagraphVersion.objects.bulk_create(
        ParagraphVersion(
            paragraph=one, number=last.get(one.pk, 0) + 1, revision=one.revision if revision is None else revision,
            what=what, words=one.words if words is None else words, kind=one.kind, function=one.function,
            parent_id=one.parent_id, place=one.place, at=at, by=by,
        )
        for one in those
    )  # fmt: skip


@dataclass(frozen=True)
class Worded:
    """What became of a paragraph's new words.

    Attributes:
        merges: by language, where somebody else saved meanwhile and both changed that language: nothing was changed in the
            text, the words are kept beside it, and this is what to look at.
        proposed: then, what to go on from, by language: both together, with what was pasted beyond the paragraph.
        joined: whether somebody else's change of another language, or of the same words, was kept with this one.
    """

    paragraph: Paragraph
    merges: Mapping[str, Merge] = field(default_factory=dict)
    proposed: Texts = field(default_factory=dict)
    joined: bool = False
    rest: Sequence[Paragraph] = ()


@transaction.atomic
def word_paragraph(
    *, paragraph: Paragraph, words: Texts, revision: int, by: Person, at: dt.datetime, function: str | None = None,
    rest: Sequence[Texts] = (),
) -> Worded:  # fmt: skip
    """Word a paragraph anew, in one language or all.

    Who began from an older wording overwrites nobody. A language that only one of both changed is taken from them; where
    both changed the same language, the text stays as it is, what was written is kept beside it, and the merge is handed
    back for a person to look at.

    Args:
        words: all languages that the writer saw. revision: of the paragraph as the writer saw it.
        rest: paragraphs that were pasted into it: they become paragraphs of their own after it.
    """
    row = locked(paragraph.text)
    require(rules.may_edit(reach_of(by, at), row))
    one = _current(row, paragraph)
    mine = {code: one_line(text) for code, text in words.items()}
    taken, merges = _joined(one, mine, revision)
    facts = {"anchor": one.anchor}
    if merges:
        keep_version(one, What.ASIDE, at, by, words=_typed(mine, rest), revision=revision)
        journal.record("paragraph.kept_aside", at=at, person=by, subject=row, room=row.room, facts=facts)
        both = taken | {code: merge.proposal for code, merge in merges.items()}
        return Worded(one, merges, _typed(both, rest))
    joined = one.revision != revision
    changed = [code for code in {*taken, *one.words} if taken.get(code, "") != one.words.get(code, "")]
    worded = bool(changed) or bool(function and function != one.function)
    if worded:
        one.words = {code: text for code, text in taken.items() if text}
        one.function = function or one.function
        _check_words(one)
        _save(one, What.WORDED, by, at)
    added = (
        add_paragraphs(text=row, after=one, kind=one.kind, function=one.function, blocks=rest, by=by, at=at)
        if rest
        else []
    )
    if worded and not added:
        touch(row, by, at)
    if worded:
        journal.record("paragraph.worded", at=at, person=by, subject=row, room=row.room,
                       facts=facts | {"languages": sorted(changed)})  # fmt: skip
    return Worded(one, joined=joined and bool(changed), rest=added)


def _typed(words: Texts, rest: Sequence[Texts]) -> Texts:
    """A paragraph and what was pasted beyond it as they stood in the form: parted by blank lines."""
    codes = {code for one in (words, *rest) for code in one}
    typed = {code: "\n\n".join(filter(None, (one.get(code, "") for one in (words, *rest)))) for code in codes}
    return {code: text for code, text in typed.items() if text}


def _current(text: Text, paragraph: Paragraph) -> Paragraph:
    one: Paragraph = (
        Paragraph.objects.select_for_update(of=("self",)).select_related("parent").get(pk=paragraph.pk)
    )
    one.text = text
    if one.removed_at is not None:
        raise RefusedError(
            _("Paragraph %(anchor)s was removed meanwhile; bring it back first. Your words stand below.")
            % {"anchor": one.anchor}
        )
    return one


def _joined(one: Paragraph, mine: Texts, revision: int) -> tuple[Texts, dict[str, Merge]]:
    """The words of both, language by language, and what a person must look at."""
    if one.revision == revision:
        return {**one.words, **mine}, {}
    seen = ParagraphVersion.objects.filter(paragraph=one, revision=revision).exclude(what=What.ASIDE)
    base = seen.order_by("number").values_list("words", flat=True).first()
    if base is None:
        raise RefusedError(
            _("Reload the page: the form does not say which wording it began from. Your words stand below.")
        )
    taken, merges = dict(one.words), {}
    for code, yours in mine.items():
        was, theirs = base.get(code, ""), one.words.get(code, "")
        if yours in (was, theirs):
            continue
        if theirs == was:
            taken[code] = yours
        else:
            merges[code] = merged(was, theirs, yours)
    return taken, merges


def _save(one: Paragraph, what: str, by: Person, at: dt.datetime) -> None:
    one.revision += 1
    one.changed_at, one.changed_by = at, by
    one.save()
    keep_version(one, what, at, by)


@transaction.atomic
def move_paragraph(
    *, paragraph: Paragraph, after: Paragraph | None, by: Person, at: dt.datetime
) -> Paragraph:
    """Put a paragraph, with what lies below it, after another one; its anchor stays."""
    row = locked(paragraph.text)
    require(rules.may_edit(reach_of(by, at), row))
    one = _current(row, paragraph)
    living = tree.in_order(Paragraph.objects.filter(text=row).living().order_by())
    mine, node = _node_of(one, living), _node_of(after, living)
    assert mine is not None  # noqa: S101 - it was just read, unremoved, under the text's lock
    if not any(target is node for target in tree.targets(living, one.kind, mine)):
        raise RefusedError(_("It cannot stand there: choose another place."), field="after")
    parent, one.place = tree.place_after(node, one.kind, living, moved=one.pk)
    one.parent = parent.paragraph if parent else None
    _save(one, What.MOVED, by, at)
    touch(row, by, at)
    journal.record("paragraph.moved", at=at, person=by, subject=row, room=row.room,
                   facts={"anchor": one.anchor, "after": after.anchor if after else ""})  # fmt: skip
    return one


@transaction.atomic
def remove_paragraph(*, paragraph: Paragraph, by: Person, at: dt.datetime) -> list[Paragraph]:
    """Remove a paragraph with what lies below it; anchors stay and say so. What others cite is not removed."""
    row = locked(paragraph.text)
    require(rules.may_edit(reach_of(by, at), row))
    one = _current(row, paragraph)
    living = tree.in_order(Paragraph.objects.filter(text=row).living().order_by())
    mine = _node_of(one, living)
    assert mine is not None  # noqa: S101 - it was just read, unremoved, under the text's lock
    going = [node.paragraph for node in living if tree.is_within(node, mine)]
    require(removal_of(row, going, by))
    for each in going:
        each.removed_at, each.removed_by = at, by
        _save(each, What.REMOVED, by, at)
    touch(row, by, at)
    journal.record("paragraph.removed", at=at, person=by, subject=row, room=row.room,
                   facts={"anchors": [each.anchor for each in going]})  # fmt: skip
    return going


def removal_of(text: Text, going: Sequence[Paragraph], person: Person) -> rules.Verdict:
    """Whether these paragraphs may go: what cites them is asked of the rooms above."""
    found = [
        one
        for citing in registry.references
        for one in citing(person, "paragraph", [f"{text.ref}#{each.anchor}" for each in going])
    ]
    named = [one.title for one in found if one.title]
    return rules.may_remove(named, len(found) - len(named))


def _free_place(one: Paragraph, text: Text) -> str:
    """Where it stood; right after what took that place meanwhile."""
    beside = Paragraph.objects.filter(text=text, parent=one.parent_id).living().exclude(pk=one.pk)
    places = sorted(beside.order_by().values_list("place", flat=True))
    if one.place not in places:
        return one.place
    return tree.between(one.place, next((place for place in places if place > one.place), ""))


@transaction.atomic
def restore_paragraph(*, paragraph: Paragraph, by: Person, at: dt.datetime) -> Paragraph:
    """Bring a removed paragraph back to where it stood, under its own anchor."""
    row = locked(paragraph.text)
    require(rules.may_edit(reach_of(by, at), row))
    one: Paragraph = (
        Paragraph.objects.select_for_update(of=("self",)).select_related("parent").get(pk=paragraph.pk)
    )
    if one.removed_at is None:
        raise RefusedError(_("This paragraph stands in the text."))
    if one.parent is not None and one.parent.removed_at is not None:
        raise RefusedError(
            _("Bring back %(anchor)s first: it lay below that one.") % {"anchor": one.parent.anchor}
        )
    one.removed_at = one.removed_by = None
    one.place = _free_place(one, row)
    _save(one, What.RESTORED, by, at)
    touch(row, by, at)
    journal.record(
        "paragraph.restored", at=at, person=by, subject=row, room=row.room, facts={"anchor": one.anchor}
    )
    return one
