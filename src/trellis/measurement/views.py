"""Pages of results: scorecard, its history, one indicator, readings and their import."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.catalogue import selectors as catalogue
from trellis.core.conditions import Invalid
from trellis.core.context import address
from trellis.core.forms import Form
from trellis.core.tables import Column, Search, Table
from trellis.measurement import charts, selectors, services, table
from trellis.measurement.forms import PERSPECTIVES, CorrectForm, DrawForm, ImportForm, ReadingForm
from trellis.measurement.schemas import Status
from trellis.parties import selectors as parties
from trellis.parties.pages import Asked, in_programme
from trellis.sharing import figures, gate
from trellis.sharing.records import kind_named

NAMES = dict(PERSPECTIVES)


class IndicatorTable(Table):
    caption = gettext_lazy("Indicators")
    name = "indicators"
    page_size = 100
    columns = [
        Column("title", gettext_lazy("Indicator"), sort="title", link="url"),
        Column("perspective", gettext_lazy("Perspective"), sort="perspective"),
        Column("level", gettext_lazy("Level")),
        Column("actual", gettext_lazy("Now"), kind="num", missing=gettext_lazy("no data")),
        Column("unit", gettext_lazy("Unit")),
        Column("data_date", gettext_lazy("Data of"), sort="data_date", kind="day"),
        Column("target", gettext_lazy("Target"), kind="num"),
        Column("progress", gettext_lazy("Progress, %"), kind="num", missing=gettext_lazy("no data")),
        Column("state", gettext_lazy("State")),
        Column("weight", gettext_lazy("Weight"), kind="num"),
    ]
    filters = [Search(gettext_lazy("Words"), ["title", "perspective"])]
    empty_title = gettext_lazy("No indicators are agreed")
    empty_note = gettext_lazy("Propose an indicator dictionary; both sides adopt it.")


class ReadingTable(Table):
    caption = gettext_lazy("Readings")
    name = "readings"
    default_sort = "-period_end"
    columns = [
        Column("title", gettext_lazy("Indicator"), link="url"),
        Column("period_start", gettext_lazy("From"), kind="day"),
        Column("period_end", gettext_lazy("Until"), sort="period_end", kind="day"),
        Column("part", gettext_lazy("Part"), missing=""),
        Column("value", gettext_lazy("Value"), kind="num", missing=""),
        Column("numerator", gettext_lazy("Numerator"), kind="num", missing=""),
        Column("denominator", gettext_lazy("Denominator"), kind="num", missing=""),
        Column("source", gettext_lazy("Source")),
        Column("label", gettext_lazy("Label"), kind="tlp"),
    ]
    filters = [Search(gettext_lazy("Words"), ["title", "part", "source"])]
    empty_title = gettext_lazy("No readings that you may see")
    empty_note = gettext_lazy("The owner of an indicator records its readings, and can share them with you.")


def _state(status: Status) -> str:
    if status.progress.reason == "undefined" and status.passed is not None:
        return _("passed") if status.passed else _("failed")
    if status.score is None:
        return _("no data")
    return _("red") if status.red else _("on the way")


def _row(programme: UUID, status: Status, open_: bool) -> dict[str, Any]:
    one = status.indicator
    row: dict[str, Any] = {
        "title": one.title,
        "perspective": NAMES.get(one.perspective, one.perspective),
        "level": _("outcome") if one.level == "outcome" else _("output"),
        "unit": one.unit,
        "weight": one.weight,
        "target": status.target.value if status.target else None,
        "url": address("measurement:indicator", programme, one.id),
        "state": _("withheld: consent missing"),
    }
    if open_:
        value = status.progress.value
        row |= {
            "actual": catalogue.exact(status.point.value) if status.point else None,
            "data_date": status.point.end if status.point else None,
            "progress": round(value * 100, 1) if isinstance(value, Decimal) else None,
            "state": _state(status),
        }
    return row


def _shown(request: Asked, kind: str, **params: Any) -> figures.Shown:
    return figures.shown(request.viewer, kind, {"programme": request.programme.id, **params})


@in_programme
def scorecard(request: Asked) -> HttpResponse:
    """The scorecard: total with reds and weakest beside it, perspectives, and every indicator."""
    here = request.programme.id
    total = _shown(request, "measurement.scorecard")
    card = selectors.scorecard(here, total.ask.as_of)
    statuses = card.statuses if card else ()
    rows = []
    for status in statuses:
        asked = _shown(request, "measurement.progress", indicator=status.id)
        rows.append(_row(here, status, not asked.withheld_by))
    table_ = IndicatorTable(request, rows)
    if (download := table_.response_or_none()) is not None:
        return download  # type: ignore[return-value]  # streamed
    names = dict.fromkeys(status.indicator.perspective for status in statuses)
    open_ = card is not None and not total.withheld_by
    context = {
        "table": table_,
        "card": card,
        "total": total,
        "perspectives": [
            (NAMES.get(name, name), _shown(request, "measurement.perspective", perspective=name)) for name in names
        ],
        "reds": [(s.title, s.id) for s in statuses if s.red] if open_ else [],
        "weakest": NAMES.get(card.result.weakest or "", card.result.weakest) if open_ and card else "",
        "unscored": [NAMES.get(n, n) for n in card.result.unscored] if open_ and card else [],
        "withheld": list(parties.organisation_names(total.withheld_by).values()) if card else [],
        "grant_url": address("sharing:grants"),
        "open": open_,
    }
    return render(request, "measurement/scorecard.html", context)


@in_programme
def history(request: Asked) -> HttpResponse:
    """Each quarter as its own weights score it, and as those of now do."""
    rows = [
        {
            "label": one.label,
            "stated": one.stated,
            "restated": one.restated,
            "changed": one.stated.version != one.restated.version,
            "then": _of(request, one.period, one.stated.version),
            "now": _of(request, one.period, one.restated.version),
        }
        for one in selectors.history(request.programme.id)
    ]
    return render(request, "measurement/history.html", {"rows": rows})


def _of(request: Asked, period: Any, version: int) -> figures.Shown:
    params = {"programme": request.programme.id, "version": version}
    return figures.shown(request.viewer, "measurement.scorecard", params, period)


@in_programme
def indicator(request: Asked, indicator: UUID) -> HttpResponse:
    """One indicator: its progress, its trend against the target, and what it means."""
    here = request.programme.id
    one = catalogue.indicator(here, indicator)
    actual = _shown(request, "measurement.actual", indicator=indicator)
    open_ = not actual.withheld_by
    status = selectors.status(here, one, actual.ask.as_of)
    context = {
        "one": one,
        "actual": actual,
        "progress": _shown(request, "measurement.progress", indicator=indicator),
        "chart": charts.trend(here, one, actual.ask.as_of) if open_ else None,
        "state": _state(status) if open_ else "",
        "owner": parties.organisation_names([one.owner]).get(one.owner, ""),
        "owner_side": parties.sides(here).get(one.owner, ""),
        "mine": one.owner == request.viewer.organisation,
        "perspective": NAMES.get(one.perspective, one.perspective),
        "targets": one.targets,
        "linked": catalogue.indicator(here, one.linked) if one.linked else None,
        "rows": selectors.readings(request.viewer, here, indicator)[:12],
    }
    return render(request, "measurement/indicator.html", context)


def _evidence(request: Asked) -> list[tuple[str, str]]:
    rows = gate.visible(kind_named("sharing.evidence").model, request.viewer)
    mine = rows.filter(owner=request.viewer.organisation).order_by("-recorded_at")[:200]
    return [(str(row.subject), row.title) for row in mine]


def _take(form: Form, error: Invalid) -> None:
    for name, text in error.fields.items():
        form.add_error(name if name in form.fields else None, text)


@in_programme
def reading_record(request: Asked, indicator: UUID) -> HttpResponse:
    """Records a reading, or takes it from the figure that feeds the indicator."""
    here = request.programme.id
    one = catalogue.indicator(here, indicator)
    mine = one.owner == request.viewer.organisation
    due = next((d for d in selectors.due(here, one.owner) if d.indicator.id == one.id), None)
    first = {"period_start": due.period[0], "period_end": due.period[1]} if due and mine else {}
    form: Form
    if one.figure:
        form = DrawForm(request.POST or None, initial=first)
    else:
        form = ReadingForm(request.POST or None, initial=first, indicator=one, evidence=_evidence(request))
    if request.method == "POST" and form.is_valid():
        try:
            if isinstance(form, ReadingForm):
                services.reading_record(request.viewer, here, indicator, **form.said())
            else:
                services.reading_draw(request.viewer, here, indicator, **form.cleaned_data)
        except Invalid as error:
            _take(form, error)
        else:
            messages.success(request, _("The reading is recorded."))
            return redirect("measurement:indicator", here, indicator)
    owner = parties.organisation_names([one.owner]).get(one.owner, "")
    return render(request, "measurement/reading_record.html", {"one": one, "form": form, "mine": mine, "owner": owner})


@in_programme
def readings(request: Asked) -> HttpResponse:
    """The readings that the viewer may read."""
    here = request.programme.id
    titles = {one.id: one.title for one in catalogue.indicators(here)}
    names = ("period_start", "period_end", "part", "numerator", "denominator", "source", "label")
    rows = [
        {
            **{name: getattr(row, name) for name in names},
            "value": catalogue.exact(row.value),
            "title": titles.get(row.indicator) or _("an indicator no longer in the dictionary"),
            "url": address("measurement:reading", here, row.subject),
        }
        for row in selectors.readings(request.viewer, here)
    ]
    table_ = ReadingTable(request, rows)
    if (download := table_.response_or_none()) is not None:
        return download  # type: ignore[return-value]  # streamed
    owed = selectors.due(here, request.viewer.organisation) if request.viewer.organisation else []
    return render(request, "measurement/readings.html", {"table": table_, "due": owed})


@in_programme
def reading(request: Asked, reading: UUID) -> HttpResponse:
    """One reading, its earlier versions, and for its owner the form that corrects it."""
    here = request.programme.id
    row = selectors.reading(request.viewer, here, reading)
    one = catalogue.indicator(here, row.indicator)
    mine = row.owner == request.viewer.organisation
    first = {name: getattr(row, name) for name in ("numerator", "denominator", "source")}
    first |= {"value": catalogue.exact(row.value), "evidence": str(row.evidence or "")}
    form = CorrectForm(
        request.POST or None,
        initial=first,
        indicator=one,
        evidence=_evidence(request),
        drawn=bool(row.figure_address),
    )
    if request.method == "POST" and form.is_valid():
        said = form.said()
        why = said.pop("why")
        try:
            if "retract" in request.POST:
                services.reading_retract(request.viewer, here, reading, why)
                return redirect("measurement:indicator", here, one.id)
            services.reading_correct(request.viewer, here, reading, why, **said)
            return redirect("measurement:reading", here, reading)
        except Invalid as error:
            _take(form, error)
    versions = gate.visible(type(row), request.viewer, "results", history=True).filter(subject=reading)
    context = {
        "row": row,
        "one": one,
        "form": form,
        "mine": mine,
        "owner": parties.organisation_names([row.owner]).get(row.owner, ""),
        "versions": versions.order_by("-recorded_at"),
    }
    return render(request, "measurement/reading.html", context)


@in_programme
def readings_import(request: Asked) -> HttpResponse:
    """Looks at a file of readings, and stores it when asked and nothing is wrong."""
    form = ImportForm(request.POST or None, request.FILES or None)
    report = None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        data = said["file"].read()
        here, name = request.programme.id, said["file"].name
        try:
            report = table.readings_import(request.viewer, here, data, name, dry=True)
            if said["store"] and report.ok:
                table.readings_import(request.viewer, here, data, name, label=said["label"])
                messages.success(request, _("%(n)s readings are recorded.") % {"n": len(report.accepted)})
                return redirect("measurement:readings", here)
        except Invalid as error:
            _take(form, error)
    return render(request, "measurement/readings_import.html", {"form": form, "report": report})


@in_programme
def readings_template(request: Asked) -> HttpResponse:
    """An empty table to fill in."""
    response = HttpResponse(table.template(request.viewer, request.programme.id), content_type="text/csv")
    response["Content-Disposition"] = 'attachment; filename="readings.csv"'
    return response
