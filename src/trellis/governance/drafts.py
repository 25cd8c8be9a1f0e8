"""Drafts: half-written plans and agreements, private to an organisation until proposed."""

from typing import Any
from uuid import UUID

from trellis.core import canonical, clock
from trellis.core.conditions import Hidden
from trellis.governance.models import Draft
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer


def drafts(viewer: Viewer, arrangement: UUID, kind: str) -> list[Draft]:
    """The drafts of the viewer's organisation, newest first."""
    if viewer.organisation is None:
        return []
    rows = Draft.objects.filter(arrangement=arrangement, organisation=viewer.organisation, kind=kind)
    return list(rows.order_by("-updated_at"))


def draft(viewer: Viewer, id: UUID) -> Draft:
    """One draft of the viewer's organisation. Raises Hidden otherwise."""
    found = Draft.objects.filter(pk=id).first()
    if found is None or found.organisation != viewer.organisation:
        raise Hidden()
    return found


def save(
    viewer: Viewer, arrangement: UUID, kind: str, title: str, data: dict[str, Any], id: UUID | None = None
) -> Draft:
    """Saves a draft; a new one without `id`. `data` takes whatever the ledger's canonical form takes."""
    parties.programme_for(viewer, arrangement)
    assert viewer.organisation  # a party's
    kept = canonical.plain(data)
    if id is None:
        return Draft.objects.create(
            arrangement=arrangement,
            organisation=viewer.organisation,
            kind=kind,
            title=title,
            data=kept,
            by=viewer.person,
        )
    row = draft(viewer, id)
    row.title, row.data, row.by, row.updated_at = title, kept, viewer.person, clock.now()
    row.save()
    return row


def delete(viewer: Viewer, id: UUID) -> None:
    """Deletes a draft."""
    draft(viewer, id).delete()
