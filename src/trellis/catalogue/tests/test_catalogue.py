"""The catalogue: functions, the dictionary and its versions, what is protected."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from tests.world import World
from trellis.catalogue import rules, selectors, services
from trellis.catalogue.models import Indicator
from trellis.catalogue.schemas import FunctionSet, IndicatorSet, Target
from trellis.catalogue.tests.words import KEYS, adopt, governance, indicator, state
from trellis.core import clock, ids
from trellis.core.conditions import Hidden, Refused, unmet
from trellis.core.models import Entry
from trellis.governance import services as decisions
from trellis.governance.kinds import MatrixSet


def names(decision: Any) -> list[str]:
    return [c.name for c in unmet(decisions.conditions(decision))]


def two(world: World, **more: Any) -> tuple[Any, Any]:
    return indicator(world.org("cert"), **more), governance(world.org("ministry"))


def test_mea_01_a_dictionary_is_adopted_by_both_sides_and_versioned(world: World) -> None:
    contain, reviews = two(world)
    decision = adopt(world, contain, reviews)
    assert state(decision) == "adopted"
    clock.advance(days=90)
    adopt(world, contain.model_copy(update={"weight": Decimal(3)}), reviews, reason="Containment matters more")
    held = {one.id: one for one in selectors.indicators(world.programme)}
    assert (held[contain.id].version, held[contain.id].changed_in, held[contain.id].weight) == (
        2,
        2,
        Decimal(3),
    )
    assert (held[reviews.id].version, held[reviews.id].changed_in) == (2, 1)
    first = {one.id: one for one in selectors.indicators(world.programme, version=1)}
    assert first[contain.id].weight == Decimal(1)
    assert first[contain.id].targets == (Target(by=date(2027, 12, 31), value=Decimal(24)),)
    assert [d.version for d in selectors.dictionaries(world.programme)] == [2, 1]


def test_mea_01_target_equal_to_baseline_is_undefined_and_said_so(world: World) -> None:
    flat = indicator(world.org("cert"), targets=(Target(by=date(2027, 12, 31), value=Decimal(48)),))
    decision = adopt(world, flat, governance(world.org("ministry")))
    assert state(decision) == "adopted"
    notes = [c.note for c in decisions.conditions(decision) if c.name == "Progress is defined"]
    assert "undefined" in notes[0] and flat.title in notes[0]


def test_mea_01_the_stated_direction_is_that_of_the_numbers(world: World) -> None:
    decision = adopt(world, *two(world, direction="rising"))
    assert state(decision) == "proposed"
    assert names(decision) == ["The direction is that from baseline to target"]


@pytest.mark.parametrize("measures", ["output", "result"])
def test_gov_05_people_trained_is_no_outcome_without_a_linked_measure(world: World, measures: str) -> None:
    contain, reviews = two(world)
    trained = governance(
        world.org("ministry"),
        "People trained",
        unit="people",
        numerator="",
        denominator="",
        measures=measures,
        baseline=Decimal(0),
        targets=(Target(by=date(2027, 12, 31), value=Decimal(40)),),
    )
    alone = adopt(world, contain, reviews, trained)
    assert state(alone) == "proposed"
    assert names(alone) == ["What counts outputs is no outcome without a linked measure of behaviour or result"]
    linked = trained.model_copy(update={"linked": contain.id})
    assert state(adopt(world, contain, reviews, linked)) == "adopted"
    as_output = trained.model_copy(update={"level": "output"})
    assert state(adopt(world, contain, reviews, as_output)) == "adopted"


def test_mea_11_the_weight_floor_of_protected_indicators_is_enforced(world: World) -> None:
    contain, reviews = two(world, protected=True, weight=Decimal("0.04"))
    other = indicator(world.org("cert"), "Median hours to recover", weight=Decimal("0.96"))
    light = adopt(world, contain, other, reviews)
    assert state(light) == "proposed"
    assert names(light) == ["Protected indicators have at least 0.05 of their perspective's weight"]
    # 0.05 of 1.00 is the floor itself and is enough
    enough = contain.model_copy(update={"weight": Decimal("0.05")})
    adopted = adopt(world, enough, other.model_copy(update={"weight": Decimal("0.95")}), reviews)
    assert state(adopted) == "adopted"


def test_mea_11_one_sided_removal_of_a_protected_indicator_is_refused(world: World) -> None:
    contain, reviews = two(world, protected=True)
    other = indicator(world.org("cert"), "Median hours to recover")
    adopt(world, contain, other, reviews)
    one_side = world.decide(
        "ministry:coordinator",
        "catalogue.indicators",
        IndicatorSet(indicators=(other, reviews), reason="Too hard"),
    )
    assert state(one_side) == "proposed"
    with pytest.raises(Refused) as refused:
        decisions.key_turn(world.viewer("cert:cert-lead"), one_side.pk)
    assert any("Norvia" in holder for holder in refused.value.holders)
    assert contain.id in {one.id for one in selectors.indicators(world.programme)}


def test_mea_11_no_matrix_lets_one_side_weaken_what_is_protected(world: World) -> None:
    contain, reviews = two(world, protected=True, weight=Decimal(2))
    other = indicator(world.org("cert"), "Median hours to recover")
    adopt(world, contain, other, reviews)
    row = MatrixSet(
        kind="catalogue.indicators",
        joint=False,
        slots={"partner": "coordinator"},
        proposers=["partner:coordinator"],
        reason="Faster",
        forum="keys",
    )
    world.decide("ministry:co-chair", "matrix.set", row, "norvia:co-chair", procedure="written")
    lighter = contain.model_copy(update={"weight": Decimal(1)})
    for case in ((other, reviews), (lighter, other, reviews)):
        alone = world.decide(
            "ministry:coordinator", "catalogue.indicators", IndicatorSet(indicators=case, reason="Too hard")
        )
        assert state(alone) == "proposed"
        assert names(alone) == ["Weakening a protected indicator needs the keys of both sides"]


def test_weakened_sees_dilution_by_others(world: World) -> None:
    contain, reviews = two(world, protected=True)
    adopt(world, contain, reviews)
    before = selectors.indicators(world.programme)
    heavy = indicator(world.org("cert"), "Median hours to recover", weight=Decimal(9))
    assert rules.weakened(before, [contain, reviews]) == []
    assert rules.weakened(before, [contain, heavy, reviews]) == [f"{contain.title} weighs less"]


def test_weights_are_positive_and_both_perspectives_are_there(world: World) -> None:
    contain = indicator(world.org("cert"), weight=Decimal(0))
    found = names(adopt(world, contain))
    assert "Weights are above zero" in found
    assert "There is a technical and a governance perspective" in found


def test_a_function_is_entered_by_both_sides_and_owned_by_the_partner(world: World) -> None:
    key = ids.new()
    said = FunctionSet(function=key, title="Incident response", owner=world.org("cert"), posts=("Duty officer",))
    assert state(world.decide("norvia:programme-officer", "catalogue.function", said)) == "proposed"
    assert selectors.functions(world.programme) == []
    done = world.decide("ministry:coordinator", "catalogue.function", said, *KEYS)
    assert state(done) == "adopted"
    [found] = selectors.functions(world.programme)
    assert (found.title, found.posts, found.donor_led) == ("Incident response", ("Duty officer",), True)
    foreign = said.model_copy(update={"function": ids.new(), "title": "Other", "owner": world.org("norvia")})
    waits = world.decide("ministry:coordinator", "catalogue.function", foreign, *KEYS)
    assert names(waits) == ["Its owner is a party of the partner side"]


def test_an_outsider_sees_no_catalogue(world: World) -> None:
    adopt(world, *two(world))
    for path in ("functions", "indicators"):
        client = Client()
        client.force_login(world.people["outsider"])
        assert client.get(f"/api/programmes/{world.programme}/{path}").status_code == 404
    with pytest.raises(Hidden):
        services.indicators_propose(
            world.viewer("outsider"), world.programme, services.current(world.programme), "Mine"
        )


def test_the_api_proposes_what_the_service_proposes(world: World) -> None:
    contain, reviews = two(world)
    client = Client()
    client.force_login(world.people["ministry:coordinator"])
    body = {
        "indicators": [json.loads(one.model_dump_json()) for one in (contain, reviews)],
        "reason": "Start",
    }
    answer = client.post(
        f"/api/programmes/{world.programme}/indicators", json.dumps(body), content_type="application/json"
    )
    assert answer.status_code == 201, answer.content
    for who in KEYS:
        decisions.key_turn(world.viewer(who), answer.json()["decision"])
    got = client.get(f"/api/programmes/{world.programme}/indicators").json()
    assert {one["title"] for one in got} == {contain.title, reviews.title}


def test_versions_are_rows_of_their_own_and_hold_their_hash(world: World) -> None:
    contain, reviews = two(world)
    adopt(world, contain, reviews)
    adopt(world, contain, reviews, reason="Again")
    rows = list(Indicator.objects.filter(stream=world.programme, subject=contain.id).order_by("version"))
    assert [row.version for row in rows] == [1, 2]
    assert all(row.computed_hash() == row.content_hash for row in rows)
    assert Entry.objects.filter(stream=world.programme, kind="decision.adopted").count() >= 2
