"""Acts in processes of their own: `python -m tests.faults.acts ACT …` prints what came of it as JSON."""

import json
import os
import sys
import time
from typing import Any
from uuid import UUID

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "trellis.web.settings"
django.setup()

from django.core.management import call_command  # noqa: E402

from tests.world import build  # noqa: E402
from trellis.core.conditions import TrellisError  # noqa: E402
from trellis.core.models import Stream  # noqa: E402
from trellis.governance import projection  # noqa: E402
from trellis.governance import services as governance  # noqa: E402
from trellis.governance.kinds import ParameterSet  # noqa: E402
from trellis.governance.models import Key, Outcome, Parameter  # noqa: E402
from trellis.parties import selectors as parties  # noqa: E402
from trellis.parties.models import Person  # noqa: E402
from trellis.web.streams import verify_live  # noqa: E402


def viewer(email: str) -> Any:
    return parties.viewer_of(Person.objects.get(email=email))


def prepare() -> dict[str, str]:
    """A founded programme with one open decision that needs both co-chairs; no key turned."""
    call_command("migrate", verbosity=0)
    world = build()
    decision = governance.propose(
        world.viewer("ministry:co-chair"),
        world.programme,
        "parameter.set",
        ParameterSet(name="review.grace", value="21", reason="holidays"),
        turn_key=False,
    )
    return {"decision": str(decision.pk), "programme": str(world.programme)}


def turn(email: str, decision: str, at: str) -> dict[str, str]:
    """Turns a key at a given instant."""
    who = viewer(email)
    time.sleep(max(0.0, float(at) - time.time()))
    try:
        governance.key_turn(who, UUID(decision))
    except TrellisError as error:
        return {"refused": error.message}
    return {"turned": email}


def turn_slowly(email: str, decision: str) -> dict[str, str]:
    """Turns a key and stays inside the effect, after its rows are written, until killed."""
    run = projection.run_effect

    def slow(*args: Any) -> None:
        run(*args)
        print("inside", flush=True)
        time.sleep(120)

    projection.run_effect = slow
    return turn(email, decision, "0")


def state(decision: str) -> dict[str, Any]:
    """What stands, and whether every stream verifies."""
    problems = [str(p) for s in Stream.objects.all() for p in verify_live(s.pk).problems]
    return {
        "keys": Key.objects.filter(slot__decision=decision, taken_back=None).count(),
        "outcomes": list(Outcome.objects.filter(decision=decision).values_list("state", flat=True)),
        "rows": Parameter.objects.count(),
        "problems": problems,
    }


def prepare_release() -> dict[str, str]:
    """A tranche that has earned its money, with no key of the release turned."""
    from trellis.funding.tests.scene import scene

    call_command("migrate", verbosity=0)
    made = scene(build())
    made.earn(made.milestone())
    return {"programme": str(made.world.programme), "tranche": str(made.tranche.id)}


def release(email: str, programme: str, tranche: str, at: str) -> dict[str, str]:
    """Presses release at a given instant."""
    from trellis.funding import services as money

    who = viewer(email)
    time.sleep(max(0.0, float(at) - time.time()))
    try:
        money.tranche_release(who, UUID(programme), UUID(tranche))
    except TrellisError as error:
        return {"refused": error.message}
    return {"pressed": email}


def released(tranche: str) -> dict[str, Any]:
    """What was released of a tranche, and whether every stream verifies."""
    from trellis.funding import selectors as money

    problems = [str(p) for s in Stream.objects.all() for p in verify_live(s.pk).problems]
    return {"amounts": [str(r.amount) for r in money.releases(UUID(tranche))], "problems": problems}


ACTS = {
    "prepare-release": prepare_release,
    "release": release,
    "released": released,
    "prepare": prepare,
    "turn": turn,
    "turn-slowly": turn_slowly,
    "state": state,
}

if __name__ == "__main__":
    print(json.dumps(ACTS[sys.argv[1]](*sys.argv[2:])))  # type: ignore[operator]
