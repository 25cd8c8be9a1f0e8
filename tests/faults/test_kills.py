"""Killed at any moment: what stands afterwards verifies, the indexes are those of the records, and work goes on."""

import os
import random
import signal
import time
from typing import Any

import pytest

from tests.tools.isolated import Place, place

ACTS = "tests.faults.writing"
pytestmark = pytest.mark.database


def killed(here: Place, made: str, after: float) -> None:
    """Starts writing and kills it so long after its first word. It does not end by itself."""
    process = here.start(ACTS, "write", made)
    assert process.stdout is not None
    if process.stdout.readline().strip() == "writing":
        time.sleep(after)
    assert process.poll() is None, process.communicate()[1][-3000:]
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()


TIMES = 25


@pytest.mark.soak
def test_a_process_killed_at_any_moment_leaves_a_state_that_verifies() -> None:
    chance = random.Random(TIMES)
    before: dict[str, Any] = {}
    with place() as here:
        made = here.run(ACTS, "prepare")["place"]
        for _ in range(TIMES):
            killed(here, made, chance.uniform(0.3, 2.5))
            found = here.run(ACTS, "state", made)
            assert found.pop("wrong") == []
            assert all(found[name] >= count for name, count in before.items()), (before, found)
            before = found
        assert before["incidents"] and before["objects"] and before["decisions"], before
