"""Readings, progress and scorecard through the services."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.world import World
from trellis.catalogue.schemas import IndicatorIn, IndicatorSet, Target
from trellis.catalogue.tests.words import adopt, governance, indicator
from trellis.core import clock, ports
from trellis.core.conditions import Conflict, Hidden, Invalid, Refused
from trellis.measurement import doors, selectors, services, table
from trellis.measurement.models import Reading
from trellis.sharing import figures, records
from trellis.sharing import services as sharing

Q1, Q2 = (date(2026, 1, 1), date(2026, 3, 31)), (date(2026, 4, 1), date(2026, 6, 30))


@pytest.fixture
def held(world: World) -> tuple[World, IndicatorIn, IndicatorIn]:
    """A dictionary with one falling value and one rising ratio, in July 2026."""
    contain = indicator(world.org("cert"))
    reviews = governance(world.org("ministry"))
    adopt(world, contain, reviews)
    clock.set_to(datetime(2026, 7, 10, 9, tzinfo=UTC))
    return world, contain, reviews


def read(world: World, who: str, one: IndicatorIn, period: tuple[date, date] = Q2, **said: Any) -> Reading:
    return services.reading_record(
        world.viewer(who), world.programme, one.id, period_start=period[0], period_end=period[1], **said
    )


def shown(world: World, who: str, kind: str, one: IndicatorIn | None = None, **params: Any) -> figures.Shown:
    asked = {"programme": world.programme, **({"indicator": one.id} if one else {}), **params}
    return figures.shown(world.viewer(who), kind, asked)


def open_figures(world: World, *owners: str) -> None:
    for owner in owners:
        sharing.grant(
            world.viewer(owner).actor,
            "measurement.reading",
            "parties",
            arrangement=world.programme,
            context=world.programme,
            detail="figure",
            ceiling="GREEN",
            purpose="Quarterly review",
        )


@pytest.mark.parametrize(("actual", "expected"), [("30", "0.75"), ("60", "-0.5")])
def test_d12_worked_values_falling(held: Any, actual: str, expected: str) -> None:
    world, contain, _reviews = held
    read(world, "cert:cert-lead", contain, value=Decimal(actual))
    made = shown(world, "cert", "measurement.progress", contain).figure
    assert made.value == Decimal(expected)
    assert made.parts["actual"] == Decimal(actual)
    assert made.parts["read_until"] == "2026-06-30"


def test_d12_worked_values_percentages_sum_counts(held: Any) -> None:
    world, _contain, reviews = held
    read(world, "ministry", reviews, part="Capital", numerator=45, denominator=50)
    read(world, "ministry", reviews, part="Coast", numerator=10, denominator=100)
    made = shown(world, "ministry", "measurement.actual", reviews).figure
    assert round(made.value, 4) == Decimal("0.3667")
    assert (made.parts["numerator"], made.parts["denominator"], made.n) == (55, 150, 150)


def test_mea_01_a_part_that_stops_reporting_is_counted_and_not_zero(held: Any) -> None:
    world, _contain, reviews = held
    for part in ("Capital", "Coast"):
        read(world, "ministry", reviews, Q1, part=part, numerator=5, denominator=10)
    read(world, "ministry", reviews, part="Capital", numerator=9, denominator=10)
    made = shown(world, "ministry", "measurement.actual", reviews).figure
    assert (made.value, made.unknown) == (Decimal("0.9"), 1)
    assert "Coast" in made.caveats[0]


def test_mea_01_missing_data_never_reads_zero(held: Any) -> None:
    world, contain, _reviews = held
    made = shown(world, "cert", "measurement.progress", contain).figure
    assert (made.value, made.reason) == (None, "no data")


def test_mea_01_target_equal_to_baseline_is_undefined_then_pass_or_fail(world: World) -> None:
    flat = indicator(world.org("cert"), targets=(Target(by=date(2027, 12, 31), value=Decimal(48)),))
    adopt(world, flat, governance(world.org("ministry")))
    clock.set_to(datetime(2026, 7, 10, 9, tzinfo=UTC))
    read(world, "cert", flat, value=Decimal(40))
    assert shown(world, "cert", "measurement.progress", flat).figure.reason == "undefined"
    [status] = [s for s in selectors.scorecard(world.programme, clock.now()).statuses if s.id == flat.id]
    assert (status.passed, status.score) == (True, Decimal(1))


def worked(world: World) -> list[IndicatorIn]:
    """The example of docs/methods/measurement.md: technical 0.8 (3), 1.4 (1), none (1); governance -0.5 (2),
    0.5 (2).
    """

    def one(title: str, perspective: str, weight: int) -> IndicatorIn:
        return indicator(
            world.org("cert"),
            title,
            perspective=perspective,
            weight=Decimal(weight),
            direction="rising",
            unit="points",
            baseline=Decimal(0),
            targets=(Target(by=date(2027, 12, 31), value=Decimal(10)),),
        )

    found = [one("A", "technical", 3), one("B", "technical", 1), one("C", "technical", 1)]
    found += [one("D", "governance", 2), one("E", "governance", 2)]
    adopt(world, *found)
    clock.set_to(datetime(2026, 7, 10, 9, tzinfo=UTC))
    for item, value in zip((found[0], found[1], found[3], found[4]), (8, 14, -5, 5), strict=True):
        read(world, "cert", item, value=Decimal(value))
    return found


def test_mea_05_d13_worked_values_through_the_services_with_no_red_hidden(world: World) -> None:
    worked(world)
    total = shown(world, "cert", "measurement.scorecard")
    assert total.figure.value == Decimal("0.55")
    assert total.figure.parts["reds"] == 1
    assert total.figure.parts["weakest"] == "governance"
    technical = shown(world, "cert", "measurement.perspective", perspective="technical").figure
    assert (technical.value, technical.parts["completeness"]) == (Decimal("0.85"), Decimal("0.8"))
    assert shown(world, "cert", "measurement.perspective", perspective="governance").figure.value == Decimal("0.25")


def test_mea_05_below_the_completeness_floor_there_is_no_score(held: Any) -> None:
    world, contain, _reviews = held
    other = indicator(world.org("cert"), "Median hours to recover")
    governed = governance(world.org("ministry"))
    adopt(world, contain, other, governed, reason="One more")
    read(world, "cert", contain, value=Decimal(30))
    # one of two technical indicators of equal weight has data: 0.5 is below 0.6
    made = shown(world, "cert", "measurement.perspective", perspective="technical").figure
    assert (made.value, made.reason, made.parts["completeness"]) == (
        None,
        "insufficient data",
        Decimal("0.5"),
    )


def test_mea_05_a_weight_change_needs_a_decision_and_restates_history_beside_the_old(world: World) -> None:
    found = worked(world)
    clock.advance(days=30)
    lighter = [item.model_copy(update={"weight": Decimal(1)}) for item in found]
    one_side = IndicatorSet(indicators=tuple(lighter), reason="Equal weights")
    world.decide("ministry:coordinator", "catalogue.indicators", one_side)
    assert selectors.scorecard(world.programme, clock.now()).version == 1
    before = shown(world, "cert", "measurement.scorecard").figure
    adopt(world, *lighter, reason="Equal weights")
    period = (date(2026, 4, 1), date(2026, 6, 30))
    row = next(r for r in selectors.history(world.programme) if r.period == period)
    assert (row.stated.version, row.restated.version) == (1, 2)
    cards = [
        figures.shown(
            world.viewer("cert"),
            "measurement.scorecard",
            {"programme": world.programme, "version": version},
            period,
        ).figure
        for version in (1, 2)
    ]
    # by version 2 technical is (0.8 + 1)/2 = 0.9 and governance stays 0.25
    assert [card.value for card in cards] == [Decimal("0.55"), Decimal("0.575")]
    assert before.value == Decimal("0.55")


def test_only_the_owner_of_an_indicator_records_its_readings(held: Any) -> None:
    world, contain, _reviews = held
    with pytest.raises(Refused) as refused:
        read(world, "norvia:programme-officer", contain, value=Decimal(1))
    assert refused.value.holders == ["National CERT"]
    with pytest.raises(Hidden):
        read(world, "outsider", contain, value=Decimal(1))
    assert not Reading.records.privileged().exists()


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({}, "value"),
        ({"value": Decimal(1), "numerator": 1, "denominator": 2}, "numerator"),
        ({"value": Decimal(1), "part": "Coast"}, "part"),
    ],
)
def test_a_reading_says_what_is_wrong_by_field(held: Any, said: dict[str, Any], field: str) -> None:
    world, contain, _reviews = held
    with pytest.raises(Invalid) as invalid:
        read(world, "cert", contain, **said)
    assert field in invalid.value.fields


def test_periods_do_not_overlap_and_are_over(held: Any) -> None:
    world, contain, _reviews = held
    read(world, "cert", contain, value=Decimal(30))
    for period in (Q2, (date(2026, 6, 1), date(2026, 6, 30)), (date(2026, 7, 1), date(2026, 9, 30))):
        with pytest.raises(Invalid):
            read(world, "cert", contain, period, value=Decimal(30))


def test_a_correction_keeps_the_old_version_and_the_figure_of_then(held: Any) -> None:
    world, contain, _reviews = held
    row = read(world, "cert", contain, value=Decimal(60))
    then = clock.now()
    clock.advance(days=1)
    services.reading_correct(world.viewer("cert"), world.programme, row.subject, "Typing error", value=Decimal(30))
    asked = {"programme": world.programme, "indicator": contain.id}
    now = figures.shown(world.viewer("cert"), "measurement.progress", asked).figure
    old = figures.shown(world.viewer("cert"), "measurement.progress", asked, as_of=then).figure
    assert (now.value, old.value) == (Decimal("0.75"), Decimal("-0.5"))
    with pytest.raises(Invalid):
        services.reading_correct(world.viewer("cert"), world.programme, row.subject, " ", value=Decimal(1))


def test_figures_are_withheld_until_each_owner_consents(held: Any) -> None:
    world, contain, _reviews = held
    read(world, "cert", contain, value=Decimal(30))
    donor = "norvia:programme-officer"
    closed = shown(world, donor, "measurement.scorecard")
    assert closed.figure.reason == "consent missing"
    assert set(closed.withheld_by) == {world.org("cert"), world.org("ministry")}
    open_figures(world, "cert")
    assert shown(world, donor, "measurement.progress", contain).figure.value == Decimal("0.75")
    assert shown(world, donor, "measurement.scorecard").withheld_by == (world.org("ministry"),)
    assert not list(selectors.readings(world.viewer(donor), world.programme))
    assert shown(world, "outsider", "measurement.progress", contain).figure.reason == "consent missing"


def test_the_pack_leaves_out_what_is_not_open_to_all_and_says_so(held: Any) -> None:
    world, contain, _reviews = held
    read(world, "cert", contain, value=Decimal(30))
    closed = doors.pack_section(world.programme, Q2, clock.now()).content
    assert closed["indicators"] == []
    assert closed["withheld"] == ["Ministry of Digital Affairs", "National CERT"]
    assert "score" not in closed
    open_figures(world, "cert", "ministry")
    said = doors.pack_section(world.programme, Q2, clock.now()).content
    first = next(row for row in said["indicators"] if row["title"] == contain.title)
    assert (first["baseline"], first["target"], first["actual"]["value"]) == ("48", "24", "30")
    assert (first["data_date"], first["quality"]) == ("2026-06-30", "stated by its owner")
    assert said["weakest"] == "technical"  # governance has no data and stands under unscored
    assert said["unscored"] == ["governance"]


def test_readings_due_by_frequency_wait_for_their_owner_alone(held: Any) -> None:
    world, contain, _reviews = held
    titles = [item.title for item in doors.work_items(world.viewer("cert"))]
    assert titles == [f"Read: {contain.title}"]
    first = doors.work_items(world.viewer("cert"))[0]
    # the baseline is of 31 December 2025, so the first quarter was due on 14 April 2026
    assert first.due.date() == date(2026, 4, 14)
    read(world, "cert", contain, Q1, value=Decimal(40))
    read(world, "cert", contain, Q2, value=Decimal(30))
    assert not doors.work_items(world.viewer("cert"))
    assert not doors.work_items(world.viewer("norvia:programme-officer"))


def test_an_import_is_dry_first_and_all_or_nothing(held: Any) -> None:
    world, contain, _reviews = held
    good = f"indicator,period_start,period_end,value\n{contain.title},2026-01-01,2026-03-31,40\n"
    bad = good + f"{contain.title},2026-02-01,2026-04-30,41\nReviews held on time,2026-01-01,2026-03-31,1\n"
    viewer = world.viewer("cert")
    report = table.readings_import(viewer, world.programme, bad.encode(), "r.csv", dry=True)
    assert report.rejected == (3, 4)
    with pytest.raises(Invalid):
        table.readings_import(viewer, world.programme, bad.encode(), "r.csv")
    assert not Reading.records.privileged().exists()
    table.readings_import(viewer, world.programme, good.encode(), "r.csv")
    assert [row.value for row in selectors.readings(viewer, world.programme)] == [Decimal(40)]
    assert "readings" in ports.importers


def test_mea_02_an_indicator_fed_by_a_figure_cannot_be_typed_in(world: World) -> None:
    hours = indicator(world.org("cert"), baseline=Decimal(48))
    fed = indicator(
        world.org("cert"),
        "Hours to contain, again",
        figure="measurement.actual",
        figure_params={"programme": str(world.programme), "indicator": str(hours.id)},
    )
    adopt(world, hours, fed, governance(world.org("ministry")))
    clock.set_to(datetime(2026, 7, 10, 9, tzinfo=UTC))
    with pytest.raises(Refused, match="cannot be typed in"):
        read(world, "cert", fed, value=Decimal(1))
    with pytest.raises(Refused, match="no data"):
        services.reading_draw(world.viewer("cert"), world.programme, fed.id, *Q2)
    read(world, "cert", hours, value=Decimal(30))
    drawn = services.reading_draw(world.viewer("cert"), world.programme, fed.id, *Q2)
    assert drawn.value == Decimal(30)
    assert drawn.figure_address.startswith("measurement.actual?")
    with pytest.raises(Refused, match="taken again"):
        services.reading_correct(world.viewer("cert"), world.programme, drawn.subject, "Better", value=Decimal(1))
    services.reading_retract(world.viewer("cert"), world.programme, drawn.subject, "Wrong quarter")
    assert shown(world, "cert", "measurement.progress", fed).figure.reason == "no data"
    with pytest.raises(Conflict):
        records.retract(drawn, world.viewer("cert").actor, "Twice")
