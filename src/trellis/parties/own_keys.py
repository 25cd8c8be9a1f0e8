"""A signing key that an organisation holds itself: registered by its administrators, announced in its streams.

The private half never comes here. With it the organisation signs what binds it in a shared stream; what it records
for itself is still signed with the key that lies on the installation.
"""

import base64
import binascii
from collections.abc import Iterable
from uuid import UUID

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.db import transaction
from django.utils.translation import gettext as _

from trellis.core import canonical, keys, ledger
from trellis.core.conditions import Conflict, Hidden, Invalid
from trellis.core.ledger import Actor
from trellis.core.models import Key
from trellis.parties.schemas import Viewer
from trellis.parties.services import key_facts, require_administrator

PURPOSE = "trellis: this organisation signs with the key that signed this"


def statement(organisation: UUID) -> bytes:
    """What the holder of a new key signs with it, so that nobody registers a key that they do not have."""
    return canonical.encode({"purpose": PURPOSE, "organisation": organisation})


def public_from(text: str) -> bytes:
    """The 32 bytes of a public key given as hex, base64 or PEM. Raises Invalid."""
    if "BEGIN" in text:
        try:
            key: object = load_pem_public_key(text.strip().encode())
        except (ValueError, UnsupportedAlgorithm):
            key = None
        found = key.public_bytes_raw() if isinstance(key, Ed25519PublicKey) else b""
    else:
        found = _bytes(text)
    if len(found) != 32:
        raise Invalid({"public": _("This is not an Ed25519 public key in hex, base64 or PEM.")})
    return found


def signature_from(text: str) -> bytes:
    """The 64 bytes of a signature given as hex or base64. Raises Invalid."""
    found = _bytes(text)
    if len(found) != 64:
        raise Invalid({"signature": _("A signature has 64 bytes, as 128 hex digits or 88 characters of base64.")})
    return found


def _bytes(text: str) -> bytes:
    text = "".join(text.split())
    try:
        return bytes.fromhex(text)
    except ValueError:
        pass
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


@transaction.atomic
def own_key_register(viewer: Viewer, public: bytes, signature: bytes, arrangements: Iterable[UUID]) -> Key:
    """Registers a key that the viewer's organisation holds, in its own stream and in those of its arrangements.

    `signature` is over `statement`, made with the new key. A key of its own that was in force before is revoked.
    """
    if viewer.organisation is None:
        raise Hidden()
    actor = require_administrator(viewer, viewer.organisation)
    if not keys.holds(public, statement(viewer.organisation), signature):
        raise Invalid({"signature": _("This is not a signature over the statement by this key.")})
    if Key.objects.filter(public=public).exists():
        raise Invalid({"public": _("This key is known already. Make a new one.")})
    before = keys.own(viewer.organisation)
    made = Key.objects.create(holder=viewer.organisation, public=public, sealed=None)
    _announce(actor, arrangements, made, before)
    return made


@transaction.atomic
def own_key_withdraw(viewer: Viewer, arrangements: Iterable[UUID]) -> None:
    """Takes the organisation's own key out of use: from now on the key on the installation signs everything again."""
    if viewer.organisation is None:
        raise Hidden()
    actor = require_administrator(viewer, viewer.organisation)
    before = keys.own(viewer.organisation)
    if before is None:
        raise Conflict(_("Your organisation has no key of its own in force."))
    _announce(actor, arrangements, None, before)


def _announce(actor: Actor, arrangements: Iterable[UUID], made: Key | None, before: Key | None) -> None:
    for stream in [actor.organisation, *sorted(arrangements)]:
        if made is not None:
            ledger.append(ledger.lock(stream), "key.introduced", key_facts(made), actor)
        if before is not None:
            ledger.append(ledger.lock(stream), "key.revoked", {"key": before.pk}, actor)
    if before is not None:
        keys.revoke(before)
