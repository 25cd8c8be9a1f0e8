"""Data kinds of the regional area, its parameter, and the decision on help (REG-03, REG-09)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.core.context import address
from trellis.core.coowned import Effect
from trellis.governance.parameters import declare
from trellis.governance.registry import Context, DecisionKind, decision_kind, each_party
from trellis.parties import selectors as parties
from trellis.regional import assistance, selectors
from trellis.regional.models import Cert, Contact, Help, Move, Offer, Request, Verification
from trellis.regional.schemas import HelpAgree
from trellis.sharing.records import DataKind, data_kind

data_kind(
    DataKind(
        selectors.CERT,
        Cert,
        gettext_lazy("Regional CERT"),
        gettext_lazy("Mandate, members, services and maturity of a regional CERT"),
        search=("name", "mandate"),
    )
)
data_kind(
    DataKind(
        selectors.CONTACT,
        Contact,
        gettext_lazy("Contact of a regional CERT"),
        gettext_lazy("How a member is reached: channel, address, key fingerprint, hours"),
        search=("member", "duty"),
    )
)
data_kind(
    DataKind(
        selectors.VERIFICATION,
        Verification,
        gettext_lazy("Verification of a contact"),
        gettext_lazy("When a contact was confirmed, by whom and how; at figure detail the shares alone"),
    )
)
data_kind(
    DataKind(
        selectors.REQUEST,
        Request,
        gettext_lazy("Request for assistance"),
        gettext_lazy("What help is needed, how severe it is, who was asked; at figure detail the times alone"),
        search=("title", "text"),
    )
)
data_kind(
    DataKind(
        selectors.OFFER,
        Offer,
        gettext_lazy("Offer of assistance"),
        gettext_lazy("What is offered on which terms; at figure detail the times alone"),
        search=("text",),
    )
)
data_kind(
    DataKind(
        selectors.MOVE,
        Move,
        gettext_lazy("Step in a request for assistance"),
        gettext_lazy("Declined, withdrawn, arrived or closed, and when; at figure detail the times alone"),
    )
)
declare(
    selectors.LIMIT,
    "180",
    "days",
    "Duty desks change hands about twice a year; the requirement sets no limit.",
)


def _effect(payload: HelpAgree, effect: Effect) -> None:
    effect.insert(
        Help,
        payload.offer,
        request=payload.request,
        asker=payload.asker,
        helper=payload.helper,
        offer_version=payload.offer_version,
        offer_hash=payload.offer_hash,
        agreed_at=effect.at,
    )


def _both(payload: HelpAgree, context: Context) -> dict[str, Sequence[UUID]]:
    return {"party": [payload.asker, payload.helper]}


def _words(payload: HelpAgree) -> str:
    names = parties.organisation_names([payload.asker, payload.helper])
    given = {"helper": names.get(payload.helper, ""), "asker": names.get(payload.asker, "")}
    return _("%(helper)s helps %(asker)s") % given


def _shown(payload: HelpAgree, context: Context) -> dict[str, Any]:
    """Names, and the address of the request, which only those whom it concerns can open."""
    names = parties.organisation_names([payload.asker, payload.helper])
    sides = parties.sides(context.arrangement)
    return {
        "asker": names.get(payload.asker, ""),
        "asker_on": sides.get(payload.asker, ""),
        "helper": names.get(payload.helper, ""),
        "helper_on": sides.get(payload.helper, ""),
        "request_url": address("regional:request", context.arrangement, payload.request),
    }


# What is offered stays in the record of who offers: the decision cites it by version and hash.
decision_kind(
    DecisionKind(
        name=assistance.AGREE,
        title=gettext_lazy("Agree on help that was offered"),
        payload=HelpAgree,
        slots=each_party("cert-lead"),
        proposers=("cert-lead",),
        organisations=_both,
        effect=_effect,
        unmet=lambda payload, context: assistance.offer_conditions(context.arrangement, payload),
        describe=_words,
        about=lambda payload: payload.offer,
        template="regional/help_payload.html",
        shown=_shown,
    )
)
