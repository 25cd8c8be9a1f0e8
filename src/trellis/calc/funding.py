"""Money over time: predictability D2, dependency D3, in-kind value D4, leverage and cost recovery D6, X-01.

Amounts are decimals in one currency per call; converting is the caller's. Release (D1) is in
`trellis.calc.release` and is offered here too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from typing import Literal

from trellis.calc.figure import EXACT, Basis, Figure, Method, Value, caveat, clamp, divide, ratio
from trellis.calc.money import round_money, split
from trellis.calc.release import Condition, MilestoneState, Release, TrancheState, release
from trellis.calc.survival import Durations, kaplan_meier

__all__ = [
    "Condition",
    "InKind",
    "InKindValue",
    "MilestoneState",
    "PartialPay",
    "Release",
    "RunningCost",
    "ScheduledTranche",
    "TrancheState",
    "below_path",
    "cost_recovery",
    "days_to_pay",
    "dependency",
    "donor_reliability",
    "forward_cover",
    "glide_path",
    "in_kind_value",
    "leverage",
    "on_schedule",
    "partial_pay",
    "reciprocity",
    "release",
    "round_money",
    "split",
]


@dataclass(frozen=True)
class ScheduledTranche:
    """A tranche with its due date, the day it became releasable (None: not yet), and its payments."""

    id: str
    amount: Decimal
    due: date
    releasable_on: date | None = None
    payments: tuple[tuple[date, Decimal], ...] = ()

    def paid_between(self, first: date, last: date) -> Decimal:
        """What was paid from `first` to `last`, both inside."""
        return sum((amount for day, amount in self.payments if first <= day <= last), Decimal(0))

    def paid_in_full_on(self, last: date) -> date | None:
        """The day on which the payments known on `last` reached the amount, if they did."""
        paid = Decimal(0)
        for day, amount in sorted(self.payments):
            paid += amount
            if day <= last and paid >= self.amount:
                return day
        return None


def on_schedule(at: Basis, tranches: Sequence[ScheduledTranche], year: tuple[date, date]) -> Figure:
    """P1, the partner's view: sum of min(paid within the year, scheduled) / sum scheduled.

    Over tranches due in `year` (first and last day) and by the as-of date. `parts["held_for_milestones"]`
    is the amount that was not releasable by its due date, which explains P1 against P2.
    """
    due = _due(at, tranches, year)
    held = sum((t.amount for t in due if not _releasable(t)), Decimal(0))
    return _paid_share(at, Method("funding.on_schedule"), due, year, {"held_for_milestones": held})


def donor_reliability(at: Basis, tranches: Sequence[ScheduledTranche], year: tuple[date, date]) -> Figure:
    """P2, the donor's part: as P1, only over tranches that were releasable by their due date."""
    due = [tranche for tranche in _due(at, tranches, year) if _releasable(tranche)]
    return _paid_share(at, Method("funding.donor_reliability"), due, year, {})


def _due(at: Basis, tranches: Sequence[ScheduledTranche], year: tuple[date, date]) -> list[ScheduledTranche]:
    return [t for t in tranches if year[0] <= t.due <= min(year[1], at.as_of.date())]


def _releasable(tranche: ScheduledTranche) -> bool:
    return tranche.releasable_on is not None and tranche.releasable_on <= tranche.due


def _paid_share(
    at: Basis,
    method: Method,
    due: Sequence[ScheduledTranche],
    year: tuple[date, date],
    parts: Mapping[str, Value],
) -> Figure:
    if not due:
        return at.none(method, "no data", "share", parts=parts)
    today = at.as_of.date()
    last = min(year[1], today)
    paid = sum((min(t.paid_between(year[0], last), t.amount) for t in due), Decimal(0))
    scheduled = sum((t.amount for t in due), Decimal(0))
    caveats = (caveat("the year is not over"),) if today < year[1] else ()
    return ratio(at, method, paid, scheduled, n=len(due), parts=parts, caveats=caveats)


def forward_cover(at: Basis, years: Mapping[int, tuple[Decimal | None, Decimal | None]]) -> Figure:
    """P3: mean over the coming years of min(1, published amount / planned need).

    `years` maps each year (three by D2) to (published, need). A published 0 is a fact; None is not known,
    and one unknown leaves no figure. A year without need is left out and said.
    """
    method = Method("funding.forward_cover")
    unknown = sum(None in pair for pair in years.values())
    shares: list[Decimal] = []
    parts: dict[str, Value] = {}
    for year, (published, need) in sorted(years.items()):
        if published is not None and need:
            parts[str(year)] = min(Decimal(1), divide(published, need))
            shares.append(min(Decimal(1), divide(published, need)))
    free = [str(year) for year, pair in sorted(years.items()) if pair[1] == 0]
    caveats = (caveat("no need planned in %(years)s", years=", ".join(free)),) if free else ()
    if unknown or not years:
        reason: Literal["insufficient data", "no data"] = "insufficient data" if shares else "no data"
        return at.none(method, reason, "share", len(shares), unknown=unknown, parts=parts, caveats=caveats)
    if not shares:
        return at.none(method, "undefined", "share", parts=parts, caveats=caveats)
    mean = divide(sum(shares, Decimal(0)), len(shares))
    return at.figure(method, mean, "share", len(shares), parts=parts, caveats=caveats)


