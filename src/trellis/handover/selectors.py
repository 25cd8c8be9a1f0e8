"""Reads of handover, as of a moment: plans, the ladder, readiness, and what stands against the next step."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from trellis.calc import handover as calc
from trellis.calc.dates import add_months
from trellis.calc.figure import divide
from trellis.calc.handover import LADDER, Step
from trellis.catalogue import selectors as catalogue
from trellis.catalogue.schemas import FunctionView
from trellis.core import clock, reading
from trellis.core.conditions import Hidden
from trellis.governance.parameters import parameter
from trellis.handover import criteria
from trellis.handover.models import Acceptance, Evidence, Plan, Presence, Rung
from trellis.handover.schemas import PlanView, RungView, State
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.sharing import gate
from trellis.sharing.rows import RecordQuerySet

MONTH = 30  # days, to compare person-days over steps of different length


def _plan(row: Plan) -> PlanView:
    names = [name for name in PlanView.__dataclass_fields__ if name != "function"]
    return PlanView(function=row.subject, **{name: getattr(row, name) for name in names})


def plan(programme: UUID, function: UUID, as_of: datetime | None = None) -> PlanView | None:
    """The plan of a function in force; None where there is none."""
    row = _plans(programme, as_of).get(function)
    return _plan(row) if row else None


# All of a programme at once: a page over its functions asks no more often for many than for one.


@reading.together
def _plans(programmes: Sequence[UUID], as_of: datetime | None) -> dict[UUID, dict[UUID, Plan]]:
    found: dict[UUID, dict[UUID, Plan]] = {programme: {} for programme in programmes}
    for row in Plan.objects.as_of(as_of).filter(stream__in=programmes):
        found[row.stream][row.subject] = row
    return found


@reading.together
def _rungs(programmes: Sequence[UUID]) -> dict[UUID, dict[UUID, list[Any]]]:
    return _grouped(programmes, Rung.objects.filter(stream__in=programmes).order_by("seq"), "stream", "subject")


@reading.together
def _accepted(programmes: Sequence[UUID], as_of: datetime | None) -> dict[UUID, dict[UUID, list[Acceptance]]]:
    return _grouped(programmes, Acceptance.objects.as_of(as_of).filter(stream__in=programmes), "stream", "function")


@reading.together
def _presence(programmes: Sequence[UUID], as_of: datetime | None) -> dict[UUID, dict[UUID, list[Presence]]]:
    rows = Presence.records.privileged().as_of(as_of).filter(context__in=programmes).order_by("first_day", "id")
    return _grouped(programmes, rows, "context", "function")


def _grouped(
    programmes: Sequence[UUID], rows: Iterable[Any], programme: str, name: str
) -> dict[UUID, dict[UUID, list[Any]]]:
    found: dict[UUID, dict[UUID, list[Any]]] = {one: {} for one in programmes}
    for row in rows:
        found[getattr(row, programme)].setdefault(getattr(row, name), []).append(row)
    return found


def plan_versions(programme: UUID, function: UUID) -> list[PlanView]:
    """Every version of a plan, newest first: each slip with its reason and decision (EXI-04)."""
    return [_plan(row) for row in Plan.objects.filter(stream=programme, subject=function).order_by("-seq")]


def rungs(programme: UUID, function: UUID, as_of: datetime | None = None) -> list[RungView]:
    """The steps that a function has been on, in order."""
    return [
        RungView(row.step, row.since, row.closed_at, row.reason, row.decision)
        for row in _rungs(programme).get(function, ())
        if as_of is None or row.at <= as_of
    ]


def step(programme: UUID, function: FunctionView, as_of: datetime | None = None) -> Step:
    """The step that a function is on: where it began, until a plan or a step says otherwise."""
    held = rungs(programme, function.id, as_of)
    return held[-1].step if held else function.start


def acceptances(programme: UUID, function: UUID, as_of: datetime | None = None) -> dict[str, Acceptance]:
    """What was accepted, by criterion."""
    return {row.criterion: row for row in _accepted(programme, as_of).get(function, ())}


def presence_rows(programme: UUID, function: UUID, as_of: datetime | None = None) -> list[Presence]:
    """The recorded presence of donor staff, whoever asks: for conditions and figures alone."""
    return list(_presence(programme, as_of).get(function, ()))


def presence(viewer: Viewer, programme: UUID, function: UUID) -> RecordQuerySet:
    """The recorded presence of donor staff that the viewer may read."""
    parties.programme_for(viewer, programme)
    return gate.visible(Presence, viewer, "handover").filter(context=programme, function=function)


def evidence(viewer: Viewer, programme: UUID, function: UUID) -> RecordQuerySet:
    """The evidence about a function that the viewer may read, newest first."""
    parties.programme_for(viewer, programme)
    rows = gate.visible(Evidence, viewer, "handover").filter(context=programme, function=function)
    return rows.order_by("-recorded_at", "-id")


def readiness(programme: UUID, function: FunctionView, as_of: datetime | None = None) -> calc.Readiness:
    """D18 from what was accepted; a criterion without acceptance, or whose acceptance has run out, is
    unknown.

    All six are mandatory until a plan says otherwise.
    """
    moment = as_of or clock.now()
    held = _standing(programme, function, as_of, moment.date())
    made = calc.exit_readiness(
        calc.ExitEvidence(
            mandate_in_law=_met(held, "mandate"),
            budget_line_next_year=_met(held, "budget"),
            holders=_holders(function, held),
            own_procedures=_met(held, "procedures"),
            reserve_on_path=_met(held, "reserve"),
            unaided_months=_months(programme, function, held, as_of, moment.date()),
        ),
        holders_needed=int(parameter(programme, "handover.holders", as_of)),
        months_needed=int(parameter(programme, "handover.unaided-months", as_of)),
    )
    planned = plan(programme, function.id, as_of)
    if planned is None:
        return made
    return calc.Readiness(
        tuple(
            replace(one, mandatory=planned.mandatory.get(criteria.BY_CALC[one.name].key, True)) for one in made.criteria
        )
    )


def _standing(programme: UUID, function: FunctionView, as_of: datetime | None, day: date) -> dict[str, Acceptance]:
    return {
        key: row
        for key, row in acceptances(programme, function.id, as_of).items()
        if row.valid_until is None or row.valid_until >= day
    }


def _met(held: dict[str, Acceptance], key: str) -> bool | None:
    return held[key].met if key in held else None


def _holders(function: FunctionView, held: dict[str, Acceptance]) -> dict[str, int | None] | None:
    if not function.posts:
        return None
    said = held["holders"].holders if "holders" in held else {}
    return {post: said.get(post) for post in function.posts}


def _months(
    programme: UUID, function: FunctionView, held: dict[str, Acceptance], as_of: datetime | None, day: date
) -> int | None:
    row = held.get("unaided")
    if row is None:
        return None
    if not row.met:
        return 0
    return calc.unaided_months(row.unaided_since, donor_run_days(programme, function.id, as_of, day), day)


def donor_run_days(programme: UUID, function: UUID, as_of: datetime | None, day: date) -> list[date]:
    """The last day of each spell, until `day`, in which donor staff ran a function (EXI-07)."""
    return [
        min(row.last_day, day) for row in presence_rows(programme, function, as_of) if row.ran and row.first_day <= day
    ]


def gated(programme: UUID, readiness: calc.Readiness, target: Step) -> tuple[calc.Criterion, ...]:
    """The mandatory criteria that must be met before a function enters a step."""
    keys = criteria.gating(programme, target)
    found = [one for one in readiness.criteria if criteria.BY_CALC[one.name].key in keys]
    return tuple(one for one in found if one.mandatory)


def choices(
    programme: UUID, function: FunctionView, readiness: calc.Readiness, day: date | None = None
) -> tuple[str, ...]:
    """D18: what both sides must choose from because the function is not ready at its notice point."""
    planned = plan(programme, function.id)
    if planned is None or planned.choice in calc.CHOICES[1:]:
        return ()
    return calc.exit_choices(readiness, planned.target, day or clock.today(), planned.notice_days, planned.extended)


def person_days(programme: UUID, function: UUID, as_of: datetime | None = None) -> list[tuple[Step, Decimal | None]]:
    """EXI-06: donor person-days per 30 days on each step in order; None where nothing was recorded on it.

    A spell counts on the step on which it began. The rate makes steps of different length comparable.
    """
    moment = as_of or clock.now()
    rows = presence_rows(programme, function, as_of)
    found: list[tuple[Step, Decimal | None]] = []
    for rung in rungs(programme, function, as_of):
        start, end = rung.since.date(), (rung.until or moment).date()
        last = not rung.until or rung.until > moment
        held = [r for r in rows if r.first_day >= start and (r.first_day < end or last)]
        days = max((end - start).days, 1)
        total = sum((r.person_days for r in held), Decimal(0))
        found.append((rung.step, divide(total * MONTH, days) if held else None))
    return found


def ready_since(
    programme: UUID, function: FunctionView, made: calc.Readiness, as_of: datetime | None = None
) -> date | None:
    """The day on which the last mandatory criterion was met; None while the function is not ready."""
    if not made.ready:
        return None
    day = (as_of or clock.now()).date()
    held = _standing(programme, function, as_of, day)
    mandatory = [criteria.BY_CALC[one.name].key for one in made.criteria if one.mandatory]
    days = [held[key].at.date() for key in mandatory if key in held]
    if "unaided" in mandatory and (since := held["unaided"].unaided_since):
        last = max(donor_run_days(programme, function.id, as_of, day), default=since)
        months = int(parameter(programme, "handover.unaided-months", as_of))
        days.append(add_months(max(since, last), months))
    return max(days, default=None)


def state(programme: UUID, function: UUID, as_of: datetime | None = None) -> State:
    """A function on its way. Raises Hidden when the programme has none of this id."""
    return _state(programme, catalogue.function(programme, function, as_of), as_of)


def states(programme: UUID, as_of: datetime | None = None) -> list[State]:
    """Every function that the programme supports, by title."""
    with reading.scope():
        return [_state(programme, one, as_of) for one in catalogue.functions(programme, as_of)]


def _state(programme: UUID, function: FunctionView, as_of: datetime | None) -> State:
    made = readiness(programme, function, as_of)
    held = tuple(rungs(programme, function.id, as_of))
    at = LADDER.index(held[-1].step if held else function.start)
    ahead = gated(programme, made, LADDER[at + 1]) if at + 1 < len(LADDER) else ()
    day = (as_of or clock.now()).date()
    return State(
        function=function,
        plan=plan(programme, function.id, as_of),
        rungs=held,
        readiness=made,
        next_criteria=ahead,
        choices=choices(programme, function, made, day),
        alerts=calc.person_days_alerts(person_days(programme, function.id, as_of)),
        ready_since=ready_since(programme, function, made, as_of),
    )


def without_plan(programme: UUID, as_of: datetime | None = None) -> list[FunctionView]:
    """Functions that donors support and that have no handover plan (EXI-04)."""
    planned = _plans(programme, as_of)
    every = catalogue.functions(programme, as_of)
    return [one for one in every if one.donor_supported and one.id not in planned]


def waiting(viewer: Viewer, programme: UUID) -> list[Evidence]:
    """Evidence that the viewer may read and that is newer than what was accepted of its criterion."""
    parties.programme_for(viewer, programme)
    accepted = {row.evidence for held in _accepted(programme, None).values() for row in held}
    newest = {(row.function, row.criterion): row for row in _evidence(programme, viewer)}
    return [row for row in newest.values() if row.pk not in accepted]


@reading.together
def _evidence(programmes: Sequence[UUID], viewer: Viewer) -> dict[UUID, list[Evidence]]:
    rows = gate.visible(Evidence, viewer, "handover").filter(context__in=programmes).order_by("recorded_at", "id")
    found: dict[UUID, list[Evidence]] = {programme: [] for programme in programmes}
    for row in rows:
        found[row.context].append(row)
    return found


def one_evidence(viewer: Viewer, programme: UUID, subject: UUID) -> Evidence:
    """One piece of evidence. Raises Hidden when the viewer may not read it."""
    parties.programme_for(viewer, programme)
    found: Evidence = gate.get(Evidence, viewer, subject, "handover")
    if found.context != programme:
        raise Hidden()
    return found
