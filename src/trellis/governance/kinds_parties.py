"""Decision kinds of who takes part: a further party, seats added and ended (GOV-01, GOV-02).

An organisation is never made a party without its own administrator's key.
"""

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from trellis.core import ids
from trellis.core.conditions import Condition
from trellis.core.coowned import Effect
from trellis.governance import committee
from trellis.governance.kinds import CHAIRS, KEPT_KEYS, all_met
from trellis.governance.registry import Context, DecisionKind, Said, SlotPlan, decision_kind, each_side
from trellis.parties import selectors as parties
from trellis.parties.models import Bench, Place, Side

STEERING = ("partner", "donor")


class SeatSaid(Said):
    """A seat that is to take part, as the register has it."""

    seat: UUID
    organisation: UUID
    role: str


class PartyAdd(Said):
    """A further party, its side, and the seats through which it acts."""

    organisation: UUID
    side: str
    seats: list[SeatSaid] = []
    reason: str


class SeatsChange(Said):
    """Seats of parties that take part from now on, and seats that no longer do."""

    add: list[SeatSaid] = []
    end: list[UUID] = []
    reason: str


def _bench(effect: Effect, seats: Iterable[SeatSaid]) -> None:
    for one in seats:
        effect.insert(Bench, one.seat, organisation=one.organisation, role=one.role)


def _party_effect(payload: PartyAdd, effect: Effect) -> None:
    effect.insert(
        Place,
        ids.derived(effect.stream, "place", payload.organisation),
        organisation=payload.organisation,
        side=payload.side,
        since=effect.at.date(),
        until=None,
    )
    _bench(effect, payload.seats)


def _registered(seats: Iterable[SeatSaid], arrangement: UUID) -> list[Condition]:
    """Whether each seat is what the register says, and none takes part already."""
    seats = list(seats)
    known = {
        (seat.id, seat.organisation, seat.role)
        for organisation in {s.organisation for s in seats}
        for seat in parties.seats_of(organisation)
    }
    sitting = {seat.id for seat in parties.seats_in(arrangement)}
    there = {(s.seat, s.organisation, s.role) for s in seats}
    twice = len({s.seat for s in seats}) != len(seats) or bool(sitting & {s.seat for s in seats})
    return [
        Condition(_("Each seat is one of the register, of that organisation and role"), there <= known),
        Condition(_("No seat takes part already"), not twice),
    ]


def _party_unmet(payload: PartyAdd, context: Context) -> list[Condition]:
    sides = parties.sides(context.arrangement)
    names = parties.organisation_names([payload.organisation])
    return [
        Condition(_("The organisation is registered on this installation"), payload.organisation in names),
        Condition(_("It is no party yet"), payload.organisation not in sides),
        Condition(_("Its side is partner, donor, regional or independent"), payload.side in Side.values),
        *_registered(payload.seats, context.arrangement),
        Condition(_("Every seat is its own"), all(s.organisation == payload.organisation for s in payload.seats)),
        Condition(_("A reason is given"), bool(payload.reason.strip())),
    ]


def _party_words(payload: PartyAdd) -> str:
    name = parties.organisation_names([payload.organisation]).get(payload.organisation, "")
    side = Side(payload.side).label if payload.side in Side.values else payload.side
    return _("%(name)s becomes a party, side: %(side)s") % {"name": name, "side": side}


KEPT_KEYS["party.add"] = {"party": "administrator"}

decision_kind(
    DecisionKind(
        name="party.add",
        title=gettext_lazy("Take in a further party"),
        payload=PartyAdd,
        slots=SlotPlan(True, {"partner": "co-chair", "donor": "co-chair", "party": "administrator"}),
        proposers=CHAIRS,
        effect=_party_effect,
        unmet=_party_unmet,
        check=all_met("organisation", _party_unmet),
        organisations=lambda payload, context: {"party": [payload.organisation]},
        about=lambda payload: payload.organisation,
        describe=_party_words,
    )
)


def _seats_effect(payload: SeatsChange, effect: Effect) -> None:
    for seat in payload.end:
        effect.close(Bench, seat)
    _bench(effect, payload.add)


def _chairs_left(payload: SeatsChange, context: Context) -> bool:
    sides = parties.sides(context.arrangement)
    left = [
        seat.organisation for seat in parties.seats_in(context.arrangement, "co-chair") if seat.id not in payload.end
    ]
    left += [seat.organisation for seat in payload.add if seat.role == "co-chair"]
    return set(STEERING) <= {sides.get(organisation) for organisation in left}


def _seats_unmet(payload: SeatsChange, context: Context) -> list[Condition]:
    sides = parties.sides(context.arrangement)
    sitting = {seat.id for seat in parties.seats_in(context.arrangement)}
    rule = committee.committee(context.arrangement)
    steering = {UUID(s) for s in (*rule.members, *rule.alternates.values())} if rule else set()
    programme = parties.programme(context.arrangement).kind == "programme"
    return [
        Condition(_("At least one seat is added or ended"), bool(payload.add or payload.end)),
        *_registered(payload.add, context.arrangement),
        Condition(_("Every seat added is of a party"), all(s.organisation in sides for s in payload.add)),
        Condition(
            _("Every seat ended takes part now"),
            set(payload.end) <= sitting and len(set(payload.end)) == len(payload.end),
        ),
        Condition(
            _("No seat ended is of the steering committee"),
            not steering & set(payload.end),
            _("Change the committee first: its members and alternates keep their seats."),
        ),
        Condition(_("Each side keeps its co-chair"), not programme or _chairs_left(payload, context)),
        Condition(_("A reason is given"), bool(payload.reason.strip())),
    ]


def _seats_words(payload: SeatsChange) -> str:
    added = ngettext("%(n)s seat added", "%(n)s seats added", len(payload.add)) % {"n": len(payload.add)}
    ended = ngettext("%(n)s seat ended", "%(n)s seats ended", len(payload.end)) % {"n": len(payload.end)}
    if payload.add and payload.end:
        return _("Seats that take part: %(added)s, %(ended)s") % {"added": added, "ended": ended}
    return _("Seats that take part: %(change)s") % {"change": added if payload.add else ended}


decision_kind(
    DecisionKind(
        name="seats.change",
        title=gettext_lazy("Add or end seats that take part"),
        payload=SeatsChange,
        slots=each_side("co-chair", "co-chair"),
        proposers=(*CHAIRS, *(f"{side}:administrator" for side in Side.values)),
        effect=_seats_effect,
        unmet=_seats_unmet,
        check=all_met("seats", _seats_unmet),
        describe=_seats_words,
    )
)
