"""The access log as pairs of object and reader, each with its first and last time.

Log rows come from many processes, and one that was begun earlier may be committed later; no number tells their order.
So whatever is younger than `LATE` is asked for again each time and taken in once, by its id. What is older is packed.
Who must be sure (a withdrawal has to reach everybody) has the rows counted besides: log rows are never changed, so
the same number of them is the same rows.
"""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from numpy.typing import NDArray

from trellis.core import clock
from trellis.exchange.columns import OtherHistory
from trellis.exchange.models_columns import ServedColumns
from trellis.sharing.models import Access

KIND = "exchange.object"
VERSION = 1  # of the packed form
LATE = timedelta(hours=1)  # nobody takes longer from the time of a log row to its commit
SEAL = 500  # so many log rows older than that are packed
BATCH = 200
PAIRS = np.dtype([("id", "S16"), ("reader", "<i4"), ("first", "<i8"), ("last", "<i8")])


class Line(NamedTuple):
    """One row of the log."""

    id: UUID
    reader: UUID | None
    at: datetime
    packed: bytes | memoryview


@dataclass(frozen=True)
class Log:
    """How far the log of an owner was taken in: all before `upto`, and `seen` of what came later.

    `taken` counts log rows; `loose` those of them before `upto` that no chunk holds. `chunks` are the packed ones.
    """

    chunks: tuple[UUID, ...] = ()
    packed_to: datetime | None = None
    upto: datetime | None = None
    seen: frozenset[UUID] = field(default_factory=frozenset)
    taken: int = 0
    loose: int = 0


class Served(NamedTuple):
    """Pairs, with the readers to whom they point."""

    pairs: NDArray[Any]
    readers: tuple[UUID, ...]


NOTHING = Served(np.empty(0, PAIRS), ())


def _ids(owner: UUID, since: datetime | None, until: datetime | None) -> dict[UUID, datetime]:
    """Log rows of an owner's objects between two moments, with their times."""
    rows = Access.objects.filter(owner=owner, data_kind=KIND) if since is None else _since(owner, since)
    if until is not None:
        rows = rows.filter(at__lt=until)
    return dict(rows.values_list("pk", "at"))


def _read(wanted: Sequence[UUID]) -> Iterator[Line]:
    for start in range(0, len(wanted), BATCH):
        rows = Access.objects.filter(pk__in=wanted[start : start + BATCH])
        yield from (Line(*row) for row in rows.values_list("pk", "reader", "at", "ids_packed"))


def gathered(rows: Iterable[Line]) -> Served:
    """Log rows as pairs, each pair once."""
    readers: dict[UUID, int] = {}
    found = NOTHING.pairs
    waiting: list[NDArray[Any]] = []
    size = 0
    for row in rows:
        if row.reader is None:
            continue
        ids = np.frombuffer(zlib.decompress(bytes(row.packed)), "S16")
        part = np.empty(ids.size, PAIRS)
        part["id"], part["reader"] = ids, readers.setdefault(row.reader, len(readers))
        part["first"] = part["last"] = micros(row.at)
        waiting.append(part)
        size += ids.size
        if size > 500_000:  # not all of a long log at once
            found, waiting, size = once(np.concatenate([found, *waiting])), [], 0
    return Served(once(np.concatenate([found, *waiting])), tuple(readers))


def once(pairs: NDArray[Any]) -> NDArray[Any]:
    """Each pair once, with the first and the last of its times."""
    if pairs.size < 2:
        return pairs
    held = pairs[np.lexsort((pairs["reader"], pairs["id"]))]
    new = np.empty(held.size, bool)
    new[0] = True
    new[1:] = (held["id"][1:] != held["id"][:-1]) | (held["reader"][1:] != held["reader"][:-1])
    starts = np.flatnonzero(new)
    found = held[starts]
    found["first"] = np.minimum.reduceat(held["first"], starts)
    found["last"] = np.maximum.reduceat(held["last"], starts)
    return found


