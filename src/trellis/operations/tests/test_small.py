"""MEA-02: small groups of incidents are for readers of the records; who sees figures cannot work them out."""

import itertools
import random
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.world import World
from trellis.calc.small import SMALL, TOTAL
from trellis.core import clock, figures, ids
from trellis.operations import before_after, columns, selectors, small, times
from trellis.operations.classes import TYPES
from trellis.operations.parsing import SEVERITIES
from trellis.operations.schemas import Question
from trellis.operations.tests.test_incidents import granted, record, signed_in
from trellis.sharing import figures as sharing
from trellis.sharing import services as sharing_services

AS_OF = datetime(2026, 9, 30, 12, tzinfo=UTC)
Q1, Q2 = (date(2026, 1, 1), date(2026, 3, 31)), (date(2026, 4, 1), date(2026, 6, 30))
CODES = [*(name for name, _title in SEVERITIES), "unrated"]
NAMES = [*TYPES, "unclassified"]
OWNER = ids.new()


def happened(world: World, groups: list[tuple[str, str, int, date]]) -> None:
    """So many incidents of a severity and a class in a quarter, each contained after another number of hours."""
    clock.set_to(AS_OF)
    for place, (severity, kind, count, quarter) in enumerate(groups):
        at = datetime(quarter.year, quarter.month, 9, tzinfo=UTC)
        for n in range(count):
            end = at + timedelta(hours=7 * n + place + 1)
            name = f"{quarter}-{severity}-{n}"
            record(world, name, detected=at, contained=end, severity=severity, classification=kind)


@pytest.fixture
def few(world: World) -> World:
    """Two critical ones among nine high and twelve low; who sees figures beside their owner."""
    happened(world, [("low", "fraud", 12, Q1[0]), ("high", "fraud", 9, Q1[0]), ("critical", "availability", 2, Q1[0])])
    granted(world, "norvia", "figure")
    return world


def figure(world: World, who: str, period: Any = Q1, **params: str) -> Any:
    asked = {"owner": world.org("cert"), **params}
    return sharing.shown(world.viewer(who), "operations.contain", asked, period).figure


def test_mea_02_a_small_group_is_not_shown_to_readers_of_figures(few: World) -> None:
    for period in (Q1, None):
        critical = figure(few, "norvia", period, severity="critical")
        assert (critical.reason, critical.value, critical.n, critical.unknown) == ("suppressed", None, None, 0)
        assert (
            not critical.parts and not critical.inputs and (critical.low, critical.high, critical.open) == (None,) * 3
        )
        assert critical.caveats == ("fewer than 5, or beside such a group: not shown to readers of figures",)
        assert figure(few, "cert", period, severity="critical").n == 2
        # 23 in all less 12 low are 11: the high ones would give the critical ones away.
        assert figure(few, "norvia", period, severity="high").reason == "suppressed"
        assert figure(few, "norvia", period, severity="low").n == 12
        assert figure(few, "norvia", period).n == 23
        assert figure(few, "norvia", period, **{"class": "availability"}).reason == "suppressed"


def test_mea_02_no_crossing_no_other_quarter_and_no_other_zone_gets_round_it(few: World) -> None:
    crossed = {"severity": "low", "class": "fraud"}
    assert figure(few, "norvia", **crossed).reason == "suppressed" and figure(few, "cert", **crossed).n == 12
    shifted = (date(2026, 2, 1), date(2026, 4, 30))
    assert figure(few, "norvia", shifted).reason == "suppressed" and figure(few, "cert", shifted).n == 0
    assert figure(few, "norvia", zone="Pacific/Auckland").reason == "suppressed"
    assert figure(few, "cert", zone="Pacific/Auckland").n == 23


def test_mea_02_pages_api_and_downloads_say_the_same(few: World) -> None:
    client, owner = signed_in(few, "norvia:programme-officer"), few.org("cert")
    mine = signed_in(few, "cert:cert-lead")
    asked = f"owner={owner}&clock=contain&severity=critical&first=2026-01-01&last=2026-03-31"
    said = client.get(f"/api/incidents/times?{asked}").json()["figure"]
    assert (said["reason"], said["n"], said["value"], said["parts"]) == ("suppressed", None, None, {})
    assert mine.get(f"/api/incidents/times?{asked}").json()["figure"]["n"] == 2
    shown = sharing.shown(few.viewer("norvia"), "operations.contain", {"owner": owner, "severity": "critical"}, Q1)
    page = client.get(shown.url).content.decode()
    assert "too few, or beside too few: not shown" in page and "n = 2" not in page
    csv = client.get(f"{shown.url}&format=csv").content.decode()
    assert "reason,suppressed" in csv and "fewer than 5" in csv and "\nn,\r" in csv
    for path in ("figures/groups/?quarter=2026-01-01/2026-03-31", "figures/?quarter=2026-01-01/2026-03-31"):
        page = client.get(f"/incidents/{path}&owner={owner}").content.decode()
        assert page.count("too few, or beside too few: not shown") >= 2, path
        assert "not shown" not in mine.get(f"/incidents/{path}").content.decode(), path
    alone = client.get(f"/incidents/figures/?quarter=2026-01-01/2026-03-31&severity=critical&owner={owner}")
    assert "Of fewer than 5 incidents" in alone.content.decode()


