"""Policies on their ladder, and pairs of agencies with their protocol (MEA-08, MEA-09)."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from trellis.sharing.records import Record


class Policy(Record):
    """A policy that a strategy planned, due on a day, with the day of each step that it has reached.

    Owned by the organisation of the partner side that answers for it; `context` is the programme. `objective` is one of
    the strategic direction, if any.
    """

    title = models.CharField(_("Title"), max_length=200)
    strategy = models.CharField(_("Strategy"), max_length=200)
    objective = models.UUIDField(null=True)
    due = models.DateField(_("Due"))
    drafted = models.DateField(_("Drafted"), null=True)
    consulted = models.DateField(_("Consulted on"), null=True)
    adopted = models.DateField(_("Adopted"), null=True)
    in_force = models.DateField(_("In force"), null=True)
    ended = models.DateField(_("Ended"), null=True)
    source = models.CharField(_("Source"), max_length=300, blank=True)
    REDACTABLE: ClassVar[tuple[str, ...]] = ("source",)

    def __str__(self) -> str:
        return self.title


class AgencyPair(Record):
    """Two agencies that work together: whether that is required, their protocol's term, and its last exercise.

    `protocol_title` and `starts` are empty while there is no protocol.
    """

    first = models.CharField(_("Agency"), max_length=200)
    second = models.CharField(_("Other agency"), max_length=200)
    required = models.BooleanField(_("Required"), default=True)
    ground = models.CharField(_("Why they have to"), max_length=300, blank=True)
    protocol_title = models.CharField(_("Protocol"), max_length=200, blank=True)
    starts = models.DateField(_("In force from"), null=True)
    ends = models.DateField(_("Until"), null=True)
    exercised = models.DateField(_("Last exercised"), null=True)
    exercise = models.CharField(_("In which exercise"), max_length=200, blank=True)
    REDACTABLE: ClassVar[tuple[str, ...]] = ("exercise",)

    def __str__(self) -> str:
        return f"{self.first}, {self.second}"
