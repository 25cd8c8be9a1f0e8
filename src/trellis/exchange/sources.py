"""Collections of other TAXII servers that are read into ours: workspace, not a record of anything."""

from typing import Any

from django.db import models

from trellis.core import clock, ids


class Source(models.Model):
    """One collection elsewhere, read into one of ours.

    A walk begins at `added_after`; `next` is where it stands and `reached` the last time it has seen. Both are empty
    between walks. Reading something twice stores nothing twice, so a source may fall back and never runs ahead.

    `person` is in whose name a timer reads it; None was only ever read by a command that brought its own secret.
    `sealed` is the token or password there, encrypted (see `sealing`), and nothing shows it again.
    """

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    owner = models.UUIDField()
    collection = models.UUIDField()
    url = models.CharField(max_length=500)
    organisation = models.UUIDField()  # where it comes from
    person = models.UUIDField(null=True)
    user = models.CharField(max_length=200, blank=True)
    sealed = models.BinaryField(null=True)
    made_at = models.DateTimeField(default=clock.now)
    paused_at = models.DateTimeField(null=True)

    added_after = models.CharField(max_length=40, blank=True)
    next = models.TextField(blank=True)
    reached = models.CharField(max_length=40, blank=True)
    pulled_at = models.DateTimeField(null=True)

    tried_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)  # in words; empty after a reading that went well
    taken = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    reasons: Any = models.JSONField(default=list)  # of the objects refused last, at most `KEPT`

    KEPT = 50

    class Meta:
        constraints = [
            models.UniqueConstraint("owner", "collection", "url", "organisation", name="exchange_source_one"),
        ]

    def __str__(self) -> str:
        return self.url

    @property
    def kept(self) -> bool:
        """Whether it was added here, so that it can be read without anything that a command brings."""
        return self.person is not None

    @property
    def within(self) -> bool:
        """Whether a walk stopped in its middle: there is more."""
        return bool(self.next or self.reached)
