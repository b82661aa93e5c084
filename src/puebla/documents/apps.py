"""The repository of documents."""

import datetime as dt

from django.apps import AppConfig
from django.utils.translation import gettext as _

from puebla.core import registry
from puebla.core.operations import Chore

#: Younger files are spared by the sweep: their record may be about to be written.
SPARED = dt.timedelta(days=2)


def read_waiting(at: dt.datetime) -> int:
    """The chore that asks again for files nobody read."""
    from puebla.documents.actions import reading

    return reading.read_waiting(at=at)


def sweep_private(at: dt.datetime) -> int:
    """The chore that removes private files no record knows."""
    from django.core.files.storage import storages

    from puebla.core.files.store import sweep

    return sweep(storages["default"], known=known_private, older_than=at - SPARED)


def sweep_public(at: dt.datetime) -> int:
    """The chore that removes public copies that were withdrawn."""
    from django.core.files.storage import storages

    from puebla.core.files.store import sweep

    return sweep(storages["public"], known=known_public, older_than=at - SPARED)


def known_private(keys: list[str]) -> set[str]:
    """Which of these keys a file, a thumbnail, a page's picture or a dropped file still uses."""
    from puebla.documents.models import BatchItem, FileVersion, Page

    places = ((FileVersion, "key"), (FileVersion, "thumbnail_key"), (Page, "picture_key"), (BatchItem, "key"))
    return {
        key
        for model, field in places
        for key in model._default_manager.filter(**{f"{field}__in": keys})
        .order_by()
        .values_list(field, flat=True)
    }


def known_public(keys: list[str]) -> set[str]:
    """Which of these keys a public file still uses."""
    from puebla.publications.models import PublicFile

    return set(PublicFile.objects.filter(key__in=keys).order_by().values_list("key", flat=True))


class DocumentsConfig(AppConfig):
    """Papers of the Conference, their language editions and files."""

    name = "puebla.documents"
    label = "documents"

    def ready(self) -> None:
        """Fill the registries."""
        registry.menu.add("documents", lambda person: (_("Documents"), "documents:list"), rank=20)
        minute, day = dt.timedelta(minutes=1), dt.timedelta(days=1)
        registry.chores.add(
            "documents.read_waiting", Chore("documents.read_waiting", read_waiting, every=minute), rank=40
        )
        registry.chores.add("documents.swept", Chore("documents.swept", sweep_private, every=day), rank=90)
        registry.chores.add(
            "publications.swept", Chore("publications.swept", sweep_public, every=day), rank=91
        )
