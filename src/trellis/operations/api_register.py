"""API of look-alikes: what waits for a decision, deciding, and taking a decision back."""

from typing import Any
from uuid import UUID

from ninja import Router, Schema

from trellis.operations import decided, duplicates
from trellis.operations.api import IncidentOut, WhyIn, incident_out

router = Router(tags=["operations"])


class PairOut(Schema):
    """Two records that look alike, and why."""

    first: IncidentOut
    second: IncidentOut
    why: str


class DecidedOut(Schema):
    """A decision that stands: `incident` repeats `other` (`same`), or is another incident than it."""

    incident: UUID
    reference: str
    other: UUID
    other_reference: str
    same: bool
    why: str


class SameIn(Schema):
    """Whether two records are one incident, and what shows it."""

    same: bool
    why: str


class LookAlikesOut(Schema):
    """Look-alikes among the caller's newest records, and what was decided about such."""

    waiting: list[PairOut]
    decided: list[DecidedOut]


@router.get("/look-alikes", response=LookAlikesOut)
def look_alikes(request: Any) -> dict[str, Any]:
    """Pairs of the caller's organisation that may be one incident, and the decisions that stand."""
    pairs, _looked, _more = duplicates.of_owner(request.viewer)
    return {
        "waiting": [{"first": incident_out(p.first), "second": incident_out(p.second), "why": p.why} for p in pairs],
        "decided": [
            {
                "incident": one.row.subject,
                "reference": one.row.reference,
                "other": one.other,
                "other_reference": one.reference,
                "same": one.same,
                "why": one.row.why,
            }
            for one in decided.of_owner(request.viewer)
        ],
    }


@router.post("/incidents/{incident}/same/{other}", response=IncidentOut)
def incident_same(request: Any, incident: UUID, other: UUID, body: SameIn) -> dict[str, Any]:
    """Says that an incident repeats another one, or that the two are two; a new version of the first says so."""
    row = duplicates.duplicate_decide(request.viewer, incident, other, same=body.same, reason=body.why)
    return incident_out(row)


@router.post("/incidents/{incident}/same/{other}/undo", response=IncidentOut)
def incident_same_undo(request: Any, incident: UUID, other: UUID, body: WhyIn) -> dict[str, Any]:
    """Takes such a decision back, and says why; both stay in the history."""
    return incident_out(decided.duplicate_undo(request.viewer, incident, other, reason=body.why))
