"""The counters of a collection. Whoever holds them until the transaction ends adds next, so that what is added comes
in the order in which it is committed, and nobody who reads by `added` ever skips anything.
"""

from uuid import UUID

from trellis.core import clock
from trellis.exchange.models import Clock
from trellis.exchange.schemas import micros


def hold(collection: UUID) -> Clock:
    """The counters, held until the transaction ends; made at their first use."""
    Clock.objects.get_or_create(pk=collection)
    return Clock.objects.select_for_update().get(pk=collection)


def number(collection: UUID) -> int:
    """How many objects a collection has had; nothing is held."""
    return Clock.objects.filter(pk=collection).values_list("number", flat=True).first() or 0


def after(held: Clock) -> int:
    """A moment later than everything in the collection, and not before now."""
    return max(micros(clock.now()), held.added) + 1


def advance(held: Clock, number: int, added: int) -> None:
    """Says how far the collection has come."""
    held.number, held.added = number, added
    held.save(update_fields=["number", "added"])
