"""The region: a regional CERT with its directory, requests for help before and after the agreement on sharing.

The agreement itself is told by `exchange`, on day 74.
"""

import random
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from trellis.regional import services as regional
from trellis.web.demo.calendar import Calendar
from trellis.web.demo.cast import Cast

DESK, CENTRE = "cert:cert-lead", "centre:cert-lead"
# member, duty, channel, address, key fingerprint, hours, languages, verified on day (None: never), by whom
Row = tuple[str, str, str, str, str, str, str, int | None, str]
KEY = "9F2C41D07B5E8A6634F1C0DE5512A9B3771E04CA"
CONTACTS: list[Row] = [
    ("Sefwi CERT", "Duty desk", "email", "desk@cert.example", KEY, "24/7", "English", 470, "cert"),
    ("Sefwi CERT", "Duty desk", "phone", "+233 30 555 0100", "", "24/7", "English", 470, "cert"),
    ("Coastal Cyber Centre", "Watch", "phone", "+221 33 555 0177", "", "24/7", "French, English", 505, "centre"),
    ("CERT of Lindaria", "Duty desk", "email", "cert@lindaria.example", KEY[::-1], "08:00–18:00 UTC", "French", 250, "centre"),
    ("CERT of Norvia", "Shift lead", "phone", "+47 21 55 01 00", "", "24/7", "English", None, ""),
    ("CERT of Aduana", "Head of operations", "messenger", "aduana-ops", "", "Monday to Friday", "French", None, ""),
]  # fmt: skip
# title, kind of help, severity, day, hours to the arrival (None: no help came), cross-border
REQUESTS: list[tuple[str, str, str, int, int | None, bool]] = [
    ("Ransomware at a port operator", "containment", "critical", 12, 96, True),
    ("Mail servers of two ministries", "analysis", "medium", 22, 70, True),
    ("Payment messages delayed at two banks", "coordination", "high", 33, 54, True),
    ("Hospital backups unreadable", "forensics", "high", 45, None, True),
    ("Telephone fraud across the border", "coordination", "low", 58, 120, True),
    ("Remote access to a power utility", "staff", "critical", 130, 20, True),
    ("Defaced pages of a district office", "analysis", "low", 190, 44, False),
    ("Stolen customer records on sale", "forensics", "high", 260, 31, True),
    ("Cable landing station: unknown device", "staff", "high", 340, 16, True),
    ("Ports: the same intruder again", "containment", "critical", 430, 11, True),
    ("Phishing against customs officers", "coordination", "medium", 520, None, True),
]


def happen(cast: Cast, calendar: Calendar) -> None:
    """Puts the regional CERT, its directory and the requests into the calendar."""
    state: dict[str, UUID] = {}
    _directory(cast, calendar, state)
    chance = random.Random(20261104)  # noqa: S311 - an invented history that is the same every time
    for n, row in enumerate(REQUESTS):
        _assistance(cast, calendar, state, n, row, chance)
    for n, who in enumerate(("cert", "centre")):
        calendar.on(
            150 + n,
            f"{cast.organisations[who].name} lets all parties see figures of assistance and of the directory",
            partial(_share, cast, who),
        )


def _share(cast: Cast, who: str) -> None:
    for what in ("assistance", "directory"):
        regional.figures_share(cast.viewer(who), cast.programme, what)


def _directory(cast: Cast, calendar: Calendar, state: dict[str, UUID]) -> None:
    def team() -> None:
        state["cert"] = regional.cert_record(
            cast.viewer(CENTRE),
            cast.programme,
            name="Coastal CERT",
            mandate="Coordinates incidents that concern more than one state of the coast, keeps the directory of duty"
            " desks, and lends analysts for up to two weeks.",
            mandate_from="Resolution of the ministers of the coast, third meeting",
            members=list(dict.fromkeys(row[0] for row in CONTACTS)),
            services=["6.1", "6.2", "6.5", "6.6", "8.3", "9.2", "9.3"],
            maturity="basic",
            maturity_by="self",
            maturity_on=calendar.date(45),
        ).subject

    def contact(n: int) -> None:
        names = ("member", "duty", "channel", "address", "fingerprint", "hours", "languages")
        said: dict[str, Any] = dict(zip(names, CONTACTS[n], strict=False))
        row = regional.contact_record(cast.viewer(CENTRE), cast.programme, state["cert"], **said)
        state[f"contact {n}"] = row.subject

    def verify(n: int) -> None:
        note = "" if CONTACTS[n][8] == "cert" else "Called the number in the directory; the duty desk answered."
        regional.contact_verify(cast.viewer(CONTACTS[n][8]), cast.programme, state[f"contact {n}"], note=note)

    calendar.on(47, "The regional centre records the Coastal CERT", team)
    for n, row in enumerate(CONTACTS):
        day = 480 if row[0] == "CERT of Aduana" else 48
        calendar.on(day, f"A contact is recorded: {row[0]}, {row[2]}", partial(contact, n))
        if row[7] is not None:
            calendar.on(row[7], f"A contact is verified: {row[0]}, {row[2]}", partial(verify, n))


def _assistance(
    cast: Cast,
    calendar: Calendar,
    state: dict[str, UUID],
    n: int,
    row: tuple[str, str, str, int, int | None, bool],
    chance: random.Random,
) -> None:
    title, need, severity, day, hours, cross = row
    share = chance.uniform(0.2, 0.4)

    def ask() -> None:
        state[f"request {n}"] = regional.request_make(
            cast.viewer(DESK),
            cast.programme,
            title=title,
            text="What is needed is said in the annex that went through the exchange.",
            need=need,
            severity=severity,
            cross_border=cross,
            asked_of=[cast.org("centre"), cast.org("lindaria")],
        ).subject

    def decline() -> None:
        regional.request_decline(cast.viewer("lindaria"), cast.programme, state[f"request {n}"])

    def offer() -> None:
        made = regional.offer_make(
            cast.viewer(CENTRE),
            cast.programme,
            state[f"request {n}"],
            text="Two analysts of the watch.",
            terms="Salaries ours; travel and lodging yours. What they see stays with you.",
        )
        state[f"offer {n}"] = made.subject

    def accept() -> None:
        regional.offer_accept(cast.viewer(DESK), cast.programme, state[f"offer {n}"])

    def arrive(after: float) -> None:
        at = calendar.moment(day) + timedelta(hours=after)
        regional.arrival_record(cast.viewer(DESK), cast.programme, state[f"offer {n}"], at=at)

    def close(outcome: str) -> None:
        regional.request_close(cast.viewer(DESK), cast.programme, state[f"request {n}"], outcome=outcome)

    calendar.on(day, f"Help is asked for: {title}", ask)
    calendar.on(day, "Lindaria declines; no reason is asked for", decline)
    if hours is None:
        if day < 500:
            calendar.on(day + 9, f"Closed without help: {title}", partial(close, "no-help"))
        return
    answered = day + int(hours * share // 24)
    calendar.on(answered, f"An offer: {title}", offer)
    calendar.on(answered, f"Help is agreed: {title}", accept)
    calendar.on(day + hours // 24 + 1, f"Help has arrived: {title}", partial(arrive, float(hours)))
    calendar.on(day + hours // 24 + 6, f"Closed: {title}", partial(close, "helped"))
