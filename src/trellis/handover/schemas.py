"""Payloads of handover's decisions, and what its selectors give."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from trellis.calc.handover import Criterion, Readiness, Step
from trellis.catalogue.schemas import FunctionView
from trellis.governance.registry import Said

Key = Literal["mandate", "budget", "holders", "procedures", "reserve", "unaided"]


class PlanSet(Said):
    """A function's handover plan as it shall stand. `mandatory` says so of each criterion; `waived` gives the
    reason
    for each that is not. `step` is the step that the function is on now.
    """

    function: UUID
    target: date
    step: Step
    next_owner: UUID
    notice_days: int = Field(180, ge=1, le=1500)
    mandatory: dict[Key, bool]
    waived: dict[Key, str] = Field(default_factory=dict)
    reason: str = ""


class ChoiceMake(Said):
    """What both sides choose where a function is not ready at its notice point. `target` is for an extension."""

    function: UUID
    choice: Literal["extend once with cause", "move to regional support", "exit with residual risk recorded"]
    cause: str
    target: date | None = None


class Accept(Said):
    """Evidence of a criterion, accepted as it was read: by the record's id and hash, with what it says."""

    function: UUID
    criterion: Key
    evidence: UUID
    evidence_hash: str
    met: bool
    holders: dict[str, int] = Field(default_factory=dict)
    unaided_since: date | None = None
    valid_until: date | None = None


class StepTake(Said):
    """A step on the ladder, forward or back."""

    function: UUID
    step: Step
    reason: str


@dataclass(frozen=True)
class PlanView:
    """A plan in force, or one of its earlier versions."""

    function: UUID
    target: date
    original_target: date
    mandatory: dict[str, bool]
    waived: dict[str, str]
    next_owner: UUID
    notice_days: int
    extended: bool
    choice: str
    reason: str
    at: datetime
    decision: UUID

    @property
    def slip_days(self) -> int:
        """Days between the date first agreed and the present one; below zero when it came forward."""
        return (self.target - self.original_target).days


@dataclass(frozen=True)
class RungView:
    """A step that a function is or was on."""

    step: Step
    since: datetime
    until: datetime | None
    reason: str
    decision: UUID


@dataclass(frozen=True)
class State:
    """A function on its way: plan, step, readiness, what must be chosen, and alerts.

    `next_criteria` gate the step that comes next. `ready_since` is the day on which the last mandatory
    criterion
    was met; None while one is not.
    """

    function: FunctionView
    plan: PlanView | None
    rungs: tuple[RungView, ...]
    readiness: Readiness
    next_criteria: tuple[Criterion, ...]
    choices: tuple[str, ...]
    alerts: tuple[str, ...]
    ready_since: date | None

    @property
    def step(self) -> Step:
        """The step that it is on."""
        return self.rungs[-1].step if self.rungs else self.function.start

    @property
    def stepped(self) -> bool:
        """Whether it stands higher than where it began."""
        from trellis.calc.handover import LADDER

        return LADDER.index(self.step) > LADDER.index(self.function.start)

    @property
    def done(self) -> bool:
        """Whether the partner runs it alone and is ready to."""
        return self.step == "partner-only" and self.readiness.ready