def days_to_pay(at: Basis, tranches: Sequence[ScheduledTranche]) -> Figure:
    """P4: median days from releasable to paid in full; tranches still unpaid are censored at the as-of date.

    Payment before the tranche was releasable counts as 0 days. Tranches not yet releasable are no part of it.
    """
    today = at.as_of.date()
    days: list[int] = []
    paid: list[bool] = []
    for tranche in tranches:
        if tranche.releasable_on is None or tranche.releasable_on > today:
            continue
        on = tranche.paid_in_full_on(today)
        days.append(max(0, ((on or today) - tranche.releasable_on).days))
        paid.append(on is not None)
    curve = kaplan_meier(Durations.of(days, paid))
    median = curve.median()
    more = {
        "open": curve.open,
        "low": median.low,
        "high": median.high,
        "parts": {"paid": curve.n_events, "unpaid": curve.open},
    }
    method = Method("funding.days_to_pay")
    if median.value is None:
        return at.none(method, "not reached" if curve.n else "no data", "days", curve.n, **more)
    return at.figure(method, median.value, "days", curve.n, **more)


@dataclass(frozen=True)
class RunningCost:
    """The full running cost of a function in a year, met from outside and from inside. None is not known."""

    external_cash: Decimal | None
    external_in_kind: Decimal | None
    external_equipment: Decimal | None
    own_cash: Decimal | None
    own_in_kind: Decimal | None
    own_equipment: Decimal | None


def dependency(at: Basis, cost: RunningCost) -> Figure:
    """D3: the externally met part of the full running cost; `parts["self_reliance"]` is the rest of 1.

    Equipment is annualised. One unknown part leaves no figure.
    """
    outside = (cost.external_cash, cost.external_in_kind, cost.external_equipment)
    inside = (cost.own_cash, cost.own_in_kind, cost.own_equipment)
    known = [part for part in outside + inside if part is not None]
    method = Method("funding.dependency")
    if len(known) < 6:
        reason: Literal["insufficient data", "no data"] = "insufficient data" if known else "no data"
        return at.none(method, reason, "share", len(known), unknown=6 - len(known))
    external = sum((part for part in outside if part is not None), Decimal(0))
    total = sum(known, Decimal(0))
    rest = {"self_reliance": 1 - divide(external, total)} if total else {}
    return ratio(at, method, external, total, n=6, parts=rest)


def reciprocity(
    at: Basis,
    *,
    partner_cash: Decimal | None,
    partner_in_kind: Decimal | None,
    donor_cash: Decimal | None,
    donor_in_kind: Decimal | None,
) -> Figure:
    """D3: accepted partner cash and in-kind / donor cash and in-kind delivered."""
    partner = None if partner_cash is None or partner_in_kind is None else partner_cash + partner_in_kind
    donor = None if donor_cash is None or donor_in_kind is None else donor_cash + donor_in_kind
    known = sum(part is not None for part in (partner_cash, partner_in_kind, donor_cash, donor_in_kind))
    return ratio(at, Method("funding.reciprocity"), partner, donor, n=known, unit="ratio", unknown=4 - known)


def glide_path(start_share: Decimal, start: int, end: int, year: int, growth: Decimal | None = None) -> Decimal:
    """D3: the partner's share of cost planned for `year`.

    Linear from `start_share` in `start` to 1 in `end`; or, with `growth` g, start_share (1+g)^(year-start),
    capped at 1. Before `start` it is `start_share`. Raises ValueError unless end > start and 0 <=
    start_share <= 1.
    """
    if end <= start or not 0 <= start_share <= 1:
        raise ValueError("the path ends after it starts, from a share between 0 and 1")
    passed = max(0, year - start)
    with localcontext(EXACT):
        if growth is not None:
            return clamp(start_share * (1 + growth) ** passed)
        return start_share + (1 - start_share) * min(passed, end - start) / (end - start)


def below_path(actual: Decimal | None, path: Decimal, tolerance: Decimal = Decimal("0.05")) -> bool | None:
    """Whether the actual share is under the path by more than `tolerance`; None when it is not known."""
    return None if actual is None else actual < path - tolerance


