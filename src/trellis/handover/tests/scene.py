"""A function with two critical posts, planned and evidenced by the parties of the test world."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from tests.world import World
from trellis.catalogue import services as catalogue
from trellis.catalogue.tests.words import KEYS
from trellis.core import clock
from trellis.governance import services as governance
from trellis.handover import selectors, services

POSTS = ("Duty officer", "Analyst")
COORDINATOR, OFFICER = "ministry:coordinator", "norvia:programme-officer"
TARGET = date(2027, 6, 30)


def sign(world: World, decision: Any) -> None:
    """The donors' keys."""
    for who in KEYS:
        governance.key_turn(world.viewer(who), decision.pk)


def enter(world: World, title: str = "Incident response", **more: Any) -> UUID:
    """A function that donors lead, owned by the CERT."""
    said: dict[str, Any] = {"title": title, "owner": world.org("cert"), "posts": POSTS, **more}
    function, decision = catalogue.function_propose(world.viewer(COORDINATOR), world.programme, **said)
    sign(world, decision)
    return function


def plan(world: World, function: UUID, target: date = TARGET, **more: Any) -> Any:
    """A plan adopted by all keys, or a change of it."""
    said: dict[str, Any] = {"target": target, "next_owner": world.org("cert"), **more}
    decision = services.plan_propose(world.viewer(COORDINATOR), world.programme, function, **said)
    sign(world, decision)
    return decision


def accept(world: World, function: UUID, *criteria: str, **more: Any) -> None:
    """Evidence of the CERT for each criterion, accepted by a donor."""
    for key in criteria:
        said: dict[str, Any] = {"statement": f"Shown: {key}"}
        if key == "holders":
            said["holders"] = dict.fromkeys(POSTS, 2)
        if key == "unaided":
            said["unaided_since"] = clock.today()
        said |= more
        row = services.evidence_record(world.viewer("cert"), world.programme, function, key, **said)
        services.evidence_accept(world.viewer(OFFICER), world.programme, row.subject)


def step(world: World, function: UUID, to: str, reason: str = "It is due") -> Any:
    """A step adopted by all keys."""
    decision = services.step_propose(world.viewer(COORDINATOR), world.programme, function, to, reason)
    sign(world, decision)
    return decision


def at(year: int, month: int, day: int) -> None:
    """Sets the clock."""
    clock.set_to(datetime(year, month, day, 9, tzinfo=UTC))


def on(world: World, function: UUID) -> str:
    """The step that the function is on."""
    return selectors.state(world.programme, function).step
