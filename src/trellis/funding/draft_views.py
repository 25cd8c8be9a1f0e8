"""Pages of a commitment's draft: heading, tranches and milestones, the check of FIN-01, and the proposal."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from trellis.agreements import selectors as agreements
from trellis.core.conditions import Condition, Hidden, Invalid, unmet
from trellis.core.context import address
from trellis.funding import services
from trellis.funding.forms import CommitmentForm, MilestoneForm, TrancheForm
from trellis.funding.money_kinds import plan_conditions
from trellis.funding.views import holds
from trellis.governance import drafts
from trellis.governance.models import Draft
from trellis.parties import selectors as parties
from trellis.parties.pages import Asked, in_programme


def _heading_form(request: Asked, data: dict[str, Any], posted: bool) -> CommitmentForm:
    here = request.programme.id
    return CommitmentForm(
        request.POST if posted else None,
        initial=data,
        donors=[(str(p.organisation), p.name) for p in parties.parties(here) if p.side == "donor"],
        agreements=[(str(a.id), a.title) for a in agreements.in_force(here)],
    )


def _checks(data: dict[str, Any]) -> list[Condition]:
    try:
        return plan_conditions(services.draft_payload(data))
    except Invalid as error:
        return [Condition(error.message, False, "; ".join(error.fields))]


def _mine(request: Asked, draft: UUID) -> Draft:
    """The draft, if it is one of this programme. Raises Hidden otherwise."""
    row = drafts.draft(request.viewer, draft)
    if row.arrangement != request.programme.id:
        raise Hidden()
    return row


@in_programme
def draft_new(request: Asked) -> HttpResponse:
    """The heading of a new draft."""
    here = request.programme.id
    form = _heading_form(request, {"currency": request.programme.currency}, request.method == "POST")
    if request.method == "POST" and form.is_valid():
        row = services.draft_save(request.viewer, here, form.cleaned_data)
        return redirect("funding:draft", here, row.pk)
    context = {"form": form, "agreed": bool(agreements.in_force(here)), **holds(request, "commitment.make")}
    context["agreements_url"] = address("agreements:agreements", here)
    return render(request, "funding/draft_new.html", context)


@in_programme
def draft(request: Asked, draft: UUID) -> HttpResponse:
    """A draft with its tranches and milestones. One form is posted at a time, named by `what`."""
    row = _mine(request, draft)
    what = request.POST.get("what", "") if request.method == "POST" else ""
    heading = _heading_form(request, row.data, what == "heading")
    tranche = TrancheForm(request.POST if what == "tranche" else None)
    milestone = MilestoneForm(request.POST if what == "milestone" else None)
    tranche.currency = milestone.currency = row.data["currency"]
    wanted = request.POST.get("tranche", "")
    if what == "heading" and heading.is_valid():
        services.draft_save(request.viewer, row.arrangement, heading.cleaned_data, draft)
    elif what == "tranche" and tranche.is_valid():
        services.draft_tranche_add(request.viewer, draft, tranche.cleaned_data)
    elif what == "milestone" and milestone.is_valid():
        services.draft_milestone_add(request.viewer, draft, UUID(wanted), milestone.cleaned_data)
    elif what == "drop-tranche":
        services.draft_tranche_drop(request.viewer, draft, UUID(wanted))
    elif what == "drop-milestone":
        services.draft_milestone_drop(request.viewer, draft, UUID(request.POST.get("milestone", "")))
    if what and not any(form.errors for form in (heading, tranche, milestone)):
        return redirect("funding:draft", request.programme.id, draft)
    checks = _checks(row.data)
    context = {
        "draft": row,
        "heading": heading,
        "tranche_form": tranche,
        "milestone_form": milestone,
        "wanted": wanted,
        "tranches": row.data["tranches"],
        "checks": checks,
        "ready": not unmet(checks),
        "has_errors": bool(heading.errors or tranche.errors or milestone.errors),
        **holds(request, "commitment.make"),
    }
    return render(request, "funding/draft.html", context)


@require_POST
@in_programme
def draft_propose(request: Asked, draft: UUID) -> HttpResponse:
    """Lays the commitment before the other side."""
    here = request.programme.id
    decision = services.commitment_draft_propose(request.viewer, here, _mine(request, draft).pk)
    return redirect(address("governance:decision", here, decision.pk) or address("funding:commitments", here))


@require_POST
@in_programme
def draft_delete(request: Asked, draft: UUID) -> HttpResponse:
    """Deletes a draft."""
    drafts.delete(request.viewer, _mine(request, draft).pk)
    return redirect("funding:commitments", request.programme.id)
