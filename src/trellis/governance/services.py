"""Acts on decisions: propose, turn a key, take it back, reject, withdraw, dissent, lapse.

Every act locks the arrangement's stream first, so that two acts at the same instant have an order and one outcome.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.core import canonical, clock, ids, keys, ledger, node, reading
from trellis.core.conditions import Blocked, Condition, Conflict, Hidden, Invalid, Refused, unmet
from trellis.core.ledger import Actor
from trellis.governance import committee, guests, projection, rights
from trellis.governance.models import Decision, Expiry, Key, Outcome, Placing, Ratification, Slot
from trellis.governance.parameters import parameter
from trellis.governance.registry import Context, DecisionKind, Said, kind_named, read_payload
from trellis.governance.rights import Right
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer

PROCEDURES = ("ordinary", "written", "emergency")


@reading.scope()
@transaction.atomic
def propose(
    viewer: Viewer,
    arrangement: UUID,
    name: str,
    payload: Said,
    *,
    meeting: UUID | None = None,
    procedure: str = "ordinary",
    lapses_at: datetime | None = None,
    turn_key: bool = True,
) -> Decision:
    """Proposes a decision. The proposer's own key is turned with it where they hold one of its slots.

    Raises Refused naming who may propose, and Invalid for a payload that can never be adopted. Unmet conditions
    refuse nothing here: a proposal may wait for them. Blocked only where no organisation could hold a key.
    """
    kind = kind_named(name)
    actor = _party(viewer, arrangement)
    position = ledger.lock(arrangement)
    if not rights.may_propose(arrangement, kind, viewer.person, actor.organisation):
        raise Refused(
            _("You may not propose this: %(title)s.") % {"title": kind.title}, rights.proposer_words(arrangement, kind)
        )
    context = Context(arrangement, position.at, actor.organisation)
    kind.check(payload, context)
    right = rights.right(arrangement, kind)
    check_procedure(arrangement, right, procedure, meeting)
    slots = _slots(kind, payload, context, procedure, right)
    guests.introduce(arrangement, [slot.organisation for slot in slots], actor)
    position = ledger.lock(arrangement)
    decision = ids.new()
    said = {
        "decision": decision,
        "kind": kind.name,
        "version": kind.version,
        "content": payload.model_dump(),
        "about": kind.about(payload),
        "label": kind.label,
        "procedure": procedure,
        "meeting": meeting,
        "matrix": right.version,
        "lapses_at": lapses_at,
        "slots": [{"name": s.name, "side": s.side, "organisation": s.organisation, "role": s.role} for s in slots],
    }
    entry = ledger.append(position, "decision.proposed", said, actor)
    projection.store(entry, canonical_form(said))
    made = Decision.objects.get(pk=decision)
    # Who signs with a key of their own turns it afterwards, over bytes that name this proposal.
    if turn_key and kind.proposer_turns_key and keys.own(actor.organisation) is None:
        for slot in made.slots.all():
            if slot.organisation == actor.organisation and rights.may(
                arrangement, viewer.person, slot.organisation, slot.role
            ):
                _turn(viewer, made, slot, right)
                break
    return made


def canonical_form(said: dict[str, Any]) -> dict[str, Any]:
    """What an entry says, as it is read back from the ledger."""
    return dict(canonical.decode(canonical.encode(said)))


def check_procedure(arrangement: UUID, right: Right, procedure: str, meeting: UUID | None) -> None:
    """Raises Invalid for a procedure that the matrix does not allow, or a meeting that is not recorded here."""
    if procedure not in PROCEDURES:
        raise Invalid({"procedure": _("Choose ordinary, written or emergency.")})
    if procedure == "written" and not right.written:
        raise Invalid({"procedure": _("The matrix does not allow written procedure for this.")})
    if procedure == "emergency" and not right.emergency:
        raise Invalid({"procedure": _("The matrix does not allow an emergency act for this.")})
    if meeting is not None and procedure != "ordinary":
        raise Invalid({"meeting": _("Name the meeting or choose another procedure, not both.")})
    if meeting is not None and not committee.recorded(arrangement, meeting):
        raise Invalid({"meeting": _("No meeting of this programme's committee is recorded under this number.")})


def _slots(kind: DecisionKind[Any], payload: Said, context: Context, procedure: str, right: Right) -> list[Any]:
    found = rights.needs(kind, payload, context)
    if procedure == "emergency":
        found = [need for need in found if need.role == right.emergency][:1]
        if not found:
            raise Invalid({"procedure": _("The seat that may act in an emergency holds no key of this.")})
    return found


def _party(viewer: Viewer, arrangement: UUID) -> Actor:
    parties.programme_for(viewer, arrangement)
    return viewer.actor


def open_decision(viewer: Viewer, decision: UUID) -> Decision:
    """The decision, its stream locked, if it is open and the viewer is a party or holds a key of it as a guest."""
    found = Decision.objects.filter(pk=decision).first()
    if found is None:
        raise Hidden()
    if viewer.organisation in parties.sides(found.stream):
        _party(viewer, found.stream)
    elif viewer.organisation and found.slots.filter(organisation=viewer.organisation).exists():
        guests.require_key(found.stream, viewer.organisation)
    else:
        raise Hidden()
    ledger.lock(found.stream)
    outcome = Outcome.objects.filter(decision=found).first()
    if outcome is not None:
        raise Conflict(
            _("This decision was %(state)s on %(day)s.")
            % {"state": outcome.get_state_display().lower(), "day": outcome.at.date().isoformat()}
        )
    return found


@reading.scope()
@transaction.atomic
def key_turn(viewer: Viewer, decision: UUID) -> Decision:
    """Turns the viewer's key. With the last key all conditions are judged again, and the decision is adopted or waits.

    Raises Refused naming the holders of the open slots; Conflict when the key stands already or the decision ended.
    """
    found = open_decision(viewer, decision)
    right = rights.right(found.stream, kind_named(found.kind))
    standing = {key.slot_id: key for key in Key.objects.filter(slot__decision=found, taken_back=None)}
    if any(key.person == viewer.person for key in standing.values()):
        raise Conflict(_("You have turned a key of this decision; nobody turns two."))
    slots = list(found.slots.order_by("name"))
    for slot in slots:
        if holds_slot(found, viewer, slot):
            if slot.pk in standing:
                raise Conflict(_("The key of your organisation stands already."))
            _not_recused(found, viewer, slot)
            _turn(viewer, found, slot, right)
            return found
    holders = [h for slot in slots if slot.pk not in standing for h in _holders(found, slot)]
    raise Refused(_("This key is not yours to turn."), holders)


def _not_recused(decision: Decision, viewer: Viewer, slot: Slot) -> None:
    seat = rights.seat_of(decision.stream, viewer.person, slot.organisation, slot.role)
    meeting = forum(decision)[1]
    if meeting and committee.recused(decision.stream, meeting, seat):
        raise Refused(
            _("You recused yourself in the meeting that decides this; your alternate may turn the key."),
            _holders(decision, slot),
        )


def holds_slot(decision: Decision, viewer: Viewer, slot: Slot) -> bool:
    """Whether the viewer may turn the key of a slot now."""
    return slot.organisation == viewer.organisation and rights.may(
        decision.stream, viewer.person, slot.organisation, slot.role
    )


def _holders(decision: Decision, slot: Slot) -> list[str]:
    return rights.holders(decision.stream, slot.organisation, slot.role)


def _turn(viewer: Viewer, decision: Decision, slot: Slot, right: Right) -> None:
    seat = rights.seat_of(decision.stream, viewer.person, slot.organisation, slot.role)
    said = {"decision": decision.pk, "slot": slot.name, "seat": seat, "right": right.words}
    entry = ledger.append(ledger.lock(decision.stream), "decision.key", said, viewer.actor)
    projection.store(entry, canonical_form(said))
    if missing_slots(decision):
        return
    if not unmet(conditions(decision)):
        _adopt(decision, viewer.actor, right)


def missing_slots(decision: Decision) -> list[Slot]:
    """The slots without a standing key."""
    turned = Key.objects.filter(slot__decision=decision, taken_back=None).values("slot")
    return list(decision.slots.exclude(pk__in=turned).order_by("name"))


def content(decision: Decision) -> Any:
    """The payload of a decision, as its kind's present model."""
    from trellis.core.models import Entry

    said = ledger.payload_of(Entry.objects.select_related("payload").get(stream=decision.stream, seq=decision.seq))
    kind = kind_named(decision.kind)
    return read_payload(kind, decision.version, (said or {})["content"])


