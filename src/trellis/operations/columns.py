"""Incidents as columns: every version of every incident of one owner, in the order of detection.

Records are only ever added, so what was read once stays true, and only later entries have to be read: from the
packed columns of `StampColumns`, and beyond them from the table. A test holds this equal to the rows themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection, transaction
from django.db.models import F, TextField
from django.db.models.functions import Cast
from numpy.typing import NDArray

from trellis.core import reading
from trellis.core.kept import Kept
from trellis.core.models import Entry
from trellis.operations.classes import TYPES
from trellis.operations.models import ANY, Incident, StampColumns
from trellis.operations.parsing import SEVERITIES, STAMPS

VERSION = 2  # of the packed form
SEAL = 2_000  # so many rows beyond the packed ones are packed too
CODES = {"": 0, **{name: place for place, (name, _title) in enumerate(SEVERITIES, 1)}}
UNCLASSIFIED = "unclassified"
OTHERWISE = -1  # a class that is none of ours
CLASSES = {"": 0, UNCLASSIFIED: 0, **{name: place for place, name in enumerate(TYPES, 1)}}
MOMENTS = ("recorded", *STAMPS[:5])
PACKED = np.dtype(
    [(name, "<i8") for name in MOMENTS]
    + [("follows", "<i8"), ("severity", "i1"), ("kind", "i1"), ("unknown", "i1"), ("retracted", "?")]
)
BITS = {name: 1 << place for place, name in enumerate(STAMPS[:5])}
_NEVER = np.iinfo(np.int64).min  # how NaT is kept


@dataclass(frozen=True, eq=False)
class Written:
    """Packed rows (n,) and their ids in the order of writing, up to an entry of the stream, named by its hash."""

    last_seq: int = -1
    entry: str = ""
    rows: NDArray[Any] = field(default_factory=lambda: np.empty(0, PACKED))
    ids: NDArray[Any] = field(default_factory=lambda: np.empty(0, "V16"))


@dataclass(frozen=True, eq=False)
class Part:
    """Versions of one owner's incidents as columns (n,), by detection. Moments are UTC datetime64, NaT for none.

    `replaced` is when a version was superseded. `kind` is the class, with all its types. `unknown` has a bit for each stamp of `STAMPS` that did happen at a
    time that nobody knows.
    """

    moments: dict[str, NDArray[Any]]
    replaced: NDArray[Any]
    severity: NDArray[Any]
    kind: NDArray[Any]
    unknown: NDArray[Any]
    retracted: NDArray[Any]

    def taken(self, places: "NDArray[Any] | slice") -> "Part":
        """Some of the rows, in their order."""
        moments = {name: column[places] for name, column in self.moments.items()}
        rest = (self.replaced, self.severity, self.kind, self.unknown, self.retracted)
        return Part(moments, *(column[places] for column in rest))

    def between(self, start: datetime | None, end: datetime | None, as_of: datetime) -> "Part":
        """Those detected by `as_of`, from `start` and before `end`."""
        detected = self.moments["detected"]
        low = int(np.searchsorted(detected, moment(start))) if start else 0
        high = int(np.searchsorted(detected, moment(as_of), side="right"))
        if end is not None:
            high = min(high, int(np.searchsorted(detected, moment(end))))
        return self.taken(slice(low, max(low, high)))


@dataclass(frozen=True, eq=False)
class Held:
    """All versions of one owner's incidents; and those that stand now, by severity, so that they need no looking for."""

    written: "Written"
    every: Part
    standing: Part
    by_severity: dict[int, Part]
    newest: np.datetime64  # when the last version was recorded

    @property
    def size(self) -> int:
        """Bytes, about: the rows as written, and three times as columns."""
        return int(self.written.rows.nbytes + self.written.ids.nbytes) + 3 * int(self.written.rows.nbytes)

    def chosen(
        self, as_of: datetime, start: datetime | None, end: datetime | None, severity: str | None, kind: str = ""
    ) -> Part:
        """Incidents as known at `as_of`: detected by then, from `start` and before `end`, so severe, of this class."""
        part = self._chosen(as_of, start, end, None if severity is None else CODES[severity])
        return part.taken(np.flatnonzero(part.kind == CLASSES[kind])) if kind else part

    def _chosen(self, as_of: datetime, start: datetime | None, end: datetime | None, code: int | None) -> Part:
        if moment(as_of) >= self.newest:
            part = self.standing if code is None else self.by_severity.get(code)
            return part.between(start, end, as_of) if part else self.standing.taken(slice(0))
        part = self.every.between(start, end, as_of)
        now = moment(as_of)
        keep = ~part.retracted & (part.moments["recorded"] <= now) & ~(part.replaced <= now)  # NaT compares false
        if code is not None:
            keep &= part.severity == code
        return part.taken(np.flatnonzero(keep))


