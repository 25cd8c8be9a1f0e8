"""Work: incidents of the CERT and of the bank, what each lets others see, and one grant withdrawn."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from trellis.core import clock
from trellis.operations import services as operations
from trellis.sharing import services as sharing
from trellis.web.demo.calendar import Calendar
from trellis.web.demo.cast import Cast

TITLES = [
    ("Mail server of a port operator locked", "ports", "high"),
    ("Payment messages delayed at a bank", "finance", "medium"),
    ("False invoices sent from a ministry's mailbox", "government", "medium"),
    ("Website of a district office defaced", "government", "low"),
    ("Power utility: remote access by an unknown party", "energy", "critical"),
    ("Customer records copied from a telephone shop", "telecoms", "high"),
    ("Backups of a hospital unreadable", "health", "high"),
    ("Telephone fraud against pensioners", "telecoms", "low"),
]
CLASSES = {
    "ports": "malicious-code",
    "finance": "availability",
    "government": "fraud:phishing",
    "energy": "intrusions",
    "telecoms": "fraud",
    "health": "malicious-code",
}
# Median hours to contain by quarter of the story: they fall as the duty desk fills.
CONTAIN = [70, 58, 40, 30, 22, 18, 16]


def happen(cast: Cast, calendar: Calendar) -> None:
    """Puts incidents, grants and a withdrawal into the calendar."""
    chance = random.Random(20260401)  # noqa: S311 - an invented history that is the same every time

    subjects: dict[int, UUID] = {}
    for n in range(84):
        day = 20 + n * 7
        title, sector, severity = TITLES[(n * 5 + n // 7) % len(TITLES)]
        quarter = min(len(CONTAIN) - 1, day // 91)
        wait = CONTAIN[quarter] * (1.6 if severity in ("high", "critical") else 0.8) * chance.lognormvariate(0, 0.7)
        stamps = _stamps(calendar.moment(day, chance.randint(0, 20)), wait, open_=n % 17 == 16, chance=chance)
        calendar.on(
            day + 1, f"Incident {n + 1:03d} is recorded", _recording(cast, subjects, n, title, sector, severity, stamps)
        )
        if "recovered" in stamps and _later(calendar, stamps["recovered"]) > day + 1:
            done = _later(calendar, stamps["recovered"])
            calendar.on(done, f"Incident {n + 1:03d} is over", _closing(cast, subjects, n, stamps))

    def let(who: str, side: str, detail: str, purpose: str) -> UUID:
        return sharing.grant(
            cast.viewer(who).actor,
            "operations.incident",
            "side",
            arrangement=cast.programme,
            side=side,
            detail=detail,
            ceiling="AMBER",
            purpose=purpose,
        ).subject

    state: dict[str, UUID] = {}
    calendar.on(
        98,
        "The CERT lets donors see figures of its incidents",
        lambda: state.update(donors=let("cert", "donor", "figure", "To follow response times each quarter")),
    )
    calendar.on(
        99,
        "The CERT lets the ministry's side see figures",
        lambda: state.update(partners=let("cert", "partner", "figure", "To lead the programme")),
    )
    calendar.on(
        140,
        "The CERT lets the regional centre read its incidents",
        lambda: state.update(centre=let("cert", "regional", "record", "To plan the yearly exercise")),
    )
    calendar.on(
        430,
        "The CERT withdraws what the regional centre could read",
        lambda: (
            sharing.grant_withdraw(
                cast.viewer("cert").actor, state["centre"], "The exercise is planned; the records are no longer needed."
            )
            and None
        ),
    )


def _later(calendar: Calendar, moment: datetime) -> int:
    return (moment.date() - calendar.start).days + 1


def _recording(
    cast: Cast, subjects: dict[int, UUID], n: int, title: str, sector: str, severity: str, stamps: dict[str, datetime]
) -> Callable[[], None]:
    def event() -> None:
        subjects[n] = operations.incident_record(
            cast.viewer("cert:cert-lead"),
            reference=f"SC-{n + 1:03d}",
            title=title,
            sector=sector,
            severity=severity,
            classification=CLASSES.get(sector, ""),
            summary="Recorded by the duty desk from the ticket.",
            **{name: moment for name, moment in stamps.items() if moment <= clock.now()},  # type: ignore[arg-type]
        ).subject

    return event


def _closing(cast: Cast, subjects: dict[int, UUID], n: int, stamps: dict[str, datetime]) -> Callable[[], None]:
    def event() -> None:
        changes: dict[str, Any] = {**stamps}
        operations.incident_correct(cast.viewer("cert:cert-lead"), subjects[n], "Contained and recovered", **changes)

    return event


def _stamps(detected: datetime, hours: float, *, open_: bool, chance: random.Random) -> dict[str, datetime]:
    found = {"detected": detected, "acknowledged": detected + timedelta(hours=min(hours, chance.uniform(0.2, 5)))}
    if chance.random() < 0.6:
        found["started"] = detected - timedelta(hours=chance.lognormvariate(2.5, 1))
    if not open_:
        found["contained"] = detected + timedelta(hours=hours)
        found["recovered"] = found["contained"] + timedelta(hours=chance.uniform(2, 60))
    return {name: moment.replace(microsecond=0) for name, moment in found.items()}
