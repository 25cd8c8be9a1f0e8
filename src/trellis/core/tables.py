"""Tables that keep all their state in the query string: search, filters, order, page and downloads.

    class IncidentTable(Table):
        caption = _("Incidents")
        columns = [Column("reference", _("Number"), sort="reference", link="get_absolute_url"), ...]
        filters = [Search(_("Number"), ["reference"]), Choice("severity", _("Severity"), LEVELS)]
        default_sort = "-detected"

    table = IncidentTable(request, rows)           # a QuerySet (already behind the gate) or a list
    if (download := table.response_or_none()) is not None:
        return download
    return render(request, "operations/incidents.html", {"table": table})    # {% table table %}

A table of a million rows reads one page of rows and counts at most `CAP` of them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.encoding import force_str
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.core import clock, formats, shapes

CAP = 10_000  # rows counted exactly; beyond it a page says "more than 10,000"
FEW = 1_000  # of so few rows that pass a filter, all are gathered: sooner done than walking down the order to them
XLSX_ROWS = 1_048_575
NOT_REPORTED = gettext_lazy("not reported")
ALL = gettext_lazy("All")

Text = str | Promise
Row = Any


def reach(row: Row, path: str) -> Any:
    """The value at `owner.name` or `owner__name` of an object or mapping; calls what can be called."""
    value = row
    for part in path.replace("__", ".").split("."):
        value = value.get(part) if isinstance(value, dict) else getattr(value, part, None)
        if callable(value) and not isinstance(value, type):
            value = value()
        if value is None:
            return None
    return value


@dataclass(frozen=True)
class Column:
    """A column. `kind`: text, num, day, when, money, tlp, side, tag or yes.

    name: path to the value, and the name in downloads.  value: function of the row instead of the path.
    sort: database field (or path, for lists) to order by.  link: path to an address, or function of the row.
    html: function of the row that returns safe markup for the page.  missing: words for None.
    """

    name: str
    title: Text
    sort: str = ""
    link: str | Callable[[Row], str] = ""
    kind: str = "text"
    value: Callable[[Row], Any] | None = None
    html: Callable[[Row], SafeString] | None = None
    missing: Text = NOT_REPORTED
    label: Text = ""
    export: bool = True

    def get(self, row: Row) -> Any:
        """The value in a row."""
        return self.value(row) if self.value else reach(row, self.name)

    def address(self, row: Row) -> str:
        """Where the cell links to, or ''."""
        if callable(self.link):
            return self.link(row)
        return str(reach(row, self.link) or "") if self.link else ""

    def show(self, row: Row) -> SafeString | str:
        """The cell as it stands on the page."""
        if self.html:
            return self.html(row)
        value = self.get(row)
        known = value is not None and value != ""
        text: SafeString | str = shown(value, self.kind) if known else force_str(self.missing)
        url = self.address(row)
        return format_html('<a href="{}">{}</a>', url, text) if url else text


def shown(value: Any, kind: str) -> SafeString | str:
    """A value in words, by kind of column."""
    if kind == "tlp":
        return shapes.tlp(str(value))
    if kind == "tag":
        return format_html('<span class="tag">{}</span>', value)
    if kind == "side":
        return shapes.badge(*value) if isinstance(value, tuple) else shapes.badge(str(value))
    if kind == "money":
        amount, currency = value if isinstance(value, tuple) else (value.amount, value.currency)
        return formats.money(amount, currency)
    if kind == "yes" or isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return formats.moment(value) if kind == "when" else formats.day(value)
    if isinstance(value, date):
        return formats.day(value)
    if isinstance(value, int | float | Decimal):
        return formats.number(value)
    return force_str(value)


def export_value(value: Any) -> Any:
    """A value for a download: pairs as text, everything else as it is."""
    if isinstance(value, tuple):
        return " ".join(force_str(part) for part in value)
    if value is None or isinstance(value, bool | int | Decimal | date):
        return value
    return force_str(value)


def _nullable(rows: "QuerySet[Any]", path: str) -> bool:
    """Whether a column may be empty; anything but a plain column of the rows' own table may."""
    field = next((f for f in rows.model._meta.concrete_fields if path in (f.name, f.attname)), None)
    return field is None or bool(field.null)


