"""Pages of findings: one, new, correct, fixed, retract; and their import."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trellis.assets import findings as keeping
from trellis.assets import loading, selectors, services
from trellis.assets.forms import FindingCorrection, FindingForm, FixForm, ImportForm, WhyForm
from trellis.assets.history import finding_history
from trellis.assets.tables import state_of
from trellis.assets.vocabulary import FINDING_STATES
from trellis.core.conditions import Invalid
from trellis.parties.pages import Asked, inside, told

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@inside
def finding(request: Asked, finding: UUID) -> HttpResponse:
    """One finding with every version of it."""
    versions = selectors.finding_versions(request.viewer, finding)
    row = versions[0]
    state = "retracted" if row.retracted else state_of(row)
    tests = selectors.visible_tests(request.viewer).filter(subject=row.test)
    context = {
        "row": row,
        "state": state,
        "state_words": FINDING_STATES.get(state, ""),
        "test": tests.first(),
        "form": FixForm(initial={"seen": row.pk}) if state in ("open", "overdue", "accepted") else None,
        "history": finding_history(versions),
    }
    return render(request, "assets/finding.html", context)


@inside
def finding_new(request: Asked, test: UUID) -> HttpResponse:
    """Records a finding of a test that has begun."""
    view = keeping.require_begun(request.viewer, test)
    form = FindingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = services.finding_record(request.viewer, test, **form.cleaned_data)
        except Invalid as error:
            told(form, error)
        else:
            messages.success(request, _("The finding is recorded."))
            return redirect("assets:finding", row.subject)
    return render(request, "assets/finding_new.html", {"form": form, "test": view.row})


def _about(request: Asked, finding: UUID) -> dict[str, Any]:
    row = selectors.finding(request.viewer, finding)
    return {"row": row, "test": selectors.test(request.viewer, row.test).row}


@inside
def finding_correct(request: Asked, finding: UUID) -> HttpResponse:
    """Corrects a finding, moves its fix date, or accepts its risk; the version before stays."""
    about = _about(request, finding)
    row = about["row"]
    first = {**{name: getattr(row, name) for name in keeping.FIELDS}, "seen": row.pk}
    form = FindingCorrection(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        why, seen = said.pop("why"), said.pop("seen")
        try:
            services.finding_correct(request.viewer, finding, why, seen=seen, **said)
        except Invalid as error:
            told(form, error)
        else:
            messages.success(request, _("The correction is recorded. The version before stays."))
            return redirect("assets:finding", finding)
    return render(request, "assets/finding_correct.html", {"form": form, **about})


@inside
def finding_fix(request: Asked, finding: UUID) -> HttpResponse:
    """Says that a finding is fixed."""
    about = _about(request, finding)
    form = FixForm(request.POST if request.method == "POST" else None, initial={"seen": about["row"].pk})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            services.finding_fix(request.viewer, finding, said["fixed_on"], seen=said["seen"])
        except Invalid as error:
            told(form, error)
        else:
            messages.success(request, _("It is recorded as fixed."))
            return redirect("assets:finding", finding)
    return render(request, "assets/finding_fix.html", {"form": form, **about})


@inside
def finding_retract(request: Asked, finding: UUID) -> HttpResponse:
    """Says that a finding does not stand."""
    about = _about(request, finding)
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.finding_retract(request.viewer, finding, form.cleaned_data["why"])
        messages.success(request, _("The finding is retracted. Its history stays."))
        return redirect("assets:finding", finding)
    return render(request, "assets/finding_retract.html", {"form": form, **about})


@inside
def findings_import(request: Asked, test: UUID) -> HttpResponse:
    """Looks at a file of findings, and stores it when asked and nothing is wrong."""
    view = keeping.require_begun(request.viewer, test)
    form = ImportForm(request.POST or None, request.FILES or None)
    report = None
    if request.method == "POST" and form.is_valid():
        data, name = form.cleaned_data["file"].read(), form.cleaned_data["file"].name or ""
        try:
            report = services.findings_import(request.viewer, test, data, name)
            if form.cleaned_data["store"] and report.ok:
                services.findings_import(request.viewer, test, data, name, dry=False)
                n = len(loading.new_ones(report))
                words = ngettext("%(n)s finding is recorded.", "%(n)s findings are recorded.", n)
                messages.success(request, words % {"n": n})
                return redirect("assets:test", test)
        except Invalid as error:
            told(form, error)
    fresh = len(loading.new_ones(report)) if report else 0
    context = {"form": form, "report": report, "test": view.row, "fresh": fresh}
    return render(request, "assets/findings_import.html", context)


@inside
def findings_template(request: Asked, kind: str) -> HttpResponse:
    """An empty table to fill in, as CSV or XLSX."""
    wanted = "xlsx" if kind == "xlsx" else "csv"
    media = XLSX if wanted == "xlsx" else "text/csv; charset=utf-8"
    headers = {"Content-Disposition": f'attachment; filename="findings.{wanted}"'}
    return HttpResponse(loading.template(wanted), content_type=media, headers=headers)