def micros(at: datetime) -> int:
    """An aware moment as the columns hold it."""
    offset = at.utcoffset()
    assert offset is not None
    return int(np.datetime64((at - offset).replace(tzinfo=None), "us").view(np.int64))


def chunks_of(owner: UUID) -> tuple[UUID, ...]:
    """The packed parts of an owner's log, in order."""
    kept = ServedColumns.objects.filter(owner=owner, version=VERSION).order_by("first")
    return tuple(kept.values_list("pk", flat=True))


def unpacked(owner: UUID) -> tuple[Log, list[Served]]:
    """What is packed of an owner's log."""
    kept = list(ServedColumns.objects.filter(owner=owner, version=VERSION).order_by("first"))
    if not kept:
        return Log(), []
    parts = [Served(np.frombuffer(bytes(one.columns), PAIRS), tuple(_uuids(bytes(one.readers)))) for one in kept]
    last, taken = kept[-1].last, sum(one.count for one in kept)
    return Log(tuple(one.pk for one in kept), last, last, frozenset(), taken), parts


def _uuids(raw: bytes) -> Iterator[UUID]:
    return (UUID(bytes=raw[i : i + 16]) for i in range(0, len(raw), 16))


def advanced(owner: UUID, log: Log) -> tuple[Log, Served]:
    """The log with what is committed now, and the pairs that this brings. Raises OtherHistory."""
    if chunks_of(owner) != log.chunks:
        raise OtherHistory  # packed further, or lost: what is there is read
    upto = clock.now() - LATE
    there = _ids(owner, log.upto, None)
    if not log.seen <= there.keys():
        raise OtherHistory
    upto = max(upto, log.upto) if log.upto else upto
    seen = frozenset(one for one, at in there.items() if at >= upto)
    new = len(there) - len(log.seen)
    loose = log.loose + len(there) - len(seen)
    fresh = gathered(_read([one for one in there if one not in log.seen]))
    return Log(log.chunks, log.packed_to, upto, seen, log.taken + new, loose), fresh


def is_whole(owner: UUID, log: Log) -> bool:
    """Whether of what is older than `upto` as many log rows were taken in as there are."""
    assert log.upto is not None
    # In one statement, so of one moment. Not simply those before: SQLite would read the ids of a row to reach its time.
    sql: list[str] = []
    given: list[Any] = []
    for rows in (Access.objects.filter(owner=owner, data_kind=KIND), _since(owner, log.upto)):
        part, params = rows.order_by().values_list("data_kind").query.sql_with_params()
        sql.append(f"(SELECT COUNT(*) FROM ({part}) AS rows_{len(sql)})")  # noqa: S608 - of the ORM
        given += params
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {' - '.join(sql)}", given)
        return bool(cursor.fetchone()[0] == log.taken - len(log.seen))


def _since(owner: UUID, since: datetime) -> "QuerySet[Access]":
    # Said so that the index of times is the way: by that of owners all that an owner ever had would be read.
    rows = Access.objects.alias(whose=Coalesce("owner", "owner"))
    return rows.filter(whose=owner, data_kind=KIND, at__gte=since)


def pack(owner: UUID, log: Log) -> None:
    """Keeps what is older than `upto` and not packed yet. It is read again from the log: what is in memory may be of
    a transaction that fails."""
    assert log.upto is not None
    with transaction.atomic():
        if chunks_of(owner) != log.chunks:
            return
        there = _ids(owner, log.packed_to, log.upto)
        if not there:
            return
        pairs, readers = gathered(_read(list(there)))
        chunk = ServedColumns(owner=owner, version=VERSION, first=log.packed_to or min(there.values()), last=log.upto)
        chunk.count, chunk.columns = len(there), pairs.tobytes()
        chunk.readers = b"".join(one.bytes for one in readers)
        ServedColumns.objects.bulk_create([chunk], ignore_conflicts=True)  # somebody else may have packed the same


def forget(owner: UUID) -> None:
    """Drops what is packed of an owner's log."""
    ServedColumns.objects.filter(owner=owner).delete()
