"""The figure: a number with everything a reader needs to judge and to recompute it.

Every calculation in this package gives figures, or a result object whose numbers are figures. A figure has a
value, or a reason why it has none; never both and never neither, so that missing cannot pass for zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Context, Decimal
from math import isfinite
from types import MappingProxyType
from typing import Any, Literal, Self, get_args

Number = Decimal | float | int
Value = Number | str | None
Reason = Literal["insufficient data", "undefined", "suppressed", "not reached", "consent missing", "no data"]
REASONS: tuple[str, ...] = get_args(Reason)
WITHHELD: tuple[Reason, ...] = ("suppressed", "consent missing")

# Divisions of decimals are done here, so that a caller's own decimal context cannot change a figure.
EXACT = Context(prec=28)


class Caveat(str):
    """A caveat with facts in it: a text that keeps what it was made of, so that a page can say it in its language."""

    template: str
    facts: Mapping[str, str]

    def __new__(cls, template: str, facts: Mapping[str, str]) -> Self:
        made = super().__new__(cls, template % facts)
        made.template, made.facts = template, dict(facts)
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.template, dict(self.facts)))


def caveat(template: str, **facts: object) -> str:
    """A caveat of a figure; `facts` fill the %(name)s places of the English text.

    The call also marks the text for translation (`trellis.core.messages`), which this package cannot do itself.
    """
    return Caveat(template, {name: str(fact) for name, fact in facts.items()}) if facts else template


# Says that a value stands without its counts, from which a hidden number could be worked out.
UNCOUNTED = caveat("counts are not shown to readers of figures: a small group could be worked out from them")


@dataclass(frozen=True)
class Method:
    """The calculation behind a figure: module and name, and a version that changes when its results may."""

    name: str
    version: str = "1"


@dataclass(frozen=True)
class Figure:
    """A computed number.

    `n` is how many things it is made from; it is None only where it is withheld, with or without the value. `unknown` counts
    things left out because a needed fact is missing, `open` things still running (censored). `low` and
    `high` bound the value. `parts` are numbers to show beside it (numerator, denominator), `parameters` the
    thresholds and options used. `inputs` are addresses or ids. `period` is first and last day, both inside.

    Raises ValueError or TypeError when a field contradicts another.
    """

    value: Value
    unit: str
    n: int | None
    as_of: datetime
    method: str
    method_version: str
    period: tuple[date, date] | None = None
    inputs: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    reason: Reason | None = None
    unknown: int = 0
    open: int | None = None
    low: Number | None = None
    high: Number | None = None
    parts: Mapping[str, Value] = field(default_factory=dict, hash=False)
    parameters: Mapping[str, Value] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        self._check_value()
        self._check_counts()
        if self.as_of.tzinfo is None or self.as_of.utcoffset() is None:
            raise ValueError("as_of needs a time zone")
        if self.period is not None and self.period[0] > self.period[1]:
            raise ValueError("the period ends before it begins")
        for name in ("parts", "parameters"):
            held = dict(getattr(self, name))
            for key, item in held.items():
                _check_number(f"{name}.{key}", item)
            object.__setattr__(self, name, MappingProxyType(held))

    def _check_value(self) -> None:
        if (self.value is None) == (self.reason is None):
            raise ValueError("a figure has either a value or a reason for having none")
        if self.reason is not None and self.reason not in REASONS:
            raise ValueError(f"unknown reason: {self.reason}")
        for name in ("value", "low", "high"):
            _check_number(name, getattr(self, name))
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError("the interval ends below its beginning")

    def _check_counts(self) -> None:
        if self.n is None and self.reason not in WITHHELD and UNCOUNTED not in self.caveats:
            raise ValueError("n may be left out only where the figure is withheld")
        for name in ("n", "unknown", "open"):
            count = getattr(self, name)
            if count is not None and (not isinstance(count, int) or isinstance(count, bool) or count < 0):
                raise ValueError(f"{name} is a count")

    def __reduce__(self) -> tuple[Any, ...]:
        # A read-only mapping cannot be pickled, and caches pickle.
        return (type(self).from_dict, (self.to_dict(),))

    @property
    def text(self) -> str | None:
        """The value as exact text, for content that allows no floats; None where there is no value."""
        return None if self.value is None else str(_plain(self.value))

    def withheld(self, reason: Reason) -> Self:
        """The same figure without value, counts, parts, interval, inputs and caveats. `reason` says why."""
        return replace(
            self,
            value=None,
            reason=reason,
            n=None,
            unknown=0,
            open=None,
            low=None,
            high=None,
            parts={},
            inputs=(),
            caveats=(),
        )

    def suppressed(self, *why: str) -> Self:
        """The same figure withheld because its group is small; `why` are its caveats."""
        return replace(self.withheld("suppressed"), caveats=why)

    def uncounted(self) -> Self:
        """The same figure with its value alone: no counts, and no interval or parts.

        A mean of a group, less that of a part of it that is shown, would be the mean of the rest.
        """
        told = (*self.caveats, UNCOUNTED)
        return replace(self, n=None, open=None, unknown=0, low=None, high=None, parts={}, caveats=told)

    def rounded(self, digits: int) -> Self:
        """The same figure with value, interval and parts to so many significant digits, which a caveat says.

        Whole numbers are counts and stay. Raises ValueError for no digits at all.
        """
        if digits < 1:
            raise ValueError("at least one digit is needed")

        def short(value: Any) -> Any:
            return value if not isinstance(value, Decimal | float) else type(value)(f"{value:.{digits}g}")

        return replace(
            self,
            value=short(self.value),
            low=short(self.low),
            high=short(self.high),
            parts={name: short(part) for name, part in self.parts.items()},
            caveats=(*self.caveats, caveat("to %(n)s digits, for readers of figures", n=digits)),
        )

    def to_dict(self) -> dict[str, Any]:
        """JSON types only. Decimals become text, and `decimals` lists which fields that happened to."""
        scalars = {"value": self.value, "low": self.low, "high": self.high}
        groups = {"parts": self.parts, "parameters": self.parameters}
        decimals = [name for name, item in scalars.items() if isinstance(item, Decimal)]
        for group, held in groups.items():
            decimals += [f"{group}.{key}" for key, item in held.items() if isinstance(item, Decimal)]
        return {
            "unit": self.unit,
            "n": self.n,
            "as_of": self.as_of.isoformat(),
            "method": self.method,
            "method_version": self.method_version,
            "period": [day.isoformat() for day in self.period] if self.period else None,
            "inputs": list(self.inputs),
            "caveats": [[c.template, dict(c.facts)] if isinstance(c, Caveat) else c for c in self.caveats],
            "reason": self.reason,
            "unknown": self.unknown,
            "open": self.open,
            **{name: _plain(item) for name, item in scalars.items()},
            **{group: {key: _plain(item) for key, item in held.items()} for group, held in groups.items()},
            "decimals": decimals,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The figure that `to_dict` gave. Raises KeyError or ValueError for anything else."""
        held = dict(data)
        decimals = set(held.pop("decimals"))
        for group in ("parts", "parameters"):
            held[group] = {k: Decimal(v) if f"{group}.{k}" in decimals else v for k, v in held[group].items()}
        for name in ("value", "low", "high"):
            if name in decimals:
                held[name] = Decimal(held[name])
        held["as_of"] = datetime.fromisoformat(held["as_of"])
        if held["period"] is not None:
            first, last = held["period"]
            held["period"] = (date.fromisoformat(first), date.fromisoformat(last))
        held["caveats"] = tuple(c if isinstance(c, str) else Caveat(*c) for c in held["caveats"])
        return cls(**{**held, "inputs": tuple(held["inputs"])})


