from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from trellis.calc import operations as ops
from trellis.calc.figure import Basis

START = datetime(2026, 4, 1, tzinfo=UTC)
AS_OF = START + timedelta(hours=60)


def hours(count):
    return timedelta(hours=count)


def incident(name, contained=None, **more):
    detected = more.pop("detected", START)
    return ops.Incident(name, detected, contained=None if contained is None else detected + contained, **more)


def worked():
    # Section 6, D9: contained after 2, 4, 6, 9, 20 hours; three still open after 12, 30 and 40.
    closed = [incident(f"c{h}", hours(h)) for h in (2, 4, 6, 9, 20)]
    return closed + [incident(f"o{h}", detected=AS_OF - hours(h)) for h in (12, 30, 40)]


def test_d9_worked_values():
    at = Basis(AS_OF)
    held = ops.durations(worked(), "contain", AS_OF)
    median = ops.time_figure(at, "contain", held)
    assert (median.value, median.unit, median.n, median.open) == (9, "hours", 8, 3)
    assert median.parts["events"] == 5
    p90 = ops.time_figure(at, "contain", held, Decimal("0.9"))
    assert (p90.value, p90.reason) == (None, "not reached")
    mean = ops.time_mean(at, "contain", held, Decimal(24))
    assert mean.value == pytest.approx(13.9583, abs=5e-5)
    older = [*worked(), incident("o60", detected=START)]
    assert ops.time_figure(at, "contain", ops.durations(older, "contain", AS_OF)).value == 20
    assert ops.time_mean(at, "contain", held, Decimal(100)).reason == "insufficient data"


def test_x04_what_happened_after_the_as_of_date_is_not_known_then():
    early = START + hours(5)
    held = ops.durations(worked()[:5], "contain", early)
    assert sorted(zip(held.times, held.events, strict=True)) == [
        (2, True),
        (4, True),
        (5, False),
        (5, False),
        (5, False),
    ]
    assert ops.durations([incident("later", detected=early + hours(1))], "contain", early).times.size == 0


def test_d9_unknown_start_is_out_of_detect_only_and_counted():
    known = incident("a", hours(2), started=START - hours(3))
    blind = incident("b", hours(4))
    detect = ops.durations([known, blind], "detect", AS_OF)
    assert (list(detect.times), detect.unknown) == ([3], 1)
    contain = ops.durations([known, blind], "contain", AS_OF)
    assert (list(contain.times), contain.unknown) == ([2, 4], 0)
    figure = ops.time_figure(Basis(AS_OF), "detect", detect)
    assert (figure.unknown, figure.caveats) == (1, (ops.DETECT_BIAS,))


def test_a_step_that_a_later_step_overtook_is_unknown_not_open():
    recovered = replace(incident("a"), recovered=START + hours(8))
    assert ops.durations([recovered], "contain", AS_OF).unknown == 1
    assert ops.durations([recovered], "contain", AS_OF).times.size == 0
    # Before the recovery was known, the containment was simply open.
    assert ops.durations([recovered], "contain", START + hours(4)).unknown == 0
    backwards = replace(incident("b"), contained=START - hours(1))
    assert ops.durations([backwards], "contain", AS_OF).unknown == 1


def test_no_incidents_is_no_data():
    held = ops.durations([], "contain", AS_OF)
    assert ops.time_figure(Basis(AS_OF), "contain", held).reason == "no data"
    assert ops.time_mean(Basis(AS_OF), "contain", held, Decimal(24)).reason == "no data"


def test_columns_and_rows_agree():
    rows = worked()
    detected = [np.datetime64(i.detected.replace(tzinfo=None)) for i in rows]
    contained = [np.datetime64(i.contained.replace(tzinfo=None)) if i.contained else "NaT" for i in rows]
    held = ops.stamp_durations(
        "contain", AS_OF, detected=np.array(detected), contained=np.array(contained, "datetime64[us]")
    )
    np.testing.assert_array_equal(held.times, ops.durations(rows, "contain", AS_OF).times)


