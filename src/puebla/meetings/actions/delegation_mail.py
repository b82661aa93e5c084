"""What acts on delegations tell, each in its reader's language, by mail and in the inbox of those who have one.

A sealed body's meeting is named by its room alone.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils import formats, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puebla.accounts.models import Person
from puebla.core.languages import show
from puebla.core.mail import letter, post_all
from puebla.core.models import OutgoingMail, Process
from puebla.core.rows import write_rows
from puebla.meetings.models import Convening, Delegate
from puebla.meetings.querysets.delegations import invited_standings
from puebla.members.actions.messages import address_of
from puebla.members.models import Party, Permission, Seat, StandingKind
from puebla.members.querysets import reach_of, today
from puebla.notices.actions import stopped_by
from puebla.notices.actions.messages import contact_of, message_id_of, stop_kind_address
from puebla.notices.models import Notice

#: The kinds of mail that one click ends, with what they say of it.
KIND, BILATERALS = "delegations", "bilaterals"
STOPS = {
    KIND: gettext_lazy("No more mail of delegations, with one click (your inbox goes on):"),
    BILATERALS: gettext_lazy("No more mail of bilateral meetings, with one click (your inbox goes on):"),
}


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
    until, told = convening.nominate_by, []
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
            told.append(Told(
                to=person.email, language=person.language, subject=subject % names, body=body % names, person=person,
                source="meetings", record=convening.symbol, what="nominate", event=f"nominate:{convening.symbol}:{of.code}",
            ))  # fmt: skip
    tell_all(told, at=at)
    return len(asked)


@dataclass(frozen=True)
class Told:
    """One message, and the notice of it where its reader has an inbox."""

    to: str
    language: str
    subject: str
    body: str
    person: Person | None
    #: Whose record it is about, which one, what happened to it, and the name of the event.
    source: str
    record: str
    what: str
    event: str
    about: str = ""


def tell_all(told: Sequence[Told], *, at: dt.datetime, kind: str = KIND) -> None:
    """Write all of it in a constant number of questions; who stopped mail of this kind finds it in the inbox."""
    stopped = stopped_by(kind) if told else set()
    write_rows(
        [
            Notice(person_id=one.person.pk, source=one.source, event=one.event, subject=one.record, what=one.what, happened_at=at,
                   made_at=at, mailed_at=at)
            for one in told
            if one.person is not None
        ],
        once=True,
    )  # fmt: skip
    contact = contact_of(Process.objects.first())
    post_all(
        [
            _letter(one, contact, kind, at=at)
            for one in told
            if one.person is None or one.person.pk not in stopped
        ]
    )


def _letter(one: Told, contact: str, kind: str, *, at: dt.datetime) -> OutgoingMail:
    with translation.override(one.language):
        stop = stop_kind_address(one.person, kind) if one.person is not None else ""
        body = one.body if one.person is None else with_its_end(one.body, one.person, kind)
        return letter(
            to=one.to, subject=one.subject, body=body, language=one.language, at=at, reply_to=contact, stop_url=stop, about=one.about,
            message_id=message_id_of("delegations", one.event, one.to),
        )  # fmt: skip


def with_its_end(body: str, person: Person, kind: str) -> str:
    """The message with the link by which its reader ends mail of this kind, in the language now active."""
    return f"{body}\n{STOPS[kind]}\n{stop_kind_address(person, kind)}\n"


def _who_nominate(
    convening: Convening, *, at: dt.datetime, parties: Iterable[Party] | None
) -> dict[Person, Party]:
    """Of each party invited, by its standing or by name, its focal points; where it has none, who sits for it in the
    meeting's body. Three questions."""
    room = convening.meeting.body.room
    if parties is None:
        kinds = [one for one in invited_standings(convening) if one != StandingKind.SECRETARIAT]
        invited = set(Party.objects.standing(kinds, on=today(at)).values_list("pk", flat=True))
        by_name = convening.delegations.filter(invited_at__isnull=False).order_by()
        invited |= set(by_name.values_list("party_id", flat=True))
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
        _post(delegate, "accredited", subject % names, body % names, at=at)


def tell_refused(delegate: Delegate, *, at: dt.datetime) -> None:
    """The delegate learns it; the reason stands on the site, for them and for their party.

    Who named themselves is told once, with the way to the reason.
    """
    naming = _who_nominate(delegate.convening, at=at, parties=[delegate.delegation.party])
    if delegate.email and delegate.person not in naming:
        with translation.override(delegate.language):
            names = _names(delegate)
            body = _(
                "%(name)s,\n\nyou are not accredited for %(meeting)s. Your focal point can read the reason on the site and"
                " name somebody else, or you again.\n"
            )
            _post(delegate, "refused", _("Not accredited: %(meeting)s") % names, body % names, at=at)
    told = []
    for person in naming:
        with translation.override(person.language):
            names = _names(delegate) | {"reader": person.full_name}
            body = _(
                "%(reader)s,\n\nsomebody whom your party named for %(meeting)s was not accredited. Read who and"
                " why:\n%(address)s\n"
            )
            subject = _("Not accredited: %(meeting)s")
            told.append(_of(delegate, "refused", subject % names, body % names, at=at, reader=person))
    tell_all(told, at=at)


def tell_withdrawn(delegate: Delegate, *, by: Person, at: dt.datetime) -> None:
    """Somebody who had been accredited and did not say it themselves learns that they do not come."""
    if not delegate.email or delegate.person_id == by.pk:
        return
    with translation.override(delegate.language):
        names = _names(delegate)
        body = _("%(name)s,\n\nyour delegation no longer names you for %(meeting)s.\n")
        _post(delegate, "withdrawn", _("Withdrawn: %(meeting)s") % names, body % names, at=at)


def _names(delegate: Delegate) -> dict[str, str]:
    return {
        "name": delegate.full_name,
        "role": str(Delegate.Role(delegate.role).label),
        "party": str(show(delegate.delegation.party.short_names)),
        "meeting": named_in_mail(delegate.convening),
        "address": address_of("meetings:delegate", delegate.convening.symbol, delegate.ref),
    }


def _post(delegate: Delegate, what: str, subject: str, body: str, *, at: dt.datetime) -> None:
    tell_all([_of(delegate, what, subject, body, at=at)], at=at)


def _of(
    delegate: Delegate, what: str, subject: str, body: str, *, at: dt.datetime, reader: Person | None = None
) -> Told:
    """What is told of a delegate: to themselves, or to another reader."""
    return Told(
        to=reader.email if reader else delegate.email, language=reader.language if reader else delegate.language, subject=subject,
        body=body, person=reader or delegate.person, source="delegates", record=delegate.ref, what=what,
        event=f"{delegate.ref}:{what}:{at.astimezone(dt.UTC):%Y%m%dT%H%M%S.%f}", about=f"delegate:{delegate.ref}",
    )  # fmt: skip


def mail_now(ref: str, mail: OutgoingMail, at: dt.datetime) -> dict[str, str] | None:
    """A message that waited, as it was written; None where its reader may not know of the delegate any more, or stopped it."""
    delegate = Delegate.objects.filter(ref=ref).select_related("person").first()
    if delegate is None:
        return None
    own = mail.recipient == delegate.email
    person = delegate.person if own else Person.objects.filter(email=mail.recipient, is_active=True).first()
    if not own:
        seen = Delegate.objects.visible_to(person, reach=reach_of(person, at) if person else None)
        if person is None or not seen.filter(pk=delegate.pk).exists():
            return None
    if person is not None and person.pk in stopped_by(KIND):
        return None
    return {"subject": mail.subject, "body": mail.body, "html": mail.html}
