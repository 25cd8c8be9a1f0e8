"""What agreements offer to other floors through the ports of core."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from trellis.agreements import selectors
from trellis.core import clock, formats
from trellis.core.conditions import Condition
from trellis.core.context import address
from trellis.core.ports import NavItem, PackSection, Step, WorkItem
from trellis.governance import rights
from trellis.governance.parameters import declare, parameter
from trellis.parties import selectors as parties

declare("agreement.notice", "180", "days", "Half a year is needed to renew an agreement or to close under it.")


def navigation(request: HttpRequest) -> Sequence[NavItem]:
    """The agreements of the programme at hand."""
    programme = getattr(request, "programme", None)
    url = address("agreements:agreements", programme.id) if programme else ""
    return [NavItem(_("Agreements"), url, "agreements", 40)] if url else []


def stage_conditions(arrangement: UUID, stage: str) -> Sequence[Condition]:
    """A programme is agreed, and active, only under an agreement in force (EXI-01)."""
    if stage not in ("agreed", "active"):
        return []
    held = selectors.in_force(arrangement)
    note = ", ".join(row.title for row in held) or _("None is in force today.")
    return [Condition(_("An agreement is in force, signed by both sides"), bool(held), note)]


def steps(arrangement: UUID) -> Sequence[Step]:
    """The step Agreement of the journey."""
    url = address("agreements:agreements", arrangement)
    held = selectors.in_force(arrangement)
    if held:
        words = _("in force until %(day)s") % {"day": formats.day(max(row.ends_on for row in held))}
        return [Step(_("Agreement"), "done", words, url, 40)]
    every = selectors.agreements(arrangement)
    words = _("signed, not in force today") if every else _("not signed")
    return [Step(_("Agreement"), "late" if every else "none", words, url, 40)]


def work_items(viewer: Any) -> Sequence[WorkItem]:
    """Agreements that run out within the notice period, for who may propose to renew them."""
    found: list[WorkItem] = []
    for programme in parties.programmes_of(viewer):
        if not any(
            rights.may(programme.id, viewer.person, viewer.organisation, role)
            for role in ("coordinator", "programme-officer")
        ):
            continue
        limit = clock.today() + timedelta(days=int(parameter(programme.id, "agreement.notice")))
        for row in selectors.in_force(programme.id):
            if row.ends_on <= limit:
                url = address("agreements:agreement", programme.id, row.id)
                title = _("Renew or let end: %(title)s") % {"title": row.title}
                why = _("Nothing can be released after it ends.")
                due = datetime.combine(row.ends_on, datetime.min.time(), clock.now().tzinfo)
                found.append(WorkItem(title, url, "due", why, due=due, programme=programme.id))
    return found


def pack_section(arrangement: UUID, period: tuple[date, date], as_of: datetime) -> PackSection:
    """Agreements as signed at the pack's date."""
    names = parties.organisation_names()
    rows = [
        {
            "title": row.title,
            "version": row.version,
            "from": row.starts_on.isoformat(),
            "until": row.ends_on.isoformat(),
            "donors": sorted(names.get(d, "") for d in row.donors),
            "ceiling": format(row.ceiling, "f"),
            "currency": row.currency,
            "in_force": row.starts_on <= as_of.date() <= row.ends_on,
        }
        for row in selectors.agreements(arrangement, as_of)
    ]
    return PackSection("agreements", _("Agreements"), 40, {"agreements": rows})
