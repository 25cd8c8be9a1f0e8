"""Pages of priorities: the list, one priority with what is said of it, ranking."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from trellis.assessment import selectors, services
from trellis.assessment.forms import SayForm, SuggestForm
from trellis.assessment.forms_rank import RankForm
from trellis.assessment.models import PriorityComment, Ranking
from trellis.assessment.pages import act, after, decision_url
from trellis.assessment.schemas import PriorityView
from trellis.core.conditions import Blocked
from trellis.parties import selectors as parties
from trellis.parties.pages import Asked, in_programme
from trellis.sharing import gate


def _comments(request: Asked) -> list[dict[str, Any]]:
    rows = gate.visible(PriorityComment, request.viewer, _("comments on priorities"))
    found = list(rows.filter(arrangement=request.programme.id).order_by("-recorded_at", "-id"))
    names, sides = parties.organisation_names({r.owner for r in found}), parties.sides(request.programme.id)
    return [
        {
            "row": row,
            "priority": row.priority,
            "suggests": row.suggests,
            "who": names.get(row.owner, ""),
            "side": sides.get(row.owner, ""),
        }
        for row in found
    ]


def _shown(view: PriorityView, comments: list[dict[str, Any]], here: UUID, names: dict[UUID, str]) -> dict[str, Any]:
    return {
        "view": view,
        "url": reverse("assessment:priority", args=[here, view.id]),
        "origin": _("Suggested by %(donor)s") % {"donor": names.get(view.suggested_by, "")}
        if view.suggested_by
        else _("From the partner"),
        "comments": sum(c["priority"] == view.id for c in comments),
    }


def _history(here: UUID, rows: list[Ranking]) -> list[dict[str, Any]]:
    titles = {str(view.id): view.title for view in selectors.priorities(here, all=True)}
    names = parties.person_names([row.person for row in rows])
    return [
        {
            "row": row,
            "before": [titles.get(i, "") for i in row.before],
            "after": [titles.get(i, "") for i in row.after],
            "who": names.get(row.person, "") if row.person else "",
            "url": decision_url(here, row.decision),
        }
        for row in rows
    ]


@in_programme
def priorities(request: Asked) -> HttpResponse:
    """The list in order, suggestions of donors, and every re-ranking with its trigger."""
    here = request.programme.id
    form = SuggestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.priority_suggest(request.viewer, here, form.cleaned_data["title"], form.cleaned_data["text"])
        return redirect("assessment:priorities", programme=here)
    found = selectors.priorities(here, all=True)
    comments = _comments(request)
    names = parties.organisation_names([v.suggested_by for v in found if v.suggested_by])
    shown = [_shown(view, comments, here, names) for view in found]
    context = {
        "ranked": [one for one in shown if one["view"].rank is not None],
        "closed": [one for one in shown if one["view"].rank is None],
        "suggestions": [c for c in comments if c["suggests"]],
        "history": _history(here, selectors.rankings(here)[:10]),
        "form": form,
        "rank_act": act(request, "priorities.rank"),
        "last": selectors.latest_closed(here),
    }
    return render(request, "assessment/priorities.html", context)


@in_programme
def priority(request: Asked, priority: UUID) -> HttpResponse:
    """One priority, the items that it cites, and what parties say of it."""
    here = request.programme.id
    view = selectors.priority(here, priority)
    form = SayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.priority_comment(request.viewer, here, priority, form.cleaned_data["text"])
        return redirect("assessment:priority", programme=here, priority=priority)
    titles = selectors.gap_codes(here, view.assessment)
    comments = [c for c in _comments(request) if c["priority"] == view.id]
    names = parties.organisation_names([view.suggested_by] if view.suggested_by else [])
    context = {
        "shown": _shown(view, comments, here, names),
        "view": view,
        "gaps": [(code, titles.get(code, code)) for code in view.gaps],
        "comments": comments,
        "form": form,
        "decision_url": decision_url(here, view.decision),
    }
    return render(request, "assessment/priority.html", context)


@in_programme
def rank(request: Asked) -> HttpResponse:
    """Sets the whole order; for anybody else the page says who holds the right (OWN-01)."""
    here = request.programme.id
    right, last = act(request, "priorities.rank"), selectors.latest_closed(here)
    if last is None or (not right.may and request.method != "POST"):
        return render(request, "assessment/rank.html", {"act": right, "last": last})
    current = selectors.priorities(here)
    donors = [(p.organisation, p.name) for p in parties.parties(here) if p.side == "donor"]
    form = RankForm(current, donors, last.id, request.POST or None)
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            decision = services.priorities_rank(
                request.viewer,
                here,
                form.ranked,
                closed=form.closed,
                trigger=form.cleaned_data["trigger"],
                before=[UUID(one) for one in form.cleaned_data["before"].split()],
            )
        except Blocked as blocked:
            refusal = blocked
        else:
            url = reverse("assessment:priorities", args=[here])
            return after(request, decision, url, _("The order is set."))
    context = {
        "act": right,
        "last": last,
        "form": form,
        "refusal": refusal,
        "gaps": [g for g in selectors.gaps(here, last.id) if g.status != "target reached"],
        "suggestions": [c for c in _comments(request) if c["suggests"]],
    }
    return render(request, "assessment/rank.html", context, status=409 if refusal else 200)
