"""Who was served what, since when: a producer's objects and the access log together, as columns that are kept.

They stay in the process, and packed beside the tables for the next one; only what is new is read. Rows of a producer
have a place, in the order in which they became known; the place of the first row of a chain stands for its object.
Tests hold this equal to a full recount. Design: docs/decisions/0016.
"""

from collections.abc import Collection as Several
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from trellis.core import reading
from trellis.core.kept import Kept
from trellis.exchange import columns, logged
from trellis.exchange.columns import NEVER, Fresh, Mark, OtherHistory
from trellis.exchange.logged import Log, Served

MOST = 1 << 20  # readers of one producer; a pair is one number of place and reader
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Ints = NDArray[np.int64]


class Firsts(NamedTuple):
    """When readers were first served objects: `pairs` of object and reader in order, and `at`, each (n,)."""

    pairs: Ints
    at: Ints

    @property
    def chains(self) -> Ints:
        """The objects."""
        found: Ints = self.pairs // MOST
        return found

    @property
    def readers(self) -> Ints:
        """The readers, by their codes."""
        found: Ints = self.pairs % MOST
        return found


class Times(NamedTuple):
    """A reader, and when it was first and last served."""

    reader: UUID
    first: datetime
    last: datetime


@dataclass(frozen=True, eq=False)
class Held:
    """Rows of a producer (n,) by place, and pairs of row and reader (m,) in order, each pair one number in `keys`."""

    marks: dict[UUID, Mark] = field(default_factory=dict)
    collections: tuple[UUID, ...] = ()
    rows: NDArray[Any] = field(default_factory=lambda: np.empty(0, columns.PACKED))
    where: NDArray[Any] = field(default_factory=lambda: np.empty(0, np.int32))  # places in `collections`
    chains: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    ids: NDArray[Any] = field(default_factory=lambda: np.empty(0, "S16"))  # in order
    places: Ints = field(default_factory=lambda: np.empty(0, np.int64))  # of `ids`
    log: Log = field(default_factory=Log)
    readers: tuple[UUID, ...] = ()
    keys: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    first: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    last: Ints = field(default_factory=lambda: np.empty(0, np.int64))

    @property
    def size(self) -> int:
        """Bytes, about."""
        return int(self.rows.nbytes + self.ids.nbytes + 3 * self.places.nbytes + 6 * self.keys.nbytes)

    def place(self, id: UUID) -> int | None:
        """The place of a row; None for one that is not known."""
        found = self._found(np.frombuffer(id.bytes, "S16"))
        return int(found[0]) if found[0] >= 0 else None

    def _found(self, ids: NDArray[Any]) -> Ints:
        """The places of rows by their ids, -1 for none."""
        if not self.ids.size:
            return np.full(ids.size, -1, np.int64)
        at = np.minimum(np.searchsorted(self.ids, ids), self.ids.size - 1)
        found: Ints = np.where(self.ids[at] == ids, self.places[at], -1)
        return found

    def code(self, reader: UUID) -> int:
        """The code of a reader, -1 for who was served nothing."""
        return self.readers.index(reader) if reader in self.readers else -1

    def within(self, wanted: Several[UUID] | None) -> NDArray[Any]:
        """Which rows (n,) are of these collections; all without any named."""
        if wanted is None:
            return np.ones(self.rows.size, bool)
        codes = [code for code, one in enumerate(self.collections) if one in wanted]
        return np.isin(self.where, codes)

    def standing(self, wanted: Several[UUID] | None, as_of: datetime) -> NDArray[Any]:
        """Which rows (n,) were there by a moment, without those that say that something is taken back."""
        rows = self.rows
        found: NDArray[Any] = self.within(wanted) & (rows["recorded"] <= logged.micros(as_of)) & ~rows["retracted"]
        return found

    def firsts(self, chosen: NDArray[Any], as_of: datetime | None = None) -> Firsts:
        """When objects were first served to each reader, in the rows that are chosen (n,), up to a moment."""
        place, reader = np.divmod(self.keys, MOST)
        keep = chosen[place]
        if as_of is not None:
            keep &= self.first <= logged.micros(as_of)
        keys = self.chains[place[keep]] * MOST + reader[keep]
        return Firsts(*least(keys, self.first[keep]))

    def pairs_of(self, subjects: Sequence[UUID], readers: Sequence[UUID]) -> Ints:
        """Objects and readers as pairs of `Firsts`, -1 for what is not known here."""
        chains = self._found(np.frombuffer(b"".join(one.bytes for one in subjects), "S16"))
        codes = {one: code for code, one in enumerate(self.readers)}
        there = np.array([codes.get(one, -1) for one in readers], np.int64)
        found: Ints = np.where((chains >= 0) & (there >= 0), chains * MOST + there, -1)
        return found

    def detected(self, chosen: NDArray[Any]) -> tuple[Ints, Ints]:
        """Objects of the rows chosen (n,), and the earliest time of their detection, NaT for none."""
        moments = self.rows["detected"][chosen]
        late = np.iinfo(np.int64).max
        chains, at = least(self.chains[chosen], np.where(moments == NEVER, late, moments))
        return chains, np.where(at == late, NEVER, at)

    @cached_property
    def _objects(self) -> tuple[Ints, Ints, Ints]:
        """Pairs in the order of objects: object, reader with first, reader with last."""
        place, _reader = np.divmod(self.keys, MOST)
        chain = self.chains[place]
        order = np.argsort(chain, kind="stable")
        return chain[order], order, place

    def times(self, subject: UUID) -> list[Times]:
        """Who was served any version of an object, first and last."""
        chain = self.place(subject)
        chains, order, _place = self._objects
        if chain is None:
            return []
        return self._told(order[np.searchsorted(chains, chain) : np.searchsorted(chains, chain, side="right")])

    def times_of_row(self, id: UUID) -> list[Times]:
        """Who was served this one version, first and last."""
        place = self.place(id)
        if place is None:
            return []
        low, high = np.searchsorted(self.keys, [place * MOST, (place + 1) * MOST])
        return self._told(np.arange(low, high))

    def _told(self, pairs: Ints) -> list[Times]:
        found: dict[int, tuple[int, int]] = {}
        for pair in pairs.tolist():
            code, first, last = int(self.keys[pair] % MOST), int(self.first[pair]), int(self.last[pair])
            begun, ended = found.get(code, (first, last))
            found[code] = (min(begun, first), max(ended, last))
        return [Times(self.readers[code], moment(a), moment(b)) for code, (a, b) in found.items()]

    def rows_of(self, reader: UUID, among: Several[UUID] | None = None) -> set[UUID]:
        """The rows that a reader was served, of those named or of all."""
        code = self.code(reader)
        if among is not None:
            asked = np.frombuffer(b"".join(one.bytes for one in among), "S16")
            places = self._found(asked)
            wanted = places[places >= 0] * MOST + code
            place = wanted[np.isin(wanted, self.keys)] // MOST
        else:
            place = self.keys[self.keys % MOST == code] // MOST
        raw = self.rows["id"][place].tobytes() if code >= 0 else b""
        return {UUID(bytes=raw[i : i + 16]) for i in range(0, len(raw), 16)}


