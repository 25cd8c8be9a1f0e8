"""What parties adds to the menu and to the importers."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.core import tabular
from trellis.core.ports import Importer, NavItem
from trellis.parties import importing
from trellis.parties.schemas import Viewer


def navigation(request: HttpRequest) -> Sequence[NavItem]:
    """The organisation and the account, or the installation for its operator."""
    viewer = getattr(request, "viewer", None)
    if viewer is None or viewer.person is None:
        return []
    try:
        items = [NavItem(_("Your account"), reverse("parties:account"), "account", 95, place="own")]
        if viewer.operator:
            return [NavItem(_("Installation"), reverse("parties:operator"), "operator", 10), *items]
        return [
            NavItem(_("Your organisation"), reverse("parties:organisation"), "organisation", 90, place="own"),
            *items,
        ]
    except NoReverseMatch:
        return []


def _run(viewer: Viewer, data: bytes, *, dry: bool = True, name: str = "", **_options: Any) -> importing.Imported:
    return importing.people_import(viewer, tabular.read(data, name), dry_run=dry)


PEOPLE = Importer("people", str(gettext_lazy("People of an organisation, or organisations")), _run)