@dataclass(frozen=True)
class Search:
    """A box that looks for text in the given fields, in any case of letters."""

    title: Text
    fields: Sequence[str]
    name: str = "q"

    def queryset(self, rows: "QuerySet[Any]", wanted: str) -> "QuerySet[Any]":
        """Rows where any field contains the text."""
        found = Q()
        for field in self.fields:
            found |= Q(**{f"{field.replace('.', '__')}__icontains": wanted})
        return rows.filter(found)

    def keeps(self, row: Row, wanted: str) -> bool:
        """The same for a row of a list."""
        return any(wanted.casefold() in force_str(reach(row, f) or "").casefold() for f in self.fields)


@dataclass(frozen=True)
class Words(Search):
    """A box that looks for words in rows that know how to find them (`worded`): in all, or in the fields named."""

    def queryset(self, rows: "QuerySet[Any]", wanted: str) -> "QuerySet[Any]":
        """Rows with all the words."""
        for field in self.fields or ("",):
            rows = rows.worded(wanted, field)  # type: ignore[attr-defined]  # records
        return rows


@dataclass(frozen=True)
class Choice:
    """A choice of one value of a field. `choices` are (value, title); a function is asked at each request."""

    name: str
    title: Text
    choices: Sequence[tuple[Any, Text]] | Callable[[], Sequence[tuple[Any, Text]]]
    field: str = ""
    every: Text = ALL

    @property
    def options(self) -> list[tuple[str, str]]:
        """The choices as text."""
        given = self.choices() if callable(self.choices) else self.choices
        return [(force_str(value), force_str(title)) for value, title in given]

    def queryset(self, rows: "QuerySet[Any]", wanted: str) -> "QuerySet[Any]":
        """Rows with this value."""
        return rows.filter(**{(self.field or self.name).replace(".", "__"): wanted})

    def keeps(self, row: Row, wanted: str) -> bool:
        """The same for a row of a list."""
        return force_str(reach(row, self.field or self.name)) == wanted


Filter = Search | Choice


