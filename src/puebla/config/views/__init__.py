"""Pages that belong to no room: the door, the two signs of life, what was not found and what failed."""

import contextlib
import errno
import logging
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from django.core.files.storage import storages
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language_from_request, gettext_lazy
from django.views.decorators.http import require_safe

from puebla.api.views.errors import new_number, problem
from puebla.config.middleware import is_for_machines, public_language
from puebla.core import registry

logger = logging.getLogger(__name__)
#: Work that has waited longer than this means that no worker runs.
QUEUE_LAG_SECONDS = 15 * 60
#: PostgreSQL's code for a full disk.
_DISK_FULL = "53100"


@require_safe
def root(request: HttpRequest) -> HttpResponse:
    """Send a visitor to the portal in the language that the browser asks for."""
    response = HttpResponseRedirect(f"/{get_language_from_request(request)}/")
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """Say that the process lives; touches nothing else."""
    return HttpResponse("ok", content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"})


@require_safe
def readyz(_request: HttpRequest) -> JsonResponse:
    """Say whether the instance can serve: 503 when a check fails. Why is told by `puebla doctor`, not to the world."""
    checks = {"database": _database_answers()}
    if checks["database"]:
        checks |= {"migrations": _migrations_are_done(), "queue": _queue_moves()}
        checks |= {name: ok for name, ok, _sentence in (check() for check in registry.health_checks)}
    checks["storage"] = all(_can_write(name) for name in ("default", "public"))
    ready = all(checks.values())
    return JsonResponse(
        {"ready": ready, "checks": checks},
        status=200 if ready else 503,
        headers={"Cache-Control": "no-store"},
    )


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)
    except DatabaseError:
        return False


def _migrations_are_done() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _queue_moves() -> bool:
    """Whether no task has been ready for long; a task set for later only counts from then."""
    from django_tasks_db.models import DBTaskResult

    waiting = DBTaskResult.objects.ready().order_by("enqueued_at").first()
    if waiting is None:
        return True
    now = timezone.now()
    # The queue marks a task without a time of its own with the end of time.
    due = waiting.run_after if waiting.run_after and waiting.run_after <= now else waiting.enqueued_at
    return (now - due).total_seconds() < QUEUE_LAG_SECONDS


def _can_write(name: str) -> bool:
    """Whether a file can be written into this store; a store elsewhere is asked by `puebla doctor`."""
    location = getattr(storages[name], "location", None)
    if location is None:
        return True
    folder = Path(location)
    while not folder.exists():
        folder = folder.parent
    with contextlib.suppress(OSError), tempfile.TemporaryFile(dir=folder):
        return True
    return False


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django hands it over
    """A page that does not exist, or of which this reader may not know: the same answer, in the look of its site."""
    if is_for_machines(request.path_info):
        return problem(request, 404)
    inside = public_language(request.path_info) is None and getattr(request, "person", None) is not None
    return render(request, "intranet/404.html" if inside else "404.html", status=404)


def not_allowed(request: HttpRequest, allowed: Iterable[str]) -> HttpResponse:
    """What this address can do nothing with, such as a form sent to a page."""
    if is_for_machines(request.path_info):
        response = problem(
            request, 405, detail=gettext_lazy("What is public can be read and nothing else: use GET.")
        )
    else:
        page = render_to_string("405.html", request=None)
        response = HttpResponse(page, status=405, headers={"Cache-Control": "no-store"})
    response["Allow"] = ", ".join(allowed)
    return response


def failed(request: HttpRequest) -> HttpResponse:
    """What nobody caught: a full disk or a database that is away is told as such, everything else as a fault of ours.

    Each has a number, which stands in the server's record beside the fault.
    """
    error, number = sys.exc_info()[1], new_number()
    status = 507 if _tells_of_a_full_disk(error) else 503 if _tells_of_no_database(error) else 500
    logger.error("Request %s to %s failed with %d: %r", number, request.path_info, status, error)
    if is_for_machines(request.path_info):
        response = problem(request, status, number=number)
    else:
        page = render_to_string(f"{status}.html", {"number": number}, request=None)
        response = HttpResponse(page, status=status)
    response["Cache-Control"], response["X-Request-Id"] = "no-store", number
    if status == 503:
        response["Retry-After"] = "60"
    return response


def _tells_of_no_database(error: BaseException | None) -> bool:
    """Whether the database is away or too busy: it comes back by itself, and so may the reader."""
    while error is not None:
        if isinstance(error, OperationalError | InterfaceError):
            said = str(error).lower()
            return any(words in said for words in _AWAY)
        error = error.__cause__ or error.__context__
    return False


#: How the databases say that they are away, or busy with somebody else.
_AWAY = ("unable to open database", "database is locked", "could not connect", "connection failed", "connection refused",
         "connection is bad", "connection is closed", "server closed the connection", "too many clients",
         "starting up", "shutting down", "terminating connection", "timeout expired")  # fmt: skip


def _tells_of_a_full_disk(error: BaseException | None) -> bool:
    """Whether this error, or one behind it, is the file system's or the database's word for no room left."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        if isinstance(error, DatabaseError) and "disk is full" in str(error):
            return True
        if getattr(error, "sqlstate", None) == _DISK_FULL:
            return True
        error = error.__cause__ or error.__context__
    return False
