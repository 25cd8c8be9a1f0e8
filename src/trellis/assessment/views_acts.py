"""Pages that open, amend, waive and close an assessment."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from trellis.assessment import answers, heat, library, rules, selectors, services
from trellis.assessment.forms import AmendForm, OpenForm, WaiveForm, as_invited
from trellis.assessment.pages import act, after
from trellis.core import ids
from trellis.core.conditions import Blocked
from trellis.parties import selectors as parties
from trellis.parties.pages import Asked, in_programme


@in_programme
def open_(request: Asked) -> HttpResponse:
    """Chooses a framework, then asks for scope, targets and invitations."""
    here, hash = request.programme.id, request.GET.get("framework", "")
    right = act(request, "assessment.open")
    shelf = [one for one in library.shelf() if one.framework.stages]
    if not hash or not right.may:
        return render(request, "assessment/open_choose.html", {"shelf": shelf, "act": right})
    framework = library.framework(hash, translated=True)
    partners = [(p.organisation, p.name) for p in parties.parties(here) if p.side == "partner"]
    first = {"lead": str(request.viewer.organisation), "title": _("Needs assessment")}
    form = OpenForm(framework, partners, request.POST or None, initial=first)
    refusal = None
    if request.method == "POST" and form.is_valid():
        new = ids.new()
        try:
            decision = services.assessment_open(
                request.viewer,
                here,
                framework=hash,
                title=form.cleaned_data["title"],
                lead=UUID(form.cleaned_data["lead"]),
                items=form.items,
                invited=form.invited,
                domains=form.domains,
                left_out=form.left_out,
                due=form.cleaned_data["due"],
                assessment=new,
            )
        except Blocked as blocked:
            refusal = blocked
        else:
            return after(
                request,
                decision,
                reverse("assessment:assessment", args=[here, new]),
                _("The assessment is open."),
            )
    context = {"form": form, "framework": framework, "refusal": refusal}
    return render(request, "assessment/open.html", context, status=409 if refusal else 200)


@in_programme
def amend(request: Asked, assessment: UUID) -> HttpResponse:
    """Targets, items and invitations of an open assessment."""
    here = request.programme.id
    view = selectors.assessment_for(request.viewer, assessment, here)
    framework = library.framework(view.framework, translated=True)
    form = AmendForm(framework, request.POST or None, initial=as_invited(view), asked=view.invited)
    right = act(request, "assessment.amend")
    if request.method == "POST" and form.is_valid():
        held = {item.code: item for item in selectors.scope(view.id)}
        institutions = {code: item.institution for code, item in held.items()}
        changed = [
            item.model_copy(update={"institution": institutions.get(item.code)})
            for item in form.items
            if item.code not in held or held[item.code].target != item.target
        ]
        decision = services.assessment_amend(
            request.viewer, view.id, items=changed, invited=form.invited, reason=form.cleaned_data["reason"]
        )
        url = reverse("assessment:assessment", args=[here, view.id])
        return after(request, decision, url, _("The assessment is changed."))
    context = {"form": form, "view": view, "act": right}
    return render(request, "assessment/amend.html", context)


@in_programme
def waive(request: Asked, assessment: UUID) -> HttpResponse:
    """Signs a waiver for a group that did not answer."""
    here = request.programme.id
    view = selectors.assessment_for(request.viewer, assessment, here)
    form = WaiveForm(selectors.four_groups(view, answers.responses(view.id)), request.POST or None)
    if request.method == "POST" and form.is_valid():
        decision = services.assessment_waive(
            request.viewer, view.id, form.cleaned_data["group"], form.cleaned_data["reason"]
        )
        url = reverse("assessment:assessment", args=[here, view.id])
        return after(request, decision, url, _("The waiver is signed."))
    context = {"form": form, "view": view, "act": act(request, "assessment.waive")}
    return render(request, "assessment/waive.html", context)


@in_programme
def close(request: Asked, assessment: UUID) -> HttpResponse:
    """Shows every condition and what would be frozen; pressing closes."""
    here = request.programme.id
    view = selectors.assessment_for(request.viewer, assessment, here)
    if request.method == "POST":
        decision = services.assessment_close(request.viewer, view.id)
        url = reverse("assessment:assessment", args=[here, view.id])
        return after(request, decision, url, _("The assessment is closed and its snapshot frozen."))
    right = act(request, "assessment.close")
    conditions = services.closing_conditions(request.viewer, view.id)
    context = {
        "view": view,
        "act": right,
        "conditions": conditions,
        "ready": all(condition.met for condition in conditions),
        "heat": heat.heat(view, rules.snapshot_items(view)) if right.may and not view.closed else None,
    }
    return render(request, "assessment/close.html", context)
