"""D9 from the tables: every quarter and severity of one owner's incidents, against a bare scipy call on the same arrays."""

import statistics
import time
from collections.abc import Callable
from datetime import UTC
from typing import Any

import numpy as np
from scipy import stats

from tests.bench import region
from tests.world import build
from trellis.calc.dates import quarter_at
from trellis.calc.survival import kaplan_meier
from trellis.core import clock, ids, reading
from trellis.core.models import FigureCache
from trellis.operations import columns, selectors
from trellis.operations.parsing import SEVERITIES


def taken(act: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds, and what came of it."""
    start = time.perf_counter()
    found = act()
    return time.perf_counter() - start, found


def run(count: int = 200_000, bare: int = 1_000_000) -> None:
    """Prints how long reading takes with nothing kept, with columns packed, and warm; the page; and the ratio."""
    world = build()
    clock.set_to(None)
    made = region.Region(people={"cert:cert-lead": world.people["cert:cert-lead"].pk})
    writing, _ = taken(lambda: region.incidents(made, "cert", count, 9))
    owner = world.org("cert")
    print(f"{count:,} incidents written in {writing:.0f} s, {1e6 * writing / count:.0f} µs each", flush=True)
    whole = selectors.Question((owner,), "contain")

    def read() -> Any:
        return selectors.durations(whole, clock.now())

    first, _ = taken(read)
    columns._kept.clear()
    packed, _ = taken(read)
    warm, _held = taken(read)
    print(f"  durations read: from rows {first:.2f} s, packed {packed:.2f} s, warm {1000 * warm:.0f} ms", flush=True)
    _ratio(owner)
    _page(world)
    _ratio(_by_chance(bare))


def _by_chance(count: int) -> Any:
    """An owner of so many incidents that are in no table, only in columns."""
    owner, chance = ids.new(), np.random.default_rng(4)
    rows = np.zeros(count, columns.PACKED)
    now = columns.moment(clock.now()).astype(np.int64)
    rows["recorded"], rows["follows"] = now - 10**9, -1
    rows["detected"] = now - 10**9 - chance.integers(0, region.YEARS * 31_557_600 * 10**6, count)
    took = (chance.lognormal(2.5, 1.2, (count, 2)) * 3.6e9).astype(np.int64)
    rows["started"] = rows["detected"] - took[:, 0]
    rows["contained"] = np.where(chance.random(count) < 0.93, rows["detected"] + took[:, 1], columns._NEVER)
    rows["acknowledged"] = rows["recovered"] = columns._NEVER
    rows["severity"] = chance.integers(0, 5, count)
    columns._kept.put(owner, columns._ordered(columns.Written(rows=rows, ids=np.zeros(count, "V16"))))
    return owner


def _ratio(owner: Any) -> None:
    """Every quarter and severity apart, against one call of scipy over all the same durations."""
    held = selectors.durations(selectors.Question((owner,), "contain"), clock.now())
    first = columns.held(owner).standing.moments["detected"][0].astype("datetime64[s]").item().replace(tzinfo=UTC)
    start, newest = quarter_at(first, UTC), quarter_at(clock.now(), UTC)
    quarters = [start]
    while quarters[-1] < newest:
        quarters.append(quarters[-1].shift(1))
    severities = (*(name for name, _title in SEVERITIES), selectors.UNRATED)
    asked = [selectors.Question((owner,), "contain", q.period, severity) for q in quarters for severity in severities]
    sample = stats.CensoredData(uncensored=held.times[held.events], right=held.times[~held.events])
    grid, bare = [], []
    for _ in range(5):
        with reading.scope():
            seconds, curves = taken(lambda: [kaplan_meier(selectors.durations(one, clock.now())) for one in asked])
        grid.append(seconds)
        bare.append(taken(lambda: stats.ecdf(sample))[0])
    assert sum(curve.n for curve in curves) == held.times.size
    ratio = statistics.median(ours / theirs for ours, theirs in zip(grid, bare, strict=True))
    print(
        f"  D9 of {held.times.size:,} by quarter and severity, {len(asked)} curves: {1000 * statistics.median(grid):.0f} ms,"
        f" {ratio:.2f} of a bare scipy call ({1000 * statistics.median(bare):.0f} ms)",
        flush=True,
    )


def _page(world: Any) -> None:
    from django.test import Client

    client = Client()
    client.force_login(world.people["cert:cert-lead"])
    columns._kept.clear()
    cold, answer = taken(lambda: client.get("/incidents/figures/"))
    assert answer.status_code == 200
    warm = statistics.median(taken(lambda: client.get("/incidents/figures/"))[0] for _ in range(5))
    again = []
    for _ in range(3):
        FigureCache.objects.all().delete()
        again.append(taken(lambda: client.get("/incidents/figures/"))[0])
    size = len(answer.content)
    print(
        f"  page of incident times: first {cold:.2f} s, warm {1000 * warm:.0f} ms, "
        f"warm with no figure cached {1000 * statistics.median(again):.0f} ms, {size:,} bytes",
        flush=True,
    )
