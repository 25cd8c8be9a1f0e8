"""Plans: NA-01, NA-02, NA-07, NA-08, and what adoption needs."""

from datetime import date
from decimal import Decimal

import pytest

from tests.world import World
from trellis.assessment.tests.room import closed
from trellis.core import canonical, clock, figures, ids
from trellis.core.conditions import Blocked, Hidden, Invalid, Refused
from trellis.governance import replay
from trellis.governance import services as governance
from trellis.governance.kinds import StageAdvance, stage_conditions
from trellis.planning import doors, selectors, services, table
from trellis.planning.schemas import PlanObjectiveSaid
from trellis.planning.tests.room import DPO, KEYS, NCC, activity, adopted, drafted


def unmet(world: World, plan: object) -> dict[str, str]:
    found = services.adopting_conditions(world.viewer(NCC), world.programme, plan)  # type: ignore[arg-type]
    return {c.name: c.note for c in found if not c.met}


def test_a_plan_is_adopted_by_both_sides_and_by_nobody_alone(world: World) -> None:
    plan = drafted(world, closed(world))
    decision = services.plan_adopt(world.viewer(NCC), world.programme, plan)
    assert selectors.plan_in_force(world.programme) is None
    for who in KEYS:
        governance.key_turn(world.viewer(who), decision.pk)
    found = selectors.plan_in_force(world.programme)
    assert found is not None and (found.title, found.number, len(found.activities)) == ("Plan 2026", 1, 3)
    assert found.activities[1].amount == Decimal("120000.50") and found.activities[1].currency == "EUR"


def test_na_01_a_plan_without_policy_says_so_and_adding_one_clears_it(world: World) -> None:
    plan = drafted(world, closed(world))
    without = plan.model_copy(update={"activities": plan.activities[1:]})
    assert unmet(world, without) == {"Policy strand has an activity": "Policy strand empty"}
    assert selectors.plan_check(world.programme, without.objectives, without.activities).empty_strands == ("policy",)
    assert unmet(world, plan) == {}


def test_na_01_the_check_names_each_activity_tied_to_no_objective(world: World) -> None:
    plan = drafted(world, closed(world))
    loose = activity(world, "Fly to a conference", "policy")
    found = selectors.plan_check(world.programme, plan.objectives, [*plan.activities, loose])
    assert found.without_objective == ("Fly to a conference",)


def test_na_02_adoption_without_a_closed_assessment_is_blocked_and_everything_is_listed(world: World) -> None:
    bad = activity(
        world,
        "Copy of another",
        "policy",
        copied_from="Lindaria 2024",
        start=date(2026, 5, 1),
        end=date(2026, 4, 1),
        lead=world.org("outsider"),
        amount=Decimal(5),
    )
    plan = drafted(world, ids.new()).model_copy(update={"activities": [bad]})
    assert set(unmet(world, plan)) == {
        "A needs assessment is closed",
        "Technical training strand has an activity",
        "Long-term capacity strand has an activity",
        "Every copy lists its local adaptations",
        "No activity ends before it starts",
        "Every gap cited is in a closed assessment of this programme",
        "Leads, payers and initiators are parties to the programme",
        "Every amount is at least zero and names its currency",
    }
    decision = adopted(world, plan)
    assert not hasattr(decision, "outcome")
    with pytest.raises(Blocked):
        services.draft_new(world.viewer(NCC), world.programme)


def test_na_02_uncited_activities_keep_the_programme_from_being_agreed(world: World) -> None:
    plan = drafted(world, closed(world))
    adopted(
        world,
        plan.model_copy(update={"activities": [*plan.activities, activity(world, "Gift", "policy", gaps=[])]}),
    )
    conditions = {c.name: (c.met, c.note) for c in stage_conditions(world.programme, "agreed")}
    assert conditions["Every activity cites an assessed gap"] == (False, "Gift")
    assert conditions["A plan is adopted by both sides"][0] is True
    decision = world.decide(NCC, "programme.advance", StageAdvance(stage="assessed"), *KEYS)
    assert decision.outcome.state == "adopted"


def test_na_07_removing_one_field_drops_the_rate_by_one_over_n_and_names_the_activity(world: World) -> None:
    plan = drafted(world, closed(world))
    first = adopted(world, plan)
    params = {"programme": world.programme}
    assert figures.figure(figures.ask("planning.alignment", params)).value == 1
    poorer = plan.activities[0].model_copy(update={"legal_basis": " "})
    amended = plan.model_copy(
        update={
            "activities": [poorer, *plan.activities[1:]],
            "replaces": first.pk,
            "reason": "The decree fell",
        }
    )
    adopted(world, amended)
    figure = figures.figure(figures.ask("planning.alignment", params))
    assert (figure.parts["numerator"], figure.parts["denominator"]) == (2, 3)
    assert figure.value == Decimal(2) / Decimal(3)
    found = selectors.plan_check_in_force(world.programme)
    assert found is not None and found.lacking == {"Draft the decree": ("legal basis",)}


def test_na_08_a_copy_without_adaptations_cannot_be_approved(world: World) -> None:
    plan = drafted(world, closed(world))
    copy = activity(world, "Course from abroad", "policy", copied_from="Lindaria, course of 2024")
    bad = plan.model_copy(update={"activities": [*plan.activities, copy]})
    decision = adopted(world, bad)
    assert not hasattr(decision, "outcome")
    assert unmet(world, bad) == {"Every copy lists its local adaptations": "Course from abroad"}
    good = copy.model_copy(update={"adaptations": "Taught in the languages of the regions"})
    plan = plan.model_copy(update={"activities": [*plan.activities, good]})
    adopted(world, plan)
    kept = selectors.activity(world.programme, copy.id)
    assert (kept.copied_from, kept.adaptations) == (
        "Lindaria, course of 2024",
        "Taught in the languages of the regions",
    )


