"""What the selectors of measurement give."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from trellis.calc.figure import Figure
from trellis.calc.measurement import Scorecard
from trellis.catalogue.schemas import DictionaryView, IndicatorView, Target


@dataclass(frozen=True)
class Point:
    """An indicator in one period: its value over all parts that reported, and the parts that did not.

    `value` None where the counts give none. `missing` are parts that reported before and not for this period.
    """

    start: date
    end: date
    value: Decimal | None
    readings: tuple[UUID, ...]
    n: int
    numerator: int | None = None
    denominator: int | None = None
    missing: tuple[str, ...] = ()
    evidenced: bool = False
    from_figure: str = ""


@dataclass(frozen=True)
class Status:
    """An indicator with its last reading, the target that counts then, and its progress.

    `score` is progress as the scorecard takes it, not yet cut to 0..1: 1 or 0 for pass or fail where progress
    is
    undefined, None without data.
    """

    indicator: IndicatorView
    point: Point | None
    target: Target | None
    actual: Figure
    progress: Figure
    score: Decimal | None
    passed: bool | None
    red: bool

    @property
    def id(self) -> UUID:
        return self.indicator.id

    @property
    def title(self) -> str:
        return self.indicator.title


@dataclass(frozen=True)
class Card:
    """The scorecard by one version of the dictionary."""

    version: int
    statuses: tuple[Status, ...]
    result: Scorecard


@dataclass(frozen=True)
class Restated:
    """A quarter: its label and period, the version in force at its end, and the one that restates it."""

    label: str
    period: tuple[date, date]
    stated: DictionaryView
    restated: DictionaryView


@dataclass(frozen=True)
class Due:
    """A reading that is due: of which indicator, for which period, and by when."""

    indicator: IndicatorView
    period: tuple[date, date]
    due: date
