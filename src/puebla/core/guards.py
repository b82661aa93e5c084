"""What models cannot express, kept by the database itself: triggers, the same on SQLite and PostgreSQL.

Installed after every `migrate` and after tables are made without migrations, so that tests run with them too. A room
adds its own guards through `guard`, from `apps.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connections


@dataclass(frozen=True)
class Guard:
    """A trigger that stops a write.

    Args:
        name: of the trigger.
        table: on which it stands.
        events: `INSERT`, `UPDATE`, `UPDATE OF column`, `DELETE`.
        refuses_when: SQL over NEW and OLD that is true for a write to be refused.
        sentence: the database's error.
    """

    name: str
    table: str
    event: str
    refuses_when: str
    sentence: str


_guards: dict[str, Guard] = {}


def guard(name: str, *, table: str, event: str, refuses_when: str, sentence: str) -> None:
    """Declare a guard; it is installed when the tables stand."""
    _guards[name] = Guard(name, table, event, refuses_when, sentence)


for _table in ("core_journalentry", "core_publishedhead"):
    guard(f"{_table}_no_update", table=_table, event="UPDATE", refuses_when="1=1", sentence="append-only")
    guard(f"{_table}_no_delete", table=_table, event="DELETE", refuses_when="1=1", sentence="append-only")


def install_guards(*, using: str = "default", **_kwargs: Any) -> None:
    """Make every declared trigger anew."""
    connection = connections[using]
    existing = set(connection.introspection.table_names())
    write: Callable[[Guard], list[str]] = _sqlite if connection.vendor == "sqlite" else _postgresql
    with connection.cursor() as cursor:
        for one in _guards.values():
            if one.table in existing:
                for statement in write(one):
                    cursor.execute(statement)


def _sqlite(one: Guard) -> list[str]:
    return [
        f"DROP TRIGGER IF EXISTS {one.name}",
        (
            f"CREATE TRIGGER {one.name} BEFORE {one.event} ON {one.table} FOR EACH ROW WHEN {one.refuses_when}"
            f" BEGIN SELECT RAISE(ABORT, '{one.name}: {one.sentence}'); END"
        ),
    ]


def _postgresql(one: Guard) -> list[str]:
    # IF inside the function: a WHEN clause may hold no sub-query in PostgreSQL.
    back = "OLD" if one.event == "DELETE" else "NEW"
    return [
        (
            f"CREATE OR REPLACE FUNCTION {one.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF {one.refuses_when} THEN RAISE EXCEPTION '{one.name}: {one.sentence}'"
            f" USING ERRCODE = 'check_violation'; END IF; RETURN {back}; END $$"
        ),
        f"DROP TRIGGER IF EXISTS {one.name} ON {one.table}",
        f"CREATE TRIGGER {one.name} BEFORE {one.event} ON {one.table} FOR EACH ROW EXECUTE FUNCTION {one.name}()",
    ]
