"""Quarters, months and years of a programme's own calendar.

A moment belongs to the day it falls on in the programme's time zone, and a day to a quarter of a year that
begins with the programme's fiscal month. Nothing here asks what the time is.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Self


@dataclass(frozen=True, order=True)
class Quarter:
    """Quarter `number` (1 to 4) of the year that begins in calendar year `year`, in month `fiscal_start`."""

    year: int
    number: int
    fiscal_start: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.number <= 4 or not 1 <= self.fiscal_start <= 12:
            raise ValueError("a quarter is 1 to 4 and a month 1 to 12")

    @property
    def first(self) -> date:
        """Its first day."""
        return add_months(date(self.year, self.fiscal_start, 1), 3 * (self.number - 1))

    @property
    def last(self) -> date:
        """Its last day."""
        return add_months(self.first, 3) - timedelta(days=1)

    @property
    def period(self) -> tuple[date, date]:
        """First and last day, both inside."""
        return self.first, self.last

    @property
    def label(self) -> str:
        """`2026 Q2`, or `2026/27 Q2` where the year does not begin in January."""
        span = str(self.year) if self.fiscal_start == 1 else f"{self.year}/{(self.year + 1) % 100:02d}"
        return f"{span} Q{self.number}"

    def bounds(self, zone: tzinfo) -> tuple[datetime, datetime]:
        """Its moments in UTC: from the first one up to, and without, the second."""
        return day_start(self.first, zone), day_start(add_months(self.first, 3), zone)

    def shift(self, quarters: int) -> Self:
        """The quarter that many later, or earlier when negative."""
        position = self.year * 4 + self.number - 1 + quarters
        return type(self)(position // 4, position % 4 + 1, self.fiscal_start)


def day_start(day: date, zone: tzinfo) -> datetime:
    """The first moment of `day` in `zone`, in UTC."""
    return datetime.combine(day, time(0), zone).astimezone(UTC)


def local_date(moment: datetime, zone: tzinfo) -> date:
    """The day on which an aware `moment` falls in `zone`. Raises ValueError without a time zone."""
    if moment.tzinfo is None:
        raise ValueError("the moment needs a time zone")
    return moment.astimezone(zone).date()


def quarter_of(day: date, fiscal_start: int = 1) -> Quarter:
    """The quarter that `day` is in. Pass a day, not a moment: `local_date` turns one into the other."""
    if isinstance(day, datetime):
        raise TypeError("a moment has no quarter before it has a time zone's day")
    offset = (day.month - fiscal_start) % 12
    year = day.year if day.month >= fiscal_start else day.year - 1
    return Quarter(year, offset // 3 + 1, fiscal_start)


def quarter_at(moment: datetime, zone: tzinfo, fiscal_start: int = 1) -> Quarter:
    """The quarter that a moment falls in, by the calendar of `zone`."""
    return quarter_of(local_date(moment, zone), fiscal_start)


def quarters(first: date, last: date, fiscal_start: int = 1) -> Iterator[Quarter]:
    """Every quarter from that of `first` to that of `last`, in order."""
    quarter, end = quarter_of(first, fiscal_start), quarter_of(last, fiscal_start)
    while quarter <= end:
        yield quarter
        quarter = quarter.shift(1)


def whole_quarters(first: date, last: date) -> bool:
    """Whether a period is one quarter or several whole ones, in any year that begins with a month."""
    end = last + timedelta(days=1)
    months = (end.year - first.year) * 12 + end.month - first.month
    return first.day == end.day == 1 and months > 0 and months % 3 == 0


def fiscal_year(day: date, fiscal_start: int = 1) -> tuple[date, date]:
    """First and last day of the fiscal year that `day` is in."""
    first = Quarter(quarter_of(day, fiscal_start).year, 1, fiscal_start).first
    return first, add_months(first, 12) - timedelta(days=1)


def add_months(day: date, months: int) -> date:
    """The same day of the month, that many months later; the month's last day where it has no such day."""
    position = day.year * 12 + day.month - 1 + months
    year, month = position // 12, position % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def whole_months(first: date, last: date) -> int:
    """How many whole months have passed on the day `last` since the day `first`; 0 if it is earlier."""
    months = (last.year - first.year) * 12 + last.month - first.month
    while months > 0 and add_months(first, months) > last:
        months -= 1
    return max(0, months)
