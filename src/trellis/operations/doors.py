"""What operations offers to other floors through the ports of core."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trellis.calc.operations import CLOCKS
from trellis.core import figures
from trellis.core.conditions import Invalid
from trellis.core.ports import NavItem, PackSection, Step
from trellis.operations import selectors
from trellis.parties import selectors as parties


def navigation(request: HttpRequest) -> Sequence[NavItem]:
    """`Incidents` and `Hunting and hygiene`, for everybody of an organisation."""
    viewer = getattr(request, "viewer", None)
    if viewer is None or not viewer.known:
        return []
    return [
        NavItem(_("Incidents"), reverse("operations:incidents"), "operations", 65),
        NavItem(_("Hunting and hygiene"), reverse("practice:overview"), "practice", 66),
    ]


def programme_steps(programme: UUID) -> Sequence[Step]:
    """The step `Incidents`: whether anybody lets all parties see the incident times."""
    owners = selectors.granted_to_all(programme)
    url = reverse("operations:figures")
    if not owners:
        return [Step(_("Incidents"), "none", _("no incident times shared"), url, 65)]
    words = ngettext(
        "%(n)s organisation shares its incident times",
        "%(n)s organisations share their incident times",
        len(owners),
    )
    return [Step(_("Incidents"), "now", words % {"n": len(owners)}, url, 65)]


def pack_section(programme: UUID, period: tuple[date, date], as_of: datetime) -> PackSection:
    """Incident times of the period, of every party that lets all parties see them, with figures' addresses."""
    owners = selectors.granted_to_all(programme)
    names = parties.organisation_names(owners)
    zone = parties.programme(programme).time_zone
    found: list[dict[str, Any]] = []
    for owner in owners:
        for clock in CLOCKS:
            params = {"owner": owner, "zone": zone}
            try:
                question = figures.ask(f"operations.{clock}", params, period, as_of)
                made = figures.figure(question)
            except Invalid as error:
                # A pack over anything but whole quarters has no incident times, and says so.
                return PackSection("incidents", _("Incident times"), 65, {"times": [], "note": error.message})
            found.append(
                {
                    "organisation": names.get(owner, ""),
                    "clock": clock,
                    "median": made.text,
                    "reason": made.reason,
                    "unit": "hours",
                    "n": made.n,
                    "events": made.parts.get("events"),
                    "open": made.open,
                    "unknown": made.unknown,
                    "p90": str(made.parts.get("p90")),
                    "caveats": list(made.caveats),
                    "figure": question.address,
                }
            )
    return PackSection("incidents", _("Incident times"), 65, {"times": found})
