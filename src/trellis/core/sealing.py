"""Secrets that a database keeps, encrypted with the installation's own (AES-256-GCM, a key for each purpose).

Whoever has the database alone reads none of them; the operator, who has the installation's secret too, could. What is
bound to something cannot be opened where it is moved to something else.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Closed(Exception):
    """It cannot be opened: sealed with another secret, for another purpose, or bound to something else."""


def _sealer(purpose: str) -> AESGCM:
    kdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=b"trellis", info=purpose.encode())
    return AESGCM(kdf.derive(settings.SECRET_KEY.encode()))


def seal(purpose: str, secret: bytes, bound: bytes | None = None) -> bytes:
    """The encrypted secret, its random nonce (12 bytes) first."""
    nonce = os.urandom(12)
    return nonce + _sealer(purpose).encrypt(nonce, secret, bound)


def opened(purpose: str, sealed: bytes | memoryview, bound: bytes | None = None) -> bytes:
    """The secret. Raises Closed."""
    raw = bytes(sealed)
    try:
        return _sealer(purpose).decrypt(raw[:12], raw[12:], bound)
    except (InvalidTag, ValueError):
        raise Closed() from None
