"""API of acts that wait for a signature made outside."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Router, Schema

from trellis.core import canonical, outside
from trellis.governance import signing
from trellis.governance.api import DecisionFull, _full
from trellis.parties.own_keys import signature_from

router = Router(tags=["governance"])


class ActIn(Schema):
    """What is to be done: turn, take-back, reject, withdraw or dissent; the last three with words."""

    act: str
    text: str = ""


class UnsignedOut(Schema):
    """`file` is what `trellis sign` takes; its `sign` holds the text whose UTF-8 bytes are signed."""

    id: UUID
    decision: UUID
    act: str
    until: datetime
    file: dict[str, Any]


class SignatureIn(Schema):
    """64 bytes as hex or base64."""

    signature: str


@router.post("/decisions/{decision}/unsigned", response={201: UnsignedOut})
def unsigned(request: Any, decision: UUID, body: ActIn) -> tuple[int, dict[str, Any]]:
    """Tries an act of an organisation that holds its own key, and gives the bytes that it signs."""
    kept = signing.prepare(request.viewer, decision, body.act, body.text)
    file = canonical.decode(signing.file_of(kept))
    until = kept.made_at + outside.WAITS
    return 201, {"id": kept.pk, "decision": decision, "act": kept.act, "until": until, "file": file}


@router.post("/unsigned/{unsigned}/sign", response=DecisionFull)
def sign(request: Any, unsigned: UUID, body: SignatureIn) -> dict[str, Any]:
    """Does the act under its signature; 409 where the ledger went on since, and new bytes have to be signed."""
    return _full(request, signing.complete(request.viewer, unsigned, signature_from(body.signature)).pk)
