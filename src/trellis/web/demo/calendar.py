"""The time of the demonstration: six quarters of history that end at the present quarter."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from trellis.calc.dates import add_months
from trellis.core import clock

QUARTERS = 6


def beginning(today: date) -> date:
    """The first day of the quarter that lies six quarters before the present one."""
    start = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    return add_months(start, -3 * QUARTERS)


@dataclass
class Calendar:
    """Events by day; told in order, with the clock set to each."""

    start: date
    events: list[tuple[int, int, str, Callable[[], object]]] = field(default_factory=list)

    def on(self, day: int, title: str, event: Callable[[], object]) -> None:
        """Something that happens `day` days after the start."""
        self.events.append((day, len(self.events), title, event))

    def moment(self, day: int, hour: int = 9) -> datetime:
        """That day as a moment."""
        return datetime(self.start.year, self.start.month, self.start.day, hour, tzinfo=UTC) + timedelta(days=day)

    def date(self, day: int) -> date:
        """That day as a date."""
        return self.start + timedelta(days=day)

    def tell(self, say: Callable[[str], None]) -> None:
        """Runs all events in order, then gives the clock back. What would lie in the future does not happen."""
        clock.set_to(None)
        now = clock.now()
        try:
            last, place = -1, 0
            for day, _order, title, event in sorted(self.events, key=lambda e: (e[0], e[1])):
                place = place + 1 if day == last else 0
                last = day
                at = self.moment(day) + timedelta(minutes=11 * place)
                if at >= now:
                    continue
                clock.set_to(at)
                event()
                say(f"{at:%d %B %Y}  {title}")
        finally:
            clock.set_to(None)
