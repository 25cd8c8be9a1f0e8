"""Two people at the same instant, and a process killed in the middle: one outcome, nothing half-done."""

import json
import os
import signal
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.tools.isolated import Place, place

ACTS = "tests.faults.acts"
PARTNER, DONOR = "co-chair.ministry@example.org", "co-chair.norvia@example.org"
pytestmark = pytest.mark.database


@pytest.fixture
def here() -> Iterator[tuple[Place, dict[str, str]]]:
    with place() as found:
        yield found, found.run(ACTS, "prepare")


def at_once(here: Place, decision: str, *emails: str) -> list[dict[str, str]]:
    moment = str(time.time() + 3)
    running = [here.start(ACTS, "turn", email, decision, moment) for email in emails]
    said = []
    for process in running:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err[-3000:]
        said.append(json.loads(out.strip().splitlines()[-1]))
    return said


def test_two_keys_at_the_same_instant_adopt_once(here: tuple[Place, dict[str, str]]) -> None:
    at, made = here
    said = at_once(at, made["decision"], PARTNER, DONOR)
    assert all("turned" in answer for answer in said)
    found = at.run(ACTS, "state", made["decision"])
    assert found == {"keys": 2, "outcomes": ["adopted"], "rows": 1, "problems": []}


def test_one_key_pressed_twice_at_the_same_instant_stands_once(here: tuple[Place, dict[str, str]]) -> None:
    at, made = here
    said = at_once(at, made["decision"], PARTNER, PARTNER)
    assert sorted(next(iter(answer)) for answer in said) == ["refused", "turned"]
    found = at.run(ACTS, "state", made["decision"])
    assert found == {"keys": 1, "outcomes": [], "rows": 0, "problems": []}


def test_killed_during_an_adoption_leaves_nothing_half_done(here: tuple[Place, dict[str, str]]) -> None:
    at, made = here
    at.run(ACTS, "turn", PARTNER, made["decision"], "0")
    process = at.start(ACTS, "turn-slowly", DONOR, made["decision"])
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "inside"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    found: Any = at.run(ACTS, "state", made["decision"])
    assert found == {"keys": 1, "outcomes": [], "rows": 0, "problems": []}
    assert at.run(ACTS, "turn", DONOR, made["decision"], "0") == {"turned": DONOR}
    found = at.run(ACTS, "state", made["decision"])
    assert found == {"keys": 2, "outcomes": ["adopted"], "rows": 1, "problems": []}


OFFICER, COORDINATOR = "programme-officer.norvia@example.org", "coordinator.ministry@example.org"


TWO, FOUR = (OFFICER, COORDINATOR), (OFFICER, OFFICER, COORDINATOR, COORDINATOR)


@pytest.mark.parametrize("pressing", [pytest.param(TWO, marks=pytest.mark.soak), FOUR])
def test_a_tranche_released_by_many_at_the_same_instant_is_released_once(pressing: tuple[str, ...]) -> None:
    with place() as at:
        made = at.run(ACTS, "prepare-release")
        moment = str(time.time() + 4)
        running = [at.start(ACTS, "release", who, made["programme"], made["tranche"], moment) for who in pressing]
        for process in running:
            _out, err = process.communicate(timeout=120)
            assert process.returncode == 0, err[-3000:]
        # Two proposals may have met; then each has one key, and pressing again brings them together.
        for who in (OFFICER, COORDINATOR):
            at.run(ACTS, "release", who, made["programme"], made["tranche"], "0")
        assert at.run(ACTS, "released", made["tranche"]) == {"amounts": ["1000000.0000"], "problems": []}
