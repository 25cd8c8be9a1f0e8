"""Agreements as signed: one row per version."""

from typing import Any

from django.db import models

from trellis.core.coowned import CoOwned


class Agreement(CoOwned):
    """A memorandum or contract in the version that both sides signed. Subject stays through amendments."""

    version = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    languages: Any = models.JSONField(default=list)
    starts_on = models.DateField()
    ends_on = models.DateField()
    donors: Any = models.JSONField(default=list)
    clauses: Any = models.JSONField(default=dict)
    activities: Any = models.JSONField(default=list)
    strands: Any = models.JSONField(default=list)
    currency = models.CharField(max_length=3)
    ceiling = models.DecimalField(max_digits=20, decimal_places=4)
    change = models.TextField(blank=True)
