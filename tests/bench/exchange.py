"""The exchange: taking objects in, reading them in pages of 1,000, asking when nothing is new, while a store grows.

`python -m tests.bench.exchange [COUNT] [--postgres] [--memory] [--opentaxii PYTHON]`; 50,000 objects of 1 kB without an
argument. Memory is measured too (`exchange_memory`), and OpenTAXII beside it (`exchange_beside`). Each reading is with
rights and access log, as one consumer who was there from the first and one whose right came after all objects. Then
what is made of the access log: each figure, worked out and not taken from the cache, and the page of the log.
"""

import argparse
import os
import statistics
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
    told(here, world)


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


def told(here: Any, world: Any) -> None:
    """What the log says: figures of both sides and the page, at first, and when little is new."""
    from django.test import Client
    from django.urls import reverse

    from trellis.core import clock, figures
    from trellis.exchange import browsing, served, services
    from trellis.exchange.models import StixObject

    def page(person: Client, address: str) -> None:
        assert person.get(address).status_code == 200

    def figure(name: str, who: str) -> None:
        asked = {"owner": here.org(who), "arrangement": here.arrangement}
        figures.kind_named(name).compute(figures.ask(name, asked, as_of=clock.now()))

    person = Client()
    person.force_login(world.people["alpha:cert-lead"])
    page(person, reverse("exchange:home", args=[here.arrangement]))  # templates and addresses are read once
    acts: dict[str, Any] = {
        f"{name} of {who}": lambda name=name, who=who: figure(f"exchange.{name}", who)
        for name, who in (("share", "alpha"), ("acknowledge", "alpha"), ("balance", "alpha"), ("balance", "beta"))
    }
    acts["log page"] = lambda: page(person, reverse("exchange:log", args=[here.arrangement]))
    row = StixObject.records.privileged().first()
    acts["holders of one"] = lambda: browsing.holders(here.viewer("alpha"), row)
    acts["what points at one"] = lambda: browsing.pointing_at(here.viewer("alpha"), row)
    for when in ("at first", "again", "in a new process", "with 1,000 more"):
        if when.startswith("in"):
            served.forget()
        if when.startswith("with"):
            services.add(here.viewer("alpha"), here.collection, objects(BATCH, 0))
        print(f"  {when}: " + ", ".join(f"{name} {timed(act, 1)[0]:,.0f} ms" for name, act in acts.items()))


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.exchange", description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=0, help="objects; 50,000, or 1,000,000 with --memory")
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL from the package index")
    parser.add_argument("--memory", action="store_true", help="memory and page times alone, at COUNT beside 50,000")
    parser.add_argument("--opentaxii", metavar="PYTHON", default="", help="an interpreter that has OpenTAXII")
    parser.add_argument("--beside", action="store_true", help="the comparison with OpenTAXII alone")
    return parser.parse_args()


def main() -> None:
    """On a fresh SQLite file, a PostgreSQL from the package index, or where TRELLIS_DATABASE_URL says."""
    asked = arguments()
    os.environ["TRELLIS_MODE"] = "test"
    if not asked.postgres:
        return asked_for(asked)
    from tests.tools import postgres

    with postgres.server() as url:
        os.environ["TRELLIS_DATABASE_URL"] = url
        asked_for(asked)


def asked_for(asked: argparse.Namespace) -> None:
    """The measures one after another; memory and the comparison in processes and databases of their own."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "trellis.web.settings"
    os.environ.setdefault("TRELLIS_HOME", tempfile.mkdtemp(prefix="trellis-bench-"))
    from tests.bench import exchange_beside, exchange_memory

    count = asked.count or (1_000_000 if asked.memory else 50_000)
    if asked.memory:
        smaller = min(50_000, max(BATCH, count // 20 // BATCH * BATCH))
        return exchange_memory.run(sorted({smaller, count}))
    if not asked.beside:
        measure(count)
        exchange_memory.run([count])
    exchange_beside.run(count, asked.opentaxii)


def measure(count: int) -> None:
    """Sets up a database and runs."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    run(count)


if __name__ == "__main__":
    main()
