"""Objects as columns: what figures ask of a producer's rows, read once and packed.

Rows are only ever added, in each collection in the order of commits, so those beyond the last one known are all that
is new; and while that last one is there, all before it are.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from trellis.exchange.models import Collection, StixObject
from trellis.exchange.models_columns import ObjectColumns

VERSION = 1  # of the packed form
SEAL = 2_000  # so many rows of a collection at once are packed
PACKED = np.dtype(
    [("id", "S16"), ("subject", "S16"), ("added", "<i8"), ("recorded", "<i8"), ("detected", "<i8"), ("retracted", "?")]
)
NEVER = np.iinfo(np.int64).min  # how NaT is kept
TABLE = StixObject._meta.db_table


class OtherHistory(Exception):
    """What is kept is not of what the tables hold: of a transaction that failed, or of a database before its restore."""


class Mark(NamedTuple):
    """The last row that is known of a collection."""

    added: int
    id: bytes


Known = Mapping[UUID, Mark]
Fresh = dict[UUID, NDArray[Any]]


def after(owner: UUID, known: Known) -> Fresh:
    """Rows of an owner beyond those that are known, by collection. Raises OtherHistory."""
    every = list(Collection.objects.values_list("pk", flat=True))
    if not set(known) <= set(every):
        raise OtherHistory
    told: dict[UUID, list[Any]] = defaultdict(list)
    for row in _rows(owner, [(one, known[one].added if one in known else 0) for one in every]):
        told[_uuid(row[0])].append(row[1:])
    found: Fresh = {}
    for collection in every:
        fresh = _packed(told.get(collection, ()))
        if (mark := known.get(collection)) is not None:
            if not fresh.size or fresh[:1]["id"].tobytes() != mark.id:
                raise OtherHistory
            fresh = fresh[1:]
        if fresh.size:
            found[collection] = fresh
    return found


def marked(fresh: Fresh) -> dict[UUID, Mark]:
    """The last row of each collection."""
    return {one: Mark(int(rows["added"][-1]), rows[-1:]["id"].tobytes()) for one, rows in fresh.items()}


def _rows(owner: UUID, since: Sequence[tuple[UUID, int]]) -> list[Any]:
    """Rows from a place of each collection on, as the database keeps them: nothing becomes an object."""
    if not since:
        return []
    names = ("id", "subject", "added", "recorded_at", "detected", "retracted")
    if connection.vendor == "postgresql":
        micros = "CAST(EXTRACT(EPOCH FROM o.{0}) * 1000000 AS bigint)"
        told = {"id": "uuid_send(o.id)", "subject": "uuid_send(o.subject)"}
        told.update({name: micros.format(name) for name in ("recorded_at", "detected")})
        known, values = "unnest(%s::uuid[], %s::bigint[]) AS k(collection, added)", list(zip(*since, strict=True))
        given: list[Any] = [[*values[0]], [*values[1]], owner]
    else:
        told = {}
        pairs = ", ".join(["(%s, %s)"] * len(since))
        known = f"(SELECT column1 AS collection, column2 AS added FROM (VALUES {pairs})) k"  # noqa: S608 - places alone
        given = [part for one, added in since for part in (one.hex, added)] + [owner.hex]
    wanted = ", ".join(told.get(name, f"o.{name}") for name in names)
    sql = (
        f"SELECT o.collection, {wanted} FROM {known} JOIN {TABLE} o"  # noqa: S608 - own words
        " ON o.collection = k.collection AND o.owner = %s AND o.added >= k.added ORDER BY o.collection, o.added"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return list(cursor.fetchall())


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


def _packed(rows: Sequence[Any]) -> NDArray[Any]:
    fresh = np.empty(len(rows), PACKED)
    if rows:
        id_, subject, added, recorded, detected, retracted = zip(*rows, strict=True)
        fresh["id"], fresh["subject"] = _ids(id_), _ids(subject)
        fresh["added"], fresh["retracted"] = added, retracted
        fresh["recorded"], fresh["detected"] = _micros(recorded), _micros(detected)
    return fresh


def _ids(told: Sequence[Any]) -> NDArray[Any]:
    # SQLite keeps ids as text.
    raw = bytes.fromhex("".join(told)) if isinstance(told[0], str) else b"".join(told)
    return np.frombuffer(raw, "S16")


def _micros(told: Sequence[Any]) -> NDArray[Any]:
    # SQLite keeps moments as text in UTC; of PostgreSQL they were asked as microseconds.
    if connection.vendor == "postgresql":
        return np.array([NEVER if at is None else at for at in told], np.int64)
    return np.array(told, dtype="datetime64[us]").view(np.int64)


def unpacked(owner: UUID) -> Fresh:
    """What is packed of an owner, by collection."""
    parts: dict[UUID, list[NDArray[Any]]] = defaultdict(list)
    for chunk in ObjectColumns.objects.filter(owner=owner, version=VERSION).order_by("collection", "first"):
        parts[chunk.collection].append(np.frombuffer(bytes(chunk.columns), PACKED))
    return {collection: np.concatenate(held) for collection, held in parts.items()}


def pack(owner: UUID, collection: UUID, rows: NDArray[Any]) -> None:
    """Keeps what is not packed yet of all rows of an owner in a collection."""
    kept = ObjectColumns.objects.filter(owner=owner, collection=collection, version=VERSION)
    done = kept.order_by("-first").values_list("last", flat=True).first() or 0
    later = rows[np.searchsorted(rows["added"], done, side="right") :]
    if not later.size:
        return
    chunk = ObjectColumns(owner=owner, collection=collection, version=VERSION, first=done, last=int(later["added"][-1]))
    chunk.last_id, chunk.columns = UUID(bytes=later[-1:]["id"].tobytes()), later.tobytes()
    # Somebody else may have packed from the same place; the rest is packed another time then.
    ObjectColumns.objects.bulk_create([chunk], ignore_conflicts=True)


def forget(owner: UUID) -> None:
    """Drops what is packed of an owner."""
    ObjectColumns.objects.filter(owner=owner).delete()
