"""The tables of clauses in docs/taxii.md are true: every test that they name exists, and every section is in them."""

import re
from pathlib import Path

EXCHANGE = Path(__file__).resolve().parent.parent.parent
PAGE = EXCHANGE.parent.parent.parent / "docs" / "taxii.md"
ROW = re.compile(r"^\| ([0-9.]+) \| (.+?) \| `(test_[a-z0-9_]+)` \|$", re.MULTILINE)
UNTESTED = re.compile(
    r"^\| ([0-9.]+) \| (.+?) \| (otherwise|not tested|reserved|optional|our client)\b.+ \|$", re.MULTILINE
)
# The sections of the standard that ask something of a server, as its table of contents numbers them.
ASKING = {"2", "3.1", "3.2", "3.3", "3.4", "3.4.1", "3.5", "3.6.1", "3.7", "3.8", "3.9"}
ASKING |= {"4.1", "4.1.1", "4.2", "4.2.1", "4.3", "4.3.1", "5.2.1", "5.3.1", *(f"5.{n}" for n in range(1, 9))}
ASKING |= {"6", "7.1.1", "8.2.1", "8.2.2", "8.3.1"}
# More of its sections, which describe, or ask of a client.
OTHERS = {"1.6.8", "1.6.9", "3.6", "8.4.2", "8.5.1", "8.5.2"}


def _text() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_every_test_that_the_table_names_exists_and_runs() -> None:
    tests: set[str] = set()
    for path in EXCHANGE.rglob("test_*.py"):
        tests |= set(re.findall(r"^def (test_\w+)\(", path.read_text(encoding="utf-8"), re.MULTILINE))
    rows = ROW.findall(_text())
    assert len(rows) > 80
    assert {name for _section, _words, name in rows} <= tests


def test_every_row_of_the_tables_has_section_words_and_test_or_how_it_stands() -> None:
    first, *others = _text().split("| section |")[1:]
    lines = [line for part in (first, *others) for line in part.splitlines()[2:] if line.startswith("|")]
    assert len(others) == 2 and len(lines) > 90
    assert [line for line in lines if not ROW.match(line) and not UNTESTED.match(line)] == []


def test_every_section_that_asks_something_of_a_server_is_in_the_tables() -> None:
    shown = {section for section, _words, _name in ROW.findall(_text())}
    open_ = {section for section, _words, _how in UNTESTED.findall(_text())}
    assert shown | open_ == ASKING | OTHERS
    assert ASKING - shown == {"3.9", "6", "8.3.1"}  # done elsewhere, reserved, and optional
