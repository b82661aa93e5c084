"""Many rows of a model written at once, in one statement that is carried out for each."""

from collections.abc import Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import AutoField, Model


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
