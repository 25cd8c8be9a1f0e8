"""Drafts of commitments: put together tranche by tranche, private to one organisation until proposed."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import ValidationError

from trellis.core import ids
from trellis.core.conditions import Hidden, Invalid
from trellis.funding.schemas import CommitmentMake
from trellis.governance import drafts
from trellis.governance.models import Draft
from trellis.parties.schemas import Viewer

DRAFT = "commitment"


def draft_save(viewer: Viewer, arrangement: UUID, data: dict[str, Any], draft: UUID | None = None) -> Draft:
    """Saves a draft's title, donor, agreement, currency, total and certainty; a new one without `draft`."""
    kept = {"commitment": ids.new(), "tranches": []} if draft is None else drafts.draft(viewer, draft).data
    return drafts.save(viewer, arrangement, DRAFT, str(data["title"]), {**kept, **data}, draft)


def _change(viewer: Viewer, draft: UUID, tranches: list[dict[str, Any]]) -> Draft:
    row = drafts.draft(viewer, draft)
    return drafts.save(viewer, row.arrangement, DRAFT, row.title, {**row.data, "tranches": tranches}, draft)


def _tranches(viewer: Viewer, draft: UUID) -> list[dict[str, Any]]:
    return [dict(t) for t in drafts.draft(viewer, draft).data["tranches"]]


def draft_tranche_add(viewer: Viewer, draft: UUID, data: dict[str, Any]) -> Draft:
    """Adds a tranche: year, amount, earliest, due, long_stop. Numbers follow one another."""
    held = _tranches(viewer, draft)
    number = 1 + max((t["number"] for t in held), default=0)
    return _change(viewer, draft, [*held, {**data, "id": ids.new(), "number": number, "milestones": []}])


def draft_tranche_drop(viewer: Viewer, draft: UUID, tranche: UUID) -> Draft:
    """Takes a tranche out of a draft."""
    return _change(viewer, draft, [t for t in _tranches(viewer, draft) if t["id"] != str(tranche)])


def draft_milestone_add(viewer: Viewer, draft: UUID, tranche: UUID, data: dict[str, Any]) -> Draft:
    """Adds a milestone to a tranche: number, title, allocation."""
    held = _tranches(viewer, draft)
    found = next((t for t in held if t["id"] == str(tranche)), None)
    if found is None:
        raise Hidden()
    found["milestones"] = [*found["milestones"], {**data, "id": ids.new()}]
    return _change(viewer, draft, held)


def draft_milestone_drop(viewer: Viewer, draft: UUID, milestone: UUID) -> Draft:
    """Takes a milestone out of a draft."""
    held = _tranches(viewer, draft)
    for tranche in held:
        tranche["milestones"] = [m for m in tranche["milestones"] if m["id"] != str(milestone)]
    return _change(viewer, draft, held)


def draft_payload(data: dict[str, Any]) -> CommitmentMake:
    """The payload that a draft makes. Raises Invalid naming each field that cannot be read."""
    try:
        return CommitmentMake.model_validate(data)
    except ValidationError as error:
        fields = {".".join(str(p) for p in e["loc"]): str(e["msg"]) for e in error.errors()}
        raise Invalid(fields, _("This draft is not complete.")) from error
