"""Quarterly reviews (GOV-04): calendar, states, the frozen pack, checkpoints."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.world import World
from trellis.core import canonical, clock, keys, ports
from trellis.core.conditions import Condition, Hidden, Invalid, Refused
from trellis.core.models import Checkpoint
from trellis.core.ports import PackSection
from trellis.governance import founding, packs, reviews
from trellis.governance import services as governance
from trellis.governance.kinds import ParameterSet
from trellis.governance.models import Review
from trellis.governance.tests.test_decisions import KEYS
from trellis.governance.tests.test_replay import replayed

Q1 = date(2026, 1, 1)


def at(day: str) -> None:
    clock.set_to(datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC))


def state(world: World, first: date = Q1) -> str:
    return next(r.state for r in reviews.reviews(world.programme) if r.period_start == first)


def sign(world: World, first: date = Q1) -> Any:
    seats = [world.seats[who] for who in KEYS]
    return reviews.sign(world.viewer(KEYS[0]), world.programme, first, attended=seats)


def held(world: World, first: date = Q1) -> Any:
    decision = sign(world, first)
    return governance.key_turn(world.viewer(KEYS[1]), decision.pk)


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2026-01-05", "upcoming"), ("2026-03-31", "upcoming"), ("2026-04-01", "open"), ("2026-04-14", "open"),
     ("2026-04-15", "overdue")],
)  # fmt: skip
def test_gov_04_states_by_day_with_fourteen_days_of_grace(world: World, day: str, expected: str) -> None:
    at(day)
    assert state(world) == expected


def test_the_grace_is_a_parameter(world: World) -> None:
    payload = ParameterSet(name="review.grace", value="30", reason="The harvest falls into it")
    world.decide(KEYS[0], "parameter.set", payload, KEYS[1])
    at("2026-04-29")
    assert state(world) == "open"


def test_the_calendar_is_that_of_the_programmes_year_and_time_zone(world: World) -> None:
    sides = {world.org("ministry"): "partner", world.org("norvia"): "donor"}
    seats = [world.seats[who] for who in KEYS]
    clock.set_to(datetime(2026, 3, 31, 22, 0, tzinfo=UTC))  # the first of April in Kathmandu
    row = founding.draft(world.viewer("ministry"), title="Hills", sides=sides, seats=seats,
                         time_zone="Asia/Kathmandu", fiscal_year_start=4)  # fmt: skip
    founding.sign(world.viewer("ministry"), row.pk)
    founding.sign(world.viewer("norvia"), row.pk)
    first = reviews.reviews(row.pk)[-1]
    assert (first.label, first.period_start, first.period_end) == ("2026/27 Q1", date(2026, 4, 1), date(2026, 6, 30))
    clock.set_to(datetime(2026, 6, 30, 18, 30, tzinfo=UTC))  # already July there
    assert reviews.reviews(row.pk)[-1].state == "open"


def test_gov_04_both_sides_sign_and_every_party_gets_a_checkpoint(world: World) -> None:
    at("2026-04-08")
    decision = sign(world)
    assert state(world) == "open" and not Checkpoint.objects.exists()
    assert reviews.review(world.viewer("cert"), world.programme, Q1).proposed == decision.pk
    governance.key_turn(world.viewer(KEYS[1]), decision.pk)
    found = reviews.review(world.viewer("cert"), world.programme, Q1)
    assert (found.state, found.held_on, found.number, found.late) == ("held", date(2026, 4, 8), 1, False)
    points = Checkpoint.objects.filter(stream=world.programme)
    assert points.count() == 6 and {point.party for point in points} >= {world.org("cert"), world.org("evaluator")}
    for point in points:
        body = canonical.decode(point.body)
        assert body["seq"] == 4 and keys.holds(
            bytes.fromhex(body["public"]), point.body.encode(), bytes(point.signature)
        )


def test_gov_04_later_edits_do_not_alter_the_frozen_pack(world: World) -> None:
    at("2026-04-08")
    said = ["Two activities are late."]
    port = lambda arrangement, period, as_of: PackSection("test", "Test", 1, {"paragraphs": list(said)})  # noqa: E731
    ports.pack_sections.add(port)
    try:
        held(world)
        said[0] = "All is well."
        now = reviews.pack(world.viewer(KEYS[0]), world.programme, Q1)
    finally:
        ports.pack_sections._functions.remove(port)
    frozen, attendance = reviews.signed_pack(world.viewer("cert"), world.programme, Q1)
    assert next(p for p in frozen if p.key == "test").paragraphs == ["Two activities are late."]
    assert next(p for p in now if p.key == "test").paragraphs == ["All is well."]
    assert {one.organisation for one in attendance} == {world.org("ministry"), world.org("norvia")}
    before, after = replayed(world)
    assert before == after
    assert Checkpoint.objects.count() == 6, "a replay makes no checkpoints"


def test_gov_04_a_late_review_says_so_and_the_next_is_its_own(world: World) -> None:
    at("2026-07-20")
    held(world)
    found = {r.period_start: r for r in reviews.reviews(world.programme)}
    assert found[Q1].state == "held" and found[Q1].late
    assert found[date(2026, 4, 1)].state == "overdue"


def test_a_quarter_is_signed_once_after_its_end_by_a_co_chair(world: World) -> None:
    at("2026-03-30")
    with pytest.raises(Invalid, match="not over"):
        sign(world)
    at("2026-04-08")
    with pytest.raises(Refused):
        reviews.sign(world.viewer("ministry:coordinator"), world.programme, Q1, attended=[])
    with pytest.raises(Hidden):
        reviews.sign(world.viewer("outsider"), world.programme, Q1, attended=[])
    held(world)
    again = held(world)
    assert not hasattr(again, "outcome") and Review.objects.filter(stream=world.programme).count() == 1
    with pytest.raises(Hidden):
        sign(world, date(2026, 2, 1))


def test_attendance_of_donors_is_a_condition(world: World) -> None:
    at("2026-04-08")
    decision = reviews.sign(world.viewer(KEYS[0]), world.programme, Q1, attended=[])
    assert "Donor attendance is recorded" in {c.name for c in governance.conditions(decision) if not c.met}


def test_an_area_can_keep_a_review_open(world: World) -> None:
    at("2026-04-08")
    port = lambda arrangement, period, as_of: [Condition("Off-track items have an action", False)]  # noqa: E731
    ports.review_conditions.add(port)
    try:
        decision = held(world)
        assert not hasattr(decision, "outcome")
    finally:
        ports.review_conditions._functions.remove(port)
    governance.adopt_if_ready(world.viewer(KEYS[1]), decision.pk)
    assert state(world) == "held" and Checkpoint.objects.count() == 6


def test_what_an_area_hands_over_becomes_tables_figures_and_facts() -> None:
    section = PackSection(
        "money", "Money", 5,
        {"tranches": [{"number": 1, "amount": "100.00", "paid": None}, {"number": 2, "late": True}],
         "share": {"value": 0.5, "reason": "", "n": 4}, "total": "300.00", "donors": ["A", "B"]},
    )  # fmt: skip
    part = packs.part(section)
    facts, tranches = part.tables
    assert tranches.columns == ["Number", "Amount", "Paid", "Late"]
    assert tranches.rows == [
        ["1", "100.00", "not reported", "not reported"],
        ["2", "not reported", "not reported", "yes"],
    ]
    assert facts.rows == [["Total", "300.00"], ["Donors", "A, B"]]
    assert part.figures[0].value == "0.5" and part.figures[0].n == 4
    canonical.encode(part.model_dump())
