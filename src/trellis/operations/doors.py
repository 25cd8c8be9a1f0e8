"""What operations offers to other floors through the ports of core."""

from collections.abc import Sequence
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trellis.core.ports import NavItem, Step
from trellis.operations import selectors


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
