"""The whole demonstration: every stream holds, and replayed into an empty database they make the same tables."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.tools.isolated import place


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Any, Any]]:
    """What the demonstration made, and what its exported streams make in a database that knows nothing else."""
    folder = tmp_path_factory.mktemp("replay")
    (folder / "again").mkdir()
    with place() as first:
        first.env["TRELLIS_MODE"] = "demo"
        made = first.run("tests.replaying", "make", str(folder / "made"), timeout=600)
    with place() as second:
        yield folder, made, second.run("tests.replaying", "again", str(folder), timeout=600)


def test_every_stream_of_the_demonstration_holds(both: tuple[Path, Any, Any]) -> None:
    _folder, made, _again = both
    assert len(made["verified"]) == len(made["streams"]) + 1  # and the node's
    kinds = [kind for kind, _entries in made["streams"].values()]
    assert kinds.count("arrangement") >= 2 and kinds.count("organisation") >= 10


def test_the_demonstration_replayed_into_an_empty_database_gives_identical_tables(
    both: tuple[Path, Any, Any],
) -> None:
    folder, made, again = both
    assert again["streams"] == made["streams"]
    filled = {name for name, count in made["counts"].items() if count}
    # Enough of every area for the comparison to say something.
    assert {name.split("_")[0] for name in filled} >= {
        "parties", "governance", "catalogue", "assessment", "planning", "agreements", "funding", "handover",
    }  # fmt: skip
    before = json.loads((folder / "made" / "tables.json").read_text("utf-8"))
    after = json.loads((folder / "again" / "tables.json").read_text("utf-8"))
    for stream, tables in before.items():
        for table, rows in tables.items():
            assert after[stream][table] == rows, f"{table} of {stream}"
    assert again["counts"] == made["counts"] and sum(made["counts"].values()) > 300


def test_the_replayed_streams_hold_with_their_tables(both: tuple[Path, Any, Any]) -> None:
    assert both[2]["problems"] == []
