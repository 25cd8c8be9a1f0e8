"""Procedures that take the place of a meeting, and replay: the same entries make the same rows."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from tests.world import World
from trellis.core import clock, ledger, streams
from trellis.core.conditions import Invalid
from trellis.core.tests.unguarded import drop
from trellis.governance import membership, procedure, projection, replay
from trellis.governance import services as governance
from trellis.governance.kinds import Suspension
from trellis.governance.kinds_committee import EmergencyRatify
from trellis.governance.models import Decision, Expiry, Outcome, Parameter, Stage
from trellis.governance.parameters import parameter
from trellis.governance.registry import kind_named
from trellis.governance.tests.test_decisions import KEYS, grace, row, set_row, turn

# Procedures


def test_written_procedure_takes_the_place_of_a_meeting_only_where_allowed(world: World) -> None:
    set_row(world, kind="matrix.set", forum="committee", written=False)
    with pytest.raises(Invalid, match="written"):
        governance.propose(world.viewer(KEYS[0]), world.programme, "matrix.set", row(), procedure="written")
    with pytest.raises(Invalid, match="emergency"):
        grace(world, procedure="emergency")


def suspended(world: World) -> bool:
    return bool(Stage.objects.current().get(stream=world.programme).suspended)


def emergency(world: World) -> Decision:
    payload = Suspension(suspended=True, reason="The network is under attack")
    return world.decide("ministry:coordinator", "programme.suspend", payload, procedure="emergency")


def test_an_emergency_act_ends_after_its_days(world: World) -> None:
    decision = emergency(world)
    assert suspended(world) and Outcome.objects.get(decision=decision).ends_at == clock.now() + timedelta(days=14)
    clock.advance(days=13)
    assert governance.emergency_due() == 0
    clock.advance(days=1)
    assert governance.emergency_due() == 1 and governance.emergency_due() == 0
    assert not suspended(world) and Expiry.objects.get().decision == decision
    assert streams.verify_live(world.programme).holds


def test_a_ratified_emergency_act_stands(world: World) -> None:
    decision = emergency(world)
    payload = EmergencyRatify(decision=decision.pk, reason="It was right")
    world.decide(KEYS[0], "emergency.ratify", payload, KEYS[1])
    clock.advance(days=20)
    assert governance.emergency_due() == 0 and suspended(world)
    late = EmergencyRatify(decision=grace(world).pk, reason="No emergency")
    assert [c for c in governance.conditions(world.decide(KEYS[0], "emergency.ratify", late)) if not c.met]


# Replay


def busy(world: World) -> None:
    """A stream with every kind of entry."""
    turn(world, grace(world))
    governance.reject(world.viewer(KEYS[1]), grace(world, "30").pk, "Too long")
    back = grace(world, "31", lapses_at=clock.now() + timedelta(days=1))
    governance.key_take_back(world.viewer(KEYS[0]), back.pk)
    governance.dissent(world.viewer("cert:cert-lead"), back.pk, "Why at all")
    governance.withdraw(world.viewer(KEYS[0]), grace(world, "32").pk, "No need")
    set_row(world)
    emergency(world)
    clock.advance(days=15)
    governance.lapse_due()
    governance.emergency_due()
    turn(world, grace(world, "33"))
    placed = world.decide(KEYS[0], "matrix.set", row("programme.advance"), KEYS[1])
    procedure.place(world.viewer(KEYS[0]), placed.pk, procedure="written")
    joined = membership.party_add(world.viewer(KEYS[0]), world.programme, world.org("outsider"), "donor", "It pays")
    for who in (KEYS[1], "outsider"):
        governance.key_turn(world.viewer(who), joined.pk)
    ended = [world.seats["cert:cert-lead"]]
    turn(world, membership.seats_change(world.viewer(KEYS[0]), world.programme, "Moved", end=ended))


def replayed(world: World) -> tuple[Any, Any]:
    """The tables of the stream as they stand, and as a replay into empty ones makes them; nothing stays changed."""
    before = replay.dump(world.programme)
    tables = [*projection.tables(), *projection.INDEX]
    try:
        with transaction.atomic():
            drop(*tables)  # type: ignore[arg-type]
            for model, path in reversed(projection.INDEX.items()):
                model._default_manager.filter(**{path: world.programme}).delete()
            for model in projection.tables():
                model.objects.filter(stream=world.programme).delete()
            assert not any(replay.dump(world.programme).values())
            replay.replay(ledger.entries(world.programme))
            after = replay.dump(world.programme)
            raise Undone
    except Undone:
        return before, after


class Undone(Exception):
    """Takes a transaction back."""


def test_replay_into_empty_tables_gives_identical_rows(world: World) -> None:
    busy(world)
    before, after = replayed(world)
    assert sum(map(len, before.values())) > 60
    assert before == after
    assert streams.verify_live(world.programme).holds


def test_replay_finds_an_effect_that_makes_other_rows(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    turn(world, grace(world))
    kind = kind_named("parameter.set")
    effect = kind.effect
    object.__setattr__(
        kind, "effect", lambda payload, e: effect(payload.model_copy(update={"value": payload.value + "0"}), e)
    )
    try:
        with pytest.raises(projection.ReplayProblem, match="other rows"):
            replayed(world)
    finally:
        object.__setattr__(kind, "effect", effect)


def test_only_the_current_version_is_in_force_and_the_past_is_kept(world: World) -> None:
    turn(world, grace(world))
    moment = clock.now()
    clock.advance(days=1)
    turn(world, grace(world, "28"))
    assert parameter(world.programme, "review.grace", moment) == "21"
    assert parameter(world.programme, "review.grace") == "28"
    assert Parameter.objects.filter(stream=world.programme).count() == 2
