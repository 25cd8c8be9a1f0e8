"""The whole story, in order."""

from collections.abc import Callable

from django.conf import settings

from trellis.core import clock, node
from trellis.core.clock import ClockError
from trellis.web.demo import (
    assets,
    courses,
    exchange,
    joins,
    money,
    needs,
    plan,
    practice,
    public,
    regional,
    results,
    work,
)
from trellis.web.demo.calendar import Calendar, beginning
from trellis.web.demo.cast import found, gather


def tell(say: Callable[[str], None]) -> None:
    """Makes the demonstration from nothing, saying each step. Refuses where the installation is a real one."""
    if settings.MODE == "production":
        raise ClockError("The demonstration is never made in production")
    calendar = Calendar(beginning(clock.today()))
    clock.set_to(calendar.moment(0, 8))
    node.initialise("Demonstration")
    cast = gather()
    found(cast)
    say(f"{calendar.start:%d %B %Y}  Two programmes are founded, each signed by all its parties")
    needs.happen(cast, calendar)
    names = plan.happen(cast, calendar)
    money.happen(cast, calendar, names)
    work.happen(cast, calendar)
    practice.happen(cast, calendar)
    assets.happen(cast, calendar)
    courses.happen(cast, calendar, names)
    exchange.happen(cast, calendar)
    regional.happen(cast, calendar)
    results.happen(cast, calendar)
    joins.happen(cast, calendar)
    public.happen(cast, calendar)
    calendar.tell(say)
