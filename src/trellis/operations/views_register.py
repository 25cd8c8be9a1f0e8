"""Pages of the register: an incident in a minute, look-alikes and what was decided, columns of a file."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from trellis.core import clock
from trellis.core.conditions import Hidden, Invalid
from trellis.operations import decided, duplicates, links, mapping, selectors, services
from trellis.operations.forms_register import ColumnsForm, QuickForm, SameForm, UndoForm
from trellis.parties import selectors as parties
from trellis.parties.pages import Asked, inside, told


@inside
def incident_quick(request: Asked) -> HttpResponse:
    """Records the least of an incident; the rest is added later."""
    now = clock.now().replace(second=0, microsecond=0)
    first = {"detected": now, "reference": now.strftime("%Y%m%d-%H%M"), "label": "AMBER"}
    form = QuickForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            row = services.incident_record(request.viewer, **form.cleaned_data)
        except Invalid as error:
            told(form, error)
        else:
            messages.success(request, _("The incident is recorded. Add to it when more is known."))
            return redirect("operations:incident", row.subject)
    assert request.viewer.organisation
    seen = selectors.audiences(request.viewer.organisation)
    return render(request, "operations/incident_quick.html", {"form": form, "audiences": seen})


@inside
def incident_duplicates(request: Asked) -> HttpResponse:
    """Look-alikes among the organisation's own incidents."""
    pairs, looked, more = duplicates.of_owner(request.viewer)
    context = {
        "pairs": pairs,
        "looked": looked,
        "more": more,
        "shown": duplicates.SHOWN,
        "decided": decided.of_owner(request.viewer),
    }
    return render(request, "operations/duplicates.html", context)


@inside
def incident_same(request: Asked, incident: UUID, other: UUID) -> HttpResponse:
    """Two records beside each other; a person says whether they are one incident."""
    row, kept = (selectors.incident(request.viewer, one) for one in (incident, other))
    mine = row.owner == kept.owner == request.viewer.organisation
    form = SameForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        same = form.cleaned_data["same"] == "yes"
        try:
            duplicates.duplicate_decide(request.viewer, incident, other, same=same, reason=form.cleaned_data["why"])
        except Invalid as error:
            told(form, error)
        else:
            if same:
                messages.success(request, _("Recorded: one incident. The record that stays is this one."))
                return redirect("operations:incident", other)
            messages.success(request, _("Recorded: two incidents. The pair is not suggested again."))
            return redirect("operations:duplicates")
    names = parties.organisation_names([row.owner])
    context = {
        "form": form,
        "row": row,
        "kept": kept,
        "why": duplicates.why(row, kept),
        "mine": mine,
        "owner_name": names.get(row.owner, ""),
        "pairs": [(one, selectors.stamps(one), links.words(one)) for one in (row, kept)],
    }
    return render(request, "operations/incident_same.html", context)


@inside
def incident_same_undo(request: Asked, incident: UUID, other: UUID) -> HttpResponse:
    """Takes a decision on two records back, with the reason; the decision stays in the history."""
    found = decided.newest(request.viewer, [incident, other], _("To take a decision on look-alikes back"))
    if incident not in found or other not in found:
        raise Hidden()
    row, kept = found[incident], found[other]
    form = UndoForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            decided.duplicate_undo(request.viewer, incident, other, reason=form.cleaned_data["why"])
        except Invalid as error:
            told(form, error)
        else:
            messages.success(request, _("The decision is taken back. Both stay in the history."))
            return redirect("operations:incident", incident)
    context = {
        "form": form,
        "row": row,
        "kept": kept,
        "same": row.retracted and row.duplicate_of == other,
        "apart": str(other) in row.distinct_from or str(incident) in kept.distinct_from,
        "mine": row.owner == kept.owner == request.viewer.organisation,
        "owner_name": parties.organisation_names([row.owner]).get(row.owner, ""),
    }
    return render(request, "operations/incident_same_undo.html", context)


@inside
def import_columns(request: Asked, report: UUID) -> HttpResponse:
    """Chooses which column of a file fills which field; what every row comes to is told next."""
    held = mapping.waiting(request.viewer, report)
    form = ColumnsForm(request.POST or None, columns=mapping.columns(held))
    if request.method == "POST" and form.is_valid():
        try:
            fresh = mapping.judge(request.viewer, report, form.mapping())
        except Invalid as error:
            told(form, error)
        else:
            return redirect("operations:import", fresh.pk)
    needed = [title for _name, title, must in mapping.fields() if must]
    return render(request, "operations/import_columns.html", {"form": form, "held": held, "needed": needed})
