"""What the paragraphs of a decision do, proposed from their words for all at once: a person looks, and confirms in one act."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.asks import Due
from puebla.core.models import Process
from puebla.core.verdicts import RefusedError
from puebla.core.wording import unmarked
from puebla.decisions import actions, rules
from puebla.decisions.actions.recognising import Known, Recognised, recognise
from puebla.decisions.models import Addressee, Decision, Provision, Verb
from puebla.decisions.rules.releasing import may_release
from puebla.decisions.views.reading import Reading, shown_on
from puebla.documents.models import Theme
from puebla.members.models import Body, Party
from puebla.members.querysets import today
from puebla.members.querysets.prepared import reach_in
from puebla.texts.models import Kind, Paragraph, tree

#: Offered for every paragraph, named or not.
ALWAYS = (Addressee.Whom.MEMBERS, Addressee.Whom.SECRETARIAT, Addressee.Whom.PRESIDENCY)


@dataclass(frozen=True)
class Choice:
    """An addressee that may be ticked."""

    value: str
    label: str
    ticked: bool


@signed_in
def meanings(request: PersonRequest, ref: str) -> HttpResponseBase:
    """Every paragraph of which nothing is known yet, with what was recognised; what is ticked is written in one act."""
    reading = Reading(request, ref)
    verdict = rules.may_describe(reading.reach, reading.decision)
    waiting = unsaid(reading)
    typed = request.POST if request.method == "POST" else None
    if typed is not None and verdict:
        try:
            chosen = _chosen(waiting, typed)
            # What somebody else said of one of them meanwhile stays.
            fresh = dict.fromkeys((one.pk for one in chosen), 0)
            actions.describe(
                decision=reading.decision, meanings=chosen, revisions=fresh, by=request.person, at=timezone.now()
            )  # fmt: skip
        except RefusedError as error:
            messages.error(request, str(error))
        else:
            told = ngettext(
                "%(count)d paragraph was described.", "%(count)d paragraphs were described.", len(chosen)
            )
            messages.success(request, told % {"count": len(chosen)})
            return redirect("decisions:decision", reading.decision.address)
    # Of what was adopted long ago, what was to come then.
    day = reading.decision.adopted_on or today(reading.at)
    known, languages = Known.now(on=day), Process.current().languages
    context = {
        "decision": reading.decision, "text": reading.text, "verdict": verdict, "languages": languages,
        "rows": [_row(node, recognise(node.paragraph.words, known), typed, languages) for node in waiting],
        "verbs": [(one.pk, capfirst(str(one))) for one in Verb.objects.order_by("rank", "code")],
        "themes": Theme.objects.order_by("rank", "code"), "themed": typed.getlist("themes") if typed is not None else [],
    }  # fmt: skip
    return render(request, "decisions/meanings.html", context)


def unsaid(reading: Reading) -> list[tree.Node]:
    """The paragraphs that do something and of which nothing is known."""
    known = reading.provisions()
    return [
        one for one in reading.living if one.paragraph.kind != Kind.HEADING and one.paragraph.pk not in known
    ]


def _row(node: tree.Node, found: Recognised, typed: Any, languages: Sequence[str]) -> dict[str, Any]:
    """A paragraph with what was recognised, or with what was chosen before something was refused."""
    anchor = node.paragraph.anchor
    own = [_value(one) for one in found.addressees]
    verb, due = found.verb.pk if found.verb else None, _due(found)
    ticked, taken, asks = set(own), found.anything, found.asks
    if typed is not None:
        ticked, taken = set(typed.getlist(f"to-{anchor}")), f"take-{anchor}" in typed
        asks, verb = f"asks-{anchor}" in typed, _number(typed.get(f"verb-{anchor}", ""))
        due = due if f"due-{anchor}" in typed else ""
    labels = {_value(one): _label(one) for one in found.addressees} | {
        f"{one}:": str(one.label) for one in ALWAYS
    }
    return {
        "node": node, "anchor": anchor, "taken": taken, "verb": verb, "asks": asks, "due": due, "proposed_due": _due(found),
        "due_words": Due(on=found.due_on, precision=found.due_precision).in_words() if found.due_on else "",
        "doubts": found.doubts, "words": [(code, unmarked(said)) for code in languages if (said := node.paragraph.words.get(code))],
        "to": [Choice(value, capfirst(label), value in ticked) for value, label in labels.items()],
    }  # fmt: skip


def _value(one: actions.Whom) -> str:
    """An addressee as a form carries it."""
    named = one.party or one.body
    return f"{one.whom}:{named.code if named else ''}"


def _label(one: actions.Whom) -> str:
    named = one.party or one.body
    return str(named) if named else str(Addressee.Whom(one.whom).label)


def _due(found: Recognised) -> str:
    return f"{found.due_on.isoformat()}/{found.due_precision}" if found.due_on else ""


def _number(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else None


# What was chosen ---------------------------------------------------------------------------------------------------


def _chosen(waiting: Sequence[tree.Node], typed: Any) -> dict[Paragraph, actions.Meaning]:
    """What was ticked, paragraph by paragraph.

    Raises:
        RefusedError: something that nobody offered.
    """
    verbs = {one.pk: one for one in Verb.objects.order_by()}
    themes = list(Theme.objects.filter(code__in=typed.getlist("themes")))
    taken = [node.paragraph for node in waiting if f"take-{node.paragraph.anchor}" in typed]
    values = {value for one in taken for value in typed.getlist(f"to-{one.anchor}")}
    named = _named(values)
    found = {}
    for one in taken:
        on, precision = _due_of(typed.get(f"due-{one.anchor}", ""))
        found[one] = actions.Meaning(
            verb=verbs.get(_number(typed.get(f"verb-{one.anchor}", "")) or 0),
            addressees=[named[value] for value in typed.getlist(f"to-{one.anchor}")],
            asks=f"asks-{one.anchor}" in typed, due_on=on, due_precision=precision, themes=themes,
        )  # fmt: skip
    if not found:
        raise RefusedError(_("Nothing was ticked. Tick at least one paragraph."))
    return found


def _named(values: set[str]) -> Mapping[str, actions.Whom]:
    """Addressees by the value that a form carries; two questions."""
    pairs = [value.partition(":") for value in values]
    parties = {one.code: one for one in Party.objects.filter(code__in={code for _whom, _sign, code in pairs})}
    bodies = {one.code: one for one in Body.objects.filter(code__in={code for _whom, _sign, code in pairs})}
    found: dict[str, actions.Whom] = {}
    for whom, sign, code in pairs:
        party = parties.get(code) if whom == Addressee.Whom.PARTY else None
        body = bodies.get(code) if whom == Addressee.Whom.BODY else None
        needs = whom in (Addressee.Whom.PARTY, Addressee.Whom.BODY)
        if whom not in Addressee.Whom.values or (needs and party is None and body is None):
            raise RefusedError(_("Somebody that was ticked is not known any more. Look at the table again."))
        found[f"{whom}{sign}{code}"] = actions.Whom(whom, party=party, body=body)
    return found


def _due_of(typed: str) -> tuple[dt.date | None, str]:
    day, _sign, precision = typed.partition("/")
    if not day or precision not in Provision.Precision.values:
        return None, Provision.Precision.DAY
    try:
        return dt.date.fromisoformat(day), precision
    except ValueError:
        return None, Provision.Precision.DAY


def waiting_count(decision: Decision) -> int:
    """How many paragraphs do something of which nothing is known."""
    found: int = (
        Paragraph.objects.filter(text=decision.text_id, removed_at=None, provision=None)
        .exclude(kind=Kind.HEADING)
        .count()
    )
    return found


def offer(request: Any, topic: str, value: str) -> dict[str, object] | None:
    """What stands on a decision's own page for who keeps it: paragraphs that wait, and its release."""
    person = getattr(request, "person", None)
    if topic != "decision" or person is None:
        return None
    reach = reach_in(request)
    decision = shown_on(request, value)
    if decision is None:
        return None
    may = bool(rules.may_describe(reach, decision))
    releases = bool(may_release(reach, decision))
    waiting = waiting_count(decision) if may else 0
    if not (waiting or releases or decision.released_at):
        return None
    context = {
        "decision": decision, "waiting": waiting, "releases": releases,
        "behind": releases and _changed(decision),
    }  # fmt: skip
    return {"template": "decisions/of_reading.html", "context": context}


def _changed(decision: Decision) -> bool:
    """Whether something that the public reads may have changed since the release; the preview tells exactly."""
    if decision.released_at is None:
        return False
    changed = Provision.objects.filter(paragraph__text=decision.text_id, changed_at__gt=decision.released_at)
    return decision.changed_at > decision.released_at or changed.exists()
