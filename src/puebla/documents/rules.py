"""May it be done to a document, and why not."""

import datetime as dt
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from puebla.core.verdicts import ALLOWED, Verdict, refused
from puebla.members.models import Audience, Party, Permission, Room
from puebla.members.querysets import Reach
from puebla.members.rules import edits_lists
from puebla.publications.models import PublicDocument

if TYPE_CHECKING:
    from puebla.documents.models import Document

LISTS_ARE_THE_SECRETARIATS = _("The lists of kinds and themes are kept by the secretariat; ask it.")
NOT_YOURS = _("Papers of the secretariat are kept by the secretariat; ask it to make this change.")


def _secretariat_holds(reach: Reach, room: Room | None, permission: str) -> bool:
    """Whether a seat of the secretariat carries this permission here; in a sealed room only with a seat in it."""
    if not reach.secretariat or not reach.may(permission):
        return False
    return room is None or not room.sealed or room.pk in reach.rooms


def may_edit_lists(reach: Reach) -> Verdict:
    """Keep the kinds, the themes and the pattern of symbols."""
    return ALLOWED if edits_lists(reach) else refused(LISTS_ARE_THE_SECRETARIATS)


def may_file(reach: Reach, room: Room, party: Party) -> Verdict:
    """File a new paper in this room in this party's name."""
    if room.sealed and room.pk not in reach.rooms:
        return refused(_("Only members of this room file papers in it."))
    if _secretariat_holds(reach, room, Permission.FILE):
        return ALLOWED
    if party.pk not in reach.parties:
        return refused(_("You can file papers of your own party only."))
    if not any(one == Permission.FILE_OWN and of == party.pk for one, of, _room in reach.permissions):
        return refused(_("Your seat does not include filing papers; ask your focal point."))
    return ALLOWED


def may_describe(reach: Reach, document: "Document") -> Verdict:
    """Change description, files, relations and state."""
    if not reach.covers(document):
        return refused(_("There is no such document."))
    if _secretariat_holds(reach, document.room, Permission.FILE):
        return ALLOWED
    own = any(one == Permission.FILE_OWN and of == document.party_id for one, of, _room in reach.permissions)
    if not own:
        return refused(NOT_YOURS)
    if document.released_at is not None:
        return refused(_("This paper was released; ask the secretariat to replace it."))
    return ALLOWED


def may_set_audience(reach: Reach, document: "Document", audience: int) -> Verdict:
    """Make the paper readable to this audience; widening a party's paper needs the party's recorded consent."""
    described = may_describe(reach, document)
    if not described:
        return described
    if audience > document.room_cap:
        return refused(
            _("“%(room)s” never opens wider than “%(cap)s”. To go further, file a new paper in an open room.")
            % {"room": document.room, "cap": Audience(document.room_cap).label}
        )
    if document.released_at is not None and audience < Audience.PUBLIC:
        return refused(_("This paper is on the public site. Withdraw it there first."))
    if audience <= document.audience:
        return ALLOWED
    return may_widen(reach, document, audience)


def may_widen(reach: Reach, document: "Document", audience: int) -> Verdict:
    """Whether the party that gave the paper agrees to this audience."""
    if document.party_id in reach.parties or document.party.kind == Party.Kind.SECRETARIAT:
        return ALLOWED
    if document.consents.filter(audience__gte=audience, party=document.party_id).exists():
        return ALLOWED
    return refused(
        _("%(party)s gave this paper and has not yet agreed to this audience. Ask it to record its consent.")
        % {"party": document.party}
    )


def may_consent(reach: Reach, document: "Document") -> Verdict:
    """Record the giving party's consent to a wider audience of a paper that the person reads."""
    if not reach.covers(document):
        return refused(_("There is no such document."))
    if document.party_id not in reach.parties:
        return refused(_("Only the party that gave the paper can agree to a wider audience."))
    return ALLOWED


def may_move_embargo(
    reach: Reach, document: "Document", until: dt.datetime | None, *, at: dt.datetime
) -> Verdict:
    """Set, move or lift an embargo: lifting it widens who reads, so a party's paper keeps it as its party set it."""
    stands = document.embargo_until
    if until == stands:
        return ALLOWED
    if (
        document.released_at is not None
        and PublicDocument.objects.readable(at=at).filter(symbol=document.symbol).exists()
    ):
        return refused(
            _("The public reads this paper already: an embargo comes too late. Withdraw it first.")
        )
    shorter = stands is not None and stands > at and (until is None or until < stands)
    if shorter and document.party_id not in reach.parties and document.party.kind != Party.Kind.SECRETARIAT:
        return refused(
            _("%(party)s gave this paper under an embargo; only %(party)s ends it earlier.")
            % {"party": document.party}
        )
    return ALLOWED


def may_release(reach: Reach, document: "Document") -> Verdict:
    """Put a public edition on the portal."""
    if not _secretariat_holds(reach, document.room, Permission.RELEASE):
        return refused(_("Releasing to the public is done by the secretariat."))
    if document.room_cap < Audience.PUBLIC:
        return refused(
            _(
                "Nothing of “%(room)s” can become public. File the released outcome as a new paper in an open room."
            )
            % {"room": document.room}
        )
    if document.state in {"awaited", "withdrawn"}:
        return refused(_("An awaited or withdrawn paper cannot be released."))
    if not document.filed_languages:
        return refused(_("There is no file yet; file at least one language first."))
    return may_widen(reach, document, Audience.PUBLIC)


def may_withdraw(reach: Reach, document: "Document") -> Verdict:
    """Take the public edition away."""
    if not _secretariat_holds(reach, document.room, Permission.RELEASE):
        return refused(_("Withdrawing from the public is done by the secretariat."))
    if document.released_at is None:
        return refused(_("This paper is not on the public site."))
    return ALLOWED


def may_share(reach: Reach, document: "Document") -> Verdict:
    """Open the paper to one person until a day; like any widening, a party's paper needs the party for it."""
    if document.room.sealed:
        return refused(_("Papers of a sealed room are not shared with single persons."))
    described = may_describe(reach, document)
    if not described:
        return described
    if document.party_id in reach.parties or document.party.kind == Party.Kind.SECRETARIAT:
        return ALLOWED
    if document.consents.filter(audience__gt=document.audience, party=document.party_id).exists():
        return ALLOWED
    return refused(
        _(
            "%(party)s gave this paper: it shares it with single persons itself, or first agrees to a wider audience."
        )
        % {"party": document.party}
    )


def may_import(reach: Reach) -> Verdict:
    """Drop many files at once: whoever may file at all."""
    if reach.may(Permission.FILE) or reach.may(Permission.FILE_OWN):
        return ALLOWED
    return refused(_("Your seat does not include filing papers; ask your focal point."))
