"""What reading, checking and writing tables share: limits, rows, columns, problems and the report."""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.utils.translation import gettext as _

HELP_MARK = "# "
"""How the first cell of a template's help row begins; such a row straight under the header is skipped."""

FORMULA_STARTS = frozenset("=+-@＝＋－＠")
# Marks that make text read in another order than it is stored. The plain direction marks (U+200E, U+200F,
# U+061C) are needed to write Arabic and Hebrew and stay.
REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Translatable(Protocol):
    """A string, or what `gettext_lazy` returns."""

    def __str__(self) -> str: ...


class TabularError(ValueError):
    """The file as a whole cannot be read. The message is for people; `line` says where, when it is known."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


class BadValue(ValueError):
    """A cell does not hold what its column expects. `expected` completes "expected ..."."""

    def __init__(self, message: str, expected: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.expected = expected


@dataclass(frozen=True)
class Limits:
    """How large a file may be: bytes as uploaded and unpacked, rows, columns, characters in one cell."""

    bytes: int = 20 * 1024 * 1024
    unpacked: int = 200 * 1024 * 1024
    rows: int = 200_000
    columns: int = 300
    cell: int = 32_767


@dataclass(frozen=True)
class Flaw:
    """What a check across the cells of one row found; not `fatal` means a remark on an accepted row."""

    field: str
    message: str
    expected: str = ""
    fatal: bool = True


@dataclass(frozen=True)
class Problem:
    """One thing wrong in one cell. `str()` is a whole sentence with line, field and what was expected."""

    row: int
    field: str
    value: str
    expected: str
    message: str
    title: str = ""
    place: str = "line"

    def __str__(self) -> str:
        where = _("Item %(number)d") if self.place == "item" else _("Line %(number)d")
        text = where % {"number": self.row}
        if self.title or self.field:
            text = _("%(where)s, %(field)s") % {"where": text, "field": self.title or self.field}
        text = _("%(where)s: %(message)s") % {"where": text, "message": self.message}
        if self.expected:
            text = _("%(message)s Expected %(expected)s.") % {"message": text, "expected": self.expected}
        return text


@dataclass(frozen=True)
class Row:
    """A row as read: its line in the file (the row of the sheet, the item of the list) and text by column."""

    number: int
    cells: Mapping[str, str]
    flaws: tuple[Flaw, ...] = ()


@dataclass(frozen=True)
class Table:
    """A file as read. `header` is as written in the file; `digest` is the SHA-256 of the file's bytes."""

    kind: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    digest: str
    header_row: int = 1
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    encoding: str = ""
    delimiter: str = ""

    @property
    def place(self) -> str:
        """What `Row.number` counts: lines of a table or items of a list."""
        return "item" if self.kind == "json" else "line"


def as_written(value: str) -> Any:
    """The parse function of a column that takes any text unchanged."""
    return value


@dataclass(frozen=True)
class Column:
    """A field that a table can fill.

    name: the key in the result. title: the header people see. parse: text to value, raising BadValue.
    choices: pairs of value and label; with them `parse` is not used. help: one sentence for the template.
    aliases: other headers that mean this column. unique: no two rows of a file may hold the same value.
    """

    name: str
    title: Translatable = ""
    required: bool = False
    parse: Callable[[str], Any] = as_written
    choices: tuple[tuple[str, Translatable], ...] = ()
    help: Translatable = ""
    aliases: tuple[str, ...] = ()
    unique: bool = False

    @property
    def label(self) -> str:
        """The title in the reader's language, or the name."""
        return str(self.title) or self.name


@dataclass(frozen=True)
class Parsed:
    """A row that holds: values by field name (None where the cell is empty) and remarks for the reader."""

    row: int
    values: Mapping[str, Any]
    remarks: tuple[Problem, ...] = ()


class ImportRefused(ValueError):
    """An all-or-nothing import was asked of a report that has problems."""

    def __init__(self, report: "Report") -> None:
        super().__init__(_("Nothing was imported: the file has problems."))
        self.report = report


@dataclass(frozen=True)
class Report:
    """What a table would bring in. Reading it is the dry run; `ready()` gives the rows to store.

    Every row of the file is accepted, has at least one problem, or is in `ignored` (the template's help row):
    `total == len(accepted) + len(rejected) + len(ignored)`.
    """

    accepted: tuple[Parsed, ...]
    problems: tuple[Problem, ...]
    ignored: tuple[int, ...]
    unknown_columns: tuple[str, ...]
    total: int
    partial: bool = False
    matched: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether no row has a problem."""
        return not self.problems

    @property
    def rejected(self) -> tuple[int, ...]:
        """Row numbers with at least one problem, ascending."""
        return tuple(sorted({problem.row for problem in self.problems}))

    @property
    def remarks(self) -> tuple[Problem, ...]:
        """Remarks on accepted rows."""
        return tuple(remark for parsed in self.accepted for remark in parsed.remarks)

    def ready(self) -> tuple[Parsed, ...]:
        """The rows to store. Raises ImportRefused for problems when the import is all or nothing."""
        if self.problems and not self.partial:
            raise ImportRefused(self)
        return self.accepted


def shown(value: str, limit: int = 60) -> str:
    """A cell's text as it may stand in a message: one line, short, invisible characters named."""
    text = "".join(
        f"<U+{ord(c):04X}>" if unicodedata.category(c) in {"Cc", "Cs", "Cn"} or c in REORDERING else c
        for c in value[: limit + 1]
    )
    return text if len(value) <= limit else text[: limit - 1] + "…"


def normal(header: str) -> str:
    """A header with case, accents' encoding, spaces, hyphens, dots and underscores evened out."""
    text = unicodedata.normalize("NFKC", header).casefold()
    text = "".join(" " if c in "_-./" or c.isspace() else c for c in text)
    return "_".join(text.replace("*", " ").split())


def _is_number(text: str) -> bool:
    digits = text[1:].replace(" ", "").replace("\u00a0", "").replace("\u202f", "")
    return bool(digits) and text[0] in "+-" and digits.count(".") <= 1 and digits.replace(".", "").isdigit()


def is_formula_like(text: str) -> bool:
    """Whether a spreadsheet might run this text: it starts, after quotes and spaces, like a formula."""
    core = text.lstrip("'")
    if core[:1] in {"\t", "\r", "\n"}:
        return True
    core = core.lstrip()
    return core[:1] in FORMULA_STARTS and not _is_number(core)


def unquoted(text: str) -> str:
    """Takes back the apostrophe that `safe_cell` puts before text that looks like a formula."""
    return text[1:] if text.startswith("'") and is_formula_like(text[1:]) else text
