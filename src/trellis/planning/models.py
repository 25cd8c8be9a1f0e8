"""The partner's strategic direction, and the plan that both sides adopted. All co-owned."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from trellis.core.coowned import CoOwned


class Strand(models.TextChoices):
    """The three strands that a plan needs (NA-01)."""

    POLICY = "policy", _("Policy")
    TECHNICAL = "technical-training", _("Technical training")
    CAPACITY = "long-term-capacity", _("Long-term capacity")


class ActivityKind(models.TextChoices):
    """What an activity is."""

    TRAINING = "training", _("Training")
    ADVISORY = "advisory", _("Advice")
    EQUIPMENT = "equipment", _("Equipment")
    EXERCISE = "exercise", _("Exercise")
    MENTORING = "mentoring", _("Mentoring")
    RESEARCH = "research", _("Research")
    AWARENESS = "awareness", _("Awareness")
    OTHER = "other", _("Other")


class Phase(models.TextChoices):
    """Where a national strategy stands in its life."""

    PREPARED = "prepared", _("Being prepared")
    ADOPTED = "adopted", _("Adopted")
    CARRIED_OUT = "carried-out", _("Being carried out")
    REVIEWED = "reviewed", _("Under review")


class Direction(CoOwned):
    """The strategic direction of the partner side. Subject is derived from the programme."""

    title = models.CharField(max_length=300)
    text = models.TextField(blank=True)
    phase = models.CharField(max_length=12, choices=Phase.choices)


class DirectionObjective(CoOwned):
    """An objective of the direction, with the development goals and sectors that it serves (OWN-07)."""

    place = models.PositiveIntegerField()
    title = models.CharField(max_length=300)
    goals: Any = models.JSONField(default=list)
    sectors: Any = models.JSONField(default=list)


class Plan(CoOwned):
    """The heading of the plan in force. Subject is derived from the programme; `decision` is its adoption."""

    title = models.CharField(max_length=300)
    number = models.PositiveIntegerField()
    assessment = models.UUIDField()
    reason = models.TextField(blank=True)


class PlanObjective(CoOwned):
    """An objective of the plan; `serves` is the objective of the direction behind it, or None."""

    place = models.PositiveIntegerField()
    title = models.CharField(max_length=300)
    serves = models.UUIDField(null=True)


class Activity(CoOwned):
    """One activity of the plan. `function` is the id of a function of the catalogue, where one is named."""

    place = models.PositiveIntegerField()
    title = models.CharField(max_length=300)
    strand = models.CharField(max_length=20, choices=Strand.choices)
    kind = models.CharField(max_length=12, choices=ActivityKind.choices)
    objective = models.UUIDField(null=True)
    gaps: Any = models.JSONField(default=list)
    lead = models.UUIDField()
    start = models.DateField()
    end = models.DateField()
    amount = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True)
    funded_by = models.UUIDField(null=True)
    initiated_by = models.UUIDField(null=True)
    function = models.CharField(max_length=60, blank=True)
    context_note = models.TextField(blank=True)
    legal_basis = models.TextField(blank=True)
    plan_objective = models.TextField(blank=True)
    copied_from = models.CharField(max_length=300, blank=True)
    adaptations = models.TextField(blank=True)
