"""May it be done to a text, a paragraph or a comment, and why not."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from puebla.core.verdicts import ALLOWED, Verdict, refused
from puebla.members.models import Audience, Party, Permission, Room
from puebla.members.querysets import MEMBERS, Reach

if TYPE_CHECKING:
    from puebla.texts.models import Comment, Text

NO_SUCH_TEXT = _("There is no such text.")
FROZEN = _("This text was adopted and is frozen: its words do not change any more.")
HELD = _("This text is being decided upon as it stands: its words do not change until that has ended.")


def _secretariat_holds(reach: Reach, room: Room) -> bool:
    """Whether a seat of the secretariat files papers here; in a sealed room only with a seat in it."""
    if not reach.secretariat or not reach.may(Permission.FILE):
        return False
    return not room.sealed or room.pk in reach.rooms


def writes_for(reach: Reach, party_id: int) -> bool:
    """Whether a seat of this party files its papers."""
    return any(one == Permission.FILE_OWN and of == party_id for one, of, _room in reach.permissions)


def may_open(reach: Reach, room: Room, party: Party) -> Verdict:
    """Begin a text in this room in this party's name."""
    if room.sealed and room.pk not in reach.rooms:
        return refused(_("Only members of this room write texts in it."))
    if _secretariat_holds(reach, room) or writes_for(reach, party.pk):
        return ALLOWED
    return refused(_("Your seat does not include writing texts; ask the secretariat."))


def may_keep(reach: Reach, text: "Text") -> Verdict:
    """Look after the text: who files papers for the secretariat, or for the party that began it."""
    if not reach.covers(text):
        return refused(NO_SUCH_TEXT)
    if _secretariat_holds(reach, text.room) or writes_for(reach, text.party_id):
        return ALLOWED
    return refused(_("Only the secretariat and the party that began this text edit it."))


def may_edit(reach: Reach, text: "Text") -> Verdict:
    """Add, word, move and remove paragraphs."""
    kept = may_keep(reach, text)
    if not kept:
        return kept
    if text.is_held:
        return refused(HELD)
    return refused(FROZEN) if text.is_frozen else ALLOWED


def may_remove(cited_by: Sequence[str], others: int) -> Verdict:
    """Remove a paragraph: not while others cite it.

    Args:
        cited_by: what cites it, as far as the person may know it. others: how many more do.
    """
    if not cited_by and not others:
        return ALLOWED
    if not cited_by:
        return refused(
            _("This paragraph is cited elsewhere and stays. Word it anew, or end what cites it first.")
        )
    return refused(
        _("This paragraph is cited and stays: %(where)s. Word it anew, or end what cites it first.")
        % {"where": "; ".join(cited_by[:5])}
    )


def may_set_audience(reach: Reach, text: "Text", audience: int) -> Verdict:
    """Make the text readable to this audience; a party's own text is opened wider by that party alone."""
    kept = may_keep(reach, text)
    if not kept:
        return kept
    if audience > text.room_cap:
        return refused(
            _("“%(room)s” never opens wider than “%(cap)s”.")
            % {"room": text.room, "cap": Audience(text.room_cap).label}
        )
    if text.is_held and audience < text.audience:
        return refused(HELD)
    own = text.party_id in reach.parties or text.party.kind == Party.Kind.SECRETARIAT
    if audience > text.audience and not own:
        return refused(_("%(party)s began this text; only %(party)s opens it wider.") % {"party": text.party})
    return ALLOWED


def commenting_parties(reach: Reach) -> frozenset[int]:
    """The parties in whose name the person may write."""
    return frozenset(of for one, of, _room in reach.permissions if one == Permission.FILE_OWN)


def may_comment(reach: Reach, text: "Text", *, at: dt.datetime) -> Verdict:
    """Comment on a paragraph in the name of one's delegation, until the date that was set."""
    if not reach.covers(text):
        return refused(NO_SUCH_TEXT)
    if text.is_frozen:
        return refused(FROZEN)
    if text.comments_until is None:
        return refused(_("Comments are not asked for yet."))
    if at > text.comments_until:
        return refused(
            _("Comments were asked for until %(when)s; write to the secretariat.")
            % {"when": when(text.comments_until)}
        )
    if reach.rung > MEMBERS:
        return refused(_("Observers and civil society comment where the Presidency has invited them to."))
    if not commenting_parties(reach):
        return refused(_("Your seat does not include writing for your delegation; ask your focal point."))
    return ALLOWED


def may_answer(reach: Reach, comment: "Comment", *, reach_text: Verdict) -> Verdict:
    """Answer or close a comment: who keeps the text and may read the comment."""
    if not reach.covers(comment):
        return refused(_("There is no such comment."))
    return reach_text


def may_freeze(
    edited: Verdict, text: "Text", pending: Collection[str], untitled: Sequence[str] = (), *, empty: bool
) -> Verdict:
    """Freeze the text in languages in which nothing is pending.

    Args:
        edited: whether the person may change it at all. pending: numbers of paragraphs that lack a language to be frozen.
        untitled: languages in which the title is pending. empty: whether there is no paragraph at all.
    """
    if not edited:
        return edited
    if text.is_frozen:
        return refused(FROZEN)
    if empty:
        return refused(_("There is nothing to freeze yet: the text has no paragraph."))
    if pending:
        shown = ", ".join(sorted(pending, key=len)[:10])
        return refused(
            _(
                "Words are pending in these paragraphs: %(numbers)s. Write them first, or leave that language out."
            )
            % {"numbers": shown}
        )
    if untitled:
        return refused(
            _("The title is pending in: %(languages)s. Write it first.") % {"languages": ", ".join(untitled)}
        )
    return ALLOWED


def when(instant: dt.datetime) -> str:
    """An instant in the process's time, as sentences say it."""
    return date_format(timezone.localtime(instant), "DATETIME_FORMAT")
