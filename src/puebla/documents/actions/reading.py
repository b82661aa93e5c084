"""Reading filed files: text by page, pictures, language; in a worker, again after a kill, always with the same result."""

import datetime as dt
import tempfile
from collections import Counter
from pathlib import Path

from django.core.files.storage import storages
from django.db import transaction
from django.utils import timezone
from django_tasks import task

from puebla.core.files.kinds import FileKind
from puebla.core.files.reading import UnreadableError, read
from puebla.core.files.store import local_copy, put, remove
from puebla.core.models import Process
from puebla.documents.actions.indexing import index_document
from puebla.documents.models import FileVersion, Page
from puebla.publications.actions import fill_pages


@task(queue_name="queue", backend="queue")
def read_file(version_id: int) -> None:
    """The queue's door to `read_version`."""
    version = FileVersion.objects.filter(pk=version_id).first()
    if version is not None:
        read_version(version=version, at=timezone.now())


def read_later(version: FileVersion) -> None:
    """Ask the worker to read a version; part of the act's own transaction, so that it cannot be lost."""
    read_file.enqueue(version.pk)


def read_waiting(*, at: dt.datetime) -> int:
    """Ask again for versions that still wait after a quarter of an hour (their job was lost); how many."""
    stuck = FileVersion.objects.filter(
        reading=FileVersion.Reading.WAITING, filed_at__lt=at - dt.timedelta(minutes=15)
    )
    from django_tasks_db.models import DBTaskResult

    waiting = {
        result.args_kwargs["args"][0]
        for result in DBTaskResult.objects.filter(task_path=read_file.module_path, finished_at=None)
        if result.args_kwargs.get("args")
    }
    failed = Counter(
        result.args_kwargs["args"][0]
        for result in DBTaskResult.objects.failed().filter(task_path=read_file.module_path)
        if result.args_kwargs.get("args")
    )
    # A job that failed three times is a fault of ours, told by `puebla doctor`; asking on would never end.
    lost = [one for one in stuck[:100] if one.pk not in waiting and failed[one.pk] < 3]
    for version in lost:
        read_later(version)
    return len(lost)


def read_version(*, version: FileVersion, at: dt.datetime) -> FileVersion:
    """Extract text and pictures of a version and keep them by page; replaces what an earlier reading left.

    A file that cannot be read is kept and served all the same; its record says why it has no text.
    """
    with tempfile.TemporaryDirectory(prefix="puebla-read-") as folder:
        path = local_copy(version.key, storage=storages["default"], folder=Path(folder))
        pictures = Path(folder) / "pictures"
        pictures.mkdir()
        try:
            found = read(
                path,
                FileKind[version.kind],
                pictures_into=pictures,
                languages=tuple(Process.current().languages),
            )
        except UnreadableError as error:
            return _failed(version, str(error), at)
        keys = {one.name: put(one, storage=storages["default"]).key for one in sorted(pictures.iterdir())}
    with transaction.atomic():
        row = FileVersion.objects.select_for_update().get(pk=version.pk)
        old = [*row.pages.exclude(picture_key="").values_list("picture_key", flat=True)]
        old += [row.thumbnail_key] if row.thumbnail_key else []
        row.pages.all().delete()
        Page.objects.bulk_create(
            Page(version=row, number=page.number, text=page.text, ocr=page.ocr,
                 picture_key=keys.get(f"page-{page.number:04d}.webp", ""))
            for page in found.pages
        )  # fmt: skip
        row.thumbnail_key = keys.get("thumb.webp", "")
        row.language_found = found.language or ""
        row.html = found.html
        row.page_count = len(found.pages) or row.page_count
        row.reading_error = " ".join(found.warnings)[:300]
        has_text = any(page.text.strip() for page in found.pages)
        row.reading = FileVersion.Reading.DONE if has_text else FileVersion.Reading.EMPTY
        row.read_at = at
        row.save()
        index_document(row.edition.document, at=at)
        _tell_the_public(row, [page.text for page in found.pages], at)
        transaction.on_commit(lambda: remove(old, storage=storages["default"]))
    return row


def _tell_the_public(row: FileVersion, texts: list[str], at: dt.datetime) -> None:
    """A file released before it was read gets its texts on the public side too."""
    document = row.edition.document
    if document.is_public and document.symbol:
        fill_pages(
            symbol=document.symbol, language=row.edition.language, number=row.number, texts=texts, at=at
        )


def _failed(version: FileVersion, why: str, at: dt.datetime) -> FileVersion:
    version.reading, version.reading_error, version.read_at = FileVersion.Reading.FAILED, why[:300], at
    version.save(update_fields=["reading", "reading_error", "read_at"])
    return version
