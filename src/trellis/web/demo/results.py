"""Results: the indicator dictionary, readings with good and bad news, quarterly reviews, functions on their way."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from uuid import UUID

from trellis.calc.dates import add_months
from trellis.catalogue import services as catalogue
from trellis.catalogue.schemas import IndicatorIn, Target
from trellis.core import ids
from trellis.governance import reviews
from trellis.governance import services as governance
from trellis.governance.kinds import StageAdvance
from trellis.handover import services as handover
from trellis.measurement import services as measurement
from trellis.sharing import services as sharing
from trellis.web.demo.calendar import Calendar
from trellis.web.demo.cast import Cast

D = Decimal
# key: title, definition, unit, direction, source, owner, perspective, weight, baseline, target, protected, readings
Row = tuple[str, str, str, str, str, str, str, str, str, str, bool, list[str | None]]
INDICATORS: dict[str, Row] = {
    "contain": ("Median hours to contain a high incident", "Median of the time from detected to contained", "hours", "falling", "Incident register", "cert", "technical", "0.3", "72", "24", False, ["68", "55", "41", "33", "26"]),
    "nights": ("Calls to the duty desk answered at night", "Calls answered between 22:00 and 06:00, of all", "per cent", "rising", "Call log", "cert", "technical", "0.2", "10", "95", False, ["15", "40", "62", "66", "63"]),
    "patched": ("Known exploited weaknesses fixed in time", "Fixed by the due date, of those present", "per cent", "rising", "Scans of ministries", "cert", "technical", "0.2", "22", "80", False, ["24", "28", "27", "31", None]),
    "rules": ("Data protection regulations in force", "Regulations in force of the three planned", "regulations", "rising", "Gazette", "justice", "governance", "0.15", "0", "3", False, ["0", "0", "1", "1", "1"]),
    "trainers": ("Courses led by local trainers", "Courses led by a trainer of Sefwi, of all", "per cent", "rising", "Training log", "ministry", "governance", "0.15", "0", "70", True, ["0", "0", "20", "40", "50"]),
}  # fmt: skip


def happen(cast: Cast, calendar: Calendar) -> None:
    """Puts dictionary, readings, reviews and the first step down into the calendar."""
    known = {key: ids.new() for key in INDICATORS}
    functions: dict[str, UUID] = {}
    coordinator, officers = "ministry:coordinator", ("norvia:programme-officer", "lindaria:programme-officer")

    def keys(decision: UUID, *who: str) -> None:
        for name in who:
            governance.key_turn(cast.viewer(name), decision)

    def dictionary() -> None:
        rows = [_indicator(cast, calendar, known[key], row) for key, row in INDICATORS.items()]
        decision = catalogue.indicators_propose(cast.viewer(coordinator), cast.programme, rows, "First dictionary")
        keys(decision.pk, *officers)

    def functions_agreed() -> None:
        for key, title, owner, posts in (
            ("response", "Incident response", "cert", ("Duty officer", "Shift lead")),
            ("forensics", "Digital evidence", "justice", ("Examiner",)),
        ):
            functions[key], decision = catalogue.function_propose(
                cast.viewer(coordinator), cast.programme, title=title, owner=cast.org(owner), posts=posts,
                description="Run with donor staff at first, by the partner alone in the end.",
            )  # fmt: skip
            keys(decision.pk, *officers)
            plan = handover.plan_propose(
                cast.viewer(coordinator), cast.programme, functions[key], target=calendar.date(1000),
                next_owner=cast.org(owner), reason="First plan",
            )  # fmt: skip
            keys(plan.pk, *officers)

    def reading(key: str, start: date, end: date, value: str) -> None:
        owner = INDICATORS[key][5]
        who = {"cert": "cert:cert-lead", "justice": "justice", "ministry": coordinator}[owner]
        measurement.reading_record(
            cast.viewer(who), cast.programme, known[key], period_start=start, period_end=end, value=D(value),
            source=INDICATORS[key][4],
        )  # fmt: skip

    def share(owner: str) -> None:
        sharing.grant(
            cast.viewer(owner).actor,
            "measurement.reading",
            "parties",
            arrangement=cast.programme,
            context=cast.programme,
            detail="figure",
            ceiling="GREEN",
            purpose="The scorecard of the programme",
        )

    def review(number: int) -> None:
        quarter = reviews.calendar(cast.programme, calendar.date(91 * (number + 1)))[number]
        seats = [
            cast.seats[s] for s in ("ministry:co-chair", "norvia:co-chair", "cert:cert-lead", "ministry:coordinator")
        ]
        decision = reviews.sign(cast.viewer("ministry:co-chair"), cast.programme, quarter.first, attended=seats)
        keys(decision.pk, "norvia:co-chair")

    def advance(stage: str) -> None:
        decision = governance.propose(
            cast.viewer(coordinator), cast.programme, "programme.advance", StageAdvance(stage=stage)
        )
        keys(decision.pk, *officers)

    def evidence() -> None:
        found = handover.evidence_record(
            cast.viewer("cert:cert-lead"), cast.programme, functions["response"], "procedures",
            statement="Duty handbook of the CERT, second edition, in use since January.",
        )  # fmt: skip
        handover.evidence_accept(cast.viewer("norvia:programme-officer"), cast.programme, found.subject)

    def step() -> None:
        decision = handover.step_propose(
            cast.viewer(coordinator), cast.programme, functions["response"], "joint",
            "The duty desk works by its own handbook; donor staff now share its shifts.",
        )  # fmt: skip
        keys(decision.pk, *officers)

    on: Callable[[int, str, Callable[[], object]], None] = calendar.on
    on(56, "The programme is assessed", lambda: advance("assessed"))
    on(82, "The programme is agreed", lambda: advance("agreed"))
    on(104, "Both sides adopt the indicator dictionary", dictionary)
    on(105, "Both sides agree on the functions and their handover plans", functions_agreed)
    on(106, "The programme becomes active", lambda: advance("active"))
    for n, owner in enumerate(("cert", "justice", "ministry")):
        on(
            107 + n,
            f"{cast.organisations[owner].name} lets all parties see figures of its readings",
            partial(share, owner),
        )
    for quarter in range(5):
        start, end = _quarter(calendar, quarter + 1)
        for n, key in enumerate(INDICATORS):
            value = INDICATORS[key][11][quarter]
            if value is not None:
                on(
                    91 * (quarter + 2) + 6 + n,
                    f"Reading of {INDICATORS[key][0].lower()}",
                    partial(reading, key, start, end, value),
                )
    for number in (0, 1, 2, 4):  # the fourth review was never held
        on(
            91 * (number + 1) + 12 + number,
            f"Review {number + 1} is signed by both co-chairs",
            partial(review, number),
        )
    on(400, "The CERT shows its own procedures, and Norvia accepts them", evidence)
    on(410, "Incident response takes its first step: from donor-led to joint", step)


def _quarter(calendar: Calendar, number: int) -> tuple[date, date]:
    start = add_months(calendar.start, 3 * number)
    return start, add_months(start, 3) - timedelta(days=1)


def _indicator(cast: Cast, calendar: Calendar, id_: UUID, row: Row) -> IndicatorIn:
    title, definition, unit, direction, source, owner, perspective, weight, baseline, target, protected, _readings = row
    return IndicatorIn(
        id=id_,
        title=title,
        definition=definition,
        unit=unit,
        direction=direction,  # type: ignore[arg-type]
        source=source,
        frequency="quarterly",
        owner=cast.org(owner),
        perspective=perspective,
        weight=D(weight),
        baseline=D(baseline),
        baseline_on=calendar.date(40),
        targets=(Target(by=calendar.date(900), value=D(target)),),
        protected=protected,
        numerator="",
        denominator="",
        per=1,
        figure="",
    )
