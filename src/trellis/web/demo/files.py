"""Small invented files of evidence."""

import io

from trellis.core.ledger import Actor
from trellis.sharing import services as sharing
from trellis.sharing.models import Evidence


def kept(actor: Actor, title: str, name: str, text: str) -> Evidence:
    """Keeps a text file as evidence of the actor's organisation."""
    return sharing.evidence_add(actor, title, io.BytesIO(text.encode()), "AMBER", name=name)
