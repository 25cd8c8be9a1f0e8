"""The list of incidents, with its filters."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.core.fields import parse_day
from trellis.core.tables import Choice, Column, Search, Table, Words
from trellis.operations.classes import TYPES
from trellis.operations.forms import CLASS_WORDS
from trellis.operations.loading import STATES
from trellis.operations.models import OPEN, ImportReport, Incident
from trellis.operations.parsing import SEVERITIES

RATED: dict[str, Any] = dict(SEVERITIES)
# It ended at a time that nobody knows.
KNOWN_ENDED = Q(not_known__contains="contained") | Q(not_known__contains="recovered")
ENDED = ~Q(contained=None) | ~Q(recovered=None) | KNOWN_ENDED


class Day(Search):
    """Incidents detected from a day on, or up to it; what is no day filters nothing."""

    def queryset(self, rows: "QuerySet[Any]", wanted: str) -> "QuerySet[Any]":
        """Rows on this side of the day, in UTC."""
        try:
            start = datetime.combine(parse_day(wanted), time(0), UTC)
        except ValueError:
            return rows
        if self.name == "from":
            return rows.filter(detected__gte=start)
        return rows.filter(detected__lt=start + timedelta(days=1))


class State(Choice):
    """Open or contained."""

    def queryset(self, rows: "QuerySet[Any]", wanted: str) -> "QuerySet[Any]":
        """Rows in this state."""
        return rows.filter(OPEN).exclude(KNOWN_ENDED) if wanted == "open" else rows.filter(ENDED)


class Class(Choice):
    """A class with all its types."""

    def queryset(self, rows: "QuerySet[Any]", wanted: str) -> "QuerySet[Any]":
        """Rows of this class or of one of its types."""
        # Named one by one, so that an index serves.
        return rows.filter(classification__in=[wanted, *(f"{wanted}:{kind}" for kind in TYPES.get(wanted, ()))])


def state_words(row: Incident) -> str:
    """Open, contained or recovered."""
    if row.open:
        return _("still open")
    if row.recovered or "recovered" in row.not_known.split():
        return _("recovered")
    return _("contained")


def incident_table(request: HttpRequest, rows: "QuerySet[Any]", names: dict[UUID, str]) -> Table:
    """The table of incidents that passed the gate; `names` are those of their owners."""

    class IncidentTable(Table):
        caption = gettext_lazy("Incidents")
        name = "incidents"
        default_sort = "-detected"
        columns: ClassVar[Sequence[Column]] = [
            Column(
                "reference",
                gettext_lazy("Number"),
                sort="reference",
                link=lambda row: reverse("operations:incident", args=[row.subject]),
            ),
            Column("title", gettext_lazy("Short name")),
            Column("detected", gettext_lazy("Detected"), sort="detected", kind="day"),
            Column(
                "severity",
                gettext_lazy("Severity"),
                value=lambda row: RATED.get(row.severity),
                missing=gettext_lazy("not rated"),
            ),
            Column("sector", gettext_lazy("Sector")),
            Column("classification", gettext_lazy("Class"), missing=gettext_lazy("not classified")),
            Column("state", gettext_lazy("State"), value=state_words),
            Column("contained", gettext_lazy("Contained"), kind="when", missing="-"),
            Column("label", gettext_lazy("Label"), kind="tlp"),
            Column("owner", gettext_lazy("Reported by"), value=lambda row: names.get(row.owner, "")),
        ]
        filters = [
            Words(gettext_lazy("Number or words"), []),
            Choice("severity", gettext_lazy("Severity"), SEVERITIES),
            Class("class", gettext_lazy("Class"), list(CLASS_WORDS.items())),
            Words(gettext_lazy("Sector"), ["sector"], "sector"),
            State(
                "state",
                gettext_lazy("State"),
                [("open", gettext_lazy("still open")), ("closed", gettext_lazy("contained"))],
            ),
            Day(gettext_lazy("Detected from (day)"), [], "from"),
            Day(gettext_lazy("Detected until (day)"), [], "until"),
        ]
        empty_title = gettext_lazy("No incident is recorded yet")
        empty_note = gettext_lazy(
            "Record one, or import a file. Incidents of others appear here when they grant them to you."
        )

    return IncidentTable(request, rows)


class ImportRows(Table):
    """What every row of an imported file came to."""

    caption = gettext_lazy("Rows of the file")
    name = "import"
    columns = [
        Column("line", gettext_lazy("Line"), kind="num", sort="line"),
        Column("reference", gettext_lazy("Number")),
        Column("words", gettext_lazy("State"), kind="tag"),
        Column("why", gettext_lazy("Reasons"), missing=gettext_lazy("nothing to remark")),
    ]
    filters = [
        Search(gettext_lazy("Number or words"), ["reference", "why"]),
        Choice("state", gettext_lazy("State"), list(STATES.items())),
    ]
    downloads = False
    empty_title = gettext_lazy("The file has no rows")


def import_rows(request: HttpRequest, held: ImportReport) -> ImportRows:
    """The table of a report."""
    return ImportRows(
        request,
        [
            {
                "line": line,
                "reference": reference,
                "state": state,
                "words": str(STATES[state]),
                "why": " ".join(why),
            }
            for line, reference, state, why in held.rows
        ],
    )