def moment(micros: int) -> datetime:
    """A moment as the columns hold it, aware."""
    return _EPOCH + timedelta(microseconds=micros)


def least(keys: Ints, values: Ints) -> tuple[Ints, Ints]:
    """Each key once, in order, with the least of its values."""
    if not keys.size:
        return keys, values
    order = np.argsort(keys, kind="stable")
    keys, values = keys[order], values[order]
    starts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
    return keys[starts], np.minimum.reduceat(values, starts)


def looked_up(keys: Ints, there: Ints, values: Ints) -> Ints:
    """The values of keys among those that are there, in order and each once; NaT for the rest."""
    found = np.full(keys.size, NEVER, np.int64)
    if there.size:
        at = np.minimum(np.searchsorted(there, keys), there.size - 1)
        same = there[at] == keys
        found[same] = values[at[same]]
    return found


_kept: Kept[Held] = Kept()


@reading.remembered
def held(owner: UUID) -> Held:
    """What a producer's objects and its log say, with everything that is committed now."""
    return _current(owner)


def certain(owner: UUID) -> Held:
    """As `held`, and sure: log rows are counted, so that none is missing however late it was committed."""
    found = _current(owner)
    return found if logged.is_whole(owner, found.log) else _anew(owner)


def _current(owner: UUID) -> Held:
    last = _kept.get(owner)
    found = _advanced(owner, last) if last is not None else None
    if found is None:
        found = _unpacked(owner)
    if found is None:
        return _anew(owner)
    return _keep(owner, found)


