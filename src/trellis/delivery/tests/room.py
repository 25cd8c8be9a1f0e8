"""A plan with consent in force and a course in it, made by calling the services."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from tests.world import World
from trellis.assessment.tests.room import closed
from trellis.core import clock
from trellis.delivery import services
from trellis.delivery.models import Course
from trellis.delivery.schemas import Said
from trellis.planning import selectors as planning
from trellis.planning.tests.room import adopted, drafted
from trellis.sharing import services as sharing

D = Decimal
TRAINER = "centre:trainer"
# D14, worked values: marks before and after.
WORKED = [(20, 70), (60, 70), (80, 90), (100, 100)]


def activity(world: World) -> UUID:
    """The training activity of an adopted plan, after its first day; no consent yet."""
    adopted(world, drafted(world, closed(world)))
    clock.advance(days=40)
    return next(a.id for a in planning.activities(world.programme) if a.kind == "training")


def consented(world: World, about: UUID) -> Any:
    """Consent to the programme and to the activity; returns the latter."""
    actor = world.viewer("ministry:coordinator").actor
    sharing.consent_give(actor, world.programme, "programme", "All of it")
    return sharing.consent_give(actor, world.programme, "activity", "This one", about=about)


def course(world: World, about: UUID, **more: Any) -> Course:
    """A course of two days in March 2026."""
    given = {"title": "Incident handling", "starts": date(2026, 3, 2), "ends": date(2026, 3, 3), **more}
    return services.course_open(world.viewer(TRAINER), world.programme, activity=about, **given)


def opened(world: World) -> Course:
    """A course with consent in force."""
    about = activity(world)
    consented(world, about)
    return course(world, about)


def say(world: World, found: Course, *said: Said, why: str = "", who: str = TRAINER) -> Any:
    return services.participants_say(world.viewer(who), world.programme, found.subject, said, why)


def marks(pairs: list[tuple[Any, Any]] | None = None) -> list[Said]:
    held = WORKED if pairs is None else pairs
    return [
        Said(f"P-{n}", pre=None if a is None else D(a), post=None if b is None else D(b), attended=True)
        for n, (a, b) in enumerate(held, 1)
    ]
