"""`make test`: the suite on SQLite, then the database's tests on PostgreSQL and, beside them, the browser tests.

`python -m tests.tools.run soak` runs what takes long.
"""

import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as tree
from dataclasses import dataclass, field
from pathlib import Path

from tests.tools.postgres import server

BASE = [sys.executable, "-m", "pytest", "-q"]
BOTH = ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]  # in the order of conftest.py


@dataclass
class Part:
    """One run of pytest, begun at once. What it prints is kept until it has ended, so that parts do not mix."""

    title: str
    arguments: list[str]
    env: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="trellis-part-"))
        self.report, self.said = self.folder / "report.xml", self.folder / "said"
        with self.said.open("wb") as out:
            command = [*BASE, f"--junitxml={self.report}", *self.arguments]
            self.process = subprocess.Popen(command, env=os.environ | self.env, stdout=out, stderr=subprocess.STDOUT)

    def end(self) -> list[str]:
        """Waits and shows what was printed. What failed; a run that ended badly without a test names itself."""
        code = self.process.wait()
        print(f"== {self.title}\n{self.said.read_text(errors='replace')}", flush=True)
        cases = tree.parse(self.report).iter("testcase") if self.report.exists() else []
        failed = [
            f"{self.title}: {case.get('classname')}::{case.get('name')}"
            for case in cases
            if case.find("failure") is not None or case.find("error") is not None
        ]
        # No test at all is a fault, not a success.
        return failed or ([f"{self.title}: pytest ended with {code}"] if code else [])


def usual() -> list[str]:
    """`make test`. Returns what failed."""
    failed = Part("SQLite", [*BOTH, "-m", "not soak and not browser"]).end()
    with server() as url:
        browser = Part("Browser", ["-m", "browser and not soak"])
        # The areas and the faults; addresses and endpoints are walked on SQLite.
        marks = "database and not soak and not browser"
        postgres = Part("PostgreSQL", [*BOTH, "-m", marks, "src", "tests/faults"], {"TRELLIS_DATABASE_URL": url})
        return [*failed, *browser.end(), *postgres.end()]


def soak() -> list[str]:
    """`make soak`: what runs long, on one engine after the other. Returns what failed."""
    failed = Part("SQLite", ["-m", "soak"]).end()
    with server() as url:
        return failed + Part("PostgreSQL", ["-m", "soak and database"], {"TRELLIS_DATABASE_URL": url}).end()


def main() -> int:
    failed = soak() if sys.argv[1:] == ["soak"] else usual()
    # Again at the end, where somebody who has only the tail of the output looks.
    for line in failed:
        print("FAILED", line)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
