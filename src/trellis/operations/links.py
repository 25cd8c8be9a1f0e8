"""Whom an incident concerns across a border: countries by code, organisations by id."""

from collections.abc import Iterable
from uuid import UUID

from babel import Locale
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from trellis.core.conditions import Invalid
from trellis.operations.models import Incident
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer


def organisations_met(viewer: Viewer) -> dict[UUID, str]:
    """The organisations that share a programme with the viewer's, by name; its own is left out."""
    met = {party.organisation for p in parties.programmes_of(viewer) for party in parties.parties(p.id)}
    names = parties.organisation_names(met - {viewer.organisation})
    return dict(sorted(names.items(), key=lambda pair: pair[1].casefold()))


def require_met(viewer: Viewer, said: Iterable[object], before: Iterable[object] = ()) -> None:
    """Raises Invalid for an organisation that the viewer never met; what is on record already may stay."""
    fresh = {str(one) for one in said} - {str(one) for one in before}
    if fresh and fresh - {str(one) for one in organisations_met(viewer)}:
        raise Invalid({"organisations": _("Name organisations that share a programme with yours")})


def country_names(codes: str) -> list[str]:
    """The names of countries in the reader's language."""
    language = (get_language() or "en").split("-")[0]
    territories = Locale(language).territories
    return [str(territories.get(code, code)) for code in codes.split()]


def words(row: Incident) -> list[str]:
    """Countries and organisations that an incident concerns, in words."""
    names = parties.organisation_names([UUID(one) for one in row.organisations])
    return [*country_names(row.countries), *sorted(names.values())]
