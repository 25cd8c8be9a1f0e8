"""Telling those who were served something that they may hold it no longer, and the producer who they are.

What somebody was served is what the access log says. A right is ended first and told afterwards, so that a page that
was on its way when it ended is in the log by then, or was not given out.
"""

import json
from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from trellis.core import clock, ids
from trellis.exchange import clocks, served
from trellis.exchange.logged import KIND as KIND
from trellis.exchange.models import Collection, Ending, StixObject, Withdrawal
from trellis.exchange.schemas import MEDIA, Item, moment
from trellis.parties import selectors as parties

CHUNK = 1000


def inbox(arrangement: UUID, consumer: UUID) -> UUID:
    """The id of the withdrawals collection of one recipient in one arrangement."""
    return ids.derived("exchange.withdrawals", arrangement, consumer)


def tell_due(consumer: UUID | None = None) -> int:
    """Writes the withdrawals of endings that nobody has been told of. Returns how many endings those were."""
    waiting = Ending.objects.filter(told_at=None)
    if consumer is not None:
        waiting = waiting.filter(consumer__in=[consumer]) | waiting.filter(consumer=None)
    return sum(_tell(pk) for pk in waiting.order_by("at", "pk").values_list("pk", flat=True))


@transaction.atomic
def _tell(pk: UUID) -> bool:
    ending = Ending.objects.select_for_update().get(pk=pk)
    if ending.told_at is not None:
        return False
    arrangement = Collection.objects.get(pk=ending.collection).arrangement
    for consumer, stix_ids in sorted(_held(ending).items()):
        counters = clocks.hold(inbox(arrangement, consumer))
        for start in range(0, len(stix_ids), CHUNK):
            added = clocks.after(counters)
            clocks.advance(counters, counters.number + 1, added)
            Withdrawal.objects.create(
                ending=ending.pk,
                arrangement=arrangement,
                collection=ending.collection,
                consumer=consumer,
                producer=ending.producer,
                stix_ids=stix_ids[start : start + CHUNK],
                why=ending.why,
                at=clock.now(),
                number=counters.number,
                added=added,
            )
    ending.told_at = clock.now()
    ending.save(update_fields=["told_at"])
    return True


def _held(ending: Ending) -> dict[UUID, list[str]]:
    """By consumer, the STIX ids of an ending that it was served."""
    gone = {UUID(pk) for pk in ending.objects_gone} or None
    held = served.certain(ending.producer)
    found: dict[UUID, list[str]] = {}
    for reader in held.readers if ending.consumer is None else [ending.consumer]:
        wanted = held.rows_of(reader, gone)
        stix_ids = stix_ids_of(wanted, ending.collection, ending.label)
        if stix_ids:
            found[reader] = stix_ids
    return found


def stix_ids_of(rows: Iterable[UUID], collection: UUID, label: str = "") -> list[str]:
    """The STIX ids of rows of one collection, of one label where one is named, in order and each once."""
    wanted = sorted(rows)
    found: set[str] = set()
    for start in range(0, len(wanted), 5000):
        part = StixObject.records.privileged().filter(pk__in=wanted[start : start + 5000], collection=collection)
        if label:
            part = part.filter(label=label)
        found.update(part.values_list("stix_id", flat=True))
    return sorted(found)


def item(row: Withdrawal) -> Item:
    """A withdrawal as a STIX note about the objects that are withdrawn."""
    at = moment(row.added)
    producer = parties.organisation_names([row.producer]).get(row.producer, "")
    said = {
        "type": "note",
        "spec_version": "2.1",
        "id": f"note--{row.pk}",
        "created": at,
        "modified": at,
        "abstract": "Withdrawn",
        "content": f"{producer}: {row.why}",
        "labels": ["withdrawn"],
        "object_refs": row.stix_ids,
    }
    raw = json.dumps(said, ensure_ascii=False).encode()
    return Item(f"note--{row.pk}", at, row.added, raw, MEDIA, row.producer, row.pk)
