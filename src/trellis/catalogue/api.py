"""API of the catalogue: functions and the indicator dictionary."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from ninja import Field, Router, Schema

from trellis.catalogue import selectors, services
from trellis.catalogue.schemas import FunctionView, IndicatorIn, IndicatorView, Step
from trellis.parties import selectors as parties

router = Router(tags=["catalogue"])


class FunctionOut(Schema):
    """A function that the programme supports."""

    id: UUID
    title: str
    description: str
    owner: UUID
    posts: list[str]
    start: str
    withdrawn: bool
    decision: UUID


class FunctionNew(Schema):
    """What proposes a function; with `function` a change of one."""

    title: str
    owner: UUID
    description: str = ""
    posts: list[str] = []
    start: Step = "donor-led"
    function: UUID | None = None
    withdrawn: bool = False
    reason: str = ""


class TargetOut(Schema):
    """A target by a day."""

    by: date
    value: Decimal


class IndicatorOut(Schema):
    """An indicator of a version of the dictionary."""

    id: UUID
    version: int
    changed_in: int
    title: str
    definition: str
    unit: str
    direction: str
    numerator: str
    denominator: str
    per: int
    source: str
    frequency: str
    baseline: Decimal | None
    baseline_on: date | None
    targets: list[TargetOut]
    owner: UUID
    perspective: str
    weight: Decimal
    protected: bool
    level: str
    measures: str
    linked: UUID | None
    figure: str
    figure_params: dict[str, str]


class DictionaryNew(Schema):
    """The whole dictionary as it shall stand."""

    indicators: list[IndicatorIn]
    reason: str = Field(..., description="Why it changes")


class Proposed(Schema):
    """The decision that was proposed."""

    decision: UUID
    about: UUID | None = None


@router.get("/programmes/{programme}/functions", response=list[FunctionOut])
def functions(request: Any, programme: UUID) -> list[FunctionView]:
    """The functions of a programme, those no longer supported too."""
    parties.programme_for(request.viewer, programme)
    return selectors.functions(programme, withdrawn=True)


@router.post("/programmes/{programme}/functions", response={201: Proposed})
def function_propose(request: Any, programme: UUID, body: FunctionNew) -> tuple[int, dict[str, Any]]:
    """Proposes a function, or a change of one."""
    function, decision = services.function_propose(request.viewer, programme, **body.dict())
    return 201, {"decision": decision.pk, "about": function}


@router.get("/programmes/{programme}/indicators", response=list[IndicatorOut])
def indicators(request: Any, programme: UUID, version: int | None = None) -> list[IndicatorView]:
    """The dictionary in force, or one version of it."""
    parties.programme_for(request.viewer, programme)
    return selectors.indicators(programme, version=version)


@router.post("/programmes/{programme}/indicators", response={201: Proposed})
def indicators_propose(request: Any, programme: UUID, body: DictionaryNew) -> tuple[int, dict[str, Any]]:
    """Proposes the whole dictionary as it shall stand."""
    decision = services.indicators_propose(request.viewer, programme, body.indicators, body.reason)
    return 201, {"decision": decision.pk}
