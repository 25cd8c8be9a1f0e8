"""Courses and what is known of their participants, who are known by a code and never by a name."""

from decimal import Decimal
from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from trellis.core import clock, ids
from trellis.sharing.records import Record


class Modality(models.TextChoices):
    """How capacity is passed on."""

    SHORT = "short-course", _("Short course")
    MENTORSHIP = "mentorship", _("Mentorship")
    SECONDMENT = "secondment", _("Secondment")
    UNIVERSITY = "university", _("University course")


class Test(models.TextChoices):
    """Which of the two tests of a course."""

    PRE = "pre", _("before")
    POST = "post", _("after")


class Course(Record):
    """A course of an activity in the plan, owned by the organisation that trains. `context` is the programme.

    `trainers` says who teaches by role or organisation. `maximum` is the highest mark of both tests.
    """

    activity = models.UUIDField(db_index=True)
    title = models.CharField(_("Title"), max_length=200)
    topic = models.CharField(_("Topic"), max_length=200, blank=True)
    modality = models.CharField(_("Kind"), max_length=14, choices=Modality.choices)
    starts = models.DateField(_("First day"))
    ends = models.DateField(_("Last day"))
    trainers = models.CharField(_("Who teaches"), max_length=300, blank=True)
    follow_on = models.TextField(_("What follows"), blank=True)
    maximum = models.DecimalField(_("Highest mark"), max_digits=7, decimal_places=2, default=Decimal(100))
    REDACTABLE: ClassVar[tuple[str, ...]] = ("trainers", "follow_on")

    def __str__(self) -> str:
        return self.title


class Participant(Record):
    """Somebody in a course: a code, their organisation, whether they came, how they found it (1 to 5)."""

    course = models.UUIDField(db_index=True)
    code = models.CharField(_("Code"), max_length=20, blank=True)
    organisation = models.UUIDField(null=True)
    attended = models.BooleanField(_("Attended"), null=True)
    reaction = models.PositiveSmallIntegerField(
        _("Reaction, 1 to 5"), null=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    REDACTABLE: ClassVar[tuple[str, ...]] = ("code", "organisation", "reaction")


class Score(Record):
    """The mark of one participant in one test, of `maximum`."""

    course = models.UUIDField(db_index=True)
    code = models.CharField(_("Code"), max_length=20, blank=True)
    test = models.CharField(_("Test"), max_length=4, choices=Test.choices)
    mark = models.DecimalField(_("Mark"), max_digits=7, decimal_places=2, null=True)
    maximum = models.DecimalField(max_digits=7, decimal_places=2)
    REDACTABLE: ClassVar[tuple[str, ...]] = ("code", "mark")


class ScoreReport(models.Model):
    """Workspace: a file of scores that was read, what each row came to, and its bytes until it is written."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    owner = models.UUIDField(db_index=True)
    course = models.UUIDField()
    person = models.UUIDField(null=True)
    name = models.CharField(max_length=200)
    content = models.BinaryField(null=True)
    made_at = models.DateTimeField(default=clock.now)
    written_at = models.DateTimeField(null=True)
    # One list per row of the file: line, code, state, reasons.
    rows: Any = models.JSONField(default=list)

    def count(self, *states: str) -> int:
        """How many rows came to one of these states."""
        return sum(row[2] in states for row in self.rows)
