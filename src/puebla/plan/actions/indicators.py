"""What an indicator shows: kept as it was read from a release, never typed."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction

from puebla.core import journal
from puebla.plan.models import Indicator, Reading

#: Periods of a spark line.
MOST_PERIODS = 40


@transaction.atomic
def keep_reading(
    *, indicator: Indicator, value: Decimal, period: str, release: str, at: dt.datetime,
    series: Sequence[tuple[str, Decimal]] = (),
) -> bool:  # fmt: skip
    """Keep what a release shows in this indicator's cell; whether that is anything new. The system does it: nobody types figures.

    Args:
        value: of the last period. series: the periods up to it with their values, oldest first, for trend and spark line.
    """
    row = (
        Indicator.objects.select_for_update(of=("self",))
        .select_related("commitment__plan__room")
        .get(pk=indicator.pk)
    )
    shown = [[one, str(figure)] for one, figure in list(series)[-MOST_PERIODS:]]
    if (row.release, row.period, row.value, row.series, row.missing) == (release, period, value, shown, ""):
        return False
    before = row.value
    row.value, row.period, row.release, row.read_at, row.series, row.missing = (
        value,
        period,
        release,
        at,
        shown,
        "",
    )
    row.revision += 1
    row.save()
    Reading.objects.update_or_create(
        indicator=row, release=release, period=period, defaults={"value": value, "read_at": at}
    )
    journal.record(
        "indicator.read", at=at, subject=row, room=row.commitment.plan.room,
        facts={"commitment": row.commitment.code, "release": release, "period": period, "value": str(value),
               "before": None if before is None else str(before)},
    )  # fmt: skip
    return True


@transaction.atomic
def note_missing(*, indicator: Indicator, why: str, at: dt.datetime) -> bool:
    """Keep that a release has nothing to show in this cell, and why; what was read before stays as it is."""
    row = (
        Indicator.objects.select_for_update(of=("self",))
        .select_related("commitment__plan__room")
        .get(pk=indicator.pk)
    )
    if row.missing == why:
        return False
    row.missing, row.revision = why, row.revision + 1
    row.save(update_fields=["missing", "revision"])
    journal.record(
        "indicator.missing", at=at, subject=row, room=row.commitment.plan.room,
        facts={"commitment": row.commitment.code, "why": why},
    )  # fmt: skip
    return True
