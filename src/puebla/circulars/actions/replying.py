"""Replying to a circular: a draft that nothing is lost of, sent once, replaced, withdrawn."""

import contextlib
import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.circulars import rules
from puebla.circulars.actions import messages
from puebla.circulars.actions.holding import answer_with, keep_files, release
from puebla.circulars.actions.writing import locked
from puebla.circulars.models import Circular, CircularFile, FieldKind, HeldFile, Recipient, Reply, ReplyFile
from puebla.core import journal
from puebla.core.verdicts import RefusedError, StaleError, require
from puebla.core.words import one_line, without_nul
from puebla.members.actions import openings
from puebla.members.models import Audience, Party, Seat
from puebla.members.querysets import Reach, reach_of, today
from puebla.members.rules import standing_of

LONGEST = 10_000


def verdict_on(reach: Reach, circular: Circular, party: Party, *, at: dt.datetime):  # type: ignore[no-untyped-def]
    """Whether this person may reply for this party now."""
    addressed = Recipient.objects.filter(circular=circular, party=party).exists()
    return rules.may_reply(
        reach, circular, party, addressed=addressed, standing=standing_of(party, on=today(at))
    )


def save_draft(
    *, circular: Circular, party: Party, answers: Mapping[str, Any], by: Person, at: dt.datetime,
    files: Mapping[str, HeldFile] | None = None, removed: frozenset[str] = frozenset(), revision: int = 0, token: str = "",
) -> Reply:  # fmt: skip
    """Keep what was typed for the party alone, files too; it may be incomplete.

    Args:
        answers: by code of the field. files: uploads that are held, by field. removed: fields whose file goes.
        revision: of the draft that was seen; 0 where there was none. token: of a form that may come twice.

    Raises:
        RefusedError: where the rules refuse or a value is none (`field` names the form's field).
        StaleError: somebody of the same party saved meanwhile; nothing is written.
    """
    circular = Circular.objects.select_related("room").get(pk=circular.pk)
    require(verdict_on(reach_of(by, at), circular, party, at=at))
    checked = checked_answers(circular, party, answers, by=by, at=at)
    asked = {one["code"] for one in circular.reply_form if one["kind"] == FieldKind.FILE}
    held = {code: one for code, one in (files or {}).items() if code in asked}
    return _save_draft(circular, party, checked, held, removed, revision, token, by, at)


@transaction.atomic
def _save_draft(
    circular: Circular, party: Party, answers: dict[str, Any], held: dict[str, HeldFile],
    removed: frozenset[str], revision: int, token: str, by: Person, at: dt.datetime,
) -> Reply:  # fmt: skip
    row = locked(circular)
    if token and (done := sent_with(row, party, token)):
        release(list(held.values()))
        return done
    # Closed meanwhile, or cancelled: asked again, now that nobody can change it.
    require(verdict_on(reach_of(by, at), row, party, at=at))
    reply = (
        Reply.objects.select_for_update(of=("self",)).filter(circular=row, party=party, state="draft").first()
    )
    if revision != (reply.revision if reply else 0):
        raise StaleError(
            _(
                "%(who)s of your party saved this reply meanwhile. What you typed is kept below: compare, then save again."
            )
            % {"who": reply.changed_by if reply else _("Somebody")}
        )
    if reply is None:
        reply = _begin(row, party, by, at)
    reply.answers = answers
    reply.changed_at, reply.changed_by, reply.revision = at, by, reply.revision + 1
    reply.purged_at = None
    reply.save()
    reply.files.filter(field__in=[*removed, *held]).delete()
    answer_with(reply, held, at=at)
    journal.record("reply.drafted", at=at, person=by, subject=reply, room=row.room, party_code=party.code)
    return reply


