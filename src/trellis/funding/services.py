"""Writes of funding: proposals on commitments, milestones and tranches, and the door to its records."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from trellis.core import clock, ids
from trellis.core.conditions import Blocked, Condition, Hidden, unmet
from trellis.funding import release_kinds, store
from trellis.funding.drafting import (
    draft_milestone_add,
    draft_milestone_drop,
    draft_payload,
    draft_save,
    draft_tranche_add,
    draft_tranche_drop,
)
from trellis.funding.evidence import claim_submit, verification_record
from trellis.funding.money_kinds import field_conditions, plan_conditions
from trellis.funding.payments import payment_receipt, payment_retract, payment_sent
from trellis.funding.schemas import CommitmentMake, MilestoneAccept, MilestoneLock, TrancheRelease
from trellis.governance import drafts, rights
from trellis.governance import services as governance
from trellis.governance.registry import Context, kind_named
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.sharing import selectors as sharing

__all__ = [
    "claim_submit",
    "commitment_draft_propose",
    "commitment_make",
    "draft_milestone_add",
    "draft_milestone_drop",
    "draft_payload",
    "draft_save",
    "draft_tranche_add",
    "draft_tranche_drop",
    "milestone_accept",
    "milestone_lock",
    "payment_receipt",
    "payment_retract",
    "payment_sent",
    "tranche_release",
    "verification_record",
]


def _ready(viewer: Viewer, arrangement: UUID, kind: str, message: str, found: list[Condition]) -> None:
    """Blocks with every unmet condition, for who may propose; who may not is refused by governance first."""
    parties.programme_for(viewer, arrangement)
    assert viewer.organisation
    missing = unmet(found)
    if missing and rights.may_propose(arrangement, kind_named(kind), viewer.person, viewer.organisation):
        raise Blocked(message % {"n": len(missing)}, missing)


def commitment_make(viewer: Viewer, arrangement: UUID, payload: CommitmentMake) -> Any:
    """Proposes a commitment with its tranches. Raises Blocked listing all that is wrong with it (FIN-01)."""
    message = _("Not ready: %(n)s conditions of the plan are not met.")
    _ready(viewer, arrangement, "commitment.make", message, plan_conditions(payload))
    return governance.propose(viewer, arrangement, "commitment.make", payload)


def commitment_draft_propose(viewer: Viewer, arrangement: UUID, draft: UUID) -> Any:
    """Proposes the commitment that a draft describes, and deletes the draft. Returns the decision."""
    row = drafts.draft(viewer, draft)
    decision = commitment_make(viewer, arrangement, draft_payload(row.data))
    drafts.delete(viewer, draft)
    return decision


def milestone_lock(viewer: Viewer, arrangement: UUID, payload: MilestoneLock) -> Any:
    """Proposes a verification protocol, or its change. Raises Blocked naming each missing field (FIN-02)."""
    store.milestone(payload.milestone, arrangement)
    message = _("Not ready to lock: %(n)s conditions are not met.")
    _ready(viewer, arrangement, "milestone.lock", message, field_conditions(payload))
    return governance.propose(viewer, arrangement, "milestone.lock", payload)


def milestone_accept(viewer: Viewer, arrangement: UUID, milestone: UUID) -> Any:
    """Turns the viewer's key for accepting the newest verified claim; proposes it where nobody has.

    Raises Blocked listing every unmet condition; Refused naming the holders of the right.
    """
    parties.programme_for(viewer, arrangement)
    plan = store.milestone(milestone, arrangement)
    payload = acceptance_of(arrangement, milestone)
    waiting = store.open_decision("milestone.accept", milestone)
    if waiting and payload and governance.content(_decision(waiting.decision)) == payload:
        return governance.key_turn(viewer, waiting.decision)
    message = _("Not accepted: %(n)s conditions are not met.")
    if payload is None:
        missing = [Condition(_("Milestone %(n)s: evidence submitted and verified") % {"n": plan.number}, False)]
        _ready(viewer, arrangement, "milestone.accept", message, missing)
        raise Blocked(message % {"n": 1}, missing)
    context = Context(arrangement, clock.now(), viewer.organisation)
    _ready(viewer, arrangement, "milestone.accept", message, release_kinds.accept_unmet(payload, context))
    return governance.propose(viewer, arrangement, "milestone.accept", payload)


def acceptance_of(arrangement: UUID, milestone: UUID) -> MilestoneAccept | None:
    """The acceptance that the newest verified claim asks for; None while there is nothing verified."""
    plan, held, claim = (
        store.milestone(milestone, arrangement),
        store.protocol(milestone),
        store.claim(milestone),
    )
    found = store.verification(claim.pk) if claim else None
    if held is None or claim is None or found is None:
        return None
    currency = store.commitment(plan.commitment).currency
    consents = sharing.consents_in_force(arrangement, "programme")
    return MilestoneAccept(
        milestone=milestone,
        protocol_version=held.version,
        claim=claim.pk,
        claim_hash=claim.content_hash,
        verification=found.pk,
        verification_hash=found.content_hash,
        claimant=claim.owner,
        verifier=found.owner,
        value=found.value,
        earned=store.money_earned(plan, held, found.value, currency),
        currency=currency,
        consent=min((row.subject for row in consents), default=None),
    )


def tranche_release(viewer: Viewer, arrangement: UUID, tranche: UUID) -> Any:
    """Releases what a tranche has earned: turns the viewer's key, proposing where nobody has.

    Raises Blocked listing every unmet condition of D1; Refused naming the holders of the right.
    """
    parties.programme_for(viewer, arrangement)
    row = store.tranche(tranche, arrangement)
    amount = store.earned(tranche) - store.released(tranche)
    waiting = store.open_decision("tranche.release", tranche)
    if waiting and governance.content(_decision(waiting.decision)).amount == amount:
        return governance.key_turn(viewer, waiting.decision)
    payload = TrancheRelease(
        release=ids.new(), tranche=tranche, amount=amount, currency=store.commitment(row.commitment).currency
    )
    context = Context(arrangement, clock.now(), viewer.organisation)
    message = _("Not released: %(n)s conditions are not met.")
    _ready(viewer, arrangement, "tranche.release", message, release_kinds.release_unmet(payload, context))
    return governance.propose(viewer, arrangement, "tranche.release", payload)


def _decision(id: UUID) -> Any:
    from trellis.governance.models import Decision

    found = Decision.objects.filter(pk=id).first()
    if found is None:
        raise Hidden()
    return found
