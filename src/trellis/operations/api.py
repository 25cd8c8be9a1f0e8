"""API of operations: incidents, their import, and their times."""

import json
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import File, Form, Query, Router, Schema, Status
from ninja.files import UploadedFile

from trellis.core.conditions import Invalid
from trellis.core.paging import part
from trellis.operations import selectors, services, times
from trellis.operations.models import ImportReport, Incident
from trellis.sharing.figures import Shown

router = Router(tags=["operations"])

LIMIT = 500
WORDS = ("not_known", "by_day", "countries")  # kept as words with spaces between


class IncidentOut(Schema):
    """An incident as the caller may read it. `id` stays the same through corrections, `version` does not."""

    id: UUID
    version: UUID
    owner: UUID
    label: str
    reference: str
    title: str
    summary: str
    severity: str
    sector: str
    classification: str
    started: datetime | None
    detected: datetime
    acknowledged: datetime | None
    contained: datetime | None
    recovered: datetime | None
    reported: datetime | None
    not_known: list[str]
    by_day: list[str]
    people_affected: int | None
    countries: list[str]
    organisations: list[UUID]
    duplicate_of: UUID | None
    distinct_from: list[UUID]
    open: bool
    recorded_at: datetime
    retracted: bool
    why: str


class IncidentIn(Schema):
    """An incident to record. `not_known`: stamps of what did happen at a time that nobody knows."""

    reference: str
    title: str
    detected: datetime
    summary: str = ""
    severity: Literal["", "low", "medium", "high", "critical"] = ""
    sector: str = ""
    classification: str = ""
    started: datetime | None = None
    acknowledged: datetime | None = None
    contained: datetime | None = None
    recovered: datetime | None = None
    reported: datetime | None = None
    not_known: list[str] = []
    people_affected: int | None = None
    countries: str = ""
    organisations: list[UUID] = []
    label: Literal["CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"] = "AMBER"
    readers: list[UUID] = []


class CorrectionIn(IncidentIn):
    """What changes, and why; what is left out stays. `seen`: the version that was read."""

    reference: str = ""
    title: str = ""
    detected: datetime | None = None  # type: ignore[assignment]  # left out means unchanged
    why: str
    seen: UUID | None = None


class WhyIn(Schema):
    """A reason."""

    why: str


class RowOut(Schema):
    """What one row of a file came to."""

    line: int
    reference: str
    state: str
    reasons: list[str]


class ReportOut(Schema):
    """What every row of a file came to; `written` once the accepted ones are recorded."""

    id: UUID
    written: bool
    total: int
    accepted: int
    accepted_with_remark: int
    rejected: int
    duplicate: int
    unknown_columns: list[str]
    mapping: dict[str, str]
    rows: list[RowOut]


class FigureOut(Schema):
    """A figure with its address; `value` None has a `reason`."""

    address: str
    title: str
    figure: dict[str, Any]
    withheld_by: list[UUID]


def incident_out(row: Incident) -> dict[str, Any]:
    """An incident as the API gives it."""
    same = [n for n in IncidentOut.model_fields if n not in ("id", "version", *WORDS)]
    words = {name: getattr(row, name).split() for name in WORDS}
    return {"id": row.subject, "version": row.pk, **words, **{name: getattr(row, name) for name in same}}


def report_out(held: ImportReport) -> dict[str, Any]:
    """A report as the API gives it."""
    rows = [dict(zip(("line", "reference", "state", "reasons"), row, strict=True)) for row in held.rows]
    return {
        "id": held.pk,
        "written": held.written_at is not None,
        "total": len(rows),
        "accepted": held.count("accepted"),
        "accepted_with_remark": held.count("remark"),
        "rejected": held.count("rejected"),
        "duplicate": held.count("duplicate"),
        "unknown_columns": held.unknown_columns,
        "mapping": held.mapping,
        "rows": rows,
    }


def figure_out(shown: Shown) -> dict[str, Any]:
    """A figure as the API gives it."""
    return {
        "address": shown.ask.address,
        "title": shown.title,
        "figure": shown.figure.to_dict(),
        "withheld_by": list(shown.withheld_by),
    }


