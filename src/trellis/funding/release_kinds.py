"""Decision kinds for accepting a milestone and releasing a tranche (FIN-03, D1, X-01)."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.core import formats
from trellis.core.conditions import Condition
from trellis.core.coowned import Effect
from trellis.funding import rule, store
from trellis.funding.models import Acceptance, Milestone, Protocol, Release
from trellis.funding.money_kinds import OFFICERS, donor_of
from trellis.funding.schemas import MilestoneAccept, TrancheRelease
from trellis.governance.registry import Context, DecisionKind, decision_kind, each_side
from trellis.parties import selectors as parties
from trellis.sharing import selectors as sharing


def _accept(payload: MilestoneAccept, effect: Effect) -> None:
    fields = payload.model_dump(exclude={"milestone", "currency"})
    standing = Acceptance.objects.current().filter(stream=effect.stream, subject=payload.milestone).exists()
    write = effect.replace if standing else effect.insert
    write(Acceptance, payload.milestone, **fields)


def accept_unmet(payload: MilestoneAccept, context: Context) -> list[Condition]:
    """Every condition of accepting: evidence, verification by protocol, independence, money, consent."""
    here = context.arrangement
    plan, held = store.milestone(payload.milestone, here), store.protocol(payload.milestone)
    tranche = store.tranche(plan.tranche, here)
    if held is None:
        return [Condition(_("Verification protocol locked by both sides"), False)]
    return [
        Condition(
            _("Verification protocol locked by both sides, in the version cited"),
            held.version == payload.protocol_version,
        ),
        *_evidence(payload, held, here),
        *_earned(payload, plan, held),
        *_consent(payload, plan, context),
        Condition(
            _("The last possible day is not passed"),
            store.day_of(here, context.at) <= tranche.long_stop,
            tranche.long_stop.isoformat(),
        ),
    ]


def _evidence(payload: MilestoneAccept, held: Protocol, here: UUID) -> list[Condition]:
    claim = store.claim_version(payload.claim)
    newest = store.claim(payload.milestone)
    verified = store.verification(payload.claim)
    cited = bool(claim and newest and newest.pk == claim.pk and claim.content_hash == payload.claim_hash)
    shown = bool(verified and verified.pk == payload.verification)
    shown = shown and verified is not None and verified.content_hash == payload.verification_hash
    by_protocol = bool(
        claim and verified and claim.protocol_version == verified.protocol_version == held.version
        and verified.owner == held.verifier
    )  # fmt: skip
    payer = donor_of(payload.milestone, here)["donor"][0]
    owner = verified.owner if verified else None
    names = parties.organisation_names([owner] if owner else [])
    claimed = bool(claim and claim.owner == payload.claimant)
    independent = owner is not None and claimed and owner == payload.verifier
    independent = independent and claim is not None and owner not in (claim.owner, payer)
    return [
        Condition(_("Evidence submitted: the claim cited is the newest"), cited),
        Condition(_("Verification passed, as cited"), shown and verified is not None and verified.passed),
        Condition(_("Verified by the protocol in force, by the verifier that it names"), by_protocol),
        Condition(
            _("Verified by somebody who neither claims nor pays"),
            independent,
            names.get(owner, "") if owner else "",
        ),
        Condition(_("The value is the one verified"), verified is not None and verified.value == payload.value),
    ]


def _earned(payload: MilestoneAccept, plan: Milestone, held: Protocol) -> list[Condition]:
    commitment = store.commitment(plan.commitment)
    worth = store.money_earned(plan, held, payload.value, commitment.currency)
    last = store.acceptance(payload.milestone)
    found = [
        Condition(
            _("The money earned follows from the value"),
            payload.earned == worth and payload.currency == commitment.currency,
            _("%(currency)s %(amount)s") % {"currency": commitment.currency, "amount": worth},
        )
    ]
    if not held.scalable:
        found.append(Condition(_("The threshold is reached: this milestone is all or nothing"), worth > 0))
    if last is not None:
        found.append(
            Condition(_("It earns more than was accepted before"), payload.earned > last.earned, str(last.earned))
        )
    return found


def _consent(payload: MilestoneAccept, plan: Milestone, context: Context) -> list[Condition]:
    in_force = {row.subject for row in sharing.consents_in_force(context.arrangement, "programme", at=context.at)}
    cited = payload.consent in in_force if payload.consent else not in_force
    others = [row for row in store.milestones(plan.tranche) if row.subject != plan.subject]
    last = all(store.acceptance(row.subject) for row in others)
    holder = rule.seats(context.arrangement, "coordinator", rule.coordinator_of(context.arrangement))
    found = [Condition(_("Consent stands as this acceptance says"), cited)]
    if last:
        name = _("Consent to the programme is in force when the last milestone is accepted")
        found.append(Condition(name, bool(in_force), "", "" if in_force else holder))
    return found


decision_kind(
    DecisionKind(
        name="milestone.accept",
        title=gettext_lazy("Accept a verified milestone"),
        payload=MilestoneAccept,
        slots=each_side("coordinator", "programme-officer"),
        proposers=OFFICERS,
        organisations=lambda payload, context: donor_of(payload.milestone, context.arrangement),
        effect=_accept,
        unmet=accept_unmet,
        describe=lambda payload: (
            _("A milestone is accepted; it has earned %(money)s")
            % {"money": formats.money(payload.earned, payload.currency)}
        ),
        about=lambda payload: payload.milestone,
    )
)


def _release(payload: TrancheRelease, effect: Effect) -> None:
    row = store.tranche(payload.tranche, effect.stream, None)
    effect.insert(Release, payload.release, commitment=row.commitment, tranche=payload.tranche, amount=payload.amount)


def release_unmet(payload: TrancheRelease, context: Context) -> list[Condition]:
    """D1, and that the amount is what has been earned and not released before (X-01)."""
    row = store.tranche(payload.tranche, context.arrangement)
    currency = store.commitment(row.commitment).currency
    due = store.earned(row.subject) - store.released(row.subject)
    new = not Release.objects.filter(subject=payload.release).exists()
    return [
        *rule.conditions(row, context.at),
        Condition(
            _("The amount is what was earned and not released before"),
            payload.amount == due and payload.amount > 0 and payload.currency == currency and new,
            _("%(currency)s %(amount)s") % {"currency": currency, "amount": due},
        ),
    ]


def _donor(payload: TrancheRelease, context: Context) -> dict[str, Sequence[UUID]]:
    row = store.tranche(payload.tranche, context.arrangement)
    return {"donor": [store.commitment(row.commitment).donor]}


decision_kind(
    DecisionKind(
        name="tranche.release",
        title=gettext_lazy("Release a tranche"),
        payload=TrancheRelease,
        slots=each_side("coordinator", "programme-officer"),
        proposers=OFFICERS,
        organisations=_donor,
        effect=_release,
        unmet=release_unmet,
        describe=lambda payload: (
            _("%(money)s are released") % {"money": formats.money(payload.amount, payload.currency)}
        ),
        about=lambda payload: payload.tranche,
    )
)
