"""Proposals by paragraph, and the positions that members ask to have recorded."""

import datetime as dt
from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core.languages import Texts
from puebla.core.rows import sent_before
from puebla.core.verdicts import RefusedError, require
from puebla.core.words import one_line
from puebla.decisions import rules
from puebla.decisions.actions.drafting import locked, record, touch
from puebla.decisions.models import Decision, Position, Proposal, Voice
from puebla.members.models import Audience, Party, Room
from puebla.members.querysets import reach_of, today
from puebla.texts import actions as texts
from puebla.texts.models import Function, Kind, Paragraph, tree

What, State = Proposal.What, Proposal.State


@transaction.atomic
def propose(
    *, decision: Decision, party: Party, what: str, by: Person, at: dt.datetime, token: str, paragraph: Paragraph | None = None,
    words: Texts | None = None, kind: str = Kind.PARAGRAPH, on_revision: int = 0, reason: str = "", language: str = "",
) -> Proposal:  # fmt: skip
    """Propose something for one paragraph in a party's name; the form sent twice over a weak line counts once.

    Args:
        on_revision: of the paragraph as the writer saw it.
    """
    row = locked(decision)
    standing = Proposal.objects.exclude(state=State.WITHDRAWN)
    said = (row.pk, party.pk, paragraph and paragraph.pk, what, kind, _lines(words or {}), one_line(reason))
    before, token = sent_before(standing, token, *said)
    if before is not None:
        return before
    reach = reach_of(by, at)
    require(rules.may_propose(reach, row, at=at))
    if party not in rules.negotiating_parties(reach, row, at=at):
        raise RefusedError(
            _("Your seat does not include writing for %(party)s.") % {"party": party}, field="party"
        )
    one = Proposal(
        token=token, decision=row, paragraph=paragraph, what=what, kind=kind, words=_lines(words or {}), on_revision=on_revision,
        reason=one_line(reason), language=language or by.language, room=row.text.room, room_cap=row.text.room_cap,
        audience=row.text.audience, party=party, at=at, by=by,
    )  # fmt: skip
    _check(one, row)
    one.save()
    Voice.objects.create(proposal=one, party=party, at=at, by=by)
    touch(row, at)
    record("proposal.made", row, by=by, at=at, anchor=_anchor(one), what=what, party=party.code)
    return one


def _lines(words: Mapping[str, str]) -> Texts:
    return {code: line for code, text in words.items() if (line := one_line(text))}


def _anchor(one: Proposal) -> str:
    return one.paragraph.anchor if one.paragraph else ""


def _check(one: Proposal, decision: Decision) -> None:
    if one.what in (What.REPLACE, What.ADD) and not one.words:
        raise RefusedError(_("Write the words that you propose, in one language at least."), field="words")
    if one.what in (What.DELETE, What.BRACKET):
        one.words = {}
    if one.paragraph is not None:
        if one.paragraph.text_id != decision.text_id:
            raise RefusedError(_("That paragraph belongs to another text."))
        if one.paragraph.removed_at is not None:
            raise RefusedError(
                _("Paragraph %(anchor)s was left out meanwhile.") % {"anchor": one.paragraph.anchor}
            )
    elif one.what != What.ADD:
        raise RefusedError(_("Choose a paragraph."))
    try:
        one.clean_fields(exclude=["room", "party", "decision", "paragraph", "by"])
    except ValidationError as error:
        name, sentences = next(iter(error.message_dict.items()))
        raise RefusedError(" ".join(sentences), field=name) from error


