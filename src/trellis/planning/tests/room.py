"""A plan for tests: three strands, on the closed assessment of `assessment/tests/room.py`."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from tests.world import World
from trellis.core import ids
from trellis.governance.models import Decision
from trellis.planning import services
from trellis.planning.schemas import (
    ActivitySaid,
    DirectionObjectiveSaid,
    PlanAdopt,
    PlanObjectiveSaid,
)

NCC, DPO = "ministry:coordinator", "norvia:programme-officer"
KEYS = (DPO, "lindaria:programme-officer")


def activity(world: World, title: str, strand: str, **more: object) -> ActivitySaid:
    """A whole activity; `more` changes it."""
    given = {
        "id": ids.new(),
        "title": title,
        "strand": strand,
        "kind": "advisory",
        "gaps": ["1.2"],
        "lead": world.org("ministry"),
        "start": date(2026, 2, 1),
        "end": date(2026, 12, 31),
        "context_note": "Two ministries share one network.",
        "legal_basis": "Decree 12 of 2024",
        "plan_objective": "National development plan, goal 4",
    }
    return ActivitySaid.model_validate({**given, **more})


def directed(world: World) -> list[DirectionObjectiveSaid]:
    """A direction with one founded and one unfounded objective."""
    objectives = [
        DirectionObjectiveSaid(id=ids.new(), title="Services go on", goals=["SDG 9"], sectors=["energy"]),
        DirectionObjectiveSaid(id=ids.new(), title="Be modern"),
    ]
    services.direction_set(world.viewer(NCC), world.programme, title="Strategy 2026", objectives=objectives)
    return objectives


def drafted(world: World, assessment: object, serves: UUID | None = None, **changes: object) -> PlanAdopt:
    """A plan that lacks nothing."""
    objective = PlanObjectiveSaid(id=ids.new(), title="Contain incidents", serves=serves)
    rest = {"objective": objective.id, "initiated_by": world.org("ministry")}
    plan = PlanAdopt(
        title="Plan 2026",
        assessment=assessment,
        objectives=[objective],
        activities=[
            activity(world, "Draft the decree", "policy", **rest),
            activity(
                world,
                "Train the responders",
                "technical-training",
                kind="training",
                amount=Decimal("120000.50"),
                currency="EUR",
                funded_by=world.org("norvia"),
                **rest,
            ),
            activity(world, "Mentor the team", "long-term-capacity", kind="mentoring", gaps=["1.2", "1.1"], **rest),
        ],
    )
    return plan.model_copy(update=changes)


def adopted(world: World, plan: PlanAdopt) -> Decision:
    """Proposes and turns every key."""
    return world.decide(NCC, "plan.adopt", plan, *KEYS)