def _begin(circular: Circular, party: Party, by: Person, at: dt.datetime) -> Reply:
    """A new draft; it goes on from the reply that stands, files included."""
    draft = Reply.objects.create(
        circular=circular, room=circular.room, room_cap=circular.room_cap, audience=Audience.OWN_PARTY, party=party,
        changed_at=at, changed_by=by, revision=0,
    )  # fmt: skip
    standing = Reply.objects.standing().filter(circular=circular, party=party).first()
    keep_files(draft.files, standing.files.all() if standing else ())
    return draft


def sent_with(circular: Circular, party: Party, token: str) -> Reply | None:
    """The reply that this form made when it came before."""
    return Reply.objects.filter(circular=circular, party=party, token=token).exclude(state="draft").first()


@transaction.atomic
def send_reply(*, circular: Circular, party: Party, token: str, by: Person, at: dt.datetime) -> Reply:
    """Send the party's draft: once for a token, in time or late for ever by the instant.

    Raises:
        RefusedError: where the rules refuse or an answer is missing; the draft stays.
    """
    row = locked(circular)
    if done := sent_with(row, party, token):
        return done
    require(verdict_on(reach_of(by, at), row, party, at=at))
    reply = (
        Reply.objects.select_for_update(of=("self",)).filter(circular=row, party=party, state="draft").first()
    )
    if reply is None:
        raise RefusedError(_("There is no draft to send. Fill in the form first."))
    _require_complete(row, reply)
    own = Reply.objects.filter(circular=row, party=party)
    own.standing().update(state=Reply.State.REPLACED, audience=_kept_back(row))
    reply.number = (own.aggregate(last=Max("number"))["last"] or 0) + 1
    reply.state, reply.sent_at, reply.sent_by, reply.token = Reply.State.SENT, at, by, token
    reply.late = row.is_late(at)
    reply.audience = row.audience if row.replies_shared else _kept_back(row)
    reply.save()
    messages.tell_the_secretariat(row, "replied", f"replied:{reply.ref}", at)
    journal.record(
        "reply.sent", at=at, person=by, subject=reply, room=row.room, party_code=party.code,
        facts={"circular": row.address, "number": reply.number, "late": reply.late},
    )  # fmt: skip
    return reply


@transaction.atomic
def withdraw_reply(*, reply: Reply, by: Person, at: dt.datetime) -> Reply:
    """Take a reply back before the date; it stays in the history, and the party counts as missing again."""
    row = locked(reply.circular)
    standing: Reply = (
        Reply.objects.select_for_update(of=("self",)).select_related("party", "room").get(pk=reply.pk)
    )
    require(rules.may_withdraw(reach_of(by, at), row, standing, at=at))
    standing.state, standing.withdrawn_at, standing.withdrawn_by = Reply.State.WITHDRAWN, at, by
    standing.audience = _kept_back(row)
    standing.save()
    messages.tell_the_secretariat(row, "withdrawn", f"withdrawn:{standing.ref}", at)
    journal.record(
        "reply.withdrawn", at=at, person=by, subject=standing, room=row.room, party_code=standing.party.code,
        facts={"circular": row.address, "number": standing.number},
    )  # fmt: skip
    return standing


def _kept_back(circular: Circular) -> int:
    """Who reads a reply that is not shared, or does not stand any more: beside its party, secretariat and Presidency."""
    return min(Audience.PRESIDENCY, circular.room_cap)


def file_opened(*, file: ReplyFile, by: Person, at: dt.datetime) -> None:
    """Journal that a file of a reply is opened."""
    openings.file_opened(
        "reply.file_opened", file_ref=file.ref, subject=file.reply, facts={"name": file.name}, by=by, at=at
    )


# What was answered -----------------------------------------------------------------------------------------------------


def checked_answers(
    circular: Circular, party: Party, answers: Mapping[str, Any], *, by: Person, at: dt.datetime
) -> dict[str, Any]:
    """The answers in their own shape; what the form does not ask is left out. Empty ones may be filled in later."""
    found: dict[str, Any] = {}
    for one in circular.reply_form:
        code, value = one["code"], answers.get(one["code"])
        if not value or one["kind"] == FieldKind.FILE:
            continue
        with _naming(code):
            if one["kind"] == FieldKind.CHOICE:
                found[code] = _checked_choice(one, value)
            elif one["kind"] == FieldKind.NOMINATION:
                found[code] = _checked_persons(one, value, party, by=by, at=at)
            else:
                found[code] = _checked_text(value)
    return {code: value for code, value in found.items() if value}


