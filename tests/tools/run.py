"""`make test`: the suite on SQLite, the browser tests by themselves, then the database's tests on PostgreSQL."""

import os
import subprocess
import sys

from tests.tools.postgres import server

BASE = [sys.executable, "-m", "pytest", "-q"]
BOTH = ["-n", "2", "--dist", "loadfile"]


def run(title: str, *arguments: str, **env: str) -> int:
    """One pytest run; its exit code. No test at all is a fault, not a success."""
    print(title, flush=True)
    return subprocess.run([*BASE, *arguments], check=False, env=os.environ | env).returncode


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
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
