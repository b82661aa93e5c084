"""Makes an edition of the Plan of Action through the acts, as the pages do."""

import datetime as dt

from puebla.members.models import Audience
from puebla.plan import actions
from puebla.plan.models import Commitment
from puebla.texts import actions as texts
from tests import factories as make

AT = dt.datetime(2026, 5, 4, 15, tzinfo=dt.UTC)
H1 = (2026, 1)
SAID = {"done": "under_way", "words": {"en": "Two workshops were held.", "es": "Se realizaron dos talleres."},
        "next_steps": {"en": "A third one in autumn.", "es": "Un tercero en otoño."}, "evidence": "", "opens_to": 50}  # fmt: skip


def t(words):
    return {"en": words, "es": f"{words} (es)"}


def group():
    """The consultation group, open to all."""
    return make.BodyFactory(code="RCGM", function="consultation")


def secretary():
    """Somebody who keeps the plan."""
    make.process()
    return make.secretariat_person()


def plan(by, *, code="2010", at=AT, in_force=True, audience=Audience.OBSERVERS, body=None, **values):
    """An edition with one part and one objective, in force; read by members and observers."""
    given = {
        "titles": t("Plan of Action"), "pillar_names": t("theme"), "objective_names": t("sub-topic"),
        "from_on": dt.date(2010, 1, 1), "report_days": 15,
    }  # fmt: skip
    made = actions.begin_plan(code=code, body=body or group(), values=given | values, by=by, at=at)
    part = actions.add_pillar(plan=made, code="HR", values={"names": t("Human rights")}, by=by, at=at)
    objective = actions.add_objective(pillar=part, values={"names": t("Consular protection")}, by=by, at=at)
    commitment(by, objective=objective, at=at)
    if in_force:
        made = actions.describe_plan(
            plan=made, values={"state": "in_force"}, revision=made.revision, by=by, at=at
        )
    return (
        actions.set_audience(plan=made, audience=audience, by=by, at=at)
        if audience != made.audience
        else made
    )


def objective_of(plan):
    return plan.pillars.get().objectives.get()


def commitment(by, *, objective, at=AT, leads=(), partners=(), goals=(), **values):
    """A commitment under way."""
    given = {"titles": t("Consulates share a protocol"), "status": "under_way"}
    return actions.add_commitment(
        objective=objective, values=given | values, leads=leads, partners=partners, goals=goals, by=by, at=at
    )


def report(commitment, person, party, *, half=H1, at=AT, token="t1", **said):
    """A report of this party, sent."""
    draft = commitment.reports.filter(party=party, state="draft", year=half[0], half=half[1]).first()
    facts = {"commitment": commitment, "party": party, "half": half, "by": person, "at": at}
    actions.save_draft(values=SAID | said, revision=draft.revision if draft else 0, token=token, **facts)
    return actions.send_report(token=token, **facts)


def paragraph_in(room, by, *, audience=Audience.OBSERVERS, symbol="RCM/2009/VM/DEC/1"):
    """The first paragraph of a text."""
    text = texts.open_text(
        by=by, at=AT, room=room, party=make.secretariat_party(), titles=t("Decision"), audience=audience
    )
    text = texts.give_symbol(text=text, symbol=symbol, by=by, at=AT)
    (one,) = texts.add_paragraphs(
        text=text, after=None, kind="paragraph", blocks=[t("The members decide.")], by=by, at=AT
    )
    return one


def again(commitment):
    """The commitment as it stands now."""
    return Commitment.objects.get(pk=commitment.pk)
