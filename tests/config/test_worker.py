"""The queue's worker: jobs done once, a dead worker's taken over, a living one's left alone."""

import datetime as dt
import io
import os
import signal
import subprocess
import sys
import time

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from puebla.config.operations import working
from puebla.config.operations.working import Presence, QueueWorker, failed_jobs, is_alive, prune, take_over
from puebla.core.models import OutgoingMail
from puebla.core.operations import Found
from tests.factories import process

pytestmark = pytest.mark.django_db(transaction=True)


@task(queue_name="queue", backend="queue")
def note(text: str) -> None:
    OutgoingMail.objects.create(
        message_id=f"<{text}>", recipient="x@y.org", subject=text, body="", created_at=timezone.now()
    )


@task(queue_name="queue", backend="queue")
def break_down() -> None:
    raise ValueError("the paper is torn")


def work_once() -> QueueWorker:
    worker = QueueWorker()
    worker.run(once=True)
    return worker


def left_running(worker_id: str, *, tries: int = 1) -> DBTaskResult:
    """A job as a worker leaves it that was killed over it."""
    note.enqueue("left")
    job = DBTaskResult.objects.get()
    for _each in range(tries):
        job.claim(worker_id)
    return job


def test_every_waiting_job_is_done_once():
    for n in range(3):
        note.enqueue(f"job {n}")

    first, second = work_once(), work_once()

    assert (first.done, first.failed, second.done) == (3, 0, 0)
    assert OutgoingMail.objects.count() == 3


def test_a_failing_job_keeps_its_traceback_and_is_not_tried_again():
    break_down.enqueue()

    first, second = work_once(), work_once()

    assert (first.failed, second.done) == (1, 0)
    (job,) = failed_jobs()
    assert job["error"] == "ValueError: the paper is torn"
    assert "break_down" in job["traceback"]


def test_a_failing_job_does_not_stop_the_next():
    break_down.enqueue()
    note.enqueue("after it")

    worker = work_once()

    assert (worker.done, worker.failed) == (2, 1)
    assert OutgoingMail.objects.get().subject == "after it"


def test_a_job_for_later_waits():
    note.using(run_after=timezone.now() + dt.timedelta(hours=1)).enqueue("later")

    assert work_once().done == 0


def test_the_job_of_a_dead_worker_is_taken_over_and_done():
    left_running("nobody-1-dead")

    worker = work_once()

    assert worker.done == 1
    assert OutgoingMail.objects.get().subject == "left"


def test_the_job_of_a_living_worker_is_left_alone_however_long_it_takes():
    with Presence() as living:
        job = left_running(living.worker_id)
        DBTaskResult.objects.update(started_at=timezone.now() - dt.timedelta(days=2))

        taken = (
            elsewhere("take_over(timezone.now())")
            if connection.vendor == "postgresql"
            else take_over(timezone.now())
        )

    assert taken == 0
    job.refresh_from_db()
    assert job.status == "RUNNING"


def elsewhere(what: str) -> int:
    """Done over another connection: PostgreSQL's locks are those of a connection."""
    import threading

    from django.db import connections

    found = []

    def run() -> None:
        found.append(eval(what))
        connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return found[0]


def test_a_sign_of_life_ends_with_its_holder():
    with Presence() as living:
        during = is_alive(living.worker_id)

    assert during
    assert not is_alive(living.worker_id)
    assert not is_alive("nobody")


def test_a_job_that_kills_its_workers_is_given_up():
    left_running("nobody-1-dead", tries=working.TRIES)

    assert work_once().done == 0
    (job,) = failed_jobs()
    assert "died 3 times" in job["error"]


def test_finished_jobs_are_dropped_after_two_weeks():
    note.enqueue("old")
    work_once()
    note.enqueue("young")
    work_once()
    old = DBTaskResult.objects.order_by("finished_at").first()
    DBTaskResult.objects.filter(pk=old.pk).update(finished_at=timezone.now() - dt.timedelta(days=15))

    dropped = prune(timezone.now())

    assert dropped == 1
    assert DBTaskResult.objects.count() == 1


def test_the_command_tells_what_it_did_and_ends_with_one_where_a_job_failed():
    process()
    out = io.StringIO()
    note.enqueue("fine")
    call_command("worker", "--once", stdout=out)
    break_down.enqueue()

    with pytest.raises(Found):
        call_command("worker", "--once", stdout=out, stderr=io.StringIO())

    assert out.getvalue().splitlines() == ["1 job done.", "1 job done."]


KILLED = """
import sys, time, django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
from pathlib import Path
settings.DATA_DIR = Path(sys.argv[1]).parent
django.setup()
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from puebla.config.operations.working import Presence, take_over
if sys.argv[2] == "hold":
    with connection.schema_editor() as editor:
        editor.create_model(DBTaskResult)
    with Presence() as living:
        job = DBTaskResult.objects.create(args_kwargs={"args": [], "kwargs": {}}, task_path="x.y", queue_name="queue",
                                          backend_name="queue", run_after=timezone.now())
        job.claim(living.worker_id)
        print("held", flush=True)
        time.sleep(60)
print(take_over(timezone.now()))
"""


def test_a_worker_that_is_killed_gives_its_job_up_at_once(tmp_path):
    environment = os.environ | {"DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": "puebla.config.settings.test",
                                "PYTHONPATH": "src:."}  # fmt: skip
    command = [sys.executable, "-c", KILLED, str(tmp_path / "a.sqlite3")]
    holder = subprocess.Popen([*command, "hold"], env=environment, stdout=subprocess.PIPE, text=True)
    assert holder.stdout.readline() == "held\n"

    while_alive = subprocess.run(
        [*command, "take"], env=environment, capture_output=True, text=True, check=True
    ).stdout
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    afterwards = subprocess.run(
        [*command, "take"], env=environment, capture_output=True, text=True, check=True
    ).stdout

    assert (while_alive, afterwards) == ("0\n", "1\n")


def test_a_worker_told_to_stop_ends_after_the_job_at_hand():
    worker = QueueWorker()
    note.enqueue("at hand")
    worker.shutdown(signal.SIGTERM, None)

    begun = time.monotonic()
    worker.run()

    assert time.monotonic() - begun < 5
    assert OutgoingMail.objects.count() == 0