@transaction.atomic
def accept(
    *, proposal: Proposal, party: Party, by: Person, at: dt.datetime, accepts: bool = True
) -> Proposal:
    """A party accepts a proposal, or takes that back."""
    row = locked(proposal.decision)
    one = _locked(proposal)
    reach = reach_of(by, at)
    require(rules.may_propose(reach, row, at=at))
    if not reach.covers(one) or one.state != State.STANDING:
        raise RefusedError(
            _("This proposal does not stand any more: %(state)s.") % {"state": one.get_state_display()}
        )
    if party not in rules.negotiating_parties(reach, row, at=at):
        raise RefusedError(_("Your seat does not include writing for %(party)s.") % {"party": party})
    if party.pk == one.party_id and not accepts:
        raise RefusedError(_("Who proposes accepts. Withdraw the proposal instead."))
    if accepts:
        Voice.objects.get_or_create(proposal=one, party=party, defaults={"at": at, "by": by})
    else:
        Voice.objects.filter(proposal=one, party=party).delete()
    act = "proposal.accepted" if accepts else "proposal.unaccepted"
    record(act, row, by=by, at=at, anchor=_anchor(one), party=party.code)
    return one


def _locked(proposal: Proposal) -> Proposal:
    found: Proposal = (
        Proposal.objects.select_for_update(of=("self",))
        .select_related("paragraph", "party", "room")
        .get(pk=proposal.pk)
    )
    return found


@transaction.atomic
def end(*, proposal: Proposal, state: str, by: Person, at: dt.datetime) -> Proposal:
    """Withdraw a proposal, or set it aside: its brackets go, the words stay as they are."""
    row = locked(proposal.decision)
    one = _locked(proposal)
    one.decision = row
    require(rules.may_end(reach_of(by, at), one, state))
    _end(one, state, by, at)
    touch(row, at)
    act = "proposal.withdrawn" if state == State.WITHDRAWN else "proposal.set_aside"
    record(act, row, by=by, at=at, anchor=_anchor(one), party=one.party.code)
    return one


def _end(one: Proposal, state: str, by: Person, at: dt.datetime) -> None:
    one.state, one.ended_at, one.ended_by = state, at, by
    one.save()


@transaction.atomic
def take(*, proposal: Proposal, by: Person, at: dt.datetime) -> Proposal:
    """Take a proposal into the text. The others on that paragraph stay: they speak of other words, and say so.

    Raises:
        RefusedError: where the words were changed meanwhile in a language that the proposal changes too; it stands on.
    """
    row = locked(proposal.decision)
    one = _locked(proposal)
    one.decision = row
    require(rules.may_end(reach_of(by, at), one, State.TAKEN))
    require(rules.may_take(one, one.paragraph))
    # Ended first: while a proposal stands, what it speaks of is not removed.
    _end(one, State.TAKEN, by, at)
    if one.what == What.DELETE and one.paragraph is not None:
        _part_from(one.paragraph, row, by=by, at=at)
        texts.remove_paragraph(paragraph=one.paragraph, by=by, at=at)
    elif one.what == What.ADD:
        _add(one, row, by=by, at=at)
    elif one.paragraph is not None:
        _replace(one, one.paragraph, by=by, at=at)
    touch(row, at)
    record("proposal.taken", row, by=by, at=at, anchor=_anchor(one), party=one.party.code)
    return one


def _part_from(paragraph: Paragraph, row: Decision, *, by: Person, at: dt.datetime) -> None:
    """What else is proposed for a paragraph that goes is set aside; what was to stand after it, after the one before."""
    standing = Proposal.objects.select_for_update(of=("self",)).filter(paragraph=paragraph).standing()
    order = [
        node.paragraph for node in tree.in_order(Paragraph.objects.filter(text=row.text).living().order_by())
    ]
    place = next((number for number, each in enumerate(order) if each.pk == paragraph.pk), 0)
    for other in standing.select_related("party"):
        if other.what == What.ADD:
            other.paragraph = order[place - 1] if place else None
            other.save(update_fields=["paragraph"])
        else:
            _end(other, State.SET_ASIDE, by, at)
            record("proposal.set_aside", row, by=by, at=at, anchor=paragraph.anchor, party=other.party.code)


def _add(one: Proposal, row: Decision, *, by: Person, at: dt.datetime) -> None:
    function = one.paragraph.function if one.paragraph is not None else Function.INFORMATIONAL
    texts.add_paragraphs(
        text=row.text, after=one.paragraph, kind=one.kind, function=function, blocks=[one.words], by=by, at=at
    )


