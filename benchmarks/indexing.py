"""What it costs to let papers be found: our indexing beside SQLite's FTS5 alone on the same pages."""

import sqlite3
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.instance import Instance
from benchmarks.measures import Goal, Measure, measure

PAGES_PER_S = "search.index.pages_per_s"


def pages_per_s(instance: Instance, *, documents: int, rounds: int = 3) -> Measure:
    """Pages a second that the product writes into its index, from the papers to the end of the transactions."""
    from puebla.core.search.building import CHUNK
    from puebla.documents.models import Document, Page

    keys = list(Document.objects.order_by("pk").values_list("pk", flat=True)[:documents])
    texts = [
        list(
            Page.objects.filter(version__edition__document__in=keys[start : start + CHUNK]).values_list(
                "text", flat=True
            )
        )
        for start in range(0, len(keys), CHUNK)
    ]
    count = sum(map(len, texts))
    pairs = [(_ours(keys, CHUNK), _alone(texts, instance.folder)) for _again in range(rounds)]
    return measure(
        PAGES_PER_S,
        count / statistics.median(ours for ours, _theirs in pairs),
        "pages/s",
        reference=count / statistics.median(theirs for _ours, theirs in pairs),
        ratio=statistics.median(theirs / ours for ours, theirs in pairs),
        goal=Goal(0.5),
    )


def _ours(keys: Sequence[int], chunk: int) -> float:
    from django.db import transaction
    from django.utils import timezone

    from puebla.documents.actions.indexing import SOURCE, index_documents
    from puebla.members.actions.indexing import begin_anew

    begin_anew(SOURCE, [])
    at = timezone.now()
    started = time.perf_counter()
    for start in range(0, len(keys), chunk):
        with transaction.atomic():
            index_documents(keys[start : start + chunk], at=at)
    return time.perf_counter() - started


def _alone(texts: Sequence[Sequence[str]], folder: Path) -> float:
    """FTS5 with its own words, a row a page, in as many transactions and under the same settings as our database."""
    from django.conf import settings

    path = folder / "alone.sqlite3"
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in settings.DATABASES["default"]["OPTIONS"]["init_command"].split(";"):
        connection.execute(pragma)
    connection.execute("CREATE VIRTUAL TABLE pages USING fts5(text)")
    started = time.perf_counter()
    for pages in texts:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO pages (text) VALUES (?)", [(text,) for text in pages])
        connection.execute("COMMIT")
    took = time.perf_counter() - started
    connection.close()
    return took
