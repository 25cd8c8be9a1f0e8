"""Streams as files: verification of a file alone, and replay into an empty database."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from trellis.core import canonical, ledger
from trellis.core.models import Entry, Payload, Stream
from trellis.core.streams import Progress, counted, export, row_of, rows_of, verify_live
from trellis.core.verify import Row, Verdict, against, chain
from trellis.governance.replay import replay

__all__ = ["FileProblem", "export", "load", "read", "row_of", "rows_of", "verify_file", "verify_live"]


# What a stream is, by its first entry.
FIRST = {"organisation.opened": Stream.Kind.ORGANISATION, "node.opened": Stream.Kind.NODE}


class FileProblem(Exception):
    """A file is not an exported stream; says at which line and why."""


def read(lines: Iterable[str]) -> Iterator[Row]:
    """The rows of an exported stream. Raises FileProblem for a line that is not an entry."""
    for number, line in enumerate(lines, 1):
        try:
            said = canonical.decode(line)
            salt = bytes.fromhex(said["salt"]) if said["salt"] else None
            yield Row(
                said["body"], said["hash"], bytes.fromhex(said["signature"]), salt, said["payload"], said["redacted"]
            )
        except (ValueError, KeyError, TypeError) as error:
            raise FileProblem(f"line {number} is not an entry of an exported stream: {error}") from None


def verify_file(
    lines: Iterable[str],
    *,
    checkpoints: Iterable[dict[str, Any]] = (),
    signatures: bool = True,
    pinned: Iterable[str] = (),
    progress: Progress | None = None,
) -> Verdict:
    """Checks an exported stream with nothing but the file, and checkpoints kept elsewhere."""
    points = list(checkpoints)
    verdict = chain(
        counted(read(lines), progress),
        name="file",
        signatures=signatures,
        withheld_allowed=True,
        watch=[p["body"]["seq"] for p in points],
        pinned=pinned,
    )
    for point in points:
        verdict.problems += against(verdict, point["body"], bytes.fromhex(point["signature"]), "file")
    return verdict


@transaction.atomic
def load(lines: Iterable[str]) -> tuple[UUID, int]:
    """Stores an exported stream in this database and replays it into its co-owned tables. All or nothing."""
    stream: UUID | None = None
    for row in read(lines):
        head = canonical.decode(row.body)
        if stream is None:
            stream = UUID(head["stream"])
            ledger.open_stream(stream, FIRST.get(head["kind"], Stream.Kind.ARRANGEMENT))
        entry = Entry.objects.create(
            stream_id=stream,
            seq=head["seq"],
            at=datetime.fromisoformat(head["at"]),
            kind=head["kind"],
            organisation=UUID(head["organisation"]),
            person=UUID(head["person"]) if head["person"] else None,
            body=row.body,
            hash=row.hash,
            signature=row.signature,
        )
        gone = entry.at if row.redacted else None
        Payload.objects.create(entry=entry, salt=row.salt, body=row.payload, redacted_at=gone)
    if stream is None:
        raise FileProblem("the file is empty")
    return stream, replay(ledger.entries(stream))
