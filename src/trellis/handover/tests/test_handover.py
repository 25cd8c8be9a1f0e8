"""Stepping back: plans, readiness from accepted evidence, the ladder, choices at the notice point."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from tests.world import World
from trellis.core import clock
from trellis.core.conditions import Blocked, Conflict, Hidden, Invalid, Refused, unmet
from trellis.governance import replay
from trellis.governance import services as governance
from trellis.handover import doors, selectors, services
from trellis.handover.models import Evidence, Rung
from trellis.handover.schemas import Accept, PlanSet, StepTake
from trellis.handover.tests.scene import (
    COORDINATOR,
    OFFICER,
    TARGET,
    accept,
    at,
    enter,
    on,
    plan,
    step,
)
from trellis.sharing import figures, records

ALL = ("mandate", "budget", "holders", "procedures", "reserve")
CRITERIA = 6


@pytest.fixture
def function(world: World) -> UUID:
    """A planned function."""
    made = enter(world)
    plan(world, made)
    return made


def readiness(world: World, function: UUID, who: str = "norvia") -> Any:
    asked = {"programme": world.programme, "function": function}
    return figures.shown(world.viewer(who), "handover.readiness", asked).figure


def waiting(world: World, decision: Any) -> list[str]:
    return [c.name for c in unmet(governance.conditions(decision))]


def test_exi_04_every_donor_supported_function_without_a_plan_is_listed(world: World) -> None:
    first, second = enter(world), enter(world, "Threat hunting")
    enter(world, "Registry", start="partner-only")
    assert {one.id for one in selectors.without_plan(world.programme)} == {first, second}
    [condition] = doors.stage_conditions(world.programme, "active")
    assert (condition.met, condition.note) == (False, "Incident response, Threat hunting")
    plan(world, first)
    plan(world, second)
    assert selectors.without_plan(world.programme) == []
    assert doors.stage_conditions(world.programme, "active")[0].met is True


def test_exi_04_a_slip_keeps_the_first_date_and_is_logged_with_its_decision(world: World, function: UUID) -> None:
    clock.advance(days=10)
    moved = plan(world, function, date(2027, 9, 28), reason="The law comes later")
    found = selectors.plan(world.programme, function)
    # 30 June to 28 September is 90 days
    assert (found.original_target, found.target, found.slip_days) == (TARGET, date(2027, 9, 28), 90)
    versions = selectors.plan_versions(world.programme, function)
    assert [(v.target, v.decision == moved.pk) for v in versions] == [
        (date(2027, 9, 28), True),
        (TARGET, False),
    ]
    [row] = doors.pack_section(world.programme, (date(2026, 1, 1), date(2026, 3, 31)), clock.now()).content["functions"]
    assert (row["slip_days"], row["slips"][0]["reason"]) == (90, "The law comes later")


def test_exi_04_a_change_without_a_reason_is_refused(world: World, function: UUID) -> None:
    with pytest.raises(Invalid):
        plan(world, function, date(2027, 9, 28))


def test_exi_04_a_criterion_binds_unless_both_sides_say_why_not(world: World) -> None:
    made = enter(world)
    decision = plan(world, made, mandatory={"reserve": False})
    assert waiting(world, decision) == ["Each that is not mandatory has a reason"]
    plan(world, made, mandatory={"reserve": False}, waived={"reserve": "It has no equipment"})
    accept(world, made, "mandate", "budget", "holders", "procedures")
    accept(world, made, "unaided", unaided_since=date(2025, 6, 1))
    assert readiness(world, made).value == "ready"


def test_exi_04_a_step_ahead_needs_a_mandatory_criterion(world: World) -> None:
    made = enter(world)
    decision = plan(world, made, mandatory={"procedures": False}, waived={"procedures": "None yet"})
    assert waiting(world, decision) == ["Each step ahead has a mandatory criterion"]


def test_d18_nothing_is_met_by_default(world: World, function: UUID) -> None:
    made = readiness(world, function)
    assert (made.value, made.unknown, made.parts["met"], made.n) == ("not ready", CRITERIA, 0, CRITERIA)


def test_exi_05_one_unmet_criterion_keeps_it_not_ready_and_says_which(world: World, function: UUID) -> None:
    accept(world, function, *ALL)
    accept(world, function, "unaided", unaided_since=date(2025, 8, 6))
    made = readiness(world, function)
    # 6 August to 5 January is 4 whole months of 6
    assert (made.value, made.parts["weakest"], made.parts["met"]) == ("not ready", "run unaided", 5)
    assert made.parts["run unaided"] == "not met (4 of 6 months)"
    at(2026, 2, 6)
    # without a date the figure is of the last entry, when four months had passed
    assert readiness(world, function).value == "not ready"
    again = figures.shown(
        world.viewer("norvia"),
        "handover.readiness",
        {"programme": world.programme, "function": function},
        as_of=clock.now(),
    ).figure
    assert again.value == "ready"
    assert selectors.state(world.programme, function).ready_since == date(2026, 2, 6)


def test_exi_05_one_trained_holder_is_too_few(world: World, function: UUID) -> None:
    accept(world, function, *(key for key in ALL if key != "holders"))
    accept(world, function, "unaided", unaided_since=date(2025, 6, 1))
    accept(world, function, "holders", holders={"Duty officer": 2, "Analyst": 1})
    made = readiness(world, function)
    assert (made.value, made.parts["weakest"]) == ("not ready", "trained holders per critical post")
    assert made.parts["trained holders per critical post"] == "not met (Analyst)"


def test_evidence_that_has_run_out_counts_as_unknown(world: World, function: UUID) -> None:
    accept(world, function, "budget", valid_until=date(2026, 12, 31))
    assert selectors.readiness(world.programme, selectors.state(world.programme, function).function).criteria[1].met
    at(2027, 1, 1)
    assert selectors.state(world.programme, function).readiness.criteria[1].met is None


def test_exi_07_one_donor_run_day_starts_the_count_again(world: World, function: UUID) -> None:
    accept(world, function, "unaided", unaided_since=date(2025, 6, 1))
    assert selectors.state(world.programme, function).readiness.criteria[5].met is True
    day = date(2025, 12, 20)
    services.presence_record(
        world.viewer(OFFICER),
        world.programme,
        function,
        first_day=day,
        last_day=day,
        person_days=Decimal(1),
        ran=True,
    )
    assert selectors.state(world.programme, function).readiness.criteria[5].note == "0 of 6 months"
    # parties who are neither partner nor donor see the figure, not the record
    assert readiness(world, function, "centre").value == "not ready"
    assert not list(selectors.presence(world.viewer("centre"), world.programme, function))


def test_evidence_counts_only_when_the_other_side_accepts_it(world: World, function: UUID) -> None:
    row = services.evidence_record(
        world.viewer("cert"), world.programme, function, "mandate", statement="Act 12 of 2025"
    )
    assert selectors.state(world.programme, function).readiness.criteria[0].met is None
    for who in (COORDINATOR, "cert", "evaluator:verifier"):
        with pytest.raises((Refused, Hidden)):
            services.evidence_accept(world.viewer(who), world.programme, row.subject)
    with pytest.raises(Refused) as refused:
        services.evidence_accept(world.viewer(COORDINATOR), world.programme, row.subject)
    assert any("Norvia" in holder for holder in refused.value.holders)
    with pytest.raises(Refused):
        services.evidence_record(world.viewer(OFFICER), world.programme, function, "mandate", statement="Ours")
    services.evidence_accept(world.viewer(OFFICER), world.programme, row.subject)
    assert selectors.state(world.programme, function).readiness.criteria[0].met is True


def test_acceptance_cites_the_record_that_was_read(world: World, function: UUID) -> None:
    row = services.evidence_record(world.viewer("cert"), world.programme, function, "mandate", statement="Act 12")
    said = Accept(function=function, criterion="mandate", evidence=row.pk, evidence_hash=row.content_hash, met=True)
    records.correct(row, world.viewer("cert").actor, "It was Act 13", statement="Act 13")
    stale = world.decide(OFFICER, "handover.accept", said)
    assert waiting(world, stale) == ["It is the newest version of the evidence"]
    other = world.decide(OFFICER, "handover.accept", said.model_copy(update={"evidence_hash": "0" * 64}))
    assert "The evidence is the record that was read" in waiting(world, other)
    assert selectors.acceptances(world.programme, function) == {}


def test_exi_06_skipping_a_step_is_refused_with_reasons(world: World, function: UUID) -> None:
    accept(world, function, *ALL)
    accept(world, function, "unaided", unaided_since=date(2025, 6, 1))
    with pytest.raises(Blocked) as blocked:
        step(world, function, "partner-only")
    assert [c.name for c in blocked.value.conditions] == ["No step is skipped"]
    assert "Donor-led" in blocked.value.conditions[0].note
    # past the service too: the proposal waits and is not adopted, whoever signs
    said = StepTake(function=function, step="partner-only", reason="Hurry")
    decision = world.decide(COORDINATOR, "handover.step", said, OFFICER, "lindaria:programme-officer")
    assert waiting(world, decision) == ["No step is skipped"]
    assert on(world, function) == "donor-led"


def test_exi_06_a_step_lists_every_criterion_that_gates_it(world: World, function: UUID) -> None:
    accept(world, function, "procedures")
    step(world, function, "joint")
    assert on(world, function) == "joint"
    with pytest.raises(Blocked) as blocked:
        step(world, function, "partner-led with mentor")
    assert [c.name for c in blocked.value.conditions] == [
        "Mandate in law",
        "Trained holders for each critical post",
    ]
    accept(world, function, "mandate", "holders")
    step(world, function, "partner-led with mentor")
    with pytest.raises(Blocked) as last:
        step(world, function, "partner-only")
    assert [c.name for c in last.value.conditions] == [
        "Budget line funded next year",
        "Refresh reserve on path",
        "Run unaided for months in a row",
    ]


def test_exi_06_both_keys_are_needed_and_one_side_alone_moves_nothing(world: World, function: UUID) -> None:
    accept(world, function, "procedures")
    decision = services.step_propose(world.viewer(COORDINATOR), world.programme, function, "joint", "Due")
    assert on(world, function) == "donor-led"
    with pytest.raises(Refused):
        governance.key_turn(world.viewer("cert:cert-lead"), decision.pk)
    with pytest.raises(Conflict):
        governance.key_turn(world.viewer(COORDINATOR), decision.pk)
    with pytest.raises(Refused) as refused:
        services.step_propose(world.viewer("evaluator:verifier"), world.programme, function, "joint", "Due")
    assert refused.value.holders


def test_exi_06_one_step_back_is_possible_by_decision_with_a_reason(world: World, function: UUID) -> None:
    accept(world, function, "procedures")
    step(world, function, "joint")
    with pytest.raises(Invalid):
        step(world, function, "donor-led", " ")
    clock.advance(days=1)
    step(world, function, "donor-led", "Two of three analysts left")
    assert on(world, function) == "donor-led"
    assert [one.step for one in selectors.rungs(world.programme, function)] == [
        "donor-led",
        "joint",
        "donor-led",
    ]


def test_exi_06_no_step_without_a_plan(world: World) -> None:
    made = enter(world)
    with pytest.raises(Blocked) as blocked:
        step(world, made, "joint")
    assert [c.name for c in blocked.value.conditions] == ["The function has a handover plan"]


def test_exi_06_donor_person_days_that_do_not_fall_raise_an_alert(world: World, function: UUID) -> None:
    def present(day: date, days: int) -> None:
        services.presence_record(
            world.viewer(OFFICER),
            world.programme,
            function,
            first_day=day,
            last_day=day,
            person_days=Decimal(days),
            ran=False,
        )

    at(2026, 1, 10)
    present(date(2026, 1, 8), 10)
    at(2026, 2, 4)
    accept(world, function, "procedures")
    step(world, function, "joint")
    assert selectors.state(world.programme, function).alerts == ("joint: donor person-days are not known",)
    at(2026, 3, 6)
    present(date(2026, 3, 5), 12)  # 12 in 30 days after 10 in 30 days
    assert selectors.person_days(world.programme, function) == [
        ("donor-led", Decimal(10)),
        ("joint", Decimal(12)),
    ]
    assert selectors.state(world.programme, function).alerts == ("joint: donor person-days did not fall",)
    at(2026, 4, 5)  # the same 12 in 60 days: 6
    assert selectors.state(world.programme, function).alerts == ()


def test_d18_not_ready_at_the_notice_point_forces_a_joint_choice(world: World, function: UUID) -> None:
    viewer = world.viewer(COORDINATOR)
    with pytest.raises(Invalid):
        services.choice_propose(viewer, world.programme, function, choice="extend once with cause", cause="Late")
    assert selectors.state(world.programme, function).choices == ()
    at(2027, 1, 15)  # 180 days before 30 June is 1 January
    assert len(selectors.state(world.programme, function).choices) == 3
    later = date(2027, 12, 31)
    assert waiting(world, plan(world, function, later, reason="Late")) == ["The date moves before the notice point"]

    def choose(**said: Any) -> Any:
        decision = services.choice_propose(viewer, world.programme, function, cause="The law is late", **said)
        for who in (OFFICER, "lindaria:programme-officer"):
            governance.key_turn(world.viewer(who), decision.pk)
        return decision

    choose(choice="extend once with cause", target=later)
    found = selectors.plan(world.programme, function)
    assert (found.target, found.original_target, found.extended) == (later, TARGET, True)
    at(2027, 8, 1)
    assert selectors.state(world.programme, function).choices == (
        "move to regional support",
        "exit with residual risk recorded",
    )
    twice = choose(choice="extend once with cause", target=date(2028, 6, 30))
    assert waiting(world, twice) == ["It was not extended before"]
    choose(choice="exit with residual risk recorded")
    assert selectors.state(world.programme, function).choices == ()


def test_stages_wait_for_steps_and_for_readiness(world: World, function: UUID) -> None:
    assert [c.met for c in doors.stage_conditions(world.programme, "stepping-back")] == [True, False]
    [condition] = doors.stage_conditions(world.programme, "exited")
    assert condition.met is False
    assert "Mandate in law" in condition.note
    accept(world, function, *ALL)
    accept(world, function, "unaided", unaided_since=date(2025, 6, 1))
    step(world, function, "joint")
    assert all(c.met for c in doors.stage_conditions(world.programme, "stepping-back"))
    step(world, function, "partner-led with mentor")
    step(world, function, "partner-only")
    assert doors.stage_conditions(world.programme, "exited")[0].met is True
    assert doors.programme_steps(world.programme)[0].state == "done"


def test_work_waits_for_those_who_can_do_it(world: World) -> None:
    made = enter(world)
    titles = lambda who: [item.title for item in doors.work_items(world.viewer(who))]  # noqa: E731
    assert titles(COORDINATOR) == titles(OFFICER) == ["Plan the handover: Incident response"]
    assert titles("evaluator:verifier") == titles("outsider") == []
    plan(world, made)
    services.evidence_record(world.viewer("cert"), world.programme, made, "mandate", statement="Act 12")
    assert titles(OFFICER) == ["Look at evidence: Mandate in law"]
    assert titles(COORDINATOR) == []


def test_an_outsider_finds_nothing_and_can_do_nothing(world: World, function: UUID) -> None:
    outsider = world.viewer("outsider")
    accept(world, function, "mandate")
    with pytest.raises(Hidden):
        selectors.evidence(outsider, world.programme, function)
    with pytest.raises(Hidden):
        services.step_propose(outsider, world.programme, function, "joint", "Mine")
    with pytest.raises(Hidden):
        services.evidence_record(outsider, world.programme, function, "mandate", statement="Mine")
    assert readiness(world, function, "outsider").reason == "consent missing"
    assert Evidence.records.privileged().count() == 1


def test_a_plan_past_the_service_is_judged_too(world: World) -> None:
    made = enter(world)
    said = PlanSet(
        function=made,
        target=date(2025, 1, 1),
        step="joint",
        next_owner=world.org("outsider"),
        mandatory={"mandate": True},
    )
    decision = world.decide(COORDINATOR, "handover.plan", said, OFFICER, "lindaria:programme-officer")
    assert {
        "The date lies ahead",
        "The owner of the next step is a party",
        "Each criterion is said to be mandatory or not",
        "The step is the one it is on",
    } <= set(waiting(world, decision))


def test_the_ledger_makes_the_same_rows_again(world: World, function: UUID) -> None:
    accept(world, function, "procedures")
    step(world, function, "joint")
    assert Rung.objects.count() == 2
    assert list(replay.verify_tables(world.programme)) == []
