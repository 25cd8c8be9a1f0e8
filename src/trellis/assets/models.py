"""Security tests of the host, what authorises them, and what they found. All of it stays with the host."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from trellis.assets.vocabulary import Kind, Severity
from trellis.sharing.records import Record

STRICT = "AMBER+STRICT"
# Days outside of these are slips of the pen.
FIRST, LAST = date(1990, 1, 1), date(2199, 12, 31)


def lines(text: str) -> list[str]:
    """What stands on each line of a scope, trimmed, without empty lines and repetitions."""
    found = {" ".join(line.split()).casefold(): " ".join(line.split()) for line in text.splitlines() if line.strip()}
    return list(found.values())


def odd_days(said: Mapping[str, Any]) -> dict[str, str]:
    """The days and moments among what is said that cannot be meant, by field."""
    found = {}
    for name, value in said.items():
        day = value.date() if isinstance(value, datetime) else value
        if isinstance(day, date) and not FIRST <= day <= LAST:
            found[name] = gettext("Enter a date between 1990 and 2199")
    return found


class SecurityTest(Record):
    """A vulnerability assessment, penetration test or red-team exercise that the host has made of itself.

    `scope` holds one system, network or site per line. Whether it is authorised, runs, or was stopped is computed.
    """

    title = models.CharField(_("Short name"), max_length=200)
    kind = models.CharField(_("Kind"), max_length=11, choices=Kind.choices)
    scope = models.TextField(_("Scope"), max_length=8000)
    rules = models.TextField(_("Rules of engagement"), max_length=8000, blank=True)
    tester = models.CharField(_("Who tests"), max_length=300)
    planned_from = models.DateField(_("Planned from"), db_index=True)
    planned_until = models.DateField(_("Planned until"))
    begun_at = models.DateTimeField(_("Begun"), null=True)
    ended_at = models.DateTimeField(_("Ended"), null=True)
    reported_on = models.DateField(_("All findings recorded"), null=True)
    REDACTABLE: ClassVar[tuple[str, ...]] = ("title", "scope", "rules", "tester")

    def __str__(self) -> str:
        return self.title or str(self.get_kind_display())

    @property
    def targets(self) -> list[str]:
        """The lines of the scope."""
        return lines(self.scope)


class Authorisation(Record):
    """A written authorisation of one test: what it allows, from when until when, who signed it, and its file.

    It is not corrected but withdrawn, and another one given. Days are those of the host's time zone.
    """

    test = models.UUIDField(db_index=True)
    reference = models.CharField(_("Number of the document"), max_length=80)
    signed_by = models.CharField(_("Signed by"), max_length=200)
    signed_on = models.DateField(_("Signed"))
    scope = models.TextField(_("Scope"), max_length=8000)
    starts_on = models.DateField(_("In force from"))
    ends_on = models.DateField(_("In force until"))
    evidence = models.UUIDField(_("File"))
    withdrawn_at = models.DateTimeField(_("Withdrawn"), null=True)
    REDACTABLE: ClassVar[tuple[str, ...]] = ("signed_by", "scope")

    def __str__(self) -> str:
        return self.reference

    @property
    def targets(self) -> list[str]:
        """The lines of its scope."""
        return lines(self.scope)


class Finding(Record):
    """What a test found: how severe, by when to be fixed, when it was. An accepted risk says since when and why."""

    test = models.UUIDField(db_index=True)
    reference = models.CharField(_("Number"), max_length=40)
    severity = models.CharField(_("Severity"), max_length=8, choices=Severity.choices)
    title = models.CharField(_("Title"), max_length=200)
    detail = models.TextField(_("Detail"), max_length=20000, blank=True)
    found_on = models.DateField(_("Found"))
    due_on = models.DateField(_("Fix by"))
    fixed_on = models.DateField(_("Fixed"), null=True)
    accepted_on = models.DateField(_("Risk accepted"), null=True)
    accepted_why = models.TextField(_("Why the risk is accepted"), max_length=2000, blank=True)
    REDACTABLE: ClassVar[tuple[str, ...]] = ("title", "detail", "accepted_why")

    class Meta:
        indexes: ClassVar[list[Any]] = [models.Index(fields=["owner", "superseded_at", "due_on"])]

    def __str__(self) -> str:
        return f"{self.reference}: {self.title}" if self.title else self.reference
