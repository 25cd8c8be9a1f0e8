"""D24: MEA-08 and MEA-09, worked by hand."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from trellis.calc.adoption import LADDER, Pair, Policy, adoption, by_strategy, cooperation, pair_state
from trellis.calc.figure import Basis

DAY = date(2026, 7, 1)
AT = Basis(datetime(2026, 7, 1, tzinfo=UTC))
OLD = date(2026, 1, 1)


def policy(n: int, due: date = OLD, **steps: date) -> Policy:
    return Policy(str(n), due, **steps)


def test_mea_08_d24_worked_example() -> None:
    """Five due: one in force, one adopted and not yet in force, one draft, one consulted, one repealed. One not due."""
    held = [
        policy(1, adopted=OLD, in_force=OLD),
        policy(2, adopted=OLD, in_force=date(2026, 7, 2)),
        policy(3, drafted=OLD),
        policy(4, drafted=OLD, consulted=OLD),
        policy(5, adopted=OLD, in_force=OLD, ended=DAY),
        policy(6, date(2026, 7, 2), adopted=OLD, in_force=OLD),
    ]
    figure = adoption(AT, held, DAY)
    assert (figure.value, figure.n) == (Decimal("0.2"), 5)
    ladder = {step: figure.parts[f"due_{step.replace(' ', '_')}"] for step in LADDER}
    assert ladder == {"planned": 0, "drafted": 1, "consulted": 1, "adopted": 1, "in force": 1, "ended": 1}
    assert (figure.parts["not_due"], figure.parts["early"]) == (1, 1)


def test_mea_08_a_draft_does_not_count() -> None:
    assert adoption(AT, [policy(1, drafted=OLD, consulted=OLD)], DAY).value == 0
    assert policy(1, in_force=OLD).step(DAY) == "planned", "what nobody adopted is not in force"


def test_mea_08_what_is_not_due_yet_is_outside_the_denominator() -> None:
    ahead = [policy(n, date(2027, 1, 1), adopted=OLD, in_force=OLD) for n in range(9)]
    held = [policy(10, adopted=OLD, in_force=OLD), policy(11)]
    assert adoption(AT, [*held, *ahead], DAY).value == adoption(AT, held, DAY).value == Decimal("0.5")
    assert adoption(AT, ahead, DAY).reason == "undefined"
    assert adoption(AT, [policy(1, DAY)], DAY).n == 1, "due on the day is due"


def test_mea_08_by_strategy() -> None:
    held = [Policy("a", OLD, "Health"), Policy("b", OLD, "Cyber"), Policy("c", OLD, "Health")]
    assert {name: [p.id for p in ps] for name, ps in by_strategy(held).items()} == {
        "Cyber": ["b"],
        "Health": ["a", "c"],
    }


@pytest.mark.parametrize(
    ("pair", "state"),
    [
        (Pair("a"), "none"),
        (Pair("a", starts=OLD), "paper"),
        (Pair("a", starts=date(2025, 1, 1), exercised=date(2025, 7, 1)), "exercised"),
        (Pair("a", starts=date(2025, 1, 1), exercised=date(2025, 6, 30)), "paper"),
        (Pair("a", starts=OLD, exercised=date(2025, 12, 31)), "paper"),
        (Pair("a", starts=OLD, ends=date(2026, 6, 30), exercised=date(2026, 6, 1)), "none"),
        (Pair("a", starts=OLD, ends=DAY, exercised=date(2026, 6, 1)), "exercised"),
        (Pair("a", starts=date(2026, 7, 2)), "none"),
        (Pair("a", starts=OLD, exercised=date(2026, 7, 2)), "paper"),
    ],
)
def test_mea_09_a_pair_is_exercised_on_paper_or_without(pair: Pair, state: str) -> None:
    assert pair_state(pair, DAY) == state


def test_mea_09_d24_worked_example_counts_paper_apart() -> None:
    """Of five required pairs two exercised, two on paper, one without: 2/5. A pair that is not required is beside."""
    done = Pair("a", starts=OLD, exercised=date(2026, 3, 1))
    figure = cooperation(AT, [done, done, *[Pair("p", starts=OLD)] * 2, Pair("n"), Pair("x", required=False)], DAY)
    assert (figure.value, figure.n) == (Decimal("0.4"), 5)
    assert (figure.parts["paper_only"], figure.parts["without"], figure.parts["not_required"]) == (2, 1, 1)
    assert cooperation(AT, [Pair("x", required=False, starts=OLD)], DAY).reason == "undefined"
