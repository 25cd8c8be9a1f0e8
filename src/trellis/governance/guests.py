"""Organisations that hold a key of a decision and are no party yet: their signing keys in the stream.

A stream verifies only where every signer's key was introduced in it. Who is asked to join has theirs introduced
with the proposal, by who proposes.
"""

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _

from trellis.core import keys, ledger
from trellis.core.conditions import Conflict
from trellis.core.ledger import Actor
from trellis.core.models import Entry
from trellis.parties import selectors as parties
from trellis.parties.services import key_facts


def introduce(arrangement: UUID, organisations: Iterable[UUID], actor: Actor) -> None:
    """Introduces the present keys of those organisations that are no party of the arrangement."""
    known = introduced(arrangement)
    for organisation in sorted(set(organisations) - set(parties.sides(arrangement))):
        for key in keys.in_force(organisation):
            if key.pk not in known:
                ledger.append(ledger.lock(arrangement), "key.introduced", key_facts(key), actor)


def introduced(arrangement: UUID) -> set[UUID]:
    """The keys that a stream introduced after its founding."""
    rows = Entry.objects.filter(stream=arrangement, kind="key.introduced").select_related("payload")
    return {UUID((ledger.payload_of(row) or {})["key"]) for row in rows}


def require_key(arrangement: UUID, organisation: UUID) -> None:
    """Raises Conflict where a guest changed its key since it was introduced: what it signed would not verify."""
    if {key.pk for key in keys.in_force(organisation)} - introduced(arrangement):
        raise Conflict(_("The key of your organisation changed since this was proposed: it has to be proposed again."))
