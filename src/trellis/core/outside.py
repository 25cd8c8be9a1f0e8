"""Signatures made outside, by an organisation that holds its own key.

What such an organisation decides is not written until its signature over the exact bytes of the entry is here: the
act is tried, the bytes are kept and given out, and with the signature the same act is done again and makes the same
bytes. Where the stream went on meanwhile the bytes no longer fit, and new ones are signed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from trellis.core import canonical, clock, keys
from trellis.core.conditions import Conflict, Invalid, TrellisError
from trellis.core.models import Key, Unsigned

# What binds an organisation in a stream that it shares: signed with its own key where it has one. A proposal binds
# nobody before a key is turned, and an adoption follows from the keys.
BY_OWN_KEY = ("decision.key", "decision.key-back", "decision.rejected", "decision.withdrawn", "decision.dissent")
# How long bytes wait. The time in an entry is that of its bytes, so they may not lie for long.
WAITS = timedelta(days=1)


class SignatureNeeded(TrellisError):
    """An act of an organisation that signs with its own key. `body` are the bytes that are to be signed."""

    status = 409

    def __init__(self, stream: UUID, key: Key, body: bytes, salt: bytes, payload: bytes, at: datetime) -> None:
        super().__init__(
            _(
                "Your organisation signs with a key that it holds itself, so this waits for its signature."
                " Open the decision, turn the key there, and sign the file that it gives you."
            )
        )
        self.stream, self.key, self.body, self.salt, self.payload, self.at = stream, key, body, salt, payload, at


@dataclass(frozen=True)
class Given:
    """A signature that came back, and the bytes that it was asked for."""

    body: bytes
    salt: bytes
    at: datetime
    signature: bytes


_given: ContextVar[Given | None] = ContextVar("given", default=None)


def given() -> Given | None:
    """The signature that the present act brings."""
    return _given.get()


@contextmanager
def bringing(kept: Unsigned, signature: bytes) -> Iterator[None]:
    """Within it, an act writes the entry that was kept, under this signature."""
    body, salt = kept.body.encode(), bytes(kept.salt)
    token = _given.set(Given(body, salt, kept.at, signature))
    try:
        yield
    finally:
        _given.reset(token)


def signature_for(stream: UUID, key: Key, body: bytes, salt: bytes, payload: bytes, at: datetime) -> bytes:
    """The signature over an entry by a key that is held elsewhere. Raises SignatureNeeded where none was brought,
    Conflict where it is over other bytes, Invalid where it does not hold."""
    brought = _given.get()
    if brought is None:
        raise SignatureNeeded(stream, key, body, salt, payload, at)
    if brought.body != body:
        raise Conflict(_("The ledger went on since these bytes were made: nothing was written. Sign the new ones."))
    check(key, body, brought.signature)
    return brought.signature


def check(key: Key, message: bytes, signature: bytes) -> None:
    """Raises Invalid for a signature that is not of the key's holder."""
    if not keys.holds(bytes(key.public), message, signature):
        raise Invalid({"signature": _("This is not a signature over these bytes by the key of your organisation.")})


def keep(need: SignatureNeeded, actor: Any, act: str, about: UUID, text: str) -> Unsigned:
    """Keeps the bytes of an act until their signature comes; earlier ones for the same act of this person go."""
    Unsigned.objects.filter(person=actor.person, about=about, act=act).delete()
    return Unsigned.objects.create(
        stream=need.stream,
        organisation=actor.organisation,
        person=actor.person,
        about=about,
        act=act,
        text=text,
        key=need.key.pk,
        body=need.body.decode(),
        salt=need.salt,
        payload=need.payload.decode(),
        at=need.at,
    )


def waiting() -> Any:
    """What can still be signed."""
    return Unsigned.objects.filter(made_at__gt=clock.now() - WAITS)


def expire() -> int:
    """Deletes what waited too long; for the worker. Returns how many."""
    return int(Unsigned.objects.filter(made_at__lte=clock.now() - WAITS).delete()[0])


def to_sign(kept: Unsigned, proposal: dict[str, Any] | None) -> bytes:
    """The file that is signed with `trellis sign`: the bytes, what they say, and what is decided."""
    said = {
        "sign": kept.body,
        "salt": bytes(kept.salt),
        "payload": kept.payload,
        "key": kept.key,
        "proposal": proposal,
    }
    return canonical.encode(said)
