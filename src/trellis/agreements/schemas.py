"""What an agreement is made of, and how other areas see one."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from trellis.governance.registry import Said

# EXI-01: what an agreement must say before it can be in force.
CLAUSES: dict[str, Any] = {
    "deliverables": _("Deliverables"),
    "milestones": _("Milestones"),
    "exit_strategy": _("Exit strategy"),
    "scope": _("Scope"),
    "obligations": _("Obligations of each side"),
    "consent_basis": _("Basis of consent"),
}
# NA-01: the three strands of a programme plan.
STRANDS: dict[str, Any] = {
    "policy": _("Policy"),
    "technical-training": _("Technical training"),
    "long-term-capacity": _("Long-term capacity"),
}


class AgreementSign(Said):
    """The whole text of one version. Clauses may be empty here, so that a refusal can list all that are."""

    agreement: UUID
    version: int
    title: str
    languages: tuple[str, ...]
    starts_on: date
    ends_on: date
    donors: tuple[UUID, ...]
    deliverables: str = ""
    milestones: str = ""
    exit_strategy: str = ""
    scope: str = ""
    obligations: str = ""
    consent_basis: str = ""
    activities: tuple[UUID, ...] = ()
    strands: tuple[str, ...] = ()
    currency: str
    ceiling: Decimal
    change: str = ""

    @property
    def clauses(self) -> dict[str, str]:
        """Text by clause."""
        return {name: getattr(self, name) for name in CLAUSES}


@dataclass(frozen=True)
class AgreementView:
    """An agreement in one version, for other areas."""

    id: UUID
    version: int
    title: str
    starts_on: date
    ends_on: date
    donors: frozenset[UUID]
    activities: frozenset[UUID]
    strands: frozenset[str]
    currency: str
    ceiling: Decimal

    def covers(self, activity: UUID, strand: str = "") -> bool:
        """Whether an activity lies in the scope: named itself, or of a strand that is (EXI-02)."""
        return activity in self.activities or strand in self.strands
