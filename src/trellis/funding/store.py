"""Plain reads of funding's own tables for its kinds, services and selectors. Other areas use selectors."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from trellis.calc import funding as calc
from trellis.core.conditions import Hidden
from trellis.core.money import minor_units
from trellis.funding import book
from trellis.funding.book import Paid, Standing
from trellis.funding.models import (
    Acceptance,
    Claim,
    Commitment,
    Milestone,
    Protocol,
    Release,
    Tranche,
    Verification,
)
from trellis.governance.models import Key
from trellis.parties import selectors as parties

ZERO = Decimal(0)


def day_of(arrangement: UUID, at: datetime) -> date:
    """The calendar day of a moment where the programme is."""
    return at.astimezone(ZoneInfo(parties.programme(arrangement).time_zone)).date()


def _one(model: Any, subject: UUID, arrangement: UUID | None, at: datetime | None) -> Any:
    if held := book.current(at):
        return held.rows[model].get(subject)
    rows = model.objects.as_of(at).filter(subject=subject)
    return (rows.filter(stream=arrangement) if arrangement else rows).first()


def commitment(subject: UUID, arrangement: UUID | None = None, at: datetime | None = None) -> Commitment:
    """One commitment. Raises Hidden when there is none."""
    found: Commitment | None = _one(Commitment, subject, arrangement, at)
    if found is None:
        raise Hidden()
    return found


def tranche(subject: UUID, arrangement: UUID | None = None, at: datetime | None = None) -> Tranche:
    """One tranche. Raises Hidden when there is none."""
    found: Tranche | None = _one(Tranche, subject, arrangement, at)
    if found is None:
        raise Hidden()
    return found


def milestone(subject: UUID, arrangement: UUID | None = None, at: datetime | None = None) -> Milestone:
    """One milestone. Raises Hidden when there is none."""
    found: Milestone | None = _one(Milestone, subject, arrangement, at)
    if found is None:
        raise Hidden()
    return found


def protocol(subject: UUID, at: datetime | None = None) -> Protocol | None:
    """The protocol of a milestone as locked, or None."""
    found: Protocol | None = _one(Protocol, subject, None, at)
    return found


def acceptance(subject: UUID, at: datetime | None = None) -> Acceptance | None:
    """The last acceptance of a milestone, or None."""
    found: Acceptance | None = _one(Acceptance, subject, None, at)
    return found


def milestones(tranche: UUID, at: datetime | None = None) -> list[Milestone]:
    """The milestones of a tranche in order."""
    if held := book.current(at):
        return list(held.milestones.get(tranche, ()))
    return list(Milestone.objects.as_of(at).filter(tranche=tranche).order_by("number", "subject"))


def released(tranche: UUID, at: datetime | None = None) -> Decimal:
    """All money of a tranche released so far."""
    if held := book.current(at):
        return held.released.get(tranche, ZERO)
    return sum((row.amount for row in Release.objects.as_of(at).filter(tranche=tranche)), ZERO)


def earned(tranche: UUID, at: datetime | None = None) -> Decimal:
    """All money of a tranche earned so far by accepted milestones."""
    found = (acceptance(row.subject, at) for row in milestones(tranche, at))
    return sum((row.earned for row in found if row), ZERO)


def claim(milestone: UUID, at: datetime | None = None) -> Claim | None:
    """The newest claim of a milestone."""
    if held := book.current(at):
        return held.claims.get(milestone)
    rows = Claim.records.privileged().as_of(at).filter(milestone=milestone)
    found: Claim | None = rows.order_by("-recorded_at", "-id").first()
    return found


def claim_version(id: UUID) -> Claim | None:
    """One version of a claim, as cited, if it is still the newest."""
    found: Claim | None = Claim.records.privileged().as_of(None).filter(pk=id).first()
    return found


def verification(claim: UUID, at: datetime | None = None) -> Verification | None:
    """The newest verification of one version of a claim."""
    if held := book.current(at):
        return held.verifications.get(claim)
    rows = Verification.records.privileged().as_of(at).filter(claim=claim)
    found: Verification | None = rows.order_by("-recorded_at", "-id").first()
    return found


def payments(tranches: Sequence[UUID], at: datetime | None = None) -> list[Paid]:
    """Payments of tranches with their newest receipt, by day."""
    if held := book.current(at):
        return [one for tranche in tranches for one in held.paid.get(tranche, ())]
    return book.payments(list(tranches), at)


def money_earned(plan: Milestone, held: Protocol, value: Decimal, currency: str) -> Decimal:
    """X-01 for a scalable milestone; otherwise all of it once the threshold is reached, nothing before."""
    pay = calc.partial_pay(
        plan.allocation, value, held.baseline, held.threshold, ZERO, minor_units=minor_units(currency)
    )
    if pay.earned is None:
        return ZERO
    if held.scalable:
        return pay.earned
    return plan.allocation if pay.share == 1 else ZERO


def open_decision(kind: str, about: UUID, at: datetime | None = None) -> Standing | None:
    """The newest proposal of a kind about a subject that is open, or was at a moment."""
    if (held := book.current(at)) and kind in book.KINDS:
        return held.standing.get((kind, about))
    return book.standing([kind], [about], at).get((kind, about))


def keys_of(decision: UUID | None) -> dict[str, Key]:
    """The standing keys of a decision by side."""
    if decision is None:
        return {}
    found = Key.objects.filter(slot__decision=decision, taken_back=None).select_related("slot")
    return {key.slot.side: key for key in found}
