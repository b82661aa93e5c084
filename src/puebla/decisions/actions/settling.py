"""How silence procedures end: by whoever looks first, once, as the instants say; never by a clock that leapt.

Locks are taken in one order: the decision, its procedure, its text, the clock's stretch, the journal's head.
"""

import datetime as dt
import logging

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from puebla.core import journal
from puebla.core.interface import in_every_language
from puebla.core.languages import Texts
from puebla.core.prepared import Prepared
from puebla.core.ticks import Tick
from puebla.core.verdicts import RefusedError
from puebla.decisions.actions.adopting import adopt, against
from puebla.decisions.actions.drafting import locked as locked_decision
from puebla.decisions.actions.silence_mail import tell
from puebla.decisions.models import ClockSpan, Decision, SilenceProcedure, SilenceReceipt
from puebla.decisions.rules.clocks import Witness, agree, witness_of
from puebla.decisions.rules.silence import MARGIN
from puebla.members.models import Audience, Party
from puebla.texts import actions as texts
from puebla.texts.models import Paragraph

logger = logging.getLogger("puebla.decisions")
State = SilenceProcedure.State


def locked(procedure: SilenceProcedure) -> SilenceProcedure:
    """The procedure with its decision, both locked until the transaction ends: one act on them after another."""
    decision = locked_decision(procedure.decision)
    row: SilenceProcedure = (
        SilenceProcedure.objects.select_for_update(of=("self",)).select_related("rule").get(pk=procedure.pk)
    )
    row.decision = decision
    return row


# The clocks --------------------------------------------------------------------------------------------------------


