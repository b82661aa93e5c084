"""The plan that an edition of the data brings: three themes, nineteen sub-topics, and the lists of goals."""

from pathlib import Path

import pytest

from puebla.config.editions import folder_of, plans
from puebla.core.models import JournalEntry
from puebla.core.verdicts import RefusedError
from puebla.plan import actions
from puebla.plan.models import Goal, Objective, Plan
from tests import factories as make
from tests.plan.making import AT, group, t

pytestmark = pytest.mark.django_db


def test_the_edition_of_2010_comes_with_its_themes_in_both_languages_and_is_the_secretariats_from_then_on():
    make.process()
    make.secretariat_party()
    group()

    written = plans.load(folder_of("rcm"), at=AT)
    plan = Plan.objects.get()
    actions.describe_plan(plan=plan, values={"titles": t("Renamed")}, revision=plan.revision, by=None, at=AT)
    again = plans.load(folder_of("rcm"), at=AT)

    assert (plan.code, plan.pillars.count(), Objective.objects.count()) == ("2010", 3, 19)
    assert Goal.objects.filter(framework__code="GCM").count() == 23
    assert all(set(one.names) == {"en", "es"} for model in (Objective, Goal) for one in model.objects.all())
    assert written > 0 and again == 0 and str(Plan.objects.get()) == "Renamed"
    assert JournalEntry.objects.filter(act="plan.loaded").count() == 1


@pytest.mark.parametrize(
    "broken", ["[[plan]\n", '[[plan]]\ncode = "2010"\n', '[[goals]]\ncode = "X"\nnames = {}\n']
)
def test_a_plan_that_cannot_be_read_is_refused_and_nothing_is_kept(tmp_path: Path, broken: str):
    make.process()
    (tmp_path / "plan.toml").write_text(broken)

    with pytest.raises(RefusedError, match="plan.toml"):
        plans.load(tmp_path, at=AT)

    assert not Plan.objects.exists() and not Goal.objects.exists()
