"""Reads over an explicit scope for the figures of this package, and whose figures a viewer may see."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from trellis.calc.dates import day_start
from trellis.calc.detection import Batch
from trellis.calc.hygiene import Count
from trellis.calc.operations import HuntingLevel
from trellis.calc.patching import Fix
from trellis.operations.models_practice import (
    AlertBatch,
    ExposureMeasure,
    ExposureReading,
    Hunt,
    HuntingStep,
    HygieneCount,
    KevFix,
    PlantedEvent,
)
from trellis.operations.practice.books import BOOKS
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.sharing import gate
from trellis.sharing.models import Evidence
from trellis.sharing.records import Record
from trellis.sharing.rows import RecordQuerySet

Owners = Sequence[UUID]
Period = tuple[date, date] | None


def _rows(model: type[Record], owners: Owners, as_of: datetime) -> RecordQuerySet:
    return model.records.privileged().as_of(as_of).filter(owner__in=list(owners))


def hunts(owners: Owners, period: Period, as_of: datetime) -> tuple[list[bool | None], int]:
    """Whether each hunt done in the period kept a detection, and how many still go on."""
    rows = _rows(Hunt, owners, as_of)
    done = rows.exclude(ended_on=None)
    if period is not None:
        done = done.filter(ended_on__gte=period[0], ended_on__lte=period[1])
    running = rows.filter(ended_on=None)
    if period is not None:
        running = running.filter(started_on__lte=period[1])
    return list(done.order_by("ended_on", "pk").values_list("detection_kept", flat=True)), running.count()


def levels(owner: UUID, as_of: datetime) -> list[HuntingLevel]:
    """The four levels; evidence that was retracted proves nothing."""
    held = {row.level: row for row in _rows(HuntingStep, [owner], as_of)}
    cited = {UUID(one) for row in held.values() for one in row.evidence}
    standing = set(
        Evidence.records.privileged().as_of(as_of).filter(subject__in=cited).values_list("subject", flat=True)
    )
    found = []
    for level in (1, 2, 3, 4):
        row = held.get(level)
        proof = tuple(one for one in (row.evidence if row else ()) if UUID(one) in standing)
        found.append(HuntingLevel(level, row.claimed if row else None, proof))
    return found


def _newest(rows: RecordQuerySet, day: str) -> list[Any]:
    """The newest count of each owner and scope by the date of its source; undated ones come before all others."""
    found: dict[tuple[UUID, str], Any] = {}
    for row in rows:
        key = (row.owner, " ".join(row.scope.casefold().split()))
        last = found.get(key)
        order = (getattr(row, day) or date.min, row.recorded_at, row.seq)
        if last is None or order > (getattr(last, day) or date.min, last.recorded_at, last.seq):
            found[key] = row
    return list(found.values())


def coverage(owners: Owners, measure: str, as_of: datetime) -> list[Count]:
    """The newest count of each scope."""
    rows = _newest(_rows(HygieneCount, owners, as_of).filter(measure=measure), "source_on")
    return [Count(str(row.owner), row.covered, row.in_scope, row.source_on) for row in rows]


def exposures(owners: Owners, measure: str, as_of: datetime) -> list[Count]:
    """The newest reading of each scope, by the date of its inventory."""
    rows = _newest(_rows(ExposureReading, owners, as_of).filter(measure=measure), "inventory_on")
    within = measure != ExposureMeasure.LEAKED
    return [Count(str(row.owner), row.exposed, row.in_scope, row.inventory_on, within) for row in rows]


def batches(owners: Owners, period: Period, as_of: datetime) -> list[Batch]:
    """Alerts of the period; a batch belongs to the quarter of its last day."""
    rows = _rows(AlertBatch, owners, as_of)
    if period is not None:
        rows = rows.filter(last_day__gte=period[0], last_day__lte=period[1])
    return [Batch(*numbers) for numbers in rows.values_list("raised", "true_alerts", "false_alerts")]


def planted(owners: Owners, period: Period, zone: str, as_of: datetime) -> list[bool | None]:
    """Whether each event planted in the period was noticed."""
    rows = _rows(PlantedEvent, owners, as_of)
    if period is not None:
        start, end = (day_start(day, ZoneInfo(zone)) for day in (period[0], period[1] + timedelta(days=1)))
        rows = rows.filter(planted_at__gte=start, planted_at__lt=end)
    return list(rows.order_by("planted_at", "pk").values_list("noticed", flat=True))


def fixes(owners: Owners, as_of: datetime) -> list[Fix]:
    """The known exploited vulnerabilities that are in use."""
    rows = _rows(KevFix, owners, as_of).filter(in_use=True)
    return [Fix(*days) for days in rows.values_list("added_on", "due_on", "available_on", "fixed_on")]


def owners_shown(viewer: Viewer) -> dict[UUID, str]:
    """Organisations of whose records here the viewer may see figures at least: its own first."""
    if viewer.organisation is None:
        return {}
    names = [book.kind for book in BOOKS]
    rows = gate.in_force().filter(gate.audience_is(viewer), data_kind__in=names, about=None, context=None)
    owners = {grant.owner for grant in rows} | {viewer.organisation}
    found = parties.organisation_names(owners)
    return dict(sorted(found.items(), key=lambda pair: (pair[0] != viewer.organisation, pair[1])))


def letting(viewer: Viewer, owners: Owners, kinds: Sequence[str]) -> list[UUID]:
    """Those of the owners that let the viewer see figures of all these kinds: a sum is over them."""
    return [owner for owner in owners if all(gate.may_read_figures(viewer, owner, kind) for kind in kinds)]


def evidence_standing(ids: Sequence[str]) -> set[str]:
    """Those of the cited pieces of evidence that still stand."""
    rows = Evidence.records.privileged().as_of(None).filter(subject__in=[UUID(one) for one in ids])
    return {str(one) for one in rows.values_list("subject", flat=True)}