class Table:
    """Base of tables; see the module. `prefix` keeps two tables of one page apart."""

    columns: ClassVar[Sequence[Column]] = ()
    filters: ClassVar[Sequence[Filter]] = ()
    caption: Text = ""
    name = "rows"
    default_sort = ""
    page_size = 25
    downloads = True
    empty_title: Text = gettext_lazy("Nothing here yet")
    empty_note: Text = ""

    def __init__(self, request: HttpRequest, rows: "QuerySet[Any] | Iterable[Row]", *, prefix: str = "") -> None:
        self.request, self.prefix = request, prefix
        self.rows: Any = rows if isinstance(rows, QuerySet) else list(rows)

    def param(self, name: str) -> str:
        """A value of this table in the query string; '' without one."""
        return self.request.GET.get(self.prefix + name, "").replace("\x00", "").strip()

    @cached_property
    def chosen(self) -> dict[str, str]:
        """The filters in use; a choice that is not offered is ignored."""
        found = {}
        for f in self.filters:
            wanted = self.param(f.name)
            if wanted and (isinstance(f, Search) or wanted in dict(f.options)):
                found[f.name] = wanted
        return found

    @cached_property
    def sort(self) -> str:
        """The order in use, `-` first for falling."""
        wanted = self.param("sort")
        return wanted if wanted.lstrip("-") in {c.name for c in self.columns if c.sort} else self.default_sort

    @cached_property
    def filtered(self) -> Any:
        """All rows that pass the filters, in order."""
        return self._ordered(self._kept)

    @cached_property
    def _kept(self) -> Any:
        """All rows that pass the filters."""
        rows = self.rows
        for f in self.filters:
            wanted = self.chosen.get(f.name)
            if wanted is None:
                continue
            if isinstance(rows, QuerySet):
                rows = f.queryset(rows, wanted)
            else:
                rows = [row for row in rows if f.keeps(row, wanted)]
        return rows

    def _order(self) -> tuple[str, bool]:
        """What the rows are ordered by, and whether it falls."""
        by = next((c.sort for c in self.columns if c.name == self.sort.lstrip("-")), "")
        return by.replace(".", "__"), self.sort.startswith("-")

    def _ordered(self, rows: Any) -> Any:
        by, falling = self._order()
        if isinstance(rows, QuerySet):
            if not by:
                return rows if rows.ordered else rows.order_by("pk")
            field = F(by)
            # Said only where it matters: PostgreSQL would not take the order from an index otherwise.
            last = True if _nullable(rows, by) else None
            order = field.desc(nulls_last=last) if falling else field.asc(nulls_last=last)
            return rows.order_by(order, "-pk" if falling else "pk")
        if not by:
            return rows
        known = [row for row in rows if reach(row, by) is not None]
        known.sort(key=lambda row: reach(row, by), reverse=falling)
        return known + [row for row in rows if reach(row, by) is None]

    @cached_property
    def count(self) -> int:
        """Rows that pass the filters, counted up to one more than `cap`."""
        rows = self._kept
        if not isinstance(rows, QuerySet):
            return len(rows)
        if not self.chosen and self._wanted == 1 and len(self._first) <= self.page_size:
            return len(self._first)  # all of them were read: nothing is left to count
        count_to = getattr(rows, "count_to", None)
        by, falling = self._order()
        return int(count_to(self.cap + 1, by or "pk", falling) if count_to else rows.order_by()[: self.cap + 1].count())

    @property
    def cap(self) -> int:
        """How far rows are counted. Rows that are dearer to count say less."""
        return getattr(self._kept, "cap", None) or CAP

    @property
    def counted(self) -> bool:
        """Whether `count` is exact."""
        return self.count <= self.cap or not isinstance(self._kept, QuerySet)

    @cached_property
    def page(self) -> int:
        """The page asked for, from 1; the last one when the count is known and the number lies beyond."""
        number = self._wanted
        # Of rows that are dear to count the pages end where counting does: they are as dear to skip.
        far = number if getattr(self._kept, "cap", None) is None else -(-self.cap // self.page_size)
        last = -(-self.count // self.page_size) if self.counted else far
        return max(1, min(number, max(last, 1)))

    @property
    def _wanted(self) -> int:
        wanted = self.param("page")
        return max(1, int(wanted)) if wanted.isascii() and wanted.isdigit() and len(wanted) < 8 else 1

    def _read(self, start: int) -> list[Row]:
        """The rows of a page and one more. Rows that know a shorter way to a page of themselves are asked for that."""
        stop = start + self.page_size + 1
        by, falling = self._order()
        if by and hasattr(self._kept, "page") and not _nullable(self._kept, by):
            few = self.count if self.chosen and self.count <= FEW else None
            return [] if few == 0 else list(self._kept.page(by, falling, start, stop, few))
        return list(self.filtered[start:stop])

    @cached_property
    def _first(self) -> list[Row]:
        return self._read(0)

    @cached_property
    def _slice(self) -> list[Row]:
        return self._first if self.page == 1 else self._read((self.page - 1) * self.page_size)

    @property
    def page_rows(self) -> list[Row]:
        """The rows of this page."""
        return self._slice[: self.page_size]

    # Downloads

    def _exported(self) -> Iterator[list[Any]]:
        columns = [c for c in self.columns if c.export]
        rows = self.filtered
        # Asked for now, not with the first line: what hands out records notes it while the response is being made.
        rows = rows.iterator(chunk_size=2000) if isinstance(rows, QuerySet) else rows
        return ([export_value(c.get(row)) for c in columns] for row in rows)

    def response_or_none(self) -> HttpResponseBase | None:
        """The download that the query string asks for (`format=csv` or `format=xlsx`), or None."""
        wanted = self.param("format")
        if not self.downloads or wanted not in {"csv", "xlsx"}:
            return None
        from trellis.core import tabular  # kept out of the pages that download nothing

        columns = [tabular.Column(c.name, str(c.title)) for c in self.columns if c.export]
        response: HttpResponseBase
        if wanted == "csv":
            body = tabular.write_csv(self._exported(), columns)
            response = StreamingHttpResponse(body, content_type="text/csv; charset=utf-8")
        else:
            if isinstance(self.filtered, QuerySet) and self.filtered.order_by()[XLSX_ROWS:].exists():
                return HttpResponse(_("A workbook holds 1,048,575 rows at most; take the CSV."), status=422)
            kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            response = HttpResponse(tabular.write_xlsx(self._exported(), columns), content_type=kind)
        name = f"{self.name}-{clock.today().isoformat()}.{wanted}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    def context(self) -> dict[str, Any]:
        """What the template draws."""
        from trellis.core.table_shape import draw

        return draw(self)
