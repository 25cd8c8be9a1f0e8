"""Words of security tests, and by when a finding is to be fixed unless the host says otherwise."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Kind(models.TextChoices):
    """What kind of test."""

    ASSESSMENT = "assessment", _("Vulnerability assessment")
    PENETRATION = "penetration", _("Penetration test")
    RED_TEAM = "red-team", _("Red-team exercise")


class Severity(models.TextChoices):
    """How severe a finding is; the same words as for incidents."""

    CRITICAL = "critical", _("Critical")
    HIGH = "high", _("High")
    MEDIUM = "medium", _("Medium")
    LOW = "low", _("Low")


# Critical and high as in CISA's Binding Operational Directive 19-02 (2019); it says nothing of the other two.
DAYS: dict[str, int] = {"critical": 15, "high": 30, "medium": 90, "low": 180}

TEST_STATES = {
    "unauthorised": _("planned, not authorised"),
    "authorised": _("planned and authorised"),
    "running": pgettext_lazy("a test", "running"),
    "stopped": _("stopped: no authorisation in force"),
    "done": pgettext_lazy("a test", "done"),
    "retracted": pgettext_lazy("a test", "called off"),
}
AUTHORISATION_STATES = {
    "coming": pgettext_lazy("an authorisation", "not yet in force"),
    "in force": pgettext_lazy("an authorisation", "in force"),
    "over": pgettext_lazy("an authorisation", "has run out"),
    "withdrawn": pgettext_lazy("an authorisation", "withdrawn"),
}
FINDING_STATES = {
    "overdue": pgettext_lazy("a finding", "overdue"),
    "open": pgettext_lazy("a finding", "open, not yet due"),
    "accepted": pgettext_lazy("a finding", "risk accepted"),
    "fixed": pgettext_lazy("a finding", "fixed"),
}
COUNTED = {
    "found": pgettext_lazy("findings", "Found"),
    "open": pgettext_lazy("findings", "Open"),
    "overdue": pgettext_lazy("findings", "Overdue"),
    "fixed": pgettext_lazy("findings", "Fixed"),
    "accepted": pgettext_lazy("findings", "Risk accepted"),
}
# Who inside the host may give and withdraw an authorisation, besides its administrators.
GIVERS = ("coordinator", "cert-lead")
LABELS = ("RED", "AMBER+STRICT")
