"""How much memory the exchange takes: at the most while a store is filled, and while all of it is walked.

Each is a process of its own, so that one does not hide the other: `run` starts them, they print what they saw. What is
walked is put together as it would go out.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

MB = 1024 * 1024
HOURS = 6 * 3600.0  # no million takes longer


def resident(name: str) -> int:
    """Octets of this process now (`VmRSS`) or at the most (`VmHWM`), from the system's own account of it.

    Not `getrusage`: its maximum is that of the parent too, until the child has grown larger.
    """
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(name):
            return int(line.split()[1]) * 1024
    raise LookupError(name)


def said(**more: Any) -> None:
    """What a child tells its parent: its last line."""
    print(json.dumps({**more, "peak": resident("VmHWM")}))


def ingest(count: int) -> None:
    """The child that fills a store."""
    from tests.bench.exchange import BATCH, objects
    from tests.world import build
    from trellis.core import clock
    from trellis.exchange import selectors, services
    from trellis.exchange.schemas import Query
    from trellis.exchange.tests.scene import scene

    here = scene(build(), ("alpha", "beta", "gamma"))
    clock.set_to(None)
    alpha, beta = here.viewer("alpha"), here.viewer("beta")
    selectors.page(beta, here.collection, Query())
    services.add(alpha, here.collection, objects(BATCH, 0))
    before, took = resident("VmRSS"), 0.0
    for n in range(BATCH, count, BATCH):
        body = objects(BATCH, n)
        start = time.perf_counter()
        services.add(alpha, here.collection, body)
        took += time.perf_counter() - start
    rate = (count - BATCH) / took if took else 0.0
    people = {name: str(here.viewer(name).person) for name in ("beta", "gamma")}
    where = {"arrangement": str(here.arrangement), "collection": str(here.collection.id)}
    said(before=before, rate=rate, people=people, **where)


def walk(person: str, arrangement: str, collection: str) -> None:
    """The child that reads all of it."""
    from trellis.exchange import selectors
    from trellis.exchange.schemas import Query
    from trellis.exchange.taxii import bodies
    from trellis.parties import selectors as parties

    who = parties.viewer_by_id(UUID(person))
    view = selectors.collection(who, UUID(arrangement), UUID(collection))
    selectors.page(who, view, Query(limit=1))
    before, times, got = resident("VmRSS"), [], 0
    for page, took in _pages(selectors, who, view, Query):
        got += len(page.items)
        times.append(took)
        bodies.envelope(page)
    said(before=before, got=got, median=statistics.median(times) * 1000, took=sum(times))


def _pages(selectors: Any, who: Any, view: Any, query: Any) -> Iterator[tuple[Any, float]]:
    token, more = "", True
    while more:
        start = time.perf_counter()
        page = selectors.page(who, view, query(limit=1000, next=token))
        took = time.perf_counter() - start
        yield page, took
        token, more = page.next, page.more


def measured(count: int) -> dict[str, dict[str, Any]]:
    """One count, in a database of its own."""
    from tests.tools.isolated import place

    with place() as here:
        filled = here.run("tests.bench.exchange_memory", "ingest", str(count), timeout=HOURS)
        where = (filled["arrangement"], filled["collection"])
        found = {"ingest": filled}
        for name, words in (("beta", "walk as added"), ("gamma", "walk re-entered")):
            found[words] = here.run(
                "tests.bench.exchange_memory", "walk", filled["people"][name], *where, timeout=HOURS
            )
            assert found[words]["got"] == count, found[words]
        return found


def run(counts: list[int]) -> None:
    """Prints the peaks at each count, and the ratios of the last count to the first."""
    found = []
    for count in counts:
        seen = measured(count)
        found.append(seen)
        print(f"memory at {count:,} objects, at the most (before it):")
        for words, one in seen.items():
            more = f", {one['rate']:,.0f} objects/s" if "rate" in one else f", page median {one['median']:.1f} ms"
            print(f"  {words}: {one['peak'] / MB:,.0f} MB ({one['before'] / MB:,.0f} MB){more}")
    if len(found) > 1:
        first, last = found[0], found[-1]
        print(f"{counts[-1]:,} beside {counts[0]:,} (wanted: memory flat, page time at most 1.5):")
        for words in first:
            times = last[words].get("median", 0) / first[words].get("median", 1)
            page = f", page median {times:.2f}" if times else ""
            print(f"  {words}: memory {last[words]['peak'] / first[words]['peak']:.2f}{page}")


def main() -> None:
    """A child."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "trellis.web.settings"
    import django

    django.setup()
    act, *given = sys.argv[1:]
    if act == "ingest":
        ingest(int(given[0]))
    else:
        walk(*given)


if __name__ == "__main__":
    main()
