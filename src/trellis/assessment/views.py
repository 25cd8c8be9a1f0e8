"""Pages of needs: overview, profile, map by institution, comparison of snapshots, the list of gaps."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.assessment import answers, heat, library, rules, selectors
from trellis.assessment.models import Confidence, Rating
from trellis.assessment.pages import act, decision_url
from trellis.assessment.schemas import AssessmentView, GapView
from trellis.core.conditions import Hidden
from trellis.core.tables import Choice, Column, Search, Table
from trellis.parties import selectors as parties
from trellis.parties.pages import Asked, in_programme
from trellis.sharing import figures, gate

MAP = "assessment.rating"


def _status(view: AssessmentView) -> str:
    return _("closed") if view.closed else _("open")


@in_programme
def index(request: Asked) -> HttpResponse:
    """Assessments, the first gaps, the priorities."""
    here = request.programme.id
    found = selectors.assessments(here)
    names = parties.organisation_names([view.lead for view in found])
    items = selectors.scopes([view.id for view in found])
    rows = [
        {
            "view": view,
            "lead": names.get(view.lead, ""),
            "state": _status(view),
            "url": reverse("assessment:assessment", args=[here, view.id]),
            "asked": len(view.invited),
            "items": items.get(view.id, 0),
        }
        for view in found
    ]
    last = selectors.latest_closed(here)
    gaps = selectors.gaps(here, last.id) if last else []
    context = {
        "rows": rows,
        "last": last,
        "gaps": [_row(gap) for gap in gaps if gap.status == "gap"][:5],
        "contested": sum(gap.status == "contested" for gap in gaps),
        "unassessed": sum(gap.status == "not assessed" for gap in gaps),
        "figure": figures.shown(request.viewer, "assessment.gaps", {"assessment": last.id}) if last else None,
        "notices": selectors.waiver_notices(here, last.id) if last else [],
        "priorities": selectors.priorities(here),
        "inviting": [one for one in selectors.assessments_inviting(request.viewer) if not one.closed],
        "open_act": act(request, "assessment.open"),
        "rank_act": act(request, "priorities.rank"),
    }
    return render(request, "assessment/index.html", context)


def _may_read(request: Asked, view: AssessmentView) -> bool:
    return gate.may_read_figures(request.viewer, view.lead, MAP, view.programme)


@in_programme
def assessment(request: Asked, assessment: UUID) -> HttpResponse:
    """The profile: who answered, stages by group, what is contested."""
    here = request.programme.id
    view = selectors.assessment_for(request.viewer, assessment, here)
    may_read = view.closed or _may_read(request, view)
    items: list[Any] = []
    if view.closed:
        items = list(selectors.gaps(here, view.id))
    elif may_read:
        items = list(rules.snapshot_items(view))
    url = reverse("assessment:map", args=[here, view.id])
    given = answers.responses(view.id)
    states = selectors.four_groups(view, given)
    names = parties.organisation_names([view.lead, *view.invited])
    context = {
        "view": view,
        "lead": names.get(view.lead, ""),
        "framework": library.framework(view.framework, translated=True),
        "notices": selectors.waiver_notices(here, view.id),
        "states": [(selectors.group_name(group), state, given.get(group, 0)) for group, state in states],
        "complete": all(state != "missing" for _group, state in states),
        "asked": sorted((selectors.group_name(g), names.get(o, "")) for o, g in view.invited.items()),
        "may_read": may_read,
        "heat": heat.heat(view, items, lambda code: f"{url}#i-{code}") if items else None,
        "contested": [item for item in items if item.status == "contested"],
        "figures": _figures(request, view),
        "acts": {verb: act(request, f"assessment.{verb}") for verb in ("amend", "waive", "close")},
        "left_out": [(rules.domain_name(name), why) for name, why in view.left_out.items()],
        "answer_url": reverse("answers:assessment", args=[view.id])
        if request.viewer.organisation in view.invited and not view.closed
        else "",
        "others": [one for one in selectors.closed(here) if one.id != view.id] if view.closed else [],
        "decision_url": decision_url(here, view.decision),
    }
    return render(request, "assessment/assessment.html", context)


def _figures(request: Asked, view: AssessmentView) -> list[Any]:
    names = ["assessment.map", "assessment.agreement"]
    return [
        figures.shown(request.viewer, name, {"assessment": view.id})
        for name in (["assessment.gaps", *names] if view.closed else names)
    ]


@in_programme
def map(request: Asked, assessment: UUID) -> HttpResponse:
    """The capability map: each item by institution, with evidence, date and confidence (NA-04)."""
    here = request.programme.id
    view = selectors.assessment_for(request.viewer, assessment, here)
    found = answers.readable(request.viewer, view.id, _("capability map"))
    names = parties.organisation_names()
    by_code: dict[str, list[dict[str, Any]]] = {}
    for row in found:
        by_code.setdefault(row.code, []).append(_answer(row, view, names))
    rows = [
        {
            "code": item.code,
            "title": selectors.item_title(view, item.code),
            "target": heat.stage_words(view, item.target) if item.target is not None else _("no target"),
            "institution": names.get(item.institution, "") if item.institution else "",
            "answers": by_code.get(item.code, []),
        }
        for item in selectors.scope(view.id)
    ]
    context = {"view": view, "rows": rows, "some": bool(found), "lead": names.get(view.lead, "")}
    return render(request, "assessment/map.html", context)


def _answer(row: Rating, view: AssessmentView, names: dict[UUID, str]) -> dict[str, Any]:
    return {
        "row": row,
        "who": names.get(row.said_by, "") if row.said_by else "",
        "group": selectors.group_name(row.group),
        "stage": heat.stage_words(view, row.stage),
        "confidence": Confidence(row.confidence).label,
    }


@in_programme
def compare(request: Asked, assessment: UUID) -> HttpResponse:
    """Two snapshots side by side: what moved."""
    here = request.programme.id
    view = selectors.assessment_for(request.viewer, assessment, here)
    others = [one for one in selectors.closed(here) if one.id != view.id]
    wanted = request.GET.get("with", "")
    other = next((one for one in others if str(one.id) == wanted), others[0] if others else None)
    if not view.closed or other is None:
        raise Hidden(_("Two closed assessments are needed to compare."))
    first, second = sorted((view, other), key=lambda one: one.number or 0)
    changes = selectors.compare(first.id, second.id)
    context = {"view": view, "first": first, "second": second, "changes": changes, "others": others}
    return render(request, "assessment/compare.html", context)


class GapTable(Table):
    caption = gettext_lazy("Gaps, in order")
    name = "gaps"
    columns = [
        Column("title", gettext_lazy("Item")),
        Column("order", gettext_lazy("Order"), kind="num", sort="order", missing=gettext_lazy("not ranked")),
        Column("priority", gettext_lazy("Priority"), kind="num", sort="priority", missing=gettext_lazy("none")),
        Column("current", gettext_lazy("Now"), kind="num", sort="current", missing=gettext_lazy("not assessed")),
        Column("target", gettext_lazy("Target"), kind="num", missing=gettext_lazy("no target")),
        Column("size", gettext_lazy("Gap"), kind="num", sort="size", missing=gettext_lazy("not known")),
        Column("spread", gettext_lazy("Lowest to highest"), missing=gettext_lazy("no answer")),
        Column("n", gettext_lazy("Answers"), kind="num", sort="n"),
        Column("confidence", gettext_lazy("Confidence"), missing=gettext_lazy("no answer")),
        Column("state", gettext_lazy("State"), kind="tag"),
    ]
    filters = [
        Search(gettext_lazy("Item"), ["title"]),
        Choice(
            "status",
            gettext_lazy("State"),
            [
                ("gap", gettext_lazy("gap")),
                ("contested", gettext_lazy("contested")),
                ("not assessed", gettext_lazy("not assessed")),
                ("target reached", gettext_lazy("target reached")),
                ("no target", gettext_lazy("no target")),
            ],
        ),
    ]
    empty_title = gettext_lazy("No gaps yet")
    empty_note = gettext_lazy("They appear here when a needs assessment is closed.")


def _row(gap: GapView) -> dict[str, Any]:
    sure = str(Confidence(gap.confidence).label) if gap.confidence else None
    if sure and not gap.evidenced:
        sure = _("%(confidence)s, unevidenced") % {"confidence": sure}
    return {
        "code": gap.code,
        "title": f"{gap.code} {gap.title}",
        "order": gap.order,
        "priority": gap.priority,
        "current": gap.current,
        "target": gap.target,
        "size": gap.size,
        "spread": f"{gap.low}–{gap.high}" if gap.low is not None else None,
        "n": gap.n,
        "confidence": sure,
        "status": gap.status,
        "state": heat.status_words(gap.status),
    }


@in_programme
def gaps(request: Asked) -> HttpResponse:
    """The gaps of the assessment closed last, or of the one asked for, in order."""
    here = request.programme.id
    wanted = request.GET.get("assessment", "")
    held = selectors.closed(here)
    last = next((one for one in held if str(one.id) == wanted), held[0] if held else None)
    table = GapTable(request, [_row(gap) for gap in selectors.gaps(here, last.id)] if last else [])
    if (download := table.response_or_none()) is not None:
        return download  # type: ignore[return-value]  # streamed
    notices = selectors.waiver_notices(here, last.id) if last else []
    return render(request, "assessment/gaps.html", {"table": table, "view": last, "notices": notices})
