"""What sharing adds to the menu."""

from collections.abc import Sequence

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from trellis.core.ports import NavItem


def navigation(request: HttpRequest) -> Sequence[NavItem]:
    """Consent inside a programme; sharing, evidence and search everywhere."""
    viewer = getattr(request, "viewer", None)
    if viewer is None or not viewer.known:
        return []
    items = [
        NavItem(_("Evidence"), reverse("sharing:evidence-list"), "evidence", 70, place="own"),
        NavItem(_("Sharing"), reverse("sharing:grants"), "sharing", 75, place="own"),
        NavItem(_("Search"), reverse("search"), "search", 85, place="own"),
    ]
    programme = getattr(request, "programme", None)
    if programme is not None:
        items.append(
            NavItem(_("Consent"), reverse("sharing:consents", args=[programme.id]), "consent", 60, place="more")
        )
    return items
