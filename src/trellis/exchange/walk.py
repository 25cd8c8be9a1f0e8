"""The page walker: a consumer's view of a collection in the order in which objects came into that view.

The axis of `added` is cut at each admission. Between two of them lie the objects as they were added, of whom the
consumer was admitted to by then; in the block of an admission lie those that were there before it, at the block plus
their number. Each cut is read by the index of (collection, producer, added), producer beside producer.
"""

import base64
import binascii
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from trellis.core.conditions import Invalid
from trellis.core.labels import RANKS
from trellis.exchange import policy, stix
from trellis.exchange.admissions import Standing
from trellis.exchange.models import StixObject
from trellis.exchange.schemas import MEDIA, Item, Query

TABLE = StixObject._meta.db_table
COLUMNS = "id, owner, stix_id, version, number, added, raw"
EVERY = tuple(label for label in RANKS if label != "RED")
# At the place of a version stands what came last there: a relabelling, or that it was taken back. The "+ 0" keeps
# SQLite from walking all later numbers of the collection for each row; the chain's index is the way.
LATER = (
    f"NOT EXISTS (SELECT 1 FROM {TABLE} l WHERE l.stix_id = o.stix_id AND l.collection = o.collection"  # noqa: S608
    " AND l.owner = o.owner AND l.version = o.version AND l.number + 0 > o.number)"
)
EARLIER = (
    f"NOT EXISTS (SELECT 1 FROM {TABLE} e WHERE e.stix_id = o.stix_id AND e.collection = o.collection"  # noqa: S608
    " AND e.owner = o.owner AND e.version < o.version AND NOT e.retracted AND NOT EXISTS (SELECT 1 FROM"
    f" {TABLE} m WHERE m.stix_id = e.stix_id AND m.collection = e.collection AND m.owner = e.owner"
    " AND m.version = e.version AND m.number + 0 > e.number))"
)


@dataclass(frozen=True)
class Cut:
    """A part of the axis: rows added after `low` up to `high`, of these producers and labels; `block` moves them."""

    low: int
    high: int
    pairs: tuple[tuple[UUID, tuple[str, ...]], ...]
    block: int | None = None
    skip: int = 0


def cuts(standing: Standing, own: UUID, after: int) -> Iterator[Cut]:
    """The parts of the axis beyond `after`, in order."""
    blocks: dict[tuple[int, int], list[tuple[UUID, str]]] = defaultdict(list)
    for one in standing.admitted:
        blocks[one.block, one.number].append((one.producer, one.label))
    active: list[tuple[UUID, str]] = []
    low = 0
    for (block, number), pairs in sorted(blocks.items()):
        if block > after:
            yield Cut(max(low, after), block, _grouped(active, own))
        if number and block + number > after:
            yield Cut(0, block, _grouped(pairs), block, max(0, after - block))
        active += pairs
        low = block + number
    if standing.last > after:
        yield Cut(max(low, after), standing.last, _grouped(active, own))


def _grouped(pairs: list[tuple[UUID, str]], own: UUID | None = None) -> tuple[tuple[UUID, tuple[str, ...]], ...]:
    found: dict[UUID, list[str]] = defaultdict(list)
    for producer, label in pairs:
        found[producer].append(label)
    grouped = {producer: tuple(sorted(labels)) for producer, labels in found.items()}
    if own is not None:
        grouped[own] = EVERY
    return tuple(sorted(grouped.items()))


def rows(collection: UUID, standing: Standing, own: UUID, query: Query, limit: int) -> list[Item]:
    """At most `limit` rows from where the query goes on."""
    found: list[Item] = []
    after = max(query.added_after or 0, token_added(query.next) if query.next else 0)
    for cut in cuts(standing, own, after):
        if len(found) >= limit:
            break
        found += _cut(collection, cut, query, limit - len(found))
    return found


def _cut(collection: UUID, cut: Cut, query: Query, limit: int) -> list[Item]:
    low = cut.low
    if cut.skip:
        low = _added_of(collection, cut.skip)
    sql, values = _statement(collection, cut, low, query, limit)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows = cursor.fetchall()
    block = cut.block
    new = tuple.__new__  # one step instead of two for each of many
    if connection.features.has_native_uuid_field:
        return [
            new(Item, (s, f"{v}Z", a if block is None else block + n, raw.encode(), MEDIA, o, i))
            for i, o, s, v, n, a, raw in rows
        ]
    producers = {o: UUID(o) for o in {row[1] for row in rows}}
    return [
        new(Item, (s, f"{v}Z", a if block is None else block + n, raw.encode(), MEDIA, producers[o], UUID(i)))
        for i, o, s, v, n, a, raw in rows
    ]


