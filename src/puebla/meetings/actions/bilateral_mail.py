"""What the two delegations of a bilateral meeting are told: in the inbox, and by mail without a word of who or what."""

import datetime as dt
from collections.abc import Iterable

from django.utils import translation
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core.models import OutgoingMail
from puebla.meetings.actions.delegation_mail import BILATERALS, Told, named_in_mail, tell_all, with_its_end
from puebla.meetings.models import Bilateral, Convening, Delegate
from puebla.meetings.querysets.delegations import ACTIVE
from puebla.meetings.rules.bilaterals import HEADS
from puebla.meetings.rules.delegations import OBSERVING, standing_at
from puebla.members.actions.messages import address_of
from puebla.members.models import Party, Permission, Seat
from puebla.members.querysets import reach_of
from puebla.notices.actions import stopped_by

#: The name of these notices, and of the mail of them.
SOURCE = BILATERALS
SAYS = {
    "asked": lambda: _("You are asked for a bilateral meeting"),
    "proposed": lambda: _("Another time is proposed for a bilateral meeting"),
    "agreed": lambda: _("A bilateral meeting is agreed"),
    "declined": lambda: _("A bilateral meeting is declined"),
    "withdrawn": lambda: _("A bilateral meeting is withdrawn"),
    "moved": lambda: _("The secretariat moved a bilateral meeting"),
}


def tell(row: Bilateral, what: str, *, to: Iterable[Party], by: Person, at: dt.datetime) -> None:
    """Tell who arranges meetings for these parties, but not who did it."""
    people = {
        one.pk: one for party in to for one in who_arranges(row.convening, party, at=at) if one.pk != by.pk
    }
    told = []
    for person in people.values():
        with translation.override(person.language):
            words = _words(row, what, person)
        told.append(Told(
            to=person.email, language=person.language, **words, person=person, source=SOURCE, record=row.ref, what=what,
            event=f"{row.ref}:{row.revision}:{what}", about=f"bilateral:{row.ref}:{what}",
        ))  # fmt: skip
    tell_all(told, at=at, kind=SOURCE)


def who_arranges(convening: Convening, party: Party, *, at: dt.datetime) -> list[Person]:
    """Heads and alternates of the party's delegation, and its focal points; of observers whoever sits for them."""
    seats = list(
        Seat.objects.effective(at)
        .filter(party=party)
        .select_related("person", "party", "role")
        .order_by("pk")
    )
    room = convening.meeting.body.room
    sitting = {one.person_id: one.person for one in seats}
    if room.sealed:
        return list({one.person_id: one.person for one in seats if one.room_id == room.pk}.values())
    if standing_at(convening, party) in OBSERVING:
        return list(sitting.values())
    focal = {one.person_id for one in seats if Permission.MANAGE_OWN_PEOPLE in one.carries}
    heads = Delegate.objects.filter(
        convening=convening, delegation__party=party, role__in=HEADS, state__in=ACTIVE, person__isnull=False
    ).values_list("person_id", flat=True)
    return [sitting[key] for key in sorted(focal | {*heads}) if key in sitting]


def _words(row: Bilateral, what: str, person: Person) -> dict[str, str]:
    """Subject and text, in the language now active: what it is about is read on the site."""
    said = SAYS[what]()
    names = {
        "name": person.full_name, "said": said, "meeting": named_in_mail(row.convening),
        "address": address_of("meetings:bilateral", row.convening.symbol, row.ref),
    }  # fmt: skip
    body = _("%(name)s,\n\n%(said)s, at %(meeting)s. With whom, when and where is read on the site alone:\n%(address)s\n")  # fmt: skip
    return {"subject": _("%(said)s: %(meeting)s") % names, "body": body % names}


def mail_now(ref: str, mail: OutgoingMail, at: dt.datetime) -> dict[str, str] | None:
    """What a message that waited says now; None where its reader may no longer know of it."""
    row_ref, _colon, what = ref.partition(":")
    person = Person.objects.with_address(mail.recipient).filter(is_active=True).first()
    if person is None or what not in SAYS or person.pk in stopped_by(SOURCE):
        return None
    seen = Bilateral.objects.visible_to(person, reach=reach_of(person, at)).filter(ref=row_ref)
    row = seen.select_related("convening__meeting__body__room").first()
    if row is None:
        return None
    with translation.override(person.language):
        words = _words(row, what, person)
        return words | {"body": with_its_end(words["body"], person, SOURCE)}
