"""Findings from a table: looked at first, then written whole or not at all.

A finding whose number and content are recorded already is remarked on and not written again, so that a file can be
sent twice; the same number with other content is a problem, because a correction says why.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.assets import findings, selectors
from trellis.assets.models import Finding
from trellis.assets.schemas import TestView
from trellis.assets.testing import locked
from trellis.assets.vocabulary import Severity
from trellis.core import ports, tabular
from trellis.core.conditions import Invalid
from trellis.core.tabular import Column, Flaw, Report
from trellis.parties.schemas import Viewer


def columns() -> tuple[Column, ...]:
    """The columns of the table."""
    day, iso = tabular.day(), gettext_lazy("a date such as 2027-07-08")
    default = gettext_lazy("a date such as 2027-07-08; empty: the date that the severity gives")
    return (
        Column("reference", gettext_lazy("Number"), required=True, parse=tabular.text(40), unique=True),
        Column("severity", gettext_lazy("Severity"), required=True, choices=tuple(Severity.choices)),
        Column("title", gettext_lazy("Title"), required=True, parse=tabular.text(200)),
        Column("detail", gettext_lazy("Detail"), parse=tabular.text(20000, multiline=True)),
        Column("found_on", gettext_lazy("Found"), required=True, parse=day, help=iso),
        Column("due_on", gettext_lazy("Fix by"), parse=day, help=default),
        Column("fixed_on", gettext_lazy("Fixed"), parse=day, help=iso),
        Column("accepted_on", gettext_lazy("Risk accepted"), parse=day, help=iso),
        Column("accepted_why", gettext_lazy("Why the risk is accepted"), parse=tabular.text(2000, multiline=True)),
    )


def template(kind: str = "csv") -> bytes:
    """An empty table with its header and a line of help."""
    return tabular.template_xlsx(columns()) if kind == "xlsx" else tabular.template_csv(columns())


def dry_run(viewer: Viewer, view: TestView, data: bytes, name: str = "") -> Report:
    """What a file would bring in; nothing is stored. Raises Invalid for what is no such table."""
    rows = Finding.records.privileged().as_of(None).filter(test=view.id)
    known = {row.reference.casefold(): {field: getattr(row, field) for field in findings.FIELDS} for row in rows}

    def check(values: Mapping[str, Any]) -> Iterable[Flaw]:
        kept = findings.trimmed(values)
        held = known.get(kept["reference"].casefold())
        if held == kept:
            yield Flaw("reference", _("This finding is recorded already; it is left as it is."), fatal=False)
            return
        for field, text in findings.problems(kept, view, set(known)).items():
            yield Flaw(field, text)

    try:
        return tabular.interpret(tabular.read(data, name), columns(), check=check)
    except tabular.TabularError as error:
        raise Invalid({"file": error.message}) from error


@transaction.atomic
def findings_import(viewer: Viewer, test: UUID, data: bytes, name: str = "", *, dry: bool = True) -> Report:
    """Imports findings of one test from CSV, XLSX or JSON; one ledger entry for all.

    Raises Invalid with every problem unless `dry`, Blocked for a test that has not begun.
    """
    if not dry:
        locked(viewer, test)
    view = findings.require_begun(viewer, test)
    report = dry_run(viewer, view, data, name)
    if dry:
        return report
    if report.problems:
        raise Invalid({"file": " ".join(str(problem) for problem in report.problems)})
    fresh = [findings.trimmed(parsed.values) for parsed in new_ones(report)]
    if fresh:
        findings.findings_write(viewer, view, fresh)
    return report


def new_ones(report: Report) -> list[tabular.Parsed]:
    """The rows that would be written: those that hold and are not recorded yet."""
    return [parsed for parsed in report.accepted if not parsed.remarks]


def _run(viewer: Viewer, data: bytes, *, dry: bool = True, test: str = "", **_more: Any) -> Report:
    held = selectors.tests(viewer)
    found = [view for view in held if test in (str(view.id), view.row.title)]
    if len(found) != 1:
        names = ", ".join(view.row.title for view in held) or _("none is recorded")
        raise Invalid({"test": _("Name one test, by its short name or id: %(names)s") % {"names": names}})
    return findings_import(viewer, found[0].id, data, dry=dry)


IMPORTER = ports.Importer("findings", str(gettext_lazy("Findings of a security test")), _run)
