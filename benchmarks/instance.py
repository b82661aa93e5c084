"""An instance of the bench's own: a store that is filled once and kept, of which every run takes a copy."""

import hashlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.servers import ROOT, environment

DATABASE, PLAIN, HIDDEN = "puebla.sqlite3", "plain.sqlite3", "hidden.sqlite3"
VAR = ROOT / "var"
#: What decides how a filled store looks: a change in any of it fills a new one.
SHAPING = (
    "benchmarks/store.py", "benchmarks/texts.py", "src/puebla/*/migrations/*.py", "src/puebla/core/search/[twc]*.py",
    "src/puebla/core/guards.py", "src/puebla/*/actions/indexing.py", "src/puebla/*/querysets/searching.py",
    "src/puebla/config/editions/**/*.toml",
)  # fmt: skip


@dataclass(frozen=True)
class Sizes:
    """How much the store holds."""

    documents: int = 20_000
    people: int = 500
    rooms: int = 100
    publications: int = 5_000
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
    """A filled store: where it lies, the environment of servers over it, and who asks.

    Attributes:
        kept: the folder with the store and its twin as they were filled.
    """

    folder: Path
    env: dict[str, str]
    sizes: Sizes
    actors: Actors
    kept: Path

    def with_hidden_rows(self) -> tuple[dict[str, str], Actors]:
        """The environment of a server over the twin of this store that holds hidden rows as well, and who asks there."""
        from benchmarks.store import actors

        folder = self.folder.with_name("hidden")
        if not folder.exists():
            folder.mkdir()
            shutil.copyfile(self.kept / HIDDEN, folder / DATABASE)
            (folder / "static").symlink_to(self.folder / "static", target_is_directory=True)
        with _over(folder / DATABASE):
            found = actors()
            _settle()
        return self.env | {"PUEBLA_DATA_DIR": str(folder)}, found

    @contextmanager
    def over_hidden_rows(self) -> Iterator[None]:
        """Let this process's database be the twin, to be written to."""
        with _over(self.folder.with_name("hidden") / DATABASE):
            yield
            _settle()

    def public_codes(self) -> dict[str, list[str]]:
        """By what the public narrows its list: name of a filter → the values that papers have."""
        from puebla.publications.models import PublicDocument, PublicTheme

        papers = PublicDocument.objects.order_by()
        columns = {"kind": "kind_code", "body": "body_code", "year": "year"}
        found = {
            name: sorted(map(str, set(papers.values_list(column, flat=True))))
            for name, column in columns.items()
        }
        found["theme"] = sorted(set(PublicTheme.objects.order_by().values_list("code", flat=True)))
        return found | {"language": ["en", "es"]}


@contextmanager
def temporary() -> Iterator[dict[str, str]]:
    """A new data directory and its environment, taken into this process too; removed afterwards."""
    VAR.mkdir(exist_ok=True)
    # Beside the stores that are kept: a system's folder for temporary files may lie in memory.
    place = Path(tempfile.mkdtemp(prefix="bench-", dir=VAR))
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


Told = Callable[[str], None]


def prepared(env: dict[str, str], sizes: Sizes, told: Told, tables: Path | None = None) -> Instance:
    """Tables, static files and rows; Django is set up in this process over the same store.

    Args:
        tables: a database that every migration has made already, instead of making one.
    """
    import django
    from django.conf import settings

    os.environ["DJANGO_SETTINGS_MODULE"] = "puebla.config.settings.production"
    django.setup()
    from benchmarks.store import actors
    from puebla.config.operations.serving import prepare

    folder = Path(settings.DATA_DIR)
    kept = _kept(sizes, folder.with_name("kept"))
    if not (kept / HIDDEN).exists():
        _fill(kept, sizes, told, tables)
    shutil.copyfile(kept / PLAIN, folder / DATABASE)
    prepare(lambda _sentence: None)
    found = actors()
    _settle()
    return Instance(folder, env, sizes, found, kept)


def _fill(kept: Path, sizes: Sizes, told: Told, tables: Path | None) -> None:
    """Write the store, and its twin with hidden rows, as a real instance would hold them."""
    from django.core.management import call_command
    from django.utils import timezone

    from benchmarks.store import fill, hide
    from puebla.core.search.building import build

    at = timezone.now()
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    if tables:
        shutil.copyfile(tables, kept / PLAIN)
    told(f"Filling a store with {sizes.documents:,} documents of ten pages, kept for the next time …")
    with _over(kept / PLAIN):
        call_command("migrate", verbosity=0)
        fill(sizes, at=at)
        build(at=at, everything=False)
        _settle()
    told(f"Filling its twin with {sizes.hidden:,} hidden documents as well …")
    unfinished = kept / "unfinished"
    shutil.copyfile(kept / PLAIN, unfinished)
    with _over(unfinished):
        hide(sizes.hidden, at=at)
        build(at=at, everything=False)
        _settle()
    unfinished.rename(kept / HIDDEN)


@contextmanager
def _over(database: Path) -> Iterator[None]:
    """Let this process's database be this file; it may be lost with the machine while it is filled."""
    from django.db import connection

    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = str(database)
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=OFF")
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def _settle() -> None:
    """What is measured is a store at rest, not one still writing back its filling."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _kept(sizes: Sizes, otherwise: Path) -> Path:
    """Where a store of these sizes lies that what fills it today has filled; only that of the usual sizes is kept."""
    if sizes != Sizes():
        return otherwise
    digest = hashlib.blake2b(repr(sizes).encode(), digest_size=8)
    for path in sorted(path for pattern in SHAPING for path in ROOT.glob(pattern)):
        digest.update(path.read_bytes())
    kept = VAR / "bench-stores" / digest.hexdigest()
    for older in kept.parent.glob("*"):
        if older != kept:
            shutil.rmtree(older)
    return kept
