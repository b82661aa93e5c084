"""An instance of the bench's own: a temporary data directory, filled once, copied where a second store is wanted."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.servers import environment

DATABASE = "puebla.sqlite3"


@dataclass(frozen=True)
class Sizes:
    """How much the store holds."""

    documents: int = 20_000
    people: int = 500
    rooms: int = 100
    publications: int = 2_000
    hidden: int = 10_000


@dataclass(frozen=True)
class Actors:
    """Who asks, by session key, and for which paper."""

    coordinator: str
    delegate: str
    record: str
    public: str
    coordinator_id: int
    delegate_id: int


@dataclass
class Instance:
    """A filled store: where it lies, the environment of servers over it, and who asks."""

    folder: Path
    env: dict[str, str]
    sizes: Sizes
    actors: Actors

    def with_hidden_rows(self) -> dict[str, str]:
        """The environment of a server over a copy of this store that holds hidden rows as well."""
        from django.db import connections
        from django.utils import timezone

        from benchmarks.store import hide

        folder = self.folder.with_name("hidden")
        folder.mkdir()
        default = connections["default"]
        with default.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(folder / DATABASE)])
        (folder / "static").symlink_to(self.folder / "static", target_is_directory=True)
        connections.databases["hidden"] = default.settings_dict | {"NAME": str(folder / DATABASE)}
        hide(self.sizes.hidden, delegate_id=self.actors.delegate_id, using="hidden", at=timezone.now())
        connections["hidden"].close()
        return self.env | {"PUEBLA_DATA_DIR": str(folder)}


@contextmanager
def temporary() -> Iterator[dict[str, str]]:
    """A new data directory and its environment, taken into this process too; removed afterwards."""
    place = Path(tempfile.mkdtemp(prefix="puebla-bench-"))
    try:
        folder = place / "plain"
        folder.mkdir()
        env = environment(folder, key=secrets.token_urlsafe(48))
        for name in [name for name in os.environ if name.startswith(("PUEBLA_", "DJANGO_"))] + [
            "DATABASE_URL"
        ]:
            os.environ.pop(name, None)
        os.environ.update(env)
        yield env
    finally:
        shutil.rmtree(place, ignore_errors=True)


def prepared(env: dict[str, str], sizes: Sizes) -> Instance:
    """Tables, static files and rows; Django is set up in this process over the same store."""
    import django
    from django.conf import settings
    from django.db import connection
    from django.utils import timezone

    os.environ["DJANGO_SETTINGS_MODULE"] = "puebla.config.settings.production"
    django.setup()
    from benchmarks.store import fill
    from puebla.config.operations.serving import prepare

    prepare(lambda _sentence: None)
    actors = fill(sizes, at=timezone.now())
    with connection.cursor() as cursor:
        # What is measured is a store at rest, not one still writing back its filling.
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return Instance(Path(settings.DATA_DIR), env, sizes, actors)
