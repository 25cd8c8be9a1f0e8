"""For ticket systems: create, stamp and close an incident by the ticket's own number, as often as it is sent.

A number is the owner's `reference`. Sending the same call again changes nothing and answers the same; sending
something else under a number that is taken is a conflict, never a silent change.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.core import ledger
from trellis.core.conditions import Conflict, Hidden, Invalid
from trellis.operations import rules, selectors, services
from trellis.operations.models import Incident
from trellis.parties.schemas import Viewer
from trellis.sharing.services import viewer_actor

STAMPS = ("started", "acknowledged", "contained", "recovered", "reported")
# What a repeated call must say alike; the rest may have been corrected here since.
SAME = ("title", "detected")


@dataclass(frozen=True)
class Ticket:
    """An incident by its ticket, and whether this call changed anything."""

    incident: Incident
    changed: bool


def _held(viewer: Viewer, reference: str) -> Incident | None:
    rows = selectors.incidents(viewer).filter(owner=viewer.organisation, reference__iexact=reference.strip())
    found: Incident | None = rows.first()
    return found


def ticket(viewer: Viewer, reference: str) -> Incident:
    """The incident of a ticket. Raises Hidden when the viewer's organisation has none of this number."""
    found = _held(viewer, reference)
    if found is None:
        raise Hidden()
    return found


@transaction.atomic
def ticket_open(viewer: Viewer, *, reference: str, **said: Any) -> Ticket:
    """Records the incident of a ticket, once however often it is sent.

    Raises Conflict when another incident stands under the number, Invalid as `services.incident_record`.
    """
    ledger.lock(viewer_actor(viewer).organisation)  # a call and its repetition may arrive together
    held = _held(viewer, reference)
    if held is None:
        return Ticket(services.incident_record(viewer, reference=reference, **said), True)
    first = selectors.versions(viewer, held.subject)[-1]
    if any(str(said.get(name)) not in (str(getattr(first, name)), str(getattr(held, name))) for name in SAME):
        given = {"reference": reference, "title": held.title}
        raise Conflict(_("Under %(reference)s stands another incident: %(title)s.") % given)
    return Ticket(held, False)


@transaction.atomic
def ticket_stamp(viewer: Viewer, reference: str, stamps: dict[str, datetime | None], why: str = "") -> Ticket:
    """Adds stamps to the incident of a ticket. A stamp that is there already with the same moment changes nothing.

    Another moment for a stamp that is there needs `why`: then it is a correction. Raises Hidden, Invalid, Conflict.
    """
    given = {name: at for name, at in stamps.items() if at is not None}
    if not given or set(given) - set(STAMPS):
        raise Invalid({"stamps": _("Name one or more of: %(names)s") % {"names": ", ".join(STAMPS)}})
    held = ticket(viewer, reference)
    fresh: dict[str, Any] = {name: at for name, at in given.items() if getattr(held, name) != at}
    if not fresh:
        return Ticket(held, False)
    other = [str(rules.TITLES[name]) for name in fresh if getattr(held, name) is not None]
    if other and not why.strip():
        said = {"names": ", ".join(other)}
        raise Conflict(_("%(names)s: recorded already with another moment. Send why it changes.") % said)
    reason = why.strip() or _("Stamped by the ticket system")
    return Ticket(services.incident_correct(viewer, held.subject, reason, **fresh), True)


@transaction.atomic
def ticket_close(viewer: Viewer, reference: str, recovered: datetime, contained: datetime | None = None) -> Ticket:
    """Closes the incident of a ticket: recovered, and contained at a known moment or at one that nobody knows."""
    held = ticket(viewer, reference)
    changes: dict[str, Any] = {}
    if held.recovered is None:
        changes["recovered"] = recovered
    elif held.recovered != recovered:
        raise Conflict(_("It is closed already, with another moment of recovery. Stamp it, saying why it changes."))
    if contained is not None and held.contained is None:
        changes["contained"] = contained
    unknown = held.not_known.split()
    if held.contained is None and contained is None and "contained" not in unknown:
        changes["not_known"] = [*unknown, "contained"]
    if not changes:
        return Ticket(held, False)
    return Ticket(services.incident_correct(viewer, held.subject, _("Closed by the ticket system"), **changes), True)
