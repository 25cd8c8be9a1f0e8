"""Ledger tables, keys, and the installation itself."""

from django.db import models

from trellis.core import clock, ids
from trellis.core.appendonly import AppendOnly, Update


class Installation(models.Model):
    """This node: one row, made by `trellis init` or `trellis demo`. `mode` never changes."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    name = models.CharField(max_length=200)
    mode = models.CharField(max_length=12)
    created_at = models.DateTimeField(default=clock.now)


class Stream(models.Model):
    """An append-only chain of entries: one per arrangement, one per organisation, one for the node.

    The row is also the lock that puts writers of one stream in order.
    """

    class Kind(models.TextChoices):
        NODE = "node"
        ORGANISATION = "organisation"
        ARRANGEMENT = "arrangement"

    id = models.UUIDField(primary_key=True, editable=False)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    created_at = models.DateTimeField(default=clock.now)


class Key(models.Model):
    """An Ed25519 key. `sealed` is the private half, encrypted; None when its holder keeps it elsewhere."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    holder = models.UUIDField(db_index=True)
    public = models.BinaryField(max_length=32)
    sealed = models.BinaryField(null=True)
    introduced_at = models.DateTimeField(default=clock.now)
    revoked_at = models.DateTimeField(null=True)


class Unsigned(models.Model):
    """Workspace: the exact bytes of an entry that waits for a signature made outside. Deleted with it, or after a day."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    stream = models.UUIDField()
    organisation = models.UUIDField(db_index=True)
    person = models.UUIDField(null=True)
    about = models.UUIDField(db_index=True)
    act = models.CharField(max_length=20)
    text = models.TextField(blank=True)
    key = models.UUIDField()
    body = models.TextField()
    salt = models.BinaryField(max_length=16)
    payload = models.TextField()
    at = models.DateTimeField()
    made_at = models.DateTimeField(default=clock.now)


class Entry(AppendOnly):
    """One link of a chain. `body` holds the exact bytes that were hashed and signed."""

    id = models.BigAutoField(primary_key=True)
    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="entries")
    seq = models.BigIntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=60, db_index=True)
    organisation = models.UUIDField(null=True)
    person = models.UUIDField(null=True)
    body = models.TextField()
    hash = models.CharField(max_length=64)
    signature = models.BinaryField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint("stream", "seq", name="entry_seq_once")]
        indexes = [models.Index(fields=["stream", "at"])]


class Payload(AppendOnly):
    """What an entry says, beside it, so that it can be withheld or redacted while the chain still holds."""

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, primary_key=True, related_name="payload")
    salt = models.BinaryField(max_length=16, null=True)
    body = models.TextField(null=True)
    redacted_at = models.DateTimeField(null=True)

    @classmethod
    def allowed_updates(cls) -> list[Update]:
        return [
            Update(
                ("salt", "body", "redacted_at"),
                "OLD.redacted_at IS NULL AND NEW.redacted_at IS NOT NULL AND NEW.salt IS NULL",
            )
        ]


class Checkpoint(AppendOnly):
    """A signed statement of where a stream stood, given to a party to keep."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    stream = models.ForeignKey(Stream, on_delete=models.PROTECT)
    party = models.UUIDField()
    seq = models.BigIntegerField()
    at = models.DateTimeField()
    body = models.TextField()
    signature = models.BinaryField(max_length=64)


class RegisterChange(AppendOnly):
    """A history row of a register: what a row of it became, when, and by whom."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    register = models.CharField(max_length=60)
    row = models.UUIDField(db_index=True)
    at = models.DateTimeField()
    by = models.UUIDField(null=True)
    organisation = models.UUIDField(null=True)
    data = models.JSONField()


class ReferencePack(AppendOnly):
    """Reference material pinned by the hash of its canonical bytes (a framework, a codelist, rates)."""

    hash = models.CharField(max_length=64, primary_key=True)
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=300)
    body = models.TextField()
    added_at = models.DateTimeField(default=clock.now)


class Rate(AppendOnly):
    """A dated exchange rate: one unit of `base` is `value` units of `quote` on `day`, as `source` published it."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    base = models.CharField(max_length=3)
    quote = models.CharField(max_length=3)
    day = models.DateField()
    value = models.DecimalField(max_digits=20, decimal_places=10)
    source = models.CharField(max_length=200)
    added_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint("base", "quote", "day", "source", name="rate_once")]


class FigureCache(models.Model):
    """Workspace: a figure already computed, by address and by the state of what it reads."""

    address = models.CharField(max_length=64)
    revision = models.CharField(max_length=64)
    result = models.JSONField()
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint("address", "revision", name="figure_cache_once")]
