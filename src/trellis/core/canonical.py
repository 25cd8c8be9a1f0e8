"""Canonical bytes: RFC 8785 JSON over a small set of types, so that two machines hash one content alike.

Decimals and money go as strings, times as RFC 3339 in UTC with six digits, text in NFC; floats are refused.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import orjson
import rfc8785

Plain = Any
# Characters beyond the first 65,536 take four bytes in UTF-8; RFC 8785 orders names that hold them in a way of its own.
_ASTRAL = re.compile(rb"[\xf0-\xf7]")


def plain(value: object) -> Plain:
    """`value` as JSON types in canonical form. Raises TypeError for floats and anything unknown."""
    if value is None or isinstance(value, bool):
        return value
    if type(value) is str:
        return value if value.isascii() else unicodedata.normalize("NFC", value)
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, int):
        # RFC 8785 numbers are doubles: what they cannot hold exactly goes as text.
        return value if abs(value) < 2**53 else str(value)
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no canonical form; use text, Decimal, time, id, list or mapping")


def decimal_text(value: Decimal) -> str:
    """A finite Decimal as written, with its scale and without an exponent."""
    if not value.is_finite():
        raise TypeError("a number that is not finite has no canonical form")
    return format(value, "f")


def moment_text(value: datetime) -> str:
    """An aware time as RFC 3339 UTC with six digits. Raises TypeError without a time zone."""
    if value.tzinfo is None:
        raise TypeError("a time without a time zone has no canonical form")
    return value.astimezone(UTC).isoformat(timespec="microseconds")[:26] + "Z"


def encode(value: object) -> bytes:
    """The canonical bytes of `value`."""
    said = plain(value)
    try:
        # The same bytes many times faster, for all that `plain` lets through but names beyond the BMP.
        body = orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        return rfc8785.dumps(said)
    return rfc8785.dumps(said) if _ASTRAL.search(body) else body


def decode(data: bytes | str) -> Plain:
    """JSON types from canonical bytes."""
    return json.loads(data)


def digest(*parts: bytes) -> str:
    """SHA-256 of the parts one after another, as hex."""
    state = hashlib.sha256()
    for part in parts:
        state.update(part)
    return state.hexdigest()


def root(hashes: list[str]) -> str:
    """One hash over many: SHA-256 of the hex hashes in ascending order, a line each."""
    return digest("\n".join(sorted(hashes)).encode())
