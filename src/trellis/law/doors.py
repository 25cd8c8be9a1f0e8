"""What law offers to other floors through the ports of core."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from trellis.core.conditions import Condition
from trellis.core.context import address
from trellis.core.ports import NavItem, PackSection, WorkItem
from trellis.governance import rights
from trellis.law import selectors
from trellis.parties import selectors as parties


def navigation(request: HttpRequest) -> Sequence[NavItem]:
    """The rights questions of the programme at hand."""
    programme = getattr(request, "programme", None)
    url = address("law:questions", programme.id) if programme else ""
    return [NavItem(_("Rights"), url, "law", 60, place="more")] if url else []


def stage_conditions(arrangement: UUID, stage: str) -> Sequence[Condition]:
    """Nothing starts while a question about the whole programme is open (LEG-05)."""
    if stage != "active":
        return []
    return [selectors.condition(arrangement, (), _("No rights question about the whole programme is open"))]


def work_items(viewer: Any) -> Sequence[WorkItem]:
    """Open questions, for the rights officers who can close them."""
    found: list[WorkItem] = []
    for programme in parties.programmes_of(viewer):
        if not rights.may(programme.id, viewer.person, viewer.organisation, "rights-officer"):
            continue
        for row in selectors.open_questions(programme.id):
            found.append(
                WorkItem(
                    _("Agree safeguards: %(title)s") % {"title": row.title},
                    address("law:question", programme.id, row.subject),
                    "watch",
                    _("It blocks %(what)s until both sides close it.")
                    % {"what": row.about_title or _("the whole programme")},
                    since=row.opened_at,
                    programme=programme.id,
                )
            )
    return found


def pack_section(arrangement: UUID, period: tuple[date, date], as_of: datetime) -> PackSection:
    """Questions open at the pack's date, and those closed in its period."""
    names = parties.organisation_names()
    still = [
        {
            "title": row.title,
            "about": row.about_title,
            "opened": row.opened_at.date().isoformat(),
            "raised_by": names.get(row.raised_by, ""),
        }
        for row in selectors.open_questions(arrangement, at=as_of)
    ]
    closed = [
        {"title": row.title, "closed": row.at.date().isoformat(), "safeguards": row.safeguards}
        for row in selectors.changes(arrangement, as_of)
        if not row.open and period[0] <= row.at.date() <= period[1]
    ]
    return PackSection("rights", _("Rights questions"), 60, {"open": still, "closed": closed})
