"""What handover offers to other floors through the ports of core."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from trellis.calc.handover import Readiness
from trellis.core import clock
from trellis.core.conditions import Condition
from trellis.core.context import address
from trellis.core.ports import NavItem, PackSection, Step, WorkItem
from trellis.governance import rights
from trellis.handover import selectors
from trellis.handover.criteria import BY_CALC, BY_KEY, STEP_TITLES
from trellis.handover.schemas import State
from trellis.parties import selectors as parties
from trellis.parties.schemas import Programme, Viewer
from trellis.sharing import gate

SOON = timedelta(days=90)


def navigation(request: HttpRequest) -> Sequence[NavItem]:
    """The handover of the programme at hand."""
    programme = getattr(request, "programme", None)
    url = address("handover:functions", programme.id) if programme else ""
    return [NavItem(_("Handover"), url, "handover", 80)] if url else []


def programme_steps(arrangement: UUID) -> Sequence[Step]:
    """The step Handover of the journey."""
    url = address("handover:functions", arrangement)
    held = selectors.states(arrangement)
    if not held:
        return [Step(_("Handover"), "none", _("no functions entered"), url, 90)]
    alone = sum(one.step == "partner-only" for one in held)
    lacking = len(selectors.without_plan(arrangement))
    if lacking:
        words = _("%(n)s functions without a plan") % {"n": lacking}
        return [Step(_("Handover"), "late", words, url, 90)]
    words = _("%(n)s of %(all)s functions run by the partner alone") % {"n": alone, "all": len(held)}
    return [Step(_("Handover"), "done" if alone == len(held) else "now", words, url, 90)]


def stage_conditions(arrangement: UUID, stage: str) -> Sequence[Condition]:
    """No work starts without exit plans; no stepping back without a step; no exit before all are ready
    (EXI-04 to 06).
    """
    url = address("handover:functions", arrangement)
    if stage in ("active", "stepping-back"):
        lacking = selectors.without_plan(arrangement)
        found = [
            Condition(
                _("Every function that donors support has a handover plan"),
                not lacking,
                ", ".join(one.title for one in lacking),
                url=url,
            )
        ]
        if stage == "stepping-back":
            stepped = [one.function.title for one in selectors.states(arrangement) if one.stepped]
            found.append(Condition(_("A function has taken a step"), bool(stepped), ", ".join(stepped), url=url))
        return found
    if stage != "exited":
        return []
    held = selectors.states(arrangement)
    short = [_short(one) for one in held if not one.done]
    note = "; ".join(short) if held else _("No functions are entered.")
    return [
        Condition(
            _("The partner alone runs every function, and each is ready"),
            bool(held) and not short,
            note,
            url=url,
        )
    ]


def _short(one: State) -> str:
    said = [str(STEP_TITLES[one.step])] if one.step != "partner-only" else []
    said += [str(BY_CALC[item.name].title) for item in one.readiness.unmet]
    return f"{one.function.title}: {', '.join(said)}"


def work_items(viewer: Any) -> Sequence[WorkItem]:
    """Functions to plan, choices to make, evidence to look at, and steps that are the viewer's to bring
    about.
    """
    found: list[WorkItem] = []
    for programme in parties.programmes_of(viewer):
        roles = ("coordinator", "programme-officer")
        leads = any(rights.may(programme.id, viewer.person, viewer.organisation, role) for role in roles)
        if leads:
            found += _to_plan(programme)
            found += _to_accept(viewer, programme)
        for state in selectors.states(programme.id):
            found += _of_function(viewer, programme, state, leads)
    return found


def _to_plan(programme: Programme) -> list[WorkItem]:
    return [
        WorkItem(
            _("Plan the handover: %(title)s") % {"title": one.title},
            address("handover:plan", programme.id, one.id),
            "due",
            _("Every function that donors support needs a plan."),
            since=one.at,
            programme=programme.id,
        )
        for one in selectors.without_plan(programme.id)
    ]


def _to_accept(viewer: Viewer, programme: Programme) -> list[WorkItem]:
    if viewer.organisation not in parties.on_side(programme.id, "donor"):
        return []
    return [
        WorkItem(
            _("Look at evidence: %(criterion)s") % {"criterion": BY_KEY[row.criterion].title},
            address("handover:evidence", programme.id, row.subject),
            "answer",
            _("A criterion counts as met only when its evidence is accepted."),
            since=row.recorded_at,
            programme=programme.id,
        )
        for row in selectors.waiting(viewer, programme.id)
    ]


def _of_function(viewer: Viewer, programme: Programme, state: State, leads: bool) -> list[WorkItem]:
    if state.plan is None:
        return []
    url = address("handover:function", programme.id, state.function.id)
    due = datetime.combine(state.plan.target, time(0), UTC)
    if leads and state.choices:
        title = _("Choose: %(title)s is not ready") % {"title": state.function.title}
        why = _("The notice point is reached. Both sides choose what happens.")
        return [WorkItem(title, url, "due", why, due=due, programme=programme.id)]
    near = clock.today() >= state.plan.target - SOON and state.step != "partner-only"
    if state.plan.next_owner == viewer.organisation and near:
        title = _("Next step of the handover: %(title)s") % {"title": state.function.title}
        why = _("The plan names your organisation.")
        return [WorkItem(title, url, "due", why, due=due, programme=programme.id)]
    return []


def _open_to_all(arrangement: UUID, function: UUID) -> bool:
    owners = {row.owner for row in selectors.presence_rows(arrangement, function)}
    return all(
        gate.may_read_figures(Viewer(organisation=party), owner, "handover.presence", arrangement)
        for party in parties.sides(arrangement)
        for owner in owners
    )


def _criteria(made: Readiness) -> list[dict[str, Any]]:
    words = {True: _("met"), False: _("not met"), None: _("unknown")}
    return [
        {
            "criterion": str(BY_CALC[one.name].title),
            "state": words[one.met],
            "note": one.note,
            "mandatory": one.mandatory,
        }
        for one in made.criteria
    ]


def pack_section(arrangement: UUID, period: tuple[date, date], as_of: datetime) -> PackSection:
    """Each function with its step, dates, slips in the period and readiness; what has no plan is listed."""
    rows = []
    for one in selectors.states(arrangement, as_of):
        moved = [
            {"target": v.target.isoformat(), "reason": v.reason, "decision": str(v.decision)}
            for v in selectors.plan_versions(arrangement, one.function.id)
            if period[0] <= v.at.date() <= period[1] and v.at <= as_of and v.target != v.original_target
        ]
        row: dict[str, Any] = {
            "function": one.function.title,
            "step": str(STEP_TITLES[one.step]),
            "since": one.rungs[-1].since.date().isoformat() if one.rungs else None,
            "target": one.plan.target.isoformat() if one.plan else None,
            "original_target": one.plan.original_target.isoformat() if one.plan else None,
            "slip_days": one.plan.slip_days if one.plan else None,
            "slips": moved,
        }
        if _open_to_all(arrangement, one.function.id):
            row |= {
                "ready": one.readiness.ready,
                "ready_since": one.ready_since.isoformat() if one.ready_since else None,
                "criteria": _criteria(one.readiness),
                "alerts": list(one.alerts),
            }
        rows.append(row)
    lacking = [one.title for one in selectors.without_plan(arrangement, as_of)]
    return PackSection("handover", _("Handover"), 80, {"functions": rows, "without_plan": lacking})
