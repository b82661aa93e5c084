"""The page of whoever looks after the machine: it says what the doctor says, and mends what failed."""

import datetime as dt
import re
import uuid

import pytest
from django.core.cache import cache
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from puebla.config import actions
from puebla.config.operations.working import QueueWorker
from puebla.core.mail import RETRY_AFTER_MINUTES
from puebla.core.models import JournalEntry, OutgoingMail
from puebla.core.verdicts import RefusedError
from tests.factories import RoleFactory, SeatFactory, process, secretariat_party

PAGE = "/en/intranet/technology/"


@task(queue_name="queue", backend="queue")
def break_down() -> None:
    raise ValueError("the paper is torn")


@pytest.fixture(autouse=True)
def _process(settings, tmp_path):
    process()
    cache.clear()
    # The head that another test's back-up left is of another chain.
    settings.DATA_DIR = tmp_path


def officer():
    role = RoleFactory(code="technology", permissions=["operate"])
    return SeatFactory(party=secretariat_party(), role=role).person


def a_failed_job() -> DBTaskResult:
    break_down.enqueue()
    QueueWorker().run(once=True)
    return DBTaskResult.objects.failed().get()


def a_message_given_up() -> OutgoingMail:
    return OutgoingMail.objects.create(
        message_id="<lost@example.org>", recipient="delegate@example.org", subject="A sealed subject", body="Sealed words",
        created_at=timezone.now(), attempts=len(RETRY_AFTER_MINUTES) + 1, last_error="550 no such mailbox",
    )  # fmt: skip


@pytest.mark.django_db
def test_the_page_does_not_exist_for_who_does_not_look_after_the_machine(client):
    client.force_login(SeatFactory(role=RoleFactory(code="delegate", permissions=["file_own"])).person)

    assert client.get(PAGE).status_code == 404
    assert client.post(PAGE).status_code == 404


@pytest.mark.django_db
def test_a_permission_in_another_partys_hands_opens_nothing(client):
    client.force_login(SeatFactory(role=RoleFactory(code="odd", permissions=["operate"])).person)

    assert client.get(PAGE).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_failed_job_is_read_and_runs_again_from_the_page(client):
    job = a_failed_job()
    client.force_login(officer())

    page = client.get(PAGE).content.decode()
    answer = client.post(PAGE, {"job": str(job.pk)})

    assert "ValueError: the paper is torn" in page
    assert answer.status_code == 302
    job.refresh_from_db()
    assert (job.status, job.traceback, job.worker_ids) == ("READY", "", [])
    assert JournalEntry.objects.get(act="job.run_again").subject_ref == str(job.pk)


@pytest.mark.django_db(transaction=True)
def test_a_job_run_again_twice_is_refused_the_second_time_and_counts_once():
    job, by = a_failed_job(), officer()
    actions.run_again(job_id=job.pk, by=by, at=timezone.now())

    with pytest.raises(RefusedError, match="somebody has run it again"):
        actions.run_again(job_id=job.pk, by=by, at=timezone.now())

    assert JournalEntry.objects.filter(act="job.run_again").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("job", ["no-uuid", str(uuid.UUID(int=7))])
def test_a_job_that_is_not_there_is_told_in_a_sentence(client, job):
    client.force_login(officer())

    answer = client.post(PAGE, {"job": job}, follow=True)

    assert answer.status_code == 200
    assert (
        "There is no such job" in answer.content.decode()
        or "not among the failed ones" in answer.content.decode()
    )
    assert not JournalEntry.objects.filter(act="job.run_again").exists()


@pytest.mark.django_db
def test_a_message_given_up_shows_who_and_why_but_not_what_and_is_tried_again(client):
    mail = a_message_given_up()
    client.force_login(officer())

    page = client.get(PAGE).content.decode()
    client.post(PAGE, {"message": mail.message_id})

    assert "delegate@example.org" in page
    assert "550 no such mailbox" in page
    assert "A sealed subject" not in page
    mail.refresh_from_db()
    assert (mail.attempts, mail.next_attempt_at) == (0, None)


@pytest.mark.django_db
def test_a_message_still_on_its_way_is_not_hurried():
    mail = a_message_given_up()
    OutgoingMail.objects.update(attempts=2, next_attempt_at=timezone.now() + dt.timedelta(minutes=5))

    with pytest.raises(RefusedError):
        actions.send_again(message_id=mail.message_id, by=officer(), at=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_an_examination_is_asked_done_by_the_worker_and_read_in_either_language(client):
    client.force_login(officer())
    before = client.get(PAGE).content.decode()

    client.post(PAGE)
    QueueWorker().run(once=True)

    assert "Not examined yet" in before
    assert "The journal’s chain holds." in client.get(PAGE).content.decode().replace("&#x27;", "’").replace(
        "'", "’"
    )
    assert "Not examined yet" not in client.get(PAGE).content.decode()
    assert "cadena" in client.get("/es/intranet/technology/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_worker_shows_when_it_was_last_seen(client):
    client.force_login(officer())
    before = client.get(PAGE).content.decode()

    QueueWorker().run(once=True)

    assert "No worker has shown itself yet" in before
    assert "last seen on" in client.get(PAGE).content.decode()


@pytest.mark.django_db
def test_the_desk_leads_the_officer_there_and_nobody_else(client):
    client.force_login(officer())
    assert PAGE in client.get("/en/intranet/").content.decode()

    client.force_login(SeatFactory(role=RoleFactory(code="delegate", permissions=["file_own"])).person)
    assert PAGE not in client.get("/en/intranet/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "figure"), [("en", r"\d+\.\d GB"), ("es", r"\d+,\d GB")])
def test_the_disk_is_told_in_the_readers_figures(client, language, figure):
    client.force_login(officer())

    page = client.get(PAGE.replace("/en/", f"/{language}/")).content.decode()

    assert re.search(figure, page)
