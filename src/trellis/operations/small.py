"""Small groups of incidents: what of a figure is for readers who may not read the records (docs/methods/small-groups.md).

Judged by how many incidents a group has, whatever clock is asked about, so that no clock gives away what another
hides. The tables of an owner are those of the quarters of the calendar, in the zone in which it tells its times.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
from django.utils.translation import gettext as _

from trellis.calc import small as calc
from trellis.calc.dates import Quarter, day_start, quarter_at, quarter_of
from trellis.calc.figure import Figure
from trellis.core import reading
from trellis.operations import columns, selectors
from trellis.operations.classes import TYPES
from trellis.operations.schemas import Question

Level = Literal["empty", "whole", "uncounted", "hidden"]
Period = tuple[date, date]


@dataclass(frozen=True)
class Tables:
    """How many incidents each group of an owner has by quarter, and which of the cells are shown."""

    counts: dict[str, dict[calc.Cell, int]]
    opened: calc.Open

    def level(self, quarters: Sequence[str], table: str, group: str) -> Level:
        """What is shown of a group over these quarters, or over all time (`TOTAL` alone)."""
        cells = {q: n for (q, g), n in self.counts[table].items() if g == group and n}
        shown = {q for q in cells if self.opened.shows(table, q, group)}
        inside = {q for q in quarters if q in cells}
        if not inside:
            return "empty"
        if inside <= shown:
            return "whole"
        if calc.TOTAL in inside:
            inside = set(cells) - {calc.TOTAL}
        elif calc.TOTAL in shown and set(cells) - shown <= inside and sum(cells[q] for q in inside) >= calc.SMALL:
            return "whole"  # the total less what is shown: it is known already
        # Where one quarter of it is shown, that there are so many is known already; the value adds nothing to it.
        return "uncounted" if inside & shown else "hidden"


@reading.remembered
def tables(owner: UUID, zone: str, as_of: datetime) -> Tables:
    """The tables of one owner as known at a moment."""
    part = columns.held(owner).chosen(as_of, None, None, None)
    detected = part.moments["detected"]
    made: dict[str, dict[calc.Cell, int]] = {"severity": {}, "class": {}}
    names = {
        "severity": (part.severity, {code: name or selectors.UNRATED for name, code in columns.CODES.items()}),
        "class": (part.kind, _classes()),
    }
    for quarter, rows in _quarters(detected, ZoneInfo(zone)):
        for table, (codes, titles) in names.items():
            found = dict(zip(*(column.tolist() for column in np.unique(codes[rows], return_counts=True)), strict=True))
            made[table] |= {(quarter, title): found.get(code, 0) for code, title in titles.items()}
    opened = calc.opened(made["severity"], made["class"])
    return Tables({table: calc.with_totals(cells) for table, cells in made.items()}, opened)


def _classes() -> dict[int, str]:
    return {columns.OTHERWISE: "", 0: columns.UNCLASSIFIED, **{columns.CLASSES[name]: name for name in TYPES}}


def _quarters(detected: "np.ndarray[tuple[int], np.dtype[np.datetime64]]", zone: ZoneInfo) -> list[tuple[str, slice]]:
    """The quarters in which something was detected, each with the places of what was; `detected` ascends."""
    found: list[tuple[str, slice]] = []
    place = 0
    while place < detected.size:
        quarter = quarter_at(detected[place].astype("datetime64[ms]").item().replace(tzinfo=ZoneInfo("UTC")), zone)
        end = day_start(quarter.shift(1).first, zone)
        after = int(np.searchsorted(detected, columns.moment(end)))
        found.append((quarter.first.isoformat(), slice(place, after)))
        place = max(after, place + 1)
    return found


def quarters(period: Period | None) -> list[str]:
    """The quarters that a period is made of; all time is a total of its own."""
    if period is None:
        return [calc.TOTAL]
    found: list[Quarter] = [quarter_of(period[0])]
    while found[-1].last < period[1]:
        found.append(found[-1].shift(1))
    return [quarter.first.isoformat() for quarter in found]


def on_grid(asked: Question, zones: Mapping[UUID, str]) -> bool:
    """Whether a question is one that readers of figures may ask: one grouping at a time, in quarters of the calendar."""
    if asked.severity and asked.classification:
        return False
    return asked.period is None or (asked.period[0].month in (1, 4, 7, 10) and set(zones.values()) == {asked.zone})


def level(asked: Question, as_of: datetime) -> Level:
    """What is shown of the group in a question; of several owners, what is shown of each that has any of it."""
    zones = {owner: selectors.zone_of(owner) for owner in asked.owners}
    if not on_grid(asked, zones):
        return "hidden"
    inside = quarters(asked.period)
    table = "class" if asked.classification else "severity"
    group = asked.classification or asked.severity or calc.TOTAL
    found = {tables(owner, zone, as_of).level(inside, table, group) for owner, zone in zones.items()} - {"empty"}
    if not found:
        return "empty"
    return found.pop() if len(found) == 1 else "uncounted"


def time(made: Figure, asked: Question, as_of: datetime) -> Figure:
    """A time as readers of figures get it."""
    shown, few = level(asked, as_of), (made.n or 0) < calc.SMALL
    if shown == "hidden" or (shown == "uncounted" and few):
        return made.suppressed(calc.FEW)
    if shown == "uncounted":
        return made.uncounted()
    return valueless(made) if few and made.n else made


def valueless(made: Figure) -> Figure:
    """A figure with its counts alone: so few have a usable time that a value would be of single incidents."""
    counts = {name: part for name, part in made.parts.items() if isinstance(part, int)}
    gone = replace(made, value=None, reason="suppressed", low=None, high=None, parts=counts)
    return replace(gone, caveats=(*made.caveats, calc.FEW))


def sides(made: Figure, asked: Sequence[Question], as_of: datetime, names: tuple[str, str]) -> Figure:
    """A comparison of two groups as readers of figures get it; `names` are those of their counts among the parts."""
    levels = [level(one, as_of) for one in asked]
    usable = [made.parts.get(name) for name in names]
    # A difference of means tells the mean of a part that is not shown, where the other part is.
    if {"hidden", "uncounted"} & {*levels} or any(isinstance(n, int) and 0 < n < calc.SMALL for n in usable):
        return made.suppressed(calc.FEW)
    return made


def words(made: Figure) -> str:
    """Why a figure has no value or no counts for this reader; '' where it has both."""
    if made.reason == "suppressed":
        text = _("fewer than %(n)s, or beside such a group: not shown to readers of figures")
        return text % {"n": calc.SMALL}
    return _("counts are not shown to readers of figures") if made.n is None and made.value is not None else ""
