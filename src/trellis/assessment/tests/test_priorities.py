"""Priorities: OWN-01, GOV-06, and their place in the order of gaps (D17)."""

import pytest

from tests.world import World
from trellis.assessment import doors, selectors, services
from trellis.assessment.models import PriorityComment
from trellis.assessment.schemas import ClosedPriority, RankedPriority
from trellis.assessment.tests.room import NCC, closed
from trellis.core import ids
from trellis.core.conditions import Blocked, Hidden, Invalid, Refused
from trellis.governance import replay
from trellis.sharing import gate

DONOR = "norvia:programme-officer"


def one(world: World, assessment: object, title: str, *codes: str, **more: object) -> RankedPriority:
    return RankedPriority(id=ids.new(), title=title, assessment=assessment, gaps=list(codes), **more)


def ranked(world: World) -> tuple[object, RankedPriority, RankedPriority]:
    assessment = closed(world)
    first = one(world, assessment, "Respond to incidents", "1.2")
    second = one(world, assessment, "A strategy that is followed", "1.1")
    services.priorities_rank(world.viewer(NCC), world.programme, [first, second])
    return assessment, first, second


def test_own_01_donor_rerank_is_refused_and_names_the_right_holder(world: World) -> None:
    _assessment, first, second = ranked(world)
    with pytest.raises(Refused) as refused:
        services.priorities_rank(world.viewer(DONOR), world.programme, [second, first], trigger="We pay")
    assert refused.value.holders == [
        "National cyber coordinator, Ministry of Digital Affairs (coordinator of ministry)"
    ]
    assert [view.id for view in selectors.priorities(world.programme)] == [first.id, second.id]


def test_d17_the_partners_priority_comes_before_size_and_confidence(world: World) -> None:
    assessment, _first, _second = ranked(world)
    rows = selectors.gaps(world.programme, assessment)
    assert [(r.code, r.priority) for r in rows if r.order] == [("1.2", 1), ("1.1", 2), ("1.3", None)]


def test_gov_06_a_new_order_needs_a_trigger_and_keeps_before_and_after(world: World) -> None:
    _assessment, first, second = ranked(world)
    with pytest.raises(Blocked) as blocked:
        services.priorities_rank(world.viewer(NCC), world.programme, [second, first])
    assert [c.name for c in blocked.value.conditions if not c.met] == ["A new order names what brought it about"]
    decision = services.priorities_rank(
        world.viewer(NCC), world.programme, [second, first], trigger="Ransomware hit three ministries"
    )
    last = selectors.rankings(world.programme)[0]
    assert last.before == [str(first.id), str(second.id)] and last.after == [str(second.id), str(first.id)]
    assert last.decision == decision.pk and last.trigger == "Ransomware hit three ministries"


def test_a_priority_keeps_its_origin_and_is_closed_only_with_a_reason(world: World) -> None:
    _assessment, first, second = ranked(world)
    changed = first.model_copy(update={"origin": "donor-suggested", "suggested_by": world.org("norvia")})
    with pytest.raises(Blocked) as blocked:
        services.priorities_rank(world.viewer(NCC), world.programme, [changed], trigger="New")
    unmet = {c.name for c in blocked.value.conditions if not c.met}
    assert unmet == {"A priority keeps its origin", "No priority is dropped without being closed"}
    services.priorities_rank(
        world.viewer(NCC),
        world.programme,
        [first],
        closed=[ClosedPriority(id=second.id, reason="The strategy is in force")],
        trigger="Adopted by parliament",
    )
    gone = selectors.priority(world.programme, second.id)
    assert gone.rank is None and gone.closed_because == "The strategy is in force"
    assert [view.rank for view in selectors.priorities(world.programme)] == [1]


def test_a_priority_cites_what_was_assessed(world: World) -> None:
    assessment = closed(world)
    with pytest.raises(Blocked) as blocked:
        services.priorities_rank(
            world.viewer(NCC),
            world.programme,
            [one(world, assessment, "Everything", "5.5"), one(world, assessment, "Nothing")],
        )
    notes = {c.name: c.note for c in blocked.value.conditions if not c.met}
    assert notes["Every item cited is in a closed assessment"] == "Everything: 5.5"
    assert notes["Every priority cites an assessed item"] == "Nothing"


def test_two_who_rank_at_once_are_told(world: World) -> None:
    _assessment, first, second = ranked(world)
    with pytest.raises(Blocked, match="Nobody ranked in between"):
        services.priorities_rank(
            world.viewer(NCC), world.programme, [second, first], trigger="Threat", before=[second.id]
        )


def test_own_01_donors_comment_and_suggest_for_all_parties_to_read(world: World) -> None:
    assessment, first, _second = ranked(world)
    donor = world.viewer(DONOR)
    services.priority_comment(donor, world.programme, first.id, "We have trainers for this.")
    services.priority_suggest(donor, world.programme, "Protect hospitals", "They were hit twice.")
    assert gate.visible(PriorityComment, world.viewer("ministry")).count() == 2
    assert gate.visible(PriorityComment, world.viewer("lindaria")).count() == 2
    assert not gate.visible(PriorityComment, world.viewer("outsider")).exists()
    taken = one(
        world,
        assessment,
        "Protect hospitals",
        "1.3",
        origin="donor-suggested",
        suggested_by=world.org("norvia"),
    )
    services.priorities_rank(world.viewer(NCC), world.programme, [first, taken, _second], trigger="Hospitals were hit")
    assert [v.origin for v in selectors.priorities(world.programme)] == [
        "partner",
        "donor-suggested",
        "partner",
    ]
    with pytest.raises(Hidden):
        services.priority_comment(world.viewer("outsider"), world.programme, first.id, "x")
    with pytest.raises(Invalid):
        services.priority_comment(donor, world.programme, first.id, " ")


def test_own_01_a_suggestion_is_not_passed_off_as_the_partners_or_anothers(world: World) -> None:
    assessment = closed(world)
    for more in (
        {"suggested_by": world.org("norvia")},
        {"origin": "donor-suggested", "suggested_by": world.org("cert")},
    ):
        with pytest.raises(Blocked, match="names that donor"):
            services.priorities_rank(world.viewer(NCC), world.programme, [one(world, assessment, "X", "1.2", **more)])


def test_what_waits_steps_and_pack(world: World) -> None:
    assert [s.state for s in doors.programme_steps(world.programme)] == ["none", "none"]
    assessment = closed(world)
    assert [w.title for w in doors.work_items(world.viewer(NCC))] == ["Rank the priorities"]
    assert doors.work_items(world.viewer(DONOR)) == []
    first = one(world, assessment, "Respond", "1.2")
    services.priorities_rank(world.viewer(NCC), world.programme, [first])
    assert doors.work_items(world.viewer(NCC)) == []
    assert [s.state for s in doors.programme_steps(world.programme)] == ["done", "done"]
    from trellis.core import canonical, clock

    today = clock.today()
    section = doors.pack_section(world.programme, (today, today), clock.now())
    assert [row["code"] for row in section.content["gaps"][:2]] == ["1.2", "1.1"]
    assert len(section.content["rankings"]) == 1
    canonical.encode(section.content)


def test_replaying_the_stream_rebuilds_priorities_exactly(world: World) -> None:
    _assessment, first, second = ranked(world)
    services.priorities_rank(world.viewer(NCC), world.programme, [second, first], trigger="Threat")
    assert list(replay.verify_tables(world.programme)) == []
