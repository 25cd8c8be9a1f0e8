"""What governance hands to other areas: the shape of a review pack, and reviews as the calendar shows them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """Base of what is frozen into a payload."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PackTable(Frozen):
    """A table: every row has one text for each column."""

    caption: str = ""
    columns: list[str]
    rows: list[list[str]]


class PackFigure(Frozen):
    """A figure written out: `value` None says why in `reason`. `address` is that of core.figures, where it has one."""

    label: str
    value: str | None = None
    unit: str = ""
    n: int | None = None
    as_of: str = ""
    method: str = ""
    reason: str = ""
    caveats: list[str] = []
    address: str = ""


class PackPart(Frozen):
    """A section of the pack. `data` is what the area handed over, as it was; the rest is how it reads."""

    key: str
    title: str
    paragraphs: list[str] = []
    tables: list[PackTable] = []
    figures: list[PackFigure] = []
    data: dict[str, Any] = {}


class Attendance(Frozen):
    """A seat that took part in a review."""

    organisation: UUID
    seat: UUID | None = None


@dataclass(frozen=True)
class ReviewView:
    """A quarter's review. `state`: upcoming, open, held or overdue; `late` when it was held after its day."""

    arrangement: UUID
    label: str
    period_start: date
    period_end: date
    due: date
    state: str
    late: bool = False
    held_on: date | None = None
    as_of: datetime | None = None
    decision: UUID | None = None
    number: int | None = None
    proposed: UUID | None = None

    @property
    def period(self) -> tuple[date, date]:
        return self.period_start, self.period_end
