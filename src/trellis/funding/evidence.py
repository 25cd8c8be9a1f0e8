"""Records of a milestone: claims with their evidence, and what the verifier found (FIN-03)."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.core import clock
from trellis.core.conditions import Blocked, Condition, Conflict, Invalid, Refused, unmet
from trellis.core.labels import up_to
from trellis.funding import rule, store
from trellis.funding.models import Claim, Milestone, Protocol, Verification
from trellis.governance import rights
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.sharing import gate, records
from trellis.sharing import services as sharing

CLAIM, EVIDENCE, VERIFICATION = "funding.claim", "sharing.evidence", "funding.verification"


def readers_of_claim(milestone: UUID, arrangement: UUID, claimant: UUID) -> list[UUID]:
    """Who is shown a claim and its evidence when it is submitted: the verifier and both right-holders."""
    plan, held = store.milestone(milestone, arrangement), store.protocol(milestone)
    named = [
        held.verifier if held else None,
        store.commitment(plan.commitment).donor,
        rule.coordinator_of(arrangement),
    ]
    return [found for found in dict.fromkeys(named) if found and found != claimant]


@transaction.atomic
def claim_submit(
    viewer: Viewer,
    arrangement: UUID,
    milestone: UUID,
    *,
    value: Decimal,
    statement: str,
    evidence: Sequence[UUID],
) -> Claim:
    """A partner organisation claims a value, citing its own evidence (subjects).

    The claim and the evidence are shown to the verifier and the right-holders until the tranche's last day.
    Raises Refused for other sides, Invalid for evidence that is not the claimant's or is too strictly
    labelled, Blocked while no protocol is locked or after the last day.
    """
    parties.programme_for(viewer, arrangement)
    partners = parties.on_side(arrangement, "partner")
    if viewer.organisation not in partners:
        raise Refused(
            _("Only an organisation of the partner side can claim a milestone."),
            list(parties.organisation_names(partners).values()),
        )
    plan, held = store.milestone(milestone, arrangement), store.protocol(milestone)
    last = store.tranche(plan.tranche).long_stop
    missing = unmet(
        [
            Condition(_("Verification protocol locked by both sides"), held is not None),
            Condition(_("The last possible day is not passed"), store.day_of(arrangement, clock.now()) <= last),
            Condition(_("The claimant is not the verifier"), held is None or held.verifier != viewer.organisation),
        ]
    )
    if missing:
        raise Blocked(_("Not taken: %(n)s conditions are not met.") % {"n": len(missing)}, missing)
    assert held
    files = _evidence(viewer, evidence, required=True)
    if not statement.strip():
        raise Invalid({"statement": _("Say what the evidence shows.")})
    row = Claim(
        milestone=milestone,
        protocol_version=held.version,
        value=value,
        statement=statement,
        evidence=[str(file.subject) for file in files],
        said_by=viewer.organisation,
        context=milestone,
    )
    records.write(viewer.actor, [row])
    until = datetime.combine(last + timedelta(days=1), time(12), UTC)
    for reader in readers_of_claim(milestone, arrangement, viewer.actor.organisation):
        _carry(viewer, CLAIM, row.subject, reader, _("To verify and to accept milestone %(n)s"), plan, until)
        for file in files:
            _carry(viewer, EVIDENCE, file.subject, reader, _("Evidence for milestone %(n)s"), plan, until)
    return row


def _carry(
    viewer: Viewer,
    kind: str,
    subject: UUID,
    reader: UUID,
    purpose: str,
    plan: Milestone,
    until: datetime | None,
) -> None:
    audience: dict[str, Any] = {"audience": "organisation", "organisation": reader, "ends_at": until}
    sharing.carry(viewer.actor, kind, subject, audience, purpose % {"n": plan.number})


def _evidence(viewer: Viewer, evidence: Sequence[UUID], required: bool) -> list[Any]:
    model = records.kind_named(EVIDENCE).model
    files = list(gate.visible(model, viewer).filter(subject__in=list(evidence), owner=viewer.organisation))
    if len(files) != len(set(evidence)):
        raise Invalid({"evidence": _("Each piece of evidence must be one that your organisation keeps.")})
    if required and not files:
        raise Invalid({"evidence": _("Name at least one piece of evidence.")})
    strict = [file.title for file in files if file.label not in up_to("AMBER")]
    if strict:
        said = _("These are labelled too strictly to be shown to the other side: %(titles)s.")
        raise Invalid({"evidence": said % {"titles": ", ".join(str(title) for title in strict)}})
    return files


def _verifier_only(viewer: Viewer, arrangement: UUID, claim: Claim, held: Protocol | None) -> None:
    """FIN-03: only the verifier that the protocol names, through its seat; never claimant or payer."""
    plan = store.milestone(claim.milestone, arrangement)
    payer = store.commitment(plan.commitment).donor
    holders = rights.holders(arrangement, held.verifier, "verifier") if held else []
    if viewer.organisation == claim.owner:
        raise Refused(_("Who claims a milestone cannot verify it."), holders)
    if viewer.organisation == payer:
        raise Refused(_("Who pays for a milestone cannot verify it."), holders)
    if held is None or viewer.organisation != held.verifier:
        raise Refused(_("Only the verifier that the protocol names can verify this."), holders)
    if not rights.may(arrangement, viewer.person, held.verifier, "verifier"):
        raise Refused(_("Verifying needs a verifier's seat."), holders)


@transaction.atomic
def verification_record(
    viewer: Viewer,
    arrangement: UUID,
    claim: UUID,
    *,
    passed: bool,
    value: Decimal,
    report: str,
    evidence: Sequence[UUID] = (),
) -> Verification:
    """The named verifier records what it found about a claim (its subject); shown to every party.

    Raises Hidden for who may not read the claim, Refused for all but the verifier, Conflict when a newer
    claim or protocol has replaced what was verified.
    """
    parties.programme_for(viewer, arrangement)
    found: Claim = gate.get(Claim, viewer, claim, _("Verification"))
    held = store.protocol(found.milestone)
    _verifier_only(viewer, arrangement, found, held)
    newest = store.claim(found.milestone)
    assert held and newest
    if newest.pk != found.pk:
        raise Conflict(_("A newer claim has been submitted; verify that one."))
    if found.protocol_version != held.version:
        raise Conflict(_("The protocol has changed since this claim; it has to be submitted again."))
    if not report.strip():
        raise Invalid({"report": _("Say what was done and found.")})
    files = _evidence(viewer, evidence, required=False)
    row = Verification(
        milestone=found.milestone,
        claim=found.pk,
        claim_hash=found.content_hash,
        protocol_version=held.version,
        passed=passed,
        value=value,
        report=report,
        evidence=[str(file.subject) for file in files],
        said_by=viewer.organisation,
        context=found.milestone,
    )
    records.write(viewer.actor, [row])
    plan = store.milestone(found.milestone)
    for party in parties.parties(arrangement):
        if party.organisation != viewer.organisation:
            _carry(
                viewer,
                VERIFICATION,
                row.subject,
                party.organisation,
                _("Result for milestone %(n)s"),
                plan,
                None,
            )
            for file in files:
                _carry(
                    viewer,
                    EVIDENCE,
                    file.subject,
                    party.organisation,
                    _("Result for milestone %(n)s"),
                    plan,
                    None,
                )
    return row
