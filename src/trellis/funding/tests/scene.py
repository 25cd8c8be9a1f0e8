"""A programme with an agreement, consent and a commitment, made by calling the services."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from tests.world import World
from trellis.agreements import services as agreements
from trellis.agreements.schemas import CLAUSES, AgreementSign
from trellis.core import ids
from trellis.funding import services
from trellis.funding.schemas import CommitmentMake, MilestoneLock, MilestonePlan, TranchePlan
from trellis.governance import services as governance
from trellis.sharing import records
from trellis.sharing import services as sharing

D = Decimal
COORDINATOR, OFFICER, VERIFIER = "ministry:coordinator", "norvia:programme-officer", "evaluator:verifier"


def agreement(world: World, **changes: Any) -> AgreementSign:
    """A complete text, valid for five years, of Norvia and the partner."""
    said: dict[str, Any] = {
        "agreement": ids.new(),
        "version": 1,
        "title": "Memorandum with Norvia",
        "languages": ("en", "fr"),
        "starts_on": date(2026, 1, 1),
        "ends_on": date(2030, 12, 31),
        "donors": (world.org("norvia"),),
        "strands": ("policy", "technical-training", "long-term-capacity"),
        "currency": "EUR",
        "ceiling": D(9_000_000),
        **{name: f"What is agreed on {name}." for name in CLAUSES},
    }
    return AgreementSign(**{**said, **changes})


def signed(world: World, **changes: Any) -> AgreementSign:
    """The same, signed by both sides."""
    payload = agreement(world, **changes)
    decision = agreements.agreement_sign(world.viewer(COORDINATOR), world.programme, payload)
    governance.key_turn(world.viewer(OFFICER), decision.pk)
    return payload


def tranche(number: int = 1, amount: int = 1_000_000, parts: Sequence[int] = (), **changes: Any) -> TranchePlan:
    """A tranche due in June 2026 (one year later by each number), with milestones of `parts`."""
    year = 2025 + number
    milestones = tuple(
        MilestonePlan(id=ids.new(), number=f"{number}.{i}", title=f"Milestone {i}", allocation=D(part))
        for i, part in enumerate(parts or (amount,), 1)
    )
    said = {
        "id": ids.new(),
        "number": number,
        "year": year,
        "amount": D(amount),
        "earliest": date(year, 1, 1),
        "due": date(year, 6, 30),
        "long_stop": date(year, 12, 31),
        "milestones": milestones,
    }
    return TranchePlan(**{**said, **changes})


def plan(world: World, held: AgreementSign, tranches: Sequence[TranchePlan], **changes: Any) -> CommitmentMake:
    """A commitment of Norvia over these tranches."""
    said = {
        "commitment": ids.new(),
        "title": "Norvia, five years",
        "donor": world.org("norvia"),
        "agreement": held.agreement,
        "currency": "EUR",
        "total": sum((t.amount for t in tranches), D(0)),
        "certainty": "firm",
        "tranches": tuple(tranches),
    }
    return CommitmentMake(**{**said, **changes})


def protocol(world: World, milestone: UUID, **changes: Any) -> MilestoneLock:
    """A scalable count from 0 to 100, verified by the evaluator."""
    said = {
        "milestone": milestone,
        "version": 1,
        "definition": "First responders who pass the practical",
        "unit": "people",
        "baseline": D(0),
        "threshold": D(100),
        "source": "Register of results",
        "verifier": world.org("evaluator"),
        "procedure": "Check the register against a sample of ten",
        "scalable": True,
    }
    return MilestoneLock(**{**said, **changes})


@dataclass
class Scene:
    """The programme with everything in force, and one commitment."""

    world: World
    agreement: AgreementSign
    commitment: CommitmentMake
    consent: UUID

    @property
    def tranche(self) -> TranchePlan:
        return self.commitment.tranches[0]

    def milestone(self, place: int = 0, tranche: int = 0) -> UUID:
        return self.commitment.tranches[tranche].milestones[place].id

    def viewer(self, who: str) -> Any:
        return self.world.viewer(who)

    def lock(self, milestone: UUID, **changes: Any) -> None:
        decision = services.milestone_lock(
            self.viewer(COORDINATOR), self.world.programme, protocol(self.world, milestone, **changes)
        )
        governance.key_turn(self.viewer(OFFICER), decision.pk)

    def evidence(self, who: str = "cert:cert-lead", label: str = "AMBER") -> UUID:
        """A piece of evidence kept by the claimant; only its record matters here."""
        model: Any = records.kind_named("sharing.evidence").model
        sha = "0" * 64
        row = model(title="Results", name="r.csv", media_type="text/csv", size=1, sha256=sha, label=label)
        records.write(self.viewer(who).actor, [row])
        return UUID(str(row.subject))

    def claim(self, milestone: UUID, value: int = 100, who: str = "cert:cert-lead") -> Any:
        return services.claim_submit(
            self.viewer(who),
            self.world.programme,
            milestone,
            value=D(value),
            statement="As the register shows.",
            evidence=[self.evidence(who)],
        )

    def verify(self, claim: Any, who: str = VERIFIER, passed: bool = True, value: Any = None) -> Any:
        return services.verification_record(
            self.viewer(who),
            self.world.programme,
            claim.subject,
            passed=passed,
            value=claim.value if value is None else D(value),
            report="Checked on site.",
        )

    def accept(self, milestone: UUID, *who: str) -> Any:
        found = None
        for name in who or (COORDINATOR, OFFICER):
            found = services.milestone_accept(self.viewer(name), self.world.programme, milestone)
        return found

    def earn(self, milestone: UUID, value: int = 100) -> None:
        """Claim, verification and both keys."""
        self.verify(self.claim(milestone, value))
        self.accept(milestone)

    def release(self, *who: str, place: int = 0) -> Any:
        found = None
        for name in who or (OFFICER, COORDINATOR):
            found = services.tranche_release(
                self.viewer(name), self.world.programme, self.commitment.tranches[place].id
            )
        return found


def scene(world: World, tranches: Sequence[TranchePlan] = (), lock: bool = True, **changes: Any) -> Scene:
    """Builds it. Protocols of all milestones are locked unless `lock` is False."""
    held = signed(world)
    consent = sharing.consent_give(
        world.viewer("ministry").actor, world.programme, "programme", "The government consents."
    )
    made = plan(world, held, tranches or [tranche()], **changes)
    decision = services.commitment_make(world.viewer(OFFICER), world.programme, made)
    governance.key_turn(world.viewer(COORDINATOR), decision.pk)
    built = Scene(world, held, made, consent.subject)
    if lock:
        for part in made.tranches:
            for milestone in part.milestones:
                built.lock(milestone.id)
    return built
