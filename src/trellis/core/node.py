"""The installation: made once, with its own key and its own stream."""

from collections.abc import Mapping
from uuid import UUID

from django.conf import settings
from django.db import transaction

from trellis.core import clock, keys, ledger, reading
from trellis.core.conditions import Conflict
from trellis.core.models import Installation, RegisterChange, Stream


def installation() -> Installation | None:
    """This installation, or None before `trellis init`."""
    return Installation.objects.first()


@transaction.atomic
def initialise(name: str) -> Installation:
    """Makes the installation with node key and node stream. Raises Conflict when there is one already."""
    if installation() is not None:
        raise Conflict("This installation is set up already")
    node = Installation.objects.create(name=name, mode=settings.MODE)
    key = keys.create(node.pk)
    ledger.open_stream(node.pk, Stream.Kind.NODE)
    said = {
        "name": name,
        "mode": node.mode,
        "clock_set": clock.is_set(),
        "keys": [{"key": key.pk, "holder": node.pk, "public": bytes(key.public)}],
    }
    ledger.record(node.pk, "node.opened", said, ledger.Actor(node.pk))
    return node


def actor() -> ledger.Actor:
    """The node itself, for the system's own acts (lapse, digest)."""
    node = installation()
    if node is None:
        raise Conflict("This installation is not set up: run `trellis init`")
    return ledger.Actor(node.pk)


def register_change(register: str, row: UUID, data: Mapping[str, object], by: ledger.Actor | None) -> None:
    """Writes a history row for a change of a register."""
    reading.forget()
    RegisterChange.objects.create(
        register=register,
        row=row,
        at=clock.now(),
        by=by.person if by else None,
        organisation=by.organisation if by else None,
        data=dict(data),
    )
