"""MEA-02, D9: before and after a day, and times by severity and class, through services, pages and grants."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.world import World
from trellis.core import clock, figures
from trellis.core.conditions import Hidden, Invalid
from trellis.operations import before_after, breakdown, classed
from trellis.operations.before_after import Compared
from trellis.operations.tests.test_incidents import granted, record, signed_in
from trellis.sharing import figures as sharing

AS_OF = datetime(2026, 9, 30, 12, tzinfo=UTC)
DAY = date(2026, 4, 1)
SLOW, FAST = [40, 60, 80, 100, 120, 140], [4, 6, 8, 10, 12, 14]


def filled(world: World) -> None:
    """Six slow incidents before the day, six fast ones after it, and one open on each side."""
    clock.set_to(AS_OF)
    for start, hours, name in (
        (datetime(2026, 2, 1, tzinfo=UTC), SLOW, "B"),
        (datetime(2026, 5, 1, tzinfo=UTC), FAST, "A"),
    ):
        for n, length in enumerate(hours):
            at = start + timedelta(days=n)
            severity = "high" if n % 2 else "low"
            record(world, f"{name}{n}", detected=at, contained=at + timedelta(hours=length), severity=severity)
    record(world, "B-open", detected=datetime(2026, 3, 30, tzinfo=UTC), severity="")
    record(world, "A-open", detected=datetime(2026, 9, 29, tzinfo=UTC), severity="low")


def compared(world: World, who: str = "cert", day: date = DAY, **more: Any) -> Compared:
    return before_after.compared(world.viewer(who), world.org("cert"), "contain", day, **more)


def test_mea_02_before_and_after_shows_n_open_unknown_and_the_severity_mix(world: World) -> None:
    filled(world)
    record(world, "A-unknown", detected=datetime(2026, 6, 1, tzinfo=UTC), not_known=["contained"])
    found = compared(world)
    sides = {row["title"]: row for row in found.rows}
    assert [sides["Before"][k] for k in ("n", "events", "open", "unknown")] == [7, 6, 1, 0]
    assert [sides["After"][k] for k in ("n", "events", "open", "unknown")] == [7, 6, 1, 1]
    assert (found.shown.figure.parts["before_median"], found.shown.figure.parts["after_median"]) == (100, 10)
    mix = {row["title"]: (row["before"], row["after"]) for row in found.mix}
    assert mix == {"High": (3, 4), "Low": (3, 4), "Not rated": (1, 0)}


def test_d9_before_and_after_reads_in_plain_words_and_claims_no_cause(world: World) -> None:
    filled(world)
    found = compared(world, horizon=24)
    text = " ".join(found.said)
    assert "Compared: 7 detected before 1 April 2026 and 7 from it on." in text
    assert "Counting up to 24 hours, those after took" in text and "hours less on average" in text
    assert "does not hold zero" in text and "fewer than 1 of 100 comparisons" in text
    assert "Nothing here says why they differ." in text
    made = found.shown.figure
    assert "a difference between groups, not its cause" in made.caveats
    assert made.low is not None and made.high is not None and made.low < float(made.value) < made.high < 0  # type: ignore[arg-type]


def test_d9_what_came_before_the_day_is_followed_up_to_it_and_no_further(world: World) -> None:
    clock.set_to(AS_OF)
    at = datetime(2026, 3, 31, 12, tzinfo=UTC)
    row = record(world, "X", detected=at, contained=at + timedelta(hours=300))
    made = compared(world).shown.figure
    assert (made.parts["before_n"], made.parts["before_open"]) == (1, 1)
    held = classed.by_severity(
        [row.owner], "contain", (date(2026, 1, 1), date(2026, 3, 31)), "UTC", AS_OF, datetime(2026, 4, 1, tzinfo=UTC)
    )
    assert list(held["high"].times) == [12]


def test_d9_an_open_incident_after_the_day_cannot_make_the_time_look_shorter(world: World) -> None:
    filled(world)
    before = compared(world, horizon=24).shown.figure
    record(world, "OLD", detected=datetime(2026, 5, 1, tzinfo=UTC), severity="low")
    after = compared(world, horizon=24).shown.figure
    assert float(after.value) > float(before.value)  # type: ignore[arg-type]


@pytest.mark.parametrize("day", [date(2027, 1, 1), date(1980, 1, 1)])
def test_a_day_to_come_is_refused(world: World, day: date) -> None:
    filled(world)
    with pytest.raises(Invalid) as invalid:
        compared(world, day=day)
    assert set(invalid.value.fields) == {"day"}
    with pytest.raises(Invalid):
        compared(world, quarters="3")


def test_who_may_see_figures_only_compares_at_quarters_and_sees_no_curve(world: World) -> None:
    filled(world)
    granted(world, "norvia", "figure")
    on, off = compared(world, "norvia"), compared(world, "norvia", date(2026, 4, 2))
    assert on.shown.figure.n == 14 and on.chart is None
    assert off.shown.figure.reason == "consent missing" and off.shown.withheld_by == (world.org("cert"),)
    client = signed_in(world, "norvia:programme-officer")
    query = f"owner={world.org('cert')}&clock=contain&day=2026-04-02"
    assert b"100 hours" not in client.get(f"/incidents/before-after/?{query}").content
    granted(world, "norvia")
    whole = compared(world, "norvia", date(2026, 4, 2))
    assert whole.shown.figure.n == 14 and whole.chart is not None
    assert compared(world).chart is not None


def test_an_outsider_compares_nothing(world: World) -> None:
    filled(world)
    with pytest.raises(Hidden):
        compared(world, "outsider")
    for path in ("before-after", "figures/groups"):
        assert signed_in(world, "outsider").get(f"/incidents/{path}/?owner={world.org('cert')}").status_code == 404


def test_d9_both_curves_have_a_band_and_the_table_says_what_the_drawing_says(world: World) -> None:
    filled(world)
    chart = compared(world).chart
    assert chart is not None and [bool(line.band) for line in chart.series] == [True, True]
    assert [row[:5] for row in chart.rows] == [
        ["Before 1 April 2026", 7, 1, 0, "100.0"],
        ["From 1 April 2026 on", 7, 1, 0, "10.0"],
    ]
    page = signed_in(world, "cert").get("/incidents/before-after/?day=2026-04-01").content.decode()
    for words in ("What it says", "Both curves", "Severity on both sides", "What it cannot know", "its error"):
        assert words in page, words


def test_pages_of_comparison_have_an_empty_state_and_say_a_wrong_day(world: World) -> None:
    client = signed_in(world, "cert")
    assert client.get("/incidents/before-after/").status_code == 200
    assert client.get("/incidents/figures/groups/").status_code == 200
    wrong = client.get("/incidents/before-after/?day=2031-01-01")
    assert wrong.status_code == 200 and b"The day is past" in wrong.content
    assert client.get("/incidents/before-after/?day=x").status_code == 200


# By severity and class


def test_d9_times_by_quarter_severity_and_class_with_ranges(world: World) -> None:
    clock.set_to(AS_OF)
    at = datetime(2026, 5, 1, tzinfo=UTC)
    for n, (hours, kind, severity) in enumerate(
        [
            (2, "fraud:phishing", "low"),
            (4, "fraud", "low"),
            (6, "fraud", "high"),
            (50, "availability:dos", "low"),
            (9, "", "low"),
        ]
    ):
        end = at + timedelta(hours=hours)
        record(world, f"C{n}", detected=at, contained=end, classification=kind, severity=severity)
    cert, owner = world.viewer("cert"), world.org("cert")
    quarter = (date(2026, 4, 1), date(2026, 6, 30))
    fraud = breakdown.line(cert, owner, "contain", "Fraud", quarter, "", "fraud").figure
    assert (fraud.value, fraud.n, fraud.parameters["class"]) == (4, 3, "fraud")
    assert breakdown.line(cert, owner, "contain", "x", quarter, "low", "fraud").figure.n == 2
    assert breakdown.line(cert, owner, "contain", "x", quarter, "", classed.UNCLASSIFIED).figure.n == 1
    words = [("fraud", "Fraud"), ("availability", "Availability"), ("test", "Test")]
    assert [one.title for one in breakdown.by_class(cert, owner, "contain", quarter, "", words)] == [
        "Fraud",
        "Availability",
    ]
    with pytest.raises(Invalid):
        breakdown.line(cert, owner, "contain", "x", quarter, "", "luck")
    page = signed_in(world, "cert").get("/incidents/figures/groups/?classification=fraud").content.decode()
    assert "95 per cent range" in page and "<svg" in page and "Fraud" in page


def test_a_figure_off_the_grid_is_computed_for_readers_of_records_alone(world: World) -> None:
    filled(world)
    granted(world, "norvia", "figure")
    question = figures.ask(before_after.NAME, {"owner": world.org("cert"), "day": "2026-04-02", "clock": "contain"})
    assert sharing.show(world.viewer("norvia"), question).figure.reason == "consent missing"
    assert sharing.show(world.viewer("cert"), question).figure.n == 14


def test_readers_of_figures_get_rounded_times_and_no_horizon_but_the_declared(world: World) -> None:
    filled(world)
    granted(world, "norvia", "figure")
    params = {"owner": world.org("cert")}
    grid = figures.ask("operations.contain", params)
    off = figures.ask("operations.contain", {**params, "horizon": "37"})
    # Asked together: the one must not lend its consent to the other.
    coarse, withheld = (one.figure for one in sharing.show_all(world.viewer("norvia"), [grid, off]))
    exact = sharing.show(world.viewer("cert"), grid).figure
    assert withheld.reason == "consent missing"
    assert coarse == exact.rounded(2) and coarse.n == exact.n
    assert coarse.caveats[-1] == "to 2 digits, for readers of figures"
    granted(world, "norvia", "record")
    assert [one.figure.reason for one in sharing.show_all(world.viewer("norvia"), [grid, off])] == [None, None]
    assert sharing.show(world.viewer("norvia"), grid).figure == exact
