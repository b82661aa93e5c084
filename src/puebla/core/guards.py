"""What models cannot express, kept by the database itself: triggers, the same on SQLite and PostgreSQL.

Installed after every `migrate` and after tables are made without migrations, so that tests run with them too; on SQLite taken
away before, since no table is made anew while a guard reads it. A room adds its own guards through `guard`, from `apps.py`.
"""

from collections.abc import Callable, Sequence
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


ALWAYS = "1=1"

for _table, _key in (
    ("core_journalentry", "sequence"), ("core_journalpayload", "sequence"), ("core_publishedhead", "on"),
    ("core_journalhead", "id"),
):  # fmt: skip
    guard(f"{_table}_no_delete", table=_table, event="DELETE", refuses_when=ALWAYS, sentence="append-only")
    # SQLite's INSERT OR REPLACE takes the old row away without asking any trigger of deletions.
    guard(f"{_table}_no_replace", table=_table, event="INSERT", sentence="append-only",
          refuses_when=f'EXISTS (SELECT 1 FROM {_table} WHERE "{_key}" = NEW."{_key}")')  # noqa: S608 - our own names # fmt: skip
for _table in ("core_journalentry", "core_publishedhead"):
    guard(f"{_table}_no_update", table=_table, event="UPDATE", refuses_when=ALWAYS, sentence="append-only")
guard("core_journalpayload_erased_only", table="core_journalpayload", event="UPDATE", sentence="words are erased, never changed",
      refuses_when="NEW.sequence <> OLD.sequence OR NEW.salt <> '' OR NEW.facts <> '{}' OR NEW.erased_at IS NULL")  # fmt: skip
guard("core_journalhead_forward", table="core_journalhead", event="UPDATE", sentence="the head moves one entry on",
      refuses_when="NEW.sequence <> OLD.sequence + 1")  # fmt: skip


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


def remove_guards(*, plan: Sequence[Any], using: str = "default", **_kwargs: Any) -> None:
    """Take every guard away before migrations run, those that nobody declares any more too; on SQLite alone.

    Django changes a column there by a new table in the place of the old one, which SQLite refuses while a guard reads it.
    """
    connection = connections[using]
    if not plan or connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        for name, sql in cursor.fetchall():
            if f"'{name}: " in sql:
                cursor.execute(f'DROP TRIGGER "{name}"')


def guards_stand(*, using: str = "default") -> bool:
    """Whether every guard of a table that is there stands: who was stopped amid migrations left none."""
    connection = connections[using]
    existing = set(connection.introspection.table_names())
    triggers = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with connection.cursor() as cursor:
        cursor.execute(triggers)
        standing = {name for (name,) in cursor.fetchall()}
    return all(one.name in standing for one in _guards.values() if one.table in existing)


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
    whole = f"{one.name}_whole"
    # A table emptied by TRUNCATE asks no trigger of rows.
    emptied = [
        f"DROP TRIGGER IF EXISTS {whole} ON {one.table}",
        f"CREATE TRIGGER {whole} BEFORE TRUNCATE ON {one.table} FOR EACH STATEMENT EXECUTE FUNCTION {one.name}()",
    ]
    return [
        (
            f"CREATE OR REPLACE FUNCTION {one.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF {one.refuses_when} THEN RAISE EXCEPTION '{one.name}: {one.sentence}'"
            f" USING ERRCODE = 'check_violation'; END IF; RETURN {back}; END $$"
        ),
        f"DROP TRIGGER IF EXISTS {one.name} ON {one.table}",
        f"CREATE TRIGGER {one.name} BEFORE {one.event} ON {one.table} FOR EACH ROW EXECUTE FUNCTION {one.name}()",
        *(emptied if one.event == "DELETE" and one.refuses_when == ALWAYS else []),
    ]
