"""API for ticket systems: create, stamp and close an incident by the ticket's number, as often as it is sent."""

from datetime import datetime
from typing import Any, Literal

from ninja import Router, Schema, Status

from trellis.operations import tickets
from trellis.operations.api import IncidentIn, IncidentOut, incident_out

router = Router(tags=["tickets"])


class TicketOut(Schema):
    """The incident of a ticket, and whether this call changed it: a repeated call changes nothing."""

    changed: bool
    incident: IncidentOut


class StampsIn(Schema):
    """Stamps of a ticket's incident. `why` is needed to change one that is there."""

    reference: str
    started: datetime | None = None
    acknowledged: datetime | None = None
    contained: datetime | None = None
    recovered: datetime | None = None
    reported: datetime | None = None
    why: str = ""


class CloseIn(Schema):
    """When a ticket's incident was over. Without `contained` it was contained at a time that nobody knows."""

    reference: str
    recovered: datetime
    contained: datetime | None = None


class TicketIn(IncidentIn):
    """An incident by its ticket: `reference` is the ticket's number."""

    label: Literal["CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"] = "AMBER"


def _out(found: tickets.Ticket) -> dict[str, Any]:
    return {"changed": found.changed, "incident": incident_out(found.incident)}


@router.get("/tickets", response=IncidentOut)
def ticket(request: Any, reference: str) -> dict[str, Any]:
    """The incident of a ticket of the caller's organisation, by the ticket's number."""
    return incident_out(tickets.ticket(request.viewer, reference))


@router.post("/tickets", response={200: TicketOut, 201: TicketOut})
def ticket_open(request: Any, body: TicketIn) -> Any:
    """Records the incident of a ticket: 201 the first time, 200 and no change when the call is repeated.

    409 where another incident (another title or moment of detection) stands under the number.
    """
    found = tickets.ticket_open(request.viewer, **body.dict())
    return Status(201 if found.changed else 200, _out(found))


@router.post("/tickets/stamp", response=TicketOut)
def ticket_stamp(request: Any, body: StampsIn) -> dict[str, Any]:
    """Adds stamps to the incident of a ticket; 409 for another moment of a stamp that is there, without `why`."""
    stamps = {name: getattr(body, name) for name in tickets.STAMPS}
    return _out(tickets.ticket_stamp(request.viewer, body.reference, stamps, body.why))


@router.post("/tickets/close", response=TicketOut)
def ticket_close(request: Any, body: CloseIn) -> dict[str, Any]:
    """Closes the incident of a ticket: recovered, and contained where that is known."""
    return _out(tickets.ticket_close(request.viewer, body.reference, body.recovered, body.contained))
