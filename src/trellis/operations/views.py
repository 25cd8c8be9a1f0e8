"""Pages of incidents: list, entry, correction, retraction, history."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from trellis.core import clock, formats
from trellis.core.conditions import Invalid
from trellis.core.fields import NOT_KNOWN
from trellis.core.pieces import Entry
from trellis.operations import decided, duplicates, links, rules, selectors, services
from trellis.operations.forms import CorrectionForm, IncidentForm, RetractForm
from trellis.operations.models import Incident
from trellis.operations.tables import incident_table, state_words
from trellis.parties import members
from trellis.parties import selectors as parties
from trellis.parties.pages import Asked, inside, told
from trellis.parties.schemas import Viewer


@inside
def incidents(request: Asked) -> HttpResponse:
    """All incidents that the viewer may read."""
    names = selectors.owners_listed(request.viewer)
    table = incident_table(request, selectors.incidents(request.viewer), names)
    if (download := table.response_or_none()) is not None:
        return download  # type: ignore[return-value]  # streamed
    return render(request, "operations/incidents.html", {"table": table})


def _staff(request: Asked) -> list[tuple[str, str]]:
    assert request.viewer.organisation
    return [(str(member.person), member.name) for member in members.members(request.viewer.organisation)]


def _entry(request: Asked, template: str, form: IncidentForm, **more: Any) -> HttpResponse:
    assert request.viewer.organisation
    seen = selectors.audiences(request.viewer.organisation)
    return render(request, template, {"form": form, "audiences": seen, **more})


@inside
def incident_new(request: Asked) -> HttpResponse:
    """Records an incident."""
    met = links.organisations_met(request.viewer)
    form = IncidentForm(request.POST or None, staff=_staff(request), met=met)
    if request.method == "POST" and form.is_valid():
        try:
            row = services.incident_record(request.viewer, **form.said())
        except Invalid as error:
            told(form, error)
        else:
            messages.success(request, _("The incident is recorded. Only those named below see it."))
            return redirect("operations:incident", row.subject)
    return _entry(request, "operations/incident_new.html", form)


def _first(row: Incident) -> dict[str, Any]:
    unknown = set(row.not_known.split())
    first: dict[str, Any] = {name: getattr(row, name) for name in services.FIELDS if name != "not_known"}
    for name in rules.STAMPS:
        if first[name] is None and name in unknown:
            first[name] = NOT_KNOWN
    return {**first, "seen": row.pk}


def _met(request: Asked, row: Incident) -> dict[UUID, str]:
    """Whom a correction may name: those of the viewer's programmes, and those that are named already."""
    named = parties.organisation_names([UUID(one) for one in row.organisations])
    return {**named, **links.organisations_met(request.viewer)}


@inside
def incident_correct(request: Asked, incident: UUID) -> HttpResponse:
    """Corrects an incident or adds to it; both versions stay."""
    row = selectors.incident(request.viewer, incident)
    mine = row.owner == request.viewer.organisation
    form = CorrectionForm(
        request.POST or None, initial=_first(row), staff=_staff(request) if mine else [], met=_met(request, row)
    )
    if request.method == "POST" and form.is_valid():
        said = form.said()
        why, seen = said.pop("why"), said.pop("seen")
        try:
            services.incident_correct(request.viewer, incident, why, seen=seen, **said)
        except Invalid as error:
            told(form, error)
        else:
            messages.success(request, _("The correction is recorded. The version before stays in the history."))
            return redirect("operations:incident", incident)
    return _entry(request, "operations/incident_correct.html", form, incident=row, mine=mine, **_owner(row))


@inside
def incident_retract(request: Asked, incident: UUID) -> HttpResponse:
    """Says that a record no longer stands."""
    row = selectors.incident(request.viewer, incident)
    form = RetractForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.incident_retract(request.viewer, incident, form.cleaned_data["why"])
        messages.success(request, _("The record is retracted. Its history stays."))
        return redirect("operations:history", incident)
    mine = row.owner == request.viewer.organisation
    context = {"form": form, "incident": row, "mine": mine, **_owner(row)}
    return render(request, "operations/incident_retract.html", context)


def _owner(row: Incident) -> dict[str, str]:
    return {"owner_name": parties.organisation_names([row.owner]).get(row.owner, "")}


@inside
def incident(request: Asked, incident: UUID) -> HttpResponse:
    """One incident: what happened, its stamps and times, and who sees it."""
    row = selectors.incident(request.viewer, incident)
    mine = row.owner == request.viewer.organisation
    seen = selectors.audiences(row.owner) if mine else []
    context = {
        "incident": row,
        "state": state_words(row),
        "stamps": selectors.stamps(row),
        "durations": selectors.durations_of(row, clock.now()),
        "mine": mine,
        "concerns": links.words(row),
        "alike": duplicates.of_incident(request.viewer, row) if mine else [],
        "reached": selectors.reached(row.label, seen),
        "figures_only": [one.who for one in seen if not one.records],
        "decided": decided.of_incident(request.viewer, row),
        "history": _history(request.viewer, selectors.versions(request.viewer, incident)),
        **_owner(row),
    }
    return render(request, "operations/incident.html", context)


@inside
def history(request: Asked, incident: UUID) -> HttpResponse:
    """Every version of an incident with what changed."""
    found = selectors.versions(request.viewer, incident)
    context = {
        "incident": found[0],
        "decided": decided.of_incident(request.viewer, found[0]),
        "history": _history(request.viewer, found),
        "retracted": found[0].retracted,
        "kept": duplicates.kept_for(request.viewer, found[0]),
        **_owner(found[0]),
    }
    return render(request, "operations/history.html", context)


SHOWN = (
    "title",
    "summary",
    "severity",
    "sector",
    "classification",
    "people_affected",
    "countries",
    "label",
    "reference",
    *rules.STAMPS,
)


def _history(viewer: Viewer, found: list[Incident]) -> list[Entry]:
    names = parties.person_names([row.recorded_by for row in found])
    decisions = decided.changes(viewer, found, names)
    entries = []
    for place, row in enumerate(found):
        before = found[place + 1] if place + 1 < len(found) else None
        who = names.get(row.recorded_by, "") if row.recorded_by else ""
        entries.append(Entry(at=row.recorded_at, text=decisions.get(row.pk) or _words(row, before, who)))
    return entries


def _words(row: Incident, before: Incident | None, who: str) -> str:
    if before is None:
        return _("Recorded by %(who)s") % {"who": who or _("an import")}
    if row.retracted:
        return _("Retracted by %(who)s: %(why)s") % {"who": who, "why": row.why}
    changed = [
        _("%(field)s was %(before)s, is %(after)s")
        % {
            "field": row._meta.get_field(name).verbose_name,  # type: ignore[union-attr]  # plain fields all
            "before": _value(getattr(before, name)),
            "after": _value(getattr(row, name)),
        }
        for name in SHOWN
        if getattr(before, name) != getattr(row, name)
    ]
    said = {
        "who": who,
        "why": row.why,
        "changes": "; ".join(changed) or _("nothing but the stamps' precision"),
    }
    return _("Corrected by %(who)s: %(why)s. %(changes)s.") % said


def _value(value: Any) -> str:
    if value is None or value == "":
        return _("not known")
    return formats.moment(value) if hasattr(value, "hour") else str(value)
