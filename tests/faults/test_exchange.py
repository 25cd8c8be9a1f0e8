"""REG-04 under load: producers add, rights come into force, and no poller ever skips an object."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.tools.isolated import Place, place

ACTS = "tests.faults.exchanging"
pytestmark = pytest.mark.database


def finished(process: Any) -> Any:
    out, err = process.communicate(timeout=400)
    assert process.returncode == 0, err[-3000:]
    return json.loads(out.strip().splitlines()[-1])


def together(here: Place, seconds: float) -> dict[str, Any]:
    """Three producers, four pollers and an agreement half-way, each in a process of its own."""
    made = here.run(ACTS, "prepare")["place"]
    pollers = {
        name: here.start(ACTS, "poll", name, made, limit)
        for name, limit in (("alpha", "9"), ("beta", "100"), ("gamma", "25"), ("delta", "20"))
    }
    producers = [here.start(ACTS, "produce", name, made, str(seconds)) for name in ("alpha", "beta", "gamma")]
    agreed = finished(here.start(ACTS, "agree", made, str(seconds)))["agreed"]
    sent = sum(finished(process)["sent"] for process in producers)
    Path(here.env["TRELLIS_HOME"], "all-have-stopped").touch()
    found = {name: finished(process) for name, process in pollers.items()}
    return {"sent": sent, "agreed": agreed, "pollers": found}


@pytest.mark.parametrize("seconds", [4, pytest.param(60, marks=pytest.mark.soak)])
def test_reg_04_no_poller_skips_an_object_while_others_add_and_rights_come_into_force(seconds: int) -> None:
    with place() as here:
        said = together(here, seconds)
        assert said["sent"] > 30 and said["agreed"] == 3
        for name, poller in said["pollers"].items():
            assert poller["skipped"] == 0 and poller["twice"] == 0, (name, poller)
            assert poller["visible"] > 10, (name, poller)
        assert here.run(ACTS, "problems") == {"problems": []}
