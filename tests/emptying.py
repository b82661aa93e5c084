"""Empties the tables after a test that writes for good, so that they stand as they were made.

Django's own way (`flush`) empties every table there is and then makes permissions anew: a tenth of a second of work on
SQLite and more than half a second on PostgreSQL, for each such test. Here only what was filled is emptied.
"""

from dataclasses import dataclass, field
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connections, transaction

from puebla.core import guards
from puebla.core.search.tables import install_indexes


@dataclass
class _Made:
    """How the tables of one database stood when they were made."""

    tables: list[str]
    guarded: set[str]
    triggers: list[Any] = field(default_factory=list)
    #: Content types and permissions: columns and rows, by table, in an order in which they can be written.
    rows: dict[str, tuple[list[str], list[tuple[Any, ...]]]] = field(default_factory=dict)


_made: dict[str, _Made] = {}
_KEPT = ("django_content_type", "auth_permission")
_TRIGGERS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
    "postgresql": "SELECT tgname, tgrelid, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2",
}


def remember(using: str = "default") -> None:
    """Keep in mind how the tables stand now, which nobody has written to yet."""
    connection = connections[using]
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    made = _Made(sorted(tables), {one.table for one in guards._guards.values()} & set(tables))
    with connection.cursor() as cursor:
        made.triggers = _triggers(cursor, connection)
        for table in _KEPT:
            made.rows[table] = _rows(cursor, table)
        assert set(_filled(cursor, made.tables)) == set(_KEPT)
    _made[using] = made


def put_back(using: str = "default") -> None:
    """Empty what was filled; permissions, triggers and indexes stand as they were made."""
    made = _made[using]
    connection = connections[using]
    with connection.cursor() as cursor:
        changed = [table for table in _KEPT if _rows(cursor, table) != made.rows[table]]
        _empty(cursor, connection, [one for one in _filled(cursor, made.tables) if one not in _KEPT])
        if changed:
            _write(cursor, using, made.rows)
        if _triggers(cursor, connection) != made.triggers:
            guards.install_guards(using=using)
            assert _triggers(cursor, connection) == made.triggers
    install_indexes(using=using)
    ContentType.objects.clear_cache()


def make_new(using: str = "default") -> None:
    """The tables as those of another instance, which numbers its content types and permissions otherwise."""
    put_back(using)
    made = _made[using]
    with connections[using].cursor() as cursor:
        _write(cursor, using, {table: _moved(*made.rows[table]) for table in _KEPT})
    ContentType.objects.clear_cache()


def _moved(columns: list[str], rows: list[tuple[Any, ...]]) -> tuple[list[str], list[tuple[Any, ...]]]:
    keys = {"id", "content_type_id"}
    return columns, [
        tuple(value + 1000 if name in keys else value for name, value in zip(columns, row, strict=True))
        for row in rows
    ]


def _triggers(cursor: Any, connection: Any) -> list[Any]:
    cursor.execute(_TRIGGERS[connection.vendor])
    return list(cursor.fetchall())


def _rows(cursor: Any, table: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    cursor.execute(f'SELECT * FROM "{table}" ORDER BY id')
    return [one[0] for one in cursor.description], list(cursor.fetchall())


def _filled(cursor: Any, tables: list[str]) -> list[str]:
    """Those that hold any row, asked at once."""
    asked = (f"SELECT '{one}' WHERE EXISTS (SELECT 1 FROM \"{one}\")" for one in tables)
    cursor.execute(" UNION ALL ".join(asked))
    return [one for (one,) in cursor.fetchall()]


def _empty(cursor: Any, connection: Any, tables: list[str]) -> None:
    """Append-only tables refuse to be emptied, rightly: their triggers are lifted here."""
    lifted = [one for one in guards._guards.values() if one.table in tables]
    for one in lifted:
        on = f" ON {one.table}" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER IF EXISTS {one.name}{on}")
    # In one transaction, at whose end references are looked at: the order of the tables does not matter.
    with transaction.atomic(using=connection.alias):
        for table in tables:
            cursor.execute(f'DELETE FROM "{table}"')


def _write(cursor: Any, using: str, rows: dict[str, tuple[list[str], list[tuple[Any, ...]]]]) -> None:
    with transaction.atomic(using=using):
        for table in reversed(_KEPT):
            cursor.execute(f'DELETE FROM "{table}"')
        for table, (columns, values) in rows.items():
            names = ", ".join(f'"{one}"' for one in columns)
            places = ", ".join(["%s"] * len(columns))
            cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({places})', values)
