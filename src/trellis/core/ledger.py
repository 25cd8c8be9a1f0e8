"""The ledger: append-only streams of entries, each chained to the one before and signed by who acted."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from trellis.core import canonical, clock, keys, outside, reading
from trellis.core.models import Checkpoint, Entry, Key, Payload, Stream

FORMAT = 1
GENESIS = "0" * 64
# A clock may be corrected by a little; a larger step back is a fault that must be seen.
SKEW_SECONDS = 5.0


@dataclass(frozen=True)
class Actor:
    """Who acts: a person for an organisation. The node acts without a person."""

    organisation: UUID
    person: UUID | None = None


@dataclass(frozen=True)
class Position:
    """Where the next entry of a locked stream goes: sequence number, time, and the hash before it."""

    stream: UUID
    seq: int
    at: datetime
    prev: str


def open_stream(stream: UUID, kind: str) -> Stream:
    """Makes the stream, or returns it."""
    return Stream.objects.get_or_create(pk=stream, defaults={"kind": kind})[0]


def lock(stream: UUID) -> Position:
    """Holds the stream until the transaction ends and says where its next entry goes.

    Must be called inside a transaction. The time is taken after the lock, so sequence and time agree.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("A stream is locked only inside a transaction")
    Stream.objects.select_for_update().get(pk=stream)
    reading.forget()  # what was read before may have changed while somebody else held the stream
    last = head(stream)
    at = clock.now()
    if last is None:
        return Position(stream, 0, at, GENESIS)
    if (last.at - at).total_seconds() > SKEW_SECONDS:
        raise clock.ClockError(f"The clock stands before the last entry of stream {stream} ({last.at.isoformat()})")
    return Position(stream, last.seq + 1, max(at, last.at), last.hash)


def head(stream: UUID) -> Entry | None:
    """The last entry of a stream."""
    return Entry.objects.filter(stream=stream).order_by("-seq").first()


def append(
    position: Position, kind: str, payload: dict[str, Any], actor: Actor, *, version: int = 1, key: Key | None = None
) -> Entry:
    """Writes the next entry at a position taken with `lock` in the same transaction, signed by the actor.

    Raises SignatureNeeded where the actor's organisation holds its key itself and no signature of it was brought.
    """
    content = canonical.encode(payload)
    own = keys.own(actor.organisation) if key is None and kind in outside.BY_OWN_KEY else None
    key = own or key or keys.current(actor.organisation)
    brought = outside.given() if own else None
    salt = brought.salt if brought else os.urandom(16)
    if brought:  # the same entry again: nothing came between, so its time still lies after the one before
        position = replace(position, at=brought.at)
    body = canonical.encode(
        {
            "v": FORMAT,
            "stream": position.stream,
            "seq": position.seq,
            "at": position.at,
            "kind": kind,
            "version": version,
            "organisation": actor.organisation,
            "person": actor.person,
            "key": key.pk,
            "payload_hash": canonical.digest(salt, content),
            "prev": position.prev,
        }
    )
    if own:
        signature = outside.signature_for(position.stream, own, body, salt, content, position.at)
    else:
        signature = keys.sign(key, body)
    entry = Entry.objects.create(
        stream_id=position.stream,
        seq=position.seq,
        at=position.at,
        kind=kind,
        organisation=actor.organisation,
        person=actor.person,
        body=body.decode(),
        hash=canonical.digest(body),
        signature=signature,
    )
    Payload.objects.create(entry=entry, salt=salt, body=content.decode())
    reading.forget()
    return entry


@transaction.atomic
def record(stream: UUID, kind: str, payload: dict[str, Any], actor: Actor) -> Entry:
    """Locks, appends, and returns the entry: for single entries that nothing else depends on."""
    return append(lock(stream), kind, payload, actor)


def payload_of(entry: Entry) -> dict[str, Any] | None:
    """What the entry says: after a redaction, what that left of it. None where all of it is gone."""
    body = entry.payload.body
    if body is not None:
        return dict(canonical.decode(body))
    for later in reversed(redactions_of(entry)):
        if later.payload.body is not None:
            return dict(canonical.decode(later.payload.body)["left"])
    return None


def redactions_of(entry: Entry) -> list[Entry]:
    """The later entries that took something out of this one and still say what they left of it."""
    rows = Entry.objects.filter(stream=entry.stream_id, kind="redaction", seq__gt=entry.seq, payload__redacted_at=None)
    return [
        row
        for row in rows.select_related("payload").order_by("seq")
        if canonical.decode(row.payload.body or "{}").get("entry") == entry.seq
    ]


def entries(stream: UUID, after: int = -1) -> Iterator[Entry]:
    """The entries of a stream in order, with their payloads."""
    return Entry.objects.filter(stream=stream, seq__gt=after).order_by("seq").select_related("payload").iterator(2000)


def checkpoint(stream: UUID, party: UUID, signer: Actor) -> Checkpoint:
    """Signs where the stream stands now, for `party` to keep outside this installation."""
    last = head(stream)
    if last is None:
        raise ValueError("an empty stream has no checkpoint")
    key = keys.current(signer.organisation)
    body = canonical.encode(
        {
            "stream": stream,
            "seq": last.seq,
            "hash": last.hash,
            "at": clock.now(),
            "signer": signer.organisation,
            "key": key.pk,
            "public": bytes(key.public),
        }
    )
    return Checkpoint.objects.create(
        stream_id=stream, party=party, seq=last.seq, at=clock.now(), body=body.decode(), signature=keys.sign(key, body)
    )
