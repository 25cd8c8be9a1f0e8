"""From single ratings to what an item stands at: spread by group, current stage, gap. Pure.

The current stage is that of the least sure ground: the lowest of the groups' middle ratings, rounded down.
An item is contested when its single ratings lie `limit` stages apart or more (D17).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from trellis.assessment.schemas import Cited, GroupSpread, ScopeItem, SnapshotItem
from trellis.calc import assessment as calc

SURENESS = {"low": 1, "medium": 2, "high": 3}


@dataclass(frozen=True)
class Answer:
    """A rating as the profile needs it."""

    id: UUID
    hash: str
    code: str
    organisation: UUID | None
    group: str
    stage: int
    confidence: str
    evidenced: bool


def by_code(answers: Iterable[Answer]) -> dict[str, list[Answer]]:
    """Answers by item, in a settled order."""
    found: dict[str, list[Answer]] = defaultdict(list)
    for answer in sorted(answers, key=lambda a: (a.code, a.group, str(a.id))):
        found[answer.code].append(answer)
    return found


def groups_of(answers: Sequence[Answer]) -> dict[str, GroupSpread]:
    """Lowest, middle (lower median, a whole stage), highest and n by group."""
    held: dict[str, list[int]] = defaultdict(list)
    for answer in answers:
        held[answer.group].append(answer.stage)
    return {
        group: GroupSpread(low=min(s), middle=sorted(s)[(len(s) - 1) // 2], high=max(s), n=len(s))
        for group, s in sorted(held.items())
    }


def rating_of(item: ScopeItem, answers: Sequence[Answer], rank: int | None = None) -> calc.FunctionRating:
    """What `calc` needs to know of an item."""
    groups = groups_of(answers)
    return calc.FunctionRating(
        id=item.code,
        current=min((spread.middle for spread in groups.values()), default=None),
        target=item.target,
        priority=rank,
        confidence=min((SURENESS[a.confidence] for a in answers), default=None),
        group=tuple(a.stage for a in answers),
        evidenced=bool(answers) and all(a.evidenced for a in answers),
    )


def frozen(item: ScopeItem, title: str, area: str, answers: Sequence[Answer], limit: int) -> SnapshotItem:
    """An item as its snapshot keeps it."""
    rating = rating_of(item, answers)
    gap = calc.gap(rating, limit)
    words = {number: word for word, number in SURENESS.items()}
    return SnapshotItem(
        code=item.code,
        title=title,
        area=area,
        current=rating.current,
        target=item.target,
        size=gap.size,
        status=gap.status,
        low=gap.spread.low,
        high=gap.spread.high,
        n=gap.spread.n,
        confidence=words.get(gap.confidence or 0, ""),
        evidenced=rating.evidenced,
        groups=groups_of(answers),
        ratings=[
            Cited(
                id=a.id,
                hash=a.hash,
                group=a.group,
                stage=a.stage,
                confidence=a.confidence,
                evidenced=a.evidenced,
            )
            for a in answers
        ],
    )
