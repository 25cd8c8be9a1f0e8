"""The table of clauses in docs/taxii.md is true: every test that it names exists, and every chapter is in it."""

import re
from pathlib import Path

EXCHANGE = Path(__file__).resolve().parent.parent.parent
PAGE = EXCHANGE.parent.parent.parent / "docs" / "taxii.md"
ROW = re.compile(r"^\| ([0-9.]+) \| (.+?) \| `(test_[a-z0-9_]+)` \|$", re.MULTILINE)
CHAPTERS = {"1.6.8", "1.6.9", "2", "3.1", "3.2", "3.3", "3.4", "3.4.1", "3.5", "3.6", "3.7", "8"}
CHAPTERS |= {"4.1", "4.2", "4.3", "4.3.1", *(f"5.{n}" for n in range(1, 9))}


def test_every_test_that_the_table_names_exists_and_runs() -> None:
    tests: set[str] = set()
    for path in EXCHANGE.rglob("test_*.py"):
        tests |= set(re.findall(r"^def (test_\w+)\(", path.read_text(encoding="utf-8"), re.MULTILINE))
    rows = ROW.findall(PAGE.read_text(encoding="utf-8"))
    assert len(rows) > 50
    assert {name for _section, _words, name in rows} <= tests


def test_every_row_of_the_table_has_section_words_and_test() -> None:
    table = PAGE.read_text(encoding="utf-8").partition("| section |")[2]
    lines = [line for line in table.splitlines()[2:] if line.startswith("|")]
    assert [line for line in lines if not ROW.match(line)] == []


def test_every_section_that_asks_something_of_a_server_is_in_the_table() -> None:
    assert {section for section, _words, _name in ROW.findall(PAGE.read_text(encoding="utf-8"))} == CHAPTERS
