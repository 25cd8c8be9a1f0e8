"""Readings: what an indicator was in a period, said by its owner."""

from typing import ClassVar

from django.db import models

from trellis.measurement.models_joins import AgencyPair as AgencyPair
from trellis.measurement.models_joins import Policy as Policy
from trellis.sharing.records import Record


class Reading(Record):
    """One reading. Either `value`, or `numerator` and `denominator`; `part` names a site whose counts are
    summed.

    `context` is the programme. `figure_address` is set where the value was taken from a figure, not typed in.
    """

    indicator = models.UUIDField(db_index=True)
    period_start = models.DateField()
    period_end = models.DateField(db_index=True)
    part = models.CharField(max_length=120, blank=True)
    value = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    numerator = models.BigIntegerField(null=True)
    denominator = models.BigIntegerField(null=True)
    source = models.TextField(blank=True)
    evidence = models.UUIDField(null=True)
    figure_address = models.TextField(blank=True)
    REDACTABLE: ClassVar[tuple[str, ...]] = ("part", "source")
