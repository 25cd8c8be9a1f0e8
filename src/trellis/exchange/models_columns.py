"""What is kept beside objects and access log so that neither is read again: both can be made anew from them."""

from django.db import models

from trellis.core import clock, ids


class ObjectColumns(models.Model):
    """Workspace: rows of one producer in one collection, added after `first` and up to `last`, packed as columns.

    Nothing in it changes afterwards. `last_id` is the row at `last`: where it is gone, this is of another history.
    """

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    owner = models.UUIDField()
    collection = models.UUIDField()
    version = models.PositiveSmallIntegerField()
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    last_id = models.UUIDField()
    columns = models.BinaryField()
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint("owner", "collection", "version", "first", name="object_columns_once")]


class ServedColumns(models.Model):
    """Workspace: what the access log says of one producer's objects between two moments, packed as columns.

    Each row of a producer and each of its readers once, with its first and last time in between; `readers` are ids, to
    which the columns point. `count`: access rows that were read for it.
    """

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    owner = models.UUIDField()
    version = models.PositiveSmallIntegerField()
    first = models.DateTimeField()
    last = models.DateTimeField()
    count = models.PositiveIntegerField()
    readers = models.BinaryField()
    columns = models.BinaryField()
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint("owner", "version", "first", name="served_columns_once")]


class Reference(models.Model):
    """Workspace: a version that stands names another object, in one collection. Gone with the text that says so."""

    id = models.BigAutoField(primary_key=True)
    collection = models.UUIDField()
    target = models.CharField(max_length=300)
    number = models.BigIntegerField()  # of the version that names it, within the collection
    source = models.UUIDField()

    class Meta:
        indexes = [
            models.Index(fields=["target", "collection", "number"], name="reference_to"),
            models.Index(fields=["source"], name="reference_from"),
        ]


class ReferenceMark(models.Model):
    """Workspace: up to which number of a collection `Reference` has what its objects name."""

    collection = models.UUIDField(primary_key=True)
    number = models.BigIntegerField(default=0)