@transaction.atomic
def witness(*, at: dt.datetime, tick: Tick | None) -> ClockSpan | None:
    """Write down where both clocks stand: a stretch goes on, or a new one begins after a leap.

    Args:
        tick: None where nobody read the second clock: then nothing vouches for this instant.
    """
    if tick is None:
        return None
    spans = list(ClockSpan.objects.select_for_update().filter(boot=tick.boot).order_by("-pk")[:8])
    # A reading that waited for its turn belongs to the stretch in which it was made.
    span = next((one for one in spans if tick.micros >= one.first_micros), None)
    if span is None:
        return spans[-1] if spans else _begun(at, tick)
    since = dt.timedelta(microseconds=tick.micros - span.last_micros)
    whole = dt.timedelta(microseconds=tick.micros - span.first_micros)
    # Of a long stretch the whole allows for hours that nobody set: a leap shows against the reading before.
    if agree(at - span.last_at, since) and agree(at - span.first_at, whole):
        if tick.micros > span.last_micros:
            span.last_at, span.last_micros = at, tick.micros
            span.save(update_fields=["last_at", "last_micros"])
        return span
    return _begun(at, tick, (at - span.last_at - since) // dt.timedelta(microseconds=1))


def _begun(at: dt.datetime, tick: Tick, leapt: int = 0) -> ClockSpan:
    return ClockSpan.objects.create(
        boot=tick.boot, first_at=at, first_micros=tick.micros, last_at=at, last_micros=tick.micros, leapt=leapt
    )  # fmt: skip


def witnessed(row: SilenceProcedure, *, at: dt.datetime) -> Witness:
    """What the second clock says of the time since the procedure was opened."""
    later = Q(pk__gt=row.span_from) if row.span_from else Q(first_at__gte=row.opened_at)
    spans = ClockSpan.objects.filter(Q(last_at__gte=row.opened_at) | later).order_by("first_at")
    leaps = ClockSpan.objects.filter(later).exclude(leapt=0).order_by().values_list("leapt", flat=True)
    return witness_of(spans, leaps, opened_at=row.opened_at, at=at)


def keep_watch(*, at: dt.datetime, tick: Tick | None) -> int:
    """Read both clocks while a procedure runs, so that the time is vouched for; and forget what nobody needs any more."""
    running = SilenceProcedure.objects.running().order_by("opened_at")
    oldest = running.values_list("opened_at", flat=True).first()
    if oldest is None:
        return 0
    ClockSpan.objects.filter(last_at__lt=oldest - dt.timedelta(days=30)).delete()
    return int(witness(at=at, tick=tick) is not None)


# The end -----------------------------------------------------------------------------------------------------------


_due = Prepared(
    lambda until: (
        SilenceProcedure.objects.running()
        .filter(
            Q(closes_at__lte=until) | Q(receipts__doubtful=True, receipts__kind=SilenceReceipt.Kind.BREAKS)
        )
        .order_by()
        .values_list("pk")
        .distinct()
    )
)


def settle_due(*, at: dt.datetime, tick: Tick | None) -> int:
    """Write down the end of what has ended; how many. Whoever looks calls this first: one cheap question where nothing is due."""
    keys = [key for (key,) in _due.rows(at - MARGIN)]
    due = SilenceProcedure.objects.running().filter(pk__in=keys) if keys else ()
    settled = 0
    for one in due and due.order_by("closes_at", "pk").select_related("decision"):
        try:
            settled += not settle(procedure=one, at=at, tick=tick).is_running
        except RefusedError:
            # It runs on, and holds up neither the others nor who looks.
            logger.exception("The silence procedure %s could not be settled", one.ref)
    return settled


@transaction.atomic
def settle(*, procedure: SilenceProcedure, at: dt.datetime, tick: Tick | None = None) -> SilenceProcedure:
    """Write down how a procedure ended, if it has: adopted as of its closing instant, since nothing broke the silence until then.

    Where the clock cannot be trusted the end waits, and who opened it is asked. Done once, whoever looks.
    """
    row = locked(procedure)
    if not row.is_running:
        return row
    doubtful = row.receipts.filter(kind=SilenceReceipt.Kind.BREAKS, doubtful=True).select_related(
        "party", "by"
    )
    first = doubtful.first()
    if at <= row.closes_at:
        # The wall's clock was set back: what came by the wrong hour came in time.
        return end_broken(row, first, at=at) if first is not None else row
    if at < row.closes_at + MARGIN:
        return row
    witness(at=at, tick=tick)
    found = witnessed(row, at=at)
    if first is not None or not found.vouches_for(row.closes_at):
        return wait(row, found, at=at)
    return expire(row, found, at=at)


def wait(row: SilenceProcedure, found: Witness, *, at: dt.datetime) -> SilenceProcedure:
    """The end waits; who looks after it is told once."""
    if row.held_at is None:
        row.held_at, row.witness = at, found.facts()
        row.save()
        tell(row, "held", at=at)
        _record("silence.held", row, at=at, **found.facts())
    return row


def expire(row: SilenceProcedure, found: Witness, *, at: dt.datetime) -> SilenceProcedure:
    """The silence lasted: the text is adopted as of the closing instant, if it still is what was opened.

    Args:
        row: locked by the caller, who has asked whether the hour has come.
    """
    row.witness = found.facts()
    if (reasons := _stands_in_the_way(row)) is not None:
        return end_stopped(row, reasons, at=at)
    asked = list(Party.objects.filter(pk__in=row.asked.order_by().values("party")))
    row.state, row.ended_at, row.settled_at = State.ADOPTED, row.closes_at, at
    _save(row)
    adopt(
        row.decision,
        present=asked,
        languages=row.languages,
        way=Decision.Way.SILENCE,
        by=None,
        at=at,
        since=row.closes_at,
    )
    tell(row, "adopted", at=at)
    entry = _record("silence.adopted", row, at=at, sha256=row.digest, closed=row.closes_at)
    row.journal_sequence, row.journal_digest = entry.sequence, entry.digest
    row.save(update_fields=["journal_sequence", "journal_digest"])
    return row


def _stands_in_the_way(row: SilenceProcedure) -> Texts | None:
    """Why the text cannot be adopted although nobody spoke; None where nothing does."""
    row.found_digest = texts.digest_of(
        row.decision.text,
        Paragraph.objects.filter(text=row.decision.text_id).living().order_by(),
        row.languages,
    )
    if row.found_digest != row.digest:
        return in_every_language(
            lambda: _("The words are not those on which silence was asked: their digest is another.")
        )
    row.found_digest = ""
    if row.decision.state != Decision.State.DRAFTING:
        return in_every_language(lambda: _("The text was not open to a decision any more."))
    present = [one.party for one in row.asked.select_related("party")]
    if against(row.decision, present=present, languages=row.languages, at=row.closes_at):
        return in_every_language(
            lambda: " ".join(
                against(row.decision, present=present, languages=row.languages, at=row.closes_at)
            )
        )
    return None


def end_broken(row: SilenceProcedure, receipt: SilenceReceipt, *, at: dt.datetime) -> SilenceProcedure:
    """A member broke the silence: it stops at once, the words are free again, and every member is told."""
    # An instant by a clock that was wrong is no instant of the end.
    ended_at = at if receipt.doubtful else receipt.at
    row.state, row.ended_at, row.settled_at, row.ended_by = State.BROKEN, ended_at, at, receipt.by
    _save(row)
    row.decision.text = texts.let_go_text(text=row.decision.text, at=at)
    tell(row, "broken", at=at)
    known = receipt.audience >= Audience.ROOM
    _record(
        "silence.broken", row, at=at, receipt=receipt.ref, **({"party": receipt.party.code} if known else {})
    )
    return row


def end_stopped(
    row: SilenceProcedure, reasons: Texts, *, at: dt.datetime, by: "object" = None
) -> SilenceProcedure:
    """It is stopped: nothing is adopted, and the words are free again."""
    row.state, row.ended_at, row.settled_at = State.STOPPED, at, at
    row.stopped_why = {code: words[:500] for code, words in reasons.items()}
    row.ended_by = by  # type: ignore[assignment]
    _save(row)
    row.decision.text = texts.let_go_text(text=row.decision.text, at=at)
    tell(row, "stopped", at=at)
    _record("silence.stopped", row, at=at, by=by, why=reasons)
    return row


def _save(row: SilenceProcedure) -> None:
    row.revision += 1
    row.save()


def _record(
    act: str, row: SilenceProcedure, *, at: dt.datetime, by: "object" = None, **facts: object
) -> "journal.JournalEntry":
    return journal.record(act, at=at, person=by, subject=row, room=row.decision.text.room, facts=facts)
