"""Decision kinds for commitments and for locking how a milestone is verified (FIN-01, FIN-02)."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.agreements import selectors as agreements
from trellis.core.conditions import Condition, Hidden
from trellis.core.coowned import Effect
from trellis.core.money import rounded
from trellis.funding import store
from trellis.funding.models import Commitment, Milestone, Protocol, Tranche
from trellis.funding.schemas import CommitmentMake, MilestoneLock, TranchePlan
from trellis.governance.registry import Context, DecisionKind, decision_kind, each_side
from trellis.parties import selectors as parties

OFFICERS = ("partner:coordinator", "donor:programme-officer")


def _make(payload: CommitmentMake, effect: Effect) -> None:
    names = ("title", "donor", "agreement", "currency", "total", "certainty")
    effect.insert(Commitment, payload.commitment, **{name: getattr(payload, name) for name in names})
    for plan in payload.tranches:
        fields = plan.model_dump(exclude={"id", "milestones"})
        effect.insert(Tranche, plan.id, commitment=payload.commitment, **fields)
        for milestone in plan.milestones:
            effect.insert(
                Milestone,
                milestone.id,
                commitment=payload.commitment,
                tranche=plan.id,
                **milestone.model_dump(exclude={"id"}),
            )


def plan_conditions(payload: CommitmentMake) -> list[Condition]:
    """What can be judged from the plan alone (FIN-01): every sum, date and milestone."""
    amounts = sum((t.amount for t in payload.tranches), store.ZERO)
    found = [
        Condition(_("The commitment has a title"), bool(payload.title.strip())),
        Condition(
            _("The total is an amount of money in one currency"),
            payload.total > 0 and len(payload.currency) == 3 and _exact(payload),
        ),
        Condition(_("The certainty is named"), payload.certainty in Commitment.Certainty.values),
        Condition(_("There is at least one tranche"), bool(payload.tranches)),
        Condition(
            _("The tranches add up to the commitment"),
            amounts == payload.total,
            _("%(sum)s of %(total)s") % {"sum": amounts, "total": payload.total},
        ),
        Condition(
            _("Each tranche has its own number"),
            len({t.number for t in payload.tranches}) == len(payload.tranches),
        ),
    ]
    for plan in payload.tranches:
        found += _tranche_conditions(plan)
    return found


def _exact(payload: CommitmentMake) -> bool:
    amounts = [payload.total, *(t.amount for t in payload.tranches)]
    amounts += [m.allocation for t in payload.tranches for m in t.milestones]
    return all(amount > 0 and rounded(amount, payload.currency) == amount for amount in amounts)


def _tranche_conditions(plan: TranchePlan) -> list[Condition]:
    said = {"n": plan.number}
    allocated = sum((m.allocation for m in plan.milestones), store.ZERO)
    titled = all(m.number.strip() and m.title.strip() for m in plan.milestones)
    return [
        Condition(_("Tranche %(n)s has at least one milestone") % said, bool(plan.milestones)),
        Condition(_("Each milestone of tranche %(n)s has a number and a title") % said, titled),
        Condition(
            _("The milestones of tranche %(n)s add up to it") % said,
            allocated == plan.amount,
            _("%(sum)s of %(total)s") % {"sum": allocated, "total": plan.amount},
        ),
        Condition(
            _("The dates of tranche %(n)s follow one another: earliest, planned, last") % said,
            plan.earliest <= plan.due <= plan.long_stop,
        ),
        Condition(_("Tranche %(n)s is planned in its year") % said, abs(plan.due.year - plan.year) <= 1),
    ]


def _make_unmet(payload: CommitmentMake, context: Context) -> list[Condition]:
    donors = parties.on_side(context.arrangement, "donor")
    signed = agreements.agreement(context.arrangement, payload.agreement)
    today = store.day_of(context.arrangement, context.at)
    holds = bool(signed and payload.donor in signed.donors and signed.starts_on <= today <= signed.ends_on)
    ids = [payload.commitment, *(t.id for t in payload.tranches)]
    ids += [m.id for t in payload.tranches for m in t.milestones]
    used = any(model.objects.filter(subject__in=ids).exists() for model in (Commitment, Tranche, Milestone))
    found = [
        *plan_conditions(payload),
        Condition(_("The donor is a donor of the programme"), payload.donor in donors),
        Condition(_("An agreement in force binds the donor"), holds, signed.title if signed else ""),
        Condition(_("The commitment is new"), not used and len(set(ids)) == len(ids)),
    ]
    if signed:
        found.append(_within_ceiling(payload, context, signed.currency, signed.ceiling))
    return found


def _within_ceiling(payload: CommitmentMake, context: Context, currency: str, ceiling: Decimal) -> Condition:
    rows = Commitment.objects.current().filter(stream=context.arrangement, agreement=payload.agreement)
    same = [row.total for row in rows if row.currency == currency]
    total = sum(same, payload.total)
    said = {"total": total, "ceiling": ceiling, "currency": currency}
    return Condition(
        _("All commitments together stay under the agreement's ceiling, in its currency"),
        payload.currency == currency and total <= ceiling,
        _("%(currency)s %(total)s of %(ceiling)s") % said,
    )


decision_kind(
    DecisionKind(
        name="commitment.make",
        title=gettext_lazy("Make a commitment of money"),
        payload=CommitmentMake,
        slots=each_side("coordinator", "programme-officer"),
        proposers=OFFICERS,
        organisations=lambda payload, context: {"donor": [payload.donor]},
        effect=_make,
        unmet=_make_unmet,
        describe=lambda payload: (
            _("%(title)s: %(currency)s %(total)s")
            % {"title": payload.title, "currency": payload.currency, "total": payload.total}
        ),
        about=lambda payload: payload.commitment,
    )
)


def donor_of(milestone: UUID, arrangement: UUID) -> dict[str, Sequence[UUID]]:
    """The donor whose key a milestone needs. Raises Hidden for a milestone of another programme."""
    plan = store.milestone(milestone, arrangement)
    return {"donor": [store.commitment(plan.commitment, arrangement).donor]}


def _lock(payload: MilestoneLock, effect: Effect) -> None:
    fields = payload.model_dump(exclude={"milestone"})
    if payload.version == 1:
        effect.insert(Protocol, payload.milestone, **fields)
    else:
        effect.replace(Protocol, payload.milestone, **fields)


def field_conditions(payload: MilestoneLock) -> list[Condition]:
    """FIN-02: every field of the protocol is filled."""
    fields = {
        _("Definition"): payload.definition.strip(),
        _("Unit"): payload.unit.strip(),
        _("Baseline"): payload.baseline is not None,
        _("Threshold"): payload.threshold is not None,
        _("Source"): payload.source.strip(),
        _("Verifier"): payload.verifier is not None,
        _("Procedure"): payload.procedure.strip(),
        _("Scalable or not"): payload.scalable is not None,
    }
    found = [
        Condition(_("Field: %(field)s") % {"field": name}, bool(there), "" if there else _("This field is missing."))
        for name, there in fields.items()
    ]
    if payload.baseline is not None and payload.threshold is not None:
        found.append(Condition(_("The threshold differs from the baseline"), payload.baseline != payload.threshold))
    if payload.version > 1:
        found.append(Condition(_("The change says why"), bool(payload.reason.strip())))
    return found


def _lock_unmet(payload: MilestoneLock, context: Context) -> list[Condition]:
    here = context.arrangement
    found = field_conditions(payload)
    last = store.protocol(payload.milestone)
    found.append(Condition(_("It follows the protocol in force"), payload.version == (last.version + 1 if last else 1)))
    if payload.verifier is not None:
        found += verifier_conditions(here, payload.milestone, payload.verifier)
    return found


def verifier_conditions(arrangement: UUID, milestone: UUID, verifier: UUID) -> list[Condition]:
    """FIN-03: the verifier has a verifier's seat, and neither claims nor pays."""
    seated = any(seat.organisation == verifier for seat in parties.seats_in(arrangement, "verifier"))
    try:
        payer = donor_of(milestone, arrangement)["donor"][0]
    except Hidden:
        payer = None
    name = parties.organisation_names([verifier]).get(verifier, "")
    partner = verifier in parties.on_side(arrangement, "partner")
    return [
        Condition(_("The verifier has a verifier's seat in the programme"), seated, name),
        Condition(_("The verifier does not claim: it is not on the partner side"), not partner, name),
        Condition(_("The verifier does not pay: it is not the donor"), verifier != payer, name),
    ]


decision_kind(
    DecisionKind(
        name="milestone.lock",
        title=gettext_lazy("Lock how a milestone is verified"),
        payload=MilestoneLock,
        slots=each_side("coordinator", "programme-officer"),
        proposers=OFFICERS,
        organisations=lambda payload, context: donor_of(payload.milestone, context.arrangement),
        effect=_lock,
        unmet=_lock_unmet,
        describe=lambda payload: _("Verification protocol, version %(version)s") % {"version": payload.version},
        about=lambda payload: payload.milestone,
    )
)
