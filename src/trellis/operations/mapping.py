"""Columns of a file chosen by a person: what the file calls them, what they hold, and which field each fills."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from trellis.core import clock, tabular
from trellis.core.conditions import Conflict, Hidden, Invalid
from trellis.core.tabular import TabularError
from trellis.operations import loading, parsing
from trellis.operations.models import ImportReport
from trellis.parties.schemas import Viewer
from trellis.sharing.services import viewer_actor

EXAMPLES = 3
fields = loading.fields


@dataclass(frozen=True)
class FileColumn:
    """A column of a file: its name, the first cells that hold something, and the field that it seems to fill."""

    place: int
    title: str
    examples: tuple[str, ...]
    field: str


def stage(viewer: Viewer, data: bytes, *, name: str = "", zone: str = "UTC", label: str = "AMBER") -> ImportReport:
    """Keeps a file whose columns a person will choose. Nothing is read into records. Raises Invalid (`file`)."""
    actor = viewer_actor(viewer)
    table = _table(data, name)
    return ImportReport.objects.create(
        owner=actor.organisation,
        person=actor.person,
        name=name[:200],
        digest=table.digest,
        zone=zone,
        label=label,
        content=data,
    )


def waiting(viewer: Viewer, report: UUID) -> ImportReport:
    """A file of the viewer's organisation that is not written yet. Raises Hidden, or Conflict once it is."""
    found = ImportReport.objects.filter(pk=report, owner=viewer.organisation).first() if viewer.organisation else None
    if found is None:
        raise Hidden()
    if found.written_at is not None or found.content is None:
        raise Conflict(_("This file has been written already; its report is kept."))
    return found


def columns(held: ImportReport) -> list[FileColumn]:
    """The columns of a file that waits, each with the field that was chosen for it, or that its name suggests."""
    table = _table(bytes(held.content or b""), held.name)
    chosen = {tabular.normal(source): field for source, field in dict(held.mapping).items()}
    suggested = {title: field for field, title in _suggested(table).items()}
    found = []
    for place, title in enumerate(table.header):
        if not title:
            continue
        cells = (tabular.shown(row.cells.get(title, "").strip()) for row in table.rows)
        examples = _first(cells)
        field = chosen.get(tabular.normal(title), "") if chosen else suggested.get(title, "")
        found.append(FileColumn(place, title, tuple(examples), field))
    return found


def judge(viewer: Viewer, report: UUID, mapping: Mapping[str, str]) -> ImportReport:
    """Reads the file that waits by these columns: a new report takes the place of the one before.

    Raises Invalid for a field that two columns would fill, or a needed one that none does (`loading.required`).
    """
    held = waiting(viewer, report)
    fresh = loading.read(
        viewer, bytes(held.content or b""), name=held.name, zone=held.zone, label=held.label, mapping=mapping
    )
    held.delete()
    return fresh


def _first(cells: Any) -> list[str]:
    found: list[str] = []
    for cell in cells:
        if cell and cell not in found:
            found.append(cell)
        if len(found) == EXAMPLES:
            break
    return found


def _suggested(table: tabular.Table) -> dict[str, str]:
    # Each field alone, so that one that is missing hides no other.
    found: dict[str, str] = {}
    for column in parsing.columns(clock.now()):
        try:
            found |= tabular.match_columns(table.header, [column])
        except TabularError:
            continue
    return found


def _table(data: bytes, name: str) -> tabular.Table:
    try:
        return tabular.read(data, name)
    except TabularError as error:
        raise Invalid({"file": error.message}) from error
