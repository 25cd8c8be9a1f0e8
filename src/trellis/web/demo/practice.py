"""Hunting, hygiene, exposure, alerts, planted events and known exploited weaknesses: a little of each."""

import json
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from trellis.core import clock
from trellis.operations import services as operations
from trellis.operations.practice import book, books, kev
from trellis.sharing import services as sharing
from trellis.web.demo.calendar import Calendar
from trellis.web.demo.cast import Cast
from trellis.web.demo.files import kept

HUNTS = [
    ("Logons of administrators at night", "Directory logs of 90 days", "nothing", False, ""),
    (
        "Mail rules that forward outside",
        "Mail audit log of two ministries",
        "finding",
        True,
        "New rule forwards outside",
    ),
    ("Remote tools nobody installed", "Software lists of 900 desks", "nothing", None, ""),
    ("Names looked up by one machine only", "Name server logs of 30 days", "finding", True, "Rare names, weekly list"),
    ("Backups read by unusual accounts", "Backup server logs of 60 days", "inconclusive", False, ""),
]
# Numbers are invented; so are the vendors. The published catalogue is brought by whoever uses the product.
LISTED = [
    ("Acorn", "Mail Gateway", 40),
    ("Birch", "Edge Router", 120),
    ("Cedar", "File Transfer", 260),
    ("Dune", "Viewer", 330),
]


def happen(cast: Cast, calendar: Calendar) -> None:
    """Puts the records, and what they are granted to, into the calendar."""
    _hunting(cast, calendar)
    _counts(cast, calendar)
    _alerts(cast, calendar)
    _kev(cast, calendar)
    _twice(cast, calendar)
    for kind in ("hunt", "hunting_step", "hygiene", "exposure", "alerts", "planted", "kev"):
        calendar.on(150, f"The CERT lets the ministry and the donors see figures of {kind}", _let(cast, kind))
    for kind in ("incident", "hunt", "hunting_step", "hygiene", "exposure", "alerts"):
        calendar.on(151, f"The CERT opens figures of {kind} to all parties, for their reviews", _open(cast, kind))


def _open(cast: Cast, kind: str) -> Callable[[], object]:
    return lambda: sharing.grant(
        cast.viewer("cert").actor,
        f"operations.{kind}",
        "parties",
        arrangement=cast.programme,
        detail="figure",
        ceiling="GREEN",
        purpose="To be read in the quarterly reviews",
    )


def _put(cast: Cast, which: book.Book, who: str = "cert:cert-lead", **said: Any) -> Callable[[], UUID]:
    def event() -> UUID:
        found: UUID = book.record(cast.viewer(who), which, **said).subject
        return found

    return event


def _let(cast: Cast, kind: str) -> Callable[[], object]:
    def event() -> None:
        for side in ("partner", "donor"):
            sharing.grant(
                cast.viewer("cert").actor,
                f"operations.{kind}",
                "side",
                arrangement=cast.programme,
                side=side,
                detail="figure",
                ceiling="AMBER",
                purpose="To follow the work of the CERT",
            )

    return event


def _hunting(cast: Cast, calendar: Calendar) -> None:
    for n, (title, data, outcome, stayed, detection) in enumerate(HUNTS):
        day = 120 + 80 * n
        said: dict[str, Any] = {
            "title": title,
            "hypothesis": f"Somebody is inside unnoticed: {title[0].lower()}{title[1:]} would show it.",
            "data_used": data,
            "started_on": calendar.date(day - 12),
            "ended_on": calendar.date(day - 2),
            "outcome": outcome,
            "detection_kept": stayed,
            "detection": detection,
        }
        calendar.on(day, f"Hunt {n + 1} is over", _put(cast, books.HUNTS, **said))
    going: dict[str, Any] = {
        "title": "Accounts of people who left",
        "hypothesis": "An account of somebody who left is still used.",
        "data_used": "Staff lists and directory logs",
        "started_on": calendar.date(520),
    }
    calendar.on(521, "A hunt begins", _put(cast, books.HUNTS, **going))

    def proven() -> None:
        proof = kept(cast.viewer("cert").actor, "Hunting procedure, version 2", "procedure.txt", "How we hunt.")
        for level, evidence in ((1, [proof.subject]), (2, [proof.subject]), (3, [])):
            _put(cast, books.STEPS, level=level, claimed=True, evidence=evidence)()

    calendar.on(360, "The CERT says how far its hunting is, with evidence for two levels", proven)