def _statement(collection: UUID, cut: Cut, low: int, query: Query, limit: int) -> tuple[str, list[Any]]:
    """One arm for each producer, each in the order of the index, merged by the database."""
    filters, given = _filters(query)
    arms: list[str] = []
    values: list[Any] = []
    inner = f"ORDER BY o.added LIMIT {int(limit)}"
    for producer, labels in cut.pairs:
        # Its own are all a producer's; of what it pulled, others get what may be handed on.
        onward = "" if labels is EVERY else f" AND (o.said_by IS NULL OR o.label IN {policy.ONWARD})"
        places = ", ".join(["%s"] * len(labels))
        arm = (
            f"SELECT {COLUMNS} FROM {TABLE} o WHERE o.collection = %s AND o.owner = %s"  # noqa: S608 - own words
            f" AND o.added > %s AND o.added <= %s AND o.label IN ({places}) AND o.redacted_at IS NULL{onward} AND {filters}"
        )
        values += [_key(collection), _key(producer), low, cut.high, *labels, *given]
        arms.append(arm)
    if len(arms) == 1:
        return f"{arms[0]} {inner}", values
    # Each arm stops by itself: a database that does not know its table yet would sort all that there is.
    arms = [f"SELECT * FROM ({arm} {inner}) AS arm" for arm in arms]  # noqa: S608 - own words
    return f"{' UNION ALL '.join(arms)} ORDER BY added LIMIT {int(limit)}", values


def _key(value: UUID) -> UUID | str:
    return value if connection.features.has_native_uuid_field else value.hex


def _filters(query: Query) -> tuple[str, list[Any]]:
    parts: list[str] = []
    values: list[Any] = []
    for column, wanted in (("stix_id", query.ids), ("stix_type", query.types), ("spec_version", query.spec_versions)):
        if wanted:
            parts.append(f"o.{column} IN ({', '.join(['%s'] * len(wanted))})")
            values += list(wanted)
    said, more = _versions(query.versions or ("last",))
    return " AND ".join([*parts, said]), [*values, *more]


def _versions(wanted: tuple[str, ...]) -> tuple[str, list[Any]]:
    """Which versions: the last is what nothing has superseded; others are looked up in their chain."""
    if set(wanted) == {"last"}:
        return "o.superseded_at IS NULL AND NOT o.retracted", []
    standing = f"NOT o.retracted AND {LATER}"
    if "all" in wanted:
        return standing, []
    either: list[str] = []
    exact = [version_of(text) for text in wanted if text not in ("last", "first")]
    if "last" in wanted:
        either.append("o.superseded_at IS NULL")
    if "first" in wanted:
        either.append(EARLIER)
    if exact:
        either.append(f"o.version IN ({', '.join(['%s'] * len(exact))})")
    return f"{standing} AND ({' OR '.join(either)})", list(exact)


def version_of(text: str) -> str:
    """A version as a caller writes it, as it is stored. Raises Invalid."""
    try:
        return stix.version_text(text, "version")
    except stix.Malformed as error:
        raise Invalid({"version": str(error)}) from error


def _added_of(collection: UUID, number: int) -> int:
    row = StixObject.records.privileged().filter(collection=collection, number=number).values_list("added", flat=True)
    return int(row[0])


def token(added: int) -> str:
    """Where a page ended: opaque, whole, the same for the same place."""
    body = added.to_bytes(8, "big")
    return base64.urlsafe_b64encode(body + zlib.crc32(body).to_bytes(4, "big")).decode()


def token_added(text: str) -> int:
    """The place that a token stands for. Raises Invalid for one that was not given out here."""
    try:
        whole = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        whole = b""
    if len(whole) != 12 or zlib.crc32(whole[:8]).to_bytes(4, "big") != whole[8:]:
        raise Invalid({"next": _("This place in the collection is not known. Begin again without it.")})
    return int.from_bytes(whole[:8], "big")
