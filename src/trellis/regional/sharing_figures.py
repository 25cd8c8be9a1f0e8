"""Letting all parties of an arrangement see the figures that rest on one's own records."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.core.conditions import Invalid
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.regional import selectors
from trellis.sharing import gate
from trellis.sharing import services as sharing
from trellis.sharing.models import Audience, Detail

KINDS = {
    "assistance": (selectors.REQUEST, selectors.OFFER, selectors.MOVE),
    "directory": (selectors.CONTACT, selectors.VERIFICATION),
}


@transaction.atomic
def figures_share(viewer: Viewer, programme: UUID, what: str) -> int:
    """Grants all parties the figures of `assistance` or of the `directory`; returns how many grants it gave.

    Records stay with those whom they concern. A grant in force is not given twice. Raises Hidden for who is no
    party.
    """
    parties.programme_for(viewer, programme)
    if what not in KINDS:
        raise Invalid({"what": _("Choose one from the list")})
    actor = viewer.actor
    held = gate.in_force().filter(
        owner=actor.organisation, audience=Audience.PARTIES, arrangement=programme, context=programme, about=None
    )
    known = {grant.data_kind for grant in held}
    missing = [kind for kind in KINDS[what] if kind not in known]
    for kind in missing:
        sharing.grant(
            actor,
            kind,
            Audience.PARTIES,
            arrangement=programme,
            context=programme,
            detail=Detail.FIGURE,
            ceiling="GREEN",
            purpose=_("The times of assistance") if what == "assistance" else _("The state of the contact directory"),
        )
    return len(missing)
