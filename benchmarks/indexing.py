"""What it costs to let papers be found: our indexing beside SQLite's FTS5 alone on the same pages."""

import random
import sqlite3
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.instance import Instance
from benchmarks.measures import Goal, Measure, measure

PAGES_PER_S = "search.index.pages_per_s"


def pages_per_s(instance: Instance, *, documents: int, rounds: int = 3) -> Measure:
    """Pages a second that the product writes into its index, from the papers to the end of the transactions.

    The pages are as long as those of real papers. Both read them from the same store and write as many in a transaction,
    under the same settings; ours also writes who may find each paper, its title, keywords, filters and stems.
    """
    from puebla.core.search.building import CHUNK
    from puebla.documents.models import Document, Page

    keys = list(Document.objects.order_by("pk").values_list("pk", flat=True)[:documents])
    _lengthen(keys)
    pages = [
        list(
            Page.objects.filter(version__edition__document__in=keys[start : start + CHUNK])
            .order_by("pk")
            .values_list("pk", flat=True)
        )
        for start in range(0, len(keys), CHUNK)
    ]
    count = sum(map(len, pages))
    pairs = [(_ours(keys), _alone(pages, instance.folder)) for _again in range(rounds)]
    return measure(
        PAGES_PER_S,
        count / statistics.median(ours for ours, _theirs in pairs),
        "pages/s",
        reference=count / statistics.median(theirs for _ours, theirs in pairs),
        ratio=statistics.median(theirs / ours for ours, theirs in pairs),
        goal=Goal(0.5),
    )


def _lengthen(keys: Sequence[int]) -> None:
    """Give the papers to be indexed pages as long as real ones."""
    from benchmarks.texts import Writer
    from puebla.documents.models import Page

    rng = random.Random(5)
    writers = {language: Writer(language, rng, papers=len(keys)) for language in ("en", "es")}
    pages = list(
        Page.objects.filter(version__edition__document__in=keys)
        .order_by("pk")
        .select_related("version__edition")
    )
    for page in pages:
        page.text = writers[page.version.edition.language].full_page(page.number)
    Page.objects.bulk_update(pages, ["text"], batch_size=200)


def _ours(keys: Sequence[int]) -> float:
    from django.utils import timezone

    from puebla.core.search.building import write
    from puebla.documents.actions.indexing import SOURCE, prepare_documents
    from puebla.members.actions.indexing import begin_anew

    begin_anew(SOURCE, [])
    started = time.perf_counter()
    write(prepare_documents, keys, timezone.now())
    return time.perf_counter() - started


def _alone(pages: Sequence[Sequence[int]], folder: Path) -> float:
    """FTS5 with its own words, a row a page, in as many transactions and under the same settings as our database."""
    from django.conf import settings

    path = folder / "alone.sqlite3"
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in settings.DATABASES["default"]["OPTIONS"]["init_command"].split(";"):
        connection.execute(pragma)
    connection.execute("ATTACH ? AS store", [settings.DATABASES["default"]["NAME"]])
    connection.execute("CREATE VIRTUAL TABLE pages USING fts5(text)")
    started = time.perf_counter()
    for keys in pages:
        marks = ", ".join("?" * len(keys))
        connection.execute("BEGIN IMMEDIATE")
        texts = connection.execute(
            f"SELECT id, text FROM store.documents_page WHERE id IN ({marks})",
            keys,
        )
        connection.executemany("INSERT INTO pages (rowid, text) VALUES (?, ?)", texts.fetchall())
        connection.execute("COMMIT")
    took = time.perf_counter() - started
    connection.close()
    return took
