"""`make test`: the suite on SQLite, the browser tests by themselves, then the database's tests on PostgreSQL."""

import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as tree
from pathlib import Path

from tests.tools.postgres import server

BASE = [sys.executable, "-m", "pytest", "-q"]
BOTH = ["-n", "2", "--dist", "loadfile"]


_failed: list[str] = []


def run(title: str, *arguments: str, **env: str) -> int:
    """One pytest run; its exit code. No test at all is a fault, not a success."""
    print(title, flush=True)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        code = subprocess.run([*BASE, f"--junitxml={report}", *arguments], check=False, env=os.environ | env).returncode
        cases = tree.parse(report).iter("testcase") if report.exists() else []
        _failed.extend(
            f"{title}: {case.get('classname')}::{case.get('name')}"
            for case in cases
            if case.find("failure") is not None or case.find("error") is not None
        )
    if code and not any(line.startswith(title) for line in _failed):
        _failed.append(f"{title}: pytest ended with {code}")
    return code


def main() -> int:
    codes = [
        run("SQLite", *BOTH, "-m", "not soak and not browser"),
        # Alone, so that a page is not timed out by its neighbours.
        run("Browser", "-m", "browser and not soak"),
    ]
    with server() as url:
        marks = "database and not soak and not browser"
        # The areas and the faults; addresses and endpoints are walked on SQLite.
        codes.append(run("PostgreSQL", *BOTH, "-m", marks, "src", "tests/faults", TRELLIS_DATABASE_URL=url))
    # Again at the end, where somebody who has only the tail of the output looks.
    for line in _failed:
        print("FAILED", line)
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
