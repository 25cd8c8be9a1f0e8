"""What governance hands to other areas: the shape of a review pack, and reviews as the calendar shows them."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from trellis.core import shapes
from trellis.core.context import address


class Frozen(BaseModel):
    """Base of what is frozen into a payload."""

    model_config = ConfigDict(frozen=True, extra="forbid")


ACROSS = 100  # letters that fit beside each other on a page; a wider table is read as a list of what each row says
LONGEST = 24  # letters after which a cell is broken into lines
GAP = 3
NAME = 10  # letters in the mean, from which a column names its rows


class PackTable(Frozen):
    """A table: every row has one text for each column."""

    caption: str = ""
    columns: list[str]
    rows: list[list[str]]

    @property
    def wide(self) -> bool:
        """Whether its columns do not fit beside each other on a page."""
        lines = [self.columns, *self.rows]
        widths = [max(min(len(line[n]), LONGEST) for line in lines if n < len(line)) for n in range(len(self.columns))]
        return sum(widths) + GAP * len(widths) > ACROSS

    @property
    def named(self) -> list[list[tuple[str, str]]]:
        """The rows as pairs of column and text."""
        return [list(zip(self.columns, row, strict=False)) for row in self.rows]

    @property
    def records(self) -> list[list[tuple[str, str]]]:
        """As `named`, but first what names the row."""
        return [[*row[self.head : self.head + 1], *row[: self.head], *row[self.head + 1 :]] for row in self.named]

    @property
    def head(self) -> int:
        """The place of the column that names the rows: the first of words, where numbers come before it."""
        lengths = [sum(len(row[n]) for row in self.rows if n < len(row)) for n in range(len(self.columns))]
        return next((n for n, length in enumerate(lengths) if length >= NAME * len(self.rows)), 0)


class PackFigure(Frozen):
    """A figure written out: `value` None says why in `reason`. `address` is that of core.figures, where it has one.

    `low` and `high` bound the value, `open` are things still running, `unknown` things left out; `beside` is what is
    said beside the value, in words.
    """

    label: str
    value: str | None = None
    unit: str = ""
    n: int | None = None
    open: int | None = None
    unknown: int = 0
    low: str | None = None
    high: str | None = None
    beside: str = ""
    as_of: str = ""
    method: str = ""
    reason: str = ""
    caveats: list[str] = []
    address: str = ""

    @property
    def shown(self) -> dict[str, Any]:
        """Value, unit and reason as a page shows them; a number that was written as text is a number again."""
        return shapes.figure(self._number())

    @property
    def range(self) -> str:
        """The bounds of the value in words; '' without both."""
        bounds = self._number()
        return shapes.bounds(bounds.low, bounds.high, self.unit)

    @property
    def url(self) -> str:
        """The page of the figure, or '' where it has none."""
        kind, _sep, query = self.address.partition("?")
        page = address("figure", kind) if kind else ""
        return f"{page}?{query}" if page else ""

    @property
    def on(self) -> date | None:
        """The day of its as-of; None where that is not said as a moment."""
        try:
            return datetime.fromisoformat(self.as_of).date()
        except ValueError:
            return None

    def _number(self) -> "_Shown":
        return _Shown(
            self.value if (number := _decimal(self.value)) is None else number,
            self.unit,
            self.reason,
            _decimal(self.low),
            _decimal(self.high),
        )


@dataclass(frozen=True)
class _Shown:
    value: Decimal | str | None
    unit: str
    reason: str
    low: Decimal | None
    high: Decimal | None


def _decimal(text: str | None) -> Decimal | None:
    try:
        return Decimal(text) if text is not None else None
    except InvalidOperation:
        return None


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
