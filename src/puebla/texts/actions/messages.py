"""The mail that a draft sends when delegations are asked to comment; of one in a sealed room it names the room alone."""

import datetime as dt
from collections import defaultdict

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core.languages import show
from puebla.core.mail import letter, post_all
from puebla.core.models import OutgoingMail
from puebla.core.zones import difference
from puebla.members.models import Permission
from puebla.members.querysets import MEMBERS, reach_of, reaches
from puebla.notices.actions import stopped_by
from puebla.notices.actions.messages import absolute, message_id_of, stop_kind_address
from puebla.texts import rules
from puebla.texts.models import Text

#: The name of this kind of mail, which one click ends.
SOURCE = "texts"


def ask_to_comment(text: Text, *, at: dt.datetime) -> None:
    """Ask who comments for each party that may; as many questions for one as for all."""
    asked = _who_comment(text, at=at) - stopped_by(SOURCE)
    people = Person.objects.filter(pk__in=asked, is_active=True).order_by("pk")
    post_all([_letter(text, one, at=at) for one in people])


def _who_comment(text: Text, *, at: dt.datetime) -> set[int]:
    """Of each party its focal points who may comment; where none of them may, whoever does for it."""
    managing: dict[int, set[int]] = defaultdict(set)
    writing: dict[int, set[int]] = defaultdict(set)
    for key, reach in reaches(None, at).items():
        if reach.secretariat or not rules.may_comment(reach, text, at=at):
            continue
        for permission, party, _room in reach.permissions:
            if permission == Permission.FILE_OWN:
                writing[party].add(key)
            elif permission == Permission.MANAGE_OWN_PEOPLE:
                managing[party].add(key)
    return {key for party, people in writing.items() for key in managing.get(party) or people}


def _letter(text: Text, person: Person, *, at: dt.datetime) -> OutgoingMail:
    until = text.comments_until.isoformat() if text.comments_until else ""
    with translation.override(person.language):
        return letter(
            to=person.email, **_words(text, person), at=at, language=person.language, stop_url=stop_kind_address(person, SOURCE),
            message_id=message_id_of("comments", text.ref, person.ref, until), about=f"text:{text.ref}:{person.ref}",
        )  # fmt: skip


def _words(text: Text, person: Person) -> dict[str, str]:
    """Subject and body in the language now active."""
    sealed, until = text.room_cap < MEMBERS, text.comments_until
    named = (
        _("a draft in “%(room)s”") % {"room": show(text.room.names)}
        if sealed
        else " ".join(filter(None, [text.symbol, str(show(text.titles))]))
    )
    facts = {
        "name": person.full_name, "draft": named, "stop": stop_kind_address(person, SOURCE),
        "until": f"{rules.when(until)} ({difference(until, settings.TIME_ZONE)})" if until else "",
        "address": absolute("texts:text", text.ref),
    }  # fmt: skip
    body = _(
        "%(name)s,\n\ndelegations are asked for comments until %(until)s: %(draft)s. Read it and"
        " comment paragraph by paragraph:\n%(address)s\n\nNo more mail of drafts, with one click:\n%(stop)s\n"
    )
    return {"subject": _("Comments are asked for: %(draft)s") % facts, "body": body % facts}


def mail_now(ref: str, mail: OutgoingMail, at: dt.datetime) -> dict[str, str] | None:  # noqa: ARG001 - as every kind is asked
    """What a message that waited says now; None where its reader may not comment any more."""
    text_ref, _colon, person_ref = ref.partition(":")
    person = Person.objects.filter(ref=person_ref, is_active=True).first()
    if person is None or person.pk in stopped_by(SOURCE):
        return None
    reach = reach_of(person, at)
    text = Text.objects.visible_to(person, reach=reach).at_address(text_ref).select_related("room").first()
    if text is None or not rules.may_comment(reach, text, at=at):
        return None
    with translation.override(person.language):
        return _words(text, person)