def content_of(decision: UUID) -> Any:
    """The payload of a decision by id; None where there is no such decision."""
    found = Decision.objects.filter(pk=decision).first()
    return content(found) if found else None


def conditions(decision: Decision) -> list[Condition]:
    """Every condition of adopting, met or not: the kind's own, and the meeting where the matrix asks for one."""
    kind = kind_named(decision.kind)
    context = Context(decision.stream, clock.now(), decision.organisation, decision.pk)
    found = list(kind.unmet(content(decision), context))
    right = rights.right(decision.stream, kind)
    procedure, meeting = forum(decision)
    if right.forum == "committee" and procedure == "ordinary":
        found.append(committee.meeting_condition(decision.stream, meeting))
    standing = Key.objects.filter(slot__decision=decision, taken_back=None).exclude(seat=None)
    if meeting and any(committee.recused(decision.stream, meeting, key.seat) for key in standing):
        found.append(Condition(_("No key is of somebody who stood aside in the meeting"), False))
    return found


def forum(decision: Decision) -> tuple[str, UUID | None]:
    """Procedure and meeting of a decision: as proposed, or as placed since."""
    last = Placing.objects.filter(decision=decision).order_by("seq").last()
    return (last.procedure, last.meeting) if last else (decision.procedure, decision.meeting)


