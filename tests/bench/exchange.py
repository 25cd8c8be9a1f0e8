"""The exchange: taking objects in, reading them in pages of 1,000, asking when nothing is new, while a store grows.

`python -m tests.bench.exchange [COUNT] [--postgres]`; 50,000 objects of 1 kB without an argument. Each reading is with
rights and access log, as one consumer who was there from the first and one whose right came after all objects.
"""

import os
import statistics
import sys
import tempfile
import time
from typing import Any
from uuid import uuid4

TARGETS = "targets: ingest 10,000/s, read 60,000/s, page p95 50 ms, empty poll 5 ms"
BATCH = 1000


def objects(count: int, start: int) -> bytes:
    """An envelope of indicators of about 1 kB each."""
    filler = "Seen on the edge of a network that is watched, with others of its kind. " * 7
    parts = []
    for n in range(start, start + count):
        at = f"2026-01-02T08:{n // 60 % 60:02}:{n % 60:02}.{n % 1000:03}Z"
        label = '["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"]'
        parts.append(
            f'{{"type": "indicator", "spec_version": "2.1", "id": "indicator--{uuid4()}", "created": "{at}",'
            f' "modified": "{at}", "name": "Case {n}", "description": "{filler}", "pattern_type": "stix",'
            f' "pattern": "[ipv4-addr:value = \'198.51.{n // 250 % 250}.{n % 250}\']", "valid_from": "{at}",'
            f' "labels": ["malicious-activity"], "object_marking_refs": {label}}}'
        )
    return ('{"objects": [' + ",".join(parts) + "]}").encode()


def timed(act: Any, times: int) -> list[float]:
    """Milliseconds of each run."""
    found = []
    for _run in range(times):
        start = time.perf_counter()
        act()
        found.append((time.perf_counter() - start) * 1000)
    return found


def p95(times: list[float]) -> float:
    return sorted(times)[max(0, int(len(times) * 0.95) - 1)]


def run(count: int = 50_000) -> None:
    """Prints what it measures on the database of the environment."""
    from django.db import connection

    from tests.world import build
    from trellis.core import clock
    from trellis.exchange import selectors, services
    from trellis.exchange.schemas import Query
    from trellis.exchange.tests.scene import scene

    world = build()
    here = scene(world, ("alpha", "beta", "gamma"))
    clock.set_to(None)
    alpha, beta, gamma = (here.viewer(name) for name in ("alpha", "beta", "gamma"))
    print(f"exchange on {connection.vendor}, {count:,} objects; {TARGETS}")
    selectors.page(beta, here.collection, Query())  # admitted before anything is there; gamma comes late
    bodies = [objects(BATCH, n) for n in range(0, min(count, 20_000), BATCH)]
    size = len(bodies[0]) // BATCH
    took = 0.0
    for n in range(0, count, BATCH):
        body = bodies.pop() if bodies else objects(BATCH, n)
        start = time.perf_counter()
        status = services.add(alpha, here.collection, body)
        took += time.perf_counter() - start
        assert len(status.successes) == BATCH
    print(f"  ingest, {size} octets each: {count / took:,.0f} objects/s")
    for name, who in (("as added", beta), ("re-entered", gamma)):
        read(who, here.collection, name, count, selectors, Query)
    last = Query(added_after=2**60)
    times = timed(lambda: selectors.page(beta, here.collection, last), 50)
    print(f"  empty poll: median {statistics.median(times):.2f} ms, p95 {p95(times):.2f} ms")


def read(who: Any, collection: Any, name: str, count: int, selectors: Any, query: Any) -> None:
    """Walks the collection, or the first 200 pages of it."""
    selectors.page(who, collection, query(limit=1))
    token, times, got = "", [], 0
    while got < min(count, 200_000):
        start = time.perf_counter()
        page = selectors.page(who, collection, query(limit=1000, next=token))
        times.append((time.perf_counter() - start) * 1000)
        got, token = got + len(page.items), page.next
        if not page.more:
            break
    print(
        f"  read {name}, pages of 1,000: {got / sum(times) * 1000:,.0f} objects/s,"
        f" page median {statistics.median(times):.1f} ms, p95 {p95(times):.1f} ms"
    )


def main() -> None:
    """On a fresh SQLite file, a PostgreSQL from the package index, or where TRELLIS_DATABASE_URL says."""
    count = int(next((text for text in sys.argv[1:] if text.isdigit()), "50000"))
    if "--postgres" in sys.argv:
        from tests.tools import postgres

        with postgres.server() as url:
            os.environ["TRELLIS_DATABASE_URL"] = url
            measure(count)
    else:
        measure(count)


def measure(count: int) -> None:
    """Sets up a database and runs."""
    os.environ["TRELLIS_MODE"] = "test"
    os.environ.setdefault("TRELLIS_HOME", tempfile.mkdtemp(prefix="trellis-bench-"))
    os.environ["DJANGO_SETTINGS_MODULE"] = "trellis.web.settings"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    run(count)


if __name__ == "__main__":
    main()
