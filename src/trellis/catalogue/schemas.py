"""Payloads of the catalogue's decisions, and what its selectors give."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from pydantic import Field

from trellis.governance.registry import Said

Step = Literal["donor-led", "joint", "partner-led with mentor", "partner-only"]
Frequency = Literal["monthly", "quarterly", "half-yearly", "yearly"]
MONTHS: dict[str, int] = {"monthly": 1, "quarterly": 3, "half-yearly": 6, "yearly": 12}


class FunctionSet(Said):
    """A function as it shall stand from now on. `posts` are its critical posts; `withdrawn` ends its support."""

    function: UUID
    title: str = Field(max_length=200)
    owner: UUID
    description: str = ""
    posts: tuple[str, ...] = ()
    start: Step = "donor-led"
    withdrawn: bool = False
    reason: str = ""


class Target(Said):
    """What an indicator shall be by a day."""

    by: date
    value: Decimal


class IndicatorIn(Said):
    """One indicator of the dictionary.

    `measures` says what it counts: outputs (people trained, kit delivered), behaviour (what people or bodies
    do
    differently) or results. `linked` is another indicator of the set that measures behaviour or a result.
    A ratio names `numerator` and `denominator` and is stated `per` so many (1 for a share, 100 for per cent).
    `figure` names a figure kind that its readings are taken from instead of being typed in (MEA-02).
    """

    id: UUID
    title: str = Field(max_length=200)
    definition: str
    unit: str = Field(max_length=60)
    direction: Literal["rising", "falling"]
    source: str = Field(max_length=300)
    frequency: Frequency
    owner: UUID
    perspective: str = Field(max_length=40)
    weight: Decimal
    baseline: Decimal | None = None
    baseline_on: date | None = None
    targets: tuple[Target, ...] = ()
    numerator: str = Field("", max_length=300)
    denominator: str = Field("", max_length=300)
    per: int = Field(1, ge=1, le=1_000_000)
    protected: bool = False
    level: Literal["outcome", "output"] = "outcome"
    measures: Literal["output", "behaviour", "result"] = "result"
    linked: UUID | None = None
    figure: str = Field("", max_length=60)
    figure_params: dict[str, str] = Field(default_factory=dict)

    @property
    def target(self) -> Decimal | None:
        """The last target by date."""
        return max(self.targets, key=lambda one: one.by).value if self.targets else None

    @property
    def is_ratio(self) -> bool:
        """Whether its readings are a numerator and a denominator."""
        return bool(self.numerator and self.denominator)

    def target_at(self, day: date) -> Target | None:
        """The target that counts on a day: the first due on or after it, else the last one."""
        due = sorted(self.targets, key=lambda one: one.by)
        return next((one for one in due if one.by >= day), due[-1] if due else None)


class IndicatorSet(Said):
    """The whole dictionary as it shall stand from now on, and why."""

    indicators: tuple[IndicatorIn, ...]
    reason: str


class IndicatorView(IndicatorIn):
    """An indicator as a version of the dictionary has it."""

    version: int
    changed_in: int


class FunctionView(Said):
    """A function in force."""

    id: UUID
    title: str
    description: str
    owner: UUID
    posts: tuple[str, ...]
    start: Step
    withdrawn: bool
    decision: UUID
    at: datetime

    @property
    def donor_led(self) -> bool:
        """Whether a donor led it when it was entered."""
        return self.start == "donor-led"

    @property
    def donor_supported(self) -> bool:
        """Whether donors had any part in it when it was entered."""
        return self.start != "partner-only"


class DictionaryView(Said):
    """A version of the dictionary: when it was decided, and why."""

    version: int
    reason: str
    at: datetime
    decision: UUID