def test_mea_02_the_mix_before_and_after_hides_small_groups(few: World) -> None:
    happened(few, [("high", "fraud", 8, Q2[0])])
    asked = {"quarters": "1", "as_of": None}
    theirs = before_after.compared(few.viewer("norvia"), few.org("cert"), "contain", Q2[0], **asked)  # type: ignore[arg-type]
    mine = before_after.compared(few.viewer("cert"), few.org("cert"), "contain", Q2[0], **asked)  # type: ignore[arg-type]
    assert [(row["title"], row["before"], row["after"]) for row in mine.mix] == [
        ("Critical", 2, 0),
        ("High", 9, 8),
        ("Low", 12, 0),
    ]
    told = {row["title"]: row["before"] for row in theirs.mix}
    # Twelve are low and nine high: one of them would give the two away.
    assert told["Critical"] == "not shown" and list(told.values()).count("not shown") == 2
    assert theirs.shown.figure.n == 31
    assert theirs.shown.figure.parts["before_n_critical"] is None
    small_side = before_after.compared(few.viewer("norvia"), few.org("cert"), "contain", date(2026, 7, 1), **asked)  # type: ignore[arg-type]
    assert small_side.shown.figure.parts.get("after_n") in (0, None)


def test_mea_02_a_time_of_few_usable_ones_has_counts_and_no_value(world: World) -> None:
    """Six incidents, of which two have a start: their time to detect would be of two."""
    clock.set_to(AS_OF)
    for n in range(6):
        at = datetime(2026, 2, 1 + n, tzinfo=UTC)
        record(world, f"S{n}", detected=at, started=at - timedelta(hours=3) if n < 2 else None)
    granted(world, "norvia", "figure")
    found = sharing.shown(world.viewer("norvia"), "operations.detect", {"owner": world.org("cert")}, Q1).figure
    assert (found.value, found.reason, found.n, found.unknown) == (None, "suppressed", 2, 4)
    assert not [part for part in found.parts.values() if not isinstance(part, int)] and found.low is None


def test_mea_02_over_many_quarters_a_value_may_stand_without_its_counts(world: World) -> None:
    """Q2 has two: over both quarters the count would give them away, the value does not."""
    happened(world, [("low", "", 12, Q1[0]), ("low", "", 2, Q2[0]), ("low", "", 9, date(2026, 7, 1))])
    granted(world, "norvia", "figure")
    assert figure(world, "norvia", Q2).reason == "suppressed"
    both = figure(world, "norvia", (Q1[0], Q2[1]))
    assert both.n is None and both.value is not None and both.reason is None
    # A mean over both less that of the first would be the mean of the two: the median stands alone.
    assert not both.parts and both.low is None and both.high is None
    assert figure(world, "cert", (Q1[0], Q2[1])).n == 14
    shown = sharing.shown(world.viewer("norvia"), "operations.contain", {"owner": world.org("cert")}, (Q1[0], Q2[1]))
    page = signed_in(world, "norvia").get(shown.url)
    assert page.status_code == 200 and b"n = 14" not in page.content
    assert b"counts are not shown to readers of figures" in page.content


def test_mea_02_of_several_owners_what_each_shows_counts(world: World) -> None:
    happened(world, [("low", "", 2, Q1[0])])
    granted(world, "norvia", "figure")
    ministry = world.viewer("ministry:coordinator")
    sharing_services.grant(
        ministry.actor,
        "operations.incident",
        "organisation",
        organisation=world.org("norvia"),
        detail="figure",
        purpose="To follow",
    )
    both = {"owner": ",".join(sorted(str(world.org(name)) for name in ("cert", "ministry")))}

    def shown() -> Any:
        return sharing.shown(world.viewer("norvia"), "operations.contain", both, None).figure

    assert shown().reason == "suppressed"
    for n in range(9):
        at = datetime(2026, 2, 1, tzinfo=UTC)
        record(world, f"M{n}", "ministry:coordinator", detected=at, contained=at + timedelta(hours=n))
    assert (shown().n, shown().reason) == (None, None) and shown().value is not None


