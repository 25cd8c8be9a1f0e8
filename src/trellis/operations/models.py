"""Incidents that organisations report, and the reports of their imports."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from trellis.core import clock, ids
from trellis.operations.parsing import SEVERITIES
from trellis.sharing.records import Record


class Incident(Record):
    """An incident as its owner, the reporting organisation, knows it. Moments are UTC.

    A stamp of None is not known yet: no start known, still open at the other end. `not_known` names the
    stamps of what did happen at a time that nobody knows, `by_day` those of which only the day is known; both
    are names separated by spaces. `reported` is when an authority or the people affected were told.
    """

    reference = models.CharField(_("Reference"), max_length=80, db_index=True)
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
    source = models.UUIDField(null=True)  # the import that brought it in

    REDACTABLE: ClassVar[tuple[str, ...]] = ("title", "summary")

    class Meta(Record.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["owner", "detected"], name="incident_owner_detected"),
            models.Index(fields=["owner", "reference"], name="incident_owner_reference"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def open(self) -> bool:
        """Whether it is not contained: no stamp of containment or of recovery, known or not."""
        ended = self.contained or self.recovered
        return not ended and not {"contained", "recovered"} & set(self.not_known.split())


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
    content = models.BinaryField(null=True)
    made_at = models.DateTimeField(default=clock.now)
    written_at = models.DateTimeField(null=True)
    # One list per row of the file: line, reference, state, reasons.
    rows: Any = models.JSONField(default=list)
    unknown_columns: Any = models.JSONField(default=list)

    def count(self, *states: str) -> int:
        """How many rows came to one of these states."""
        return sum(row[2] in states for row in self.rows)
