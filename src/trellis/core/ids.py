"""Identifiers: UUID version 7 (RFC 9562), so that ids sort by the time they were made."""

import os
import uuid
from threading import Lock

from trellis.core import clock

_lock = Lock()
_last = (0, 0)


def new() -> uuid.UUID:
    """A new UUIDv7. Within one process ids made in the same millisecond still ascend (12-bit counter)."""
    global _last
    chance = os.urandom(9)
    with _lock:
        millis = here = int(clock.now().timestamp() * 1000)
        count = chance[8]
        if millis <= _last[0]:
            millis, count = _last[0], _last[1] + 1
            if count > 0xFFF:
                millis, count = millis + 1, 0
        # A clock that was set back must not drag new ids behind for ever.
        if _last[0] - here > 10_000:
            millis, count = here, 0
        _last = (millis, count)
    tail = int.from_bytes(chance[:8], "big") & ((1 << 62) - 1)
    return uuid.UUID(int=(millis << 80) | (7 << 76) | (count << 64) | (2 << 62) | tail)


def derived(*parts: object) -> uuid.UUID:
    """The same id for the same parts, for rows that an effect makes and a replay must make again."""
    return uuid.uuid5(uuid.UUID("018f0000-0000-7000-8000-7472656c6c69"), "\x1f".join(str(part) for part in parts))
