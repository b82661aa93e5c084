"""The page of whoever keeps the machine running: what `puebla doctor` says, what failed, and what to do about it."""

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_tasks_db.models import DBTaskResult

from puebla.accounts.views import PersonRequest, signed_in
from puebla.config import actions, rules
from puebla.config.operations.health import Check, glance
from puebla.config.operations.working import QUEUE, SEEN, failed_jobs
from puebla.core.mail import given_up
from puebla.core.models import OutgoingMail
from puebla.core.verdicts import RefusedError
from puebla.members.querysets import reach_of

SHOWN = 50
#: What each check looks at, in the words of the page.
NAMES: dict[str, str | Promise] = {
    "versions": gettext_lazy("Versions"),
    "settings": gettext_lazy("Settings"),
    "migrations": gettext_lazy("Tables"),
    "database": gettext_lazy("Database"),
    "disk": gettext_lazy("Disk"),
    "accounts": gettext_lazy("Accounts"),
    "queue": gettext_lazy("Queue"),
    "mail": gettext_lazy("Mail"),
    "backup": gettext_lazy("Back-up"),
    "tools": gettext_lazy("Tools"),
    "journal": gettext_lazy("Journal"),
    "search": gettext_lazy("Search"),
    "files": gettext_lazy("Files"),
}


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def technology(request: PersonRequest) -> HttpResponseBase:
    """Show the state of the machine to those who look after it; for others there is no such page."""
    if not rules.may_operate(reach_of(request.person)):
        raise Http404
    if request.method == "POST":
        return _done(request)
    kept: dict[str, Any] = cache.get(actions.EXAMINATION) or {}
    jobs = DBTaskResult.objects.filter(backend_name=QUEUE)
    waiting_mail = OutgoingMail.objects.filter(sent_at=None)
    context = {
        "checks": [_line(one) for one in glance()],
        "examined_at": kept.get("at"),
        "examined": [_line(one) for one in kept.get("checks", {}).get(get_language(), [])],
        "worker_seen_at": cache.get(SEEN),
        "waiting": jobs.filter(status="READY").count(),
        "running": jobs.filter(status="RUNNING").count(),
        "failed": failed_jobs(SHOWN),
        "mail_waiting": waiting_mail.count(),
        "mail_given_up": given_up(waiting_mail)
        .defer("body", "html", "subject")
        .order_by("created_at")[:SHOWN],
    }
    return render(request, "config/technology.html", context)


def _line(check: Check) -> dict[str, Any]:
    name, well, sentence = check
    return {"name": NAMES.get(name, name), "well": well, "sentence": sentence}


def _done(request: PersonRequest) -> HttpResponseBase:
    by, at = request.person, timezone.now()
    try:
        messages.success(request, _act(request.POST, by=by, at=at))
    except RefusedError as refusal:
        messages.error(request, str(refusal))
    return redirect("technology")


def _act(asked: Any, *, by: Any, at: dt.datetime) -> str:
    """Do what the button says; the sentence that tells of it."""
    if job := asked.get("job"):
        try:
            job_id = uuid.UUID(job)
        except ValueError as error:
            raise RefusedError(_("There is no such job.")) from error
        actions.run_again(job_id=job_id, by=by, at=at)
        return _("The job waits in the queue again.")
    if message := asked.get("message"):
        actions.send_again(message_id=message[:120], by=by, at=at)
        return _("The message is tried again with the next round.")
    actions.examine_later(by=by, at=at)
    return _("The worker examines the journal and the files; look again in a minute.")
