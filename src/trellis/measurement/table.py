"""Readings as a table: in after a dry run that reports every problem, all or nothing unless asked otherwise."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.catalogue import selectors as catalogue
from trellis.catalogue.schemas import IndicatorView
from trellis.core import clock, ports, tabular
from trellis.core.conditions import Invalid
from trellis.core.tabular import BadValue, Column, Flaw, Report
from trellis.measurement.models import Reading
from trellis.measurement.services import problems
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.sharing import records

WIDE = Decimal("999999999999999999")


def columns(mine: Mapping[str, IndicatorView]) -> tuple[Column, ...]:
    """The columns of the table; an indicator is named by its title or id."""

    def indicator(value: str) -> IndicatorView:
        found = mine.get(tabular.normal(value))
        if found is None:
            message = _("“%(value)s” is no indicator that your organisation owns and types in.")
            raise BadValue(message % {"value": tabular.shown(value)}, _("the title of an indicator"))
        return found

    number = tabular.money(-WIDE, WIDE, places=6)
    last = tabular.day(not_after=clock.today())
    return (
        Column("indicator", gettext_lazy("Indicator"), required=True, parse=indicator),
        Column("period_start", gettext_lazy("From"), required=True, parse=tabular.day()),
        Column("period_end", gettext_lazy("Until"), required=True, parse=last),
        Column(
            "part",
            gettext_lazy("Part"),
            parse=tabular.text(120),
            help=gettext_lazy("a site; counts are summed"),
        ),
        Column("value", gettext_lazy("Value"), parse=number),
        Column("numerator", gettext_lazy("Numerator"), parse=tabular.integer()),
        Column("denominator", gettext_lazy("Denominator"), parse=tabular.integer()),
        Column("source", gettext_lazy("Source"), parse=tabular.text(2000, multiline=True)),
    )


def _mine(viewer: Viewer, programme: UUID) -> dict[str, IndicatorView]:
    parties.programme_for(viewer, programme)
    found: dict[str, IndicatorView] = {}
    for one in catalogue.indicators(programme):
        if one.owner == viewer.organisation and not one.figure:
            found[tabular.normal(one.title)] = found[tabular.normal(str(one.id))] = one
    return found


def template(viewer: Viewer, programme: UUID) -> bytes:
    """An empty table with its header and a line of help, as CSV."""
    return tabular.template_csv(columns(_mine(viewer, programme)))


def dry_run(viewer: Viewer, programme: UUID, data: bytes, name: str = "", *, partial: bool = False) -> Report:
    """What a file would bring in; nothing is stored. Raises Invalid for what is no such table."""
    seen: dict[tuple[UUID, str], list[tuple[Any, Any]]] = {}

    def check(values: Mapping[str, Any]) -> Iterable[Flaw]:
        one: IndicatorView = values["indicator"]
        for field, text in problems(programme, one, dict(values)).items():
            yield Flaw(field, text)
        period = (values["period_start"], values["period_end"])
        before = seen.setdefault((one.id, values["part"] or ""), [])
        if any(start <= period[1] and period[0] <= end for start, end in before):
            yield Flaw("period_start", _("An earlier line has a reading of this period."))
        before.append(period)

    try:
        table = tabular.read(data, name)
        return tabular.interpret(table, columns(_mine(viewer, programme)), check=check, partial=partial)
    except tabular.TabularError as error:
        raise Invalid({"file": error.message}) from error


@transaction.atomic
def readings_import(
    viewer: Viewer,
    programme: UUID,
    data: bytes,
    name: str = "",
    *,
    dry: bool = False,
    partial: bool = False,
    label: str = "AMBER",
) -> Report:
    """Imports readings of the viewer's own indicators from CSV, XLSX or JSON; one ledger entry for all.

    Raises Invalid with every problem unless `dry` or `partial`.
    """
    report = dry_run(viewer, programme, data, name, partial=partial)
    if dry:
        return report
    if report.problems and not partial:
        raise Invalid({"file": " ".join(str(problem) for problem in report.problems)})
    names = ("period_start", "period_end", "value", "numerator", "denominator")
    rows = [
        Reading(
            indicator=p.values["indicator"].id,
            context=programme,
            label=label,
            part=p.values["part"] or "",
            source=p.values["source"] or "",
            **{field: p.values[field] for field in names},
        )
        for p in report.ready()
    ]
    if rows:
        records.write(viewer.actor, rows)
    return report


def _run(
    viewer: Viewer, data: bytes, *, dry: bool = True, programme: UUID, partial: bool = False, **_more: Any
) -> Report:
    return readings_import(viewer, UUID(str(programme)), data, dry=dry, partial=partial)


IMPORTER = ports.Importer("readings", str(gettext_lazy("Readings of indicators")), _run)
