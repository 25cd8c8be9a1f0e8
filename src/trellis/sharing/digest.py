"""The daily digest of the access log, in the stream of each owner, signed by the node."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction

from trellis.core import canonical, clock, ledger, node
from trellis.core.models import Entry
from trellis.sharing.models import Access

KIND = "access.digest"
# What was still being answered at midnight is in the log an hour later.
GRACE = timedelta(hours=1)


def _bounds(day: date) -> tuple[datetime, datetime]:
    start = datetime.combine(day, time(), UTC)
    return start, start + timedelta(days=1)


def row_hash(row: Access) -> str:
    """SHA-256 of one access row, ids as packed."""
    said = {
        "id": row.pk,
        "owner": row.owner,
        "reader": row.reader,
        "person": row.person,
        "kind": row.data_kind,
        "purpose": row.purpose,
        "count": row.count,
        "ids": bytes(row.ids_packed),
        "at": row.at,
    }
    return canonical.digest(canonical.encode(said))


def digest(day: date) -> int:
    """Tells each owner's stream how often its records were read on `day` (UTC), with the root over the rows.

    Returns how many streams were told; a day that is not over yet, or was told before, adds nothing.
    """
    start, end = _bounds(day)
    if clock.now() < end + GRACE:
        return 0
    rows = Access.objects.filter(at__gte=start, at__lt=end)
    owners = sorted(set(rows.values_list("owner", flat=True)))
    return sum(_tell(owner, day, rows.filter(owner=owner).order_by("pk")) for owner in owners)


@transaction.atomic
def _tell(owner: UUID, day: date, rows: Iterable[Access]) -> bool:
    position = ledger.lock(owner)
    if day in _told(owner):
        return False
    hashes: list[str] = []
    by_kind: dict[str, int] = {}
    for row in rows:
        hashes.append(row_hash(row))
        by_kind[row.data_kind] = by_kind.get(row.data_kind, 0) + row.count
    said = {"day": day, "readings": len(hashes), "records": by_kind, "root": canonical.root(hashes)}
    ledger.append(position, KIND, said, node.actor())
    return True


def _told(owner: UUID) -> set[date]:
    entries = Entry.objects.filter(stream=owner, kind=KIND).select_related("payload")
    said = [ledger.payload_of(entry) for entry in entries]
    return {date.fromisoformat(found["day"]) for found in said if found is not None}


def digests_due() -> int:
    """Writes the digests of all days that are over and have none; for the worker. Returns how many."""
    over = (clock.now() - GRACE).replace(hour=0, minute=0, second=0, microsecond=0)
    told = 0
    last: dict[UUID, date] = {}
    days: set[date] = set()
    for owner in Access.objects.filter(at__lt=over).order_by().values_list("owner", flat=True).distinct():
        last[owner] = max(_told(owner), default=date.min)
        since = Access.objects.filter(owner=owner, at__lt=over)
        if last[owner] > date.min:
            since = since.filter(at__gte=_bounds(last[owner])[1])
        days |= {at.astimezone(UTC).date() for at in since.values_list("at", flat=True).iterator()}
    for day in sorted(days):
        told += digest(day)
    return told
