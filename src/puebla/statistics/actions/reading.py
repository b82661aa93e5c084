"""Releases are noticed and cells read: gathered from the store first, then written in one transaction."""

import datetime as dt
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from puebla.core import journal, registry
from puebla.publications.actions import turn_epoch
from puebla.publications.models import Epoch
from puebla.statistics.models import Reading, Release, ReleasedSeries
from puebla.statistics.models.cells import fault_of
from puebla.statistics.querysets import Address, store

logger = logging.getLogger("puebla.statistics")


@dataclass
class Found:
    """What the store says and the tables do not know yet: gathered first, written in one transaction.

    Attributes:
        releases: public ones of dataflows whose release in force is another than the tables'.
        in_force: by each of these dataflows the release in force; empty where none is any more.
        series: the registered ones that are new here.
        readings: of registered series, out of the release in force.
    """

    releases: list[Release] = field(default_factory=list)
    in_force: dict[str, str] = field(default_factory=dict)
    series: list[ReleasedSeries] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)


def read_released(*, at: dt.datetime) -> int:
    """Bring the tables up to what is released at this instant; how many cells were read or moved.

    Doing it twice does nothing; cut off anywhere, nothing of it is written and the next round does it whole.
    """
    found = _behind(at)
    if not (found.in_force or found.series or found.readings):
        return 0
    return _keep(found, at=at)


@task(queue_name="queue", backend="queue")
def read_now() -> int:
    """Read what is behind: asked for by a room that shows a cell which nobody has read yet."""
    return read_released(at=timezone.now())


def ask_to_read() -> None:
    """Have registered cells read soon, once this transaction stands; for a room that has just begun to show one."""
    waiting = DBTaskResult.objects.filter(
        task_path=read_now.module_path, status__in=[TaskResultStatus.READY, TaskResultStatus.RUNNING]
    )
    transaction.on_commit(lambda: waiting.exists() or read_now.enqueue())


# What is behind ------------------------------------------------------------------------------------------


def registered() -> list[Address]:
    """The cells that rooms show, each once."""
    return sorted({(flow, key) for source in registry.cells for flow, key in source()})


def _behind(at: dt.datetime) -> Found:
    found = Found()
    current = store.in_force(at)
    known = dict(Release.objects.filter(in_force=True).values_list("dataflow", "code"))
    for flow in sorted({*current, *known}):
        if current.get(flow) != known.get(flow):
            _notice(found, flow, current.get(flow, ""), at)
    rows = {(one.dataflow, one.key): one for one in ReleasedSeries.objects.select_related("reading__release")}
    wanted = registered()
    found.series = [store.described(*one) for one in wanted if one not in rows]
    asked = [*(rows[one] for one in wanted if one in rows), *found.series]
    late = [one for one in asked if current.get(one.dataflow) not in (None, _read_from(one))]
    found.readings = list(_readings(late, current, at))
    return found


def _read_from(series: ReleasedSeries) -> str:
    return series.reading.release.code if series.reading else ""


def _notice(found: Found, flow: str, code: str, at: dt.datetime) -> None:
    """Take up a dataflow's releases; one whose manifests cannot be read is told to the operator and left as it is."""
    try:
        found.releases += store.releases(flow, at=at)
    except store.DAMAGED:
        logger.exception("The releases of %s cannot be read", flow)
        return
    found.in_force[flow] = code


def _readings(late: Sequence[ReleasedSeries], current: dict[str, str], at: dt.datetime) -> Iterable[Reading]:
    """What the releases in force say of these series; a release that cannot be read does not stop the others."""
    if not late:
        return
    with store.opened(at) as opened:
        for one in late:
            code = current[one.dataflow]
            try:
                if not fault_of(one.dataflow, one.key):
                    one.names = store.described(one.dataflow, one.key).names
                    yield store.read(opened, one, Release(code=code), at=at)
            except Exception:
                logger.exception("%s of %s cannot be read", one.key, code)


# What is kept --------------------------------------------------------------------------------------------


@transaction.atomic
def _keep(found: Found, *, at: dt.datetime) -> int:
    """Write all of it, one entry of the journal last; nothing where another process wrote it meanwhile."""
    Epoch.objects.get_or_create(pk=1)
    Epoch.objects.select_for_update().get(pk=1)
    for release in found.releases:
        Release.objects.get_or_create(code=release.code, defaults=_columns(release))
    released = [code for flow, code in found.in_force.items() if _put_in_force(flow, code)]
    for row in found.series:
        ReleasedSeries.objects.get_or_create(dataflow=row.dataflow, key=row.key, defaults=_columns(row))
    moved = sum(_keep_reading(one) for one in found.readings) + _let_go(found)
    if not released and not moved:
        return 0
    turn_epoch(at=at)
    codes = [code for code in released if code]
    facts = {"releases": codes, "cells": moved}
    journal.record("statistics.read", at=at, subject_ref=", ".join(codes)[:80], facts=facts)
    return moved or len(released)


def _columns(row: Release | ReleasedSeries) -> dict[str, object]:
    return {
        one.attname: getattr(row, one.attname) for one in row._meta.concrete_fields if one.attname != "id"
    }


def _put_in_force(flow: str, code: str) -> bool:
    """Whether this made a difference."""
    changed = Release.objects.filter(dataflow=flow, in_force=True).exclude(code=code).update(in_force=False)
    return bool(changed + Release.objects.filter(code=code, in_force=False).update(in_force=True))


def _keep_reading(reading: Reading) -> bool:
    """Keep what a release says of a series, and let the series show it; whether it shows another than before."""
    release = Release.objects.filter(code=reading.release.code, in_force=True).first()
    if release is None:  # another came into force since, and is read in the next round
        return False
    series = ReleasedSeries.objects.get(dataflow=reading.of.dataflow, key=reading.of.key)
    names = ("figures", "unit_names", "decimals", "edition", "licence", "read_at")
    defaults = {name: getattr(reading, name) for name in names}
    kept, _made = Reading.objects.get_or_create(of=series, release=release, defaults=defaults)
    shown = ReleasedSeries.objects.filter(pk=series.pk).exclude(reading=kept)
    return bool(shown.update(reading=kept, names=reading.of.names))


def _let_go(found: Found) -> int:
    """Series of a dataflow whose releases were all taken out of force show none any more; how many."""
    gone = [flow for flow, code in found.in_force.items() if not code]
    return ReleasedSeries.objects.filter(dataflow__in=gone).exclude(reading=None).update(reading=None)
