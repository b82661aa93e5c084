"""May a silence procedure be opened, answered, extended, stopped, vouched for; and why not."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from puebla.core.verdicts import ALLOWED, Verdict, refused
from puebla.core.workdays import is_working_day, working_days
from puebla.core.zones import instants_of, local, place_of
from puebla.decisions import rules
from puebla.decisions.models import Decision, SilenceParty, SilenceProcedure, SilenceReceipt, SilenceRule
from puebla.members.models import Party, Permission
from puebla.members.querysets import Reach
from puebla.members.rules import edits_lists
from puebla.texts import rules as texts

Kind, State = SilenceReceipt.Kind, SilenceProcedure.State
#: An answer that arrived in time may still wait for its turn; no request lives longer than this, so that the end is written
#: down after it and nothing that was in time is left out.
MARGIN = dt.timedelta(minutes=2)
#: No procedure runs longer.
LONGEST = dt.timedelta(days=366)
NO_SUCH = gettext_lazy("There is no such silence procedure.")


def leads(reach: Reach, rule: SilenceRule, decision: Decision, *, at: dt.datetime) -> bool:
    """Whether the body's rules name this person to open procedures, and to look after them."""
    if not reach.covers(decision.text):
        return False
    presidency = rule.opens != SilenceRule.Opens.SECRETARIAT and rules.declares(reach, decision, at=at)
    secretariat = (
        rule.opens != SilenceRule.Opens.PRESIDENCY and reach.secretariat and reach.may(Permission.FILE)
    )
    return presidency or secretariat


def may_edit_rules(reach: Reach) -> Verdict:
    """Keep the bodies' rules on silence procedures."""
    if edits_lists(reach):
        return ALLOWED
    return refused(_("The rules of the bodies are entered by the secretariat, as the bodies agreed them."))


def alone(rule: SilenceRule) -> Verdict:
    """Whether no other rule of its body holds on any of its days: on each day one is known to count."""
    other = SilenceRule.objects.beside(rule).order_by("from_on").first()
    if other is None:
        return ALLOWED
    words = {"body": rule.body, "from": date_format(other.from_on)}
    if other.until_on is None:
        return refused(
            _("“%(body)s” has a rule from %(from)s on already, without an end. Let that one end the day before this one begins.")
            % words
        )  # fmt: skip
    return refused(
        _("“%(body)s” has a rule from %(from)s until %(until)s already. Choose days outside it, or let it end earlier.")
        % (words | {"until": date_format(other.until_on)})
    )  # fmt: skip


def may_open(reach: Reach, decision: Decision, rule: SilenceRule | None, *, at: dt.datetime) -> Verdict:
    """Open a silence procedure over a decision's text."""
    standing = rules.open_to_change(reach, decision)
    if not standing:
        return standing
    if rule is None:
        return refused(
            _("The rules of “%(body)s” do not provide for silence procedures. Consensus is declared in session.")
            % {"body": decision.body}
        )  # fmt: skip
    if not leads(reach, rule, decision, at=at):
        return refused(
            _("By the rules of “%(body)s” a silence procedure is opened by: %(who)s.")
            % {"body": decision.body, "who": rule.get_opens_display()}
        )
    return ALLOWED


def all_can_answer(members: Collection[Party], able: Collection[int], room: object) -> Verdict:
    """Whether each member state has somebody who may read the text and answer: who cannot speak is not silent.

    Args:
        able: keys of the parties that have.
    """
    if not members:
        return refused(_("There is no member state today."))
    lacking = sorted(str(one) for one in members if one.pk not in able)
    if not lacking:
        return ALLOWED
    return refused(
        ngettext(
            "In “%(room)s” %(who)s has nobody who may read the text and answer. Have somebody seated, or open the text to all member states.",
            "In “%(room)s” these have nobody who may read the text and answer: %(who)s. Have somebody seated, or open the text to all member states.",
            len(lacking),
        )
        % {"room": room, "who": ", ".join(lacking)}
    )  # fmt: skip


def long_enough(
    asked: Iterable[SilenceParty], *, least: int, begins_at: dt.datetime, closes_at: dt.datetime
) -> Verdict:
    """Whether every member state has that many working days, by the clocks and the calendar of its capital."""
    if closes_at <= begins_at:
        return refused(_("Choose an hour that is still to come."))
    if closes_at - begins_at > LONGEST:
        return refused(_("A silence procedure lasts a year at most. Choose an earlier day."))
    counts = [(one.party, working_days(one.calendar, one.zone, begins_at, closes_at)) for one in asked]
    short = [f"{party} ({count})" for party, count in counts if count < least]
    if not short:
        return ALLOWED
    return refused(
        ngettext(
            "The rules ask for %(least)d working day in every capital. By its own calendar too few are left to: %(who)s. Choose a later day.",
            "The rules ask for %(least)d working days in every capital. By its own calendar too few are left to: %(who)s. Choose a later day.",
            least,
        )
        % {"least": least, "who": ", ".join(short)}
    )  # fmt: skip


