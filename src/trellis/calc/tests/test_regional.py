"""REG-03, REG-09 and D9: clocks of assistance, before and after an agreement, and the contact directory."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from trellis.calc import regional
from trellis.calc.figure import Basis
from trellis.calc.regional import Assistance, Contact

DAY0 = datetime(2026, 3, 1, tzinfo=UTC)
AS_OF = DAY0 + timedelta(days=100)
AT = Basis(AS_OF)


def hours(n: float) -> timedelta:
    return timedelta(hours=n)


def request(
    n: int, arrived: float | None = None, *, day: float = 0, closed: float | None = None, severity: str = "high"
):
    asked = DAY0 + timedelta(days=day)
    return Assistance(
        str(n),
        asked,
        offered=asked + hours(arrived / 4) if arrived else None,
        accepted=asked + hours(arrived / 2) if arrived else None,
        arrived=asked + hours(arrived) if arrived else None,
        closed=asked + hours(closed) if closed else None,
        severity=severity,
    )


def test_reg_09_d9_worked_values_hold_for_response_times() -> None:
    """The worked example of D9: 2, 4, 6, 9, 12o, 20, 30o, 40o has the median 9 and its P90 is not reached."""
    made = [request(n, h) for n, h in enumerate((2, 4, 6, 9, 20))]
    made += [request(10 + n, closed=h) for n, h in enumerate((12, 30, 40))]
    figure = regional.step_time(AT, "response", regional.durations(made, "response", AS_OF))
    assert figure.value == 9
    assert figure.parts["p90"] == "not reached"
    assert (figure.n, figure.open, figure.parts["events"]) == (8, 3, 5)
    more = [*made, request(20, closed=60)]
    assert regional.step_time(AT, "response", regional.durations(more, "response", AS_OF)).value == 20


def test_reg_09_each_step_has_its_own_clock() -> None:
    asked = [request(1, 8, closed=30)]
    found = {clock: regional.durations(asked, clock, AS_OF).times.tolist() for clock in regional.CLOCKS}
    assert found == {"offer": [2.0], "accept": [2.0], "arrive": [4.0], "close": [22.0], "response": [8.0]}


def test_reg_09_a_clock_that_has_not_begun_is_no_case_and_a_skipped_step_is_unknown() -> None:
    nothing = request(1)
    assert regional.durations([nothing], "accept", AS_OF).times.size == 0
    skipped = replace(request(2, 8), offered=None)
    for clock in ("offer", "accept"):
        held = regional.durations([skipped], clock, AS_OF)
        assert (held.times.size, held.unknown) == (0, 1)


def test_reg_09_what_is_not_known_yet_is_censored_at_the_as_of_time() -> None:
    held = regional.durations([request(1, 8)], "response", DAY0 + hours(5))
    assert held.times.tolist() == [5.0] and held.events.tolist() == [False]


def test_reg_09_before_and_after_shows_n_censored_and_mix_and_claims_no_cause() -> None:
    in_force = DAY0 + timedelta(days=10)
    before = [request(1, 40), request(2, 60, severity="low"), request(3, 100, day=9)]  # the third arrives afterwards
    after = [request(4, 10, day=20), request(5, 20, day=21), request(6, day=22, severity="critical")]
    figure = regional.response_change(AT, [*before, *after], in_force)
    assert figure.value is not None and figure.value < 0
    parts = figure.parts
    assert (parts["before_n"], parts["before_events"], parts["before_open"]) == (3, 2, 1)
    assert (parts["after_n"], parts["after_events"], parts["after_open"]) == (3, 2, 1)
    assert (parts["before_high"], parts["before_low"], parts["before_critical"]) == (2, 1, 0)
    assert (parts["after_high"], parts["after_low"], parts["after_critical"]) == (2, 0, 1)
    assert regional.NO_CAUSE in figure.caveats and regional.MIX_DIFFERS in figure.caveats
    assert figure.open == 2


def test_reg_09_nothing_after_the_agreement_counts_for_before() -> None:
    in_force = DAY0 + timedelta(days=1)
    held = regional.durations([request(1, 48)], "response", AS_OF, in_force)
    assert held.times.tolist() == [24.0] and held.events.tolist() == [False]


def test_reg_09_without_an_agreement_there_is_nothing_to_compare() -> None:
    assert regional.response_change(AT, [request(1, 8)], None).reason == "no data"
    assert regional.response_change(AT, [request(1, 8)], AS_OF + hours(1)).reason == "no data"
    assert regional.response_change(AT, [request(1, 8)], DAY0).reason == "no data"


@pytest.mark.parametrize(
    ("recorded", "verified", "state"),
    [(0, None, "new"), (180, None, "new"), (181, None, "stale"), (400, 180, "verified"), (400, 181, "stale")],
)
def test_reg_03_a_contact_unverified_past_the_limit_is_stale(recorded: int, verified: int | None, state: str) -> None:
    contact = Contact(AS_OF - timedelta(days=recorded), None if verified is None else AS_OF - timedelta(days=verified))
    assert regional.contact_state(contact, AS_OF, 180) == state


def test_reg_03_the_directory_counts_what_is_stale_and_what_was_never_verified() -> None:
    old = AS_OF - timedelta(days=300)
    figure = regional.directory(AT, [Contact(old, AS_OF), Contact(old), Contact(AS_OF), Contact(old, old)], 180)
    assert (str(figure.value), figure.n, figure.parts["stale"], figure.parts["new"]) == ("0.25", 4, 2, 1)
    assert regional.directory(AT, [], 180).reason == "undefined"
