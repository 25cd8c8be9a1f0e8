"""Charts: whole axes, gaps for what is missing, and the same values as a table."""

import re
from itertools import pairwise

from django.template import engines
from hypothesis import given
from hypothesis import strategies as st

from trellis.core.charts import BOTTOM, TOP, Axis, Bar, BarChart, LineChart, Series, nice_ticks, wrap
from trellis.core.tests.furniture_kitchen import bars, survival


def line(points, **options):
    x, y = Axis("half-year"), Axis("hours")
    return LineChart("c", "Title", "", "Description", x, y, [Series("A", points)], **options)


def render(chart):
    return engines["django"].from_string("{% chart c %}").render({"c": chart})


@given(st.lists(st.floats(0.001, 1e9), min_size=1))
def test_the_axis_starts_at_zero_and_covers_every_value(values):
    ticks = [t for t, _text in Axis("n").scale(values)]
    assert ticks[0] == 0 and ticks[-1] >= max(values) * 0.999999
    steps = {round((b - a) / ticks[1], 6) for a, b in pairwise(ticks)}
    assert steps == {1.0}


def test_round_ticks():
    assert nice_ticks(0, 100) == [0, 25, 50, 75, 100]
    assert nice_ticks(0, 41) == [0, 20, 40, 60]
    assert nice_ticks(-5, 10)[0] <= -5
    assert nice_ticks(0, 0)[0] == 0


def test_a_survival_curve_steps_and_matches_the_design_s_coordinates():
    """The design draws 100 at 24 and 0 at 324, hour 0 at 64 and hour 72 at 470."""
    drawn = survival().drawing()
    strong = next(p["d"] for p in drawn["paths"] if p["weight"] == "1")
    assert strong.startswith("M64 24H80.9V48")
    assert set(re.sub(r"[-\d. ]", "", strong)) == {"M", "H", "V"}
    assert [t["at"] for t in drawn["y_ticks"]] == ["324", "249", "174", "99", "24"]
    assert drawn["x_ticks"][1] == {"at": "131.7", "text": "12"}


def test_a_missing_value_is_a_gap_not_a_zero():
    drawn = line([(0, 4), (1, None), (2, 6)]).drawing()
    assert drawn["paths"][0]["d"].count("M") == 2
    assert drawn["rows"][1] == ["1", "not reported"]
    missing = BarChart("b", "T", "", "D", Axis("n"), [Bar("Health", None, "no answer"), Bar("Ports", 0)]).drawing()
    assert [(b["missing"], b["shown"]) for b in missing["bars"]] == [(True, "no answer"), (False, "0")]
    assert missing["rows"] == [["Health", "no answer"], ["Ports", "0"]]


def test_labels_do_not_cover_each_other_and_stay_in_the_drawing():
    series = [Series(f"Series {i}", [(0, 10), (5, 5)], weight=1 + i % 3) for i in range(6)]
    chart = LineChart("c", "T", "", "D", Axis("x"), Axis("y"), series)
    at = [float(label["lines"][0]["y"]) for label in chart.drawing()["labels"]]
    assert all(b - a >= 24 for a, b in pairwise(at))
    assert at[0] >= TOP - 10 and at[-1] <= BOTTOM + 60


def test_charts_are_named_described_tabled_and_escaped():
    html = render(survival()) + render(bars())
    assert html.count("<table>") == 2 and html.count('role="img"') == 2
    assert 'aria-labelledby="survival-t survival-d"' in html
    assert "hours since detection" in html and "per 100 systems" in html
    assert "<b>bold</b>" not in render(line([(0, 1)], heads=["<b>bold</b>"], rows=[["<b>bold</b>"]]))


def test_words_wrap_for_the_ends_of_lines():
    assert wrap("National Cyber Coordinator office") == ["National", "Cyber", "Coordinator", "office"]
    assert wrap("2027 H1: 16 h") == ["2027 H1: 16 h"]
