"""Grants, consents, evidence and the access log."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from trellis.core import clock, ids
from trellis.core.appendonly import AppendOnly
from trellis.core.labels import Label
from trellis.sharing.models_words import RecordWords as RecordWords  # in a file of its own: records write it
from trellis.sharing.records import Record


class Audience(models.TextChoices):
    """Whom a grant names."""

    PERSON = "person", _("Named persons")
    ORGANISATION = "organisation", _("One organisation")
    SIDE = "side", _("The organisations of one side of a programme")
    PARTIES = "parties", _("All parties to a programme")
    ANYONE = "anyone", _("Anyone")


class Detail(models.TextChoices):
    """How much a grant shows."""

    FIGURE = "figure", _("Figures made from the records")
    RECORD = "record", _("The records themselves")


class Grant(Record):
    """The owner lets an audience read. Withdrawal is a successor with `withdrawn_at`.

    `context` narrows it to what was recorded for one arrangement, assessment or milestone; `about` to one subject.
    """

    audience = models.CharField(max_length=12, choices=Audience.choices)
    organisation = models.UUIDField(null=True, db_index=True)
    arrangement = models.UUIDField(null=True, db_index=True)
    side = models.CharField(max_length=12, blank=True)
    persons: Any = models.JSONField(default=list)
    data_kind = models.CharField(max_length=60)
    detail = models.CharField(max_length=8, choices=Detail.choices)
    about = models.UUIDField(null=True)
    purpose = models.CharField(max_length=200)
    ceiling = models.CharField(max_length=12, choices=Label.choices)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    carried_by = models.UUIDField(null=True)  # the act that carried it, if it was not given by itself


class ConsentRequest(Record):
    """Somebody asks the granting authority for consent to start or to collect (OWN-05)."""

    arrangement = models.UUIDField(db_index=True)
    authority = models.UUIDField(db_index=True)
    scope = models.CharField(max_length=10)
    about = models.UUIDField(null=True)
    text = models.TextField()
    REDACTABLE: ClassVar[tuple[str, ...]] = ("text",)


class Consent(Record):
    """The granting authority's consent: programme, activity or data. Withdrawal is a successor."""

    class Scope(models.TextChoices):
        PROGRAMME = "programme", _("The programme")
        ACTIVITY = "activity", _("One activity")
        DATA = "data", _("The collection of data")

    arrangement = models.UUIDField(db_index=True)
    scope = models.CharField(max_length=10, choices=Scope.choices)
    about = models.UUIDField(null=True)
    answers = models.UUIDField(null=True)
    text = models.TextField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    REDACTABLE: ClassVar[tuple[str, ...]] = ("text",)


class Evidence(Record):
    """A file, kept once by its content. What it shows is said in words; the bytes lie in the owner's store."""

    title = models.CharField(max_length=200)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    REDACTABLE: ClassVar[tuple[str, ...]] = ("title", "name")
    REDACTED_WHOLE = True

    @classmethod
    def forget(cls, rows: Sequence[Record]) -> None:
        """The bytes go with the last record that refers to them, whoever owns it."""
        from trellis.sharing import files  # which knows this model

        for sha256 in {row.sha256 for row in rows if isinstance(row, Evidence)}:
            files.forget(sha256)


class Access(AppendOnly):
    """One reading across organisations: one row per response and owner, written before the body is sent."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    owner = models.UUIDField(db_index=True)
    reader = models.UUIDField(null=True)
    person = models.UUIDField(null=True)
    data_kind = models.CharField(max_length=60)
    purpose = models.CharField(max_length=200)
    count = models.PositiveIntegerField()
    ids_packed = models.BinaryField()
    at = models.DateTimeField(db_index=True)


class Upload(models.Model):
    """Workspace: a file that is still arriving, in pieces. Deleted when it is whole, or after a day."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    person = models.UUIDField()
    name = models.CharField(max_length=200)
    size = models.BigIntegerField()
    received = models.BigIntegerField(default=0)
    begun_at = models.DateTimeField(default=clock.now)
