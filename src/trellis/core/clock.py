"""The only clock. Everything that asks for the time, ids included, asks here.

A demonstration or a test may set the clock for the whole process, and only there: production refuses.
"""

from datetime import UTC, date, datetime, timedelta
from threading import Lock

from django.conf import settings

_lock = Lock()
_frozen: datetime | None = None


class ClockError(RuntimeError):
    """The clock was set where it may not be, or ran backwards."""


def now() -> datetime:
    """The present moment, aware, UTC, to the microsecond."""
    return _frozen or datetime.now(UTC)


def today() -> date:
    """The present date in UTC."""
    return now().date()


def is_set() -> bool:
    """Whether somebody set the clock by hand."""
    return _frozen is not None


def set_to(moment: datetime | None) -> None:
    """Sets the clock to `moment` until set again; None gives back the real time.

    Raises ClockError in production, or for a moment without a time zone.
    """
    global _frozen
    if settings.MODE == "production":
        raise ClockError("The clock can be set only in a demonstration or a test")
    if moment is not None and moment.tzinfo is None:
        raise ClockError("A moment needs a time zone")
    with _lock:
        _frozen = moment.astimezone(UTC) if moment else None


def advance(**delta: float) -> datetime:
    """Moves a set clock forward, `advance(days=3)`, and returns the new moment."""
    set_to(now() + timedelta(**delta))
    return now()
