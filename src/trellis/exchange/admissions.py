"""When rights came into force and ended, kept beside the rights themselves so that nobody's `date_added` is rewritten.

Rights are always those of the agreements now; an admission only says from when on, in a consumer's own order, the
objects that were there before come to it. Admissions are brought up to date before a consumer is served, after each
decision about an agreement, and by the worker for terms that begin or end.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from trellis.core import clock
from trellis.core.conditions import Conflict
from trellis.exchange import clocks, policy
from trellis.exchange.models import Admission, Collection, Ending
from trellis.parties import selectors as parties

TRIES = 8


@dataclass(frozen=True)
class Admitted:
    """What one consumer may be served of one producer and label: from `block` on what was there, then what comes."""

    producer: UUID
    label: str
    block: int
    number: int


@dataclass(frozen=True)
class Standing:
    """Admissions of one consumer, and how far the collection had come at the moment when they were read."""

    last: int
    number: int
    admitted: tuple[Admitted, ...]


def read(collection: UUID, consumer: UUID) -> Standing:
    """In one statement: what is added later than `last` cannot slip in before an admission that is not seen here."""
    sql = """SELECT c.added, c.number, a.producer, a.label, a.block, a.number FROM exchange_clock c
        LEFT JOIN exchange_admission a
        ON a.collection = c.collection AND a.consumer = %s AND a.ended_at IS NULL WHERE c.collection = %s"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [_key(consumer), _key(collection)])
        rows = cursor.fetchall()
    last, number = rows[0][:2] if rows else (0, 0)
    admitted = (Admitted(_uuid(p), label, block, n) for _last, _number, p, label, block, n in rows if p is not None)
    return Standing(last, number, tuple(admitted))


def _key(value: UUID) -> UUID | str:
    return value if connection.features.has_native_uuid_field else value.hex


def _uuid(value: object) -> UUID:
    return value if isinstance(value, UUID) else UUID(str(value))


def standing(collection: Collection, consumer: UUID) -> Standing:
    """The admissions of a consumer, a party, brought up to date with the rights of now."""
    for _try in range(TRIES):
        found = read(collection.pk, consumer)
        # Rights are read after the admissions: a right that ends in between is not served.
        wanted = policy.rights(collection, consumer, party=True)
        if {(a.producer, a.label) for a in found.admitted} == wanted.keys():
            return found
        settle(collection, [consumer])
    raise Conflict(_("The agreements on this collection are changing just now. Try again."))


@transaction.atomic
def settle(collection: Collection, consumers: Iterable[UUID]) -> int:
    """Begins and ends the admissions of consumers as their rights of now say. Returns how many changed."""
    held = clocks.hold(collection.pk)
    begun: list[Admission] = []
    ended: list[Admission] = []
    at, block = clock.now(), clocks.after(held)
    for consumer in consumers:
        wanted = policy.rights(collection, consumer)
        rows = Admission.objects.filter(collection=collection.pk, consumer=consumer, ended_at=None)
        here = {(row.producer, row.label): row for row in rows}
        ended += [row for pair, row in here.items() if pair not in wanted]
        begun += [
            Admission(
                collection=collection.pk,
                producer=producer,
                consumer=consumer,
                label=label,
                agreement=agreement,
                number=held.number,
                block=block,
                entered_at=at,
            )
            for (producer, label), agreement in wanted.items()
            if (producer, label) not in here
        ]
    Admission.objects.filter(pk__in=[row.pk for row in ended]).update(ended_at=at)
    Ending.objects.bulk_create([_ending(row, at) for row in ended])
    Admission.objects.bulk_create(begun)
    if begun:
        clocks.advance(held, held.number, block + held.number)
    return len(begun) + len(ended)


def _ending(row: Admission, at: datetime) -> Ending:
    return Ending(
        collection=row.collection,
        producer=row.producer,
        consumer=row.consumer,
        label=row.label,
        why=_("No agreement in force lets this be shared any longer."),
        at=at,
    )


def settle_arrangement(arrangement: UUID) -> int:
    """Brings every collection of an arrangement up to date, for all who are or were served."""
    changed = 0
    for collection in Collection.objects.filter(arrangement=arrangement).order_by("pk"):
        open_ = Admission.objects.filter(collection=collection.pk, ended_at=None).values_list("consumer", flat=True)
        changed += settle(collection, sorted(set(open_) | set(parties.sides(arrangement))))
    return changed


def settle_due() -> int:
    """The worker's: terms that began or ended by date, and parties that came or went."""
    stale = 0
    for collection in Collection.objects.order_by("pk"):
        rows = Admission.objects.filter(collection=collection.pk, ended_at=None)
        here: dict[UUID, set[tuple[UUID, str]]] = {c: set() for c in parties.sides(collection.arrangement)}
        for producer, consumer, label in rows.values_list("producer", "consumer", "label"):
            here.setdefault(consumer, set()).add((producer, label))
        behind = [c for c, pairs in here.items() if pairs != set(policy.rights(collection, c))]
        if behind:
            stale += settle(collection, sorted(behind))
    return stale
