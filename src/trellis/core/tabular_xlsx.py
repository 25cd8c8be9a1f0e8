"""Reads one sheet of an XLSX workbook, guarded against archives that unpack to far more than they weigh."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.core.tabular_base import Flaw, Limits, Row, Table, TabularError, unquoted
from trellis.core.tabular_kind import wrong_kind
from trellis.core.tabular_rows import header_of, row_of, too_many_columns, too_many_rows

_LAST_ROW = 1_048_576
_CHUNK = 1024 * 1024


def read(data: bytes, digest: str, sheet: str | int | None, limits: Limits) -> Table:
    """Reads the chosen sheet, or the first that holds anything. Raises TabularError for no workbook."""
    _guard(data, limits)
    import openpyxl  # half a second of every process that reads no workbook

    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    except Exception as error:  # openpyxl raises whatever the broken part of the file leads it to
        raise TabularError(_("The workbook is damaged and cannot be read.")) from error
    try:
        titles = tuple(book.sheetnames)
        for title in _chosen(titles, sheet):
            rows = _sheet(book[title], limits)
            header_row, header, body = rows
            if header:
                return Table("xlsx", header, body, digest, header_row, sheet=title, sheets=titles)
    except TabularError:
        raise
    except Exception as error:
        raise TabularError(_("The workbook is damaged and cannot be read.")) from error
    finally:
        book.close()
    raise TabularError(_("The file is empty."))


def _guard(data: bytes, limits: Limits) -> None:
    """Refuses, before anything is unpacked, other archives, bombs and XML that declares entities."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise TabularError(_("The file is a damaged archive or workbook.")) from error
    with archive:
        names = archive.namelist()
        if "xl/workbook.xml" not in names:
            _refuse_archive(names)
        # zipfile never hands out more than the declared size, so the sum is a true bound.
        if len(names) > 5_000 or sum(info.file_size for info in archive.infolist()) > limits.unpacked:
            size = limits.unpacked // (1024 * 1024)
            raise TabularError(_("The workbook unpacks to more than %(size)d MB.") % {"size": size})
        for info in archive.infolist():
            if info.filename.endswith((".xml", ".rels")):
                _refuse_entities(archive, info)


def _refuse_archive(names: Sequence[str]) -> None:
    def has(start: str) -> bool:
        return any(name.startswith(start) for name in names)

    if has("word/"):
        raise wrong_kind(gettext_lazy("a Word document"))
    if has("ppt/"):
        raise wrong_kind(gettext_lazy("a presentation"))
    if has("content.xml"):
        raise wrong_kind(gettext_lazy("an OpenDocument file; save it as XLSX"))
    raise wrong_kind(gettext_lazy("a zip archive"))


def _refuse_entities(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    try:
        with archive.open(info) as part:
            tail = b""
            while chunk := part.read(_CHUNK):
                window = tail + chunk.replace(b"\x00", b"")  # so that UTF-16 hides nothing
                if b"<!DOCTYPE" in window or b"<!ENTITY" in window:
                    raise TabularError(_("The workbook declares XML entities and is refused."))
                tail = window[-16:]
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError) as error:
        raise TabularError(_("The file is a damaged archive or workbook.")) from error


def _chosen(titles: tuple[str, ...], sheet: str | int | None) -> tuple[str, ...]:
    if sheet is None:
        return titles
    if isinstance(sheet, int) and 0 <= sheet < len(titles):
        return (titles[sheet],)
    if sheet in titles:
        return (str(sheet),)
    message = _("The workbook has no sheet “%(sheet)s”. It has: %(sheets)s.")
    raise TabularError(message % {"sheet": sheet, "sheets": ", ".join(titles)})


def _sheet(sheet: Any, limits: Limits) -> tuple[int, tuple[str, ...], tuple[Row, ...]]:
    header: tuple[str, ...] = ()
    header_row = 0
    rows: list[Row] = []
    for number, cells in _lines(sheet, limits):
        values, flaws = _texts(cells, header)
        if not header:
            header, header_row = header_of(values, number), number
            continue
        if len(rows) == limits.rows:
            raise too_many_rows(limits)
        rows.append(row_of(number, header, values, limits, flaws))
    return header_row, header, tuple(rows)


def _lines(sheet: Any, limits: Limits) -> Iterator[tuple[int, Sequence[Any]]]:
    """Number and cells of each row that holds anything."""
    if not hasattr(sheet, "reset_dimensions"):
        return  # a chart sheet
    sheet.reset_dimensions()  # what the file claims about its size is not to be trusted
    for number, cells in enumerate(sheet.rows, 1):
        if number > _LAST_ROW:
            raise too_many_rows(limits)
        if len(cells) > limits.columns:
            if any(cell.value is not None for cell in cells[limits.columns :]):
                raise too_many_columns(limits, number)
            cells = cells[: limits.columns]
        if any(cell.value is not None and str(cell.value).strip() for cell in cells):
            yield number, cells


def _texts(cells: Sequence[Any], header: Sequence[str]) -> tuple[list[str], list[Flaw]]:
    values: list[str] = []
    flaws: list[Flaw] = []
    for place, cell in enumerate(cells):
        kind = getattr(cell, "data_type", "n")
        title = header[place] if place < len(header) else ""
        if kind == "f":
            expected = _("its value; copy and paste values only")
            flaws.append(Flaw(title, _("The cell holds a formula."), expected))
            values.append("")
        elif kind == "e":
            message = _("The cell holds the spreadsheet error %(value)s.")
            flaws.append(Flaw(title, message % {"value": str(cell.value)}))
            values.append("")
        else:
            values.append(_text(cell.value, str(getattr(cell, "number_format", "") or "")))
    return values, flaws


def _text(value: object, number_format: str) -> str:
    """A cell's value as the text that CSV would hold: ISO dates, plain decimals, true or false."""
    if value is None:
        return ""
    if isinstance(value, str):
        return unquoted(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        timed = "h" in number_format.lower() or value.time() != time(0)
        return value.isoformat(timespec="seconds") if timed else value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, float):
        # Fifteen digits are what a spreadsheet itself shows; more is binary noise.
        return format(Decimal(f"{value:.15g}"), "f")
    return str(value)
