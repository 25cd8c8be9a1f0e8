"""Reads an uploaded file into a table: CSV, XLSX or a JSON list, told apart by content, never by name."""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from trellis.core import tabular_xlsx
from trellis.core.tabular_base import Flaw, Limits, Row, Table, TabularError, shown, unquoted
from trellis.core.tabular_kind import MARKUP, decode, refuse_other_kinds, wrong_kind
from trellis.core.tabular_rows import header_of, row_of, too_many_columns, too_many_rows


def read(
    source: str | Path | BinaryIO | bytes,
    name: str = "",
    *,
    sheet: str | int | None = None,
    limits: Limits | None = None,
) -> Table:
    """Reads a file into a table of text.

    source: a path, a binary stream or the bytes. name: the upload's name, used in messages only.
    sheet: of a workbook, by title or number from 0; without it the first sheet that holds anything.
    Raises TabularError for what is too large, not a table, wrongly encoded, or has no usable header.
    """
    limits = limits or Limits()
    data = _bytes(source, limits)
    digest = hashlib.sha256(data).hexdigest()
    if not data.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        raise TabularError(_("The file is empty."))
    if data.startswith(b"PK"):
        return tabular_xlsx.read(data, digest, sheet, limits)
    refuse_other_kinds(data)
    text, encoding = decode(data)
    start = text.lstrip()[:200].casefold()
    for mark, looks in MARKUP:
        if start.startswith(mark):
            raise wrong_kind(looks)
    if start.startswith("{") or (start.startswith("[") and start[1:].lstrip()[:1] in {"{", "]"}):
        return _json(text, encoding, digest, limits)
    return _csv(text, encoding, digest, limits)


def _bytes(source: str | Path | BinaryIO | bytes, limits: Limits) -> bytes:
    if isinstance(source, str | Path):
        path = Path(source)
        if path.stat().st_size > limits.bytes:
            raise _too_large(limits)
        return path.read_bytes()
    if isinstance(source, bytes):
        data = source
    else:
        size = getattr(source, "size", None)
        if isinstance(size, int) and size > limits.bytes:
            raise _too_large(limits)
        data = source.read(limits.bytes + 1)
    if len(data) > limits.bytes:
        raise _too_large(limits)
    return data


def _too_large(limits: Limits) -> TabularError:
    size = f"{limits.bytes / 1024 / 1024:.4g}"
    return TabularError(_("The file is larger than %(size)s MB. Split it into parts.") % {"size": size})


def _records(text: str, delimiter: str, cell: int) -> Iterator[tuple[int, list[str]]]:
    """Line on which each CSV record starts, and its fields. Raises TabularError for broken quoting."""
    csv.field_size_limit(max(csv.field_size_limit(), cell * 8))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            message = _("Line %(line)d is not well-formed CSV (%(reason)s). Check its quotation marks.")
            raise TabularError(message % {"line": line, "reason": str(error)}, line) from error
        yield line, record
        line = reader.line_num + 1


def sniff(text: str) -> str:
    """The delimiter of a CSV text, of comma, semicolon and tab: which splits most rows like the header."""
    best, best_score = ",", (False, 0.0, 0)
    for delimiter in ",;\t":
        widths: list[int] = []
        try:
            for _line, record in _records(text[:200_000], delimiter, 1_000_000):
                if any(record):
                    widths.append(len(record))
                if len(widths) == 50:
                    break
        except TabularError:
            pass  # the sample may cut a quoted cell; the full read reports what is really broken
        if widths:
            alike = sum(width == widths[0] for width in widths) / len(widths)
            score = (widths[0] > 1, round(alike, 2), widths[0])
            if score > best_score:
                best, best_score = delimiter, score
    return best


def _csv(text: str, encoding: str, digest: str, limits: Limits) -> Table:
    delimiter = sniff(text)
    header: tuple[str, ...] = ()
    header_row = 0
    rows: list[Row] = []
    for line, record in _records(text, delimiter, limits.cell):
        if not any(value.strip() for value in record):
            continue
        if len(record) > limits.columns:
            raise too_many_columns(limits, line)
        if not header:
            header, header_row = header_of(record, line), line
            continue
        if len(rows) == limits.rows:
            raise too_many_rows(limits)
        rows.append(row_of(line, header, [unquoted(value) for value in record], limits))
    return Table("csv", header, tuple(rows), digest, header_row, encoding=encoding, delimiter=delimiter)


def _no_constant(name: str) -> Any:
    message = _("“%(value)s” is not a JSON value. Use null for what is not known.")
    raise TabularError(message % {"value": name})


def _pairs(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise TabularError(_("One object has the key “%(key)s” twice.") % {"key": shown(key)})
        found[key] = value
    return found


def _json(text: str, encoding: str, digest: str, limits: Limits) -> Table:
    try:
        # Numbers stay text: a float would round money.
        items = json.loads(text, parse_float=str, parse_int=str, parse_constant=_no_constant, object_pairs_hook=_pairs)
    except json.JSONDecodeError as error:
        message = _("Line %(line)d is not well-formed JSON (%(reason)s).")
        raise TabularError(message % {"line": error.lineno, "reason": error.msg}, error.lineno) from error
    except RecursionError as error:
        raise TabularError(_("The JSON is nested too deeply.")) from error
    if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
        raise TabularError(_("The JSON must be a list of objects, one for each row."))
    if len(items) > limits.rows:
        raise too_many_rows(limits)
    header = header_of(list(dict.fromkeys(key for item in items for key in item)), 1)
    if len(header) > limits.columns:
        raise too_many_columns(limits, 1)
    rows = [_json_row(number, item, header, limits) for number, item in enumerate(items, 1)]
    return Table("json", header, tuple(rows), digest, 0, encoding=encoding)


def _json_row(number: int, item: dict[str, Any], header: Sequence[str], limits: Limits) -> Row:
    flaws: list[Flaw] = []
    by_title: dict[str, str] = {}
    for key, value in item.items():
        title = key.strip()
        if isinstance(value, dict | list):
            expected = _("text, a number, true, false or null")
            flaws.append(Flaw(title, _("The value is a list or an object."), expected))
            value = ""
        by_title[title] = "" if value is None else str(value).lower() if isinstance(value, bool) else value
    return row_of(number, header, [by_title.get(title, "") for title in header], limits, flaws)