def moment(at: datetime) -> np.datetime64:
    """An aware moment as the columns hold it."""
    offset = at.utcoffset()
    assert offset is not None
    return np.datetime64((at - offset).replace(tzinfo=None), "us")


_kept: Kept[Held] = Kept()


@reading.remembered
def held(owner: UUID) -> Held:
    """The columns of one owner, with everything that is committed now."""
    return _current(owner)


def _current(owner: UUID) -> Held:
    last = _kept.get(owner)
    if last is not None and not _same_history(owner, last.written):
        last = None
    written = last.written if last is not None else _unpacked(owner)
    later = _with_later(owner, written)
    if last is not None and later is written:
        return last
    return _kept.put(owner, _ordered(later))


def _same_history(owner: UUID, written: "Written | StampColumns") -> bool:
    """Whether the stream still has the entry up to which this goes: each entry holds the hash of all before it."""
    if written.last_seq < 0:
        return True
    return Entry.objects.filter(stream=owner, seq=written.last_seq, hash=written.entry).exists()


def _unpacked(owner: UUID) -> Written:
    """What is packed, without the rows written since."""
    chunks = list(StampColumns.objects.filter(owner=owner, version=VERSION).order_by("first_seq"))
    if not chunks or not _same_history(owner, chunks[-1]):
        return Written()
    rows = np.concatenate([np.frombuffer(bytes(c.columns), PACKED) for c in chunks])
    ids = np.concatenate([np.frombuffer(bytes(c.ids), "V16") for c in chunks])
    return Written(chunks[-1].last_seq, chunks[-1].entry, rows, ids)


def _ordered(written: Written) -> Held:
    rows = written.rows
    replaced = np.full(rows.size, _NEVER, np.int64)
    later = rows["follows"] >= 0
    replaced[rows["follows"][later]] = rows["recorded"][later]
    order = np.argsort(rows["detected"], kind="stable")
    every = Part(
        {name: rows[name][order].view("datetime64[us]") for name in MOMENTS},
        replaced[order].view("datetime64[us]"),
        rows["severity"][order],
        rows["kind"][order],
        rows["unknown"][order],
        rows["retracted"][order],
    )
    standing = every.taken(np.flatnonzero(~every.retracted & np.isnat(every.replaced)))
    apart = {code: standing.taken(np.flatnonzero(standing.severity == code)) for code in CODES.values()}
    newest = np.datetime64(int(rows["recorded"].max()) if rows.size else _NEVER + 1, "us")
    return Held(written, every, standing, apart, newest)


COLUMNS = (
    "seq",
    "id",
    "supersedes",
    "recorded_at",
    *STAMPS[:5],
    "severity",
    "classification",
    "not_known",
    "retracted",
)


def _with_later(owner: UUID, last: Written) -> Written:
    """The rows with those written since; many of them are packed for the next time."""
    found = _rows_after(owner, last.last_seq)
    if not found:
        return last
    columns = dict(zip(COLUMNS, zip(*found, strict=True), strict=True))
    ids = np.frombuffer(b"".join(map(_bytes, columns["id"])), "V16")
    known = np.concatenate([last.ids, ids])
    fresh = _packed(columns)
    _follow(fresh, columns["supersedes"], known)
    seq = int(columns["seq"][-1])
    entry = Entry.objects.values_list("hash", flat=True).get(stream=owner, seq=seq)
    whole = Written(seq, entry, np.concatenate([last.rows, fresh]), known)
    if len(found) >= SEAL:
        _pack(owner, whole)
    return whole


