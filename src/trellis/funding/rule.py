"""D1 on the programme's own rows: every test of a tranche, in words, with who can meet it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.agreements import selectors as agreements
from trellis.calc import release as calc
from trellis.core.conditions import Condition
from trellis.core.context import address
from trellis.funding import store
from trellis.funding.models import Acceptance, Milestone, Tranche
from trellis.governance import rights
from trellis.law import selectors as law
from trellis.parties import selectors as parties

NAMES: dict[str, Any] = {
    calc.AGREEMENT: gettext_lazy("Agreement in force"),
    calc.CONSENT: gettext_lazy("Consent in force on the day the last milestone is accepted"),
    calc.RIGHTS: gettext_lazy("No rights question is open"),
    calc.HAS_MILESTONE: gettext_lazy("At least one milestone"),
    calc.EARLIEST: gettext_lazy("The first possible day is reached"),
    calc.LONG_STOP: gettext_lazy("The last possible day is not passed"),
    calc.PROTOCOL: gettext_lazy("Verification protocol locked by both sides"),
    calc.EVIDENCE: gettext_lazy("Evidence submitted"),
    calc.VERIFIED: gettext_lazy("Verified by the locked protocol"),
    calc.INDEPENDENT: gettext_lazy("Verified by somebody who neither claims nor pays"),
    calc.DONOR: gettext_lazy("Accepted by the donor"),
    calc.PARTNER: gettext_lazy("Accepted by the partner"),
}


def seats(arrangement: UUID, role: str, organisation: UUID | None) -> str:
    """Who holds a role, in words."""
    return "; ".join(rights.holders(arrangement, organisation, role)) if organisation else ""


def coordinator_of(arrangement: UUID) -> UUID | None:
    """The partner's organisation that has the coordinator's seat."""
    partners = parties.on_side(arrangement, "partner")
    seated = [s.organisation for s in parties.seats_in(arrangement, "coordinator") if s.organisation in partners]
    return next(iter(seated or partners), None)


def milestone_state(
    row: Milestone, donor: UUID, holders: Mapping[str, str], known: datetime | None = None
) -> calc.MilestoneState:
    """What is recorded about one milestone. What is accepted stays accepted whatever is claimed after."""
    held, accepted = store.protocol(row.subject, known), store.acceptance(row.subject, known)
    named = {**holders}
    if accepted:
        return calc.MilestoneState(
            str(row.subject), held is not None, True, True, str(accepted.verifier), str(accepted.claimant),
            str(donor), True, True, named,
        )  # fmt: skip
    claim = store.claim(row.subject, known)
    found = store.verification(claim.pk, known) if claim else None
    standing = store.open_decision("milestone.accept", row.subject, known)
    keys = standing.keys if standing else {}
    by_protocol = bool(found and held and found.passed and found.protocol_version == held.version)
    verifier = found.owner if found else held.verifier if held else None
    return calc.MilestoneState(
        str(row.subject),
        held is not None,
        claim is not None,
        by_protocol,
        str(verifier) if verifier else None,
        str(claim.owner) if claim else None,
        str(donor),
        keys.get("donor", False),
        keys.get("partner", False),
        named,
    )


def consent_when_earned(accepted: list[Acceptance | None]) -> bool | None:
    """Whether consent was in force when the last milestone was accepted; None until it is."""
    found = [row for row in accepted if row is not None]
    if not found or len(found) < len(accepted):
        return None
    return max(found, key=lambda row: (row.at, row.seq)).consent is not None


def subjects(row: Tranche, known: datetime | None = None) -> list[UUID]:
    """What a rights question may be about to hold this tranche, as known at a moment."""
    return [row.subject, row.commitment, *(m.subject for m in store.milestones(row.subject, known))]


def conditions(row: Tranche, at: datetime, known: datetime | None = None) -> list[Condition]:
    """Every condition of releasing at `at`, met or not (D1), from what was `known` then (now without)."""
    here, commitment = row.stream, store.commitment(row.commitment, None, known)
    signed = agreements.agreement(here, commitment.agreement, known)
    today = store.day_of(here, at)
    holds = bool(signed and commitment.donor in signed.donors and signed.starts_on <= today <= signed.ends_on)
    plans = store.milestones(row.subject, known)
    partner = coordinator_of(here)
    holders = {
        calc.DONOR: seats(here, "programme-officer", commitment.donor),
        calc.PARTNER: seats(here, "coordinator", partner),
        calc.EVIDENCE: _("The partner's organisations"),
    }
    states = []
    for plan in plans:
        held = store.protocol(plan.subject, known)
        verifier = seats(here, "verifier", held.verifier) if held else ""
        states.append(milestone_state(plan, commitment.donor, {**holders, calc.VERIFIED: verifier}, known))
    questions = law.open_questions(here, subjects(row, known), known)
    state = calc.TrancheState(
        str(row.subject),
        tuple(states),
        agreement_in_force=holds,
        consent_when_earned=consent_when_earned([store.acceptance(plan.subject, known) for plan in plans]),
        open_rights_blocks=len(questions),
        earliest=row.earliest,
        long_stop=row.long_stop,
        holders={calc.RIGHTS: _("The rights officers of both sides")},
    )
    notes = {
        calc.AGREEMENT: f"{signed.title}: {signed.starts_on} - {signed.ends_on}" if signed else "",
        calc.RIGHTS: "; ".join(f"{q.title} ({q.opened_at.date().isoformat()})" for q in questions),
        calc.EARLIEST: row.earliest.isoformat(),
        calc.LONG_STOP: row.long_stop.isoformat(),
    }
    return [_said(test, notes, plans) for test in calc.release(state, today).conditions]


def _said(test: calc.Condition, notes: Mapping[str, str], plans: list[Milestone]) -> Condition:
    name = str(NAMES[test.name])
    if not test.subject:
        url = ""
        return Condition(name, test.met, notes.get(test.name, ""), test.holder if test.met is not True else "", url)
    plan = next(p for p in plans if str(p.subject) == test.subject)
    full = _("Milestone %(number)s: %(condition)s") % {"number": plan.number, "condition": name}
    holder = test.holder if test.met is not True else ""
    return Condition(full, test.met, "", holder, address("funding:milestone", plan.stream, plan.subject))
