"""Payments: what the donor says it sent, what the partner says arrived; both shown to every party."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.core import clock, ledger
from trellis.core.conditions import Hidden, Invalid, Refused
from trellis.core.money import rounded
from trellis.funding import rule, store
from trellis.funding.models import PaymentReceipt, PaymentSent, Release
from trellis.governance import rights
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.sharing import gate, records
from trellis.sharing import services as sharing


def _to_all(viewer: Viewer, arrangement: UUID, kind: str, subject: UUID) -> None:
    for party in parties.parties(arrangement):
        if party.organisation != viewer.organisation:
            audience: dict[str, Any] = {"audience": "organisation", "organisation": party.organisation}
            sharing.carry(viewer.actor, kind, subject, audience, _("Money of the programme, known to all parties"))


@transaction.atomic
def payment_sent(
    viewer: Viewer, arrangement: UUID, release: UUID, *, amount: Decimal, paid_on: date, reference: str = ""
) -> PaymentSent:
    """The donor's programme officer records a payment of a release.

    Raises Refused for anybody else, Invalid for more than was released, or a day to come.
    """
    parties.programme_for(viewer, arrangement)
    row = Release.objects.current().filter(stream=arrangement, subject=release).first()
    if row is None:
        raise Hidden()
    commitment = store.commitment(row.commitment)
    if viewer.organisation != commitment.donor or not rights.may(
        arrangement, viewer.person, commitment.donor, "programme-officer"
    ):
        holders = rights.holders(arrangement, commitment.donor, "programme-officer")
        raise Refused(_("Only the donor records what it paid."), holders)
    ledger.lock(arrangement)  # two officers recording at once must not pay a release twice
    paid = sum((p.sent.amount for p in store.payments([row.tranche]) if p.sent.release == release), store.ZERO)
    wrong: dict[str, str] = {}
    if amount <= 0 or rounded(amount, commitment.currency) != amount:
        wrong["amount"] = _("Enter an amount of money.")
    elif paid + amount > row.amount:
        said = {"rest": row.amount - paid, "currency": commitment.currency}
        wrong["amount"] = _("Of this release %(currency)s %(rest)s are unpaid.") % said
    if paid_on > store.day_of(arrangement, clock.now()):
        wrong["paid_on"] = _("A payment is recorded when it has been made.")
    if paid_on < store.day_of(arrangement, row.at):
        wrong["paid_on"] = _("This day lies before the release.")
    if wrong:
        raise Invalid(wrong)
    made = PaymentSent(
        release=release,
        tranche=row.tranche,
        amount=amount,
        currency=commitment.currency,
        paid_on=paid_on,
        reference=reference,
        said_by=viewer.organisation,
        context=row.commitment,
    )
    records.write(viewer.actor, [made])
    _to_all(viewer, arrangement, "funding.payment-sent", made.subject)
    return made


def payment_retract(viewer: Viewer, payment: UUID, why: str) -> PaymentSent:
    """The donor takes back a payment that it recorded by mistake, saying why."""
    if not why.strip():
        raise Invalid({"why": _("Say why.")})
    last: PaymentSent = gate.get(PaymentSent, viewer, payment, _("Correction"))
    return records.retract(last, viewer.actor, why)


@transaction.atomic
def payment_receipt(
    viewer: Viewer,
    arrangement: UUID,
    payment: UUID,
    *,
    amount: Decimal,
    received_on: date,
    disputed: bool = False,
    reason: str = "",
) -> PaymentReceipt:
    """The partner's coordinator says what arrived of a payment, or disputes it with a reason.

    Saying it again corrects what was said before. Raises Refused for anybody else.
    """
    parties.programme_for(viewer, arrangement)
    sent: PaymentSent = gate.get(PaymentSent, viewer, payment, _("Receipt"))
    payee = rule.coordinator_of(arrangement)
    if payee is None or viewer.organisation != payee or not rights.may(
        arrangement, viewer.person, payee, "coordinator"
    ):  # fmt: skip
        holders = rights.holders(arrangement, payee, "coordinator") if payee else []
        raise Refused(_("Only the payee records what arrived."), holders)
    wrong: dict[str, str] = {}
    if disputed and not reason.strip():
        wrong["reason"] = _("Say what is wrong with the payment.")
    if not 0 <= amount <= sent.amount:
        wrong["amount"] = _("Enter what arrived of this payment.")
    elif amount < sent.amount and not disputed:
        wrong["amount"] = _("Less arrived than was sent; dispute the rest.")
    if received_on > store.day_of(arrangement, clock.now()):
        wrong["received_on"] = _("A receipt is recorded when the money has arrived.")
    if wrong:
        raise Invalid(wrong)
    said = {"amount": amount, "received_on": received_on, "disputed": disputed, "reason": reason}
    own: PaymentReceipt | None = (
        PaymentReceipt.records.privileged().as_of(None).filter(payment=sent.subject, owner=payee).first()
    )
    if own is not None:
        return records.correct(own, viewer.actor, _("Said again"), **said)
    made = PaymentReceipt(payment=sent.subject, tranche=sent.tranche, said_by=payee, context=sent.context, **said)
    records.write(viewer.actor, [made])
    _to_all(viewer, arrangement, "funding.payment-receipt", made.subject)
    return made
