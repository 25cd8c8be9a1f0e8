"""What has been published, and the identifiers under which organisations are known to IATI."""

from typing import Any

from django.db import models

from trellis.core import clock, ids
from trellis.core.appendonly import AppendOnly
from trellis.core.coowned import CoOwned


class Publication(CoOwned):
    """A public report of a programme, as both sides adopted it. It is never changed; a correction is a new one.

    `sections` are frozen as of `as_of`, with what owners let the public see at `rights_at`. `withheld` lists
    {"item", "reason"}. `corrects` is the publication that this one corrects.
    """

    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    as_of = models.DateTimeField()
    rights_at = models.DateTimeField()
    sections: Any = models.JSONField()
    withheld: Any = models.JSONField(default=list)
    corrects = models.UUIDField(null=True)
    reason = models.TextField(blank=True)


class Identifier(AppendOnly):
    """Register: an organisation's identifier in the IATI standard. The newest row counts; the others are history."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    organisation = models.UUIDField(db_index=True)
    ref = models.CharField(max_length=100)
    kind = models.CharField(max_length=2)
    person = models.UUIDField(null=True)
    at = models.DateTimeField(default=clock.now)
