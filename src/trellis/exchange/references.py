"""Which objects name which: an index over what the texts say, so that what points at an object is one look-up.

It is written with the objects, up to the number of `ReferenceMark`, and where it is behind or lost it is filled from
the texts when somebody asks. Markings and `created_by_ref` are left out: nearly every object has them, and they say
what it is and whose, not what it belongs to. Who may see what is found is asked of the gate.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from trellis.exchange import clocks, stix
from trellis.exchange.models import StixObject
from trellis.exchange.models_columns import Reference, ReferenceMark

STEP = 5_000  # objects that are read at once where the index is behind
AT_ONCE = 20_000  # and for one question, unless all is asked for
TABLE = Reference._meta.db_table
COLUMNS = "collection, target, number, source"


class Named(NamedTuple):
    """An object that is named by a version with a number."""

    target: str
    number: int
    source: UUID


def of(raw: str, number: int, source: UUID) -> list[Named]:
    """What a text names."""
    return [Named(target, number, source) for target in stix.targets(stix.said(raw))] if raw else []


def keep(collection: UUID, before: int, after: int, found: Sequence[Named], gone: Iterable[UUID] = ()) -> None:
    """Adds what versions name that were written after `before` up to `after`, and drops what is gone.

    The caller holds the collection's clock. Where the index is behind it stays so: it is filled when somebody asks.
    """
    replaced = list(gone)
    for start in range(0, len(replaced), STEP):
        Reference.objects.filter(source__in=replaced[start : start + STEP]).delete()
    moved = ReferenceMark.objects.filter(collection=collection, number=before).update(number=after)
    if not moved and not before:
        moved = ReferenceMark.objects.get_or_create(collection=collection, defaults={"number": after})[1]
    if moved:
        _write(collection, found)


def _write(collection: UUID, found: Sequence[Named]) -> None:
    if not found:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.cursor.copy(f"COPY {TABLE} ({COLUMNS}) FROM STDIN") as copy:
                # An id has no letter that this format would take for its own.
                copy.write("".join(f"{collection}\t{t}\t{n}\t{s}\n" for t, n, s in found).encode())
            return
        statement = f"INSERT INTO {TABLE} ({COLUMNS}) VALUES (%s, %s, %s, %s)"  # noqa: S608 - own words
        cursor.executemany(statement, [(collection.hex, t, n, s.hex) for t, n, s in found])


def forget(sources: Iterable[UUID]) -> None:
    """Drops what versions name whose text is gone."""
    Reference.objects.filter(source__in=list(sources)).delete()


def to(collection: UUID, target: str) -> Iterator[list[UUID]]:
    """The versions that name an object, newest first, a few and then more at once."""
    rows = Reference.objects.filter(collection=collection, target=target).order_by("-number")
    last, size = 2**63 - 1, 200
    while part := list(rows.filter(number__lt=last).values_list("number", "source")[:size]):
        yield [source for _number, source in part]
        if len(part) < size:
            return
        last, size = part[-1][0], STEP


def fill(collection: UUID, whole: bool = False) -> bool:
    """Reads texts that are not in the index yet; all of them if `whole`. Returns whether none is left."""
    left = None if whole else AT_ONCE
    while True:
        done, there = _standing(collection)
        if done >= there:
            return True
        if left is not None and left <= 0:
            return False
        _step(collection)
        left = None if left is None else left - STEP


def _standing(collection: UUID) -> tuple[int, int]:
    done = ReferenceMark.objects.filter(pk=collection).values_list("number", flat=True).first() or 0
    return done, clocks.number(collection)


@transaction.atomic
def _step(collection: UUID) -> None:
    held = clocks.hold(collection)
    mark, _made = ReferenceMark.objects.get_or_create(collection=collection)
    upto = min(mark.number + STEP, held.number)
    rows = StixObject.records.privileged().as_of(None).filter(collection=collection, redacted_at=None)
    rows = rows.filter(number__gt=mark.number, number__lte=upto)
    found: list[Named] = []
    sources: list[Any] = []
    for pk, number, raw in rows.values_list("pk", "number", "raw"):
        sources.append(pk)
        found += of(raw, number, pk)
    forget(sources)  # of an index that lost its mark alone
    _write(collection, found)
    mark.number = upto
    mark.save(update_fields=["number"])
