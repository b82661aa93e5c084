"""May it be done to a decision, and why not; and what stands against consensus."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from puebla.core.asks import Due
from puebla.core.verdicts import ALLOWED, Verdict, refused
from puebla.decisions.models import Decision, Position, Proposal, Provision
from puebla.documents.rules import may_file as may_file_paper
from puebla.meetings.models import Convening, ItemOpening
from puebla.meetings.rules import NOT_YOURS, may_run
from puebla.meetings.rules.handovers import chair_of
from puebla.meetings.rules.reports import party_for
from puebla.members.models import Party, Permission, Room
from puebla.members.querysets import Reach, today
from puebla.members.rules import chairs, chairs_the_presidency, convenes
from puebla.texts import rules as texts
from puebla.texts.models import Paragraph

NO_SUCH = gettext_lazy("There is no such decision.")
OVER = gettext_lazy("This text was adopted: its words and the positions beside it stay as they were.")
LAID_ASIDE = gettext_lazy("This text was laid aside. Take it up again first.")
SILENT = gettext_lazy(
    "A silence procedure runs over this text: nothing in it changes until that has ended. Whoever opened it can stop it."
)


def open_to_change(reach: Reach, decision: Decision) -> Verdict:
    """Whether the person may know of the decision, and it is still negotiated."""
    if not reach.covers(decision.text):
        return refused(NO_SUCH)
    if decision.state == Decision.State.ADOPTED or decision.text.is_frozen:
        return refused(OVER)
    if decision.state == Decision.State.LAID_ASIDE:
        return refused(LAID_ASIDE)
    return refused(SILENT) if decision.text.is_held else ALLOWED


# Drafting ----------------------------------------------------------------------------------------------------------


def may_begin(reach: Reach, room: Room, convening: Convening | None = None) -> Verdict:
    """Begin the text of a recommendation, a decision or a declaration in this room."""
    party = party_for(reach)
    if party is None:
        return refused(_("Your seat does not include writing texts; ask the secretariat."))
    if convening is not None and convening.meeting.draft:
        return refused(_("The meeting is still a draft. Announce it first."))
    return texts.may_open(reach, room, party)


def may_begin_anywhere(reach: Reach, rooms: Iterable[Room]) -> bool:
    """Whether there is any of these rooms in which the person begins a text; who writes none is asked of no room."""
    party = party_for(reach)
    return party is not None and any(texts.may_open(reach, room, party) for room in rooms)


def may_write(reach: Reach, decision: Decision) -> Verdict:
    """Change its words: whoever edits the text, while it is negotiated."""
    standing = open_to_change(reach, decision)
    return texts.may_edit(reach, decision.text) if standing else standing


def may_describe(reach: Reach, decision: Decision) -> Verdict:
    """Say what its paragraphs do: verb, addressees, due dates, themes, links; they are no part of the words."""
    if not reach.covers(decision.text):
        return refused(NO_SUCH)
    # Whom it addresses and until when is decided upon with the words.
    return refused(SILENT) if decision.text.is_held else texts.may_keep(reach, decision.text)


def may_link(source: Paragraph, target: Paragraph, *, reaches: bool) -> Verdict:
    """Let one paragraph recall, amend or carry out another.

    Args:
        reaches: whether the other leads back to this one already, directly or through others.
    """
    if source.pk == target.pk:
        return refused(_("A paragraph does not cite itself. Choose another one."))
    if reaches:
        return refused(
            _("%(target)s leads back to this paragraph already: they would cite each other in a circle. End one of the links first.")
            % {"target": f"{target.text}#{target.anchor}"}
        )  # fmt: skip
    mine, theirs = _adopted(source), _adopted(target)
    known = min(len(mine), len(theirs))
    if mine[:known] < theirs[:known]:
        return refused(
            _("%(target)s was adopted after this one, which cannot speak of it. Link it from that paragraph's own page.")
            % {"target": f"{target.text}#{target.anchor}"}
        )  # fmt: skip
    return ALLOWED


def _adopted(one: Paragraph) -> list[int]:
    """Year, month and day on which the decision of a paragraph was adopted, as far as they are known."""
    decision = one.text.decision
    if decision.adopted_on is None:
        return []
    parts = [decision.adopted_on.year, decision.adopted_on.month, decision.adopted_on.day]
    return parts[: {"year": 1, "month": 2}.get(decision.adopted_precision, 3)]


# Negotiating -------------------------------------------------------------------------------------------------------


def negotiating_parties(reach: Reach, decision: Decision, *, at: dt.datetime) -> list[Party]:
    """Parties in whose name the person may propose: members, and whom the Presidency let draft under the agenda item."""
    own = texts.commenting_parties(reach)
    members = Party.objects.members(on=today(at)).filter(pk__in=own).order_by()
    found = set(members.values_list("pk", flat=True)) if own else set()
    if decision.item_id and not decision.text.room.sealed:
        # The role of observers carries no right to write: the exception gives it, for this item.
        openings = ItemOpening.objects.filter(
            item=decision.item_id, party__in=reach.parties, what=ItemOpening.What.DRAFT
        )
        found |= set(openings.order_by().values_list("party_id", flat=True))
    return list(Party.objects.filter(pk__in=found).order_by("code")) if found else []


def may_propose(reach: Reach, decision: Decision, *, at: dt.datetime) -> Verdict:
    """Propose other words, a new paragraph, to leave one out, or to keep it in brackets."""
    standing = open_to_change(reach, decision)
    if not standing:
        return standing
    if not negotiating_parties(reach, decision, at=at):
        return refused(
            _(
                "Members propose changes; observers where the Presidency lets them draft under this agenda item."
            )
        )
    return ALLOWED


def may_end(reach: Reach, proposal: Proposal, state: str) -> Verdict:
    """Take a proposal into the text, set it aside, or withdraw it."""
    standing = open_to_change(reach, proposal.decision)
    if not standing:
        return standing
    if not reach.covers(proposal):
        return refused(_("There is no such proposal."))
    if proposal.state != Proposal.State.STANDING:
        return refused(
            _("This proposal does not stand any more: %(state)s.") % {"state": proposal.get_state_display()}
        )
    if state == Proposal.State.WITHDRAWN:
        own = proposal.party_id in reach.parties
        return (
            ALLOWED
            if own
            else refused(_("Only %(party)s withdraws its proposal.") % {"party": proposal.party})
        )
    return may_write(reach, proposal.decision)


def may_take(proposal: Proposal, paragraph: Paragraph | None) -> Verdict:
    """Take a proposal into the words that stand now."""
    if proposal.what == Proposal.What.BRACKET:
        return refused(_("Brackets offer no other words. They go when %(party)s withdraws them, or other words are agreed.") % {"party": proposal.party})  # fmt: skip
    if paragraph is not None and paragraph.removed_at is not None:
        return refused(_("Paragraph %(anchor)s was left out meanwhile.") % {"anchor": paragraph.anchor})
    return ALLOWED


def may_take_position(reach: Reach, decision: Decision, *, at: dt.datetime) -> Verdict:
    """Have an objection, a reservation or a dissociation recorded: a member asks for it, before adoption."""
    if not reach.covers(decision.text):
        return refused(NO_SUCH)
    if decision.state == Decision.State.ADOPTED:
        return refused(
            _(
                "Consensus was declared on %(day)s. Positions are recorded before that; write to the Presidency."
            )
            % {"day": date_format(decision.adopted_on, "DATE_FORMAT") if decision.adopted_on else ""}
        )
    standing = open_to_change(reach, decision)
    if not standing and not decision.text.is_held:
        return standing
    if is_closing(decision, at):
        return refused(
            _("The silence procedure over this text has closed. Positions are recorded before that.")
        )
    members = Party.objects.members(on=today(at)).filter(pk__in=texts.commenting_parties(reach))
    if not members.exists():
        return refused(_("Positions are taken by member states, by who writes for their delegation."))
    return ALLOWED


def is_closing(decision: Decision, at: dt.datetime) -> bool:
    """Whether the hour of a silence procedure over it has passed, though its end was not written down yet."""
    return decision.text.is_held and not decision.silences.running().filter(closes_at__gte=at).exists()


def may_lift(reach: Reach, position: Position) -> Verdict:
    """Lift a position: the member whose it is, and nobody else; beside an adopted text it stays."""
    if not reach.covers(position) or position.party_id not in texts.commenting_parties(reach):
        return refused(_("Only %(party)s lifts its own position.") % {"party": position.party})
    if position.lifted_at is not None:
        return refused(_("This position was lifted already."))
    if position.decision.state == Decision.State.ADOPTED:
        return refused(OVER)
    return ALLOWED


# Consensus ---------------------------------------------------------------------------------------------------------


def declares(reach: Reach, decision: Decision, *, at: dt.datetime) -> bool:
    """Whether the person chairs where the decision is negotiated."""
    room = decision.text.room
    if room.sealed:
        return chairs(reach, room)
    if decision.convening is not None:
        return chair_of(reach, decision.convening, at=at) is not None
    return chairs_the_presidency(reach, at=at)


def may_declare(reach: Reach, decision: Decision, *, at: dt.datetime) -> Verdict:
    """Declare consensus: the chair, and nobody else. What stands against it is `stands_against`."""
    standing = open_to_change(reach, decision)
    if not standing:
        return standing
    if not declares(reach, decision, at=at):
        return refused(_("Consensus is declared by who chairs."))
    return ALLOWED


def may_enter(reach: Reach, decision: Decision) -> Verdict:
    """Enter a text as adopted earlier: the secretariat, of texts that were never negotiated here."""
    written = may_write(reach, decision)
    if not written:
        return written
    if not (reach.secretariat and reach.may(Permission.FILE)):
        return refused(_("What was adopted earlier is entered by the secretariat."))
    if decision.convening_id or decision.origin_id or decision.text.room.sealed:
        return refused(_("This text is negotiated at a meeting: its consensus is declared there."))
    return ALLOWED


def stands_against(
    *, present: Collection[Party], languages: Sequence[str], on: dt.date,
    proposals: Iterable[Proposal], positions: Iterable[Position], provisions: Iterable[Provision], frozen: Verdict = ALLOWED,
) -> list[str]:  # fmt: skip
    """What stands against consensus, in sentences; nothing where it is empty.

    Args:
        present: member states present. on: the day of adoption. proposals, positions: all of the decision, those that the
            reader may not see included: none is lost. provisions: of its paragraphs. frozen: whether its words can be frozen.
    """
    found: list[str] = []
    if not present:
        found.append(_("No member state is marked as present."))
    if not languages:
        found.append(_("Choose at least one language."))
    found += contested(proposals=proposals, positions=positions)
    if languages and not frozen:
        found.append(str(frozen.reason))
    found.extend(
        _("Paragraph %(anchor)s is due before the day of adoption. Correct the date, or leave it out.")
        % {"anchor": one.paragraph.anchor}
        for one in provisions
        if one.due_on is not None and Due(on=one.due_on, precision=one.due_precision).last_day < on
    )
    return found


def contested(*, proposals: Iterable[Proposal], positions: Iterable[Position]) -> list[str]:
    """Who objects, and where words are in brackets, in sentences: over these nothing is adopted in any way."""
    found: list[str] = []
    objecting = sorted(
        {str(one.party) for one in positions if one.kind == Position.Kind.OBJECTION and one.stands}
    )
    if objecting:
        found.append(
            ngettext("%(who)s objects.", "%(who)s object.", len(objecting)) % {"who": ", ".join(objecting)}
        )
    brackets = sorted(
        {
            one.paragraph.anchor if one.paragraph else ""
            for one in proposals
            if one.state == Proposal.State.STANDING
        }
    )
    if brackets:
        where = ", ".join(f"#{anchor}" if anchor else _("at the beginning") for anchor in brackets)
        found.append(_("Proposals stand, and words are in brackets: %(where)s.") % {"where": where})
    return found


def may_lay_aside(reach: Reach, decision: Decision, *, at: dt.datetime) -> Verdict:
    """Lay a text aside, or take it up again: who chairs, or who edits it."""
    if not reach.covers(decision.text):
        return refused(NO_SUCH)
    if decision.state == Decision.State.ADOPTED:
        return refused(OVER)
    if decision.text.is_held:
        return refused(SILENT)
    if declares(reach, decision, at=at):
        return ALLOWED
    return texts.may_edit(reach, decision.text)


def may_forward(reach: Reach, decision: Decision, convening: Convening | None = None) -> Verdict:
    """Forward an adopted recommendation to the agenda of another body's meeting."""
    if not reach.covers(decision.text):
        return refused(NO_SUCH)
    if decision.kind not in (Decision.Kind.RECOMMENDATION, Decision.Kind.CONCLUSIONS):
        return refused(_("Recommendations and conclusions are forwarded; this is neither."))
    if decision.state != Decision.State.ADOPTED:
        return refused(_("It is forwarded once the body has recommended it by consensus."))
    if convening is None:
        return ALLOWED if convenes(reach) else refused(NOT_YOURS)
    if convening.meeting.body_id == decision.body_id:
        return refused(_("Choose a meeting of another body: this one has recommended it."))
    if convening.state == Convening.State.CLOSED:
        return refused(_("That meeting is closed. Choose one that is still to be held."))
    return may_run(reach, convening.meeting)


