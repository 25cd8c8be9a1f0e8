"""What security tests offer to other floors through the ports of core."""

from collections.abc import Sequence
from datetime import UTC
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trellis.assets import selectors
from trellis.assets.schemas import TestView
from trellis.calc.dates import day_start
from trellis.core import clock
from trellis.core.ports import NavItem, Step, WorkItem
from trellis.parties.schemas import Viewer

SHOWN = 10  # overdue critical findings told one by one; the rest are one line


def navigation(request: HttpRequest) -> Sequence[NavItem]:
    """`Security tests`: inside a programme the counts of its parties, elsewhere one's own tests."""
    viewer = getattr(request, "viewer", None)
    if viewer is None or not viewer.known:
        return []
    programme = getattr(request, "programme", None)
    url = reverse("assets:counts", args=[programme.id]) if programme else reverse("assets:tests")
    return [NavItem(_("Security tests"), url, "assets", 64)]


def programme_steps(programme: UUID) -> Sequence[Step]:
    """The step `Security tests`: how many parties let others see the counts."""
    n = len(selectors.granted_to_all(programme))
    words = ngettext("%(n)s party shares counts", "%(n)s parties share counts", n)
    said = words % {"n": n} if n else _("no counts shared")
    return [Step(_("Security tests"), "now" if n else "none", said, reverse("assets:counts", args=[programme]), 64)]


def work_items(viewer: Any) -> Sequence[WorkItem]:
    """For the host: overdue critical findings, tests that had to stop, and tests that lack their authorisation."""
    if viewer.organisation is None:
        return []
    return [*_overdue(viewer), *_tests(viewer)]


def _overdue(viewer: Viewer) -> list[WorkItem]:
    rows = selectors.overdue(viewer)
    found = [
        WorkItem(
            _("Fix: %(finding)s") % {"finding": str(row)},
            reverse("assets:finding", args=[row.subject]),
            "due",
            _("A critical finding is past its fix date."),
            due=day_start(row.due_on, clock.now().tzinfo),  # type: ignore[arg-type]  # the clock is aware
        )
        for row in rows[:SHOWN]
    ]
    more = rows.count() - SHOWN if len(found) == SHOWN else 0
    if more > 0:
        words = ngettext("Fix: %(n)s more overdue critical finding", "Fix: %(n)s more overdue critical findings", more)
        url = reverse("assets:findings") + "?severity=critical&state=overdue"
        found.append(WorkItem(words % {"n": more}, url, "due", _("Critical findings are past their fix date.")))
    return found


def _tests(viewer: Viewer) -> list[WorkItem]:
    giver: bool | None = None
    found = []
    for view in selectors.tests(viewer):
        url, given = reverse("assets:test", args=[view.id]), {"title": str(view.row)}
        if view.state == "stopped":
            why = _("No authorisation is in force any more. Stop, and record when it ended.")
            found.append(WorkItem(_("Stop: %(title)s") % given, url, "due", why, since=view.stopped_at))
        elif _lacks(view):
            giver = selectors.may_authorise(viewer) if giver is None else giver
            if giver:
                due = day_start(view.row.planned_from, UTC)
                why = _("The test is planned and no authorisation covers it. It cannot begin without.")
                found.append(WorkItem(_("Authorise: %(title)s") % given, url, "due", why, due=due))
    return found


def _lacks(view: TestView) -> bool:
    return view.state == "unauthorised" and view.row.planned_from - clock.today() <= selectors.SOON
