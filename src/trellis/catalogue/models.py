"""Co-owned tables of the catalogue: functions, and the indicator dictionary version by version."""

from typing import Any

from django.db import models

from trellis.core.coowned import CoOwned


class Function(CoOwned):
    """A function of the state that the programme supports. `start` is its step on the ladder when it was
    entered.
    """

    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    owner = models.UUIDField()
    posts: Any = models.JSONField(default=list)
    start = models.CharField(max_length=30)
    withdrawn = models.BooleanField(default=False)


class Dictionary(CoOwned):
    """A version of the indicator dictionary. Subject is derived from the programme."""

    version = models.PositiveIntegerField()
    reason = models.TextField()


class Indicator(CoOwned):
    """One indicator as version `version` of the dictionary has it; `changed_in` is when its content last
    changed.
    """

    version = models.PositiveIntegerField()
    changed_in = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    definition = models.TextField()
    unit = models.CharField(max_length=60)
    direction = models.CharField(max_length=7)
    numerator = models.CharField(max_length=300, blank=True)
    denominator = models.CharField(max_length=300, blank=True)
    per = models.PositiveIntegerField(default=1)
    source = models.CharField(max_length=300)
    frequency = models.CharField(max_length=12)
    baseline = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    baseline_on = models.DateField(null=True)
    targets: Any = models.JSONField(default=list)
    owner = models.UUIDField()
    perspective = models.CharField(max_length=40)
    weight = models.DecimalField(max_digits=12, decimal_places=6)
    protected = models.BooleanField(default=False)
    level = models.CharField(max_length=8)
    measures = models.CharField(max_length=10)
    linked = models.UUIDField(null=True)
    figure = models.CharField(max_length=60, blank=True)
    figure_params: Any = models.JSONField(default=dict)
