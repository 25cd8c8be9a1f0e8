"""What the exchange offers to other floors through the ports of core."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trellis.core import clock
from trellis.core.context import address
from trellis.core.ports import NavItem, Step, WorkItem
from trellis.exchange import policy
from trellis.governance import rights
from trellis.governance.parameters import declare, parameter
from trellis.parties import selectors as parties

declare("sharing.notice", "60", "days", "Two months are needed for every party to sign a renewal before sharing stops.")


def navigation(request: HttpRequest) -> Sequence[NavItem]:
    """The exchange of the programme at hand."""
    programme = getattr(request, "programme", None)
    url = address("exchange:home", programme.id) if programme else ""
    return [NavItem(_("Exchange"), url, "exchange", 68)] if url else []


def programme_steps(programme: UUID) -> Sequence[Step]:
    """The step Exchange: whether an agreement on sharing is in force."""
    n = len([one for one in policy.in_force([programme]) if len(one.parties) > 1])
    words = ngettext("%(n)s sharing agreement in force", "%(n)s sharing agreements in force", n) % {"n": n}
    if not n:
        words = _("no sharing agreement in force")
    return [Step(_("Exchange"), "now" if n else "none", words, address("exchange:home", programme), 68)]


def work_items(viewer: Any) -> Sequence[WorkItem]:
    """Agreements on sharing that run out within the notice period, for who may propose their renewal."""
    found: list[WorkItem] = []
    programmes = [programme.id for programme in parties.programmes_of(viewer)]
    held = [one for one in policy.in_force(programmes) if viewer.organisation in one.parties]
    mine = {here for here in {one.arrangement for one in held} if _may_renew(here, viewer)}
    for one in held:
        here = one.arrangement
        if here not in mine:
            continue
        if one.ends_on <= clock.today() + timedelta(days=int(parameter(here, "sharing.notice"))):
            title = _("Renew or let end: %(title)s") % {"title": one.title}
            due = datetime.combine(one.ends_on, datetime.min.time(), UTC)
            url = address("exchange:agreement", here, one.id)
            why = _("Nothing passes under it after it ends.")
            found.append(WorkItem(title, url, "due", why, due=due, programme=here))
    return found


def _may_renew(programme: UUID, viewer: Any) -> bool:
    roles = ("cert-lead", "coordinator")
    return any(rights.may(programme, viewer.person, viewer.organisation, role) for role in roles)