def test_stamps_in_other_zones_are_the_same_moments():
    kyiv = START.astimezone(ZoneInfo("Europe/Kyiv"))
    one = ops.Incident("a", kyiv, contained=START + hours(2))
    assert list(ops.durations([one], "contain", AS_OF).times) == [2]
    with pytest.raises(ValueError):
        ops.durations([ops.Incident("a", datetime(2026, 4, 1))], "contain", AS_OF)  # noqa: DTZ001


def test_mea_02_cohorts_by_quarter_and_severity():
    rows = [
        incident("a", hours(1), severity="high"),
        incident("b", hours(3), severity="low"),
        incident("c", detected=datetime(2026, 3, 31, 22, tzinfo=UTC)),
    ]
    utc = ops.by_quarter(rows, ZoneInfo("UTC"))
    assert [(q.label, len(held)) for q, held in utc.items()] == [("2026 Q1", 1), ("2026 Q2", 2)]
    assert [len(held) for held in ops.by_quarter(rows, ZoneInfo("Europe/Kyiv")).values()] == [3]
    apart = ops.by_severity(rows[:2], "contain", AS_OF)
    assert {name: list(held.times) for name, held in apart.items()} == {"high": [1], "low": [3]}


def test_reg_09_before_and_after_shows_counts_and_claims_no_cause():
    before = ops.durations(worked(), "contain", AS_OF)
    after = ops.Durations.of(before.times / 2, before.events)
    figure = ops.compare_clock(Basis(AS_OF), "contain", before, after, Decimal(20))
    assert figure.value < 0
    assert (figure.parts["n_first"], figure.parts["open_second"]) == (8, 3)
    assert figure.caveats == (ops.NO_CAUSE,)
    nothing = ops.compare_clock(Basis(AS_OF), "contain", before, ops.Durations.of([], []))
    assert nothing.reason == "no data"


def test_d10_levels_count_only_in_a_row_and_without_evidence_are_self_declared():
    at = Basis(AS_OF)
    levels = [
        ops.HuntingLevel(1, True, ("e1",)),
        ops.HuntingLevel(2, True),
        ops.HuntingLevel(4, True, ("e4",)),
    ]
    figure = ops.hunting_maturity(at, levels)
    assert (figure.value, figure.parts["evidenced"], figure.caveats) == (2, 1, (ops.SELF_DECLARED,))
    assert ops.hunting_maturity(at, [ops.HuntingLevel(1, False)]).value == 0
    assert ops.hunting_maturity(at, [ops.HuntingLevel(1, None)]).reason == "no data"
    with pytest.raises(ValueError):
        ops.hunting_maturity(at, [ops.HuntingLevel(5, True)])


def test_d10_yield():
    figure = ops.hunt_yield(Basis(AS_OF), [True, False, False, None])
    assert (figure.value, figure.low, figure.high, figure.unknown) == (
        Decimal("0.25"),
        Decimal("0.25"),
        Decimal("0.5"),
        1,
    )
    assert ops.hunt_yield(Basis(AS_OF), []).reason == "no data"
    assert ops.hunt_yield(Basis(AS_OF), [None]).reason == "insufficient data"


def test_d11_exposure():
    at = Basis(AS_OF)
    figure = ops.exposure(at, 12, 4000, date(2026, 3, 1))
    assert (figure.value, figure.parts["numerator"], figure.caveats) == (3, 12, ())
    # MEA-06: growing the inventory alone does not raise the rate.
    assert ops.exposure(at, 12, 8000, date(2026, 3, 1)).value < figure.value
    assert ops.exposure(at, None, 4000, date(2026, 3, 1)).reason == "no data"
    assert ops.exposure(at, 0, 0, date(2026, 3, 1)).reason == "undefined"
    assert ops.exposure(at, 12, 4000, date(2025, 3, 1)).caveats
    assert ops.exposure(at, 12, 4000, None).caveats == ("the inventory has no date",)
