"""Questions that many pages ask: put into SQL once, and then asked with other values.

Django writes a statement anew each time it is asked, which for a small question costs ten times what the database takes.
"""

import datetime as dt
from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache
from itertools import count
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language

#: A key, several keys (numbers or texts), or an instant (in the statement it may stand as its day as well).
One = int | str | dt.datetime
Value = One | Sequence[int] | Sequence[str]
#: Statements of one question that are remembered.
_MOST_STATEMENTS = 200
#: Marks are numbers from here on that every column of numbers may hold. A question is put twice, with other marks: what is not
#: the same then is a mark, and no constant is taken for one.
_BEGINNINGS = (10_000, 20_000)
#: How many keys a statement has room for; what is left over repeats the last one.
_SIZES = (1, 4, 20, 100, 1000)


class _Columns(NamedTuple):
    """What a statement answers: names, and by the column's number its field's own converters and what they are given."""

    names: tuple[str, ...]
    converters: tuple[tuple[int, Any, Any], ...]


class _Statement(NamedTuple):
    """A statement; where each of its parameters comes from: (place among the values, constant)."""

    sql: str
    places: tuple[tuple[int | None, Any], ...]
    columns: _Columns


class Prepared:
    """A question that is put into SQL once.

    Args:
        write: the question as a queryset of plain values. It gets the shape as it was given, and then marks that stand for
            the values: they may stand in conditions only, and nothing may depend on what they are.
        raw: whether the rows are wanted as the database keeps them, texts by language as one text: what is read again and
            again can be known by it.
        make: what each row (column → value) is answered as, in the language that is spoken. It depends on nothing else, so
            that a row that reads as it did before is what it was then, whoever asks.
        kept: how many of these are remembered.
    """

    def __init__(
        self, write: Callable[..., models.QuerySet[Any, Any]], *, raw: bool = False,
        make: Callable[[dict[str, Any]], Any] | None = None, kept: int = 0,
    ) -> None:  # fmt: skip
        self._write = write
        self._raw = raw
        self._make = make
        self._made = lru_cache(maxsize=kept)(self._make_row)
        self._columns: _Columns = _Columns((), ())
        self._statements: dict[Hashable, _Statement | None] = {}

    def rows(self, *values: Value, shape: tuple[Hashable, ...] = ()) -> list[Any]:
        """The rows that answer with these values.

        Args:
            shape: whatever else the statement depends on; for each shape one is written.
        """
        for place, value in enumerate(values):
            if not isinstance(value, One) and len(value) > _SIZES[-1]:
                parts = (value[start : start + _SIZES[-1]] for start in range(0, len(value), _SIZES[-1]))
                asked = (
                    self.rows(*values[:place], part, *values[place + 1 :], shape=shape) for part in parts
                )
                return [row for rows in asked for row in rows]
        return self._rows(tuple(map(_filled, values)), shape)

    def _rows(self, values: tuple[Value, ...], shape: tuple[Hashable, ...]) -> list[Any]:
        connection = connections[DEFAULT_DB_ALIAS]
        sorts = tuple(
            tuple(map(type, value)) if isinstance(value, tuple) else type(value) for value in values
        )
        key = (connection.vendor, shape, sorts)
        try:  # looked up once: another thread may forget all of them at any moment
            statement = self._statements[key]
        except KeyError:
            if len(self._statements) >= _MOST_STATEMENTS:
                self._statements.clear()
            statement = self._statements[key] = self._written(values, shape)
        if statement is None:
            return []
        given = _spread(values)
        with connection.cursor() as cursor:
            cursor.execute(
                statement.sql,
                [constant if place is None else given[place] for place, constant in statement.places],
            )
            rows = cursor.fetchall()
        if self._make is not None:
            # They are the same in every statement of this question.
            self._columns = statement.columns
            language = get_language()
            return [self._made(row, language) for row in rows]
        return list(rows) if self._raw else _converted(rows, statement.columns)

    def _make_row(self, row: tuple[Any, ...], _language: str | None) -> Any:
        assert self._make is not None  # noqa: S101 - asked where it is; for the type checker
        (values,) = _converted([row], self._columns)
        return self._make(dict(zip(self._columns.names, values, strict=True)))

    def _written(self, values: tuple[Value, ...], shape: tuple[Hashable, ...]) -> _Statement | None:
        """The statement; None where it can answer nothing."""
        first, second = (self._compiled(values, shape, begin) for begin in _BEGINNINGS)
        if first is None or second is None:
            return None
        compiler, sql, parameters, known = first
        places = tuple(
            (_place(one, known, again, second[-1]), one)
            for one, again in zip(parameters, second[2], strict=True)
        )
        converters = compiler.get_converters(
            [column for column, *_rest in compiler.select[: compiler.col_count]]
        )
        columns = _Columns(
            tuple(compiler.query.selected or ()), tuple((n, *both) for n, both in converters.items())
        )
        return _Statement(sql, places, columns)

    def _compiled(
        self, values: tuple[Value, ...], shape: tuple[Hashable, ...], begin: int
    ) -> tuple[Any, str, tuple[Any, ...], dict[Any, int]] | None:
        """The question put with marks: what writes it, the statement, its parameters, and the places that the marks stand for."""
        number = count(begin)
        marks: list[Any] = [
            _mark(value, next(number))
            if isinstance(value, One)
            else [_mark(one, next(number)) for one in value]
            for value in values
        ]
        compiler = self._write(*shape, *marks).query.get_compiler(connection=connections[DEFAULT_DB_ALIAS])
        try:
            sql, parameters = compiler.as_sql()
        except EmptyResultSet:
            return None
        return compiler, sql, tuple(parameters), {mark: place for place, mark in enumerate(_spread(marks))}