def first_day(
    asked: Sequence[SilenceParty], *, least: int, begins_at: dt.datetime, hour: dt.time, zone: str,
    after: dt.datetime | None = None,
) -> dt.date | None:  # fmt: skip
    """The first day at whose hour everybody has had enough working days, and which is one everywhere; for who chooses one.

    Args:
        after: not before this instant; where the time is extended.
    """
    day = local(after or begins_at, zone).date()
    for ahead in range(1, 120):
        one = day + dt.timedelta(days=ahead)
        instants = instants_of(one, hour, zone)
        at_work = instants and all(
            is_working_day(each.calendar, local(instants[0], each.zone).date()) for each in asked
        )
        if at_work and long_enough(asked, least=least, begins_at=begins_at, closes_at=instants[0]):
            return one
    return None


def may_answer(reach: Reach, procedure: SilenceProcedure, party: Party, *, asked: Collection[int]) -> Verdict:
    """Answer in a member's name: who writes for it and reads the text, while it runs. The hour is asked apart."""
    if not reach.covers(procedure.decision.text):
        return refused(NO_SUCH)
    if party.pk not in asked:
        return refused(_("%(party)s is not asked in this procedure.") % {"party": party})
    if party.pk not in texts.commenting_parties(reach):
        return refused(_("Your seat does not include writing for %(party)s.") % {"party": party})
    return still_runs(procedure)


def still_runs(procedure: SilenceProcedure) -> Verdict:
    """Whether its end was not written down yet."""
    if procedure.is_running:
        return ALLOWED
    ended_at = procedure.ended_at or procedure.closes_at
    words = {"when": in_its_zone(procedure, ended_at)}
    sentences = {
        State.ADOPTED: _("The text was adopted: the silence ended at %(when)s."),
        State.BROKEN: _("The silence was broken already, at %(when)s: nothing is adopted. Write to the Presidency."),
        State.STOPPED: _("The procedure was stopped at %(when)s."),
    }  # fmt: skip
    return refused(sentences[State(procedure.state)] % words)


def in_its_zone(procedure: SilenceProcedure, instant: dt.datetime) -> str:
    """An instant by the clocks by which the procedure closes, as sentences say it."""
    return _("%(when)s (%(place)s)") % {
        "when": date_format(local(instant, procedure.zone), "DATETIME_FORMAT"), "place": place_of(procedure.zone),
    }  # fmt: skip


def too_late(procedure: SilenceProcedure) -> Verdict:
    """That the hour has passed."""
    return refused(
        _("The procedure closed at %(when)s, before your answer arrived. Write to the Presidency.")
        % {"when": in_its_zone(procedure, procedure.closes_at)}
    )


def may_say(procedure: SilenceProcedure, kind: str, words: str, said: Collection[str]) -> Verdict:
    """Whether this answer makes sense after what the party said.

    Args:
        said: the kinds of its answers so far.
    """
    if kind == Kind.BREAKS and not words:
        return refused(_("Write what your government cannot join: silence is broken with a text."))
    if kind == Kind.NO_OBJECTION and kind in said:
        return refused(_("Your government has said already that it has no objection."))
    if kind == Kind.ASKS_EXTENSION:
        rule = procedure.rule
        if procedure.extended.count() >= rule.extensions:
            return refused(
                _("The rules allow no further extension. Break the silence if your government needs more time.")
                if rule.extensions
                else _("The rules provide for a single period without extension. Break the silence if your government needs more time.")
            )  # fmt: skip
    return ALLOWED


def _looked_after(reach: Reach, procedure: SilenceProcedure, *, at: dt.datetime) -> Verdict:
    if not reach.covers(procedure.decision.text):
        return refused(NO_SUCH)
    if not leads(reach, procedure.rule, procedure.decision, at=at):
        return refused(_("This is done by: %(who)s.") % {"who": procedure.rule.get_opens_display()})
    return still_runs(procedure)


def may_extend(reach: Reach, procedure: SilenceProcedure, *, at: dt.datetime) -> Verdict:
    """Give more time, as often as the rules allow."""
    looked_after = _looked_after(reach, procedure, at=at)
    if not looked_after:
        return looked_after
    if at > procedure.closes_at:
        return too_late(procedure)
    if procedure.extended.count() >= procedure.rule.extensions:
        return refused(
            _("The rules provide for a single period; it is not extended.")
            if not procedure.rule.extensions
            else _("It was extended as often as the rules allow.")
        )
    return ALLOWED


def may_stop(reach: Reach, procedure: SilenceProcedure, *, at: dt.datetime) -> Verdict:
    """Take a procedure back before it closes, or while the clock is in doubt."""
    looked_after = _looked_after(reach, procedure, at=at)
    if not looked_after:
        return looked_after
    if at > procedure.closes_at and procedure.held_at is None:
        return too_late(procedure)
    return ALLOWED


def may_vouch(reach: Reach, procedure: SilenceProcedure, *, at: dt.datetime) -> Verdict:
    """Say on which side of the hour one stands, where the server's own clock is in doubt."""
    looked_after = _looked_after(reach, procedure, at=at)
    if not looked_after:
        return looked_after
    if procedure.held_at is None or at <= procedure.closes_at + MARGIN:
        return refused(_("Nothing is in doubt: the end is written down by itself."))
    return ALLOWED
