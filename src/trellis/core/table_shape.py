"""How a table is drawn: heads with sort links, cells, pages, filters and downloads."""

from typing import Any

from django.utils.encoding import force_str
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trellis.core import formats
from trellis.core.tables import Choice, Column, Table


def query(table: Table, **changes: Any) -> str:
    """The query string of this page with some of the table's own values changed; None takes one out."""
    given = table.request.GET.copy()
    for name, value in {"format": None, **changes}.items():
        given.pop(table.prefix + name, None)
        if value is not None:
            given[table.prefix + name] = str(value)
    return "?" + given.urlencode()


def heads(table: Table) -> list[dict[str, Any]]:
    """The head of each column: title, and where pressing it leads."""
    found = []
    for c in table.columns:
        turned, state = c.name, ""
        if table.sort.lstrip("-") == c.name:
            state = "descending" if table.sort.startswith("-") else "ascending"
            turned = c.name if state == "descending" else f"-{c.name}"
        url = query(table, sort=turned, page=None) if c.sort else ""
        found.append({"title": c.title, "url": url, "state": state, "num": c.kind in {"num", "money"}})
    return found


def body(table: Table) -> list[SafeString]:
    """The cells of each row; the first names the row. What cells of a column have in common is written once."""
    marks = [_marks(c, place == 0) for place, c in enumerate(table.columns)]
    shown = list(zip(table.columns, marks, strict=True))
    return [
        mark_safe("".join(start + conditional_escape(c.show(row)) + end for c, (start, end) in shown))  # noqa: S308
        for row in table.page_rows
    ]


def _marks(column: Column, head: bool) -> tuple[SafeString, SafeString]:
    """What stands before and after the text of a cell."""
    if head:
        return SafeString('<th scope="row">'), SafeString("</th>")
    num = SafeString(' class="num"') if column.kind in {"num", "money"} else ""
    label = _("%(title)s:") % {"title": column.label or column.title}
    return format_html('<td{} data-l="{}">', num, label), SafeString("</td>")


def pages(table: Table) -> dict[str, Any]:
    """Numbers of pages around this one, next and previous, and which rows these are."""
    size, here = table.page_size, table.page
    more = len(table._slice) > size
    last = -(-table.count // size) if table.counted else None
    near = {1, here - 1, here, here + 1, *([last] if last else [])}
    numbers: list[dict[str, Any]] = []
    for n in sorted(p for p in near if p >= 1 and (p <= last if last else p <= here + more)):
        gap = bool(numbers) and n > numbers[-1]["n"] + 1
        numbers.append({"n": n, "url": query(table, page=n), "here": n == here, "gap": gap})
    first = (here - 1) * size + 1
    given = {"first": formats.number(first), "last": formats.number(first + len(table.page_rows) - 1)}
    if table.counted:
        said = _("%(first)s to %(last)s of %(all)s") % {**given, "all": formats.number(table.count)}
    else:
        said = _("%(first)s to %(last)s of more than %(cap)s") % {**given, "cap": formats.number(table.cap)}
    return {
        "numbers": numbers if len(numbers) > 1 else [],
        "next": query(table, page=here + 1) if more else "",
        "previous": query(table, page=here - 1) if here > 1 else "",
        "said": said,
    }


def about_size(table: Table) -> str:
    """The size of the CSV, judged from this page; '' when the rows are not counted."""
    rows = table.page_rows
    if not table.counted or not rows:
        return ""
    octets = sum(len(force_str(c.get(r) or "").encode()) + 1 for r in rows for c in table.columns if c.export)
    return formats.size(octets * table.count // len(rows))


def downloads(table: Table) -> list[dict[str, str]]:
    """Links to CSV and XLSX of the filtered rows, with their number and size."""
    if not table.downloads or not table.page_rows:
        return []
    if table.counted:
        rows = ngettext("%(n)s row", "%(n)s rows", table.count) % {"n": formats.number(table.count)}
    else:
        rows = _("all rows")
    size = about_size(table)
    found = []
    for kind in ("csv", "xlsx"):
        words = {"rows": rows, "kind": kind.upper(), "size": size}
        if size and kind == "csv":
            text = _("Download %(rows)s, %(kind)s, about %(size)s") % words
        else:
            text = _("Download %(rows)s, %(kind)s") % words
        found.append({"text": text, "url": query(table, format=kind, page=None)})
    return found


def filters(table: Table) -> list[dict[str, Any]]:
    """The filter fields with what is chosen."""
    found = []
    for f in table.filters:
        shown: dict[str, Any] = {"name": table.prefix + f.name, "title": f.title}
        shown["value"] = table.chosen.get(f.name, "")
        if isinstance(f, Choice):
            shown |= {"options": f.options, "every": f.every}
        found.append(shown)
    return found


def kept(table: Table) -> list[tuple[str, str]]:
    """What the filter form carries on: everything in the query string but its own fields and the page."""
    own = {table.prefix + n for n in ("page", "format", *(f.name for f in table.filters))}
    given = table.request.GET.lists()
    return [(name, value) for name, values in given if name not in own for value in values]


def draw(table: Table) -> dict[str, Any]:
    """The context of the table's template."""
    clear = query(table, page=None, **{f.name: None for f in table.filters})
    return {
        "table": table,
        "caption": table.caption,
        "heads": heads(table),
        "rows": body(table),
        "pages": pages(table),
        "filters": filters(table),
        "kept": kept(table),
        "filtered": bool(table.chosen),
        "clear_url": clear,
        "downloads": downloads(table),
        "id": f"{table.prefix}{table.name}",
    }
