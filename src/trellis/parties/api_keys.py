"""API of the signing key that an organisation holds itself."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Router, Schema

from trellis.core import keys
from trellis.core.conditions import Hidden
from trellis.parties import own_keys, selectors

router = Router(tags=["parties"])


class OwnKeyOut(Schema):
    """The key in force that the caller's organisation holds, null without one, and the statement that a new one signs."""

    key: UUID | None
    public: str | None
    registered_at: datetime | None
    statement: str


class OwnKeyIn(Schema):
    """A public key (hex, base64 or PEM) and its signature over the statement (hex or base64)."""

    public: str
    signature: str


def _shown(organisation: UUID) -> dict[str, Any]:
    key = keys.own(organisation)
    return {
        "key": key.pk if key else None,
        "public": bytes(key.public).hex() if key else None,
        "registered_at": key.introduced_at if key else None,
        "statement": own_keys.statement(organisation).decode(),
    }


@router.get("/organisation/own-key", response=OwnKeyOut)
def own_key(request: Any) -> dict[str, Any]:
    """The key that the caller's organisation holds itself, if it does."""
    if request.viewer.organisation is None:
        raise Hidden()
    return _shown(request.viewer.organisation)


@router.post("/organisation/own-key", response={201: OwnKeyOut})
def own_key_register(request: Any, body: OwnKeyIn) -> tuple[int, dict[str, Any]]:
    """Registers a key that the organisation holds: its administrators only. Decisions then wait for its signature."""
    streams = [p.id for p in selectors.programmes_of(request.viewer)]
    public, signature = own_keys.public_from(body.public), own_keys.signature_from(body.signature)
    own_keys.own_key_register(request.viewer, public, signature, streams)
    return 201, _shown(request.viewer.organisation)


@router.post("/organisation/own-key/withdraw", response=OwnKeyOut)
def own_key_withdraw(request: Any) -> dict[str, Any]:
    """Takes the organisation's own key out of use: its administrators only."""
    own_keys.own_key_withdraw(request.viewer, [p.id for p in selectors.programmes_of(request.viewer)])
    return _shown(request.viewer.organisation)
