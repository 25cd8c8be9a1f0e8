"""Co-owned: commitments, tranches, milestones, protocols. Records: claims, verifications, payments."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from trellis.core.coowned import CoOwned
from trellis.sharing.records import Record


class Commitment(CoOwned):
    """A donor's promise of money over years (FIN-01)."""

    class Certainty(models.TextChoices):
        FIRM = "firm", _("Firm")
        INDICATIVE = "indicative", _("Indicative")
        SUBJECT = "subject", _("Subject to appropriation")

    title = models.CharField(max_length=200)
    donor = models.UUIDField(db_index=True)
    agreement = models.UUIDField()
    currency = models.CharField(max_length=3)
    total = models.DecimalField(max_digits=20, decimal_places=4)
    certainty = models.CharField(max_length=10, choices=Certainty.choices)


class Tranche(CoOwned):
    """A yearly part of a commitment: planned on `due`, released between `earliest` and `long_stop`."""

    commitment = models.UUIDField(db_index=True)
    number = models.PositiveIntegerField()
    year = models.PositiveIntegerField()
    amount = models.DecimalField(max_digits=20, decimal_places=4)
    earliest = models.DateField()
    due = models.DateField()
    long_stop = models.DateField()


class Milestone(CoOwned):
    """What must be shown for a part of a tranche."""

    commitment = models.UUIDField(db_index=True)
    tranche = models.UUIDField(db_index=True)
    number = models.CharField(max_length=20)
    title = models.CharField(max_length=300)
    allocation = models.DecimalField(max_digits=20, decimal_places=4)


class Protocol(CoOwned):
    """How a milestone is verified, locked by both sides (FIN-02). Subject is the milestone."""

    version = models.PositiveIntegerField()
    definition = models.TextField()
    unit = models.CharField(max_length=80)
    baseline = models.DecimalField(max_digits=24, decimal_places=8)
    threshold = models.DecimalField(max_digits=24, decimal_places=8)
    source = models.TextField()
    verifier = models.UUIDField()
    procedure = models.TextField()
    scalable = models.BooleanField()
    reason = models.TextField(blank=True)


class Acceptance(CoOwned):
    """Both sides accept what was verified: value and money earned so far. Subject is the milestone.

    `consent` is the programme consent in force then, so that a later withdrawal forfeits nothing (OWN-05).
    """

    claim = models.UUIDField()
    claim_hash = models.CharField(max_length=64)
    verification = models.UUIDField()
    verification_hash = models.CharField(max_length=64)
    claimant = models.UUIDField()
    verifier = models.UUIDField()
    protocol_version = models.PositiveIntegerField()
    value = models.DecimalField(max_digits=24, decimal_places=8)
    earned = models.DecimalField(max_digits=20, decimal_places=4)
    consent = models.UUIDField(null=True)


class Release(CoOwned):
    """Money of a tranche released on both keys. A tranche may be released in parts as it is earned (X-01)."""

    commitment = models.UUIDField(db_index=True)
    tranche = models.UUIDField(db_index=True)
    amount = models.DecimalField(max_digits=20, decimal_places=4)


class Claim(Record):
    """The partner's organisation claims that a milestone has reached a value, and names its evidence."""

    milestone = models.UUIDField(db_index=True)
    protocol_version = models.PositiveIntegerField()
    value = models.DecimalField(max_digits=24, decimal_places=8)
    statement = models.TextField(null=True)
    evidence: Any = models.JSONField(default=list)
    REDACTABLE: ClassVar[tuple[str, ...]] = ("statement",)


class Verification(Record):
    """What the verifier named in the protocol found."""

    milestone = models.UUIDField(db_index=True)
    claim = models.UUIDField(db_index=True)
    claim_hash = models.CharField(max_length=64)
    protocol_version = models.PositiveIntegerField()
    passed = models.BooleanField()
    value = models.DecimalField(max_digits=24, decimal_places=8)
    report = models.TextField(null=True)
    evidence: Any = models.JSONField(default=list)
    REDACTABLE: ClassVar[tuple[str, ...]] = ("report",)


class PaymentSent(Record):
    """The donor says that it paid a release, or a part of it."""

    release = models.UUIDField(db_index=True)
    tranche = models.UUIDField(db_index=True)
    amount = models.DecimalField(max_digits=20, decimal_places=4)
    currency = models.CharField(max_length=3)
    paid_on = models.DateField()
    reference = models.CharField(max_length=200, null=True)
    REDACTABLE: ClassVar[tuple[str, ...]] = ("reference",)


class PaymentReceipt(Record):
    """The partner's organisation says what arrived of a payment, or disputes it."""

    payment = models.UUIDField(db_index=True)
    tranche = models.UUIDField(db_index=True)
    amount = models.DecimalField(max_digits=20, decimal_places=4)
    received_on = models.DateField()
    disputed = models.BooleanField(default=False)
    reason = models.TextField(null=True)
    REDACTABLE: ClassVar[tuple[str, ...]] = ("reason",)
