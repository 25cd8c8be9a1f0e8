"""Incidents from a file: read it, look at what every row comes to, then write what holds in one entry.

A row is accepted, accepted with remarks, rejected, or a duplicate: its reference is recorded already, so
sending a file twice stores nothing twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.core import clock, ledger, ports, tabular
from trellis.core.conditions import Conflict, Hidden, Invalid
from trellis.core.tabular import TabularError
from trellis.operations import parsing
from trellis.operations.models import ImportReport, Incident
from trellis.operations.parsing import PRESETS, IncidentDraft, IncidentImport, Preset
from trellis.parties.schemas import Viewer
from trellis.sharing import records
from trellis.sharing.services import viewer_actor

STATES = {
    "accepted": gettext_lazy("accepted"),
    "remark": gettext_lazy("accepted with a remark"),
    "rejected": gettext_lazy("rejected"),
    "duplicate": gettext_lazy("already recorded"),
}


def read(
    viewer: Viewer,
    data: bytes,
    *,
    name: str = "",
    preset: str = "",
    zone: str = "UTC",
    label: str = "AMBER",
    mapping: Mapping[str, str] | None = None,
) -> ImportReport:
    """The dry run: what every row of a file would come to. Nothing is recorded; the file is kept until it is.

    preset: the form of a known publisher; without one it is told by its columns. mapping: the file's columns to
    our fields, where their names do not say. Raises Invalid (`file`) for what is no table or has not the columns, and
    by name for columns that the file has not, fields that there are not, and fields filled twice or not at all.
    """
    actor = viewer_actor(viewer)
    table = _table(data, name)
    if mapping is not None:
        if preset:
            raise Invalid({"mapping": _("Choose the form of a publisher or columns, not both")})
        mapping = required(table, mapping)
    preset = preset or ("" if mapping else _preset_of(table))
    found = _incidents(table, preset, zone, mapping)
    known = _known(actor.organisation)
    return ImportReport.objects.create(
        owner=actor.organisation,
        person=actor.person,
        name=name[:200],
        digest=table.digest,
        preset=preset,
        zone=zone,
        label=label,
        mapping=dict(mapping or {}),
        content=data,
        rows=_rows(table, found, known),
        unknown_columns=_not_read(table, found),
    )


@transaction.atomic
def write(viewer: Viewer, report: UUID) -> ImportReport:
    """Records the accepted rows of a file that was read: one entry in the owner's stream for all of them.

    What was recorded since the dry run counts as a duplicate now. Conflict when the file was written before.
    """
    actor = viewer_actor(viewer)
    held = ImportReport.objects.select_for_update().filter(pk=report, owner=actor.organisation).first()
    if held is None:
        raise Hidden()
    if held.written_at is not None or held.content is None:
        raise Conflict(_("This file has been written already; its report is kept."))
    ledger.lock(actor.organisation)
    table = _table(bytes(held.content), held.name)
    found = _incidents(table, held.preset, held.zone, held.mapping)
    known = _known(actor.organisation)
    fresh = [draft for draft in found.drafts if draft.reference.casefold() not in known]
    if fresh:
        records.write(actor, [_incident(draft, held) for draft in fresh])
    held.rows, held.written_at, held.content = _rows(table, found, known), clock.now(), None
    held.save()
    return held


def incidents_import(
    viewer: Viewer,
    data: bytes,
    *,
    dry: bool = True,
    name: str = "",
    preset: str = "",
    zone: str = "UTC",
    label: str = "AMBER",
    mapping: Mapping[str, str] | None = None,
) -> ImportReport:
    """Reads a file and, unless `dry`, records what holds. Returns the report over every row."""
    held = read(viewer, data, name=name, preset=preset, zone=zone, label=label, mapping=mapping)
    return held if dry else write(viewer, held.pk)


def template(kind: str = "csv") -> bytes:
    """Our empty template."""
    return parsing.template(kind, clock.now())


def report_csv(held: ImportReport) -> bytes:
    """The report as CSV: a line per row of the file with what it came to and why."""
    columns = [
        tabular.Column("line", _("Line")),
        tabular.Column("reference", _("Reference")),
        tabular.Column("state", _("State")),
        tabular.Column("reasons", _("Reasons")),
    ]
    rows = ([line, reference, str(STATES[state]), " ".join(why)] for line, reference, state, why in held.rows)
    return b"".join(tabular.write_csv(rows, columns))


def _table(data: bytes, name: str) -> tabular.Table:
    try:
        return tabular.read(data, name)
    except TabularError as error:
        raise Invalid({"file": error.message}) from error


def fields() -> list[tuple[str, str, bool]]:
    """Our fields: name, title, and whether one must be filled."""
    return [(c.name, str(c.title), c.required) for c in parsing.columns(clock.now())]


def required(table: tabular.Table, mapping: Mapping[str, str]) -> dict[str, str]:
    """The columns that were chosen, without those that fill nothing. Raises Invalid, naming what does not hold."""
    wrong: dict[str, str] = {}
    titles = {name: title for name, title, _needed in fields()}
    there = {tabular.normal(title) for title in table.header if title}
    given = [field for field in mapping.values() if field]
    named = [tabular.normal(source) for source in mapping]
    for source in mapping:
        if named.count(tabular.normal(source)) > 1:
            wrong[source] = _("The column “%(column)s” is named twice.") % {"column": tabular.shown(source)}
        elif tabular.normal(source) not in there:
            said = {"column": tabular.shown(source), "columns": ", ".join(filter(None, table.header))}
            wrong[source] = _("The file has no column “%(column)s”. It has: %(columns)s.") % said
    for field in sorted(set(given)):
        if field not in titles:
            said = {"field": tabular.shown(field), "fields": ", ".join(titles)}
            wrong[field] = _("There is no field “%(field)s”. There are: %(fields)s.") % said
        elif given.count(field) > 1:
            wrong[field] = _("Two columns are chosen for %(field)s") % {"field": titles[field]}
    for name, title, needed in fields():
        if needed and name not in given:
            wrong[name] = _("Choose a column for %(field)s") % {"field": title}
    if wrong:
        raise Invalid(wrong)
    return {source: field for source, field in mapping.items() if field}


def _preset_of(table: tabular.Table) -> str:
    header = {tabular.normal(title) for title in table.header}
    fits = (name for name, preset in PRESETS.items() if {tabular.normal(c) for c in preset.mapping} <= header)
    return next(fits, "")


def _incidents(
    table: tabular.Table, preset: str, zone: str, mapping: Mapping[str, str] | None = None
) -> IncidentImport:
    form: Preset | None = PRESETS.get(preset)
    if preset and form is None:
        raise Invalid({"preset": _("Choose one from the list")})
    table = _chosen(table, mapping) if mapping else table
    try:
        return parsing.incidents(table, now=clock.now(), zone=ZoneInfo(zone), mapping=mapping, preset=form)
    except ZoneInfoNotFoundError as error:
        raise Invalid({"zone": _("There is no time zone of this name")}) from error
    except TabularError as error:
        raise Invalid({"file": error.message}) from error


def _chosen(table: tabular.Table, mapping: Mapping[str, str]) -> tabular.Table:
    """The table with the chosen columns only: one that a person left out is not read for the sake of its name."""
    wanted = {tabular.normal(source) for source in mapping}
    header = tuple(title if tabular.normal(title) in wanted else "" for title in table.header)
    return tabular.Table(table.kind, header, table.rows, table.digest, table.header_row)


def _known(owner: UUID) -> set[str]:
    rows = Incident.records.privileged().as_of(None).filter(owner=owner)
    return {reference.casefold() for reference in rows.values_list("reference", flat=True)}


def _not_read(table: tabular.Table, read: IncidentImport) -> list[str]:
    used = set(read.report.matched.values())
    return [title for title in table.header if title and title not in used]


def _rows(table: tabular.Table, read: IncidentImport, known: set[str]) -> list[list[Any]]:
    """One list per row of the file, in its order: line, reference, state, reasons."""
    column = read.report.matched["reference"]
    named = {row.number: tabular.shown(row.cells.get(column, "").strip()) for row in table.rows}
    found: dict[int, list[Any]] = {}
    for draft in read.drafts:
        state, why = ("remark" if draft.remarks else "accepted"), list(draft.remarks)
        if draft.reference.casefold() in known:
            state, why = "duplicate", [_("An incident with this reference is recorded already")]
        found[draft.row] = [draft.row, draft.reference, state, why]
    for problem in read.rejected:
        row = found.setdefault(problem.row, [problem.row, named.get(problem.row, ""), "rejected", []])
        row[3].append(str(problem))
    return [found[line] for line in sorted(found)]


def _incident(draft: IncidentDraft, held: ImportReport) -> Incident:
    same = ("reference", "title", "summary", "sector", "people_affected", "countries")
    stamps: Mapping[str, Any] = {name: getattr(draft, name) for name in parsing.STAMPS}
    return Incident(
        **{name: getattr(draft, name) for name in same},
        **stamps,
        severity=draft.severity or "",
        classification=draft.classification or "",
        by_day=" ".join(name for name in parsing.STAMPS if name in draft.by_day),
        label=held.label,
        source=held.pk,
    )


@dataclass(frozen=True)
class Told:
    """A report as the command prints it: a line for each row that was not simply accepted, and what came of all."""

    problems: tuple[str, ...]
    summary: str

    @property
    def ok(self) -> bool:
        """Whether every row was accepted as it is."""
        return not self.problems


def _run(viewer: Viewer, data: bytes, *, dry: bool = True, **more: Any) -> Told:
    held = incidents_import(viewer, data, dry=dry, **more)
    lines = [
        _("row %(line)s, %(reference)s: %(state)s. %(why)s")
        % {"line": line, "reference": reference, "state": STATES[state], "why": " ".join(why)}
        for line, reference, state, why in held.rows
        if state != "accepted"
    ]
    if held.unknown_columns:
        lines.append(_("Columns that are not read: %(names)s") % {"names": ", ".join(held.unknown_columns)})
    counts = {"n": held.count("accepted", "remark"), "total": len(held.rows)}
    said = _("%(n)s of %(total)s rows can be stored; nothing stored") if dry else _("%(n)s of %(total)s rows stored")
    return Told(tuple(lines), said % counts)


IMPORTER = ports.Importer("incident", str(gettext_lazy("Incidents")), _run, columns=True)
