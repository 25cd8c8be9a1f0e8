"""Writes tables: CSV as a stream of bytes, XLSX as bytes, and empty templates for a set of columns."""

import csv
import io
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from trellis.core.tabular_base import HELP_MARK, Column, is_formula_like

BOM = b"\xef\xbb\xbf"
_MADE = datetime(2000, 1, 1)  # noqa: DTZ001  # written into the file in place of the clock: same rows, same bytes
_CHUNK_ROWS = 500

Line = Mapping[str, Any] | Sequence[Any]
"""A row to write: values by column name, or one value for each column in order."""


def safe_cell(value: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe goes before what would start one.

    Reading takes the apostrophe away again, so that export and import give back the same text.
    """
    return "'" + value if is_formula_like(value) else value


def plain(value: object) -> str:
    """A value as text in a table: empty for None, ISO for dates, UTC for moments, no exponent in numbers."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date | int | float | uuid.UUID):
        return str(value)
    return safe_cell(str(value))


def _values(row: Line, columns: Sequence[Column]) -> list[Any]:
    if isinstance(row, Mapping):
        return [row.get(column.name) for column in columns]
    if len(row) != len(columns):
        raise ValueError(f"a row has {len(row)} values for {len(columns)} columns")
    return list(row)


def write_csv(rows: Iterable[Line], columns: Sequence[Column]) -> Iterator[bytes]:
    """CSV in UTF-8 with mark (so that spreadsheets read it right), commas, one header row of column names."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)

    def drained() -> bytes:
        data = buffer.getvalue().encode("utf-8")
        buffer.seek(0)
        buffer.truncate()
        return data

    writer.writerow([safe_cell(column.name) for column in columns])
    yield BOM + drained()
    for count, row in enumerate(rows, 1):
        writer.writerow([plain(value) for value in _values(row, columns)])
        if count % _CHUNK_ROWS == 0:
            yield drained()
    rest = drained()
    if rest:
        yield rest


def _book(buffer: io.BytesIO) -> Any:
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    import xlsxwriter  # not in processes that write no workbook

    book = xlsxwriter.Workbook(buffer, options)
    book.set_properties({"created": _MADE})
    return book


def _put(sheet: Any, line: int, place: int, value: object, formats: Mapping[str, Any]) -> None:
    if isinstance(value, bool):
        sheet.write_boolean(line, place, value)
    elif isinstance(value, int | Decimal) and len(plain(value).strip("-0").replace(".", "")) <= 15:
        # A spreadsheet keeps fifteen digits; longer numbers go as text and stay exact.
        sheet.write_number(line, place, value)
    elif isinstance(value, date) and not isinstance(value, datetime) and value.year >= 1900:
        sheet.write_datetime(line, place, datetime(value.year, value.month, value.day), formats["day"])  # noqa: DTZ001
    elif value is not None:
        sheet.write_string(line, place, plain(value))


def write_xlsx(rows: Iterable[Line], columns: Sequence[Column], *, title: str = "data") -> bytes:
    """A workbook of one sheet, column names first. Moments are ISO text in UTC; no cell is a formula."""
    buffer = io.BytesIO()
    book = _book(buffer)
    sheet = book.add_worksheet(title)
    formats = {"day": book.add_format({"num_format": "yyyy-mm-dd"}), "head": book.add_format({"bold": True})}
    for place, column in enumerate(columns):
        sheet.write_string(0, place, safe_cell(column.name), formats["head"])
        sheet.set_column(place, place, 18)
    for line, row in enumerate(rows, 1):
        for place, value in enumerate(_values(row, columns)):
            _put(sheet, line, place, value, formats)
    sheet.freeze_panes(1, 0)
    book.close()
    return buffer.getvalue()


def help_row(columns: Sequence[Column]) -> list[str]:
    """The template's second row: what each column expects. Reading skips it."""
    cells = []
    for column in columns:
        parts = [_("required") if column.required else _("optional"), str(column.help)]
        if column.choices:
            choices = ", ".join(value for value, _label in column.choices)
            parts.append(_("one of: %(choices)s") % {"choices": choices})
        cells.append("; ".join(part for part in parts if part))
    return [HELP_MARK + cells[0], *cells[1:]] if cells else []


def template_csv(columns: Sequence[Column]) -> bytes:
    """An empty CSV with header and help row."""
    return b"".join(write_csv([help_row(columns)], columns))


def template_xlsx(columns: Sequence[Column], *, title: str = "data") -> bytes:
    """An empty workbook with header and help row, and lists to pick from where a column has choices."""
    buffer = io.BytesIO()
    book = _book(buffer)
    sheet = book.add_worksheet(title)
    head = book.add_format({"bold": True})
    note = book.add_format({"italic": True, "text_wrap": True, "valign": "top", "font_color": "#555555"})
    for place, (column, hint) in enumerate(zip(columns, help_row(columns), strict=True)):
        sheet.write_string(0, place, safe_cell(column.name), head)
        sheet.write_string(1, place, safe_cell(hint), note)
        sheet.set_column(place, place, 24)
        names = [value for value, _label in column.choices]
        if names and len(",".join(names)) <= 255:
            sheet.data_validation(2, place, 10_000, place, {"validate": "list", "source": names})
    sheet.freeze_panes(2, 0)
    book.close()
    return buffer.getvalue()