def test_an_amendment_says_why_and_starts_from_the_plan_in_force(world: World) -> None:
    plan = drafted(world, closed(world))
    adopted(world, plan)
    clock.advance(hours=1)
    assert set(unmet(world, plan)) == {"It was drafted from the plan in force", "An amendment says why"}
    draft = services.draft_new(world.viewer(NCC), world.programme)
    draft = services.activity_remove(world.viewer(NCC), draft.id, plan.activities[2].id)
    late = activity(world, "Build a school", "long-term-capacity")
    services.activity_put(world.viewer(NCC), draft.id, late)
    services.draft_heading(world.viewer(NCC), draft.id, title="Plan 2026, amended", reason="A school is better")
    decision = services.draft_propose(world.viewer(NCC), draft.id)
    for who in KEYS:
        governance.key_turn(world.viewer(who), decision.pk)
    found = selectors.plan_in_force(world.programme)
    assert found is not None and found.number == 2
    assert [a.title for a in found.activities] == [
        "Draft the decree",
        "Train the responders",
        "Build a school",
    ]
    with pytest.raises(Hidden):
        selectors.activity(world.programme, plan.activities[2].id)
    before = selectors.activities(world.programme, selectors.plans(world.programme)[1].at)
    assert [a.title for a in before][2] == "Mentor the team"


def test_a_draft_is_private_to_its_organisation(world: World) -> None:
    closed(world)
    draft = services.draft_new(world.viewer(NCC), world.programme)
    for who in (DPO, "outsider", "cert"):
        with pytest.raises(Hidden):
            services.draft_read(world.viewer(who), draft.id)
    with pytest.raises(Hidden):
        services.draft_new(world.viewer("outsider"), world.programme)
    services.draft_delete(world.viewer(NCC), draft.id)
    assert services.draft_list(world.viewer(NCC), world.programme) == []


def test_an_incomplete_draft_is_not_proposed_and_lists_what_it_lacks(world: World) -> None:
    closed(world)
    draft = services.draft_new(world.viewer(NCC), world.programme)
    with pytest.raises(Blocked) as blocked:
        services.draft_propose(world.viewer(NCC), draft.id)
    assert {c.name for c in blocked.value.conditions if not c.met} == {
        "Policy strand has an activity",
        "Technical training strand has an activity",
        "Long-term capacity strand has an activity",
    }
    assert services.draft_read(world.viewer(NCC), draft.id).plan.activities == []
    mine = services.draft_new(world.viewer("centre"), world.programme)
    with pytest.raises(Refused):
        services.draft_propose(world.viewer("centre"), mine.id)


def test_an_objective_taken_away_leaves_its_activities_tied_to_none(world: World) -> None:
    closed(world)
    viewer = world.viewer(NCC)
    draft = services.draft_new(viewer, world.programme)
    objective = PlanObjectiveSaid(id=ids.new(), title="Contain")
    services.draft_objectives(viewer, draft.id, [objective])
    services.activity_put(viewer, draft.id, activity(world, "Train", "policy", objective=objective.id))
    assert services.draft_read(viewer, draft.id).check.without_objective == ()
    services.draft_objectives(viewer, draft.id, [])
    assert services.draft_read(viewer, draft.id).check.without_objective == ("Train",)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_activities_go_out_and_come_back_the_same(world: World, kind: str) -> None:
    plan = drafted(world, closed(world))
    viewer = world.viewer(NCC)
    draft = services.draft_new(viewer, world.programme)
    services.draft_objectives(viewer, draft.id, plan.objectives)
    data = table.export(world.programme, plan.activities, plan.objectives, kind)
    report = table.activities_import(viewer, draft.id, data, dry=True)
    assert report.ok and len(report.accepted) == 3
    assert services.draft_read(viewer, draft.id).plan.activities == []
    table.activities_import(viewer, draft.id, data)
    assert services.draft_read(viewer, draft.id).plan.activities == plan.activities


def test_an_import_names_every_problem_and_brings_nothing_in(world: World) -> None:
    closed(world)
    viewer = world.viewer(NCC)
    draft = services.draft_new(viewer, world.programme)
    text = (
        "Activity,Strand,Led by,Start,End,Gaps,Budget\n"
        "Good,policy,National CERT,2026-01-01,2026-02-01,1.2,\n"
        "Bad,sport,Nobody,2026-01-01,2026-02-01,1.2,\n"
        "Worse,policy,National CERT,2026-03-01,2026-02-01,7.7,12\n"
    )
    with pytest.raises(Invalid) as invalid:
        table.activities_import(viewer, draft.id, text.encode())
    said = invalid.value.fields["file"]
    for part in ("Line 3, Strand", "Line 3, Led by", "Line 4, End", "Line 4, Gaps", "Line 4, Currency"):
        assert part in said
    assert services.draft_read(viewer, draft.id).plan.activities == []


def test_replaying_the_stream_rebuilds_the_plan_exactly_and_the_pack_is_canonical(world: World) -> None:
    plan = drafted(world, closed(world))
    first = adopted(world, plan)
    adopted(
        world,
        plan.model_copy(update={"replaces": first.pk, "reason": "x", "activities": plan.activities[::-1]}),
    )
    assert list(replay.verify_tables(world.programme)) == []
    section = doors.pack_section(world.programme, (clock.today(), clock.today()), clock.now())
    assert section.content["activities"][0]["title"] == "Mentor the team"
    canonical.encode(section.content)
