"""Silence procedures: opened over a text, answered, extended, stopped, vouched for; and the bodies' rules on them."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core import journal
from puebla.core.languages import Texts
from puebla.core.models import Process
from puebla.core.rows import sent_before
from puebla.core.ticks import Tick
from puebla.core.verdicts import ALLOWED, RefusedError, Verdict, require, require_unchanged
from puebla.core.workdays import has_calendar
from puebla.core.zones import instant_of
from puebla.decisions.actions.adopting import against
from puebla.decisions.actions.drafting import locked as locked_decision
from puebla.decisions.actions.settling import (
    end_broken,
    end_stopped,
    expire,
    locked,
    wait,
    witness,
    witnessed,
)
from puebla.decisions.actions.silence_mail import in_words, silent_parties, tell
from puebla.decisions.models import (
    Decision,
    SilenceExtension,
    SilenceParty,
    SilenceProcedure,
    SilenceReceipt,
    SilenceRule,
)
from puebla.decisions.rules import silence as rules
from puebla.members.models import Audience, Body, Party
from puebla.members.querysets import MEMBERS, reach_of, reaches, today
from puebla.texts import actions as texts
from puebla.texts.models import Text
from puebla.texts.rules import commenting_parties

Kind, State = SilenceReceipt.Kind, SilenceProcedure.State
RULE_FIELDS = (
    "from_on", "until_on", "opens", "min_days", "extensions", "extended_days", "reminders", "sources", "confirmed",
)  # fmt: skip
#: What may change of a rule by which procedures were opened.
STILL_FREE = frozenset({"until_on", "sources", "confirmed", "reminders"})


# The rules of the bodies -------------------------------------------------------------------------------------------


@transaction.atomic
def keep_rule(
    *, values: dict[str, Any], by: Person | None, at: dt.datetime, body: Body | None = None,
    rule: SilenceRule | None = None, revision: int = 0,
) -> SilenceRule:  # fmt: skip
    """Enter a rule of a body, or change one.

    Args:
        values: the fields of `RULE_FIELDS`. by: None for the system itself. body: of a new one. revision: as its writer saw it.
    """
    if by is not None:
        require(rules.may_edit_rules(reach_of(by, at)))
    kept = body if rule is None else rule.body
    if kept is not None:
        # One rule of a body after another: of two entered at once the second sees the first.
        Body.objects.select_for_update(of=("self",)).filter(pk=kept.pk).first()
    if rule is None:
        row = SilenceRule(body=body)
    else:
        row = SilenceRule.objects.select_for_update(of=("self",)).select_related("body").get(pk=rule.pk)
        require_unchanged(row, revision)
        _require_free(row, values)
        row.revision += 1
    for name in RULE_FIELDS:
        if name in values:
            setattr(row, name, values[name])
    _require_sense(row)
    try:
        row.full_clean()
    except ValidationError as error:
        name, sentences = next(iter(error.message_dict.items()))
        raise RefusedError(" ".join(sentences), field=name) from error
    _require_at(rules.alone(row), "from_on")
    row.save()
    journal.record("silence.rule_kept", at=at, person=by, subject=row, room=row.body.room,
                   facts={"body": row.body.code, **{name: getattr(row, name) for name in RULE_FIELDS}})  # fmt: skip
    return row


def _require_sense(row: SilenceRule) -> None:
    """Stop at what the database would refuse without a sentence."""
    if row.until_on is not None and row.until_on < row.from_on:
        raise RefusedError(_("It would end before it begins. Change one of the two dates."), field="until_on")
    if row.extensions and not row.extended_days:
        raise RefusedError(
            _("Say how many working days an extension gives at least: one or more."), field="extended_days"
        )


def _require_free(row: SilenceRule, values: dict[str, Any]) -> None:
    changed = [
        name
        for name in RULE_FIELDS
        if name not in STILL_FREE and name in values and getattr(row, name) != values[name]
    ]
    if changed and row.procedures.exists():
        raise RefusedError(
            _(
                "Procedures were opened by this rule, and stay what they were. End it on a day, and enter a new one from the next."
            ),
            field=changed[0],
        )


# Opening -----------------------------------------------------------------------------------------------------------


def able_parties(text: Text, *, at: dt.datetime) -> frozenset[int]:
    """Keys of the parties that have somebody who may read the text and answer for them; two questions."""
    able: set[int] = set()
    for reach in reaches(None, at).values():
        if reach.covers(text):
            able |= commenting_parties(reach)
    return frozenset(able)


def asked_of(*, on: dt.date) -> list[SilenceParty]:
    """The member states of a day with the clocks and calendar of each capital, not kept yet."""
    home = Process.current().time_zone
    return [
        SilenceParty(party=one, zone=one.zone or home, calendar=one.iso2 if has_calendar(one.iso2) else "")
        for one in Party.objects.members(on=on).order_by("code")
    ]


def _require_at(verdict: Verdict, field: str) -> None:
    if not verdict:
        raise RefusedError(verdict.reason, field=field)


@transaction.atomic
def open_silence(
    *, decision: Decision, languages: Sequence[str], on: dt.date, hour: dt.time, zone: str, by: Person, at: dt.datetime,
    token: str, later: bool | None = None, tick: Tick | None = None,
) -> SilenceProcedure:  # fmt: skip
    """Open a silence procedure: the words are held with their digest, and every member state is asked until an hour.

    Args:
        on, hour, zone: when it closes, on the wall of a place. later: which of two hours, on the day clocks are put back.

    Raises:
        RefusedError: where the body's rules do not provide for it, a member has nobody who could answer, or the time is short.
    """
    row = locked_decision(decision)
    running = SilenceProcedure.objects.running()
    before, token = sent_before(running, token, row.pk, sorted(languages), on, hour, zone, later)
    if before is not None:
        return before
    rule = SilenceRule.objects.in_force(row.body, on=today(at))
    require(rules.may_open(reach_of(by, at), row, rule, at=at))
    asked = asked_of(on=today(at))
    members = [one.party for one in asked]
    require(rules.all_can_answer(members, able_parties(row.text, at=at), row.text.room))
    closes_at = instant_of(on, hour, zone, later=later, field="closes_hour")
    _require_at(rules.long_enough(asked, least=rule.min_days, begins_at=at, closes_at=closes_at), "closes_on")
    if reasons := against(row, present=members, languages=languages, at=closes_at):
        raise RefusedError(" ".join(reasons))
    row.text, digest = texts.hold_text(text=row.text, languages=languages, by=by, at=at, allowed=ALLOWED)
    _require_new_words(row, digest)
    span = witness(at=at, tick=tick)
    made = SilenceProcedure.objects.create(
        token=token, decision=row, rule=rule, languages=sorted(languages), digest=digest, opened_at=at, opened_by=by,
        closes_on=on, closes_hour=hour, zone=zone, later=later, closes_at=closes_at, span_from=span.pk if span else None,
    )  # fmt: skip
    for one in asked:
        one.procedure = made
    SilenceParty.objects.bulk_create(asked)
    tell(made, "opened", at=at)
    _record("silence.opened", made, by=by, at=at, closes=closes_at, zone=zone, sha256=digest)
    return made


def _require_new_words(row: Decision, digest: str) -> None:
    """Words over which silence was broken are not put to it once more as they were."""
    broken = row.silences.filter(state=State.BROKEN, digest=digest).order_by("-ended_at").first()
    if broken is not None:
        raise RefusedError(
            _("Over these very words the silence was broken at %(when)s. Change the text first, or have it agreed in session.")
            % {"when": in_words(broken.ended_at or broken.closes_at, broken.zone)}
        )  # fmt: skip


# Answering ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def note_opened(*, procedure: SilenceProcedure, by: Person, at: dt.datetime) -> int:
    """The first time that somebody of a party opens it is a receipt of that party; how many were written.

    Told to that party alone, in a sealed room to the room: who reads what is its own affair, others see how many did.
    """
    parties = reach_of(by, at).parties
    if not procedure.is_running or not parties:
        return 0
    waiting = procedure.asked.filter(party__in=sorted(parties)).exclude(
        party__in=procedure.receipts.filter(kind=Kind.OPENED).order_by().values("party")
    )
    if not waiting.exists():
        return 0
    row = locked(procedure)
    written = 0
    for one in waiting.select_related("party").order_by("pk"):
        room = row.decision.text.room
        audience = Audience.ROOM if room.sealed else Audience.OWN_PARTY
        SilenceReceipt.objects.create(
            procedure=row, kind=Kind.OPENED, room=room, room_cap=room.cap, audience=audience, party=one.party, at=at, by=by
        )  # fmt: skip
        written += 1
        _record("silence.read", row, by=by, at=at, party_code=one.party.code)
    return written


@transaction.atomic
def answer(
    *, procedure: SilenceProcedure, party: Party, kind: str, by: Person, at: dt.datetime, token: str, words: str = "",
    language: str = "", discreet: bool = False, tick: Tick | None = None,
) -> SilenceReceipt:  # fmt: skip
    """Answer in a member's name: no objection, a wish for more time, or the silence is broken, which stops it at once.

    The instant of arrival decides, to the closing one inclusive. Where the hour has passed only by a clock that is in doubt, the
    answer is kept with its instant, and who looks after the procedure says on which side it falls.

    Args:
        discreet: told to the Presidency and the secretariat alone; that the silence was broken every member learns.
    """
    row = locked(procedure)
    # Silence that is broken from a page gone back to must not be taken for what was said before.
    before, token = sent_before(SilenceReceipt.objects.all(), token, row.pk, party.pk, kind, words.strip())
    if before is not None:
        return before
    reach = reach_of(by, at)
    asked = frozenset(row.asked.order_by().values_list("party_id", flat=True))
    require(rules.may_answer(reach, row, party, asked=asked))
    witness(at=at, tick=tick)
    doubtful = at > row.closes_at
    if doubtful and witnessed(row, at=at).vouches_for(row.closes_at):
        require(rules.too_late(row))
    said = frozenset(row.receipts.filter(party=party).answers().order_by().values_list("kind", flat=True))
    _require_at(rules.may_say(row, kind, words.strip(), said), "words")
    receipt = _receipt(row, party, kind, words.strip(), discreet=discreet)
    receipt.token, receipt.language, receipt.doubtful = token, language or by.language, doubtful
    receipt.at, receipt.by = at, by
    try:
        receipt.clean_fields(exclude=["room", "party", "procedure", "by"])
    except ValidationError as error:
        name, sentences = next(iter(error.message_dict.items()))
        raise RefusedError(" ".join(sentences), field=name) from error
    receipt.save()
    _record("silence.answered", row, by=by, at=at, receipt=receipt.ref,
            **({"party": party.code, "kind": kind} if receipt.audience >= Audience.ROOM else {}))  # fmt: skip
    _follow(row, receipt, at=at)
    return receipt


def _receipt(row: SilenceProcedure, party: Party, kind: str, words: str, *, discreet: bool) -> SilenceReceipt:
    room = row.decision.text.room
    widest = Audience.ROOM if room.cap < MEMBERS else Audience.MEMBERS
    audience = Audience.PRESIDENCY if discreet else widest
    return SilenceReceipt(
        procedure=row, kind=kind, words=words, room=room, room_cap=room.cap, audience=audience, party=party
    )


def _follow(row: SilenceProcedure, receipt: SilenceReceipt, *, at: dt.datetime) -> None:
    """What an answer sets off."""
    if receipt.kind == Kind.ASKS_EXTENSION:
        tell(row, "asked", at=at, event=f":{receipt.ref}")
    elif receipt.kind == Kind.BREAKS and not receipt.doubtful:
        end_broken(row, receipt, at=at)
    elif receipt.kind == Kind.BREAKS:
        wait(row, witnessed(row, at=at), at=at)


# Looking after one -------------------------------------------------------------------------------------------------


@transaction.atomic
def extend(
    *, procedure: SilenceProcedure, on: dt.date, hour: dt.time, zone: str, reasons: Texts, by: Person, at: dt.datetime,
    revision: int, later: bool | None = None, tick: Tick | None = None,
) -> SilenceProcedure:  # fmt: skip
    """Give every member more time, as often and at least as long as the rules say; what was answered stays answered."""
    row = locked(procedure)
    require(rules.may_extend(reach_of(by, at), row, at=at))
    require_unchanged(row, revision)
    closes_at = instant_of(on, hour, zone, later=later, field="closes_hour")
    if closes_at <= row.closes_at:
        raise RefusedError(_("Choose an hour after the one on which it closes now."), field="closes_on")
    asked = list(row.asked.select_related("party"))
    # Beyond the hour on which it closes now: else whoever extends early would give less than the rules promise.
    enough = rules.long_enough(
        asked, least=row.rule.extended_days, begins_at=row.closes_at, closes_at=closes_at
    )
    _require_at(enough, "closes_on")
    if against_it := against(
        row.decision, present=[one.party for one in asked], languages=row.languages, at=closes_at
    ):
        raise RefusedError(" ".join(against_it))
    witness(at=at, tick=tick)
    made = SilenceExtension.objects.create(
        procedure=row, before_at=row.closes_at, closes_on=on, closes_hour=hour, zone=zone, closes_at=closes_at,
        reasons=reasons, at=at, by=by,
    )  # fmt: skip
    row.closes_on, row.closes_hour, row.zone, row.later, row.closes_at = on, hour, zone, later, closes_at
    row.revision += 1
    row.save()
    tell(row, "extended", at=at, event=f":{row.revision}")
    _record("silence.extended", row, by=by, at=at, before=made.before_at, closes=closes_at)
    return row


@transaction.atomic
def stop(*, procedure: SilenceProcedure, reasons: Texts, by: Person, at: dt.datetime) -> SilenceProcedure:
    """Take the procedure back: nothing is adopted, and the text is worked on again."""
    row = locked(procedure)
    require(rules.may_stop(reach_of(by, at), row, at=at))
    if not any(reasons.values()):
        raise RefusedError(_("Write why it is stopped, in one language at least."), field="reasons")
    return end_stopped(row, reasons, at=at, by=by)


@transaction.atomic
def vouch(
    *, procedure: SilenceProcedure, closed: bool, by: Person, at: dt.datetime, tick: Tick | None = None
) -> SilenceProcedure:
    """A person says on which side of the hour one stands, where the server's clock is in doubt.

    Args:
        closed: the hour has passed, and what came after it came too late; else the doubtful answer came in time.
    """
    row = locked(procedure)
    require(rules.may_vouch(reach_of(by, at), row, at=at))
    doubtful = row.receipts.filter(kind=Kind.BREAKS, doubtful=True).select_related("party", "by").first()
    if not closed and doubtful is None:
        raise RefusedError(_("No answer is in doubt. Have the server's clock set right, and look again."))
    witness(at=at, tick=tick)
    row.vouched_at, row.vouched_by = at, by
    _record("silence.vouched", row, by=by, at=at, closed=closed)
    if not closed and doubtful is not None:
        return end_broken(row, doubtful, at=at)
    return expire(row, witnessed(row, at=at), at=at)


def remind_due(at: dt.datetime) -> int:
    """Remind the members that have not answered, at the hours before the end that the body's rules name; how many procedures.

    Each reminder goes once, also where the chore ran late; an extension brings its own.
    """
    return sum(_remind(one, at=at) for one in SilenceProcedure.objects.running().filter(closes_at__gt=at))


@transaction.atomic
def _remind(procedure: SilenceProcedure, *, at: dt.datetime) -> bool:
    row = locked(procedure)
    hours = [
        one for one in row.rule.reminders if row.opened_at < row.closes_at - dt.timedelta(hours=one) <= at
    ]
    if not hours or not row.is_open(at):
        return False
    event = f":{min(hours)}:{row.closes_at.isoformat()}"
    if event in row.reminded:
        return False
    row.reminded = [*row.reminded, event]
    row.save(update_fields=["reminded"])
    silent = silent_parties(row)
    if not silent:
        return False
    tell(row, "reminded", at=at, parties=silent, event=event)
    journal.record(
        "silence.reminded", at=at, subject=row, room=row.decision.text.room, facts={"parties": len(silent)}
    )
    return True


def _record(
    act: str, row: SilenceProcedure, *, by: Person, at: dt.datetime, party_code: str = "", **facts: object
) -> None:
    journal.record(
        act, at=at, person=by, subject=row, room=row.decision.text.room, party_code=party_code, facts=facts
    )
