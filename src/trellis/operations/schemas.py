"""What other areas and the pages see of operations: plain frozen values."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from trellis.calc.operations import Clock, Survival
from trellis.sharing.figures import Shown


@dataclass(frozen=True)
class Question:
    """Which durations are asked for: whose, of which clock, detected when, of which severity.

    `period` is first and last day, both inside, in `zone`; None is all time. `severity` "" is all, "unrated"
    those that nobody rated. `classification` is a class with all its types, or "unclassified".
    """

    owners: tuple[UUID, ...]
    clock: Clock
    period: tuple[date, date] | None = None
    severity: str = ""
    zone: str = "UTC"
    classification: str = ""


@dataclass(frozen=True)
class Stamp:
    """A stamp as a page shows it. `state`: known, day, not known, open."""

    name: str
    title: str
    at: datetime | None
    state: str


@dataclass(frozen=True)
class Duration:
    """One of the four times of an incident in hours, or the words for why it has none."""

    title: str
    hours: Decimal | None
    words: str = ""


@dataclass(frozen=True)
class Audience:
    """Who may see an owner's incidents besides itself: records up to a label, or figures only."""

    who: str
    records: bool
    ceiling: str
    purpose: str


@dataclass(frozen=True)
class Cohort:
    """A figure of one quarter or one severity, with its curve for whoever may read the records."""

    title: str
    shown: Shown
    curve: Survival | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Compared:
    """Two periods compared: the figure, which carries the counts of both."""

    shown: Shown