def _counts(cast: Cast, calendar: Calendar) -> None:
    for n, day in enumerate((100, 280, 460)):
        seen = {"source": "Directory export", "source_on": calendar.date(day - 3)}
        scopes = [("mfa", "Accounts of the CERT", [30, 55, 62], 64), ("backups", "Servers", [12, 20, 31], 48)]
        for measure, scope, covered, whole in scopes:
            said: dict[str, Any] = {
                "measure": measure,
                "scope": scope,
                "covered": covered[n],
                "in_scope": whole,
                **seen,
            }
            calendar.on(day, "Hygiene is counted", _put(cast, books.HYGIENE, **said))
        exposed: dict[str, Any] = {
            "measure": "services",
            "scope": "Addresses of the government network",
            "exposed": [61, 48, 40][n],
            "in_scope": [4100, 5200, 7400][n],
            "inventory_on": calendar.date(day - 10),
            **seen,
        }
        calendar.on(day + 1, "Exposure is read", _put(cast, books.EXPOSURE, **exposed))
    ministry: dict[str, Any] = {
        "measure": "mfa",
        "scope": "Accounts of the ministry",
        "covered": 310,
        "in_scope": 1150,
        "source": "Directory export",
        "source_on": calendar.date(440),
    }
    calendar.on(445, "The ministry counts too", _put(cast, books.HYGIENE, "ministry:coordinator", **ministry))
    patching: dict[str, Any] = {
        "measure": "patching",
        "scope": "Servers",
        "covered": None,
        "in_scope": 48,
        "source": "Scanner",
    }
    calendar.on(470, "Patching is not known yet", _put(cast, books.HYGIENE, **patching))


def _alerts(cast: Cast, calendar: Calendar) -> None:
    chance = random.Random(20260702)  # noqa: S311 - an invented history that is the same every time
    for month in range(16):
        day = 40 + 30 * month
        raised = chance.randint(700, 1100)
        triaged = int(raised * min(0.9, 0.25 + 0.045 * month))
        true = int(triaged * (0.12 + 0.015 * month))
        said: dict[str, Any] = {
            "source": "Central log platform",
            "first_day": calendar.date(day - 30),
            "last_day": calendar.date(day - 1),
            "raised": raised,
            "true_alerts": true,
            "false_alerts": triaged - true,
        }
        calendar.on(day, "Alerts of a month", _put(cast, books.ALERTS, **said))
    planted = [
        ("Test file on a desk", "test", True),
        ("Copied directory", "red-team", False),
        ("False invoice", "drill", True),
    ]
    for n, (title, origin, noticed) in enumerate([*planted, ("Quiet tunnel", "red-team", None)]):
        at = calendar.moment(300 + 60 * n, 10)
        given = {"noticed": noticed, "noticed_at": at + timedelta(hours=7) if noticed else None}
        event: dict[str, Any] = {"title": title, "origin": origin, "planted_at": at, **given}
        calendar.on(302 + 60 * n, f"Planted: {title}", _put(cast, books.PLANTED, **event))


def _kev(cast: Cast, calendar: Calendar) -> None:
    entries = [
        {
            "cveID": f"CVE-2099-{1000 + n}",
            "vendorProject": vendor,
            "product": product,
            "vulnerabilityName": f"{vendor} {product} Code Execution",
            "dateAdded": calendar.date(day).isoformat(),
            "dueDate": calendar.date(day + 21).isoformat(),
        }
        for n, (vendor, product, day) in enumerate(LISTED)
    ]
    data = json.dumps({"catalogVersion": "invented", "vulnerabilities": entries}).encode()
    viewer = "cert:cert-lead"
    calendar.on(335, "A catalogue is brought", lambda: kev.kev_load(cast.viewer(viewer), data, "catalogue.json"))
    for n, fixed in ((0, 52), (1, 158), (2, None)):
        day = LISTED[n][2]

        def event(n: int = n, fixed: int | None = fixed, day: int = day) -> None:
            said = kev.entry_said(cast.viewer(viewer), f"CVE-2099-{1000 + n}")
            more = {"available_on": calendar.date(day - 4), "systems": 7 + 5 * n, "in_use": True}
            done = calendar.date(fixed) if fixed else None
            book.record(cast.viewer(viewer), books.KEV, **said, **more, fixed_on=done)

        calendar.on(336, f"Listed vulnerability {n + 1} is looked for", event)


def _twice(cast: Cast, calendar: Calendar) -> None:
    """One incident that two desks recorded, and one that concerns a neighbour."""

    def event() -> None:
        cert = cast.viewer("cert:cert-lead")
        at = clock.now().replace(microsecond=0) - timedelta(hours=30)
        common = {"sector": "energy", "severity": "high", "classification": "intrusions"}
        operations.incident_record(
            cert,
            reference="SC-201",
            title="Remote access to a substation by an unknown party",
            detected=at,
            countries="GH TG",
            organisations=[cast.org("centre")],
            **common,  # type: ignore[arg-type]  # texts all
        )
        operations.incident_record(
            cert,
            reference="OPS-88",
            title="Unknown party had remote access to substation",
            detected=at + timedelta(hours=5),
            **common,  # type: ignore[arg-type]  # texts all
        )

    calendar.on(535, "Two desks record one incident", event)
