"""Stepping back: exit readiness D18, the ladder EXI-06, drift EXI-02, what lasts EXI-09."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, Literal

from trellis.calc.dates import add_months, whole_months
from trellis.calc.figure import Basis, Figure, Method, Reason, divide, ratio

Step = Literal["donor-led", "joint", "partner-led with mentor", "partner-only"]
LADDER: tuple[Step, ...] = ("donor-led", "joint", "partner-led with mentor", "partner-only")
CHOICES = ("extend once with cause", "move to regional support", "exit with residual risk recorded")


@dataclass(frozen=True)
class Criterion:
    """One criterion of exit. `degree` (0 to 1) is how far it is met, None where it is not known.

    `met` is None where not known, and that is not met.
    """

    name: str
    met: bool | None
    degree: Decimal | None = None
    note: str = ""
    mandatory: bool = True


@dataclass(frozen=True)
class Readiness:
    """D18 for one function. `weakest` is the mandatory criterion that holds it back most, None when ready."""

    criteria: tuple[Criterion, ...]

    @property
    def unmet(self) -> tuple[Criterion, ...]:
        """Every mandatory criterion that is not met, weakest first."""
        short = [item for item in self.criteria if item.mandatory and item.met is not True]
        return tuple(sorted(short, key=_weakness))

    @property
    def ready(self) -> bool:
        """True only when there are mandatory criteria and all are met."""
        return any(item.mandatory for item in self.criteria) and not self.unmet

    @property
    def weakest(self) -> Criterion | None:
        """The weakest mandatory criterion among those not met."""
        return self.unmet[0] if self.unmet else None


def _weakness(item: Criterion) -> tuple[bool, Decimal]:
    # What is known to be unmet is named before what is only unknown.
    return item.met is None, item.degree or Decimal(0)


@dataclass(frozen=True)
class ExitEvidence:
    """What is recorded for a function's exit; None is not recorded.

    `holders` maps each critical post to its trained holders; `unaided_months` are consecutive.
    """

    mandate_in_law: bool | None = None
    budget_line_next_year: bool | None = None
    holders: Mapping[str, int | None] | None = None
    own_procedures: bool | None = None
    reserve_on_path: bool | None = None
    unaided_months: int | None = None


def exit_readiness(evidence: ExitEvidence, holders_needed: int = 2, months_needed: int = 6) -> Readiness:
    """D18: six criteria, all mandatory. Ready only if each is met; overall is the weakest."""
    months = evidence.unaided_months
    return Readiness(
        (
            _yes_no("mandate in law", evidence.mandate_in_law),
            _yes_no("budget line funded next year", evidence.budget_line_next_year),
            _posts(evidence.holders, holders_needed),
            _yes_no("own procedures", evidence.own_procedures),
            _yes_no("refresh reserve on path", evidence.reserve_on_path),
            Criterion(
                "run unaided",
                None if months is None else months >= months_needed,
                None if months is None else min(Decimal(1), divide(months, months_needed)),
                f"{'unknown' if months is None else months} of {months_needed} months",
            ),
        )
    )


def _yes_no(name: str, met: bool | None) -> Criterion:
    return Criterion(name, met, None if met is None else Decimal(int(met)))


def _posts(holders: Mapping[str, int | None] | None, needed: int) -> Criterion:
    name = "trained holders per critical post"
    if not holders:
        return Criterion(name, None, None, "no critical post is listed")
    short = [post for post, count in sorted(holders.items()) if count is not None and count < needed]
    unknown = [post for post, count in sorted(holders.items()) if count is None]
    known = [count for count in holders.values() if count is not None]
    degree = min(Decimal(1), divide(min(known), needed)) if known and (short or not unknown) else None
    met = False if short else None if unknown else True
    return Criterion(name, met, degree, ", ".join(short or unknown))


def unaided_months(since: date | None, donor_run_days: Sequence[date], as_of: date) -> int | None:
    """EXI-07: whole months run without donor staff up to `as_of`; one donor-run day starts the count again.

    `since` is the first day that is recorded; None when there is no record.
    """
    if since is None or since > as_of:
        return None
    last = max((day for day in donor_run_days if day <= as_of), default=None)
    start = since if last is None or last < since else last + timedelta(days=1)
    return whole_months(start, as_of)


def exit_choices(
    readiness: Readiness, planned: date | None, as_of: date, notice_days: int, extended: bool
) -> tuple[str, ...]:
    """D18: the joint choices that are forced once a function is not ready at its notice point; else none.

    The notice point is `notice_days` before the `planned` date. An extension is offered once.
    """
    if readiness.ready or planned is None or as_of < planned - timedelta(days=notice_days):
        return ()
    return CHOICES[1:] if extended else CHOICES


@dataclass(frozen=True)
class StepRule:
    """Whether a step on the ladder is open, and everything that stands against it."""

    direction: Literal["forward", "back", "none"]
    against: tuple[str, ...]

    @property
    def allowed(self) -> bool:
        """True when nothing stands against it; it still needs the keys of both sides."""
        return not self.against


def ladder_step(current: Step, proposed: Step, criteria: Sequence[Criterion] = ()) -> StepRule:
    """EXI-06: one step forward if every mandatory criterion is met, one step back by decision, no skipping.

    A forward step without any mandatory criterion is refused: nothing would show that it is due.
    """
    distance = LADDER.index(proposed) - LADDER.index(current)
    direction: Literal["forward", "back", "none"] = "forward" if distance > 0 else "back" if distance else "none"
    against: list[str] = []
    if distance == 0:
        against.append("it is already on this step")
    if abs(distance) > 1:
        against.append("a step may not be skipped")
    if distance > 0:
        mandatory = [item for item in criteria if item.mandatory]
        if not mandatory:
            against.append("no criterion is set for this step")
        against += [item.name for item in mandatory if item.met is not True]
    return StepRule(direction, tuple(against))


def person_days_alerts(days: Sequence[tuple[Step, Decimal | None]]) -> tuple[str, ...]:
    """EXI-06: donor person-days in the order the steps were taken; names what did not fall with a step
    forward.
    """
    alerts: list[str] = []
    for (before, used), (after, now) in pairwise(days):
        if LADDER.index(after) <= LADDER.index(before):
            continue
        if used is None or now is None:
            alerts.append(f"{after}: donor person-days are not known")
        elif now >= used:
            alerts.append(f"{after}: donor person-days did not fall")
    return tuple(alerts)


def drift(at: Basis, spend: Sequence[tuple[Decimal, bool | None]]) -> Figure:
    """EXI-02: out-of-scope spend / spend. Each entry is (amount, in scope?); None is not judged yet.

    The value, and `low`, take what is not judged as in scope; `high` takes it as out of scope.
    """
    total = sum((amount for amount, _ in spend), Decimal(0))
    out = sum((amount for amount, inside in spend if inside is False), Decimal(0))
    unjudged = sum((amount for amount, inside in spend if inside is None), Decimal(0))
    unknown = sum(inside is None for _, inside in spend)
    method = Method("handover.drift")
    if not spend:
        return at.none(method, "no data", "share")
    if unknown == len(spend):
        return at.none(method, "insufficient data", "share", len(spend), unknown=unknown)
    # A refund is a negative amount, so the two bounds may change places.
    ends = sorted((divide(out, total), divide(out + unjudged, total))) if total else []
    bounds: dict[str, Any] = {"low": ends[0], "high": ends[1]} if ends else {}
    return ratio(at, method, out, total, n=len(spend), unknown=unknown, parts={"not_judged": unjudged}, **bounds)


def gain_retained(at: Basis, baseline: Decimal | None, at_exit: Decimal | None, post: Decimal | None) -> Figure:
    """EXI-09: (post - baseline)/(at exit - baseline). No data is unknown, not retained."""
    method = Method("handover.gain_retained")
    numbers = (baseline, at_exit, post)
    parts = {"baseline": baseline, "at_exit": at_exit, "post": post}
    if baseline is None or at_exit is None or post is None:
        reason: Reason = "no data" if post is None else "insufficient data"
        return at.none(method, reason, "share", 0, unknown=sum(n is None for n in numbers), parts=parts)
    return ratio(at, method, post - baseline, at_exit - baseline, n=1, parts=parts)


def check_dates(exited_on: date, months: Sequence[int] = (6, 12, 24)) -> tuple[date, ...]:
    """EXI-09: when the checks after exit are due."""
    return tuple(add_months(exited_on, count) for count in months)
