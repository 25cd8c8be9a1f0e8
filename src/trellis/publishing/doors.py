"""What publishing offers to other floors through the ports of core."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from trellis.core import clock, formats, reading
from trellis.core.context import address
from trellis.core.ports import Link, NavItem, Step, WorkItem
from trellis.governance.parameters import declare, parameter
from trellis.governance.registry import kind_named
from trellis.governance.rights import may_propose
from trellis.parties import selectors as parties
from trellis.publishing.models import Publication

declare("publishing.every", "100", "days", "A report each quarter, with some days to prepare it (ACC-05).")


def navigation(request: HttpRequest) -> Sequence[NavItem]:
    """The publications of the programme at hand, for its parties."""
    programme = getattr(request, "programme", None)
    url = address("publication:publications", programme.id) if programme else ""
    return [NavItem(_("Public"), url, "publishing", 95)] if url else []


def review_links(arrangement: UUID, first: date) -> Sequence[Link]:
    """The pack of a review as paper."""
    url = address("publication:review-pack", arrangement, first.isoformat())
    return [Link(_("The pack as a printed document, PDF"), url)] if url else []


def steps(arrangement: UUID) -> Sequence[Step]:
    """The step Published of the journey."""
    url = address("publication:publications", arrangement)
    last = Publication.objects.filter(stream=arrangement).order_by("-number").defer("sections").first()
    if last is None:
        return [Step(_("Published"), "none", _("nothing published"), url, 95)]
    words = _("as of %(day)s") % {"day": formats.day(last.as_of)}
    if is_due(arrangement):
        return [Step(_("Published"), "late", words + ", " + _("the next report is due"), url, 95)]
    return [Step(_("Published"), "done", words, url, 95)]


def is_due(arrangement: UUID) -> bool:
    """ACC-05: whether the last regular report is older than the programme's interval."""
    last = _last_regular(arrangement)
    days = int(parameter(arrangement, "publishing.every"))
    return last is not None and clock.now() > last + timedelta(days=days)


@reading.together
def _last_regular(arrangements: Sequence[UUID]) -> dict[UUID, datetime | None]:
    rows = Publication.objects.filter(stream__in=arrangements, corrects=None).order_by("number")
    return {**dict.fromkeys(arrangements), **dict(rows.values_list("stream", "at"))}


def work_items(viewer: Any) -> Sequence[WorkItem]:
    """Reports that are due, for who may propose them."""
    kind, found = kind_named("publication.publish"), []
    for programme in parties.programmes_of(viewer):
        if is_due(programme.id) and may_propose(programme.id, kind, viewer.person, viewer.organisation):
            title = _("Publish a report: %(title)s") % {"title": programme.title}
            url = address("publication:propose", programme.id)
            why = _("The last report is older than this programme agreed.")
            found.append(WorkItem(title, url, "due", why, programme=programme.id))
    return found
