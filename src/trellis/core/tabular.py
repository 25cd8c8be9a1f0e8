"""Tables in and out: read an upload, match its columns to fields, and report what holds and what does not.

    table = tabular.read(upload, upload.name)
    report = tabular.interpret(table, COLUMNS)      # the dry run: nothing is stored
    for parsed in report.ready(): ...               # raises ImportRefused when a row has a problem

An import is all or nothing unless `partial=True` is asked for; then rows that hold are accepted and the
others are reported with their reason. No row is dropped without being counted.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from trellis.core.tabular_base import (
    HELP_MARK,
    BadValue,
    Column,
    Flaw,
    ImportRefused,
    Limits,
    Parsed,
    Problem,
    Report,
    Row,
    Table,
    TabularError,
    Translatable,
    normal,
    shown,
)
from trellis.core.tabular_kind import decode
from trellis.core.tabular_parse import (
    Stamp,
    boolean,
    choice,
    currencies,
    currency,
    day,
    integer,
    moment,
    money,
    stamp,
    text,
    uuid,
)
from trellis.core.tabular_read import read
from trellis.core.tabular_write import safe_cell, template_csv, template_xlsx, write_csv, write_xlsx

__all__ = [
    "BadValue",
    "Column",
    "Flaw",
    "ImportRefused",
    "Limits",
    "Parsed",
    "Problem",
    "Report",
    "Row",
    "Stamp",
    "Table",
    "TabularError",
    "Translatable",
    "boolean",
    "choice",
    "currencies",
    "currency",
    "day",
    "decode",
    "integer",
    "interpret",
    "match_columns",
    "moment",
    "money",
    "normal",
    "read",
    "safe_cell",
    "shown",
    "stamp",
    "template_csv",
    "template_xlsx",
    "text",
    "uuid",
    "write_csv",
    "write_xlsx",
]

Check = Callable[[Mapping[str, Any]], Iterable[Flaw]]


def match_columns(
    header: Sequence[str], columns: Sequence[Column], mapping: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The file's column for each field: by `mapping` (file column to field), else by name, title or alias.

    Raises TabularError when the mapping names what is not there, two columns claim one field, or a required
    field has no column.
    """
    fields = {column.name: column for column in columns}
    by_normal = {normal(title): title for title in header if title}
    matched: dict[str, str] = {}
    for source, name in (mapping or {}).items():
        if normal(source) not in by_normal or name not in fields:
            message = _("The mapping names “%(source)s” for “%(name)s”, which does not exist.")
            raise TabularError(message % {"source": shown(source), "name": shown(name)})
        _claim(matched, name, by_normal[normal(source)])
    taken = set(matched.values())
    for column in columns:
        if column.name in matched:
            continue
        for known in (column.name, str(column.title), *column.aliases):
            title = by_normal.get(normal(known)) if known else None
            if title and title not in taken:
                _claim(matched, column.name, title)
                taken.add(title)
                break
    missing = [column.label for column in columns if column.required and column.name not in matched]
    if missing:
        message = _("The file has no column for: %(missing)s. Its columns are: %(found)s.")
        found = ", ".join(shown(title) for title in header if title)
        raise TabularError(message % {"missing": ", ".join(missing), "found": found})
    return matched


def _claim(matched: dict[str, str], name: str, title: str) -> None:
    if name in matched:
        message = _("Two columns are mapped to %(field)s: %(first)s and %(second)s.")
        raise TabularError(message % {"field": name, "first": shown(matched[name]), "second": shown(title)})
    matched[name] = title


def interpret(
    table: Table,
    columns: Sequence[Column],
    *,
    mapping: Mapping[str, str] | None = None,
    check: Check | None = None,
    partial: bool = False,
) -> Report:
    """Reads every row of a table as fields.

    mapping: file column to field name, tried before names, titles and aliases. check: called with the values
    of each row whose cells hold; its fatal flaws reject the row, others become remarks. partial: accept what
    holds and report the rest.
    Raises TabularError when the header does not fit.
    """
    matched = match_columns(table.header, columns, mapping)
    known = set(matched.values())
    accepted: list[Parsed] = []
    problems: list[Problem] = []
    ignored: list[int] = []
    reader = _Reader(table, columns, matched, check)
    for place, row in enumerate(table.rows):
        if place == 0 and _is_help(row, table.header):
            ignored.append(row.number)
            continue
        parsed, found = reader.row(row)
        problems.extend(found)
        if not found:
            accepted.append(parsed)
    unknown = tuple(title for title in table.header if title and title not in known)
    total = len(table.rows)
    return Report(tuple(accepted), tuple(problems), tuple(ignored), unknown, total, partial, matched)


def _is_help(row: Row, header: Sequence[str]) -> bool:
    return bool(header) and row.cells.get(header[0], "").startswith(HELP_MARK)


class _Reader:
    """Reads the rows of one table; remembers the values of columns that must not repeat."""

    def __init__(self, table: Table, columns: Sequence[Column], matched: Mapping[str, str], check: Check | None):
        self.columns, self.matched, self.check, self.place = columns, matched, check, table.place
        self.fields = {title: name for name, title in matched.items()}
        self.labels = {column.name: column.label for column in columns}
        self.parsers = {c.name: choice(c.choices) if c.choices else c.parse for c in columns}
        self.seen: dict[tuple[str, Any], int] = {}

    def row(self, row: Row) -> tuple[Parsed, list[Problem]]:
        """Values and remarks of a row, and its problems."""
        values: dict[str, Any] = {}
        problems = [self.problem(row, flaw) for flaw in row.flaws]
        flawed = {flaw.field for flaw in row.flaws}
        for column in self.columns:
            title = self.matched.get(column.name, "")
            values[column.name] = None
            if title and title in flawed:
                continue  # the cell's own problem is already told
            flaw = _cell(column, self.parsers[column.name], row.cells.get(title, ""), values)
            if flaw is None and column.unique and values[column.name] is not None:
                flaw = self.repeat(column, values[column.name], row.number)
            if flaw is not None:
                problems.append(self.problem(row, flaw))
        remarks: list[Problem] = []
        if self.check is not None and not problems:
            for flaw in self.check(values):
                (problems if flaw.fatal else remarks).append(self.problem(row, flaw))
        return Parsed(row.number, values, tuple(remarks)), problems

    def repeat(self, column: Column, value: object, number: int) -> Flaw | None:
        """The flaw of a value that an earlier row holds."""
        key = (column.name, value.casefold() if isinstance(value, str) else value)
        first = self.seen.setdefault(key, number)
        if first == number:
            return None
        message = _("“%(value)s” stands already in line %(line)d.")
        if self.place == "item":
            message = _("“%(value)s” stands already in item %(line)d.")
        return Flaw(column.name, message % {"value": shown(str(value)), "line": first})

    def problem(self, row: Row, flaw: Flaw) -> Problem:
        """A flaw with its place; what the reader of the file found names the file's column, not ours."""
        name = self.fields.get(flaw.field, flaw.field)
        value = row.cells.get(self.matched.get(name, name), "")
        label = self.labels.get(name, name)
        return Problem(row.number, name, value, flaw.expected, flaw.message, label, self.place)


def _cell(column: Column, parse: Callable[[str], Any], cell: str, values: dict[str, Any]) -> Flaw | None:
    if not cell.strip():
        if column.required:
            return Flaw(column.name, _("The cell is empty."), str(column.help) or _("a value"))
        return None
    try:
        values[column.name] = parse(cell)
    except BadValue as error:
        return Flaw(column.name, error.message, error.expected)
    return None
