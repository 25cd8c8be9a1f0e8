"""Holds the live records of one organisation against the roots in its stream."""

from collections.abc import Iterator
from uuid import UUID

from trellis.core import canonical, ledger
from trellis.core.models import Entry
from trellis.core.verify import Problem
from trellis.sharing.records import Record, data_kinds


def verify_records(stream: UUID) -> Iterator[Problem]:
    """Finds records changed, removed or added behind the ledger's back, and closings that no successor explains."""
    hashes: dict[int, list[str]] = {}
    for kind in data_kinds():
        rows = kind.model.records.privileged().filter(owner=stream)
        successors = dict(rows.exclude(supersedes=None).values_list("supersedes", "recorded_at"))
        for row in rows.iterator(2000):
            hashes.setdefault(row.seq, []).append(row.content_hash)
            yield from _row(row, successors.get(row.pk), kind.name)
    for entry in Entry.objects.filter(stream=stream, kind="records.written").select_related("payload").order_by("seq"):
        said = ledger.payload_of(entry)
        found = hashes.pop(entry.seq, [])
        if said is not None and (said["count"] != len(found) or said["root"] != canonical.root(found)):
            yield Problem(
                f"entry {entry.seq}",
                f"told of {said['count']} records and {len(found)} stand: records were changed, added or removed",
            )
    for seq in sorted(hashes):
        yield Problem(f"entry {seq}", "records name this entry, which wrote none")


def _row(row: Record, followed_at: object, kind: str) -> Iterator[Problem]:
    if row.redacted_at is None and (row.salt is None or row.computed_hash() != row.content_hash):
        yield Problem(f"{kind} {row.pk}", "was changed behind the ledger's back")
    if followed_at is None and row.superseded_when_written():
        followed_at = row.recorded_at
    if row.superseded_at != followed_at:
        yield Problem(f"{kind} {row.pk}", "is marked as superseded, or not, against what its successor says")
