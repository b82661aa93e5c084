"""What `puebla doctor` looks at: every check tells its name, whether it is well, and a sentence."""

import contextlib
import datetime as dt
import hashlib
import platform
import random
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.core import checks
from django.core.files.storage import FileSystemStorage, storages
from django.db import DatabaseError, connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from puebla.config.operations.saving import last_backup
from puebla.config.operations.serving import tables_stand
from puebla.core import journal, registry
from puebla.core.files.store import own_keys
from puebla.core.operations import check_mail, check_queue, sentence_of
from puebla.core.search.building import check_search
from puebla.statistics.querysets import store

Check = tuple[str, bool, str]
#: Files looked at when not everything is.
SAMPLE = 200
BACKUP_AGE = dt.timedelta(days=8)


def look(*, full: bool) -> Iterator[Check]:
    """Every check; one that breaks down is told and does not stop the next.

    Args:
        full: read every stored file and compare its digest, instead of a sample's presence.
    """
    yield from _each(
        [*_quick_checks(), check_journal, check_search, lambda: check_files(full=full), check_tools]
    )


def _quick_checks() -> list[Callable[[], Check]]:
    asked: list[Callable[[], Check]] = [check_versions, check_settings, check_tables]
    return [*asked, *registry.health_checks, check_queue, check_mail, check_statistics, check_backup]


def glance() -> list[Check]:
    """What those checks say now that cost a page nothing to speak of."""
    return list(_each([*_quick_checks(), check_tools]))


def examined() -> list[Check]:
    """What the slow checks say: the journal's whole chain, and a sample of the files."""
    return list(_each([check_journal, check_search, lambda: check_files(full=False)]))


def _each(asked: Iterable[Callable[[], Check]]) -> Iterator[Check]:
    for one in asked:
        try:
            yield one()
        except DatabaseError as error:
            yield _name_of(one), False, sentence_of(error)
        except Exception as error:  # noqa: BLE001 - a doctor tells of every ill
            yield _name_of(one), False, f"{type(error).__name__}: {error}"


def _name_of(one: Callable[[], Check]) -> str:
    return getattr(one, "__name__", "check").removeprefix("check_").replace("<lambda>", "files")


def check_versions() -> Check:
    """What runs here."""
    return (
        "versions",
        True,
        f"Python {platform.python_version()}, Django {django.get_version()}, {connection.vendor}",
    )


def check_settings() -> Check:
    """Whether Django's own checks and ours pass."""
    found = checks.run_checks(databases=["default"])
    serious = [one for one in found if one.level >= checks.ERROR]
    if serious:
        return "settings", False, " ".join(f"{one.id}: {one.msg}" for one in serious[:3])
    address = urlsplit(settings.BASE_URL)
    if not settings.DEMO and address.scheme != "https" and address.hostname != "localhost":
        return "settings", False, _("PUEBLA_BASE_URL is %(address)s; people's passwords travel safely over https:// alone.") % {"address": settings.BASE_URL}  # fmt: skip
    return "settings", True, _("The settings hold.")


def check_tables() -> Check:
    """Whether the tables are those of this version."""
    if tables_stand():
        return "migrations", True, _("Every migration is applied.")
    return "migrations", False, _("Migrations wait; “puebla serve” applies them when it starts.")


def check_statistics() -> Check:
    """Whether the releases of statistics can be read."""
    released, unreadable = store.looked_at(timezone.now())
    if unreadable:
        return "statistics", False, _("Releases of statistics cannot be read (%(dataflows)s); restore them from a copy.") % {"dataflows": ", ".join(unreadable)}  # fmt: skip
    count = len(released)
    return "statistics", True, ngettext("%(count)d dataflow has a release in force, in %(place)s.", "%(count)d dataflows have a release in force, in %(place)s.", count) % {"count": count, "place": store.folder()}  # fmt: skip


def check_backup() -> Check:
    """Whether there is a recent back-up."""
    last = last_backup()
    if last is None:
        return "backup", settings.DEMO, _("No back-up was made here yet: puebla backup")
    age = timezone.now() - dt.datetime.fromisoformat(last["at"])
    words = {"days": age.days, "file": last.get("file", "")}
    return (
        "backup",
        settings.DEMO or age < BACKUP_AGE,
        ngettext(
            "The last back-up is %(days)d day old: %(file)s",
            "The last back-up is %(days)d days old: %(file)s",
            age.days,
        )
        % words,
    )


def check_journal() -> Check:
    """Whether the chain holds."""
    last = last_backup()
    kept = []
    if last is not None:
        with contextlib.suppress(KeyError, TypeError):
            kept = [(last["journal"]["sequence"], last["journal"]["digest"])]
    faults = [fault.sentence for fault in journal.verify(kept)]
    if faults:
        return "journal", False, _("%(first)s %(count)d faults in all: puebla journal verify") % {"first": faults[0], "count": len(faults)}  # fmt: skip
    return "journal", True, _("The journal's chain holds.")


def check_files(*, full: bool) -> Check:
    """Whether the files that rows speak of are there, and whole."""
    from puebla.documents.apps import known_private, known_public
    from puebla.documents.models import FileVersion
    from puebla.publications.models import PublicFile

    kept = [("default", key, digest) for key, digest in FileVersion.objects.values_list("key", "sha256")]
    kept += [("public", key, digest) for key, digest in PublicFile.objects.values_list("key", "sha256")]
    looked_at = kept if full else random.sample(kept, min(SAMPLE, len(kept)))
    wrong = [key for alias, key, digest in looked_at if not _is_whole(alias, key, digest if full else None)]
    if wrong:
        return "files", False, _("%(count)d of %(all)d files are missing or damaged (%(first)s); restore them from a back-up.") % {"count": len(wrong), "all": len(looked_at), "first": wrong[0]}  # fmt: skip
    orphans = 0
    if full:
        for alias, known in (("default", known_private), ("public", known_public)):
            orphans += _orphans(alias, known)
    return "files", True, _("%(count)d files were looked at; %(orphans)d without a record, which are swept after two days.") % {"count": len(looked_at), "orphans": orphans}  # fmt: skip


def _is_whole(alias: str, key: str, digest: str | None) -> bool:
    storage = storages[alias]
    if digest is None:
        return storage.exists(key)
    try:
        with storage.open(key) as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest() == digest
    except OSError:
        return False


def _orphans(alias: str, known: Callable[[list[str]], set[str]]) -> int:
    count, batch = 0, []
    for key in own_keys(storages[alias]):
        batch.append(key)
        if len(batch) == 500:
            count += len(set(batch) - known(batch))
            batch = []
    return count + len(set(batch) - known(batch))


def check_tools() -> Check:
    """What is used when it is there."""
    tesseract = shutil.which("tesseract")
    private = storages["default"]
    place = Path(private.location) if isinstance(private, FileSystemStorage) else type(private).__name__
    if tesseract is None:
        return "tools", True, _("tesseract is not installed: scanned pages are kept, and have no text. Files lie in %(place)s.") % {"place": place}  # fmt: skip
    return "tools", True, _("tesseract reads scanned pages. Files lie in %(place)s.") % {"place": place}
