"""What member states are told of silence procedures: in the inbox, and by mail as far as its room lets words travel."""

import datetime as dt
from collections.abc import Iterable

from django.utils import formats, translation
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core.languages import show
from puebla.core.mail import letter, post_all
from puebla.core.models import OutgoingMail, Process
from puebla.core.rows import write_rows
from puebla.core.zones import difference, local, place_of
from puebla.decisions.models import SilenceProcedure, SilenceReceipt
from puebla.decisions.rules.silence import leads
from puebla.members.actions.messages import address_of
from puebla.members.querysets import MEMBERS, Reach, reach_of, reaches
from puebla.notices.actions import stopped_by
from puebla.notices.actions.messages import contact_of, message_id_of, stop_kind_address
from puebla.notices.models import Notice
from puebla.texts import rules as texts

#: The name of these notices, and of the mail of them.
SOURCE = "silence"
SAYS = {
    "opened": lambda: _("A silence procedure was opened"),
    "extended": lambda: _("A silence procedure was extended"),
    "reminded": lambda: _("A silence procedure closes soon"),
    "asked": lambda: _("More time is asked for in a silence procedure"),
    "broken": lambda: _("The silence was broken and nothing is adopted"),
    "adopted": lambda: _("A text was adopted by silence procedure"),
    "stopped": lambda: _("A silence procedure was stopped"),
    "held": lambda: _("The end of a silence procedure waits for you, since the server's clock is in doubt"),
}
#: What only those who look after the procedure are told.
TO_LEADERS = frozenset({"asked", "held"})
#: What says by when an answer is due.
WITH_HOUR = frozenset({"opened", "extended", "reminded"})


def tell(
    row: SilenceProcedure,
    what: str,
    *,
    at: dt.datetime,
    parties: Iterable[int] | None = None,
    event: str = "",
) -> None:
    """Tell who writes for the members asked, and who looks after the procedure; a notice and a message each.

    Args:
        parties: of these alone. event: names it among the procedure's, where it may happen more than once.
    """
    every = reaches(None, at)
    asked = (
        frozenset(row.asked.order_by().values_list("party_id", flat=True))
        if parties is None
        else frozenset(parties)
    )
    wanted = {
        key
        for key, reach in every.items()
        if _is_told(row, what, reach, asked, only=parties is not None, at=at)
    }
    people = list(Person.objects.filter(pk__in=sorted(wanted), is_active=True).order_by("pk"))
    name = f"{row.ref}:{what}{event}"
    write_rows(
        [
            Notice(person_id=one.pk, source=SOURCE, event=name, subject=row.ref, what=what, happened_at=at, made_at=at, mailed_at=at)
            for one in people
        ],
        once=True,
    )  # fmt: skip
    stopped, contact = stopped_by(SOURCE), contact_of(Process.objects.first())
    post_all([_letter(row, what, one, name, contact, at=at) for one in people if one.pk not in stopped])


def _is_told(
    row: SilenceProcedure, what: str, reach: Reach, asked: frozenset[int], *, only: bool, at: dt.datetime
) -> bool:
    if not reach.covers(row.decision.text):
        return False
    if what not in TO_LEADERS and asked & texts.commenting_parties(reach):
        return True
    return not only and leads(reach, row.rule, row.decision, at=at)


def _letter(
    row: SilenceProcedure, what: str, person: Person, event: str, contact: str, *, at: dt.datetime
) -> OutgoingMail:
    with translation.override(person.language):
        return letter(
            to=person.email, **_words(row, what, person), at=at, language=person.language, reply_to=contact,
            message_id=message_id_of("silence", event, person.ref), stop_url=stop_kind_address(person, SOURCE),
            about=f"silence:{row.ref}:{what}",
        )  # fmt: skip


def _words(row: SilenceProcedure, what: str, person: Person) -> dict[str, str]:
    """Subject and text, in the language now active; of a sealed room not even a title."""
    decision, said = row.decision, SAYS[what]()
    sealed = decision.text.room_cap < MEMBERS
    title = str(show(decision.text.room.names)) if sealed else str(show(decision.text.titles))
    names = {
        "name": person.full_name, "said": said, "title": title, "stop": stop_kind_address(person, SOURCE),
        "address": address_of("notices:inbox") if sealed else address_of("decisions:silence", row.ref),
    }  # fmt: skip
    hour = "" if sealed or what not in WITH_HOUR else f"{_hours(row, person)}\n\n"
    body = _("%(name)s,\n\n%(said)s: %(title)s.\n\n%(hour)sRead it and answer on the site:\n%(address)s\n\nNo more mail about silence procedures, the inbox goes on:\n%(stop)s\n")  # fmt: skip
    return {
        "subject": _("%(said)s: %(title)s") % {"said": said, "title": title},
        "body": body % (names | {"hour": hour}),
    }


def _hours(row: SilenceProcedure, person: Person) -> str:
    """By when, by the clocks of the reader's capital and of the place that was agreed."""
    parties = set(person.seats.order_by().values_list("party_id", flat=True))
    zones = [
        one.zone for one in row.asked.filter(party__in=sorted(parties)).order_by("pk") if one.zone != row.zone
    ]
    hours = [in_words(row.closes_at, zone) for zone in dict.fromkeys([*zones, row.zone])]
    return _("It closes at: %(hours)s. Whoever says nothing until then has agreed.") % {
        "hours": "; ".join(hours)
    }


def in_words(instant: dt.datetime, zone: str) -> str:
    """An instant by the clocks of a zone: "4 September 2031, 17:00 (Guatemala, UTC−6)"."""
    there = local(instant, zone)
    return _("%(day)s, %(hour)s (%(place)s, %(difference)s)") % {
        "day": formats.date_format(there.date(), "DATE_FORMAT"), "hour": f"{there:%H:%M}", "place": place_of(zone),
        "difference": difference(instant, zone),
    }  # fmt: skip


def says(what: str, _language: str, _number: int | None, _size: int | None) -> str:
    """What happened, in a few words."""
    known = SAYS.get(what)
    return known() if known else what


def mail_now(ref: str, mail: OutgoingMail, at: dt.datetime) -> dict[str, str] | None:
    """What a message that waited says now; None where its reader may no longer know of it, or nothing is asked any more."""
    row_ref, _colon, what = ref.partition(":")
    person = Person.objects.with_address(mail.recipient).filter(is_active=True).first()
    if person is None or what not in SAYS or person.pk in stopped_by(SOURCE):
        return None
    reach = reach_of(person, at)
    seen = SilenceProcedure.objects.visible_to(person, reach=reach).filter(ref=row_ref)
    row = seen.select_related("decision__text__room", "rule").first()
    if (
        row is None
        or (what in TO_LEADERS and not row.is_running)
        or (what in WITH_HOUR and not row.is_open(at))
    ):
        return None
    if what == "reminded" and not texts.commenting_parties(reach).intersection(silent_parties(row)):
        return None
    with translation.override(person.language):
        return _words(row, what, person)


def silent_parties(row: SilenceProcedure) -> list[int]:
    """Keys of the members asked that have not said yet where they stand: who asked for more time has not."""
    said = SilenceReceipt.objects.filter(procedure=row).where_they_stand().order_by().values("party")
    return list(row.asked.exclude(party__in=said).order_by().values_list("party_id", flat=True))
