"""Files of a publication: JSON, CSV and IATI XML, each made from its frozen content, so each is the same for ever."""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from trellis.core.canonical import moment_text
from trellis.core.tabular import Column, write_csv
from trellis.publishing import selectors
from trellis.publishing.schemas import PublicationView
from trellis.publishing.services import iati_public

TYPES = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "xml": "application/xml",
}
COLUMNS = [Column(name, name) for name in ("section", "item", "measure", "value", "unit")]


@dataclass(frozen=True)
class File:
    """A download: its ending, its name, its bytes."""

    ending: str
    name: str
    body: bytes

    @property
    def size(self) -> int:
        return len(self.body)


def facts(view: PublicationView) -> dict[str, Any]:
    """A publication as JSON types, for the file and the API."""
    return {
        "id": str(view.id),
        "programme": str(view.programme),
        "number": view.number,
        "title": view.title,
        "as_of": moment_text(view.as_of),
        "published_at": moment_text(view.published_at),
        "decision": str(view.decision),
        "corrects": str(view.corrects) if view.corrects else None,
        "corrected_by": str(view.corrected_by) if view.corrected_by else None,
        "reason": view.reason,
        "withheld": list(view.withheld),
        "sections": view.sections,
    }


def file(view: PublicationView, ending: str) -> File:
    """One file of a publication. Raises KeyError for an ending that there is none of."""
    return File(ending, f"trellis-{view.programme}-{view.number}.{ending}", _MADE[ending](view))


def _json(view: PublicationView) -> bytes:
    # `corrected_by` comes later than the publication; the file stays as it was.
    said = {key: value for key, value in facts(view).items() if key != "corrected_by"}
    return (json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _csv(view: PublicationView) -> bytes:
    rows = [[x.section, x.item, x.measure, x.value, x.unit] for x in selectors.lines(view.sections)]
    return b"".join(write_csv(rows, COLUMNS))


_MADE = {"json": _json, "csv": _csv, "xml": iati_public}


@lru_cache(maxsize=256)
def _sizes(publication: UUID, programme: UUID) -> tuple[tuple[str, int], ...]:
    view = selectors.publication(programme, publication)
    return tuple((ending, file(view, ending).size) for ending in TYPES)


def sizes(view: PublicationView) -> tuple[tuple[str, int], ...]:
    """Endings and sizes in bytes. Publications never change, so this is computed once for each."""
    return _sizes(view.id, view.programme)
