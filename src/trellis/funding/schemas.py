"""Payloads of funding's decisions, and how other areas see its money."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from trellis.core.conditions import Condition
from trellis.governance.registry import Said


class MilestonePlan(Said):
    """A milestone of a tranche and the money it earns."""

    id: UUID
    number: str
    title: str
    allocation: Decimal


class TranchePlan(Said):
    """A tranche with its dates and milestones."""

    id: UUID
    number: int
    year: int
    amount: Decimal
    earliest: date
    due: date
    long_stop: date
    milestones: tuple[MilestonePlan, ...] = ()


class CommitmentMake(Said):
    """A commitment with all its tranches."""

    commitment: UUID
    title: str
    donor: UUID
    agreement: UUID
    currency: str
    total: Decimal
    certainty: str
    tranches: tuple[TranchePlan, ...]


class MilestoneLock(Said):
    """A verification protocol. Fields may be empty here, so that a refusal can list all that are."""

    milestone: UUID
    version: int
    definition: str = ""
    unit: str = ""
    baseline: Decimal | None = None
    threshold: Decimal | None = None
    source: str = ""
    verifier: UUID | None = None
    procedure: str = ""
    scalable: bool | None = None
    reason: str = ""


class MilestoneAccept(Said):
    """Accepts a verified claim; both are cited by id and hash. `earned` is all that it has earned so far."""

    milestone: UUID
    protocol_version: int
    claim: UUID
    claim_hash: str
    verification: UUID
    verification_hash: str
    claimant: UUID
    verifier: UUID
    value: Decimal
    earned: Decimal
    currency: str
    consent: UUID | None = None


class TrancheRelease(Said):
    """Releases what a tranche has earned and not had before."""

    release: UUID
    tranche: UUID
    amount: Decimal
    currency: str


STATES: dict[str, Any] = {
    "planned": _("planned"),
    "evidence in": _("evidence in"),
    "verified": _("verified"),
    "one key": _("one key"),
    "releasable": _("releasable"),
    "released": _("released"),
    "sent": _("sent"),
    "part paid": _("part paid"),
    "received": _("received"),
    "disputed": _("disputed"),
    "held": _("held"),
    "lapsed": _("lapsed"),
}


@dataclass(frozen=True)
class MilestoneView:
    """A milestone and how far it is. Times and ids only: claims themselves are read through the gate."""

    id: UUID
    number: str
    title: str
    allocation: Decimal
    protocol: int | None
    verifier: UUID | None
    scalable: bool
    claimed_at: datetime | None
    verified: bool | None
    keys: dict[str, bool]
    accept_decision: UUID | None
    accepted_at: datetime | None
    value: Decimal | None
    earned: Decimal
    committee_due: bool
    waiting_since: datetime | None


@dataclass(frozen=True)
class TrancheView:
    """A tranche as it stands: state and every reason, money earned, released, sent and received."""

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
    conditions: tuple[Condition, ...]
    milestones: tuple[MilestoneView, ...]
    earned: Decimal
    released: Decimal
    sent: Decimal
    received: Decimal
    release_decision: UUID | None = None
    release_keys: dict[str, bool] = field(default_factory=dict)

    @property
    def payable(self) -> Decimal:
        """Earned and not released yet."""
        return max(Decimal(0), self.earned - self.released)

    @property
    def reasons(self) -> tuple[Condition, ...]:
        """Every condition that is not met."""
        return tuple(c for c in self.conditions if c.met is not True)

    @property
    def words(self) -> str:
        """The state in the language of the page."""
        return str(STATES[self.state])
