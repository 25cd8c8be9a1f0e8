"""D1: when a tranche may be released. Every unmet test is named, not the first only.

What is not known is not met, and silence is never an acceptance.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta


@dataclass(frozen=True)
class Condition:
    """One test. `met` is None where it cannot be judged, which never counts as met.

    `holder` is who can make it met; `subject` the id of the milestone it is about, if any.
    """

    name: str
    met: bool | None
    holder: str = ""
    note: str = ""
    subject: str = ""


@dataclass(frozen=True)
class MilestoneState:
    """What is recorded about one milestone. None is not recorded.

    `protocol_locked`: the verification protocol is locked by both sides. `verifier`, `claimant` and `payer`
    are organisation ids: the verifier is neither of the others. `holders` names who can meet each test, by
    its name.
    """

    id: str
    protocol_locked: bool | None = None
    evidence_submitted: bool | None = None
    verified: bool | None = None
    verifier: str | None = None
    claimant: str | None = None
    payer: str | None = None
    donor_accepted: bool | None = None
    partner_accepted: bool | None = None
    holders: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class TrancheState:
    """What is recorded about one tranche. None is not recorded.

    `consent_when_earned`: programme consent was in force when the last milestone was accepted, so a later
    withdrawal forfeits nothing. `open_rights_blocks` counts open blocking rights decisions.
    """

    id: str
    milestones: tuple[MilestoneState, ...]
    agreement_in_force: bool | None = None
    consent_when_earned: bool | None = None
    open_rights_blocks: int | None = None
    earliest: date | None = None
    long_stop: date | None = None
    holders: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Release:
    """Every test of a tranche on one day."""

    conditions: tuple[Condition, ...]

    @property
    def releasable(self) -> bool:
        """True only when each test is met."""
        return bool(self.conditions) and not self.unmet

    @property
    def unmet(self) -> tuple[Condition, ...]:
        """Every test that fails or cannot be judged."""
        return tuple(condition for condition in self.conditions if condition.met is not True)


AGREEMENT = "agreement in force"
CONSENT = "consent in force when earned"
RIGHTS = "no open rights block"
HAS_MILESTONE = "at least one milestone"
EARLIEST = "earliest date reached"
LONG_STOP = "long-stop date not passed"
PROTOCOL = "protocol locked"
EVIDENCE = "evidence submitted"
VERIFIED = "verification passed"
INDEPENDENT = "verifier independent"
DONOR = "accepted by donor"
PARTNER = "accepted by partner"


def release(tranche: TrancheState, day: date) -> Release:
    """Whether `tranche` may be released on `day`, and every test with its holder (D1)."""
    blocks = tranche.open_rights_blocks
    tests: list[tuple[str, bool | None, str]] = [
        (AGREEMENT, tranche.agreement_in_force, ""),
        (CONSENT, tranche.consent_when_earned, ""),
        (RIGHTS, None if blocks is None else blocks == 0, f"{blocks} open" if blocks else ""),
        (HAS_MILESTONE, bool(tranche.milestones), ""),
        (EARLIEST, None if tranche.earliest is None else tranche.earliest <= day, _on(tranche.earliest)),
        (LONG_STOP, None if tranche.long_stop is None else day <= tranche.long_stop, _on(tranche.long_stop)),
    ]
    conditions = [Condition(name, met, tranche.holders.get(name, ""), note) for name, met, note in tests]
    for milestone in tranche.milestones:
        conditions += milestone_conditions(milestone)
    return Release(tuple(conditions))


def milestone_conditions(milestone: MilestoneState) -> list[Condition]:
    """The tests of one milestone."""
    others = (milestone.claimant, milestone.payer)
    known = milestone.verifier is not None and None not in others
    tests: list[tuple[str, bool | None]] = [
        (PROTOCOL, milestone.protocol_locked),
        (EVIDENCE, milestone.evidence_submitted),
        (VERIFIED, milestone.verified),
        (INDEPENDENT, milestone.verifier not in others if known else None),
        (DONOR, milestone.donor_accepted),
        (PARTNER, milestone.partner_accepted),
    ]
    return [
        Condition(
            name,
            met,
            milestone.holders.get(name, ""),
            "" if met is not None else "not recorded",
            milestone.id,
        )
        for name, met in tests
    ]


def committee_due(submitted_on: date | None, day: date, days: int = 30) -> bool:
    """Whether an item left without an answer goes to the steering committee: more than `days` after
    submission.
    """
    return submitted_on is not None and day > submitted_on + timedelta(days=days)


def _on(day: date | None) -> str:
    return "no date recorded" if day is None else day.isoformat()
