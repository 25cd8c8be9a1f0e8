"""Pages of rights and rules: the matrix, one right with its versions, parameters, the stage of the programme."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.core.conditions import Hidden, Invalid
from trellis.core.tables import Choice, Column, Search, Table
from trellis.governance import matrix as rights_matrix
from trellis.governance import parameters as declared
from trellis.governance import procedure, rights
from trellis.governance import services as governance
from trellis.governance.forms import MatrixForm, ParameterForm
from trellis.governance.kinds import MatrixSet, ParameterSet
from trellis.governance.registry import kind_named
from trellis.parties import selectors as parties
from trellis.parties.pages import Asked, in_programme, told


def may(request: Asked, kind: str) -> dict[str, Any]:
    """Whether the viewer may propose a kind, and who else may."""
    known, viewer, here = kind_named(kind), request.viewer, request.programme.id
    assert viewer.organisation
    return {
        "may_propose": rights.may_propose(here, known, viewer.person, viewer.organisation),
        "proposers": rights.proposer_words(here, known),
    }


class MatrixTable(Table):
    caption = gettext_lazy("Decision rights")
    name = "decision-rights"
    page_size = 200
    columns = [
        Column("title", gettext_lazy("Decision"), link="url", sort="title"),
        Column("decided", gettext_lazy("Decided")),
        Column("keys", gettext_lazy("Keys")),
        Column("holders", gettext_lazy("Held now by")),
        Column("proposers", gettext_lazy("Proposed by")),
        Column("forum", gettext_lazy("Forum")),
        Column("state", gettext_lazy("State"), kind="tag", missing=gettext_lazy("held")),
        Column("version", gettext_lazy("Version"), kind="num"),
    ]
    filters = [
        Search(gettext_lazy("Words"), ["title", "holders", "keys"]),
        Choice("vacant", gettext_lazy("Seats"), [("True", gettext_lazy("With a vacant seat"))]),
    ]


def shown(line: rights_matrix.Line, arrangement: UUID) -> dict[str, Any]:
    """A right as the table shows it."""
    keys = [f"{rights_matrix.side_title(side)}: {role}" for side, role in line.keys]
    held = [
        f"{h.seat}, {h.organisation} ({', '.join(h.people)})" if h.people else _("%(seat)s, %(org)s: vacant")
        % {"seat": h.seat, "org": h.organisation}
        for h in line.holders
    ]  # fmt: skip
    committee = _("committee, or in writing") if line.written else _("committee")
    return {
        "title": line.title,
        "url": reverse("governance:right", args=[arrangement, line.kind]),
        "decided": _("jointly") if line.joint else _("by one"),
        "keys": "; ".join(keys),
        "holders": "; ".join(held),
        "proposers": "; ".join(line.proposers),
        "forum": committee if line.forum == "committee" else _("keys"),
        "vacant": line.vacant,
        "state": _("vacant") if line.vacant else None,
        "version": line.version,
    }


@in_programme
def matrix(request: Asked) -> HttpResponse:
    """Every right of the programme: who decides, and who holds it now."""
    here = request.programme.id
    lines = rights_matrix.matrix(request.viewer, here)
    table = MatrixTable(request, [shown(line, here) for line in lines])
    if (download := table.response_or_none()) is not None:
        return download  # type: ignore[return-value]  # streamed
    return render(request, "governance/matrix.html", {"table": table, "vacant": sum(line.vacant for line in lines)})


@in_programme
def right(request: Asked, kind: str) -> HttpResponse:
    """One right with its versions, and the form that proposes another."""
    here = request.programme.id
    line = rights_matrix.line(request.viewer, here, kind)
    held = rights.right(here, kind_named(kind))
    sides = list(held.slots) if "party" in held.slots else ["partner", "donor", "regional", "independent"]
    donors = [party for party in parties.parties(here) if party.side == "donor"]
    first = {
        "joint": "joint" if held.joint else "one",
        "proposers": list(held.proposers),
        "forum": held.forum,
        "written": held.written,
        "emergency": held.emergency,
        "lead_donor": str(held.lead_donor or ""),
        **{f"key_{side}": role for side, role in held.slots.items()},
    }
    form = MatrixForm(request.POST or None, initial=first, sides=sides, donors=donors)
    procedure.offer(form, request.viewer, here, "matrix.set")
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        payload = MatrixSet(
            kind=kind,
            joint=given["joint"] == "joint",
            slots=form.slots(),
            proposers=given["proposers"],
            forum=given["forum"],
            written=given["written"],
            emergency=given["emergency"],
            lead_donor=UUID(given["lead_donor"]) if given["lead_donor"] else None,
            reason=given["reason"],
        )
        try:
            made = governance.propose(request.viewer, here, "matrix.set", payload, **procedure.chosen(form))
        except Invalid as error:
            told(form, error)
        else:
            return redirect("governance:decision", here, made.pk)
    context = {
        "line": line,
        "row": shown(line, here),
        "versions": rights_matrix.versions(request.viewer, here, kind),
        "form": form,
        **may(request, "matrix.set"),
    }
    return render(request, "governance/right.html", context)


class ParameterTable(Table):
    caption = gettext_lazy("Parameters")
    name = "parameters"
    page_size = 200
    columns = [
        Column("name", gettext_lazy("Parameter"), link="url", sort="name"),
        Column("value", gettext_lazy("Value")),
        Column("unit", gettext_lazy("Unit")),
        Column("default", gettext_lazy("Default")),
        Column("reason", gettext_lazy("Why")),
        Column("author", gettext_lazy("Decided by"), missing=gettext_lazy("the default")),
        Column("at", gettext_lazy("Since"), kind="day", missing=gettext_lazy("from the start")),
    ]
    filters = [Search(gettext_lazy("Words"), ["name", "reason"])]


@in_programme
def parameters(request: Asked) -> HttpResponse:
    """Every threshold, weight and default in force."""
    here = request.programme.id
    rows = [
        {**row.__dict__, "url": reverse("governance:parameter", args=[here, row.name])}
        for row in declared.in_force(here)
    ]
    table = ParameterTable(request, rows)
    if (download := table.response_or_none()) is not None:
        return download  # type: ignore[return-value]  # streamed
    return render(request, "governance/parameters.html", {"table": table, **may(request, "parameter.set")})


@in_programme
def parameter(request: Asked, name: str) -> HttpResponse:
    """One parameter with its versions, and the form that proposes another value."""
    here = request.programme.id
    row = next((found for found in declared.in_force(here) if found.name == name), None)
    if row is None:
        raise Hidden()
    form = ParameterForm(request.POST or None, initial={"value": row.value})
    procedure.offer(form, request.viewer, here, "parameter.set")
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        payload = ParameterSet(name=name, value=given["value"], reason=given["reason"])
        try:
            made = governance.propose(request.viewer, here, "parameter.set", payload, **procedure.chosen(form))
        except Invalid as error:
            told(form, error)
        else:
            return redirect("governance:decision", here, made.pk)
    context = {"row": row, "versions": declared.versions(here, name), "form": form, **may(request, "parameter.set")}
    return render(request, "governance/parameter.html", context)
