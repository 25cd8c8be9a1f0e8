"""Signing keys: made, sealed with the installation's secret, used.

Keys held here prove integrity against everyone but the operator of the installation, who could use them.
"""

from functools import lru_cache
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.utils.translation import gettext as _

from trellis.core import clock, sealing
from trellis.core.conditions import TrellisError
from trellis.core.models import Key

PURPOSE = "signing keys"


class KeyProblem(TrellisError):
    """There is no key to sign with, or it cannot be opened."""

    status = 409


def seal(private: bytes) -> bytes:
    """Encrypts 32 private bytes with the installation's secret."""
    return sealing.seal(PURPOSE, private)


def create(holder: UUID) -> Key:
    """Makes and stores a key for an organisation or for the node."""
    private = Ed25519PrivateKey.generate()
    return Key.objects.create(
        holder=holder, public=private.public_key().public_bytes_raw(), sealed=seal(private.private_bytes_raw())
    )


def current(holder: UUID) -> Key:
    """The newest key of `holder` that lies here and is not revoked. Raises KeyProblem when there is none."""
    rows = Key.objects.filter(holder=holder, revoked_at=None, sealed__isnull=False)
    key = rows.order_by("-introduced_at", "-id").first()
    if key is None:
        raise KeyProblem(_("This organisation has no signing key in force."))
    return key


def own(holder: UUID) -> Key | None:
    """The key in force that `holder` keeps itself, if there is one: only its public half is here."""
    rows = Key.objects.filter(holder=holder, revoked_at=None, sealed__isnull=True)
    return rows.order_by("-introduced_at", "-id").first()


def in_force(holder: UUID) -> list[Key]:
    """The keys that `holder` signs with now: the one that lies here, and its own where it has one."""
    mine = own(holder)
    return [current(holder), mine] if mine else [current(holder)]


def sign(key: Key, message: bytes) -> bytes:
    """The Ed25519 signature (64 bytes). Raises KeyProblem for a key held elsewhere or sealed by another secret."""
    if key.sealed is None:
        raise KeyProblem(_("This key is held by its organisation, not here."))
    try:
        private = sealing.opened(PURPOSE, key.sealed)
    except sealing.Closed as error:
        raise KeyProblem(_("The signing key cannot be opened: the secret of this installation changed.")) from error
    return Ed25519PrivateKey.from_private_bytes(private).sign(message)


@lru_cache(maxsize=1024)
def _opened(public: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public)


def holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` is of `message` by the holder of `public`."""
    try:
        _opened(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def revoke(key: Key) -> None:
    """Takes a key out of use from now on; what it signed before still holds."""
    key.revoked_at = clock.now()
    key.save(update_fields=["revoked_at"])
