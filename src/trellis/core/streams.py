"""Streams read whole: the live database checked, and a stream written out as far as somebody may see it."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TextIO
from uuid import UUID

from trellis.core import canonical, ledger, ports
from trellis.core.models import Checkpoint, Entry
from trellis.core.verify import KEY_KINDS, Row, Verdict, against, chain

Progress = Callable[[int], None]


COLUMNS = ("body", "hash", "signature", "payload__salt", "payload__body", "payload__redacted_at")


def rows_of(stream: UUID) -> Iterator[Row]:
    """The entries of a live stream as verification reads them: columns only, so that a million go quickly."""
    found = Entry.objects.filter(stream=stream).order_by("seq").values_list(*COLUMNS)
    for body, hash_, signature, salt, payload, redacted_at in found.iterator(5000):
        kept = bytes(salt) if salt is not None else None
        yield Row(body, hash_, bytes(signature), kept, payload, redacted_at is not None)


def row_of(entry: Entry) -> Row:
    """An entry of the live database as verification reads it."""
    payload = entry.payload
    salt = bytes(payload.salt) if payload.salt is not None else None
    return Row(
        entry.body, entry.hash, bytes(entry.signature), salt, payload.body, redacted=payload.redacted_at is not None
    )


def counted(rows: Iterable[Any], progress: Progress | None) -> Iterator[Any]:
    """The rows, telling `progress` every 10,000."""
    for n, row in enumerate(rows, 1):
        if progress and n % 10_000 == 0:
            progress(n)
        yield row


def verify_live(
    stream: UUID, *, signatures: bool = True, tables: bool = True, progress: Progress | None = None
) -> Verdict:
    """Checks a stream of the live database: chain, payloads, signatures, the tables it tells of, its checkpoints."""
    kept = list(Checkpoint.objects.filter(stream=stream))
    verdict = chain(
        counted(rows_of(stream), progress), name=str(stream), signatures=signatures, watch=[c.seq for c in kept]
    )
    for point in kept:
        verdict.problems += against(verdict, canonical.decode(point.body), bytes(point.signature), str(stream))
    if tables and verdict.holds:
        for port in ports.verifiers:
            verdict.problems += list(port(stream))
    return verdict


def line(entry: Entry, shown: bool = True) -> str:
    """One entry as a line of an exported stream. Entries about keys are never withheld."""
    row = row_of(entry)
    shown = shown or entry.kind in KEY_KINDS
    said = {
        "body": row.body,
        "hash": row.hash,
        "signature": row.signature,
        "salt": row.salt if shown else None,
        "payload": row.payload if shown else None,
        "redacted": row.redacted,
    }
    return canonical.encode(said).decode() + "\n"


def export(stream: UUID, out: TextIO, may_see: Callable[[Entry], bool] = lambda entry: True) -> int:
    """Writes a stream as JSON lines. Payloads that the reader may not see are withheld; the chain is not."""
    count = 0
    for entry in ledger.entries(stream):
        out.write(line(entry, may_see(entry)))
        count += 1
    return count