def _checked_text(value: Any) -> str:
    text = without_nul(str(value)).replace("\r\n", "\n").strip()
    if len(text) > LONGEST:
        raise RefusedError(
            _(
                "The text has %(length)d characters; at most %(most)d are kept. Shorten it, or send it as a file."
            )
            % {"length": len(text), "most": LONGEST}
        )
    return text


def _checked_choice(field: Mapping[str, Any], value: Any) -> str:
    if value not in {one["code"] for one in field["options"]}:
        raise RefusedError(_("Choose one of the options."))
    return str(value)


def _checked_persons(
    field: Mapping[str, Any], value: Any, party: Party, *, by: Person, at: dt.datetime
) -> list[dict[str, str]]:
    """Persons nominated: known ones by reference, new ones by name; nobody of another party."""
    rows = [
        {name: one_line(str(row.get(name, "")))[:254] for name in ("ref", "name", "office", "email")}
        for row in value
    ]
    rows = [row for row in rows if row["ref"] or row["name"] or row["email"]]
    if len(rows) > field["most"]:
        raise RefusedError(_("At most %(most)d persons are nominated here.") % {"most": field["most"]})
    return [_checked_person(row, party, by=by, at=at) for row in rows]


def _checked_person(row: dict[str, str], party: Party, *, by: Person, at: dt.datetime) -> dict[str, str]:
    if row["ref"]:
        seat = (
            Seat.objects.effective(at)
            .filter(party=party, person__ref=row["ref"])
            .select_related("person")
            .first()
        )
        if seat is None:
            raise RefusedError(
                _("A party nominates its own people. Choose somebody of yours, or write a name.")
            )
        person = seat.person
        return {"ref": person.ref, "name": person.full_name, "office": row["office"], "email": person.email}
    if not row["name"]:
        raise RefusedError(_("Write the name of every person nominated."))
    if row["email"]:
        try:
            validate_email(row["email"])
        except ValidationError as error:
            raise RefusedError(_("“%(email)s” is no e-mail address.") % {"email": row["email"]}) from error
        _refuse_anothers(row["email"], party, by=by, at=at)
    return {name: row[name] for name in ("name", "office", "email")}


def _refuse_anothers(email: str, party: Party, *, by: Person, at: dt.datetime) -> None:
    """Nobody nominates whom the directory shows them as another party's."""
    seats = Seat.objects.effective(at).visible_to(by).filter(person__email__iexact=email)
    parties = set(seats.order_by().values_list("party_id", flat=True))
    if parties and party.pk not in parties:
        raise RefusedError(
            _("%(email)s is of another party, which nominates its own people.") % {"email": email}
        )


def _require_complete(circular: Circular, reply: Reply) -> None:
    filed = set(reply.files.values_list("field", flat=True))
    for one in circular.reply_form:
        if one["required"] and not (reply.answers.get(one["code"]) or one["code"] in filed):
            raise RefusedError(
                _("This is needed before the reply can be sent. Your draft is kept."), field=one["code"]
            )
    if not reply.answers and not filed:
        raise RefusedError(_("The reply is empty. Fill in the form first."))


@contextlib.contextmanager
def _naming(field: str) -> Any:
    """A refusal names this field of the form."""
    try:
        yield
    except RefusedError as error:
        raise type(error)(error.reason, field=error.field or field) from error


def kept_keys(keys: list[str]) -> set[str]:
    """Which of these stored files a circular, a reply or an open form holds."""
    return {
        key
        for model in (ReplyFile, CircularFile, HeldFile)
        for key in model.objects.filter(key__in=keys).order_by().values_list("key", flat=True)
    }