def _adopt(decision: Decision, actor: Actor, right: Right) -> None:
    position = ledger.lock(decision.stream)
    effect = projection.effect_of(decision.stream, position.seq, position.at, decision.pk, actor)
    projection.run_effect(decision, effect)
    number = 1 + Outcome.objects.filter(decision__stream=decision.stream, state=Outcome.State.ADOPTED).count()
    ends_at = None
    if decision.procedure == "emergency":
        ends_at = position.at + timedelta(days=int(parameter(decision.stream, "emergency.days")))
    said = {"decision": decision.pk, "number": number, "rows": effect.digest(), "reason": "", "ends_at": ends_at}
    entry = ledger.append(position, "decision.adopted", said, actor)
    projection.store(entry, canonical_form(said))
    kind_named(decision.kind).after(content(decision), decision, actor)


@transaction.atomic
def adopt_if_ready(viewer: Viewer, decision: UUID) -> Decision:
    """Tries again to adopt a decision whose keys all stand. Raises Blocked with every unmet condition."""
    found = open_decision(viewer, decision)
    missing = missing_slots(found)
    slots = list(found.slots.all())
    if not any(holds_slot(found, viewer, slot) for slot in slots):
        raise Refused(
            _("Only who holds a key of this decision can have it adopted."),
            [h for slot in slots for h in _holders(found, slot)],
        )
    blocked = [
        Condition(_("Key of %(slot)s") % {"slot": slot.side}, False, "; ".join(_holders(found, slot)))
        for slot in missing
    ] + unmet(conditions(found))
    if blocked:
        raise Blocked(_("Not adopted: %(n)s conditions are not met.") % {"n": len(blocked)}, blocked)
    _adopt(found, viewer.actor, rights.right(found.stream, kind_named(found.kind)))
    return found


@transaction.atomic
def key_take_back(viewer: Viewer, decision: UUID) -> Decision:
    """Takes back the viewer's own key; possible until adoption."""
    found = open_decision(viewer, decision)
    standing = Key.objects.filter(slot__decision=found, taken_back=None)
    key = next((key for key in standing if key.person == viewer.person), None)
    if key is None:
        raise Refused(_("You have no key standing in this decision."))
    said = {"decision": found.pk, "seq": key.seq}
    entry = ledger.append(ledger.lock(found.stream), "decision.key-back", said, viewer.actor)
    projection.store(entry, canonical_form(said))
    return found


