"""Rows of a model: many written at once, and the one that a form made when it came before."""

import hashlib
from collections.abc import Sequence
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import AutoField, Model, QuerySet

M = TypeVar("M", bound=Model)


def sent_before(rows: QuerySet[M], token: str, *said: object) -> tuple[M | None, str]:
    """What a form made when it came before, sent twice over a weak line; else None, and the token under which it makes its row.

    The token stands for the form and for all that it says: another answer from a page gone back to is another form.

    Args:
        rows: that still stand for what they said, with a unique column `token`. said: whatever makes one answer another.
    """
    kept: tuple[object, ...] = (token, *said)
    while True:
        whole = hashlib.blake2b(repr(kept).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        before = rows.filter(token=whole).first()
        if before is not None or not rows.model._default_manager.filter(token=whole).exists():
            return before, whole
        # Said, taken back, and now said again.
        kept = (whole,)


def write_rows(rows: Sequence[Model], *, once: bool = False, using: str = DEFAULT_DB_ALIAS) -> None:
    """Insert these new rows of one model: one question to the database whatever their number.

    `bulk_create` asks as often as SQLite's limit of values demands. The rows do not learn their keys.

    Args:
        once: a row that stands already, by any of its unique columns, is left as it is.
    """
    if not rows:
        return
    meta, connection = rows[0]._meta, connections[using]
    columns = [one for one in meta.concrete_fields if not isinstance(one, AutoField)]
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(one.column)) for one in columns)
    marks = ", ".join(["%s"] * len(columns))
    values: list[list[Any]] = [
        [one.get_db_prep_save(one.pre_save(row, add=True), connection) for one in columns] for row in rows
    ]
    rest = " ON CONFLICT DO NOTHING" if once else ""
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {quote(meta.db_table)} ({names}) VALUES ({marks}){rest}", values)  # noqa: S608 - our own names
