"""Incidents that organisations report, and the reports of their imports."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from trellis.core import clock, ids
from trellis.operations.models_columns import StampColumns
from trellis.operations.models_practice import (
    AlertBatch,
    ExposureReading,
    Hunt,
    HuntingStep,
    HygieneCount,
    KevCatalogue,
    KevFix,
    PlantedEvent,
)
from trellis.operations.parsing import SEVERITIES
from trellis.sharing.records import Record

CURRENT = Q(superseded_at=None, retracted=False)
OPEN = Q(contained=None, recovered=None)
# Holds always. An index with it serves only who says it: a planner without statistics would take it for the list.
ANY = Q(redacted_at__isnull=True) | Q(redacted_at__isnull=False)


class Incident(Record):
    """An incident as its owner, the reporting organisation, knows it. Moments are UTC.

    A stamp of None is not known yet: no start known, still open at the other end. `not_known` names the
    stamps of what did happen at a time that nobody knows, `by_day` those of which only the day is known; both
    are names separated by spaces. `reported` is when an authority or the people affected were told.
    """

    reference = models.CharField(_("Reference"), max_length=80)
    title = models.CharField(_("Short name"), max_length=200)
    summary = models.TextField(_("What happened"), blank=True)
    severity = models.CharField(_("Severity"), max_length=10, choices=SEVERITIES, blank=True)
    sector = models.CharField(_("Sector"), max_length=80, blank=True)
    classification = models.CharField(_("Class"), max_length=80, blank=True)
    started = models.DateTimeField(_("Started"), null=True)
    detected = models.DateTimeField(_("Detected"))
    acknowledged = models.DateTimeField(_("Acknowledged"), null=True)
    contained = models.DateTimeField(_("Contained"), null=True)
    recovered = models.DateTimeField(_("Recovered"), null=True)
    reported = models.DateTimeField(_("Reported"), null=True)
    not_known = models.CharField(max_length=80, blank=True)
    by_day = models.CharField(max_length=80, blank=True)
    people_affected = models.BigIntegerField(_("People affected"), null=True)
    # Cross-border links: countries by ISO code, separated by spaces; organisations by id.
    countries = models.CharField(_("Countries concerned"), max_length=300, blank=True)
    organisations: Any = models.JSONField(_("Organisations concerned"), default=list)
    # What a person decided about look-alikes: the record that this one repeats, and those that it does not.
    duplicate_of = models.UUIDField(null=True)
    distinct_from: Any = models.JSONField(default=list)
    source = models.UUIDField(null=True)  # the import that brought it in

    REDACTABLE: ClassVar[tuple[str, ...]] = ("title", "summary")

    class Meta(Record.Meta):
        abstract = False
        # One for each filter of the list: in the order of the list, by owner, of the versions that stand. `label` is
        # there for the gate, so that counting and skipping read no rows. Texts are read through.
        indexes = [
            models.Index(fields=["owner", "detected", "id", "label"], name="incident_list", condition=CURRENT),
            models.Index(
                fields=["owner", "severity", "detected", "id", "label"], name="incident_severity", condition=CURRENT
            ),
            models.Index(
                fields=["owner", "classification", "detected", "id", "label"], name="incident_class", condition=CURRENT
            ),
            models.Index(
                # Empty both, and named for a planner that counts what it may compare.
                fields=["owner", "contained", "recovered", "detected", "id", "label", "not_known"],
                name="incident_open",
                condition=CURRENT & OPEN,
            ),
            models.Index(fields=["owner", "reference", "id", "label"], name="incident_reference", condition=CURRENT),
            models.Index(
                "owner",
                Upper("reference"),
                name="incident_reference_upper",
                condition=CURRENT & ANY,
            ),
            models.Index(fields=["owner", "seq"], name="incident_written", condition=ANY),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def open(self) -> bool:
        """Whether it is not contained: no stamp of containment or of recovery, known or not."""
        ended = self.contained or self.recovered
        return not ended and not {"contained", "recovered"} & set(self.not_known.split())


# Django finds the models of an app here; these stand in a file of their own.
__all__ = [
    "AlertBatch",
    "ExposureReading",
    "Hunt",
    "HuntingStep",
    "HygieneCount",
    "ImportReport",
    "Incident",
    "KevCatalogue",
    "KevFix",
    "PlantedEvent",
    "StampColumns",
]


class ImportReport(models.Model):
    """Workspace: a file that was read, what each of its rows came to, and its bytes until it is written."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    owner = models.UUIDField(db_index=True)
    person = models.UUIDField(null=True)
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    preset = models.CharField(max_length=40, blank=True)
    zone = models.CharField(max_length=40, default="UTC")
    label = models.CharField(max_length=12, default="AMBER")
    # File column to our field, chosen by a person; empty while told by names.
    mapping: Any = models.JSONField(default=dict)
    content = models.BinaryField(null=True)
    made_at = models.DateTimeField(default=clock.now)
    written_at = models.DateTimeField(null=True)
    # One list per row of the file: line, reference, state, reasons.
    rows: Any = models.JSONField(default=list)
    unknown_columns: Any = models.JSONField(default=list)

    def count(self, *states: str) -> int:
        """How many rows came to one of these states."""
        return sum(row[2] in states for row in self.rows)
