"""D14 through the services, and what CAP-06 says of unmatched scores, drop-out and completion."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.world import World
from trellis.core import clock, figures
from trellis.delivery import doors, selectors
from trellis.delivery.schemas import Said
from trellis.delivery.tests.room import TRAINER, marks, opened, say
from trellis.sharing import figures as shown
from trellis.sharing import services as sharing

D = Decimal
YEAR = (date(2026, 1, 1), date(2026, 12, 31))


def gain(world: World, course: object, who: str = TRAINER, **more: object) -> object:
    return shown.shown(world.viewer(who), "delivery.gain", {"course": course}, **more).figure  # type: ignore[arg-type]


def test_d14_worked_values(world: World) -> None:
    found = opened(world)
    say(world, found, *marks())
    figure = gain(world, found.subject)
    assert figure.value == D("0.5") and figure.n == 4
    assert round(figure.parts["individual_gain"], 4) == D("0.4583") and figure.parts["individual_n"] == 3
    assert figure.parts["at_maximum"] == 1 and figure.parts["band"] == "medium"


def test_cap_06_unmatched_scores_are_excluded_and_counted_and_drop_out_is_shown(world: World) -> None:
    found = opened(world)
    say(world, found, *marks(), Said("D-1", pre=D(10)), Said("D-2", post=D(90)), Said("D-3", attended=True))
    figure = gain(world, found.subject)
    assert (figure.value, figure.n, figure.unknown) == (D("0.5"), 4, 3)
    assert figure.parts["dropped_out"] == 1 and figure.parts["post_only"] == 1


@pytest.mark.parametrize(("post", "band"), [(29, "low"), (30, "medium"), (69, "medium"), (70, "high")])
def test_d14_bands(world: World, post: int, band: str) -> None:
    found = opened(world)
    say(world, found, *marks([(0, post)]))
    assert gain(world, found.subject).parts["band"] == band


def test_cap_06_completion_alone_never_shows_as_capacity(world: World) -> None:
    found = opened(world)
    say(world, found, *(Said(f"P-{n}", attended=True, reaction=5) for n in range(9)))
    figure = gain(world, found.subject)
    assert (figure.value, figure.reason, figure.n) == (None, "no data", 0)
    sharing.grant(
        world.viewer("centre").actor,
        "delivery.score",
        "parties",
        arrangement=world.programme,
        detail="figure",
        ceiling="GREEN",
        purpose="Reviews",
    )
    said = doors.pack_section(world.programme, YEAR, clock.now()).content["courses"][0]
    assert (said["gain"], said["reason"], said["matched"]) == (None, "no data", 0)
    assert said["band"] is None and not {"attended", "completed", "participants"} & set(said)


def test_cap_06_the_pack_has_gains_where_granted_to_all(world: World) -> None:
    found = opened(world)
    say(world, found, *marks())
    said = doors.pack_section(world.programme, YEAR, clock.now()).content["courses"][0]
    assert (said["title"], said["gain"], said["reason"]) == ("Incident handling", None, "consent missing")
    grant = sharing.grant(
        world.viewer("centre").actor,
        "delivery.score",
        "parties",
        arrangement=world.programme,
        detail="figure",
        ceiling="GREEN",
        purpose="Reviews",
    )
    said = doors.pack_section(world.programme, YEAR, clock.now()).content["courses"][0]
    assert (said["gain"], said["matched"], said["band"]) == ("0.5", 4, "medium")
    assert said["figure"].startswith("delivery.gain?")
    assert (
        doors.pack_section(world.programme, (date(2025, 1, 1), date(2025, 3, 31)), clock.now()).content["courses"] == []
    )
    sharing.grant_withdraw(world.viewer("centre").actor, grant.subject, "Over")
    assert doors.pack_section(world.programme, YEAR, clock.now()).content["courses"][0]["gain"] is None


def test_x_04_a_gain_of_yesterday_is_the_same_after_todays_correction(world: World) -> None:
    found = opened(world)
    say(world, found, *marks())
    then = clock.now()
    before = gain(world, found.subject, as_of=then)
    clock.advance(days=1)
    say(world, found, Said("P-1", post=D(100)), why="Miscounted")
    assert gain(world, found.subject, as_of=then) == before
    question = figures.ask("delivery.gain", {"course": found.subject}, None, then)
    assert figures.kind_named("delivery.gain").compute(question).value == D("0.5")
    assert gain(world, found.subject).value > D("0.5")


def test_cap_06_behaviour_says_not_yet_due_due_and_missing(world: World) -> None:
    view = selectors.view(opened(world))  # its last day is 3 March 2026
    states = {
        date(2026, 3, 3): "running",
        date(2026, 3, 4): "not yet due",
        date(2026, 6, 2): "not yet due",
        date(2026, 6, 3): "due",
        date(2026, 9, 3): "due",
        date(2026, 9, 4): "missing",
    }
    assert {day: selectors.follow_up(view, day).state for day in states} == states
    assert "3 June 2026" in selectors.follow_up(view, date(2026, 3, 3) + timedelta(days=1)).words
