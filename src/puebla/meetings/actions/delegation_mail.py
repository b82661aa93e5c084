"""The mail that acts on delegations send, each in its reader's language; a sealed body's meeting is named by its room alone."""

import datetime as dt
from collections.abc import Iterable

from django.utils import formats, translation
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core.languages import show
from puebla.core.mail import post
from puebla.meetings.models import Convening, Delegate
from puebla.meetings.querysets.delegations import invited_standings
from puebla.members.actions.messages import address_of
from puebla.members.models import Party, Permission, Seat, StandingKind
from puebla.members.querysets import today
from puebla.notices.actions.messages import message_id_of


def named_in_mail(convening: Convening) -> str:
    """What a mail may call the meeting, in the language now active."""
    room = convening.meeting.body.room
    if room.sealed:
        return _("a meeting in “%(room)s”") % {"room": show(room.names)}
    return f"{show(convening.meeting.titles)} ({convening.symbol})"


def ask_for_nominations(
    convening: Convening, *, at: dt.datetime, parties: Iterable[Party] | None = None
) -> int:
    """Ask who names the delegations of these parties (of all that are invited) to do so; how many were asked."""
    asked = _who_nominate(convening, at=at, parties=parties)
    until = convening.nominate_by
    for person, of in asked.items():
        with translation.override(person.language):
            names = {
                "name": person.full_name,
                "meeting": named_in_mail(convening),
                "until": formats.date_format(until, "DATE_FORMAT") if until else "",
                "address": address_of("meetings:delegation", convening.symbol, of.code),
            }
            body = _(
                "%(name)s,\n\nthe meeting is convened: %(meeting)s. Name your delegation and send its letter of"
                " credentials:\n%(address)s\n"
            )
            if until:
                body += _("\nPlease do so by %(until)s.\n")
            subject = _("Nominate your delegation: %(meeting)s")
            post(to=person.email, subject=subject % names, body=body % names, language=person.language, at=at,
                 message_id=message_id_of("nominate", convening.meeting.symbol, person.ref, of.code))  # fmt: skip
    return len(asked)


def _who_nominate(
    convening: Convening, *, at: dt.datetime, parties: Iterable[Party] | None
) -> dict[Person, Party]:
    """Of each invited party its focal points; where it has none, who sits for it in the meeting's body. Two questions."""
    room = convening.meeting.body.room
    if parties is None:
        kinds = [one for one in invited_standings(convening) if one != StandingKind.SECRETARIAT]
        invited = set(Party.objects.standing(kinds, on=today(at)).values_list("pk", flat=True))
    else:
        invited = {one.pk for one in parties}
    seats = list(
        Seat.objects.effective(at).filter(party_id__in=invited).select_related("person", "party", "role")
    )
    if room.sealed:
        seats = [one for one in seats if one.room_id == room.pk]
    managing = [one for one in seats if Permission.MANAGE_OWN_PEOPLE in one.carries]
    served = {one.party_id for one in managing}
    others = [one for one in seats if one.party_id not in served and one.room_id == room.pk]
    return {one.person: one.party for one in [*others, *managing]}


def tell_accredited(delegate: Delegate, *, at: dt.datetime) -> None:
    """The delegate learns it, and what comes next."""
    if not delegate.email:
        return
    with translation.override(delegate.language):
        names = _names(delegate)
        if delegate.person_id is None:
            body = _(
                "%(name)s,\n\nyou are accredited as %(role)s of the delegation of %(party)s: %(meeting)s. Your focal point"
                " registers you and gives you your badge.\n"
            )
        else:
            body = _(
                "%(name)s,\n\nyou are accredited as %(role)s of the delegation of %(party)s: %(meeting)s. Look through"
                " what is known of you and register:\n%(address)s\n"
            )
        subject = _("You are accredited: %(meeting)s")
        _post(delegate, subject % names, body % names, at=at)


def tell_refused(delegate: Delegate, *, at: dt.datetime) -> None:
    """The delegate learns it; the reason stands on the site, for them and for their party."""
    if delegate.email:
        with translation.override(delegate.language):
            names = _names(delegate)
            body = _(
                "%(name)s,\n\nyou are not accredited for %(meeting)s. Your focal point can read the reason on the site and"
                " name somebody else, or you again.\n"
            )
            _post(delegate, _("Not accredited: %(meeting)s") % names, body % names, at=at)
    for person in _who_nominate(delegate.convening, at=at, parties=[delegate.delegation.party]):
        with translation.override(person.language):
            names = _names(delegate) | {"reader": person.full_name}
            body = _(
                "%(reader)s,\n\nsomebody whom your party named for %(meeting)s was not accredited. Read who and"
                " why:\n%(address)s\n"
            )
            post(to=person.email, subject=_("Not accredited: %(meeting)s") % names, body=body % names,
                 language=person.language, at=at, about=f"delegate:{delegate.ref}")  # fmt: skip


def tell_withdrawn(delegate: Delegate, *, by: Person, at: dt.datetime) -> None:
    """Somebody who had been accredited and did not say it themselves learns that they do not come."""
    if not delegate.email or delegate.person_id == by.pk:
        return
    with translation.override(delegate.language):
        names = _names(delegate)
        body = _("%(name)s,\n\nyour delegation no longer names you for %(meeting)s.\n")
        _post(delegate, _("Withdrawn: %(meeting)s") % names, body % names, at=at)


def _names(delegate: Delegate) -> dict[str, str]:
    return {
        "name": delegate.full_name,
        "role": str(Delegate.Role(delegate.role).label),
        "party": str(show(delegate.delegation.party.short_names)),
        "meeting": named_in_mail(delegate.convening),
        "address": address_of("meetings:delegate", delegate.convening.symbol, delegate.ref),
    }


def _post(delegate: Delegate, subject: str, body: str, *, at: dt.datetime) -> None:
    post(to=delegate.email, subject=subject, body=body, language=delegate.language, at=at,
         about=f"delegate:{delegate.ref}")  # fmt: skip
