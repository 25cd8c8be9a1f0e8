"""What measurement joins: policies on their ladder, agencies that work together, alerts and planted events."""

from functools import partial
from typing import Any
from uuid import UUID

from trellis.measurement import joins as measurement
from trellis.web.demo.calendar import Calendar
from trellis.web.demo.cast import Cast

CYBER, HEALTH = "National cyber strategy of Sefwi", "Digital health strategy of Sefwi"
STEPS = ("drafted", "consulted", "adopted", "in_force")
# title, owner, strategy, due on day, days of the steps (None: not reached)
POLICIES: list[tuple[str, str, str, int, list[int | None]]] = [
    ("Register of critical operators", "ministry", CYBER, 300, [120, 180, 280, 300]),
    ("Duty to report incidents", "ministry", CYBER, 400, [200, 260, 390, 420]),
    ("Electronic evidence act", "justice", CYBER, 450, [240, 330, None, None]),
    ("Data protection regulations", "justice", CYBER, 500, [150, None, None, None]),
    ("Procurement rules for state systems", "ministry", CYBER, 700, [430, None, None, None]),
    ("Security of patient records", "ministry", HEALTH, 420, [210, 300, 400, 415]),
    ("Continuity of hospital systems", "ministry", HEALTH, 520, [None, None, None, None]),
]
# first, second, required, why, protocol in force on day (None: no protocol), last exercised on day (None: never)
PAIRS: list[tuple[str, str, bool, str, int | None, int | None]] = [
    ("Sefwi CERT", "Police cyber unit", True, "Evidence act, section 12", 150, 470),
    ("Sefwi CERT", "Communications authority", True, "Communications act, part IV", 180, None),
    ("Sefwi CERT", "Central bank", True, "Banking supervision order", 220, 400),
    ("Police cyber unit", "Prosecution service", True, "Evidence act, section 3", None, None),
    ("Sefwi CERT", "Port authority", True, "National incident plan", 90, 110),
    ("Sefwi CERT", "National archive", False, "", 200, None),
]


def happen(cast: Cast, calendar: Calendar) -> None:
    """Puts policies and pairs, each step when it came, into the calendar."""
    state: dict[str, UUID] = {}
    for n, policy in enumerate(POLICIES):
        _policy(cast, calendar, state, n, policy)
    for n, pair in enumerate(PAIRS):
        _pair(cast, calendar, state, n, pair)
    for n, who in enumerate(("ministry", "justice", "cert")):
        title = f"{cast.organisations[who].name} lets all parties see figures of policies and cooperation"
        calendar.on(112 + n, title, partial(measurement.joins_share, cast.viewer(who), cast.programme))


def _policy(
    cast: Cast,
    calendar: Calendar,
    state: dict[str, UUID],
    n: int,
    row: tuple[str, str, str, int, list[int | None]],
) -> None:
    title, owner, strategy, due, days = row

    def record() -> None:
        said: dict[str, Any] = {"title": title, "strategy": strategy, "due": calendar.date(due)}
        state[f"policy {n}"] = measurement.policy_record(cast.viewer(owner), cast.programme, **said).subject

    def step(name: str, day: int) -> None:
        words = {"drafted": "Drafted", "consulted": "Consulted on", "adopted": "Adopted", "in_force": "In force"}[name]
        said: dict[str, Any] = {name: calendar.date(day)}
        measurement.policy_correct(cast.viewer(owner), cast.programme, state[f"policy {n}"], words, **said)

    calendar.on(110, f"A policy is planned: {title}", record)
    for name, day in zip(STEPS, days, strict=True):
        if day is not None:
            calendar.on(day, f"{title}: {name.replace('_', ' ')}", partial(step, name, day))


def _pair(
    cast: Cast,
    calendar: Calendar,
    state: dict[str, UUID],
    n: int,
    row: tuple[str, str, bool, str, int | None, int | None],
) -> None:
    first, second, required, ground, starts, exercised = row

    def record() -> None:
        said = {"first": first, "second": second, "required": required, "ground": ground}
        state[f"pair {n}"] = measurement.pair_record(cast.viewer("cert"), cast.programme, **said).subject

    def change(why: str, **said: Any) -> None:
        measurement.pair_correct(cast.viewer("cert"), cast.programme, state[f"pair {n}"], why, **said)

    calendar.on(80, f"{first} and {second} are named as a pair", record)
    if starts is not None:
        said: dict[str, Any] = {"protocol_title": "Working together in incidents", "starts": calendar.date(starts)}
        calendar.on(starts, f"A protocol of {first} and {second}", partial(change, "Protocol signed", **said))
    if exercised is not None:
        said = {"exercised": calendar.date(exercised), "exercise": "Yearly exercise"}
        calendar.on(exercised, f"{first} and {second} exercise it", partial(change, "Exercised", **said))