@router.get("/incidents", response=list[IncidentOut])
def incidents(request: Any, offset: int = 0, limit: int = 100, severity: str = "") -> list[dict[str, Any]]:
    """Incidents that the caller may read, newest detection first, at most 500 at a time."""
    rows = selectors.incidents(request.viewer).order_by("-detected", "-pk")
    if severity:
        rows = rows.filter(severity=severity)
    return [incident_out(row) for row in rows[part(offset, limit, LIMIT)]]


@router.post("/incidents", response={201: IncidentOut})
def incident_record(request: Any, body: IncidentIn) -> Any:
    """Records an incident of the caller's organisation."""
    return Status(201, incident_out(services.incident_record(request.viewer, **body.dict())))


@router.post("/incidents/import", response=ReportOut)
def incident_import(
    request: Any,
    file: File[UploadedFile],
    mapping: Form[str] = "",
    dry: bool = True,
    preset: str = "",
    zone: str = "UTC",
    label: Literal["CLEAR", "GREEN", "AMBER", "AMBER+STRICT"] = "AMBER",
) -> dict[str, Any]:
    """Reads a file; with `dry=false` records what holds. Rows in the answer say what became of each.

    `mapping`: a JSON object of the file's columns to fields (`{"Fall": "reference"}`), where their names do not say;
    then no other column is read. 422 names columns that the file has not and fields that there are not.
    """
    held = services.incidents_import(
        request.viewer,
        file.read(),
        dry=dry,
        name=file.name or "",
        preset=preset,
        zone=zone,
        label=label,
        mapping=_mapping(mapping),
    )
    return report_out(held)


def _mapping(text: str) -> dict[str, str] | None:
    """Columns to fields, as sent; None where nothing was. Raises Invalid (`mapping`)."""
    if not text.strip():
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not all(isinstance(field, str) for field in found.values()):
        raise Invalid({"mapping": _("A JSON object is expected, of the file's columns to fields, each a text")})
    return found


@router.get("/incidents/imports/{report}", response=ReportOut)
def import_report(request: Any, report: UUID) -> dict[str, Any]:
    """The report of an import of the caller's organisation."""
    return report_out(services.import_report(request.viewer, report))


@router.post("/incidents/imports/{report}/write", response=ReportOut)
def import_write(request: Any, report: UUID) -> dict[str, Any]:
    """Records the accepted rows of a file that was read."""
    return report_out(services.import_write(request.viewer, report))


class TimesQuery(Schema):
    """Which incident time: whose, of which clock, detected in which quarters."""

    owner: UUID
    clock: Literal["detect", "acknowledge", "contain", "recover"] = "contain"
    first: date | None = None
    last: date | None = None
    severity: str = ""
    horizon: int | None = None
    as_of: datetime | None = None


@router.get("/incidents/times", response=FigureOut)
def incident_times(request: Any, asked: Query[TimesQuery]) -> dict[str, Any]:
    """One of the four incident times (D9) as a figure; 404 where its owner shows the caller none."""
    period = (asked.first, asked.last) if asked.first and asked.last else None
    shown = times.time_shown(
        request.viewer,
        asked.owner,
        asked.clock,
        period,
        severity=asked.severity,
        horizon=asked.horizon,
        as_of=asked.as_of,
    )
    return figure_out(shown)


@router.get("/incidents/{incident}", response=IncidentOut)
def incident(request: Any, incident: UUID) -> dict[str, Any]:
    """One incident."""
    return incident_out(selectors.incident(request.viewer, incident))


@router.get("/incidents/{incident}/versions", response=list[IncidentOut])
def versions(request: Any, incident: UUID) -> list[dict[str, Any]]:
    """Every version of an incident, newest first."""
    return [incident_out(row) for row in selectors.versions(request.viewer, incident)]


@router.post("/incidents/{incident}/correct", response=IncidentOut)
def incident_correct(request: Any, incident: UUID, body: CorrectionIn) -> dict[str, Any]:
    """Records what is known now; the version until now stays."""
    said = body.dict(exclude_unset=True)
    why, seen = said.pop("why"), said.pop("seen", None)
    return incident_out(services.incident_correct(request.viewer, incident, why, seen=seen, **said))


@router.post("/incidents/{incident}/retract", response=IncidentOut)
def incident_retract(request: Any, incident: UUID, body: WhyIn) -> dict[str, Any]:
    """Says that the record no longer stands, and why."""
    return incident_out(services.incident_retract(request.viewer, incident, body.why))