class PreparedRecords:
    """Records of a model with what they lead to, as `select_related` gives them, for who has passed the gate with their keys.

    For a record that leads to a dozen others Django needs ten times as long to write the question as the database to answer it.

    Args:
        related: names of its relations, and of theirs ("text__room").
        by: the unique field whose values are their keys.
    """

    def __init__(self, model: type[models.Model], related: Sequence[str] = (), *, by: str = "pk") -> None:
        self._model, self._related, self._by = model, related, by
        self._prepared = Prepared(self._written)

    def get(self, key: int | str) -> Any:
        """The record of this key; None where there is none."""
        keys: Any = [key]
        return next(iter(self.these(keys)), None)

    def these(self, keys: Sequence[int] | Sequence[str]) -> list[Any]:
        """The records of these keys, in this order."""
        made = [self._made(row) for row in self._prepared.rows(keys)] if keys else []
        known = {getattr(one, self._by): one for one in made}
        return [known[key] for key in keys if key in known]

    def _written(self, keys: Any) -> models.QuerySet[Any, Any]:
        columns = [
            f"{path}{field.attname}" for path, _relation, model in self._paths for field in _own(model)
        ]
        return (
            self._model._default_manager.filter(**{f"{self._by}__in": keys}).order_by().values_list(*columns)
        )

    @cached_property
    def _paths(self) -> list[tuple[str, Any, type[models.Model]]]:
        """What is read: how it is reached, by which relation of what it hangs on, and its model; what others hang on comes first."""
        found: dict[str, tuple[Any, type[models.Model]]] = {"": (None, self._model)}
        for one in self._related:
            path = ""
            for name in one.split("__"):
                relation: Any = found[path][1]._meta.get_field(name)
                path = f"{path}{name}__"
                found.setdefault(path, (relation, relation.related_model))
        return [(path, *of) for path, of in found.items()]

    def _made(self, row: tuple[Any, ...]) -> Any:
        made: dict[str, Any] = {}
        place = 0
        for path, relation, model in self._paths:
            fields = _own(model)
            values = row[place : place + len(fields)]
            place += len(fields)
            names = [field.attname for field in fields]
            one = None
            if values[names.index(model._meta.pk.attname)] is not None:
                one = model.from_db(DEFAULT_DB_ALIAS, names, list(values))
            made[path] = one
            if relation is not None and (holder := made[path[: -len(relation.name) - 2]]) is not None:
                relation.set_cached_value(holder, one)
        return made[""]


def _own(model: type[models.Model]) -> Sequence[Any]:
    return model._meta.concrete_fields


def _mark(value: One, number: int) -> One:
    """A value of the same sort: where it stands in the statement, the real one goes."""
    if isinstance(value, dt.datetime):
        return dt.datetime(1901, 2, 3, 4, 5, 6, tzinfo=dt.UTC) + dt.timedelta(days=number)
    return f"\x01{number}\x01" if isinstance(value, str) else number


def _place(one: Any, known: dict[Any, int], again: Any, known_again: dict[Any, int]) -> int | None:
    """Which of the values stands here; None where it is a constant, which is the same when the question is put again."""
    if not isinstance(one, Hashable) or one == again:
        return None
    place = known.get(one)
    return place if place is not None and place == known_again.get(again) else None


def _filled(value: Value) -> Value:
    """Keys in as many places as a statement has for them."""
    if isinstance(value, One):
        return value
    size = next(size for size in _SIZES if len(value) <= size)
    return (*value, *[value[-1]] * (size - len(value))) if value else ()


def _spread(values: Sequence[Value]) -> list[Any]:
    """The values one by one, as the database gets them; an instant and its day."""
    ops = connections[DEFAULT_DB_ALIAS].ops
    found: list[Any] = []
    for value in values:
        if isinstance(value, dt.datetime):
            day = timezone.localtime(value).date()
            found += [ops.adapt_datetimefield_value(value), ops.adapt_datefield_value(day)]
        elif isinstance(value, One):
            found.append(value)
        else:
            found += value
    return found


def _converted(rows: Sequence[tuple[Any, ...]], columns: _Columns) -> list[tuple[Any, ...]]:
    """The rows with each column as its field gives it."""
    if not rows or not columns.converters:
        return list(rows)
    connection = connections[DEFAULT_DB_ALIAS]
    found = [list(row) for row in rows]
    for column, converters, expression in columns.converters:
        for row in found:
            value = row[column]
            for convert in converters:
                value = convert(value, expression, connection)
            row[column] = value
    return [tuple(row) for row in found]
