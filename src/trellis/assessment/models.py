"""Needs assessments: what was decided about them (co-owned), what respondents answered and said (records)."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from trellis.core.coowned import CoOwned
from trellis.sharing.records import Record


class Confidence(models.TextChoices):
    """How sure a respondent is of a rating."""

    LOW = "low", _("Low")
    MEDIUM = "medium", _("Medium")
    HIGH = "high", _("High")


class Origin(models.TextChoices):
    """Who brought a priority up. The partner ranks it either way (OWN-01)."""

    PARTNER = "partner", _("Partner")
    DONOR = "donor-suggested", _("Suggested by a donor")


class Assessment(CoOwned):
    """One assessment: framework by hash, lead organisation, who is invited (organisation and group).

    `domains` names the items that stand for each mandatory domain, `left_out` says why a domain has none.
    `number` is given on closing: the version of the snapshot.
    """

    framework = models.CharField(max_length=64)
    title = models.CharField(max_length=200)
    lead = models.UUIDField()
    invited: Any = models.JSONField(default=list)
    domains: Any = models.JSONField(default=dict)
    left_out: Any = models.JSONField(default=dict)
    due = models.DateField(null=True)
    closed = models.BooleanField(default=False)
    number = models.PositiveIntegerField(null=True)
    responses: Any = models.JSONField(default=dict)


class AssessmentItem(CoOwned):
    """An item in scope: the stage that the partner wants to reach, and the institution it belongs to."""

    assessment = models.UUIDField(db_index=True)
    code = models.CharField(max_length=120)
    target = models.PositiveSmallIntegerField(null=True)
    institution = models.UUIDField(null=True)


class Waiver(CoOwned):
    """The coordinator signed that a group's answer may be missing. Shown in all that builds on it."""

    assessment = models.UUIDField(db_index=True)
    group = models.CharField(max_length=20)
    reason = models.TextField()
    organisation = models.UUIDField()
    person = models.UUIDField(null=True)


class Snapshot(CoOwned):
    """An item as it stood when its assessment was closed: ratings cited by id and hash, and what they say.

    `groups` holds low, middle, high and n by stakeholder group; `confidence` is the lowest of the ratings.
    """

    assessment = models.UUIDField(db_index=True)
    code = models.CharField(max_length=120)
    title = models.CharField(max_length=1000)
    area = models.CharField(max_length=1000, blank=True)
    current = models.PositiveSmallIntegerField(null=True)
    target = models.PositiveSmallIntegerField(null=True)
    size = models.PositiveSmallIntegerField(null=True)
    status = models.CharField(max_length=20)
    low = models.PositiveSmallIntegerField(null=True)
    high = models.PositiveSmallIntegerField(null=True)
    n = models.PositiveIntegerField()
    confidence = models.CharField(max_length=6, blank=True)
    evidenced = models.BooleanField()
    groups: Any = models.JSONField(default=dict)
    ratings: Any = models.JSONField(default=list)


class Priority(CoOwned):
    """A priority of the partner side, in its place in the order; closed ones keep the reason."""

    title = models.CharField(max_length=300)
    note = models.TextField(blank=True)
    rank = models.PositiveIntegerField(null=True)
    origin = models.CharField(max_length=16, choices=Origin.choices)
    suggested_by = models.UUIDField(null=True)
    assessment = models.UUIDField(null=True)
    gaps: Any = models.JSONField(default=list)
    closed_because = models.TextField(blank=True)


class Ranking(CoOwned):
    """One act of ranking: the order before and after, and what brought it about (GOV-06)."""

    trigger = models.TextField(blank=True)
    before: Any = models.JSONField(default=list)
    after: Any = models.JSONField(default=list)
    organisation = models.UUIDField()
    person = models.UUIDField(null=True)


class Rating(Record):
    """One organisation's answer about one item. Owned by the lead, said by the respondent."""

    assessment = models.UUIDField(db_index=True)
    code = models.CharField(max_length=120)
    group = models.CharField(max_length=20)
    stage = models.PositiveSmallIntegerField()
    confidence = models.CharField(max_length=6, choices=Confidence.choices)
    evidence_text = models.TextField(blank=True)
    evidence = models.UUIDField(null=True)
    note = models.TextField(blank=True)
    REDACTABLE: ClassVar[tuple[str, ...]] = ("evidence_text", "note")

    class Meta(Record.Meta):
        abstract = False
        constraints = [
            # Two people of one organisation who answer at once: the second sees a clear conflict.
            models.UniqueConstraint(
                "assessment", "code", "said_by", condition=Q(supersedes=None), name="one_first_answer"
            )
        ]

    @property
    def evidenced(self) -> bool:
        """Whether anything is named that bears the rating out (NA-04)."""
        return bool(self.evidence_text or self.evidence)


class PriorityComment(Record):
    """What any party says about a priority, or a priority that it suggests (`suggests`)."""

    arrangement = models.UUIDField(db_index=True)
    priority = models.UUIDField(null=True, db_index=True)
    suggests = models.CharField(max_length=300, blank=True)
    text = models.TextField()
    REDACTABLE: ClassVar[tuple[str, ...]] = ("suggests", "text")
