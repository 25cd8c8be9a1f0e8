"""Money: promised against paid, tranches with their reasons, milestones.

Commitments, tranches, releases and acceptances are co-owned, and the decision to publish opens them. Payments and
receipts are records: they are in it where donor and payee have opened them to the reader.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from trellis.core.money import minor_units
from trellis.funding import selectors as funding
from trellis.funding.schemas import MilestoneView, TrancheView
from trellis.parties import selectors as parties
from trellis.publishing.scope import Scope, number

SENT, RECEIVED = "funding.payment-sent", "funding.payment-receipt"
PAID_STATES = ("sent", "received", "disputed")  # known only from payments and receipts
ZERO = Decimal(0)


def amount(value: Decimal | None, currency: str) -> str | None:
    """Money as text at the currency's own scale."""
    if value is None:
        return None
    return format(value.quantize(Decimal(1).scaleb(-minor_units(currency))), "f")


def _sent(scope: Scope, view: TrancheView) -> list[Any] | None:
    """The payments of a tranche, or None where the donor has not opened them."""
    if not scope.reader.opens(view.donor, SENT):
        scope.gap("money", f"payments:{view.donor}", "not opened", [view.donor])
        return None
    return funding.payments_made([view.id], scope.as_of)


def _received(scope: Scope, paid: Sequence[Any] | None) -> Decimal | None:
    """What payees said has arrived, or None where that is not open or nobody has said."""
    if paid is None:
        return None
    said = [p.receipt for p in paid if p.receipt is not None]
    closed = sorted({row.owner for row in said if not scope.reader.opens(row.owner, RECEIVED)})
    if closed:
        scope.gap("money", "receipts", "not opened", closed)
        return None
    return sum((row.amount for row in said), ZERO) if said or not paid else None


def money(scope: Scope) -> list[dict[str, Any]]:
    """Each commitment: promised, released, paid and received."""
    names = parties.organisation_names()
    views = funding.tranches(scope.here, scope.as_of)
    found = []
    for row in funding.commitments(scope.here, scope.as_of):
        mine = [view for view in views if view.commitment == row.subject]
        paid = [_sent(scope, view) for view in mine]
        got = [_received(scope, one) for one in paid]
        sent = sum((p.sent.amount for one in paid if one for p in one), ZERO)
        found.append(
            {
                "id": str(row.subject),
                "title": row.title,
                "donor": names.get(row.donor, ""),
                "donor_id": str(row.donor),
                "currency": row.currency,
                "certainty": row.certainty,
                "on": row.at.date().isoformat(),
                "promised": amount(row.total, row.currency),
                "due": amount(sum((v.amount for v in mine if v.due <= scope.day), ZERO), row.currency),
                "released": amount(sum((v.released for v in mine), ZERO), row.currency),
                "sent": None if None in paid else amount(sent, row.currency),
                "received": None if None in got else amount(sum((g or ZERO for g in got), ZERO), row.currency),
            }
        )
    return found


def _reasons(scope: Scope, view: TrancheView) -> list[dict[str, Any]]:
    """Every condition that is not met: milestone number, the test by its English name, and whether it is too early.

    Names nobody.
    """
    if view.released == view.amount:
        return []
    hidden = {m.number for m in view.milestones if f"milestone:{m.id}" in scope.withheld}
    found: list[dict[str, Any]] = []
    for condition in view.reasons:
        milestone, test = "", condition.name
        if condition.url:
            head, _sep, test = condition.name.partition(": ")
            milestone = next((m.number for m in view.milestones if head == f"Milestone {m.number}"), "")
        if milestone in hidden:
            milestone, test = "", "A milestone that is not shown"
        said = {"milestone": milestone, "test": test, "early": condition.met is None}
        if said not in found:
            found.append(said)
    return found


def tranches(scope: Scope) -> list[dict[str, Any]]:
    """ACC-06: each tranche with its state and every reason."""
    names = parties.organisation_names()
    found = []
    for view in funding.tranches(scope.here, scope.as_of):
        paid = _sent(scope, view)
        state = "released" if paid is None and view.state in PAID_STATES else view.state
        if view.state == "disputed" and _received(scope, paid) is None:
            state = "sent" if paid is not None else "released"
        if view.state == "received" and paid is not None and _received(scope, paid) is None:
            state = "sent"
        found.append(
            {
                "id": str(view.id),
                "commitment": str(view.commitment),
                "number": view.number,
                "donor": names.get(view.donor, ""),
                "year": view.year,
                "currency": view.currency,
                "amount": amount(view.amount, view.currency),
                "earliest": view.earliest.isoformat(),
                "due": view.due.isoformat(),
                "long_stop": view.long_stop.isoformat(),
                "state": state,
                "late": view.due < scope.day and view.released < view.amount,
                "reasons": _reasons(scope, view),
                "released": amount(view.released, view.currency),
                "payments": None
                if paid is None
                else [{"on": p.sent.paid_on.isoformat(), "amount": amount(p.sent.amount, view.currency)} for p in paid],
            }
        )
    return found


def _state(row: MilestoneView, view: TrancheView, scope: Scope) -> str:
    if row.accepted_at:
        return "accepted"
    if row.verified is False:
        return "not passed"
    if row.verified:
        return "verified"
    if row.claimed_at:
        return "evidence in"
    return "late" if view.due < scope.day else "planned"


def milestones(scope: Scope) -> list[dict[str, Any]]:
    """Each milestone with its state; the partner may withhold one under a reason code."""
    return [
        {
            "id": str(row.id),
            "tranche": str(view.id),
            "number": row.number,
            "title": row.title,
            "state": _state(row, view, scope),
            "late": view.due < scope.day and row.accepted_at is None,
            "due": view.due.isoformat(),
            "accepted_on": row.accepted_at.date().isoformat() if row.accepted_at else None,
            "value": number(row.value),
        }
        for view in funding.tranches(scope.here, scope.as_of)
        for row in view.milestones
        if scope.keep("milestones", f"milestone:{row.id}", f"{row.number} {row.title}")
    ]
