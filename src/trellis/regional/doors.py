"""What the regional area offers to other floors through the ports of core."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trellis.core.context import address
from trellis.core.ports import NavItem, Step, WorkItem
from trellis.parties import selectors as parties
from trellis.parties.schemas import Programme, Viewer
from trellis.regional import selectors
from trellis.regional.models import Move
from trellis.regional.schemas import ContactView, RequestView


def navigation(request: HttpRequest) -> Sequence[NavItem]:
    """Regional CERTs and assistance of the programme at hand."""
    programme = getattr(request, "programme", None)
    url = address("regional:home", programme.id) if programme else ""
    return [NavItem(_("Regional"), url, "regional", 67)] if url else []


def programme_steps(programme: UUID) -> Sequence[Step]:
    """The step Regional: help that was agreed, which every party knows of."""
    n = len(selectors.helps(programme))
    words = ngettext("help agreed %(n)s time", "help agreed %(n)s times", n) % {"n": n}
    if not n:
        words = _("no help agreed yet")
    return [Step(_("Regional"), "now" if n else "none", words, address("regional:home", programme), 67)]


def work_items(viewer: Any) -> Sequence[WorkItem]:
    """Requests that wait for the viewer's organisation, and contacts of its own that are stale."""
    found: list[WorkItem] = []
    programmes = parties.programmes_of(viewer)
    open_ = {one.id: [view for view in selectors.requests_at(one.id) if not view.closed] for one in programmes}
    names = parties.organisation_names(view.row.owner for views in open_.values() for view in views)
    for programme in programmes:
        found += _requests(viewer, programme, open_[programme.id], names)
        found += _contacts(viewer, programme, selectors.contacts_at(programme.id))
    return found


def _requests(
    viewer: Viewer, programme: Programme, views: Iterable[RequestView], names: dict[UUID, str]
) -> list[WorkItem]:
    found = []
    for view in views:
        url = address("regional:request", programme.id, view.id)
        given = {"title": view.row.title, "who": names.get(view.row.owner, "")}
        if _unanswered(viewer, view):
            title, why = _("Answer: %(title)s") % given, _("%(who)s asks for help. Declining is free.") % given
        elif view.row.owner == viewer.organisation and any(offer.state == "open" for offer in view.offers):
            title, why = _("Answer an offer: %(title)s") % given, _("Help was offered and waits for your answer.")
        else:
            continue
        found.append(WorkItem(title, url, "answer", why, since=view.row.asked_at, programme=programme.id))
    return found


def _unanswered(viewer: Viewer, view: RequestView) -> bool:
    if str(viewer.organisation) not in view.row.asked_of:
        return False
    if any(offer.row.owner == viewer.organisation for offer in view.offers):
        return False
    return not any(m.owner == viewer.organisation and m.kind == Move.Kind.DECLINED for m in view.moves)


def _contacts(viewer: Viewer, programme: Programme, views: Iterable[ContactView]) -> list[WorkItem]:
    days = timedelta(days=selectors.limit(programme.id))
    found = []
    for view in views:
        mine = view.row.organisation == viewer.organisation
        if not view.stale or not (mine or (view.row.owner == viewer.organisation and view.row.organisation is None)):
            continue
        found.append(
            WorkItem(
                _("Verify: %(contact)s") % {"contact": str(view.row)},
                address("regional:contact", programme.id, view.id),
                "due",
                _("Nobody has confirmed it within the limit."),
                due=(view.verified_at or view.since) + days,
                programme=programme.id,
            )
        )
    return found
