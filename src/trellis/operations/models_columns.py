"""The stamps of incidents as columns, so that a figure over a million of them reads no rows."""

from django.db import models

from trellis.core import clock, ids


class StampColumns(models.Model):
    """Workspace: the stamps of one owner's incidents of some entries of its stream, packed; made again when lost.

    Nothing in it changes afterwards: a correction is a row of a later entry, and its column `follows` names the row
    that it takes the place of. `entry` is the hash of the last entry, which holds all of the history up to it.
    """

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    owner = models.UUIDField()
    version = models.PositiveSmallIntegerField()
    first_seq = models.BigIntegerField()
    last_seq = models.BigIntegerField()
    entry = models.CharField(max_length=64)
    count = models.PositiveIntegerField()
    columns = models.BinaryField()
    ids = models.BinaryField()
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint("owner", "version", "first_seq", name="stamp_columns_once")]
