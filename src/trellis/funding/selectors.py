"""Reads of funding: commitments, tranches with their state and every reason, what each has earned."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from trellis.calc import release as calc
from trellis.core import clock, reading
from trellis.core.conditions import Condition, Hidden
from trellis.funding import book, rule, store
from trellis.funding.book import Paid
from trellis.funding.models import (
    Claim,
    Commitment,
    Milestone,
    PaymentReceipt,
    PaymentSent,
    Release,
    Tranche,
    Verification,
)
from trellis.funding.schemas import MilestoneView, TrancheView
from trellis.governance.parameters import parameter
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.sharing import gate


def commitments(arrangement: UUID, at: datetime | None = None) -> list[Commitment]:
    """Every commitment of a programme, oldest first."""
    return list(Commitment.objects.as_of(at).filter(stream=arrangement).order_by("at", "subject"))


def commitment(viewer: Viewer, arrangement: UUID, subject: UUID) -> Commitment:
    """One commitment. Raises Hidden for who is no party, or where there is none."""
    parties.programme_for(viewer, arrangement)
    return store.commitment(subject, arrangement)


def tranche_rows(commitment: UUID, at: datetime | None = None) -> list[Tranche]:
    """The tranches of a commitment in order."""
    return list(Tranche.objects.as_of(at).filter(commitment=commitment).order_by("number"))


def short_term(commitment: UUID, at: datetime | None = None) -> bool:
    """FIN-01: whether all of a commitment lies in a single year."""
    return commitment in short_terms([commitment], at)


def short_terms(commitments: Sequence[UUID], at: datetime | None = None) -> set[UUID]:
    """Those of some commitments of which all lies in a single year."""
    years: dict[UUID, set[int]] = {commitment: set() for commitment in commitments}
    rows = Tranche.objects.as_of(at).filter(commitment__in=list(commitments))
    for commitment, year in rows.values_list("commitment", "year"):
        years[commitment].add(year)
    return {commitment for commitment, found in years.items() if len(found) <= 1}


def commitments_in_force(arrangement: UUID, at: datetime | None = None) -> list[Commitment]:
    """Commitments made by then whose last tranche has not passed its last day."""
    at = at or clock.now()
    day = store.day_of(arrangement, at)
    running = (
        Tranche.objects.as_of(at).filter(stream=arrangement, long_stop__gte=day).values_list("commitment", flat=True)
    )
    found = set(running)
    return [row for row in commitments(arrangement, at) if row.subject in found]


def donors_in_force(arrangement: UUID, at: datetime) -> list[UUID]:
    """Donors with a commitment in force: whose keys stand for the donor side."""
    return sorted({row.donor for row in commitments_in_force(arrangement, at)})


def milestone_view(row: Milestone, at: datetime | None = None) -> MilestoneView:
    """A milestone as it stands; after an acceptance it shows what is accepted and what is claimed since."""
    held, accepted = store.protocol(row.subject, at), store.acceptance(row.subject, at)
    claim = store.claim(row.subject, at)
    found = store.verification(claim.pk, at) if claim else None
    settled = bool(accepted and claim and accepted.claim == claim.pk)
    standing = store.open_decision("milestone.accept", row.subject, at)
    waiting = found.recorded_at if found and found.passed and not settled else None
    day = store.day_of(row.stream, at or clock.now())
    silence = int(parameter(row.stream, "silence.days"))
    since = store.day_of(row.stream, waiting) if waiting else None
    return MilestoneView(
        row.subject,
        row.number,
        row.title,
        row.allocation,
        held.version if held else None,
        held.verifier if held else None,
        bool(held and held.scalable),
        claim.recorded_at if claim else None,
        found.passed if found else None,
        dict(standing.keys) if standing else {},
        standing.decision if standing else None,
        accepted.at if accepted else None,
        accepted.value if accepted else None,
        accepted.earned if accepted else store.ZERO,
        calc.committee_due(since, day, silence),
        waiting,
    )


def tranche_view(row: Tranche, at: datetime | None = None) -> TrancheView:
    """A tranche as it stands, or stood at a moment: state, every condition, and its money."""
    commitment = store.commitment(row.commitment, None, at)
    conditions = tuple(rule.conditions(row, at or clock.now(), at))
    views = tuple(milestone_view(plan, at) for plan in store.milestones(row.subject, at))
    paid = store.payments([row.subject], at)
    earned, released = store.earned(row.subject, at), store.released(row.subject, at)
    sent = sum((p.sent.amount for p in paid), store.ZERO)
    received = sum((p.received or store.ZERO for p in paid), store.ZERO)
    day = store.day_of(row.stream, at or clock.now())
    state = _money_state(row, day, released, sent, received, [p.disputed for p in paid], earned)
    state = state or _progress(row, day, conditions, views, released)
    standing = store.open_decision("tranche.release", row.subject, at)
    return TrancheView(
        row.subject,
        row.commitment,
        commitment.donor,
        row.number,
        row.year,
        row.amount,
        commitment.currency,
        commitment.certainty,
        row.earliest,
        row.due,
        row.long_stop,
        state,
        conditions,
        views,
        earned,
        released,
        sent,
        received,
        standing.decision if standing else None,
        dict(standing.keys) if standing else {},
    )


def _money_state(
    row: Tranche,
    day: date,
    released: Decimal,
    sent: Decimal,
    received: Decimal,
    disputed: list[bool],
    earned: Decimal,
) -> str:
    """The state once money has been released, and '' while what was earned waits or more can be earned."""
    if any(disputed):
        return "disputed"
    if released and sent < released:
        return "released"
    if released and received < sent:
        return "sent"
    if released and received == row.amount:
        return "received"
    if day > row.long_stop:
        return "lapsed" if released < row.amount else ""
    return ""


def _progress(
    row: Tranche,
    day: date,
    conditions: tuple[Condition, ...],
    views: tuple[MilestoneView, ...],
    released: Decimal,
) -> str:
    """The state on the way to release: what was earned, verified, claimed; held where something stops it."""
    payable = sum((view.earned for view in views), store.ZERO) > released
    open_now = [v for v in views if v.waiting_since or not v.accepted_at]
    if payable and all(c.met for c in conditions):
        return "releasable"
    # The first tests are about the whole tranche; a False among them holds it whatever the milestones do.
    whole = conditions[:3]
    if any(c.met is False for c in whole) or (day > row.due and not released):
        return "held"
    if any(any(v.keys.values()) for v in open_now):
        return "one key"
    if open_now and all(v.verified for v in open_now):
        return "verified"
    if any(v.claimed_at and not v.accepted_at for v in open_now):
        return "evidence in"
    if released:
        return "part paid"
    return "evidence in" if any(v.accepted_at for v in views) else "planned"


def tranches(arrangement: UUID, at: datetime | None = None) -> list[TrancheView]:
    """Every tranche of a programme by planned day, as it stands or stood."""
    with reading.scope(), book.opened(arrangement, at) as held:
        return [tranche_view(row, at) for row in held.tranches.get(arrangement, ())]


def unconfirmed(arrangement: UUID, tranche: UUID) -> bool:
    """Whether a payment of a tranche was sent and its receipt is not known."""
    with reading.scope(), book.opened(arrangement, None):
        return any(payment.receipt is None for payment in store.payments([tranche]))


def tranche(viewer: Viewer, arrangement: UUID, subject: UUID) -> TrancheView:
    """One tranche. Raises Hidden for who is no party, or where there is none."""
    parties.programme_for(viewer, arrangement)
    return tranche_view(store.tranche(subject, arrangement))


def milestone(viewer: Viewer, arrangement: UUID, subject: UUID) -> Milestone:
    """One milestone. Raises Hidden for who is no party, or where there is none."""
    parties.programme_for(viewer, arrangement)
    return store.milestone(subject, arrangement)


def claims(viewer: Viewer, milestone: UUID) -> list[Claim]:
    """The claims of a milestone that the viewer may read, newest first."""
    rows = gate.visible(Claim, viewer, _("Milestone")).filter(milestone=milestone)
    return list(rows.order_by("-recorded_at", "-id"))


def verifications(viewer: Viewer, milestone: UUID) -> list[Verification]:
    """The verifications of a milestone that the viewer may read, newest first."""
    rows = gate.visible(Verification, viewer, _("Milestone")).filter(milestone=milestone)
    return list(rows.order_by("-recorded_at", "-id"))


def payments(viewer: Viewer, arrangement: UUID, tranche: UUID) -> list[Paid]:
    """Payments of a tranche with what the payee said, as far as the viewer may read them, by day."""
    parties.programme_for(viewer, arrangement)
    purpose = _("Payments")
    rows = gate.visible(PaymentSent, viewer, purpose).filter(tranche=tranche).order_by("paid_on", "id")
    said = {row.payment: row for row in gate.visible(PaymentReceipt, viewer, purpose).filter(tranche=tranche)}
    return [Paid(row, said.get(row.subject)) for row in rows]


def payments_made(tranches: Sequence[UUID], at: datetime | None = None) -> list[Paid]:
    """Payments of tranches as of a moment, whoever asks; who hands them on judges what is open."""
    return store.payments(tranches, at)


def release(arrangement: UUID, subject: UUID) -> Release:
    """One release. Raises Hidden when there is none."""
    found: Release | None = Release.objects.current().filter(stream=arrangement, subject=subject).first()
    if found is None:
        raise Hidden()
    return found


def releases(tranche: UUID) -> list[Release]:
    """The releases of a tranche, oldest first."""
    return list(Release.objects.current().filter(tranche=tranche).order_by("at", "seq"))
