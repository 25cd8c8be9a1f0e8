"""Charts as SVG drawn here: lines, steps, bars; each with title, caption, units and its values as a table.

Axes of amounts always start at zero. Series differ by weight and dash, not only by shade. Missing values are
gaps, never zeros. The drawing is 640 units wide so that the stylesheet can keep its text readable.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from trellis.core import formats

WIDTH, LEFT, RIGHT, TOP, BOTTOM = 640, 64, 470, 24, 324
LINE = 24  # units between lines of text, enough for the larger text of narrow screens

Number = int | float | Decimal
Point = tuple[Number, Number | None]


def nice_ticks(low: float, high: float, wanted: int = 5) -> list[float]:
    """About `wanted` round ticks that cover low to high; steps of 1, 2, 2.5 or 5 times a power of ten."""
    span = high - low or abs(high) or 1.0
    rough = span / max(wanted - 1, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(i * step, 10) for i in range(first, max(last, first + 1) + 1)]


@dataclass(frozen=True)
class Axis:
    """An axis: title with unit, and ticks as (value, text) where round numbers do not serve (half-years).

    `top` fixes the upper end, as for shares of 100.
    """

    title: str
    ticks: Sequence[tuple[Number, str]] = ()
    top: Number | None = None

    def scale(self, values: Sequence[float]) -> list[tuple[float, str]]:
        """The ticks of the axis, from zero (or below it) to the largest value."""
        if self.ticks:
            return [(float(value), text) for value, text in self.ticks]
        high = float(self.top) if self.top is not None else max([0.0, *values])
        low = min([0.0, *values])
        return [(t, formats.number(t)) for t in nice_ticks(low, high or 1.0)]


@dataclass(frozen=True)
class Series:
    """A line: points (x, y) in order, y None for a gap; `weight` 1 strong, 2 plain, 3 dashed.

    label: words at the end of the line.  band: (x, low, high) of a range.  ticks: censored (x, y).
    mark: the one point that matters (the median).
    """

    name: str
    points: Sequence[Point]
    weight: int = 1
    label: str = ""
    band: Sequence[tuple[Number, Number, Number]] = ()
    ticks: Sequence[tuple[Number, Number]] = ()
    mark: tuple[Number, Number] | None = None


@dataclass(frozen=True)
class LineChart:
    """Lines over a numeric axis; `step` for survival curves. `name` is unique on its page, for ids.

    `heads` and `rows` give the table; without them it is made of the points.
    """

    name: str
    title: str
    caption: str
    description: str
    x: Axis
    y: Axis
    series: Sequence[Series]
    step: bool = False
    lines: Sequence[Number] = ()
    heads: Sequence[str] = ()
    rows: Sequence[Sequence[Any]] = ()
    template: ClassVar[str] = "core/parts/chart_line.html"

    def drawing(self) -> dict[str, Any]:
        """What the template draws: paths and texts in units of the drawing."""
        return _Lines(self).drawing()


@dataclass(frozen=True)
class Bar:
    """A bar: `value` None is missing and `note` says why."""

    label: str
    value: Number | None
    note: str = ""
    target: Number | None = None
    bad: bool = False


@dataclass(frozen=True)
class BarChart:
    """Bars lying on their side, each with its name above and its value at the end."""

    name: str
    title: str
    caption: str
    description: str
    axis: Axis
    bars: Sequence[Bar]
    heads: Sequence[str] = ()
    rows: Sequence[Sequence[Any]] = ()
    template: ClassVar[str] = "core/parts/chart_bar.html"

    def drawing(self) -> dict[str, Any]:
        """What the template draws."""
        values = [float(v) for b in self.bars for v in (b.value, b.target) if v is not None]
        ticks = self.axis.scale(values)
        at = _Scale([t for t, _text in ticks], 8, 560)
        zero, bars = at(0.0), []
        for place, bar in enumerate(self.bars):
            y = 20 + place * 62
            end = at(float(bar.value)) if bar.value is not None else zero
            bars.append(
                {
                    "label": bar.label,
                    "text_y": str(y),
                    "y": str(y + 10),
                    "value_y": str(y + 28),
                    "x": _n(min(zero, end)),
                    "width": _n(abs(end - zero)),
                    "end": _n(max(zero, end) + 8),
                    "shown": formats.number(bar.value) if bar.value is not None else _missing(bar.note),
                    "missing": bar.value is None,
                    "bad": bar.bad,
                    "target": _n(at(float(bar.target)) - 2) if bar.target is not None else "",
                    "target_y": str(y + 5),
                }
            )
        foot = 20 + len(self.bars) * 62
        plain = [(b.label, _missing(b.note) if b.value is None else b.value) for b in self.bars]
        return {
            "bars": bars,
            "ticks": [{"at": _n(at(t)), "text": text} for t, text in ticks],
            "zero": _n(zero),
            "foot": str(foot),
            "tick_y": str(foot + 22),
            "title_y": str(foot + 50),
            "height": str(foot + 60),
            **_table(self.heads or (_("Name"), self.axis.title), self.rows or plain),
        }


Chart = LineChart | BarChart


@dataclass(frozen=True)
class _Scale:
    ticks: Sequence[float]
    start: float
    end: float

    def __call__(self, value: float) -> float:
        low, high = min(self.ticks), max(self.ticks)
        share = (value - low) / (high - low) if high > low else 0.0
        return self.start + share * (self.end - self.start)


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _missing(note: str) -> str:
    return note or _("not reported")


def _table(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
    def cell(value: Any) -> str:
        if value is None:
            return _("not reported")
        return formats.number(value) if isinstance(value, int | float | Decimal) else str(value)

    return {"heads": heads, "rows": [[cell(value) for value in row] for row in rows]}


def wrap(text: str, width: int = 13) -> list[str]:
    """Words in lines of about `width` letters."""
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return lines or [""]


@dataclass
class _Label:
    top: float
    y: float
    x: float
    lines: list[str]
    height: int


@dataclass
class _Lines:
    chart: LineChart
    xs: list[tuple[float, str]] = field(init=False)
    ys: list[tuple[float, str]] = field(init=False)

    def __post_init__(self) -> None:
        series = self.chart.series
        x = [float(p[0]) for s in series for p in s.points]
        y = [float(p[1]) for s in series for p in s.points if p[1] is not None]
        y += [float(v) for s in series for b in s.band for v in b[1:]] + [float(v) for v in self.chart.lines]
        self.xs, self.ys = self.chart.x.scale(x), self.chart.y.scale(y)
        self.x = _Scale([t for t, _text in self.xs], LEFT, RIGHT)
        self.y = _Scale([t for t, _text in self.ys], BOTTOM, TOP)

    def path(self, points: Sequence[Point]) -> str:
        """A line through the points; a gap lifts the pen."""
        said, drawing, last = "", False, 0.0
        for x, y in points:
            if y is None:
                drawing = False
                continue
            px, py = _n(self.x(float(x))), _n(self.y(float(y)))
            if not drawing:
                said += f"M{px} {py}"
            elif self.chart.step:
                said += f"H{px}" + (f"V{py}" if float(y) != last else "")
            else:
                said += f"L{px} {py}"
            drawing, last = True, float(y)
        return said

    def band(self, series: Series) -> str:
        """The outline of a range: the upper edge forth, the lower edge back."""
        if not series.band:
            return ""
        upper = self.path([(x, high) for x, _low, high in series.band])
        low = [(self.x(float(x)), self.y(float(v))) for x, v, _high in reversed(series.band)]
        back = ""
        for place, (px, py) in enumerate(low):
            if self.chart.step and place:
                # Going back, the lower edge drops where a step began, not where it ends.
                back += f"V{_n(py)}H{_n(px)}"
            else:
                back += f"L{_n(px)} {_n(py)}"
        return upper + back + "Z"

    def labels(self) -> list[dict[str, Any]]:
        """Words at the end of each line, moved apart so that none covers another."""
        found = []
        for s in self.chart.series:
            known = [(float(x), float(y)) for x, y in s.points if y is not None]
            if known:
                found.append((self.y(known[-1][1]), self.x(known[-1][0]), wrap(s.label or s.name)))
        found.sort(key=lambda item: item[0])
        heights = [LINE * len(lines) + 6 for _y, _x, lines in found]
        floor, placed = float(TOP) - 10, list[_Label]()
        for (y, x, lines), height in zip(found, heights, strict=True):
            top = max(y - height / 2, floor)
            placed.append(_Label(top, y, x, lines, height))
            floor = top + height
        over = floor - (BOTTOM + 30)
        for item in reversed(placed):
            if over > 0:
                item.top -= over
        return [
            {
                "lead": f"M{_n(label.x + 2)} {_n(label.y)}L490 {_n(label.top + LINE / 2)}",
                "lines": [
                    {"text": text, "y": _n(label.top + LINE / 2 + 5 + LINE * i)} for i, text in enumerate(label.lines)
                ],
            }
            for label in placed
        ]

    def default_rows(self) -> tuple[list[str], list[list[Any]]]:
        """The points of all series side by side."""
        series = self.chart.series
        every = sorted({float(x) for s in series for x, _y in s.points})
        names = dict(self.xs) if self.chart.x.ticks else {}
        known = [{float(x): y for x, y in s.points} for s in series]
        rows = [[names.get(x, x), *(k[x] if x in k else _("no point") for k in known)] for x in every]
        return [self.chart.x.title, *(s.name for s in series)], rows

    def drawing(self) -> dict[str, Any]:
        """Everything the template needs, the strongest line last so that it lies on top."""
        ordered = sorted(self.chart.series, key=lambda s: -s.weight)
        marks = [(s.mark, s.weight) for s in ordered if s.mark]
        heads, rows = (self.chart.heads, self.chart.rows) if self.chart.rows else self.default_rows()
        return {
            "x_ticks": [{"at": _n(self.x(t)), "text": text} for t, text in self.xs],
            "y_ticks": [
                {"at": _n(self.y(t)), "text": text, "text_y": _n(self.y(t) + 5), "zero": t == 0} for t, text in self.ys
            ],
            "zero": _n(self.y(0.0)),
            "lines": [_n(self.y(float(v))) for v in self.chart.lines],
            "bands": [b for b in (self.band(s) for s in ordered) if b],
            "paths": [{"d": self.path(s.points), "weight": str(s.weight)} for s in ordered],
            "ticks": [f"M{_n(self.x(float(x)))} {_n(self.y(float(y)) - 6)}v12" for s in ordered for x, y in s.ticks],
            "marks": [
                {"x": _n(self.x(float(m[0]))), "y": _n(self.y(float(m[1]))), "strong": weight == 1}
                for m, weight in marks
            ],
            "labels": self.labels(),
            **_table(heads, rows),
        }
