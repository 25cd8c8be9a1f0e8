"""Learning gain D14 and retention D26."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from trellis.calc.dates import add_months
from trellis.calc.figure import Basis, Figure, Method, caveat, divide

Band = Literal["low", "medium", "high"]


@dataclass(frozen=True)
class Scores:
    """One learner's scores before and after; None where the learner did not sit the test."""

    person: str
    pre: Decimal | None
    post: Decimal | None


@dataclass(frozen=True)
class Learning:
    """D14 for one course.

    `course_gain` is the gain of the means, `individual_gain` the mean of the gains, `normalised_change` the
    mean by Marx and Cummings. They differ, so all are shown, with `matched` pairs, `dropped_out` (before
    only) and `post_only`. `fell` counts learners who scored lower afterwards.
    """

    course_gain: Figure
    individual_gain: Figure
    normalised_change: Figure
    band: Band | None
    matched: int
    dropped_out: int
    post_only: int
    at_maximum: int
    fell: int


def learning(
    at: Basis,
    scores: Sequence[Scores],
    maximum: Decimal = Decimal(100),
    bands: tuple[Decimal, Decimal] = (Decimal("0.3"), Decimal("0.7")),
) -> Learning:
    """D14 on matched pairs, for scores from 0 to `maximum`.

    Course gain = (mean post - mean pre)/(maximum - mean pre). Individual gain = (post - pre)/(maximum - pre),
    without those who began at the maximum. Normalised change is the same where post > pre, (post - pre)/pre
    where it is lower, 0 where equal, and leaves out who began and ended at 0 or at the maximum. Raises
    ValueError for a score outside the scale.
    """
    for score in scores:
        if any(mark is not None and not 0 <= mark <= maximum for mark in (score.pre, score.post)):
            raise ValueError(f"a score of {score.person} is outside 0 to {maximum}")
    pairs = [(s.pre, s.post) for s in scores if s.pre is not None and s.post is not None]
    dropped = sum(s.pre is not None and s.post is None for s in scores)
    post_only = sum(s.pre is None and s.post is not None for s in scores)
    untested = sum(s.pre is None and s.post is None for s in scores)
    fell = sum(post < pre for pre, post in pairs)
    more = {
        "unknown": dropped + post_only + untested,
        "parts": {"matched": len(pairs), "dropped_out": dropped, "post_only": post_only, "fell": fell},
        "parameters": {"maximum": maximum},
    }
    course = _course_gain(at, pairs, maximum, more)
    gains = [divide(post - pre, maximum - pre) for pre, post in pairs if pre < maximum]
    changes = [change for pre, post in pairs if (change := _change(pre, post, maximum)) is not None]
    at_maximum = len(pairs) - len(gains)
    caveats = (caveat("%(n)s began at the maximum and are left out", n=at_maximum),) if at_maximum else ()
    gain = course.value
    return Learning(
        course,
        _mean(at, Method("delivery.individual_gain"), gains, len(pairs), {**more, "caveats": caveats}),
        _mean(at, Method("delivery.normalised_change"), changes, len(pairs), more),
        band(gain, bands) if isinstance(gain, Decimal) else None,
        len(pairs),
        dropped,
        post_only,
        at_maximum,
        fell,
    )


def band(gain: Decimal, bands: tuple[Decimal, Decimal] = (Decimal("0.3"), Decimal("0.7"))) -> Band:
    """Low below the first limit, medium up to the second, high from there."""
    return "low" if gain < bands[0] else "medium" if gain < bands[1] else "high"


def _course_gain(at: Basis, pairs: Sequence[tuple[Decimal, Decimal]], maximum: Decimal, more: dict[str, Any]) -> Figure:
    method = Method("delivery.course_gain")
    if not pairs:
        return at.none(method, "no data", "gain", 0, **more)
    pre = sum((pair[0] for pair in pairs), Decimal(0))
    post = sum((pair[1] for pair in pairs), Decimal(0))
    room = maximum * len(pairs) - pre
    if room == 0:
        return at.none(method, "undefined", "gain", len(pairs), **more)
    return at.figure(method, divide(post - pre, room), "gain", len(pairs), **more)


def _change(pre: Decimal, post: Decimal, maximum: Decimal) -> Decimal | None:
    if post > pre:
        return divide(post - pre, maximum - pre)
    if post < pre:
        return divide(post - pre, pre)
    return None if pre in (0, maximum) else Decimal(0)


def _mean(at: Basis, method: Method, values: Sequence[Decimal], pairs: int, more: dict[str, Any]) -> Figure:
    if not values:
        return at.none(method, "undefined" if pairs else "no data", "gain", 0, **more)
    return at.figure(method, divide(sum(values, Decimal(0)), len(values)), "gain", len(values), **more)


@dataclass(frozen=True)
class Graduate:
    """Someone who completed on a day; `in_post` at the k-month check is None where the person was not
    traced.
    """

    id: str
    completed_on: date
    in_post: bool | None


def retention(at: Basis, people: Sequence[Graduate], months: int) -> Figure:
    """D26: share in a qualifying post `months` after completing, of those who have reached that point.

    The value, and `low`, count the untraced as left; `high` leaves them out. Whoever has not reached the
    point at the as-of date is in `parts["not_due"]` and nowhere else. Nobody traced: "insufficient data".
    """
    today = at.as_of.date()
    due = [person for person in people if add_months(person.completed_on, months) <= today]
    in_post = sum(person.in_post is True for person in due)
    left = sum(person.in_post is False for person in due)
    untraced = len(due) - in_post - left
    method = Method("delivery.retention")
    more = {
        "unknown": untraced,
        "parts": {
            "in_post": in_post,
            "left": left,
            "untraced": untraced,
            "reached": len(due),
            "not_due": len(people) - len(due),
        },
        "parameters": {"months": months},
    }
    if not due:
        return at.none(method, "no data", "share", 0, **more)
    if untraced == len(due):
        return at.none(method, "insufficient data", "share", len(due), **more)
    low, high = divide(in_post, len(due)), divide(in_post, in_post + left)
    return at.figure(method, low, "share", len(due), low=low, high=high, **more)
