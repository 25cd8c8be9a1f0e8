"""Decision kinds of the committee: its members and rule, signed reviews, ratified emergency acts."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.core import formats, ids, ledger, ports
from trellis.core.conditions import Condition, Invalid
from trellis.core.coowned import Effect
from trellis.core.ledger import Actor
from trellis.governance.kinds import CHAIRS
from trellis.governance.models import Committee, Decision, Outcome, Ratification, Review
from trellis.governance.registry import Context, DecisionKind, Said, decision_kind, each_side
from trellis.governance.schemas import Attendance, PackPart
from trellis.parties import selectors as parties


class CommitteeSet(Said):
    """Members, quorum and decision rule of the steering committee. `alternates`: member's seat to alternate's."""

    members: list[UUID]
    quorum: int
    rule: str
    alternates: dict[UUID, UUID] = {}


def _committee_effect(payload: CommitteeSet, effect: Effect) -> None:
    effect.replace(
        Committee,
        ids.derived(effect.stream, "committee"),
        members=[str(m) for m in payload.members],
        alternates={str(member): str(other) for member, other in payload.alternates.items()},
        quorum=payload.quorum,
        rule=payload.rule,
    )


def _committee_unmet(payload: CommitteeSet, context: Context) -> list[Condition]:
    seats = {seat.id: seat for seat in parties.seats_in(context.arrangement)}
    sides = parties.sides(context.arrangement)
    chairs = {sides.get(seats[m].organisation) for m in payload.members if m in seats and seats[m].role == "co-chair"}
    known = set(payload.members) <= set(seats)
    same_side = all(
        member in payload.members
        and member in seats
        and other in seats
        and other not in payload.members
        and sides.get(seats[member].organisation) == sides.get(seats[other].organisation)
        for member, other in payload.alternates.items()
    )
    return [
        Condition(_("Every member is a seat of this programme"), known),
        Condition(_("The co-chairs of both sides are members"), {"partner", "donor"} <= chairs),
        Condition(
            _("The quorum is at least two and no more than the members"),
            2 <= payload.quorum <= len(set(payload.members)),
        ),
        Condition(_("An alternate is of the member's side and no member"), same_side),
    ]


decision_kind(
    DecisionKind(
        name="committee.set",
        title=gettext_lazy("Set members, quorum and rule of the steering committee"),
        payload=CommitteeSet,
        slots=each_side("co-chair", "co-chair"),
        proposers=CHAIRS,
        effect=_committee_effect,
        unmet=_committee_unmet,
        describe=lambda payload: _("Steering committee with %(n)s members") % {"n": len(payload.members)},
    )
)


class ReviewSign(Said):
    """A quarterly review: the whole pack as of a date, and who took part."""

    period_start: date
    period_end: date
    as_of: datetime
    held_on: date
    pack: list[PackPart]
    attendance: list[Attendance]


def review_subject(arrangement: UUID, period_start: date) -> UUID:
    """The subject of a quarter's review."""
    return ids.derived(arrangement, "review", period_start)


def _review_effect(payload: ReviewSign, effect: Effect) -> None:
    effect.insert(
        Review,
        review_subject(effect.stream, payload.period_start),
        period_start=payload.period_start,
        period_end=payload.period_end,
        held_on=payload.held_on,
        as_of=payload.as_of,
        pack=[part.model_dump() for part in payload.pack],
        attendance=[one.model_dump() for one in payload.attendance],
    )


def _review_unmet(payload: ReviewSign, context: Context) -> list[Condition]:
    key = review_subject(context.arrangement, payload.period_start)
    held = Review.objects.current().filter(stream=context.arrangement, subject=key).exists()
    donors = set(parties.on_side(context.arrangement, "donor"))
    there = {one.organisation for one in payload.attendance}
    found = [
        Condition(_("The quarter has no signed review yet"), not held),
        Condition(
            _("Donor attendance is recorded"),
            bool(payload.attendance),
            _("%(n)s of %(all)s donors took part") % {"n": len(donors & there), "all": len(donors)},
        ),
    ]
    for port in ports.review_conditions:
        found += port(context.arrangement, (payload.period_start, payload.period_end), payload.as_of)
    return found


def _review_check(payload: ReviewSign, context: Context) -> None:
    from trellis.governance.reviews import quarter_starting, zone_of

    wrong: dict[str, str] = {}
    quarter = quarter_starting(context.arrangement, payload.period_start)
    if quarter is None or quarter.last != payload.period_end:
        wrong["period_start"] = _("This is no quarter of the programme's calendar.")
    elif payload.as_of < quarter.bounds(zone_of(context.arrangement))[1]:
        wrong["as_of"] = _("The quarter was not over yet.")
    if payload.as_of > context.at:
        wrong["as_of"] = _("A pack cannot be of a date that has not come.")
    if not payload.pack:
        wrong["pack"] = _("The pack is empty.")
    if wrong:
        raise Invalid(wrong)


def _checkpoints(payload: ReviewSign, decision: Decision, actor: Actor) -> None:
    """Each party gets a signed statement of where the stream stands, to keep outside this installation."""
    for party in parties.parties(decision.stream):
        ledger.checkpoint(decision.stream, party.organisation, actor)


decision_kind(
    DecisionKind(
        name="review.sign",
        title=gettext_lazy("Sign a quarterly review with its pack"),
        payload=ReviewSign,
        slots=each_side("co-chair", "co-chair"),
        proposers=CHAIRS,
        effect=_review_effect,
        unmet=_review_unmet,
        check=_review_check,
        after=_checkpoints,
        template="governance/parts/review_payload.html",
        describe=lambda payload: (
            _("Review of %(first)s to %(last)s")
            % {"first": formats.day(payload.period_start), "last": formats.day(payload.period_end)}
        ),
    )
)


class EmergencyRatify(Said):
    """Lets an emergency act stand beyond its days."""

    decision: UUID
    reason: str


def _ratify_unmet(payload: EmergencyRatify, context: Context) -> list[Condition]:
    row = Outcome.objects.filter(
        decision=payload.decision, decision__stream=context.arrangement, decision__procedure="emergency",
        state=Outcome.State.ADOPTED,
    ).first()  # fmt: skip
    waits = row is not None and not hasattr(row.decision, "expiry")
    return [
        Condition(_("It is an emergency act of this programme"), row is not None),
        Condition(_("The act has not ended"), waits),
    ]


def _ratify_effect(payload: EmergencyRatify, effect: Effect) -> None:
    effect.insert(Ratification, payload.decision, reason=payload.reason)


def _number(decision: UUID) -> Any:
    return Outcome.objects.filter(decision=decision).values_list("number", flat=True).first() or ""


decision_kind(
    DecisionKind(
        name="emergency.ratify",
        title=gettext_lazy("Ratify an emergency act"),
        payload=EmergencyRatify,
        slots=each_side("co-chair", "co-chair"),
        proposers=CHAIRS,
        effect=_ratify_effect,
        unmet=_ratify_unmet,
        about=lambda payload: payload.decision,
        describe=lambda payload: _("The emergency act %(n)s stands") % {"n": _number(payload.decision)},
    )
)
