"""Payloads of planning decisions, and what other areas see of a plan."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from pydantic import Field

from trellis.governance.registry import Said


class DirectionObjectiveSaid(Said):
    """An objective of the strategic direction."""

    id: UUID
    title: str = Field(min_length=1, max_length=300)
    goals: list[str] = []
    sectors: list[str] = []


class DirectionSet(Said):
    """The strategic direction, whole."""

    title: str = Field(min_length=1, max_length=300)
    text: str = ""
    phase: str = "adopted"
    objectives: list[DirectionObjectiveSaid] = []


class PlanObjectiveSaid(Said):
    """An objective of a plan and the objective of the direction that it serves."""

    id: UUID
    title: str = Field(min_length=1, max_length=300)
    serves: UUID | None = None


class ActivitySaid(Said):
    """An activity of a plan. `gaps` are codes of items of the plan's assessment."""

    id: UUID
    title: str = Field(min_length=1, max_length=300)
    strand: str
    kind: str = "other"
    objective: UUID | None = None
    gaps: list[str] = []
    lead: UUID
    start: date
    end: date
    amount: Decimal | None = Field(default=None, max_digits=18, decimal_places=2)
    currency: str = ""
    funded_by: UUID | None = None
    initiated_by: UUID | None = None
    function: str = Field(default="", max_length=60)
    context_note: str = ""
    legal_basis: str = ""
    plan_objective: str = ""
    copied_from: str = Field(default="", max_length=300)
    adaptations: str = ""


class PlanAdopt(Said):
    """A whole plan. `replaces` is the decision that adopted the plan it amends, None for the first one."""

    title: str = Field(min_length=1, max_length=300)
    assessment: UUID
    objectives: list[PlanObjectiveSaid]
    activities: list[ActivitySaid]
    replaces: UUID | None = None
    reason: str = ""


@dataclass(frozen=True)
class ObjectiveView:
    """An objective of the direction; `unfounded` when it names neither goal nor sector (OWN-07)."""

    id: UUID
    title: str
    goals: tuple[str, ...]
    sectors: tuple[str, ...]

    @property
    def unfounded(self) -> bool:
        return not self.goals and not self.sectors


@dataclass(frozen=True)
class DirectionView:
    """The strategic direction in force."""

    title: str
    text: str
    phase: str
    objectives: tuple[ObjectiveView, ...]
    at: datetime
    decision: UUID


@dataclass(frozen=True)
class ActivityView:
    """An activity of the plan in force (or of the plan as of a moment)."""

    id: UUID
    programme: UUID
    title: str
    strand: str
    kind: str
    objective: UUID | None
    gaps: tuple[str, ...]
    lead: UUID
    start: date
    end: date
    amount: Decimal | None
    currency: str
    funded_by: UUID | None
    initiated_by: UUID | None
    function: str
    context_note: str
    legal_basis: str
    plan_objective: str
    copied_from: str
    adaptations: str
    decision: UUID
    at: datetime


@dataclass(frozen=True)
class PlanView:
    """The plan in force."""

    title: str
    number: int
    assessment: UUID
    objectives: tuple[PlanObjectiveSaid, ...]
    activities: tuple[ActivityView, ...]
    decision: UUID
    at: datetime
    reason: str = ""


@dataclass(frozen=True)
class ActivityState:
    """`planned`, `running`, `paused` or `ended`, and why it is so. Computed, never stored (OWN-05)."""

    state: str
    words: str
    reason: str = ""


@dataclass(frozen=True)
class PlanCheck:
    """What the plan check finds. Lists hold titles of activities; `lacking` says what each of them lacks."""

    empty_strands: tuple[str, ...]
    without_objective: tuple[str, ...]
    uncited: tuple[str, ...]
    lacking: Mapping[str, tuple[str, ...]]
    copies_without_adaptations: tuple[str, ...]
    objectives_off_strategy: tuple[str, ...]
    wrong_dates: tuple[str, ...]

    @property
    def clean(self) -> bool:
        return not any(
            (
                self.empty_strands,
                self.without_objective,
                self.uncited,
                self.lacking,
                self.copies_without_adaptations,
                self.objectives_off_strategy,
                self.wrong_dates,
            )
        )


@dataclass(frozen=True)
class ObjectiveWork:
    """OWN-07: the work under one objective of the direction (None: off strategy), funded and unfunded."""

    objective: ObjectiveView | None
    funded: tuple[ActivityView, ...]
    unfunded: tuple[ActivityView, ...]
