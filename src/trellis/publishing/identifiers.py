"""Identifiers of organisations in the IATI standard: those they have said, and a plain stand-in for the others."""

from datetime import datetime
from uuid import UUID

from django.utils.text import slugify
from django.utils.translation import gettext as _

from trellis.core import clock
from trellis.core.conditions import Invalid, Refused
from trellis.governance.parameters import parameter
from trellis.parties import selectors as parties
from trellis.parties.schemas import Party, Viewer
from trellis.publishing.models import Identifier

# XE-EXAMPLE is IATI's own prefix for identifiers that are no real ones: it passes the prefix rule and deceives nobody.
STAND_IN = "XE-EXAMPLE-TRELLIS"
# Our stakeholder groups in the code list OrganisationType.
KINDS = {
    "government": "10",
    "law-enforcement": "10",
    "academia": "80",
    "private-sector": "70",
    "civil-society": "22",
    "international": "40",
}
CODES = ("10", "11", "15", "21", "22", "23", "24", "30", "40", "60", "70", "71", "72", "73", "80", "90")


def kind_of(group: str) -> str:
    """The OrganisationType of a stakeholder group; 90 (other) where it has none."""
    return KINDS.get(group, "90")


def stand_in(party: Party) -> str:
    """An identifier for an organisation that has said none: well-formed, and marked as an example."""
    name = slugify(party.short) or party.organisation.hex[:12]
    return f"{STAND_IN}-{name}".upper()


def at(moment: datetime | None = None) -> dict[UUID, Identifier]:
    """The newest identifier of each organisation at a moment."""
    rows = Identifier.objects.filter(at__lte=moment or clock.now()).order_by("at", "pk")
    return {row.organisation: row for row in rows}


def identifier_set(viewer: Viewer, ref: str, kind: str) -> Identifier:
    """Says the IATI identifier and type of the viewer's organisation; an administrator's act.

    Raises Refused for anybody else, and Invalid for an identifier that breaks the standard's form.
    """
    if viewer.organisation is None or not viewer.administrator:
        holders = [name for _id, name in parties.administrators(viewer.organisation)] if viewer.organisation else []
        raise Refused(_("Only an administrator says an organisation's identifier."), holders)
    ref, wrong = ref.strip(), {}
    if ref.count("-") < 2 or any(c.isspace() or c in "/&|?" for c in ref) or len(ref) > 100:
        wrong["ref"] = _("Write the registration agency, a hyphen and the number: XM-DAC-5-1.")
    if kind not in CODES:
        wrong["kind"] = _("Choose a type of the list.")
    if wrong:
        raise Invalid(wrong)
    return Identifier.objects.create(
        organisation=viewer.organisation, ref=ref, kind=kind, person=viewer.person, at=clock.now()
    )


def sector(arrangement: UUID, as_of: datetime | None = None) -> str:
    """The purpose code (DAC CRS) under which a programme is reported: parameter `publishing.sector`."""
    return parameter(arrangement, "publishing.sector", as_of)
