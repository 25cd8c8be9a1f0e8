"""The lists of security tests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.assets import selectors
from trellis.assets.models import Finding
from trellis.assets.schemas import TestView
from trellis.assets.vocabulary import FINDING_STATES, TEST_STATES, Kind, Severity
from trellis.calc import assets as calc
from trellis.core import formats
from trellis.core.tables import Choice, Column, Search, Table

MARKS = {"unauthorised": " wait", "stopped": " red", "overdue": " red", "critical": " red", "accepted": " quiet"}


def tagged(state: str, words: Any) -> SafeString:
    """A state as a tag; what is late or stopped in red."""
    return format_html('<span class="tag{}">{}</span>', MARKS.get(state, ""), words)


def state_of(row: Finding) -> str:
    """Open, overdue, accepted or fixed, today."""
    said = calc.Finding(row.severity, row.found_on, row.due_on, row.fixed_on, row.accepted_on)
    return said.state(selectors.today()) or "open"


class TestTable(Table):
    caption = gettext_lazy("Security tests")
    name = "security-tests"
    columns = [
        Column("title", gettext_lazy("Test"), sort="title", link="url"),
        Column("state_words", gettext_lazy("State"), html=lambda row: tagged(row["state"], row["state_words"])),
        Column("kind_words", gettext_lazy("Kind")),
        Column("planned_from", gettext_lazy("Planned from"), sort="planned_from", kind="day"),
        Column("planned_until", gettext_lazy("Planned until"), kind="day"),
        Column("findings", gettext_lazy("Findings"), missing=gettext_lazy("nothing recorded yet")),
    ]
    filters = [
        Search(gettext_lazy("Words"), ["title", "tester"]),
        Choice("state", gettext_lazy("State"), [(k, v) for k, v in TEST_STATES.items() if k != "retracted"]),
        Choice("kind", gettext_lazy("Kind"), list(Kind.choices)),
    ]
    empty_title = gettext_lazy("No test is recorded yet")
    empty_note = gettext_lazy(
        "Plan one: say what is tested, by whom and when. It can begin once a written authorisation is recorded."
    )


def test_table(request: HttpRequest, found: Sequence[TestView]) -> TestTable:
    """The tests that the viewer may read."""
    same = ("title", "kind", "planned_from", "planned_until", "tester")
    rows: list[dict[str, Any]] = []
    for view in found:
        rows.append(
            {
                **{name: getattr(view.row, name) for name in same},
                "kind_words": view.row.get_kind_display(),
                "state": view.state,
                "state_words": str(TEST_STATES[view.state]),
                # A test of which nothing was said yet has no 0 findings.
                "findings": _counted(view) if view.counts.found or view.row.reported_on else None,
                "url": reverse("assets:test", args=[view.id]),
            }
        )
    return TestTable(request, rows)


def _counted(view: TestView) -> str:
    given = {name: formats.number(getattr(view.counts, name)) for name in ("found", "open", "overdue")}
    if view.counts.overdue:
        return _("%(found)s found, %(open)s open, %(overdue)s of them overdue") % given
    return _("%(found)s found, %(open)s open") % given


@dataclass(frozen=True)
class StateChoice(Choice):
    """A choice of the state of findings, which follows from their dates and today."""

    def queryset(self, rows: "QuerySet[Any]", wanted: str) -> "QuerySet[Any]":
        """Rows in this state today."""
        day = selectors.today()
        conditions = {
            "fixed": ~Q(fixed_on=None),
            "accepted": Q(fixed_on=None) & ~Q(accepted_on=None),
            "overdue": selectors.OPEN & Q(due_on__lt=day),
            "open": selectors.OPEN & Q(due_on__gte=day),
        }
        return rows.filter(conditions[wanted])


class FindingTable(Table):
    caption = gettext_lazy("Findings")
    name = "findings"
    default_sort = "due_on"
    filters = [
        Search(gettext_lazy("Words"), ["reference", "title"]),
        Choice("severity", gettext_lazy("Severity"), list(Severity.choices)),
        StateChoice("state", gettext_lazy("State"), list(FINDING_STATES.items())),
    ]
    empty_title = gettext_lazy("No finding is recorded")
    empty_note = gettext_lazy(
        "Record one, or import the table of the report. Findings are recorded once a test has begun."
    )


def finding_table(request: HttpRequest, rows: Any, names: Mapping[UUID, str] | None = None) -> FindingTable:
    """Findings that passed the gate; `names` of their tests where there are several."""
    columns = [
        Column("reference", gettext_lazy("Number"), sort="reference", link=_url),
        Column("title", gettext_lazy("Title")),
        Column("severity", gettext_lazy("Severity"), value=lambda row: row.get_severity_display(), html=_severity),
        Column("state", gettext_lazy("State"), value=lambda row: str(FINDING_STATES[state_of(row)]), html=_state),
        Column("found_on", gettext_lazy("Found"), sort="found_on", kind="day"),
        Column("due_on", gettext_lazy("Fix by"), sort="due_on", kind="day"),
        Column("fixed_on", gettext_lazy("Fixed"), kind="day", missing=gettext_lazy("not yet")),
        Column("accepted_on", gettext_lazy("Risk accepted"), kind="day", missing=gettext_lazy("no")),
    ]
    if names is not None:
        columns.insert(2, Column("test", gettext_lazy("Test"), value=lambda row: names.get(row.test, "")))
    made = type("Findings", (FindingTable,), {"columns": columns})
    found: FindingTable = made(request, rows)
    return found


def _url(row: Finding) -> str:
    return reverse("assets:finding", args=[row.subject])


def _severity(row: Finding) -> SafeString:
    # Red is for what is still to be done.
    done = state_of(row) in ("fixed", "accepted")
    return tagged("" if done else row.severity, row.get_severity_display())


def _state(row: Finding) -> SafeString:
    state = state_of(row)
    return tagged(state, FINDING_STATES[state])
