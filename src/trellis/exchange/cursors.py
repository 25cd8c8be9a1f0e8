"""How far another server has been read: workspace, not a record of anything."""

from django.db import models

from trellis.core import ids


class PullCursor(models.Model):
    """One collection elsewhere, read into one of ours.

    A walk begins at `added_after`; `next` is where it stands and `reached` the last time it has seen. Both are empty
    between walks. Reading something twice stores nothing twice, so a cursor may fall back and never runs ahead.
    """

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    owner = models.UUIDField()
    collection = models.UUIDField()
    url = models.CharField(max_length=500)
    source = models.UUIDField()
    added_after = models.CharField(max_length=40, blank=True)
    next = models.TextField(blank=True)
    reached = models.CharField(max_length=40, blank=True)
    pulled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("owner", "collection", "url", "source", name="exchange_pullcursor_one"),
        ]