def may_file(reach: Reach, decision: Decision) -> Verdict:
    """File the adopted text as a paper."""
    if not reach.covers(decision.text):
        return refused(NO_SUCH)
    if decision.state != Decision.State.ADOPTED:
        return refused(_("Only an adopted text is filed, and once."))
    if decision.filed:
        return refused(_("It is filed already."))
    return may_file_paper(reach, decision.text.room, decision.text.party)


def may_set_status(reach: Reach, decision: Decision) -> Verdict:
    """Say where a paragraph stands: active, implemented, superseded …"""
    described = may_describe(reach, decision)
    if not described:
        return described
    if decision.state != Decision.State.ADOPTED:
        return refused(_("Before adoption a paragraph has no status."))
    return ALLOWED


def may_answer(reach: Reach, decision: Decision, party: Party) -> Verdict:
    """Say what was done about a paragraph, in a party's name."""
    if not reach.covers(decision.text):
        return refused(NO_SUCH)
    if decision.state != Decision.State.ADOPTED:
        return refused(_("This text is not adopted yet: it asks nothing of anybody."))
    if party.kind == Party.Kind.SECRETARIAT:
        may = reach.secretariat and reach.may(Permission.FILE)
    else:
        may = texts.writes_for(reach, party.pk)
    return (
        ALLOWED
        if may
        else refused(_("Your seat does not include answering for %(party)s.") % {"party": party})
    )