def _packed(columns: dict[str, Any]) -> NDArray[Any]:
    """Columns as the database gave them, packed; what follows what is not said yet."""
    fresh = np.empty(len(columns["id"]), PACKED)
    fresh["recorded"] = _micros(columns["recorded_at"])
    for name in STAMPS[:5]:
        fresh[name] = _micros(columns[name])
    fresh["severity"] = [CODES[name] for name in columns["severity"]]
    fresh["kind"] = [CLASSES.get(name.partition(":")[0], OTHERWISE) for name in columns["classification"]]
    fresh["unknown"] = [sum(BITS.get(name, 0) for name in said.split()) if said else 0 for said in columns["not_known"]]
    fresh["retracted"] = columns["retracted"]
    fresh["follows"] = -1
    return fresh


def _rows_after(owner: UUID, seq: int) -> list[Any]:
    """Rows in the order of writing, as the database keeps them: nothing becomes an object."""
    rows = Incident.records.privileged().filter(ANY, owner=owner, seq__gt=seq).order_by("seq", "id")
    # SQLite's moments are text already; said so, none of them becomes an object on the way.
    told = {"recorded_at", *STAMPS[:5]} if connection.vendor == "sqlite" else set()
    wanted = [Cast(name, TextField()) if name in told else F(name) for name in COLUMNS]
    sql, params = rows.values_list(*wanted).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def _bytes(id_: Any) -> bytes:
    return bytes.fromhex(id_) if isinstance(id_, str) else id_.bytes


def _micros(told: Sequence[Any]) -> NDArray[Any]:
    # SQLite keeps moments as text in UTC; PostgreSQL gives them with their zone.
    plain = [at if at is None or isinstance(at, str) else at.replace(tzinfo=None) for at in told]
    return np.array(plain, dtype="datetime64[us]").view(np.int64)


def _follow(fresh: NDArray[Any], supersedes: Sequence[Any], known: NDArray[Any]) -> None:
    """Says of each successor where the version stands that it takes the place of."""
    places = [place for place, id_ in enumerate(supersedes) if id_ is not None]
    if not places:
        return
    wanted = np.frombuffer(b"".join(_bytes(supersedes[place]) for place in places), "V16")
    # By the last eight bytes, which are by chance; then by all of them.
    those, these = (part.view(">u8").reshape(-1, 2).astype(np.uint64) for part in (wanted, known))
    order = np.argsort(those[:, 1])
    hits = np.flatnonzero(np.isin(these[:, 1], those[:, 1]))
    found = order[np.searchsorted(those[order, 1], these[hits, 1])]
    right = (those[found] == these[hits]).all(axis=1)
    fresh["follows"][np.array(places)[found[right]]] = hits[right]


def _pack(owner: UUID, whole: Written) -> None:
    """Keeps the rows that are not packed yet."""
    kept = StampColumns.objects.filter(owner=owner, version=VERSION)
    with transaction.atomic():
        StampColumns.objects.filter(owner=owner, version__lt=VERSION).delete()
        newest = kept.order_by("-first_seq").first()
        if newest is not None and not _same_history(owner, newest):
            kept.delete()  # of another history: of a database that was restored, say
            newest = None
        done = newest.last_seq if newest else -1
        if done >= whole.last_seq:
            return
        start = sum(kept.values_list("count", flat=True))
        rows, ids = whole.rows[start:], whole.ids[start:]
        chunk = StampColumns(owner=owner, version=VERSION, first_seq=done + 1, last_seq=whole.last_seq)
        chunk.entry, chunk.count, chunk.columns, chunk.ids = whole.entry, rows.size, rows.tobytes(), ids.tobytes()
        StampColumns.objects.bulk_create([chunk], ignore_conflicts=True)  # somebody else may have packed the same
