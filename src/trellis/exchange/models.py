"""Collections, agreements on sharing, STIX objects as sent, when rights began and ended, and what came back."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from trellis.core import clock, ids
from trellis.core.appendonly import AppendOnly, Update
from trellis.core.coowned import CoOwned
from trellis.exchange.models_columns import ObjectColumns as ObjectColumns  # kept beside, made anew from the rest
from trellis.exchange.models_columns import Reference as Reference
from trellis.exchange.models_columns import ReferenceMark as ReferenceMark
from trellis.exchange.models_columns import ServedColumns as ServedColumns
from trellis.exchange.schemas import PURPOSES
from trellis.exchange.sources import Source as Source  # the pull client keeps its own table
from trellis.sharing.records import Record


class Collection(models.Model):
    """Register: objects that are shared for one purpose within one arrangement."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    arrangement = models.UUIDField(db_index=True)
    title = models.CharField(_("Title"), max_length=120)
    description = models.TextField(_("Description"), blank=True)
    purpose = models.CharField(_("Purpose"), max_length=20, choices=list(PURPOSES.items()))
    organisation = models.UUIDField()
    made_by = models.UUIDField(null=True)
    made_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["arrangement", "title"], name="one_collection_of_a_title")]

    def __str__(self) -> str:
        return self.title


class Clock(models.Model):
    """The counters of one collection: its last number and its last `added`. Whoever adds holds this row."""

    collection = models.UUIDField(primary_key=True)
    number = models.BigIntegerField(default=0)
    added = models.BigIntegerField(default=0)


class SharingAgreement(CoOwned):
    """One version of an agreement on sharing."""

    version = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    parties: Any = models.JSONField(default=list)
    purposes: Any = models.JSONField(default=list)
    ceiling = models.CharField(max_length=12)
    clauses: Any = models.JSONField(default=dict)
    starts_on = models.DateField()
    ends_on = models.DateField()
    change = models.TextField(blank=True)


class StixObject(Record):
    """One version of a STIX object by one producer, its text as sent. Owner is the producer.

    `subject` is the producer's chain of one STIX id in one collection. `late` says that it was superseded when it
    was written: a later version was there before it.
    """

    # Found through the indexes below; those of every record would only slow the writing.
    owner = models.UUIDField()
    said_by = models.UUIDField(null=True)
    context = models.UUIDField(null=True)
    supersedes = models.UUIDField(null=True)

    collection = models.UUIDField()
    stix_id = models.CharField(max_length=300)
    stix_type = models.CharField(max_length=250)
    version = models.CharField(max_length=40)
    spec_version = models.CharField(max_length=10)
    revoked = models.BooleanField(default=False)
    raw = models.TextField(blank=True)
    number = models.BigIntegerField()
    added = models.BigIntegerField()
    detected = models.DateTimeField(null=True)
    late = models.BooleanField(default=False)

    REDACTABLE: ClassVar[tuple[str, ...]] = ("raw",)
    DIGESTED: ClassVar[tuple[str, ...]] = ("raw",)

    class Meta(Record.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["collection", "number"], name="one_object_of_a_number"),
            models.UniqueConstraint(
                fields=["supersedes"], condition=~models.Q(supersedes=None), name="one_successor_of_an_object"
            ),
        ]
        indexes = [
            models.Index(fields=["collection", "owner", "added"], name="object_walk"),
            models.Index(fields=["stix_id", "collection", "owner"], name="object_chain"),
        ]

    def __str__(self) -> str:
        return self.stix_id

    def superseded_when_written(self) -> bool:
        return self.late

    @classmethod
    def forget(cls, rows: Sequence[Record]) -> None:
        """What a text named goes with it."""
        Reference.objects.filter(source__in=[row.pk for row in rows]).delete()


class Admission(AppendOnly):
    """A right that came into force between two organisations, for one label, when the collection had `number` objects.

    What was there before comes to the consumer at `block` plus its number; the collection's clock went past that.
    """

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    collection = models.UUIDField()
    producer = models.UUIDField()
    consumer = models.UUIDField()
    label = models.CharField(max_length=12)
    agreement = models.UUIDField()
    number = models.BigIntegerField()
    block = models.BigIntegerField()
    entered_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["collection", "consumer"], name="admission_of_consumer")]
        constraints = [
            models.UniqueConstraint(
                fields=["collection", "producer", "consumer", "label"],
                condition=models.Q(ended_at=None),
                name="one_admission_in_force",
            )
        ]

    @classmethod
    def allowed_updates(cls) -> list[Update]:
        return [Update(("ended_at",), "OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL")]


class Ending(AppendOnly):
    """Objects that stopped being served: a right that ended (one consumer, one label), or objects taken back (their
    ids). `told_at` is set when those who hold them have been told.
    """

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    collection = models.UUIDField()
    producer = models.UUIDField()
    consumer = models.UUIDField(null=True)
    label = models.CharField(max_length=12, blank=True)
    objects_gone: Any = models.JSONField(default=list)
    why = models.TextField(blank=True)
    at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["told_at"], condition=models.Q(told_at=None), name="ending_untold")]

    @classmethod
    def allowed_updates(cls) -> list[Update]:
        return [Update(("told_at",), "OLD.told_at IS NULL AND NEW.told_at IS NOT NULL")]


class Withdrawal(AppendOnly):
    """What one consumer was served and may hold no longer: at most 1,000 STIX ids, in its withdrawals collection."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    ending = models.UUIDField()
    arrangement = models.UUIDField()
    collection = models.UUIDField()
    consumer = models.UUIDField(db_index=True)
    producer = models.UUIDField(db_index=True)
    stix_ids: Any = models.JSONField()
    why = models.TextField()
    at = models.DateTimeField()
    number = models.BigIntegerField()
    added = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["arrangement", "consumer", "added"], name="withdrawal_walk")]


class Acknowledgement(Record):
    """A recipient says that an object arrived, and whether it was of use. Its producer reads it too."""

    class Useful(models.TextChoices):
        YES = "yes", _("Yes")
        PARTLY = "partly", _("In part")
        NO = "no", _("No")
        UNKNOWN = "unknown", _("Not known yet")

    about = models.UUIDField(db_index=True)
    producer = models.UUIDField(db_index=True)
    collection = models.UUIDField()
    stix_id = models.CharField(max_length=300)
    at = models.DateTimeField()
    useful = models.CharField(_("Was it useful?"), max_length=10, choices=Useful.choices)
    note = models.TextField(_("Note"), blank=True)

    REDACTABLE: ClassVar[tuple[str, ...]] = ("note",)


class PostStatus(models.Model):
    """Workspace: what became of each object of a POST, kept for a day."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    arrangement = models.UUIDField()
    organisation = models.UUIDField()
    at = models.DateTimeField(default=clock.now, db_index=True)
    body = models.TextField()
