"""All severities of a period apart, and the names of those groups that have none."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from trellis.calc import operations as calc
from trellis.calc.survival import Durations
from trellis.operations import columns, selectors
from trellis.operations.schemas import Question

UNCLASSIFIED = columns.UNCLASSIFIED
UNRATED = selectors.UNRATED
Period = tuple[date, date]


def by_severity(
    owners: Sequence[UUID], clock: calc.Clock, period: Period, zone: str, as_of: datetime, until: datetime
) -> dict[str, Durations]:
    """The durations of a period by severity ("" not rated), as known at `as_of`, followed up to `until`."""
    found = {}
    for severity in sorted(columns.CODES):
        asked = Question(tuple(owners), clock, period, severity or UNRATED, zone)
        held = selectors.durations(asked, as_of, until)
        if held.times.size or held.unknown:
            found[severity] = held
    return found
