"""The ways by which a viewer reaches rows: the gate's condition taken apart by owner.

A database that is asked for the first rows of "mine, or those of twenty others" sorts all of them. Asked owner by
owner it reads the first of each from an index, and the page comes from those. The gate's own filter still stands on
what is read.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

if TYPE_CHECKING:
    from trellis.sharing.records import RecordQuerySet

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


def _parts(ways: Sequence[Way], rows: "Callable[[], RecordQuerySet]", *columns: str) -> tuple[str, list[Any]]:
    """SQL for the rows on all ways, without an order, and its parameters."""
    parts: list[str] = []
    given: list[Any] = []
    mark = _prepared(_ANY)
    for way in ways:
        here = rows().filter(Q(owner=_ANY) & way.rest if way.owners else way.rest)
        sql, params = here.order_by().values_list(*columns).query.sql_with_params()
        for owner in way.owners or (None,):
            parts.append(sql)
            given += [_prepared(owner) if owner and param == mark else param for param in params]
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


def counted(ways: Sequence[Way], rows: "Callable[[], RecordQuerySet]", most: int) -> int:
    """How many rows there are, counted up to `most`."""
    sql, params = _parts(ways, rows, "pk")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM (SELECT * FROM ({sql}) AS ways LIMIT %s) AS found", [*params, most])  # noqa: S608
        return int(cursor.fetchone()[0])
