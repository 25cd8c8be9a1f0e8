"""The strategic direction and consent: OWN-02, OWN-05, OWN-07."""

from datetime import timedelta

import pytest

from tests.world import World
from trellis.assessment.tests.room import closed, given_to_a_donor
from trellis.core import clock
from trellis.core.conditions import Blocked, Refused
from trellis.governance import services as governance
from trellis.planning import selectors, services
from trellis.planning.tests.room import DPO, NCC, activity, adopted, directed, drafted
from trellis.sharing import services as sharing


def test_own_02_the_direction_is_set_by_the_partner_and_a_donor_is_refused(world: World) -> None:
    directed(world)
    found = selectors.direction(world.programme)
    assert found is not None and found.title == "Strategy 2026"
    with pytest.raises(Refused) as refused:
        services.direction_set(world.viewer(DPO), world.programme, title="Ours", objectives=[])
    assert any("Ministry of Digital Affairs" in holder for holder in refused.value.holders)


def test_own_02_the_right_cannot_be_granted_to_a_donor(world: World) -> None:
    assert "stays with the partner" in given_to_a_donor(world, "planning.direction")


def test_own_02_the_cert_lead_may_draft_and_the_coordinator_approves(world: World) -> None:
    from trellis.core import ids
    from trellis.planning.schemas import DirectionObjectiveSaid

    objective = DirectionObjectiveSaid(id=ids.new(), title="Respond")
    decision = services.direction_set(
        world.viewer("cert:cert-lead"), world.programme, title="Draft", objectives=[objective]
    )
    assert selectors.direction(world.programme) is None
    governance.key_turn(world.viewer(NCC), decision.pk)
    assert selectors.direction(world.programme) is not None
    with pytest.raises(Blocked):
        services.direction_set(world.viewer(NCC), world.programme, title="Empty", objectives=[])


def test_own_07_objectives_show_funded_unfunded_and_off_strategy_work(world: World) -> None:
    founded, _unfounded = directed(world)
    plan = drafted(world, closed(world), serves=founded.id)
    adopted(world, plan.model_copy(update={"activities": [*plan.activities, activity(world, "Gift", "policy")]}))
    work = selectors.work_by_objective(world.programme)
    assert [(w.objective.title if w.objective else None, len(w.funded), len(w.unfunded)) for w in work] == [
        ("Services go on", 1, 2),
        ("Be modern", 0, 0),
        (None, 0, 1),
    ]
    held = selectors.direction(world.programme)
    assert held is not None and [o.unfounded for o in held.objectives] == [False, True]


def test_own_05_an_activity_runs_only_under_consent_and_pauses_at_once(world: World) -> None:
    plan = drafted(world, closed(world))
    adopted(world, plan)
    found = selectors.activity(world.programme, plan.activities[0].id)
    other = selectors.activity(world.programme, plan.activities[1].id)
    assert selectors.activity_state(found).state == "planned"
    clock.set_to(clock.now() + timedelta(days=40))
    assert selectors.activity_state(found).state == "planned"
    assert not all(c.met for c in selectors.start_conditions(found))
    actor = world.viewer("ministry").actor
    sharing.consent_give(actor, world.programme, "programme", "All of it")
    given = sharing.consent_give(actor, world.programme, "activity", "This one", about=found.id)
    sharing.consent_give(actor, world.programme, "activity", "That one", about=other.id)
    assert selectors.activity_state(found).state == "running"
    assert all(c.met for c in selectors.start_conditions(found))
    before = clock.now()
    clock.advance(hours=1)
    sharing.consent_withdraw(actor, given.subject, "The law changed")
    assert selectors.activity_state(found).state == "paused"
    assert selectors.activity_state(other).state == "running"
    assert selectors.activity_state(found, before).state == "running"
    clock.advance(hours=1)
    sharing.consent_give(actor, world.programme, "activity", "Again", about=found.id)
    assert selectors.activity_state(found).state == "running"
    clock.set_to(clock.now() + timedelta(days=400))
    assert selectors.activity_state(found).state == "ended"


def test_own_05_withdrawing_consent_to_the_programme_pauses_every_activity(world: World) -> None:
    plan = drafted(world, closed(world))
    adopted(world, plan)
    clock.set_to(clock.now() + timedelta(days=40))
    actor = world.viewer("ministry").actor
    given = sharing.consent_give(actor, world.programme, "programme", "All of it")
    sharing.consent_give(actor, world.programme, "activity", "Every activity of the plan")
    assert {selectors.activity_state(a).state for a in selectors.activities(world.programme)} == {"running"}
    clock.advance(minutes=1)
    sharing.consent_withdraw(actor, given.subject, "Review")
    assert {selectors.activity_state(a).state for a in selectors.activities(world.programme)} == {"paused"}
