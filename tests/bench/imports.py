"""A file of incidents: the dry run, and writing what holds, by page and by command the same."""

import csv
import io
import time

import numpy as np

from tests.bench import region
from tests.world import build
from trellis.core import clock
from trellis.operations import loading

STAMPS = ("started", "detected", "acknowledged", "contained")
PLAIN = ("reference", "title", "summary", "severity", "sector")


def file_of(count: int) -> bytes:
    """A table in our own form."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*PLAIN, "class", *STAMPS])
    for said in region._said(np.random.default_rng(3), clock.now(), count, 0):
        stamps = [said[name].isoformat(timespec="seconds") if said[name] else "" for name in STAMPS]
        writer.writerow([*(said[name] for name in PLAIN), said["classification"], *stamps])
    return out.getvalue().encode()


def run(count: int = 20_000) -> None:
    """Prints the time of reading and of writing."""
    viewer = build().viewer("cert:cert-lead")
    clock.set_to(None)
    data = file_of(count)
    start = time.perf_counter()
    held = loading.read(viewer, data, name="incidents.csv")
    read = time.perf_counter() - start
    start = time.perf_counter()
    held = loading.write(viewer, held.pk)
    wrote = time.perf_counter() - start
    assert held.count("accepted", "remark") > count * 0.99
    print(f"an import of {count:,} incidents: dry run {read:.1f} s, written in {wrote:.1f} s", flush=True)
