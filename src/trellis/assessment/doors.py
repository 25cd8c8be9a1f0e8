"""What assessments hand to the rest of the house: menu, work list, steps, stage conditions, review pack."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from trellis.assessment import answers, selectors
from trellis.core.conditions import Condition
from trellis.core.ports import NavItem, PackSection, Step, WorkItem
from trellis.governance.registry import kind_named
from trellis.governance.rights import may_propose
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer


def navigation(request: HttpRequest) -> Sequence[NavItem]:
    """`Needs` in a programme; `Questions to you` for who is invited to answer."""
    programme, viewer = getattr(request, "programme", None), getattr(request, "viewer", None)
    found = []
    if programme is not None:
        found.append(NavItem(_("Needs"), reverse("assessment:index", args=[programme.id]), "needs", 20))
    elif viewer is not None and viewer.known and selectors.assessments_inviting(viewer):
        found.append(NavItem(_("Questions to you"), reverse("answers:index"), "answers", 15))
    return found


def work_items(viewer: Any) -> Sequence[WorkItem]:
    """Items still to be answered; a ranking that is due since an assessment was closed."""
    return [*_unanswered(viewer), *_unranked(viewer)]


def _unanswered(viewer: Viewer) -> list[WorkItem]:
    found = []
    for view in selectors.assessments_inviting(viewer):
        if view.closed:
            continue
        left = {item.code for item in selectors.scope(view.id)} - answers.own(viewer, view.id).keys()
        if left:
            found.append(
                WorkItem(
                    title=view.title,
                    url=reverse("answers:assessment", args=[view.id]),
                    kind="answer",
                    why=_("%(n)s questions wait for your answer.") % {"n": len(left)},
                    since=view.at,
                    due=None if view.due is None else datetime.combine(view.due, datetime.min.time(), view.at.tzinfo),
                    programme=view.programme,
                )
            )
    return found


def _unranked(viewer: Viewer) -> list[WorkItem]:
    if viewer.organisation is None:
        return []
    found, kind = [], kind_named("priorities.rank")
    for programme in parties.programmes_of(viewer):
        last = selectors.latest_closed(programme.id)
        ranked = selectors.ranked_at(programme.id)
        if last is None or (ranked is not None and ranked >= last.at):
            continue
        if may_propose(programme.id, kind, viewer.person, viewer.organisation):
            found.append(
                WorkItem(
                    title=_("Rank the priorities"),
                    url=reverse("assessment:rank", args=[programme.id]),
                    kind="due",
                    why=_("“%(title)s” was closed; nothing was ranked since.") % {"title": last.title},
                    since=last.at,
                    programme=programme.id,
                )
            )
    return found


def stage_conditions(programme: UUID, stage: str) -> Sequence[Condition]:
    """NA-02: a programme is assessed when an assessment is closed; no later stage without it either."""
    return [selectors.closed_condition(programme)] if stage in ("assessed", "agreed", "active") else []


def programme_steps(programme: UUID) -> Sequence[Step]:
    """The steps `Needs` and `Priorities`."""
    last = selectors.latest_closed(programme)
    held = selectors.assessments(programme)
    state = "done" if last else "now" if held else "none"
    words = last.title if last else _("under way") if held else _("not begun")
    ranked = selectors.priorities(programme)
    said = _("%(n)s in order") % {"n": len(ranked)} if ranked else _("not ranked")
    return [
        Step(_("Needs"), state, words, reverse("assessment:index", args=[programme]), 10),
        Step(
            _("Priorities"),
            "done" if ranked else "now" if last else "none",
            said,
            reverse("assessment:priorities", args=[programme]),
            20,
        ),
    ]


def pack_section(programme: UUID, period: tuple[date, date], as_of: datetime) -> PackSection:
    """Needs in the review pack: gaps in order, priorities, waivers, and rankings of the period."""
    last = selectors.latest_closed(programme, as_of)
    rows = selectors.gaps(programme, last.id, as_of) if last else []
    moved = [r for r in selectors.rankings(programme) if period[0] <= r.at.date() <= period[1] and r.at <= as_of]
    content: dict[str, Any] = {
        "assessment": {"id": str(last.id), "title": last.title, "number": last.number} if last else None,
        "waivers": selectors.waiver_notices(programme, last.id, as_of) if last else [],
        "gaps": [
            {
                "order": row.order,
                "code": row.code,
                "title": row.title,
                "current": row.current,
                "target": row.target,
                "gap": row.size,
                "status": row.status,
                "confidence": row.confidence,
                "evidenced": row.evidenced,
            }
            for row in rows
        ],
        "priorities": [
            {"rank": view.rank, "title": view.title, "origin": view.origin, "gaps": list(view.gaps)}
            for view in selectors.priorities(programme, as_of)
        ],
        "rankings": [{"at": r.at.isoformat(), "trigger": r.trigger, "decision": str(r.decision)} for r in moved],
    }
    return PackSection("needs", _("Needs and priorities"), 10, content)