def _anew(owner: UUID) -> Held:
    """From the tables alone."""
    columns.forget(owner)
    logged.forget(owner)
    found = _advanced(owner, Held())
    assert found is not None
    return _keep(owner, found)


def _keep(owner: UUID, found: Held) -> Held:
    if found.log.loose >= logged.SEAL:
        logged.pack(owner, found.log)
    return _kept.put(owner, found)


def forget() -> None:
    """Forgets what this process holds, as another one would not have it."""
    _kept.clear()


def _unpacked(owner: UUID) -> Held | None:
    """From what is packed and the tables beyond; None where what is packed is not of them."""
    # The log first: what it names is then among the objects.
    log, parts = logged.unpacked(owner)
    fresh = columns.unpacked(owner)
    found = _with_rows(Held(), fresh)
    later = _beyond(owner, replace(found, log=log), parts)
    # Log rows that came later than anybody waits for are found here, at every start.
    if later is None or (log.chunks and not logged.is_whole(owner, later.log)):
        return None
    return later


def _advanced(owner: UUID, last: Held) -> Held | None:
    return _beyond(owner, last, [])


def _beyond(owner: UUID, last: Held, parts: list[Served]) -> Held | None:
    """What is known, with what is new in the tables; None where it is of another history."""
    try:
        log, fresh = logged.advanced(owner, last.log)
        rows = columns.after(owner, last.marks)
    except OtherHistory:
        return None
    found = _with_rows(last, rows)
    for collection, new in rows.items():
        if new.size >= columns.SEAL:
            columns.pack(owner, collection, found.rows[found.where == found.collections.index(collection)])
    for part in [*parts, fresh]:
        found = _with_pairs(found, part)
    return replace(found, log=log)


def _with_rows(last: Held, fresh: Fresh) -> Held:
    """With further rows, each at the next place."""
    if not fresh:
        return last
    collections = tuple(dict.fromkeys([*last.collections, *fresh]))
    rows = np.concatenate(list(fresh.values()))
    where = np.concatenate([np.full(new.size, collections.index(one), np.int32) for one, new in fresh.items()])
    order = np.argsort(rows["id"], kind="stable")
    at = np.searchsorted(last.ids, rows["id"][order])
    found = replace(
        last,
        marks={**last.marks, **columns.marked(fresh)},
        collections=collections,
        rows=np.concatenate([last.rows, rows]),
        where=np.concatenate([last.where, where]),
        ids=np.insert(last.ids, at, rows["id"][order]),
        places=np.insert(last.places, at, last.rows.size + order),
    )
    chains = found._found(rows["subject"])
    alone = last.rows.size + np.arange(rows.size)
    return replace(found, chains=np.concatenate([last.chains, np.where(chains < 0, alone, chains)]))


def _with_pairs(last: Held, part: Served) -> Held:
    """With further pairs; known ones take the earlier first and the later last time."""
    if not part.pairs.size:
        return last
    readers = tuple(dict.fromkeys([*last.readers, *part.readers]))
    codes = np.array([readers.index(one) for one in part.readers], np.int64)
    places = last._found(part.pairs["id"])
    pairs, places = part.pairs[places >= 0], places[places >= 0]
    keys = places * MOST + codes[pairs["reader"]]
    order = np.argsort(keys, kind="stable")
    keys, pairs = keys[order], pairs[order]
    at = np.searchsorted(last.keys, keys)
    there = np.zeros(keys.size, bool)
    inside = at < last.keys.size
    there[inside] = last.keys[at[inside]] == keys[inside]
    first, latest = last.first.copy(), last.last.copy()
    known = at[there]
    first[known] = np.minimum(first[known], pairs["first"][there])
    latest[known] = np.maximum(latest[known], pairs["last"][there])
    new, at = ~there, at[~there]
    return replace(
        last,
        readers=readers,
        keys=np.insert(last.keys, at, keys[new]),
        first=np.insert(first, at, pairs["first"][new]),
        last=np.insert(latest, at, pairs["last"][new]),
    )