@transaction.atomic
def reject(viewer: Viewer, decision: UUID, reason: str) -> Decision:
    """A right-holder of an open slot rejects, with a reason."""
    found = open_decision(viewer, decision)
    if not reason.strip():
        raise Invalid({"reason": _("Say why.")})
    if not any(holds_slot(found, viewer, slot) for slot in found.slots.all()):
        raise Refused(
            _("Only who holds a key of this decision can reject it."),
            [h for slot in found.slots.all() for h in _holders(found, slot)],
        )
    _end(found, "decision.rejected", viewer.actor, reason)
    return found


@transaction.atomic
def withdraw(viewer: Viewer, decision: UUID, reason: str) -> Decision:
    """The proposing organisation withdraws its proposal."""
    found = open_decision(viewer, decision)
    if found.organisation != viewer.organisation:
        raise Refused(
            _("Only the organisation that proposed can withdraw."),
            list(parties.organisation_names([found.organisation]).values()),
        )
    kind = kind_named(found.kind)
    if viewer.person != found.person and not rights.may_propose(found.stream, kind, viewer.person, found.organisation):
        raise Refused(
            _("Only who proposed this, or may propose it, can withdraw it."), rights.proposer_words(found.stream, kind)
        )
    if not reason.strip():
        raise Invalid({"reason": _("Say why.")})
    _end(found, "decision.withdrawn", viewer.actor, reason)
    return found


def _end(decision: Decision, kind: str, actor: Actor, reason: str) -> None:
    said = {"decision": decision.pk, "reason": reason}
    entry = ledger.append(ledger.lock(decision.stream), kind, said, actor)
    projection.store(entry, canonical_form(said))


@transaction.atomic
def dissent(viewer: Viewer, decision: UUID, text: str) -> None:
    """Records dissent beside a decision, open or ended, by any party."""
    found = Decision.objects.filter(pk=decision).first()
    if found is None:
        raise Hidden()
    actor = _party(viewer, found.stream)
    if not text.strip():
        raise Invalid({"text": _("Say what you dissent from, and why.")})
    said = {"decision": found.pk, "text": text}
    entry = ledger.append(ledger.lock(found.stream), "decision.dissent", said, actor)
    projection.store(entry, canonical_form(said))


def lapse_due() -> int:
    """Lapses proposals whose time has run out; the node's own act, done by the worker. Returns how many."""
    return sum(map(_lapse, Decision.objects.filter(outcome=None, lapses_at__lte=clock.now())))


@transaction.atomic
def _lapse(decision: Decision) -> bool:
    ledger.lock(decision.stream)
    if Outcome.objects.filter(decision=decision).exists():  # somebody was quicker
        return False
    _end(decision, "decision.lapsed", node.actor(), "")
    return True


def emergency_due() -> int:
    """Ends emergency acts that nobody ratified in time; the node's own act, done by the worker."""
    due = Outcome.objects.filter(ends_at__lte=clock.now(), decision__expiry=None).select_related("decision")
    return sum(_expire(outcome.decision, outcome.seq) for outcome in due)


@transaction.atomic
def _expire(decision: Decision, seq: int) -> bool:
    position = ledger.lock(decision.stream)
    if ratified(decision) or Expiry.objects.filter(decision=decision).exists():
        return False
    effect = projection.effect_of(decision.stream, position.seq, position.at, decision.pk, node.actor())
    projection.undo(decision.stream, seq, effect)
    said = {"decision": decision.pk, "adopted": seq, "rows": effect.digest()}
    entry = ledger.append(position, "decision.expired", said, node.actor())
    projection.store(entry, canonical_form(said))
    return True


def ratified(decision: Decision) -> bool:
    """Whether both sides let an emergency act stand."""
    return Ratification.objects.current().filter(stream=decision.stream, subject=decision.pk).exists()
