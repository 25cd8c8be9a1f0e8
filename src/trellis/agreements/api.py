"""API of agreements: reading them, and proposing one for signature."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from ninja import Router, Schema, Status

from trellis.agreements import selectors, services
from trellis.agreements.schemas import AgreementSign
from trellis.core import clock
from trellis.parties import selectors as parties

router = Router(tags=["agreements"])


class AgreementOut(Schema):
    """One version of an agreement."""

    agreement: UUID
    version: int
    title: str
    languages: list[str]
    starts_on: date
    ends_on: date
    donors: list[UUID]
    deliverables: str
    milestones: str
    exit_strategy: str
    scope: str
    obligations: str
    consent_basis: str
    activities: list[UUID]
    strands: list[str]
    currency: str
    ceiling: Decimal
    change: str
    in_force: bool


class Proposed(Schema):
    """The decision that was proposed, and what it is about."""

    decision: UUID
    about: UUID


def _shown(row: Any) -> dict[str, Any]:
    return {**selectors.facts(row), "in_force": row.starts_on <= clock.today() <= row.ends_on}


@router.get("/programmes/{programme}/agreements", response=list[AgreementOut])
def agreements(request: Any, programme: UUID) -> list[dict[str, Any]]:
    """Every agreement in the version signed last."""
    parties.programme_for(request.viewer, programme)
    return [_shown(selectors.versions(request.viewer, programme, row.id)[0]) for row in selectors.agreements(programme)]


@router.get("/programmes/{programme}/agreements/{agreement}", response=list[AgreementOut])
def agreement_versions(request: Any, programme: UUID, agreement: UUID) -> list[dict[str, Any]]:
    """All versions of one agreement, newest first."""
    return [_shown(row) for row in selectors.versions(request.viewer, programme, agreement)]


@router.post("/programmes/{programme}/agreements", response={201: Proposed})
def agreement_sign(request: Any, programme: UUID, body: AgreementSign) -> Any:
    """Proposes a version for signature; a missing clause is refused with all that are missing."""
    decision = services.agreement_sign(request.viewer, programme, body)
    return Status(201, {"decision": decision.pk, "about": body.agreement})
