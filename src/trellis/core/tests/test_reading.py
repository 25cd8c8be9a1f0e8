"""Reads that hold for one page: asked once in a scope, fresh after a write and outside of one."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from tests.world import World
from trellis.core import reading
from trellis.governance.kinds import ParameterSet
from trellis.governance.parameters import parameter
from trellis.parties import selectors as parties

asked: list[object] = []


@reading.remembered
def named(word: str, *, loud: bool = False) -> list[str]:
    asked.append(word)
    return [word.upper() if loud else word]


@reading.together
def lengths(streams: Sequence[UUID], word: str) -> dict[UUID, list[str]]:
    asked.append(tuple(streams))
    return {stream: [word] for stream in streams}


def test_an_answer_stands_for_the_scope_and_no_longer() -> None:
    asked.clear()
    assert named("a") == named("a") == ["a"] and asked == ["a", "a"]
    with reading.scope():
        assert named("a") == ["a"] and named("a", loud=True) == ["A"]
        with reading.scope():  # one inside another is the same
            assert named("a") == ["a"]
        named("a").append("changed by who got it")
        assert named("a") == ["a"]
        assert asked == ["a"] * 4
        reading.forget()
        assert named("a") == ["a"] and len(asked) == 5
    assert named("a") == named("a") == ["a"] and len(asked) == 7


def test_siblings_are_read_together_and_strangers_alone() -> None:
    asked.clear()
    one, two, other = uuid4(), uuid4(), uuid4()
    assert lengths(one, "x") == ["x"] and asked == [(one,)]
    with reading.scope():
        reading.siblings([one, two])
        assert lengths(one, "x") == lengths(two, "x") == ["x"]
        assert asked[1:] == [(one, two)]
        assert lengths(other, "x") == ["x"] and asked[2:] == [(other,)]
        assert lengths(two, "y") == ["y"] and asked[3:] == [(one, two)]


@reading.by_id
def shown(ids: Sequence[UUID]) -> dict[UUID, str]:
    asked.append(tuple(ids))
    return {one: str(one) for one in ids if one.int > 0}


def test_things_are_read_by_id_once_and_those_that_are_not_there_too() -> None:
    asked.clear()
    nobody, *two = UUID(int=0), UUID(int=1), UUID(int=2)
    assert shown(two) == shown(reversed(two)) == {one: str(one) for one in two} and len(asked) == 2
    with reading.scope():
        assert shown([two[1], nobody]) == {two[1]: str(two[1])} and asked[2:] == [(nobody, two[1])]
        assert list(shown([nobody, *two])) == two and asked[3:] == [(two[0],)]
        assert shown([nobody]) == {} and len(asked) == 4


def test_a_decision_inside_a_scope_is_seen_at_once(world: World) -> None:
    with reading.scope():
        assert parameter(world.programme, "review.grace") == "14"
        said = ParameterSet(name="review.grace", value="21", reason="Asked for")
        world.decide("ministry:co-chair", "parameter.set", said, "norvia:co-chair")
        assert parameter(world.programme, "review.grace") == "21"


def test_nobody_else_has_what_one_scope_holds(world: World) -> None:
    """Who leaves or loses a seat is gone at the next request, and after any write inside this one."""
    from trellis.parties import services

    with reading.scope():
        held = parties.seats_held(world.people["cert:cert-lead"].pk)
        assert world.seats["cert:cert-lead"] in held
        services.seat_vacate(world.viewer("cert"), world.seats["cert:cert-lead"])
        assert not parties.seats_held(world.people["cert:cert-lead"].pk)