@dataclass(frozen=True)
class InKind:
    """A contribution in kind: `quantity` units at `rate`; `hours` of work where it is work.

    `rate` is ordinary pay for similar work on the host labour market. For goods `ceiling` is the fair
    market value when given, for loans the fair rental; both are needed. None is not recorded.
    """

    kind: Literal["work", "goods", "loan"]
    quantity: Decimal | None
    rate: Decimal | None
    hours: Decimal | None = None
    ceiling: Decimal | None = None
    evidenced: bool | None = None
    necessary: bool | None = None
    paid_by_another_donor: bool | None = None
    claimed_elsewhere: bool | None = None
    counter_accepted: bool | None = None


@dataclass(frozen=True)
class InKindValue:
    """`counted` is what counts now, 0 while a test is unmet; `worth` what it would be worth; hours beside
    money.
    """

    counted: Decimal | None
    worth: Decimal | None
    hours: Decimal | None
    conditions: tuple[Condition, ...]

    @property
    def unmet(self) -> tuple[Condition, ...]:
        """Every test that is not met."""
        return tuple(condition for condition in self.conditions if condition.met is not True)


def in_kind_value(entry: InKind, minor_units: int = 2) -> InKindValue:
    """D4: quantity x rate, under the ceiling for goods and loans, counted only if all five tests are met.

    Without quantity, rate or a needed ceiling there is no worth (None).
    """
    conditions = (
        Condition("evidenced", entry.evidenced),
        Condition("necessary", entry.necessary),
        Condition("not paid by another donor", _not(entry.paid_by_another_donor)),
        Condition("counted once", _not(entry.claimed_elsewhere)),
        Condition("counter-accepted", entry.counter_accepted),
    )
    worth: Decimal | None = None
    if entry.quantity is not None and entry.rate is not None:
        worth = round_money(entry.quantity * entry.rate, minor_units)
        if entry.kind != "work":
            worth = None if entry.ceiling is None else min(worth, entry.ceiling)
    met = all(condition.met is True for condition in conditions)
    return InKindValue(worth if met else Decimal(0), worth, entry.hours, conditions)


def _not(fact: bool | None) -> bool | None:
    return None if fact is None else not fact


def leverage(
    at: Basis,
    private_mobilised: Decimal | None,
    concessional_public: Decimal | None,
    co_located: Decimal | None,
    attribution: str,
) -> Figure:
    """D6: private finance mobilised / concessional public finance.

    Public co-finance is in neither. Money merely co-located is shown in `parts`, never added. `attribution`
    names the method by which private money was attributed.
    """
    known = sum(part is not None for part in (private_mobilised, concessional_public))
    return ratio(
        at,
        Method("funding.leverage"),
        private_mobilised,
        concessional_public,
        n=known,
        unit="ratio",
        parts={"co_located": co_located},
        parameters={"attribution": attribution},
    )


def cost_recovery(
    at: Basis,
    fees_earned: Decimal | None,
    *,
    direct: Decimal | None,
    overhead: Decimal | None,
    depreciation: Decimal | None,
    fees_waived: Decimal | None = None,
) -> Figure:
    """D6: fees earned / (direct + overhead + depreciation). Waived fees are shown apart."""
    costs = [part for part in (direct, overhead, depreciation) if part is not None]
    full = sum(costs, Decimal(0)) if len(costs) == 3 else None
    known = len(costs) + (fees_earned is not None)
    return ratio(
        at,
        Method("funding.cost_recovery"),
        fees_earned,
        full,
        n=known,
        unit="ratio",
        unknown=4 - known,
        parts={"fees_waived": fees_waived},
    )


@dataclass(frozen=True)
class PartialPay:
    """X-01: the share earned, the money earned so far, what is payable now, and what remains to be earned.

    All None, with the reason, where the result is not known or the scale has no length. `overpaid` is what
    was paid beyond the amount earned.
    """

    share: Decimal | None
    earned: Decimal | None
    payable: Decimal | None
    remaining: Decimal | None
    overpaid: Decimal | None = None
    reason: Literal["no data", "undefined"] | None = None


def partial_pay(
    allocation: Decimal,
    value: Decimal | None,
    baseline: Decimal,
    target: Decimal,
    paid: Decimal,
    minor_units: int = 2,
) -> PartialPay:
    """X-01: allocation x clamp((v - b)/(T - b), 0, 1) less what was paid, for rising and falling measures
    alike.

    Money earned is rounded half to even at `minor_units` decimals. Nothing is ever payable back: a result
    that falls after payment shows as `overpaid`.
    """
    if value is None:
        return PartialPay(None, None, None, None, reason="no data")
    if target == baseline:
        return PartialPay(None, None, None, None, reason="undefined")
    share = clamp(divide(value - baseline, target - baseline))
    with localcontext(EXACT):
        earned = round_money(allocation * share, minor_units)
    zero = Decimal(0)
    return PartialPay(share, earned, max(zero, earned - paid), allocation - earned, max(zero, paid - earned))
