"""What the components of a page are fed with. Any object with the same attributes serves as well."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from trellis.core.conditions import Condition


@dataclass(frozen=True)
class Key:
    """One key of a joint decision. `state`: turned, open, declined or vacant."""

    side: str
    organisation: str
    state: str = "open"
    holder: str = ""
    person: str = ""
    at: datetime | None = None
    may_turn: bool = False
    turn_url: str = ""
    decline_url: str = ""
    note: str = ""


@dataclass(frozen=True)
class Holder:
    """Who holds a right: a seat in an organisation, and the person who sits there now ('' is vacant)."""

    side: str
    organisation: str
    seat: str = ""
    person: str = ""


@dataclass(frozen=True)
class Refusal:
    """A refused act: what is missing, all of it, who holds the right, and what would change the answer.

    `trellis.core.conditions.Refused` serves in its place.
    """

    message: str
    text: str = ""
    conditions: Sequence[Condition] = ()
    holders: Sequence[Holder | str] = ()
    change: str = ""
    url: str = ""


@dataclass(frozen=True)
class Task:
    """An act that waits: what, why, until when or since when, and for whom."""

    title: str
    why: str = ""
    url: str = ""
    due: date | datetime | None = None
    since: date | datetime | None = None
    side: str = ""
    organisation: str = ""
    label: str = ""
    action: str = ""
    action_url: str = ""


@dataclass(frozen=True)
class Entry:
    """Something that happened. `joint` marks what both keys adopted."""

    at: date | datetime | None
    text: str
    joint: bool = False
    side: str = ""
    organisation: str = ""
    url: str = ""


@dataclass(frozen=True)
class Step:
    """A step of the journey. `state`: done, now, or '' for what is still to come; `late` marks trouble."""

    title: str
    note: str = ""
    state: str = ""
    late: bool = False
    url: str = ""
    here: bool = False


@dataclass(frozen=True)
class Part:
    """A part of a sum in a stack bar. `kind`: ink, mid, alert or rest (what has not come yet)."""

    label: str
    amount: Decimal | int
    kind: str = "ink"
    shown: str = ""
    url: str = ""
    note: str = ""


@dataclass(frozen=True)
class HeatCell:
    """One group's rating of one factor; `stage` None is no answer, and `reason` says which kind of none."""

    stage: int | None = None
    spread: str = ""
    n: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class HeatRow:
    """A factor: its cells in the order of the columns, and what stands between the groups."""

    title: str
    cells: Sequence[HeatCell]
    url: str = ""
    note: str = ""
    flag: str = ""
    between: str = ""
    contested: bool = False


@dataclass(frozen=True)
class HeatGroup:
    """Rows under one heading."""

    title: str
    rows: Sequence[HeatRow]


@dataclass(frozen=True)
class HeatMap:
    """Stages by factor and group. `scale` names the stages from 1 to 5."""

    caption: str
    corner: str
    columns: Sequence[str]
    groups: Sequence[HeatGroup]
    scale: Sequence[str] = ()
    between: str = ""


@dataclass(frozen=True)
class Job:
    """A long act under way. `state`: waiting, running, done or failed; `url` is where the result will be."""

    title: str
    state: str
    done: int = 0
    total: int | None = None
    note: str = ""
    url: str = ""
    errors: Sequence[str] = field(default_factory=tuple)
