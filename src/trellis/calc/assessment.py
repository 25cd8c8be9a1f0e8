"""Stages, gaps and their order: D17, NA-04, NA-05, NA-07. Rater agreement is in `trellis.calc.raters`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from trellis.calc.figure import Basis, Figure, Method, ratio
from trellis.calc.raters import Agreement, Spread, agreement, krippendorff, spread

__all__ = [
    "Agreement",
    "AlignedActivity",
    "Alignment",
    "FunctionRating",
    "Gap",
    "GapOrder",
    "Spread",
    "Stage",
    "agreement",
    "alignment",
    "gap",
    "krippendorff",
    "order_gaps",
    "spread",
    "stage_reached",
]


@dataclass(frozen=True)
class Stage:
    """`reached` is the stage that counts; None when nothing was answered. `possible` is the stage if every
    unanswered statement turned out true. `blocked_at` is the first stage not met.
    """

    reached: int | None
    possible: int | None
    blocked_at: int | None
    unanswered: int


def stage_reached(statements: Mapping[int, Sequence[bool | None]], lowest: int = 0) -> Stage:
    """The highest stage all of whose statements, and those of every stage below it, are met.

    `statements` maps each stage above `lowest` to its answers, None where unanswered. An unanswered
    statement, or a stage without any, is not met. Statements that do not apply are left out by the caller,
    with a reason.
    """
    answers = [answer for held in statements.values() for answer in held]
    unanswered = sum(answer is None for answer in answers)
    order = sorted(statements)
    if len(answers) == unanswered:
        return Stage(None, order[-1] if order else None, order[0] if order else None, unanswered)
    reached, blocked = lowest, None
    for stage in order:
        if not statements[stage] or not all(answer is True for answer in statements[stage]):
            blocked = stage
            break
        reached = stage
    possible = lowest
    for stage in order:
        if any(answer is False for answer in statements[stage]):
            break
        possible = stage
    return Stage(reached, possible, blocked, unanswered)


@dataclass(frozen=True)
class FunctionRating:
    """Where a function stands. `priority` is the partner's rank, 1 first, None not ranked. `confidence` is
    larger for surer. `group` holds the single ratings behind `current`, None where a member gave none.
    """

    id: str
    current: int | None
    target: int | None
    priority: int | None = None
    confidence: int | None = None
    group: tuple[int | None, ...] = ()
    evidenced: bool = True


@dataclass(frozen=True)
class Gap:
    """`size` in stages, 0 when the target is reached, None when it cannot be known; `status` says which."""

    id: str
    size: int | None
    status: Literal["gap", "target reached", "contested", "not assessed", "no target"]
    priority: int | None
    confidence: int | None
    spread: Spread
    evidenced: bool


@dataclass(frozen=True)
class GapOrder:
    """`ranked` in order; `contested`, `not_assessed` and `no_target` stand beside it, by id, never inside
    it.
    """

    ranked: tuple[Gap, ...]
    contested: tuple[Gap, ...]
    not_assessed: tuple[Gap, ...]
    no_target: tuple[Gap, ...]


def gap(rating: FunctionRating, limit: int = 2) -> Gap:
    """D17: max(0, target - current). A spread of `limit` stages or more makes it contested."""
    seen = spread(rating.group, limit)
    size: int | None = None
    status: Literal["gap", "target reached", "contested", "not assessed", "no target"]
    if rating.current is None:
        status = "not assessed"
    elif rating.target is None:
        status = "no target"
    else:
        size = max(0, rating.target - rating.current)
        status = "contested" if seen.contested else "gap" if size else "target reached"
    return Gap(rating.id, size, status, rating.priority, rating.confidence, seen, rating.evidenced)


def order_gaps(ratings: Sequence[FunctionRating], limit: int = 2) -> GapOrder:
    """D17: by partner priority (unranked last), larger gap, higher confidence (unknown last), id.

    Raises ValueError when an id comes twice.
    """
    gaps = sorted((gap(rating, limit) for rating in ratings), key=lambda item: item.id)
    if len({item.id for item in gaps}) != len(gaps):
        raise ValueError("each function is rated once")
    ranked = sorted((item for item in gaps if item.status in {"gap", "target reached"}), key=_place)
    chosen = {
        name: tuple(item for item in gaps if item.status == name) for name in ("contested", "not assessed", "no target")
    }
    return GapOrder(tuple(ranked), chosen["contested"], chosen["not assessed"], chosen["no target"])


def _place(item: Gap) -> tuple[bool, int, int, bool, int, str]:
    unsure = item.confidence is None
    return (
        item.priority is None,
        item.priority or 0,
        -(item.size or 0),
        unsure,
        -(item.confidence or 0),
        item.id,
    )


@dataclass(frozen=True)
class AlignedActivity:
    """Whether an activity has its context note, legal basis and development-plan objective."""

    id: str
    context_note: bool
    legal_basis: bool
    plan_objective: bool


@dataclass(frozen=True)
class Alignment:
    """NA-07: the rate, and for each activity that lacks something, what it lacks."""

    rate: Figure
    lacking: Mapping[str, tuple[str, ...]]


def alignment(at: Basis, activities: Sequence[AlignedActivity]) -> Alignment:
    """NA-07: activities with context note, legal basis and development-plan objective / all activities."""
    lacking: dict[str, tuple[str, ...]] = {}
    for activity in activities:
        held = {
            "context note": activity.context_note,
            "legal basis": activity.legal_basis,
            "development-plan objective": activity.plan_objective,
        }
        absent = tuple(name for name, present in held.items() if not present)
        if absent:
            lacking[activity.id] = absent
    n = len(activities)
    method = Method("assessment.alignment")
    rate = ratio(at, method, n - len(lacking), n, n=n) if n else at.none(method, "no data", "share")
    return Alignment(rate, lacking)
