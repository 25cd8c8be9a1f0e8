"""A decision: proposed, second key, adopted with its effect."""

import statistics
import time

from tests.world import build
from trellis.governance import services as governance
from trellis.governance.kinds import ParameterSet


def run(count: int = 40) -> None:
    """Prints the median and 95th percentile of proposing and adopting."""
    world = build()
    taken = []
    for n in range(count):
        start = time.perf_counter()
        said = ParameterSet(name="review.grace", value=str(14 + n % 7), reason="bench")
        decision = governance.propose(world.viewer("ministry:co-chair"), world.programme, "parameter.set", said)
        governance.key_turn(world.viewer("norvia:co-chair"), decision.pk)
        taken.append((time.perf_counter() - start) * 1000)
    p95 = sorted(taken)[int(count * 0.95) - 1]
    print(f"a decision of two keys: median {statistics.median(taken):.0f} ms, p95 {p95:.0f} ms", flush=True)
