"""Reads of publications, for everybody: what is public needs no account. Unpublished programmes do not exist here."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from trellis.core.conditions import Hidden
from trellis.governance import reviews
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.publishing.models import Publication
from trellis.publishing.schemas import Changed, Line, Live, PublicationView
from trellis.sharing import selectors as sharing


def _view(row: Publication, corrected: dict[UUID, UUID]) -> PublicationView:
    return PublicationView(
        row.subject,
        row.stream,
        row.number,
        row.title,
        row.as_of,
        row.at,
        row.sections,
        tuple(row.withheld),
        row.rights_at,
        row.decision,
        row.corrects,
        corrected.get(row.subject),
        row.reason,
    )


def publications(programme: UUID) -> list[PublicationView]:
    """Everything that a programme has published, newest first; corrected ones too."""
    rows = list(Publication.objects.filter(stream=programme).order_by("-number"))
    corrected = {row.corrects: row.subject for row in rows if row.corrects}
    return [_view(row, corrected) for row in rows]


def published() -> list[PublicationView]:
    """The newest publication of each programme, by title: an order that compares nobody."""
    newest: dict[UUID, Publication] = {}
    for row in Publication.objects.order_by("number"):
        newest[row.stream] = row
    found = [_view(row, {}) for row in newest.values()]
    return sorted(found, key=lambda view: (view.sections["programme"]["title"], str(view.id)))


def publication(programme: UUID, id: UUID | None = None) -> PublicationView:
    """One publication, or the newest. Raises Hidden where there is none, as for what does not exist."""
    for found in publications(programme):
        if id in (None, found.id):
            return found
    raise Hidden()


def live(programme: UUID, at: datetime | None = None) -> Live:
    """GOV-04, OWN-05: what the public may know at once, after the first publication. Raises Hidden before it."""
    if not Publication.objects.filter(stream=programme).exists():
        raise Hidden()
    overdue = tuple((r.label, r.due) for r in reviews.reviews(programme, at) if r.state == "overdue")
    ended = sharing.consents_ended(programme, at)
    withdrawn = tuple(
        {"scope": row.scope, "on": row.withdrawn_at.date().isoformat()} for row in ended if row.withdrawn_at
    )
    return Live(overdue, withdrawn)


def publications_for(viewer: Viewer, programme: UUID) -> list[PublicationView]:
    """The same list for a party, before anything is published too. Raises Hidden for anybody else."""
    parties.programme_for(viewer, programme)
    return publications(programme)


NAMES = ("title", "label", "quarter", "number", "assessment", "scope", "name")


def lines(sections: dict[str, Any]) -> list[Line]:
    """The content as a flat table, one fact a line: for downloads and for comparing two publications."""
    found: list[Line] = []
    for section, content in sections.items():
        rows = content if isinstance(content, list) else [content] if content else []
        for row in rows:
            found += _of(section, row)
    return found


def _of(section: str, row: dict[str, Any]) -> Iterator[Line]:
    name = " ".join(str(row[key]) for key in ("donor", *NAMES) if row.get(key) not in (None, "")) or section
    unit = str(row.get("unit") or row.get("currency") or "")
    for key, value in row.items():
        if key in ("id", "definition"):
            continue
        if isinstance(value, dict):
            yield from (Line(section, name, f"{key} {k}", _text(v)) for k, v in value.items())
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            if key in ("indicators", "perspectives", "parties"):
                for part in value:
                    yield from _of(section, part)
            else:
                parts = (", ".join(_text(v) for v in one.values() if v != "") for one in value)
                yield Line(section, name, key, "; ".join(parts))
        else:
            yield Line(section, name, key, _text(value), unit)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(_text(one) for one in value)
    return "" if value is None else str(value)


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[Changed]:
    """What differs between two contents, in the order of the page."""
    old = {(x.section, x.item, x.measure): x.value for x in lines(before)}
    new = {(x.section, x.item, x.measure): x.value for x in lines(after)}
    keys = [*new, *(key for key in old if key not in new)]
    return [Changed(*key, old.get(key, ""), new.get(key, "")) for key in keys if old.get(key, "") != new.get(key, "")]
