"""Tables as lines of JSON, the same from SQLite and PostgreSQL: what makes a back-up move between the two.

A table's rows are arrays in the order of its columns, one row a line. Values are those that a model's field gives and
takes; instants keep their microseconds, since the journal's digests cover them.
"""

import base64
import datetime as dt
import decimal
import json
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, cast

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.models import Field, Model
from django.utils.translation import gettext as _

from puebla.core.verdicts import RefusedError

#: A session lets its holder in: an old copy must not bring back one that was ended since, nor a thief in.
#: Who has which page open in the CMS is of the moment; its index of words is another on each database, and stays empty.
LEFT_OUT = {
    "sessions.session", "usersessions.usersession", "wagtailadmin.editingsession", "wagtailsearch.indexentry",
    "wagtailsearch.sqliteftsindexentry",
}  # fmt: skip
#: Rows that every new instance has before anything was done in it.
BORN = {"contenttypes.contenttype", "auth.permission", "auth.group", "auth.group_permissions"}
LINE_LIMIT = 256 * 1024 * 1024
_BATCH = 500


def tables() -> list[type[Model]]:
    """Every model whose rows are kept, those first to which others point."""
    found = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and label(model) not in LEFT_OUT
    ]
    ordered: list[type[Model]] = []
    placed: set[type[Model]] = set()

    def place(model: type[Model], path: tuple[type[Model], ...] = ()) -> None:
        if model in placed or model in path:
            return
        for field in model._meta.local_fields:
            if field.remote_field is not None and field.related_model in found:
                place(field.related_model, (*path, model))
        placed.add(model)
        ordered.append(model)

    for model in sorted(found, key=label):
        place(model)
    return ordered


def label(model: type[Model]) -> str:
    """How a table is called in a back-up."""
    return model._meta.label_lower


def fields_of(model: type[Model]) -> list[Field[Any, Any]]:
    """The columns of a table, in the order of a row."""
    return [field for field in model._meta.local_concrete_fields if not getattr(field, "generated", False)]


def columns_of(model: type[Model]) -> list[str]:
    """Names of the columns; two instances agree on them, or a back-up of one does not fit the other."""
    return [str(field.column) for field in fields_of(model)]


@contextmanager
def snapshot() -> Iterator[None]:
    """A transaction that sees one state of the database throughout and stops no writer."""
    if connection.vendor == "sqlite":
        # Deferred: our settings begin every transaction as a writer's, which would shut the others out.
        wrapper = cast(Any, connection)
        connection.ensure_connection()
        before = wrapper.transaction_mode
        wrapper.transaction_mode = "DEFERRED"
        try:
            with transaction.atomic():
                yield
        finally:
            wrapper.transaction_mode = before
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def dump(model: type[Model], target: BinaryIO) -> int:
    """Write a table's rows; how many."""
    fields = fields_of(model)
    # Columns of JSON of which their field makes objects are written as they lie in the database.
    made = [
        n for n, field in enumerate(fields) if _holds_json(field) and not isinstance(field, models.JSONField)
    ]
    count = 0
    rows = model._base_manager.order_by("pk").values_list(*(field.attname for field in fields))
    for row in rows.iterator(chunk_size=1000):
        kept = list(row)
        for n in made:
            kept[n] = fields[n].get_prep_value(kept[n])
        line = json.dumps(kept, default=_plain, ensure_ascii=False, separators=(",", ":"))
        target.write(line.encode("utf-8", "surrogatepass") + b"\n")
        count += 1
    return count


def _holds_json(field: Field[Any, Any]) -> bool:
    return field.get_internal_type() == "JSONField"


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, decimal.Decimal | uuid.UUID):
        return str(value)
    if isinstance(value, dt.timedelta):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    raise TypeError(f"{type(value).__name__} has no place in a back-up")


def load(model: type[Model], lines: Iterable[bytes]) -> int:
    """Insert a table's rows as they were, keys and instants included; how many."""
    fields = fields_of(model)
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    marks = ", ".join("%s" for _field in fields)
    statement = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({marks})"  # noqa: S608 - our models
    count = 0
    with connection.cursor() as cursor:
        batch: list[list[Any]] = []
        for line in lines:
            batch.append(_row(model, fields, line))
            if len(batch) == _BATCH:
                cursor.executemany(statement, batch)
                count += len(batch)
                batch = []
        if batch:
            cursor.executemany(statement, batch)
    return count + len(batch)


def _row(model: type[Model], fields: list[Field[Any, Any]], line: bytes) -> list[Any]:
    try:
        values = json.loads(line)
        if not isinstance(values, list) or len(values) != len(fields):
            raise ValueError(len(fields))  # noqa: TRY301 - one sentence for whatever is wrong with a row
        return [
            field.get_db_prep_save(_value(field, value), connection)
            for field, value in zip(fields, values, strict=True)
        ]
    except Exception as error:
        raise RefusedError(
            _("A row of the table %(table)s cannot be read (%(error)s); nothing was restored.")
            % {"table": label(model), "error": error}
        ) from error


def _value(field: Field[Any, Any], value: Any) -> Any:
    if value is None or isinstance(field, models.JSONField):
        return value
    if isinstance(field, models.BinaryField):
        return base64.b64decode(value)
    if isinstance(field, models.ForeignKey):
        return field.target_field.to_python(value)
    return field.to_python(value)


def lines_of(stream: Any) -> Iterator[bytes]:
    """The lines of a member, none longer than the limit."""
    while line := stream.readline(LINE_LIMIT):
        if not line.endswith(b"\n"):
            raise RefusedError(_("The archive ends in the middle of a row; nothing was restored."))
        yield line


def is_born(model: type[Model]) -> bool:
    """Whether a new instance has rows of this table: the CMS's migrations plant a first page, site and collection."""
    return label(model) in BORN or model._meta.app_label.startswith("wagtail")


def filled() -> dict[str, int]:
    """Tables that hold rows, beyond those every new instance has."""
    counts = {label(model): model._base_manager.count() for model in tables() if not is_born(model)}
    return {name: count for name, count in counts.items() if count}


def clear_born() -> None:
    """Take away what every new instance has, since the back-up brings its own."""
    for model in reversed(tables()):
        if is_born(model):
            model._base_manager.all()._raw_delete(connection.alias)


def reset_sequences() -> None:
    """Let the next new row's key follow the highest restored one."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), tables()):
            cursor.execute(statement)
