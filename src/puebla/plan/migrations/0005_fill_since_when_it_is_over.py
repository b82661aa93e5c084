"""Commitments and editions that are over are given the instant since which they are, as far as it was kept."""

from typing import Any

from django.db import migrations

OVER = ("done", "dropped")


def fill(apps: Any, _editor: Any) -> None:
    """Write it for every row that is over and has none."""
    commitments = apps.get_model("plan", "Commitment").objects
    marks = apps.get_model("plan", "Mark").objects.filter(entered_at=None).order_by("-at", "-pk")
    for key in list(commitments.filter(status__in=OVER, over_at=None).values_list("pk", flat=True)):
        since = None
        for at, status in marks.filter(commitment=key).values_list("at", "status"):
            if status not in OVER:
                # What was over already when it was entered has none: nothing was ever asked of it.
                commitments.filter(pk=key).update(over_at=since)
                break
            since = at
    plans = apps.get_model("plan", "Plan").objects
    for key, changed_at in list(plans.filter(state="closed", over_at=None).exclude(in_force_on=None).values_list("pk", "changed_at")):
        plans.filter(pk=key).update(over_at=changed_at)


class Migration(migrations.Migration):

    dependencies = [("plan", "0004_since_when_it_is_over")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
