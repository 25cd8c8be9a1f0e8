"""Letting parties of a programme see the counts that rest on one's own tests and findings, and nothing else."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.assets import selectors
from trellis.core.conditions import Invalid
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.sharing import gate
from trellis.sharing import services as sharing
from trellis.sharing.models import Audience, Detail

AUDIENCES = ("donor", "partner", "parties")


@transaction.atomic
def figures_share(viewer: Viewer, programme: UUID, audience: str = "donor") -> int:
    """Grants the donors, the partner side or all `parties` of a programme the counts; returns how many grants it gave.

    The tests and findings themselves stay with the host: no grant opens them. A grant in force is not given twice.
    Raises Hidden for who is no party.
    """
    parties.programme_for(viewer, programme)
    if audience not in AUDIENCES:
        raise Invalid({"audience": _("Choose one from the list")})
    actor = viewer.actor
    side = "" if audience == "parties" else audience
    who = Audience.SIDE if side else Audience.PARTIES
    held = gate.in_force().filter(
        owner=actor.organisation, audience=who, side=side, arrangement=programme, context=None, about=None
    )
    known = {grant.data_kind for grant in held}
    missing = [kind for kind in (selectors.TEST, selectors.FINDING) if kind not in known]
    for kind in missing:
        sharing.grant(
            actor,
            kind,
            who,
            arrangement=programme,
            side=side,
            detail=Detail.FIGURE,
            ceiling="AMBER" if side else "GREEN",
            purpose=_("Counts of findings of security tests"),
        )
    return len(missing)
