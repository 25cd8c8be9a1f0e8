"""API of funding: the same services as the pages."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from ninja import Router, Schema, Status

from trellis.funding import selectors, services
from trellis.funding.schemas import CommitmentMake, MilestoneLock, TrancheView
from trellis.parties import selectors as parties

router = Router(tags=["funding"])


class ConditionOut(Schema):
    """One condition; `met` null cannot be judged yet."""

    name: str
    met: bool | None
    note: str
    holder: str


class MilestoneOut(Schema):
    """A milestone as it stands."""

    id: UUID
    number: str
    title: str
    allocation: Decimal
    protocol: int | None
    verifier: UUID | None
    scalable: bool
    claimed_at: datetime | None
    verified: bool | None
    accepted_at: datetime | None
    value: Decimal | None
    earned: Decimal
    committee_due: bool


class TrancheOut(Schema):
    """A tranche as it stands, with every condition."""

    id: UUID
    commitment: UUID
    donor: UUID
    number: int
    year: int
    amount: Decimal
    currency: str
    certainty: str
    earliest: date
    due: date
    long_stop: date
    state: str
    conditions: list[ConditionOut]
    milestones: list[MilestoneOut]
    earned: Decimal
    released: Decimal
    sent: Decimal
    received: Decimal


class CommitmentOut(Schema):
    """A commitment."""

    id: UUID
    title: str
    donor: UUID
    agreement: UUID
    currency: str
    total: Decimal
    certainty: str
    short_term: bool


class ClaimIn(Schema):
    """A claim: value, what the evidence shows, and subjects of evidence that the claimant keeps."""

    value: Decimal
    statement: str
    evidence: list[UUID]


class VerificationIn(Schema):
    """What the verifier found."""

    passed: bool
    value: Decimal
    report: str
    evidence: list[UUID] = []


class PaymentIn(Schema):
    """A payment made."""

    amount: Decimal
    paid_on: date
    reference: str = ""


class ReceiptIn(Schema):
    """What arrived of a payment."""

    amount: Decimal
    received_on: date
    disputed: bool = False
    reason: str = ""


class Proposed(Schema):
    """The decision that was proposed or whose key was turned, and what it is about."""

    decision: UUID
    about: UUID


class Recorded(Schema):
    """A record that was made, by its subject, with its hash."""

    subject: UUID
    content_hash: str


def _tranche(view: TrancheView) -> dict[str, Any]:
    names = [*TrancheOut.model_fields]
    held: dict[str, Any] = {name: getattr(view, name) for name in names}
    held["conditions"] = [
        {"name": str(c.name), "met": c.met, "note": str(c.note), "holder": str(c.holder)} for c in view.conditions
    ]
    held["milestones"] = [{name: getattr(m, name) for name in MilestoneOut.model_fields} for m in view.milestones]
    return held


def _proposed(decision: Any, about: UUID) -> Any:
    return Status(201, {"decision": decision.pk, "about": about})


def _recorded(row: Any) -> Any:
    return Status(201, {"subject": row.subject, "content_hash": row.content_hash})


@router.get("/programmes/{programme}/commitments", response=list[CommitmentOut])
def commitments(request: Any, programme: UUID) -> list[dict[str, Any]]:
    """Every commitment of a programme."""
    parties.programme_for(request.viewer, programme)
    names = ("title", "donor", "agreement", "currency", "total", "certainty")
    return [
        {
            "id": row.subject,
            "short_term": selectors.short_term(row.subject),
            **{name: getattr(row, name) for name in names},
        }
        for row in selectors.commitments(programme)
    ]


@router.post("/programmes/{programme}/commitments", response={201: Proposed})
def commitment_make(request: Any, programme: UUID, body: CommitmentMake) -> Any:
    """Proposes a commitment with its tranches and milestones."""
    return _proposed(services.commitment_make(request.viewer, programme, body), body.commitment)


@router.get("/programmes/{programme}/tranches", response=list[TrancheOut])
def tranches(request: Any, programme: UUID) -> list[dict[str, Any]]:
    """Every tranche with its state and every condition."""
    parties.programme_for(request.viewer, programme)
    return [_tranche(view) for view in selectors.tranches(programme)]


@router.get("/programmes/{programme}/tranches/{tranche}", response=TrancheOut)
def tranche(request: Any, programme: UUID, tranche: UUID) -> dict[str, Any]:
    """One tranche."""
    return _tranche(selectors.tranche(request.viewer, programme, tranche))


@router.post("/programmes/{programme}/tranches/{tranche}/release", response={201: Proposed})
def tranche_release(request: Any, programme: UUID, tranche: UUID) -> Any:
    """Turns the caller's key for releasing what the tranche has earned."""
    return _proposed(services.tranche_release(request.viewer, programme, tranche), tranche)


@router.post("/programmes/{programme}/milestones/{milestone}/lock", response={201: Proposed})
def milestone_lock(request: Any, programme: UUID, milestone: UUID, body: MilestoneLock) -> Any:
    """Proposes a verification protocol, or its change; the milestone is the one in the address."""
    said = body.model_copy(update={"milestone": milestone})
    return _proposed(services.milestone_lock(request.viewer, programme, said), milestone)


@router.post("/programmes/{programme}/milestones/{milestone}/claim", response={201: Recorded})
def claim_submit(request: Any, programme: UUID, milestone: UUID, body: ClaimIn) -> Any:
    """Submits evidence; it is shown to the verifier and the right-holders."""
    return _recorded(services.claim_submit(request.viewer, programme, milestone, **body.dict()))


@router.post("/programmes/{programme}/claims/{claim}/verify", response={201: Recorded})
def verification_record(request: Any, programme: UUID, claim: UUID, body: VerificationIn) -> Any:
    """Records what the verifier found; it is shown to every party."""
    return _recorded(services.verification_record(request.viewer, programme, claim, **body.dict()))


@router.post("/programmes/{programme}/milestones/{milestone}/accept", response={201: Proposed})
def milestone_accept(request: Any, programme: UUID, milestone: UUID) -> Any:
    """Turns the caller's key for accepting the newest verified claim."""
    return _proposed(services.milestone_accept(request.viewer, programme, milestone), milestone)


@router.post("/programmes/{programme}/releases/{release}/pay", response={201: Recorded})
def payment_sent(request: Any, programme: UUID, release: UUID, body: PaymentIn) -> Any:
    """Records a payment of a release."""
    return _recorded(services.payment_sent(request.viewer, programme, release, **body.dict()))


@router.post("/programmes/{programme}/payments/{payment}/receive", response={201: Recorded})
def payment_receipt(request: Any, programme: UUID, payment: UUID, body: ReceiptIn) -> Any:
    """Confirms or disputes a payment."""
    return _recorded(services.payment_receipt(request.viewer, programme, payment, **body.dict()))