def _replace(one: Proposal, paragraph: Paragraph, *, by: Person, at: dt.datetime) -> None:
    # Languages of which the proposal says nothing stay as they stood when it was made.
    worded = texts.word_paragraph(
        paragraph=paragraph, words=one.words, revision=one.on_revision or paragraph.revision, by=by, at=at
    )
    if worded.merges:
        raise RefusedError(
            _(
                "Paragraph %(anchor)s was worded anew since this was proposed. Word it by hand, or ask for a new proposal."
            )
            % {"anchor": paragraph.anchor}
        )


# Positions ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def take_position(
    *, decision: Decision, party: Party, kind: str, words: Texts, audience: int, by: Person, at: dt.datetime, token: str,
    paragraph: Paragraph | None = None, outside: bool = False,
) -> Position:  # fmt: skip
    """Have a member's objection, reservation or dissociation recorded.

    Args:
        audience: who reads it, as the member chooses. outside: whether it may be read beyond the sealed room in which the text
            is negotiated; it then lies in the body's room.
    """
    row = locked(decision)
    standing = Position.objects.filter(lifted_at=None)
    said = (row.pk, party.pk, paragraph and paragraph.pk, kind, _lines(words), audience, outside)
    before, token = sent_before(standing, token, *said)
    if before is not None:
        return before
    reach = reach_of(by, at)
    require(rules.may_take_position(reach, row, at=at))
    if party not in Party.objects.members(on=today(at)) or party not in rules.negotiating_parties(
        reach, row, at=at
    ):
        raise RefusedError(
            _("Your seat does not include writing for %(party)s.") % {"party": party}, field="party"
        )
    if row.text.is_held and kind == Position.Kind.OBJECTION:
        raise RefusedError(
            _("A silence procedure runs over this text. Who objects breaks the silence, on the procedure's own page."),
            field="kind",
        )  # fmt: skip
    if paragraph is not None and paragraph.text_id != row.text_id:
        raise RefusedError(_("That paragraph belongs to another text."), field="of")
    # Read anew: the writer saw it before the decision was locked.
    if paragraph is not None and not Paragraph.objects.living().filter(pk=paragraph.pk).exists():
        raise RefusedError(
            _("Paragraph %(anchor)s was left out meanwhile.") % {"anchor": paragraph.anchor}, field="of"
        )
    room = position_room(row, outside=outside)
    if audience > room.cap:
        raise RefusedError(
            _("“%(room)s” never opens wider than “%(cap)s”.")
            % {"room": room, "cap": Audience(room.cap).label},
            field="audience",
        )
    one = Position(
        token=token, decision=row, paragraph=paragraph, kind=kind, words=_lines(words), room=room, room_cap=room.cap,
        audience=audience, party=party, at=at, by=by,
    )  # fmt: skip
    if kind != Position.Kind.OBJECTION and not one.words:
        raise RefusedError(_("Write what is to be recorded, in one language at least."), field="words")
    try:
        one.clean_fields(exclude=["room", "party", "decision", "paragraph", "by"])
    except ValidationError as error:
        raise RefusedError(" ".join(error.messages), field="words") from error
    one.save()
    touch(row, at)
    record("position.taken", row, by=by, at=at, kind=kind, party=party.code)
    return one


def position_room(decision: Decision, *, outside: bool) -> Room:
    """Where a position lies: where the text does, or in the body's room where it may be read outside."""
    return decision.body.room if outside else decision.text.room


@transaction.atomic
def lift_position(*, position: Position, by: Person, at: dt.datetime) -> Position:
    """The member lifts its position; that it was taken stays in the journal."""
    row = locked(position.decision)
    one: Position = (
        Position.objects.select_for_update(of=("self",)).select_related("party", "room").get(pk=position.pk)
    )
    one.decision = row
    require(rules.may_lift(reach_of(by, at), one))
    if rules.is_closing(row, at):
        raise RefusedError(rules.OVER)
    one.lifted_at, one.lifted_by = at, by
    one.revision += 1
    one.save()
    touch(row, at)
    record("position.lifted", row, by=by, at=at, kind=one.kind, party=one.party.code)
    return one
