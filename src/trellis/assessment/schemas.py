"""What others see of assessments: plain frozen values, and the payloads of decisions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from trellis.governance.registry import Said

FOUR_GROUPS = ("government", "law-enforcement", "academia", "private-sector")


class ScopeItem(Said):
    """An item in scope: the partner's target stage, and the institution it belongs to."""

    code: str
    target: int | None = None
    institution: UUID | None = None


class Invited(Said):
    """An organisation that is asked to answer, and the stakeholder group it speaks for."""

    organisation: UUID
    group: str


class AssessmentOpen(Said):
    """Opens an assessment."""

    assessment: UUID
    framework: str
    title: str = Field(min_length=1, max_length=200)
    lead: UUID
    items: list[ScopeItem]
    invited: list[Invited]
    domains: dict[str, list[str]] = {}
    left_out: dict[str, str] = {}
    due: date | None = None


class AssessmentAmend(Said):
    """Adds items and invitations to an open assessment, or changes targets. Nothing is taken out."""

    assessment: UUID
    items: list[ScopeItem] = []
    invited: list[Invited] = []
    reason: str = ""


class AssessmentWaive(Said):
    """Lets an assessment be closed without one group's answer."""

    assessment: UUID
    group: str
    reason: str


class Cited(Said):
    """A rating by version and hash, and what it says."""

    id: UUID
    hash: str
    group: str
    stage: int
    confidence: str
    evidenced: bool


class GroupSpread(Said):
    """One group's ratings of one item."""

    low: int
    middle: int
    high: int
    n: int


class SnapshotItem(Said):
    """An item frozen."""

    code: str
    title: str
    area: str = ""
    current: int | None
    target: int | None
    size: int | None
    status: str
    low: int | None
    high: int | None
    n: int
    confidence: str = ""
    evidenced: bool
    groups: dict[str, GroupSpread]
    ratings: list[Cited]


class AssessmentClose(Said):
    """Closes an assessment and freezes its snapshot."""

    assessment: UUID
    number: int
    as_of: datetime
    responses: dict[str, int]
    items: list[SnapshotItem]


class RankedPriority(Said):
    """A priority; its place in the list is its rank."""

    id: UUID
    title: str = Field(min_length=1, max_length=300)
    note: str = ""
    origin: str = "partner"
    suggested_by: UUID | None = None
    assessment: UUID | None = None
    gaps: list[str] = []


class ClosedPriority(Said):
    """A priority that is given up or done with."""

    id: UUID
    reason: str


class PrioritiesRank(Said):
    """The whole list in its new order. `before` is the order that its author saw."""

    priorities: list[RankedPriority]
    closed: list[ClosedPriority] = []
    before: list[UUID] = []
    trigger: str = ""


@dataclass(frozen=True)
class WaiverView:
    """A waiver as reports show it."""

    group: str
    reason: str
    person: UUID | None
    organisation: UUID
    at: datetime
    decision: UUID


@dataclass(frozen=True)
class AssessmentView:
    """The heading of an assessment."""

    id: UUID
    programme: UUID
    framework: str
    title: str
    lead: UUID
    invited: Mapping[UUID, str]
    domains: Mapping[str, tuple[str, ...]]
    left_out: Mapping[str, str]
    due: date | None
    closed: bool
    number: int | None
    at: datetime
    decision: UUID
    waivers: tuple[WaiverView, ...] = ()


@dataclass(frozen=True)
class GapView:
    """An item of a closed assessment with its place in the order; `order` is None outside the ranking."""

    code: str
    title: str
    area: str
    current: int | None
    target: int | None
    size: int | None
    status: str
    low: int | None
    high: int | None
    n: int
    confidence: str
    evidenced: bool
    priority: int | None = None
    order: int | None = None
    groups: Mapping[str, GroupSpread] = field(default_factory=dict)


@dataclass(frozen=True)
class PriorityView:
    """A priority as it stands."""

    id: UUID
    rank: int | None
    title: str
    note: str
    origin: str
    suggested_by: UUID | None
    assessment: UUID | None
    gaps: tuple[str, ...]
    closed_because: str
    since: datetime
    decision: UUID


@dataclass(frozen=True)
class Change:
    """An item in two snapshots; `moved` is None where either has no stage."""

    code: str
    title: str
    before: int | None
    after: int | None
    moved: int | None
    words: str