def test_mea_02_times_compared_hide_small_periods(world: World) -> None:
    happened(world, [("low", "", 9, Q1[0]), ("low", "", 2, Q2[0]), ("low", "", 9, date(2026, 7, 1))])
    granted(world, "norvia", "figure")
    for who, reason in (("norvia", "suppressed"), ("cert", None)):
        shown = times.compare(world.viewer(who), world.org("cert"), "contain", Q1, Q2, horizon="24").shown.figure
        assert shown.reason == reason, who
    page = signed_in(world, "norvia").get(f"/incidents/compare/?owner={world.org('cert')}").content.decode()
    assert "not shown" in page


# From what a reader of figures is shown, whatever they ask

STARTS = [date(2025, 10, 1), date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1), date(2026, 10, 1)]
QUARTERS = list(zip(STARTS, (day - timedelta(days=1) for day in STARTS[1:]), strict=False))
PERIODS = [None, *((first[0], last[1]) for first in QUARTERS for last in QUARTERS if first <= last)]
GROUPS = [("severity", ""), *(("severity", s) for s in CODES), *(("classification", c) for c in NAMES)]
Row = dict[tuple[str, str, date], int]


def by_chance(seed: int) -> columns.Held:
    """The incidents of an owner by chance, in columns alone."""
    luck = random.Random(seed)
    rows = np.zeros(luck.choice([3, 9, 25, 60]), columns.PACKED)
    rows["follows"], rows["recorded"] = -1, columns.moment(AS_OF).astype(np.int64)
    rows["started"] = rows["acknowledged"] = rows["contained"] = rows["recovered"] = columns._NEVER
    for row in rows:
        at = luck.choice(QUARTERS)[0] + timedelta(days=luck.randrange(60))
        row["detected"] = columns.moment(datetime(at.year, at.month, at.day, tzinfo=UTC)).astype(np.int64)
        row["severity"], row["kind"] = luck.choice([0, 1, 1, 1, 2, 2, 3, 4]), luck.choice([0, 0, 0, 1, 1, 5, 5, 9])
    return columns._ordered(columns.Written(rows=rows, ids=np.zeros(rows.size, "V16")))


def counted(held: columns.Held) -> Row:
    """How many incidents each group has in each quarter, counted one by one."""
    part, found = held.standing, dict.fromkeys([(t, g, q[0]) for t, g in GROUPS[1:] for q in QUARTERS], 0)
    severities = {code: name or "unrated" for name, code in columns.CODES.items()}
    kinds = {columns.CLASSES[name]: name for name in NAMES}
    for at, severity, kind in zip(part.moments["detected"], part.severity, part.kind, strict=True):
        quarter = max(day for day in STARTS if np.datetime64(day) <= at)
        found["severity", severities[int(severity)], quarter] += 1
        found["classification", kinds[int(kind)], quarter] += 1
    return found


def answers(cells: Row) -> list[tuple[str, list[float], int]]:
    """Every question: what is shown of it, which cells it counts (empty ones are known), and how many that are."""
    found = []
    for (table, group), period in itertools.product(GROUPS, PERIODS):
        asked = Question((OWNER,), "contain", period, **({table: group} if group else {}))  # type: ignore[arg-type]
        row = [
            float(t == table and group in ("", g) and (period is None or period[0] <= q <= period[1]))
            for (t, g, q), n in cells.items()
            if n
        ]
        n = sum(n for n, inside in zip(filter(None, cells.values()), row, strict=True) if inside)
        found.append((small.level(asked, AS_OF), row, n))
    return found


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_mea_02_no_count_of_a_small_group_follows_from_all_that_may_be_asked(seed: int) -> None:
    """All groups and runs of quarters: none that is shown is small, and no small one is a sum of those shown."""
    held = by_chance(seed)
    with patch.object(columns, "held", lambda _owner: held), patch.object(selectors, "zone_of", lambda _owner: "UTC"):
        cells = counted(held)
        told = answers(cells)
    assert all(n >= SMALL or not n for level, _row, n in told if level == "whole")
    known = [row for level, row, _n in told if level == "whole"]
    for first, _last in QUARTERS:  # by severity they are as many as by class
        known.append([(1.0 if t == "severity" else -1.0) * (q == first) for (t, _g, q), n in cells.items() if n])
    rank = np.linalg.matrix_rank(np.array(known))
    for level, row, n in told:
        if 0 < n < SMALL:
            assert level == "hidden", n
            assert np.linalg.matrix_rank(np.array([*known, row])) > rank, "a sum of what is shown"


def test_mea_02_the_tables_are_those_of_the_figures(few: World) -> None:
    """What is judged small is what the figures count, in every group and quarter."""
    made = small.tables(few.org("cert"), "UTC", clock.now())
    for severity in CODES:
        asked = figures.ask("operations.contain", {"owner": few.org("cert"), "severity": severity}, Q1)
        found = sharing.show(few.viewer("cert"), asked).figure
        assert made.counts["severity"].get(("2026-01-01", severity), 0) == (found.n or 0) + found.unknown
    assert made.counts["class"]["2026-01-01", TOTAL] == 23
