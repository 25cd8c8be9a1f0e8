"""API of measurement: readings, statuses of indicators, the scorecard."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from ninja import Router, Schema

from trellis.catalogue import selectors as catalogue
from trellis.measurement import selectors, services
from trellis.measurement.models import Reading
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.sharing import figures

router = Router(tags=["measurement"])


class ReadingOut(Schema):
    """A reading that the caller may read."""

    id: UUID
    indicator: UUID
    owner: UUID
    label: str
    period_start: date
    period_end: date
    part: str
    value: Decimal | None
    numerator: int | None
    denominator: int | None
    source: str
    figure_address: str


class ReadingIn(Schema):
    """A reading: `value`, or `numerator` and `denominator` for a ratio."""

    indicator: UUID
    period_start: date
    period_end: date
    value: Decimal | None = None
    numerator: int | None = None
    denominator: int | None = None
    part: str = ""
    source: str = ""
    evidence: UUID | None = None
    label: str = "AMBER"


class CorrectIn(Schema):
    """What a correction changes, and why."""

    why: str
    value: Decimal | None = None
    numerator: int | None = None
    denominator: int | None = None
    source: str | None = None


class DrawIn(Schema):
    """The period for which a figure is taken."""

    period_start: date
    period_end: date
    label: str = "AMBER"


class FigureOut(Schema):
    """A figure with its address; without a value `reason` says why."""

    title: str
    address: str
    value: str | None
    reason: str | None
    unit: str
    n: int | None
    unknown: int
    withheld_by: list[UUID]


class ScorecardOut(Schema):
    """The scorecard: its total never without the perspectives, and reds and weakest in the parts."""

    total: FigureOut
    parts: dict[str, str | None]
    perspectives: dict[str, FigureOut]
    indicators: dict[str, FigureOut]


def _row(row: Reading) -> dict[str, Any]:
    names = [name for name in ReadingOut.model_fields if name != "id"]
    return {"id": row.subject, **{name: getattr(row, name) for name in names}}


def _figure(viewer: Viewer, kind: str, **params: Any) -> tuple[dict[str, Any], figures.Shown]:
    found = figures.shown(viewer, kind, params)
    made = found.figure
    said = {
        "title": found.title,
        "address": found.ask.address,
        "value": made.text,
        "reason": made.reason,
        "unit": made.unit,
        "n": made.n,
        "unknown": made.unknown,
        "withheld_by": list(found.withheld_by),
    }
    return said, found


@router.get("/programmes/{programme}/readings", response=list[ReadingOut])
def readings(request: Any, programme: UUID, indicator: UUID | None = None) -> list[dict[str, Any]]:
    """The readings that the caller may read, newest period first."""
    return [_row(row) for row in selectors.readings(request.viewer, programme, indicator)]


@router.post("/programmes/{programme}/readings", response={201: ReadingOut})
def reading_record(request: Any, programme: UUID, body: ReadingIn) -> tuple[int, dict[str, Any]]:
    """Records a reading of an indicator that the caller's organisation owns."""
    said = body.dict()
    row = services.reading_record(request.viewer, programme, said.pop("indicator"), **said)
    return 201, _row(row)


@router.post("/programmes/{programme}/readings/{reading}/correct", response=ReadingOut)
def reading_correct(request: Any, programme: UUID, reading: UUID, body: CorrectIn) -> dict[str, Any]:
    """Corrects a reading; the old version stays."""
    changes = body.dict(exclude={"why"}, exclude_unset=True)
    return _row(services.reading_correct(request.viewer, programme, reading, body.why, **changes))


@router.post("/programmes/{programme}/indicators/{indicator}/draw", response={201: ReadingOut})
def reading_draw(request: Any, programme: UUID, indicator: UUID, body: DrawIn) -> tuple[int, dict[str, Any]]:
    """Takes a reading from the figure that feeds the indicator."""
    return 201, _row(services.reading_draw(request.viewer, programme, indicator, **body.dict()))


@router.get("/programmes/{programme}/scorecard", response=ScorecardOut)
def scorecard(request: Any, programme: UUID, version: int | None = None) -> dict[str, Any]:
    """The scorecard by the dictionary in force or by one version; withheld where an owner has not consented."""
    parties.programme_for(request.viewer, programme)
    said, shown = _figure(request.viewer, "measurement.scorecard", programme=programme, version=version)
    held = catalogue.indicators(programme, version=version)
    return {
        "total": said,
        "parts": {name: None if value is None else str(value) for name, value in shown.figure.parts.items()},
        "perspectives": {
            name: _figure(
                request.viewer,
                "measurement.perspective",
                programme=programme,
                perspective=name,
                version=version,
            )[0]
            for name in sorted({one.perspective for one in held})
        },
        "indicators": {
            str(one.id): _figure(
                request.viewer,
                "measurement.progress",
                programme=programme,
                indicator=one.id,
                version=version,
            )[0]
            for one in held
        },
    }
