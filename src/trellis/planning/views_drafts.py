"""Pages of a plan draft: its check, objectives, activities, import, and proposing it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from trellis.assessment import selectors as needs
from trellis.core import clock
from trellis.core.conditions import Invalid
from trellis.parties import selectors as parties
from trellis.parties.pages import Asked, in_programme
from trellis.planning import check, selectors, services, showing, table
from trellis.planning.diff import plan_diff
from trellis.planning.forms import ActivityForm, HeadingForm, ImportForm, first
from trellis.planning.models import Strand
from trellis.planning.views import after, holders, may, sent


def _url(draft: services.PlanDraft) -> str:
    return reverse("planning:draft", args=[draft.programme, draft.id])


@require_POST
@in_programme
def draft_new(request: Asked) -> HttpResponse:
    """Begins a draft from the plan in force, or an empty one."""
    return redirect(_url(services.draft_new(request.viewer, request.programme.id)))


@in_programme
def draft(request: Asked, draft: UUID) -> HttpResponse:
    """A draft with everything it lacks, and every condition of adopting it."""
    here = request.programme.id
    held = services.draft_read(request.viewer, draft, here)
    current = selectors.plan_in_force(here)
    names = parties.organisation_names()
    titles = {o.id: o.title for o in held.plan.objectives}
    conditions = services.adopting_conditions(request.viewer, here, held.plan)
    context = {
        "draft": held,
        "plan": held.plan,
        "check": held.check,
        "strands": [check.strand_empty(s) for s in held.check.empty_strands],
        "rows": [_row(held, a, names, titles) for a in held.plan.activities],
        "diff": plan_diff(
            current.activities,
            held.plan.activities,
            showing.namer([*current.objectives, *held.plan.objectives]),
        )
        if current
        else None,
        "stale": held.plan.replaces != (current.decision if current else None),
        "conditions": conditions,
        "ready": all(c.met for c in conditions),
        "totals": selectors.totals(held.plan.activities),  # type: ignore[arg-type]  # reads amounts alone
        "may": may(request, "plan.adopt"),
        "holders": holders(request, "plan.adopt"),
        "today": clock.today(),
    }
    return render(request, "planning/draft.html", context)


def _row(held: services.PlanDraft, a: Any, names: dict[UUID, str], titles: dict[UUID, str]) -> dict[str, Any]:
    lacks = list(held.check.lacking.get(a.title, ()))
    if a.objective not in titles:
        lacks.append(_("objective"))
    if not a.gaps:
        lacks.append(_("gap cited"))
    return {
        "activity": a,
        "strand": Strand(a.strand).label if a.strand in Strand.values else a.strand,
        "lead": names.get(a.lead, ""),
        "objective": titles.get(a.objective, ""),
        "lacks": lacks,
        "money": (a.amount, a.currency) if a.amount is not None else None,
    }


@in_programme
def heading(request: Asked, draft: UUID) -> HttpResponse:
    """Title, reason and objectives."""
    held = services.draft_read(request.viewer, draft, request.programme.id)
    found = selectors.direction(held.programme)
    direction = {o.id: o.title for o in found.objectives} if found else {}
    start = {"title": held.plan.title, "reason": held.plan.reason}
    form = HeadingForm(held.plan.objectives, direction, request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        services.draft_objectives(request.viewer, held.id, form.objectives)
        services.draft_heading(request.viewer, held.id, title=said["title"], reason=said["reason"])
        return redirect(_url(held))
    return render(request, "planning/heading.html", {"form": form, "draft": held})


@in_programme
def activity_edit(request: Asked, draft: UUID, activity: UUID | None = None) -> HttpResponse:
    """Adds an activity, or changes one."""
    held = services.draft_read(request.viewer, draft, request.programme.id)
    last = next((a for a in held.plan.activities if a.id == activity), None)
    if activity is not None and last is None:
        return redirect(_url(held))
    members = parties.parties(held.programme)
    gaps = needs.gap_codes(held.programme, held.plan.assessment)
    start = first(last) if last else {"lead": str(request.viewer.organisation), "currency": request.programme.currency}
    form = ActivityForm(members, held.plan.objectives, gaps, request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            said = services.activity_said(form.values, activity)
        except Invalid as error:
            for name, text in error.fields.items():
                form.add_error(name if name in form.fields else None, text)
        else:
            services.activity_put(request.viewer, held.id, said)
            return redirect(_url(held))
    return render(request, "planning/activity_edit.html", {"form": form, "draft": held, "last": last})


@require_POST
@in_programme
def activity_remove(request: Asked, draft: UUID, activity: UUID) -> HttpResponse:
    """Takes an activity out."""
    held = services.draft_read(request.viewer, draft, request.programme.id)
    return redirect(_url(services.activity_remove(request.viewer, held.id, activity)))


@require_POST
@in_programme
def draft_rebase(request: Asked, draft: UUID) -> HttpResponse:
    """Says that the draft now answers the plan in force."""
    held = services.draft_read(request.viewer, draft, request.programme.id)
    return redirect(_url(services.draft_rebase(request.viewer, held.id)))


@require_POST
@in_programme
def draft_delete(request: Asked, draft: UUID) -> HttpResponse:
    """Deletes a draft."""
    held = services.draft_read(request.viewer, draft, request.programme.id)
    services.draft_delete(request.viewer, held.id)
    return redirect("planning:index", programme=held.programme)


@require_POST
@in_programme
def draft_propose(request: Asked, draft: UUID) -> HttpResponse:
    """Proposes the draft with the proposer's own key."""
    held = services.draft_read(request.viewer, draft, request.programme.id)
    decision = services.draft_propose(request.viewer, held.id)
    return after(request, decision, reverse("planning:index", args=[held.programme]), _("The plan is adopted."))


@in_programme
def draft_import(request: Asked, draft: UUID) -> HttpResponse:
    """Activities from a file: first what it would bring in, then the import."""
    held = services.draft_read(request.viewer, draft, request.programme.id)
    form, report = ImportForm(request.POST or None, request.FILES or None), None
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            report = table.activities_import(
                request.viewer, held.id, upload.read(), upload.name, dry="import" not in request.POST
            )
        except Invalid as error:
            form.add_error("file", error.fields["file"])
        else:
            if "import" in request.POST:
                messages.success(request, _("%(n)s activities are in the draft.") % {"n": len(report.accepted)})
                return redirect(_url(held))
    return render(request, "planning/import.html", {"form": form, "report": report, "draft": held})


@in_programme
def draft_export(request: Asked, draft: UUID, kind: str) -> HttpResponse:
    """The activities of a draft as a table."""
    held = services.draft_read(request.viewer, draft, request.programme.id)
    data = table.export(held.programme, held.plan.activities, held.plan.objectives, kind)
    return sent(data, "activities-draft", kind)


@in_programme
def template(request: Asked, kind: str) -> HttpResponse:
    """An empty table to write activities in."""
    return sent(table.template(request.programme.id, kind), "activities", kind)
