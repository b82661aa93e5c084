"""What is done to the machine's own work: a failed job runs again, a message is tried again, the house is examined."""

import datetime as dt
import uuid

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from puebla.accounts.models import Person
from puebla.config import rules
from puebla.config.operations.health import examined
from puebla.config.operations.working import QUEUE
from puebla.core import journal
from puebla.core.mail import given_up
from puebla.core.models import OutgoingMail
from puebla.core.verdicts import RefusedError, require
from puebla.members.querysets import reach_of

#: Where the last examination is kept; lost with the cache, and then simply made again.
EXAMINATION = "health.examination"


@transaction.atomic
def run_again(*, job_id: uuid.UUID, by: Person, at: dt.datetime) -> None:
    """Put a failed job back into the queue as if it had never been tried; raises `RefusedError` where it is not failed."""
    require(rules.may_operate(reach_of(by, at)))
    job = (
        DBTaskResult.objects.select_for_update()
        .filter(pk=job_id, backend_name=QUEUE, status="FAILED")
        .first()
    )
    if job is None:
        raise RefusedError(_("This job is not among the failed ones any more: somebody has run it again."))
    name = job.task_name
    DBTaskResult.objects.filter(pk=job.pk).update(
        status="READY", started_at=None, finished_at=None, worker_ids=[], traceback="",
        exception_class_path="", enqueued_at=at,
    )  # fmt: skip
    journal.record("job.run_again", at=at, person=by, subject_ref=str(job_id), facts={"job": name})


@transaction.atomic
def send_again(*, message_id: str, by: Person, at: dt.datetime) -> None:
    """Try a message again that was given up; raises `RefusedError` where it is not given up."""
    require(rules.may_operate(reach_of(by, at)))
    mail = given_up(OutgoingMail.objects.select_for_update()).filter(message_id=message_id).first()
    if mail is None:
        raise RefusedError(_("This message is not among those given up any more."))
    mail.attempts, mail.next_attempt_at, mail.refused_at = 0, None, None
    mail.save(update_fields=["attempts", "next_attempt_at", "refused_at"])
    journal.record("mail.sent_again", at=at, person=by, subject_ref=message_id)


@task(queue_name="queue", backend="queue")
def examine() -> None:
    """Do the slow checks (the journal's whole chain, a sample of files) and keep what they found."""
    keep_examination(at=timezone.now())


def keep_examination(*, at: dt.datetime) -> int:
    """Examine now; how many checks were made."""
    # Once in each language: a sentence that was kept cannot be translated for its reader.
    found = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found[code] = examined()
    cache.set(EXAMINATION, {"at": at, "checks": found}, timeout=None)
    return len(found[settings.LANGUAGE_CODE[:2]])


@transaction.atomic
def examine_later(*, by: Person, at: dt.datetime) -> None:
    """Ask the worker to examine the house."""
    require(rules.may_operate(reach_of(by, at)))
    examine.enqueue()
    journal.record("health.examination_asked", at=at, person=by)
