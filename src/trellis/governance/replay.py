"""Replaying an arrangement's stream, and holding the live tables against it."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from uuid import UUID

from trellis.core import canonical, keys, ledger
from trellis.core.coowned import CoOwned, tables
from trellis.core.models import Entry
from trellis.core.verify import Problem
from trellis.governance.projection import INDEX, contents, index_rows, replay_entry


def replay(entries: Iterable[Entry], progress: Callable[[int], None] | None = None) -> int:
    """Runs entries of one stream, in order, into empty tables. Returns how many. The entries must be stored already."""
    count = 0
    redacted: dict[str, str] | None = None
    for entry in entries:
        if redacted is None:
            redacted = redacted_hashes(entry.stream_id)
        said = ledger.payload_of(entry)
        if said is not None:
            replay_entry(entry, said, redacted)
        count += 1
        if progress and count % 1000 == 0:
            progress(count)
    return count


def redacted_hashes(stream: UUID) -> dict[str, str]:
    """Hash of a co-owned row as redactions left it, to the hash that it was adopted with."""
    found: dict[str, str] = {}
    rows = Entry.objects.filter(stream=stream, kind="redaction").select_related("payload").order_by("seq")
    for entry in rows:
        for before, after in (ledger.payload_of(entry) or {}).get("hashes", {}).items():
            found[after] = before
    return found


def dump(stream: UUID) -> dict[str, list[dict[str, Any]]]:
    """All co-owned rows and the decision index of a stream, as canonical values, for comparison."""
    found: dict[str, list[dict[str, Any]]] = {}
    for model in tables():
        found[model._meta.db_table] = _rows(model.objects.filter(stream=stream))
    for index, path in INDEX.items():
        found[index._meta.db_table] = _rows(index._default_manager.filter(**{path: stream}))
    return found


def _rows(rows: Any) -> list[dict[str, Any]]:
    return sorted((canonical.plain(dict(row)) for row in rows.values()), key=lambda row: str(canonical.encode(row)))


def verify_tables(stream: UUID) -> Iterator[Problem]:
    """Holds co-owned rows and the decision index of a live stream against its entries."""
    redacted = redacted_hashes(stream)
    by_seq: dict[int, list[CoOwned]] = {}
    closed: dict[int, list[str]] = {}
    for model in tables():
        for row in model.objects.filter(stream=stream):
            if row.computed_hash() != row.content_hash:
                yield Problem(model._meta.db_table, f"row {row.row} was changed behind the ledger's back")
            by_seq.setdefault(row.seq, []).append(row)
            if row.closed_seq is not None:
                closed.setdefault(row.closed_seq, []).append(str(row.row))
    kinds = ("arrangement.founded", "decision.adopted", "decision.expired")
    for entry in Entry.objects.filter(stream=stream, kind__in=kinds).select_related("payload").order_by("seq"):
        said = ledger.payload_of(entry) or {}
        rows = by_seq.pop(entry.seq, [])
        made = {
            "inserted": canonical.root([redacted.get(row.content_hash, row.content_hash) for row in rows]),
            "count": len(rows),
            "closed": sorted(closed.pop(entry.seq, [])),
        }
        if "rows" in said and said["rows"] != made:
            yield Problem(
                f"entry {entry.seq}", "the co-owned rows it made are not those in the tables: changed, added or removed"
            )
        if entry.kind == "arrangement.founded":
            yield from _verify_founding(said)
    for seq in sorted(set(by_seq) | set(closed)):
        yield Problem(f"entry {seq}", "co-owned rows name this entry, which made none")
    yield from _verify_index(stream)


def _verify_founding(said: dict[str, Any]) -> Iterator[Problem]:
    """Every founding party signed the founding itself, with a key that the founding brought."""
    body = canonical.encode(said["founding"])
    public = {key["key"]: (key["holder"], bytes.fromhex(key["public"])) for key in said["keys"]}
    own = {key["holder"]: key["key"] for key in said["keys"] if key.get("own")}
    signed = set()
    for one in said["signatures"]:
        holder, key = public.get(one["key"], ("", b""))
        if own.get(holder, one["key"]) != one["key"]:
            continue  # who holds a key of its own signs with that one
        if holder == one["organisation"] and keys.holds(key, body, bytes.fromhex(one["signature"])):
            signed.add(holder)
    for place in said["founding"]["parties"]:
        if place["organisation"] not in signed:
            yield Problem("entry 0", f"party {place['organisation']} did not sign this founding")


def _verify_index(stream: UUID) -> Iterator[Problem]:
    kept = {
        (model, row.pk): contents(row)
        for model, path in INDEX.items()
        for row in model._default_manager.filter(**{path: stream})
    }
    told = Entry.objects.filter(stream=stream, kind__startswith="decision.").select_related("payload")
    for entry in told.order_by("seq").iterator(2000):
        said = ledger.payload_of(entry)
        for row in index_rows(entry, said) if said is not None else ():
            found = kept.pop((type(row), row.pk), None)
            name = type(row).__name__.lower()
            if found is None:
                yield Problem(f"entry {entry.seq}", f"the {name} that it tells of is missing from the tables")
            elif found != contents(row):
                yield Problem(f"entry {entry.seq}", f"the {name} in the tables is not the one that it tells of")
    for model, pk in sorted(kept, key=str):
        yield Problem(model._meta.db_table, f"row {pk} was added behind the ledger's back")
