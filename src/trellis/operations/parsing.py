"""Incidents from a table: our own template, or the public breach notices, row by row with a reason for each.

Every row ends up accepted, accepted with remarks, or rejected with the reason; none vanishes. What a stamp
says is kept as reported. Rows are rejected only for contradictions that no figure could survive (D9): no time
of detection; detection, containment or recovery before the start; acknowledgement before detection; a date in
the future.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.core import tabular
from trellis.core.indicators import live_indicators, refusal
from trellis.core.tabular import BadValue, Column, Flaw, Parsed, Problem, Report, Stamp, Table, shown
from trellis.operations.classes import TYPES, classified
from trellis.operations.notices import BREACH_NOTICES, PRESETS, Preset
from trellis.parties.parsing import country

__all__ = [
    "BREACH_NOTICES",
    "PRESETS",
    "SEVERITIES",
    "STAMPS",
    "IncidentDraft",
    "IncidentImport",
    "Preset",
    "columns",
    "countries",
    "incidents",
    "live_indicators",
    "template",
]

SEVERITIES = (
    ("low", gettext_lazy("Low")),
    ("medium", gettext_lazy("Medium")),
    ("high", gettext_lazy("High")),
    ("critical", gettext_lazy("Critical")),
)
STAMPS = ("started", "detected", "acknowledged", "contained", "recovered", "reported")
_CONTRADICTIONS = (
    ("detected", "started", gettext_lazy("Detected before it started.")),
    ("contained", "started", gettext_lazy("Contained (ended) before it started.")),
    ("recovered", "started", gettext_lazy("Recovered before it started.")),
    ("acknowledged", "detected", gettext_lazy("Acknowledged before it was detected.")),
)
_REMARKS = (
    (
        "contained",
        "detected",
        gettext_lazy("Contained (ended) before it was detected: counts as contained on detection."),
    ),
    (
        "recovered",
        "detected",
        gettext_lazy("Recovered before it was detected: counts as recovered on detection."),
    ),
    ("recovered", "contained", gettext_lazy("Recovered before it was contained.")),
    ("reported", "detected", gettext_lazy("Reported before it was detected.")),
)


@dataclass(frozen=True)
class IncidentDraft:
    """An incident that holds, ready to be recorded. Times are UTC; None is not known (at the end: not yet).

    severity: None where nobody rated it. reported: when an authority or the people affected were told.
    by_day: stamps of which only the day is known; they stand at its first moment, or at an earlier stamp of
    that day.
    """

    row: int
    reference: str
    title: str
    detected: datetime
    summary: str = ""
    severity: str | None = None
    sector: str = ""
    classification: str | None = None
    started: datetime | None = None
    acknowledged: datetime | None = None
    contained: datetime | None = None
    recovered: datetime | None = None
    reported: datetime | None = None
    people_affected: int | None = None
    countries: str = ""
    by_day: frozenset[str] = frozenset()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class IncidentImport:
    """The report over all rows and the drafts of those accepted, in the order of the file."""

    report: Report
    drafts: tuple[IncidentDraft, ...]

    @property
    def rejected(self) -> tuple[Problem, ...]:
        """Why each rejected row was rejected."""
        return self.report.problems

    @property
    def remarked(self) -> tuple[IncidentDraft, ...]:
        """Drafts accepted with remarks."""
        return tuple(draft for draft in self.drafts if draft.remarks)


def _clean(maximum: int, *, multiline: bool = False) -> Callable[[str], str]:
    """Text without live indicators (X-09)."""
    parse = tabular.text(maximum, multiline=multiline)

    def refuse_indicators(value: str) -> str:
        text = parse(value)
        if kinds := live_indicators(text):
            raise BadValue(refusal(kinds))
        return text

    return refuse_indicators


def _class(value: str) -> str:
    found = classified(value)
    if found is None:
        message = _("“%(value)s” is not a class of the RSIT taxonomy.") % {"value": shown(value)}
        raise BadValue(message, ", ".join(TYPES))
    return found


def countries(value: str) -> str:
    """Country codes, each once, separated by spaces; commas and semicolons part them too."""
    codes = value.replace(",", " ").replace(";", " ").split()
    return " ".join(sorted({country(code) for code in codes}))


def columns(now: datetime, zone: tzinfo = UTC) -> tuple[Column, ...]:
    """The columns of our template. No stamp may lie after `now`; times without offset are in `zone`."""
    moment = tabular.stamp(zone, not_after=now)
    return (
        Column(
            "reference",
            gettext_lazy("Reference"),
            required=True,
            parse=_clean(80),
            unique=True,
            help=gettext_lazy("your own number for the incident"),
        ),
        Column("title", gettext_lazy("Title"), required=True, parse=_clean(200)),
        Column("summary", gettext_lazy("Summary"), parse=_clean(5000, multiline=True)),
        Column("severity", gettext_lazy("Severity"), choices=SEVERITIES),
        Column("sector", gettext_lazy("Sector"), parse=_clean(80)),
        Column(
            "class",
            gettext_lazy("Class"),
            parse=_class,
            help=gettext_lazy("RSIT class or type, such as fraud:phishing"),
        ),
        Column("started", gettext_lazy("Started"), parse=moment, help=gettext_lazy("estimated; may be unknown")),
        Column(
            "detected",
            gettext_lazy("Detected"),
            required=True,
            parse=moment,
            help=gettext_lazy("a form such as 2026-03-31 or 2026-03-31T14:05+02:00"),
        ),
        Column("acknowledged", gettext_lazy("Acknowledged"), parse=moment),
        Column(
            "contained",
            gettext_lazy("Contained"),
            parse=moment,
            help=gettext_lazy("empty while not contained"),
        ),
        Column(
            "recovered",
            gettext_lazy("Recovered"),
            parse=moment,
            help=gettext_lazy("empty while not recovered"),
        ),
        Column(
            "reported",
            gettext_lazy("Reported"),
            parse=moment,
            help=gettext_lazy("when an authority or the people affected were told"),
        ),
        Column(
            "people_affected",
            gettext_lazy("People affected"),
            parse=tabular.integer(0, 10**10),
            aliases=("affected",),
        ),
        Column(
            "countries",
            gettext_lazy("Countries concerned"),
            parse=countries,
            help=gettext_lazy("two-letter codes, separated by spaces"),
        ),
    )


def incidents(
    table: Table,
    *,
    now: datetime,
    zone: tzinfo = UTC,
    mapping: Mapping[str, str] | None = None,
    preset: Preset | None = None,
    known: Collection[str] = (),
) -> IncidentImport:
    """Reads incidents from a table; what holds is accepted and the rest reported.

    now: nothing may lie after it. mapping: file column to field, on top of the preset's. preset: a known
    publisher's form. known: references already recorded, which are rejected. Raises TabularError when the
    header does not fit.
    """
    if preset is not None:
        table = _derived(table, preset)
        mapping = {**preset.mapping, **(mapping or {})}
    taken = {reference.casefold() for reference in known}

    def check(values: Mapping[str, Any]) -> Iterable[Flaw]:
        if values["reference"].casefold() in taken:
            message = _("“%(reference)s” is already recorded.") % {"reference": shown(values["reference"])}
            yield Flaw("reference", message)
        yield from _order(values, zone)

    report = tabular.interpret(table, columns(now, zone), mapping=mapping, check=check, partial=True)
    return IncidentImport(report, tuple(_draft(parsed, zone) for parsed in report.accepted))


def _derived(table: Table, preset: Preset) -> Table:
    rows = []
    extra: dict[str, None] = {}
    for row in table.rows:
        more = preset.derive(row.cells)
        extra.update(dict.fromkeys(more))
        rows.append(tabular.Row(row.number, {**row.cells, **more}, row.flaws))
    header = (*table.header, *(name for name in extra if name not in table.header))
    return Table(table.kind, header, tuple(rows), table.digest, table.header_row)


def _before(first: Stamp | None, second: Stamp | None, zone: tzinfo) -> bool:
    """Whether the first surely lies before the second; within one day that needs the time of both."""
    if first is None or second is None:
        return False
    if first.by_day or second.by_day:
        return first.at.astimezone(zone).date() < second.at.astimezone(zone).date()
    return first.at < second.at


def _order(values: Mapping[str, Any], zone: tzinfo) -> Iterable[Flaw]:
    for later, earlier, message in _CONTRADICTIONS:
        if _before(values[later], values[earlier], zone):
            limit = values[earlier].at.astimezone(zone).isoformat(timespec="minutes")
            yield Flaw(later, str(message), _("no earlier than %(limit)s") % {"limit": limit})
    for later, earlier, message in _REMARKS:
        if _before(values[later], values[earlier], zone):
            yield Flaw(later, str(message), fatal=False)
    if values["started"] is None:
        yield Flaw("started", _("Start unknown: left out of the time to detect, and counted there."), fatal=False)
    if values["contained"] is None:
        yield Flaw("contained", _("No date of containment: counts as still open."), fatal=False)


def _draft(parsed: Parsed, zone: tzinfo) -> IncidentDraft:
    values = parsed.values
    stamps: dict[str, Stamp] = {name: values[name] for name in STAMPS if values[name] is not None}
    return IncidentDraft(
        row=parsed.row,
        reference=values["reference"],
        title=values["title"],
        summary=values["summary"] or "",
        severity=values["severity"],
        sector=values["sector"] or "",
        classification=values["class"],
        people_affected=values["people_affected"],
        countries=values["countries"] or "",
        by_day=frozenset(name for name, stamp in stamps.items() if stamp.by_day),
        remarks=tuple(remark.message for remark in parsed.remarks),
        **_settled(stamps, zone),
    )


def _settled(stamps: Mapping[str, Stamp], zone: tzinfo) -> dict[str, Any]:
    """Moments of the stamps. A stamp known by day only is not put before an earlier step of the same day."""
    moments: dict[str, datetime] = {}
    floor: datetime | None = None
    for name in STAMPS:
        stamp = stamps.get(name)
        if stamp is None:
            continue
        at = stamp.at
        if stamp.by_day and floor and at < floor and at.astimezone(zone).date() == floor.astimezone(zone).date():
            at = floor
        moments[name] = at
        floor = max(floor or at, at)
    return moments


def template(kind: str, now: datetime) -> bytes:
    """Our empty template as "csv" or "xlsx"."""
    if kind == "csv":
        return tabular.template_csv(columns(now))
    return tabular.template_xlsx(columns(now), title="incidents")
