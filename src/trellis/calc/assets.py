"""Security tests: findings by severity and state as counts, and the share fixed in time (AST-04).

Counts alone: nothing here knows what a finding is about.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

from trellis.calc.figure import Basis, Figure, Method, Reason, caveat, ratio

State = Literal["found", "open", "overdue", "fixed", "accepted"]
STATES: tuple[State, ...] = get_args(State)

FOUND_ONLY = caveat("findings that were recorded; what no test looked at is not counted")


def _unreported(n: int) -> tuple[str, ...]:
    return (caveat("tests that ended and whose findings are not all recorded: %(n)s", n=n),) if n else ()


def _moved(n: int) -> tuple[str, ...]:
    return (caveat("findings whose fix date was moved later: %(n)s", n=n),) if n else ()


@dataclass(frozen=True)
class Finding:
    """One finding: when found, by when to be fixed, when fixed, when its risk was accepted.

    `moved`: the day to fix it by is later now than when the finding was first recorded.
    """

    severity: str
    found: date
    due: date
    fixed: date | None = None
    accepted: date | None = None
    moved: bool = False

    def state(self, day: date) -> str:
        """`fixed`, `accepted`, `overdue` or `open` at the end of a day; '' before it was found."""
        if self.found > day:
            return ""
        if self.fixed is not None and self.fixed <= day:
            return "fixed"
        if self.accepted is not None and self.accepted <= day:
            return "accepted"
        return "overdue" if day > self.due else "open"


@dataclass(frozen=True)
class Runs:
    """How many tests ended, and of how many of them all findings are recorded."""

    ended: int
    reported: int

    @property
    def unreported(self) -> int:
        """Runs that ended and may hold findings that nobody recorded yet."""
        return self.ended - self.reported


def tally(findings: Sequence[Finding], day: date) -> dict[State, int]:
    """How many findings there are by state. The open ones include the overdue: found = open + fixed + accepted."""
    states = [state for finding in findings if (state := finding.state(day))]
    overdue = states.count("overdue")
    return {
        "found": len(states),
        "open": states.count("open") + overdue,
        "overdue": overdue,
        "fixed": states.count("fixed"),
        "accepted": states.count("accepted"),
    }


def _none(held: Sequence[Finding], tests: Runs) -> Reason | None:
    """Why there is nothing to count: no test, or none whose findings are all recorded. None where there is."""
    if held or tests.reported:
        return None
    return "insufficient data" if tests.ended else "no data"


def count(
    at: Basis, findings: Sequence[Finding], tests: Runs, day: date, state: State = "open", severity: str = ""
) -> Figure:
    """How many findings of a severity (all without one) are in a state.

    Nothing recorded is no 0: a 0 needs a finding of any severity, or a test whose findings are all recorded.
    """
    counted = tally([one for one in findings if severity in ("", one.severity)], day)
    known = [one for one in findings if one.state(day)]
    more: dict[str, Any] = {
        "parts": {**counted, "tests_ended": tests.ended, "tests_unreported": tests.unreported},
        "parameters": {"state": state, "severity": severity or "all"},
        "caveats": (FOUND_ONLY, *_unreported(tests.unreported)),
    }
    method = Method("assets.count")
    if (reason := _none(known, tests)) is not None:
        return at.none(method, reason, "", **more)
    return at.figure(method, counted[state], "", counted["found"], **more)


def in_time(at: Basis, findings: Sequence[Finding], tests: Runs, day: date, severity: str = "critical") -> Figure:
    """Fixed by the due date / those fixed, overdue, or accepted only after they were due.

    Open and not yet due: neither for nor against. Accepted by the due date: left out and counted apart.
    """
    held = [one for one in findings if one.severity == severity and one.state(day)]
    fixed = [one for one in held if one.state(day) == "fixed"]
    good = sum(one.fixed is not None and one.fixed <= one.due for one in fixed)
    overdue = sum(one.state(day) == "overdue" for one in held)
    taken = [one for one in held if one.state(day) == "accepted"]
    late = sum(one.accepted is not None and one.accepted > one.due for one in taken)
    pending = sum(one.state(day) == "open" for one in held)
    decided = len(fixed) + overdue + late
    parts = {
        "fixed_late": len(fixed) - good,
        "overdue": overdue,
        "accepted_late": late,
        "accepted_in_time": len(taken) - late,
        "not_yet_due": pending,
    }
    more: dict[str, Any] = {
        "open": pending + overdue,
        "parameters": {"severity": severity},
        "caveats": (FOUND_ONLY, *_unreported(tests.unreported), *_moved(sum(one.moved for one in held))),
    }
    method = Method("assets.in_time")
    if not decided:
        known = held or tests.reported
        return at.none(method, "insufficient data" if known or tests.ended else "no data", "share", parts=parts, **more)
    return ratio(at, method, good, decided, n=decided, parts=parts, **more)


def ended(at: Basis, days: Sequence[date], kind: str = "") -> Figure:
    """How many tests ended in the period of the basis. Nothing done is told as no data, and so is nothing recorded.

    Runs that are planned or still run are not counted: that one is coming may be known to few.
    """
    found = [day for day in days if at.period is None or at.period[0] <= day <= at.period[1]]
    more: dict[str, Any] = {"parameters": {"kind": kind or "all"}}
    method = Method("assets.ended")
    if not found:
        return at.none(method, "no data", "", **more)
    return at.figure(method, len(found), "", len(found), **more)
