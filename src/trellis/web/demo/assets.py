"""Security tests: an authorised assessment with findings, a penetration test, and a red team that nobody authorised yet."""

import csv
import io
from functools import partial
from typing import Any
from uuid import UUID

from trellis.assets import selectors
from trellis.assets import services as assets
from trellis.web.demo.calendar import Calendar
from trellis.web.demo.cast import Cast

DESK, MINISTRY = "cert:cert-lead", "ministry:coordinator"
SCOPE = "Mail servers of the CERT\nAnalysts' network\nPublic website\nRemote access"
# number, severity, title, day found, days to fix it by (None: the usual), day fixed
FINDINGS: list[tuple[str, str, str, int, int | None, int | None]] = [
    ("VA-01", "critical", "Remote access without a second factor", 424, None, 433),
    ("VA-02", "critical", "Management page of the firewall open to the internet", 425, None, 452),
    ("VA-03", "critical", "Backups readable from the analysts' network", 428, None, None),
    ("VA-04", "high", "Mail server two releases behind", 424, None, 441),
    ("VA-05", "high", "Shared password of three service accounts", 426, None, 450),
    ("VA-06", "high", "Old protocol between log collectors", 429, 90, 498),
    ("VA-07", "medium", "Website tells the versions of its software", 425, None, 470),
    ("VA-08", "medium", "No limit to failed sign-ins on the wiki", 426, None, 505),
    ("VA-09", "medium", "Test accounts still open", 430, 270, None),
    ("VA-10", "low", "Missing headers on two pages", 430, 365, None),
    ("VA-11", "low", "Certificates without a list of where they lie", 430, 365, None),
]


def happen(cast: Cast, calendar: Calendar) -> None:
    """Puts the tests, their authorisations and findings, and who sees the counts, into the calendar."""
    _assessment(cast, calendar)
    _penetration(cast, calendar)
    _red_team(cast, calendar)
    for n, (who, audience) in enumerate((("cert", "donor"), ("cert", "partner"), ("ministry", "donor"))):
        share = partial(_share, cast, who, audience)
        calendar.on(460 + n, f"{cast.organisations[who].name} lets others see its counts of findings", share)


def _share(cast: Cast, who: str, audience: str) -> None:
    assets.figures_share(cast.viewer(who), cast.programme, audience)


def _planned(cast: Cast, who: str, **said: Any) -> UUID:
    return assets.test_record(cast.viewer(who), **said).subject


def _authorise(cast: Cast, calendar: Calendar, who: str, test: UUID, reference: str, first: int, last: int) -> None:
    row = selectors.test(cast.viewer(who), test).row
    assets.authorisation_give(
        cast.viewer(who),
        test,
        reference=reference,
        signed_by="Head of the organisation",
        signed_on=calendar.date(first - 4),
        starts_on=calendar.date(first),
        ends_on=calendar.date(last),
        scope=row.scope,
        file=_document(reference),
    )


def _document(reference: str) -> io.BytesIO:
    paper = io.BytesIO(f"Authorisation {reference}. Invented for the demonstration.\n".encode())
    paper.name = "authorisation.txt"
    return paper


def _table(calendar: Calendar) -> bytes:
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["reference", "severity", "title", "detail", "found_on", "due_on"])
    for number, severity, title, found, days, _fixed in FINDINGS:
        due = calendar.date(found + days).isoformat() if days else ""
        detail = "How it was found and how to fix it stands in the report."
        table.writerow([number, severity, title, detail, calendar.date(found).isoformat(), due])
    return out.getvalue().encode()


def _assessment(cast: Cast, calendar: Calendar) -> None:
    state: dict[str, UUID] = {}

    def plan() -> None:
        state["test"] = _planned(
            cast,
            DESK,
            title="Vulnerability assessment of the CERT's own systems",
            kind="assessment",
            scope=SCOPE,
            tester="Harbour Security, two testers",
            rules="No denial of service. Stop and call the duty desk when a service fails.",
            planned_from=calendar.date(423),
            planned_until=calendar.date(434),
        )

    def report() -> None:
        assets.findings_import(cast.viewer(DESK), state["test"], _table(calendar), "report.csv", dry=False)
        assets.test_reported(cast.viewer(DESK), state["test"])

    def fix(number: str, day: int) -> None:
        found = selectors.visible_findings(cast.viewer(DESK)).filter(test=state["test"], reference=number).get()
        assets.finding_fix(cast.viewer(DESK), found.subject, calendar.date(day))

    def end() -> None:
        assets.test_end(cast.viewer(DESK), state["test"])

    calendar.on(400, "The CERT plans a vulnerability assessment of itself", plan)
    calendar.on(
        418,
        "The assessment is authorised in writing",
        lambda: _authorise(cast, calendar, DESK, state["test"], "SCERT/A-14", 422, 436),
    )
    calendar.on(423, "The assessment begins", lambda: assets.test_begin(cast.viewer(DESK), state["test"]))
    calendar.on(432, "The assessment ends", end)
    calendar.on(433, "Its findings are imported from the report", report)
    for number, _severity, _title, _found, _days, fixed in FINDINGS:
        if fixed is not None:
            calendar.on(fixed + 1, f"Fixed: {number}", partial(fix, number, fixed))


def _penetration(cast: Cast, calendar: Calendar) -> None:
    state: dict[str, UUID] = {}
    found = [
        ("PT-1", "critical", "Forged invoices reach the payment desk", 452),
        ("PT-2", "high", "Guest network reaches printers", 453),
    ]

    def done() -> None:
        state["test"] = _planned(
            cast,
            MINISTRY,
            title="Penetration test of the ministry's offices",
            kind="penetration",
            scope="Office network\nPayment desk",
            tester="Harbour Security",
            planned_from=calendar.date(450),
            planned_until=calendar.date(455),
        )
        _authorise(cast, calendar, MINISTRY, state["test"], "MDA/A-3", 449, 456)
        begun, ended = calendar.moment(450), calendar.moment(455, 15)
        assets.test_begin(cast.viewer(MINISTRY), state["test"], at=begun, ended_at=ended)

    def report() -> None:
        for number, severity, title, day in found:
            said = {"reference": number, "severity": severity, "title": title, "found_on": calendar.date(day)}
            assets.finding_record(cast.viewer(MINISTRY), state["test"], fixed_on=calendar.date(day + 6), **said)  # type: ignore[arg-type]
        assets.test_reported(cast.viewer(MINISTRY), state["test"])

    calendar.on(457, "The ministry records a penetration test that was done", done)
    calendar.on(463, "Its findings are recorded, fixed already", report)


def _red_team(cast: Cast, calendar: Calendar) -> None:
    said: dict[str, Any] = {
        "title": "Red-team exercise against the duty desk",
        "kind": "red-team",
        "scope": "Duty desk\nAnalysts' network",
        "tester": "Coastal Cyber Centre, red team",
        "planned_from": calendar.date(655),
        "planned_until": calendar.date(668),
    }
    calendar.on(
        531, "The CERT plans a red-team exercise; nobody has authorised it yet", lambda: _planned(cast, DESK, **said)
    )
