"""Tables of handover: plan, step on the ladder and accepted criteria; evidence and the presence of donor
staff.
"""

from typing import Any, ClassVar

from django.db import models

from trellis.core.coowned import CoOwned
from trellis.sharing.records import Record


class Plan(CoOwned):
    """The handover plan of a function. Subject is the function; `original_target` stays when the date moves."""

    target = models.DateField()
    original_target = models.DateField()
    mandatory: Any = models.JSONField(default=dict)
    waived: Any = models.JSONField(default=dict)
    next_owner = models.UUIDField()
    notice_days = models.PositiveIntegerField()
    extended = models.BooleanField(default=False)
    choice = models.CharField(max_length=40, blank=True)
    reason = models.TextField(blank=True)


class Rung(CoOwned):
    """The step of the ladder that a function is on. Subject is the function."""

    step = models.CharField(max_length=30)
    previous = models.CharField(max_length=30, blank=True)
    since = models.DateTimeField()
    reason = models.TextField(blank=True)


class Acceptance(CoOwned):
    """A criterion as the other side accepted it, with the evidence that it looked at."""

    function = models.UUIDField(db_index=True)
    criterion = models.CharField(max_length=20)
    evidence = models.UUIDField()
    evidence_hash = models.CharField(max_length=64)
    met = models.BooleanField()
    holders: Any = models.JSONField(default=dict)
    unaided_since = models.DateField(null=True)
    valid_until = models.DateField(null=True)


class Evidence(Record):
    """What the partner side says about one criterion of a function, and on what ground. Context is the
    programme.
    """

    function = models.UUIDField(db_index=True)
    criterion = models.CharField(max_length=20)
    statement = models.TextField()
    met = models.BooleanField()
    holders: Any = models.JSONField(default=dict)
    unaided_since = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    file = models.UUIDField(null=True)
    REDACTABLE: ClassVar[tuple[str, ...]] = ("statement",)


class Presence(Record):
    """Donor staff at work in a function from one day to another; `ran` says that they ran it. Context:
    programme.
    """

    function = models.UUIDField(db_index=True)
    first_day = models.DateField()
    last_day = models.DateField()
    person_days = models.DecimalField(max_digits=10, decimal_places=2)
    ran = models.BooleanField()
    note = models.TextField(blank=True)
    REDACTABLE: ClassVar[tuple[str, ...]] = ("note",)
