"""What of an edition may be shown to the public, and what a choice of it would show: exactly that, and nothing beside it."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import translation

from puebla.core.interface import in_every_language
from puebla.core.languages import Texts
from puebla.core.models import write_imprecise
from puebla.members.models import Audience
from puebla.members.querysets import Reach, today
from puebla.plan.models import Action, Commitment, Plan, Report
from puebla.plan.models.commitments import Status
from puebla.plan.querysets.matrix import RELATED, Row, citation_of, matrix_of
from puebla.publications.models import PublicDecision, PublicDocument

if TYPE_CHECKING:
    from puebla.accounts.models import Person


def facts_of(plan: Plan) -> dict[str, Any]:
    """The columns of `PublicPlan`."""
    names = (
        "titles",
        "summaries",
        "pillar_names",
        "objective_names",
        "from_on",
        "from_precision",
        "until_on",
        "until_precision",
    )
    return {name: getattr(plan, name) for name in names} | {
        "body_names": plan.body.names, "state_names": named(Plan.State(plan.state)),
    }  # fmt: skip


def chosen_facts(
    plan: Plan, refs: Collection[str], person: "Person", reach: Reach, *, money: bool, at: Any
) -> list[dict[str, Any]]:
    """The columns of `PublicCommitment` of these commitments, each with its digest; questions do not grow with them."""
    seen = Commitment.objects.visible_to(person, reach=reach).filter(plan=plan, ref__in=list(refs))
    rows = (
        seen.select_related(*RELATED).prefetch_related("goals__framework", "actions").order_by("code_order")
    )
    of = matrix_of(rows, person, reach)
    symbols = {
        row.paragraph.text.symbol
        for row in of.rows
        if row.paragraph is not None and row.paragraph.text.symbol
    }
    public, reports = _public(symbols, at), _reports([row.commitment.pk for row in of.rows])
    return [_with_digest(_facts(row, public, reports[row.commitment.pk], money=money)) for row in of.rows]


def _public(symbols: Collection[str], at: Any) -> set[str]:
    """Those of these symbols under which the public reads a paper or a decision."""
    if not symbols:
        return set()
    readable = PublicDocument.objects.readable(at=at), PublicDecision.objects.readable()
    return {
        symbol for rows in readable for symbol in rows.filter(symbol__in=symbols).order_by().values_list("symbol", flat=True)
    }  # fmt: skip


def _reports(commitments: list[int]) -> dict[int, list[dict[str, Any]]]:
    """Reports that stand and whose parties let them be published; the newest of each party."""
    rows = Report.objects.standing().filter(commitment__in=commitments, audience=Audience.PUBLIC)
    found: dict[int, dict[int, dict[str, Any]]] = defaultdict(dict)
    for one in rows.select_related("party").order_by("-year", "-half", "party__code"):
        told = {
            "party": one.party.code, "party_names": one.party.short_names, "year": one.year, "half": one.half, "words": one.words,
            "done_names": named(Report.Done(one.done)), "sent_on": today(one.sent_at).isoformat(),
        }  # fmt: skip
        found[one.commitment_id].setdefault(one.party_id, told)
    return defaultdict(list, {key: list(of.values()) for key, of in found.items()})


def _facts(row: Row, public: set[str], reports: list[dict[str, Any]], *, money: bool) -> dict[str, Any]:
    one = row.commitment
    symbol = row.paragraph.text.symbol if row.paragraph is not None else ""
    shown = symbol in public
    names = ("code", "code_order", "titles", "texts", "from_on", "from_precision", "until_on", "until_precision", "status",
             "progress", "next_steps")  # fmt: skip
    pillar = one.objective.pillar
    return {name: getattr(one, name) for name in names} | {
        "pillar_code": pillar.code, "pillar_number": pillar.number, "pillar_names": pillar.names,
        "objective_number": one.objective.number, "objective_names": one.objective.names, "actors": _actors(row),
        "status_names": named(Status(one.status)),
        "mandate": citation_of(row.paragraph) if shown else one.cites, "mandate_symbol": symbol if shown else "",
        "goals": [
            {"framework": goal.framework.code, "framework_names": goal.framework.names, "code": goal.code, "names": goal.names}
            for goal in one.goals.all()
        ],
        "actions": [
            {
                "titles": step.titles, "due": write_imprecise(step.due_on, step.due_precision),
                "state_names": named(Action.State(step.state)),
            } for step in one.actions.all()
        ],
        "reports": reports,
        "money": {"budget": str(one.budget), "funded": str(one.funded or 0), "currency": one.currency}
        if money and one.budget is not None else {},
    }  # fmt: skip


def _actors(row: Row) -> list[dict[str, Any]]:
    found = [{"code": one.code, "names": one.short_names, "part": "lead"} for one in row.leads]
    if row.commitment.all_members:
        everybody = in_every_language(lambda: translation.gettext("all member states"))
        found.append({"code": "", "names": everybody, "part": "lead"})
    if row.commitment.body is not None:
        found.append({"code": "", "names": row.commitment.body.short_names, "part": "lead"})
    return found + [{"code": one.code, "names": one.short_names, "part": "partner"} for one in row.partners]


def _with_digest(facts: dict[str, Any]) -> dict[str, Any]:
    return facts | {"digest": digest_of(facts)}


def digest_of(facts: Any) -> str:
    """What would be shown, as SHA-256: a release is of what somebody has seen."""
    written = json.dumps(facts, sort_keys=True, ensure_ascii=False, cls=DjangoJSONEncoder)
    return hashlib.sha256(written.encode()).hexdigest()


def named(choice: Any) -> Texts:
    """What a status, a state is called, in each language of the process."""
    return in_every_language(lambda: str(choice.label))
