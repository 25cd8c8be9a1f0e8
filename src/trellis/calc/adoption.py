"""D24: policies adopted and in force of those due, and agencies that work together by protocols they exercise.

MEA-08 and MEA-09. Days are calendar days of the programme; `day` is the one that is asked about.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from trellis.calc.dates import add_months
from trellis.calc.figure import Basis, Figure, Method, Value, caveat, ratio

Step = Literal["planned", "drafted", "consulted", "adopted", "in force", "ended"]
LADDER: tuple[Step, ...] = ("planned", "drafted", "consulted", "adopted", "in force", "ended")

DRAFT_IS_NONE = caveat("a draft counts as nothing, however far it is")
ON_PAPER = caveat("protocols that were not exercised in time are counted apart, as on paper only")


@dataclass(frozen=True)
class Policy:
    """A policy that was planned, due on a day; the day of each step that it has reached, None where it has not."""

    id: str
    due: date
    strategy: str = ""
    drafted: date | None = None
    consulted: date | None = None
    adopted: date | None = None
    in_force: date | None = None
    ended: date | None = None

    def step(self, day: date) -> Step:
        """The step that it stands on: the last one reached by the day. In force needs to be adopted too."""
        if _by(self.ended, day):
            return "ended"
        if _by(self.adopted, day):
            return "in force" if _by(self.in_force, day) else "adopted"
        if _by(self.consulted, day):
            return "consulted"
        return "drafted" if _by(self.drafted, day) else "planned"


def _by(reached: date | None, day: date) -> bool:
    return reached is not None and reached <= day


def adoption(at: Basis, policies: Sequence[Policy], day: date) -> Figure:
    """D24: adopted and in force / planned and due on `day`. What is not due yet is in neither number.

    `parts` has the ladder of those due and how many are not due, of which already in force.
    """
    due = [policy for policy in policies if policy.due <= day]
    ahead = [policy for policy in policies if policy.due > day]
    ladder = Counter(policy.step(day) for policy in due)
    parts: dict[str, Value] = {f"due_{step.replace(' ', '_')}": ladder[step] for step in LADDER}
    parts |= {"not_due": len(ahead), "early": sum(policy.step(day) == "in force" for policy in ahead)}
    return ratio(
        at,
        Method("measurement.policies"),
        ladder["in force"],
        len(due),
        n=len(due),
        parts=parts,
        caveats=(DRAFT_IS_NONE,),
    )


def by_strategy(policies: Sequence[Policy]) -> dict[str, list[Policy]]:
    """The policies of each strategy, by its name."""
    found: dict[str, list[Policy]] = {}
    for policy in sorted(policies, key=lambda one: (one.strategy, one.due, one.id)):
        found.setdefault(policy.strategy, []).append(policy)
    return found


@dataclass(frozen=True)
class Pair:
    """Two agencies that are required to work together (or not), their protocol's term, and its last exercise."""

    id: str
    required: bool = True
    starts: date | None = None
    ends: date | None = None
    exercised: date | None = None


PairState = Literal["exercised", "paper", "none"]


def pair_state(pair: Pair, day: date, months: int = 12) -> PairState:
    """Exercised in time under a protocol in force; on paper only; or no protocol in force on that day."""
    if not _by(pair.starts, day) or (pair.ends is not None and pair.ends < day):
        return "none"
    assert pair.starts is not None
    first = max(add_months(day, -months), pair.starts)
    held = pair.exercised is not None and first <= pair.exercised <= day
    return "exercised" if held else "paper"


def cooperation(at: Basis, pairs: Sequence[Pair], day: date, months: int = 12) -> Figure:
    """D24: required pairs with a protocol in force and exercised in the last `months` / required pairs."""
    required = [pair for pair in pairs if pair.required]
    counts = Counter(pair_state(pair, day, months) for pair in required)
    others = [pair for pair in pairs if not pair.required]
    parts: dict[str, Value] = {
        "paper_only": counts["paper"],
        "without": counts["none"],
        "not_required": len(others),
    }
    return ratio(
        at,
        Method("measurement.cooperation"),
        counts["exercised"],
        len(required),
        n=len(required),
        parts=parts,
        parameters={"months": months},
        caveats=(ON_PAPER,),
    )