@dataclass(frozen=True)
class Basis:
    """What a figure is asked for: as of when, about which days, made from which inputs."""

    as_of: datetime
    period: tuple[date, date] | None = None
    inputs: tuple[str, ...] = ()

    def figure(self, method: Method, value: Value, unit: str, n: int, **more: Any) -> Figure:
        """A figure on this basis; `more` are other fields of Figure."""
        return Figure(value, unit, n, self.as_of, method.name, method.version, self.period, self.inputs, **more)

    def none(self, method: Method, reason: Reason, unit: str, n: int = 0, **more: Any) -> Figure:
        """A figure without a value, for `reason`."""
        return self.figure(method, None, unit, n, reason=reason, **more)


def ratio(
    at: Basis,
    method: Method,
    numerator: Decimal | int | None,
    denominator: Decimal | int | None,
    *,
    n: int,
    unit: str = "share",
    parts: Mapping[str, Value] | None = None,
    **more: Any,
) -> Figure:
    """numerator / denominator as a Decimal, both kept in `parts`.

    "no data" when either is None, "undefined" when the denominator is zero.
    """
    shown: dict[str, Value] = {"numerator": numerator, "denominator": denominator, **(parts or {})}
    if numerator is None or denominator is None:
        return at.none(method, "no data", unit, n, parts=shown, **more)
    if denominator == 0:
        return at.none(method, "undefined", unit, n, parts=shown, **more)
    return at.figure(method, divide(numerator, denominator), unit, n, parts=shown, **more)


def divide(numerator: Decimal | int, denominator: Decimal | int) -> Decimal:
    """The quotient to 28 significant digits. Raises decimal.DivisionByZero or InvalidOperation for zero."""
    return EXACT.divide(Decimal(numerator), Decimal(denominator))


def clamp(value: Decimal, low: Decimal = Decimal(0), high: Decimal = Decimal(1)) -> Decimal:
    """`value`, but not below `low` nor above `high`."""
    return max(low, min(high, value))


def _check_number(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, Decimal | float | int | str | None):
        raise TypeError(f"{name} is a number or text, not {type(value).__name__}")
    finite = value.is_finite() if isinstance(value, Decimal) else not isinstance(value, float) or isfinite(value)
    if not finite:
        raise ValueError(f"{name} is not finite")


def _plain(value: Value) -> Any:
    return format(value, "f") if isinstance(value, Decimal) else value
