"""The ways by which a viewer reaches rows: the gate's condition taken apart by owner.

A database that is asked for the first rows of "mine, or those of twenty others" sorts all of them. Asked owner by
owner it reads the first of each from an index, and the page comes from those. The gate's own filter still stands on
what is read.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

if TYPE_CHECKING:
    from trellis.sharing.rows import RecordQuerySet

# Stands for an owner while a query is compiled once for many of them.
_ANY = UUID("018f0000-0000-7000-8000-77617973ffff")


@dataclass(frozen=True)
class Way:
    """Rows of any of `owners` (whatever the owner, for none) for which `rest` holds. No row lies on two ways."""

    owners: tuple[UUID, ...]
    rest: Q


def taken_apart(by_owner: dict[UUID, Q], said: Q) -> tuple[Way, ...]:
    """Ways to what the gate allows: for each owner its condition, and besides what `said` allows of other owners."""
    alike: dict[Q, list[UUID]] = {}
    for owner, rest in by_owner.items():
        alike.setdefault(rest, []).append(owner)
    ways = [Way(tuple(owners), rest | said) for rest, owners in alike.items()]
    return (*ways, Way((), said & ~Q(owner__in=list(by_owner))))


def condition(ways: Sequence[Way], said: Q) -> Q:
    """The same as one condition."""
    may = said
    for way in ways:
        if way.owners:
            may |= Q(owner__in=list(way.owners)) & way.rest
    return may


def _parts(
    ways: Sequence[Way], rows: "Callable[[], RecordQuerySet]", *columns: str, first: str = "", most: int = 0
) -> tuple[str, list[Any]]:
    """SQL for the rows on all ways, without an order, and its parameters; or the `first` of each way, `most` at most."""
    parts: list[str] = []
    given: list[Any] = []
    mark = _prepared(_ANY)
    for way in ways:
        here = rows().filter(Q(owner=_ANY) & way.rest if way.owners else way.rest)
        sql, params = here.order_by().values_list(*columns).query.sql_with_params()
        for owner in way.owners or (None,):
            parts.append(f"SELECT * FROM ({sql} ORDER BY {first} LIMIT %s) AS part" if first else sql)  # noqa: S608
            given += [_prepared(owner) if owner and param == mark else param for param in params]
            given += [most] if first else []
    return " UNION ALL ".join(parts), given


def _prepared(value: UUID) -> Any:
    return value if connection.features.has_native_uuid_field else value.hex


def merged(
    ways: Sequence[Way],
    rows: "Callable[[], RecordQuerySet]",
    by: str,
    falling: bool,
    start: int,
    stop: int,
    few: int | None,
) -> RawSQL:
    """The ids of rows `start` to `stop` in the order of `by` and the id, as something to look for rows in.

    few: they are at most so many; gathered first and ordered then, not looked for along the order.
    """
    sql, params = _parts(ways, rows, by, "pk")
    if few is not None:
        # The limit cuts off nothing. It keeps the order out of the parts.
        sql, params = f"SELECT * FROM ({sql} LIMIT %s) AS few", [*params, few]  # noqa: S608
    way = "DESC" if falling else "ASC"
    # Every part is a query that Django compiled, its values parameters: the database merges them as they come.
    sql = f"SELECT found.pk FROM ({sql} ORDER BY 1 {way}, 2 {way} LIMIT %s OFFSET %s) AS found"  # noqa: S608
    return RawSQL(sql, [*params, stop - start, start])  # noqa: S611


def first(
    ways: Sequence[Way], rows: "Callable[[], RecordQuerySet]", by: str, falling: bool, most: int
) -> list[tuple[Any, UUID]]:
    """The first rows in the order of `by` and the id: its value, as the database keeps it, and the id."""
    if not ways:
        return []
    way = "DESC" if falling else "ASC"
    # Said of each way, too: a planner that cannot judge what is asked of the rows would gather and sort them all.
    sql, params = _parts(ways, rows, by, "pk", first=f"1 {way}, 2 {way}", most=most)
    return _pairs(f"SELECT * FROM ({sql}) AS ways ORDER BY 1 {way}, 2 {way} LIMIT %s", [*params, most])  # noqa: S608


def among(
    ways: Sequence[Way], rows: "Callable[[], RecordQuerySet]", by: str, falling: bool, named: Sequence[Any]
) -> list[tuple[Any, UUID]]:
    """Those of the named rows that are on a way, in order, as `first` gives them. `named`: ids, or ids as the database
    keeps them."""
    may = Q(pk__in=[])
    for way in ways:
        may |= Q(owner__in=way.owners) & way.rest if way.owners else way.rest
    try:
        sql, params = rows().filter(may).order_by().values_list(by, "pk").query.sql_with_params()
    except EmptyResultSet:
        return []
    table = connection.ops.quote_name(rows().model._meta.db_table)
    names = list(dict.fromkeys(_prepared(one) if isinstance(one, UUID) else one for one in named))
    # The names come first: a planner that knows no numbers would walk all rows of the owners to find a few of them.
    given: Any = names
    start = f"FROM unnest(CAST(%s AS uuid[])) AS named(value) JOIN {table} ON {table}.id = named.value"
    if connection.vendor == "sqlite":
        given = json.dumps(names)
        start = f"FROM json_each(%s) AS named CROSS JOIN {table} ON {table}.id = named.value"
    assert f"FROM {table} WHERE" in sql
    way_ = "DESC" if falling else "ASC"
    return _pairs(f"{sql.replace(f'FROM {table}', start, 1)} ORDER BY 1 {way_}, 2 {way_}", [given, *params])


def _pairs(sql: str, params: Sequence[Any]) -> list[tuple[Any, UUID]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [(value, pk if isinstance(pk, UUID) else UUID(pk)) for value, pk in cursor.fetchall()]


def counted(ways: Sequence[Way], rows: "Callable[[], RecordQuerySet]", most: int) -> int:
    """How many rows there are, counted up to `most`."""
    sql, params = _parts(ways, rows, "pk")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM (SELECT * FROM ({sql}) AS ways LIMIT %s) AS found", [*params, most])  # noqa: S608
        return int(cursor.fetchone()[0])
