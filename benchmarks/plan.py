"""The Plan of Action of thirty years: three thousand commitments and forty thousand reports, its matrix as a page and a file."""

import datetime as dt
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from benchmarks.instance import Instance
from benchmarks.measures import Goal, Measure, measure
from benchmarks.servers import ROOT

PAGE, XLSX, XLSX_MEMORY = "web.plan.matrix", "plan.matrix.xlsx", "plan.matrix.xlsx.rss_mb"
CODE, COMMITMENTS, REPORTS, PARTIES = "bench", 3_000, 40_000, 11
#: Writes the whole matrix to nowhere, in a process of its own, and says how long it took and the most memory it had.
_WRITE = """
import sys, time, django
django.setup()
from benchmarks.memory import peak_mb
from django.conf import settings
from django.test import Client
from puebla.accounts.models import Person
client = Client(HTTP_HOST=settings.ALLOWED_HOSTS[0])
client.force_login(Person.objects.get(pk=int(sys.argv[1])))
started = time.perf_counter()
answer = client.get(sys.argv[2], {"export": "xlsx"})
size = sum(len(part) for part in answer.streaming_content)
assert answer.status_code == 200 and size > 100_000, (answer.status_code, size)
print(time.perf_counter() - started, peak_mb())
"""


def page_of_the_matrix() -> str:
    """Let an edition stand with its commitments and reports; the path of its matrix."""
    from django.db import transaction
    from django.urls import reverse
    from django.utils import timezone

    from puebla.plan.models import Plan

    if not Plan.objects.filter(code=CODE).exists():
        with transaction.atomic():
            _fill(timezone.now())
    return reverse("plan:matrix", args=[CODE])


def exporting(instance: Instance, wanted: set[str]) -> Iterator[Measure]:
    """The whole matrix as XLSX: seconds, and the peak memory of a process that does nothing else."""
    path = page_of_the_matrix()
    run = subprocess.run(
        [sys.executable, "-c", _WRITE, str(instance.actors.coordinator_id), path], cwd=ROOT,
        env=instance.env | {"DJANGO_SETTINGS_MODULE": "puebla.config.settings.production"},
        capture_output=True, text=True, timeout=600, check=True,
    )  # fmt: skip
    took, peak = run.stdout.split()[-2:]
    if XLSX in wanted:
        yield measure(XLSX, float(took), "s", goal=Goal(10, at_least=False))
    if XLSX_MEMORY in wanted:
        yield measure(XLSX_MEMORY, float(peak), "MB", goal=Goal(200, at_least=False))


def _t(words: str) -> dict[str, str]:
    return {"en": words, "es": f"{words} (es)"}


def _fill(at: dt.datetime) -> None:
    from puebla.members.models import Body, Party
    from puebla.plan.models import Commitment, Objective, Pillar, Plan

    body = Body.objects.select_related("room").get(code="RCGM")
    plan = Plan.objects.create(
        code=CODE, body=body, room=body.room, room_cap=body.room.cap, audience=60, party=Party.objects.get(kind="secretariat"),
        titles=_t("Plan of thirty years"), pillar_names=_t("theme"), objective_names=_t("objective"), from_on=dt.date(1996, 1, 1),
        state="in_force", created_at=at, changed_at=at,
    )  # fmt: skip
    objectives = []
    for number in (1, 2, 3):
        pillar = Pillar.objects.create(
            plan=plan, code=f"P{number}", number=number, names=_t(f"Theme {number}")
        )
        objectives += [
            Objective.objects.create(pillar=pillar, number=place, names=_t(f"Objective {number}.{place}"))
            for place in range(1, 11)
        ]
    states = ("under_way", "planned", "done", "needs_funding")
    rows = Commitment.objects.bulk_create(
        Commitment(
            plan=plan, objective=objectives[n * len(objectives) // COMMITMENTS], code=f"c.{n}", code_order=f"{n:06}",
            titles=_t(f"Members share what they know of subject {n} with one another, twice a year and in both languages"),
            status=states[n % 4], progress=(50, 0, 100, 0)[n % 4], from_on=dt.date(1996 + n % 30, 1, 1), budget=n * 100, funded=n * 60,
            currency="USD", next_steps=_t("The next meeting takes it up"), words=f"c.{n} members share", created_at=at, changed_at=at,
        ) for n in range(COMMITMENTS)
    )  # fmt: skip
    _involve_and_report(plan, rows, at)


def _involve_and_report(plan: Any, commitments: list[Any], at: dt.datetime) -> None:
    from puebla.members.models import Party
    from puebla.plan.models import Involvement, Report

    parties = list(Party.objects.filter(kind="state").order_by("pk")[:PARTIES])
    Involvement.objects.bulk_create(
        Involvement(commitment=one, party=parties[(n + step) % len(parties)], part="lead" if step == 0 else "partner")
        for n, one in enumerate(commitments) for step in range(min(3, len(parties)))
    )  # fmt: skip
    by = plan.party.seats.order_by("pk").values_list("person_id", flat=True)[0]
    Report.objects.bulk_create(
        (
            Report(
                commitment=commitments[n % COMMITMENTS], party=parties[n // COMMITMENTS % len(parties)],
                year=2026 - n // (COMMITMENTS * len(parties)), half=1, number=1, state="sent", done="under_way",
                words=_t("Two workshops were held, and the protocol is in use at every post."), next_steps=_t("A third one in autumn."),
                room=plan.room, room_cap=plan.room_cap, audience=50, changed_at=at, changed_by_id=by, sent_at=at, sent_by_id=by,
            ) for n in range(REPORTS)
        ),
        batch_size=2_000,
    )  # fmt: skip
