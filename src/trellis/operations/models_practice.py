"""What a team does besides incidents: hunts, hygiene, exposure, alerts, planted events, known exploited weaknesses."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from trellis.core import clock, ids
from trellis.sharing.records import Record


class HuntOutcome(models.TextChoices):
    """What a hunt came to."""

    NOTHING = "nothing", pgettext_lazy("outcome of a hunt", "Nothing found")
    FINDING = "finding", pgettext_lazy("outcome of a hunt", "Something found")
    OPEN = "inconclusive", pgettext_lazy("outcome of a hunt", "Could not be told")


class Hunt(Record):
    """A search for what no alert told of: the hypothesis, the data looked at, and what stayed.

    A hunt is done once it has a last day. `detection_kept` None is not recorded, which is not no.
    """

    title = models.CharField(_("Short name"), max_length=200)
    hypothesis = models.TextField(_("Hypothesis"), max_length=2000)
    data_used = models.TextField(_("Data looked at"), max_length=2000)
    started_on = models.DateField(_("First day"))
    ended_on = models.DateField(_("Last day"), null=True)
    outcome = models.CharField(_("Outcome"), max_length=12, choices=HuntOutcome.choices, blank=True)
    detection_kept = models.BooleanField(_("A detection was kept"), null=True)
    detection = models.CharField(_("The detection that was kept"), max_length=300, blank=True)
    REDACTABLE: ClassVar[tuple[str, ...]] = ("title", "hypothesis", "data_used", "detection")

    def __str__(self) -> str:
        return self.title


class HuntingStep(Record):
    """Whether one level of hunting (1 to 4, D10) is claimed, and the evidence for it, by id; none is self-declared."""

    LEVELS: ClassVar[list[tuple[int, Any]]] = [
        (1, _("1: searchable data, hunts when somebody asks")),
        (2, _("2: follows published procedures")),
        (3, _("3: writes its own procedures")),
        (4, _("4: automates hunts that worked")),
    ]
    level = models.PositiveSmallIntegerField(_("Level"), choices=LEVELS)
    claimed = models.BooleanField(_("Reached"))
    evidence: Any = models.JSONField(_("Evidence"), default=list)
    note = models.TextField(_("What shows it"), max_length=1000, blank=True)
    REDACTABLE: ClassVar[tuple[str, ...]] = ("note",)

    def __str__(self) -> str:
        return str(self.get_level_display())


class HygieneMeasure(models.TextChoices):
    """What is counted."""

    MFA = "mfa", _("Accounts with a second factor")
    PATCHING = "patching", _("Systems patched in time")
    BACKUPS = "backups", _("Systems with a tested backup")
    LOGGING = "logging", _("Systems whose logs are kept centrally")


class HygieneCount(Record):
    """Covered units out of those in scope, by a source of a day. None is not known, never 0."""

    measure = models.CharField(_("Measure"), max_length=12, choices=HygieneMeasure.choices)
    scope = models.CharField(_("Scope"), max_length=200)
    covered = models.BigIntegerField(_("Covered"), null=True)
    in_scope = models.BigIntegerField(_("In scope"), null=True)
    source = models.CharField(_("Source"), max_length=200)
    source_on = models.DateField(_("Date of the source"), null=True)
    REDACTABLE: ClassVar[tuple[str, ...]] = ("scope", "source")

    def __str__(self) -> str:
        return f"{self.get_measure_display()}: {self.scope}"


class ExposureMeasure(models.TextChoices):
    """What lies open."""

    SERVICES = "services", _("Services reachable from the internet that need not be")
    CRITICALS = "criticals", _("Systems with an unfixed critical weakness")
    LEAKED = "leaked", _("Leaked records")


class ExposureReading(Record):
    """Exposed units and the units in scope, with the date of the inventory (D11). Counts only, never which ones."""

    measure = models.CharField(_("Measure"), max_length=12, choices=ExposureMeasure.choices)
    scope = models.CharField(_("Scope"), max_length=200)
    exposed = models.BigIntegerField(_("Exposed"), null=True)
    in_scope = models.BigIntegerField(_("In scope"), null=True)
    inventory_on = models.DateField(_("Date of the inventory"), null=True)
    source = models.CharField(_("Source"), max_length=200)
    source_on = models.DateField(_("Date of the source"), null=True)
    REDACTABLE: ClassVar[tuple[str, ...]] = ("scope", "source")

    def __str__(self) -> str:
        return f"{self.get_measure_display()}: {self.scope}"


class AlertBatch(Record):
    """Alerts of one source and some days: raised, and of those triaged as true or false. The rest is untriaged."""

    source = models.CharField(_("Source of the alerts"), max_length=200)
    first_day = models.DateField(_("First day"))
    last_day = models.DateField(_("Last day"))
    raised = models.BigIntegerField(_("Raised"))
    true_alerts = models.BigIntegerField(_("Triaged as true"))
    false_alerts = models.BigIntegerField(_("Triaged as false"))
    REDACTABLE: ClassVar[tuple[str, ...]] = ("source",)

    def __str__(self) -> str:
        return self.source

    @property
    def untriaged(self) -> int:
        """Alerts that nobody has judged."""
        return self.raised - self.true_alerts - self.false_alerts


class PlantedOrigin(models.TextChoices):
    """Who planted it."""

    DRILL = "drill", _("Drill")
    RED_TEAM = "red-team", _("Red team")
    TEST = "test", _("Test of a detection")


class PlantedEvent(Record):
    """Something put there to be found: `noticed` None is not recorded, which is not missed."""

    title = models.CharField(_("Short name"), max_length=200)
    origin = models.CharField(_("Planted by"), max_length=10, choices=PlantedOrigin.choices)
    planted_at = models.DateTimeField(_("Planted"))
    noticed = models.BooleanField(_("Noticed"), null=True)
    noticed_at = models.DateTimeField(_("Noticed at"), null=True)
    REDACTABLE: ClassVar[tuple[str, ...]] = ("title",)

    def __str__(self) -> str:
        return self.title


class KevFix(Record):
    """A known exploited vulnerability as its owner knows it: whether it is in use, on how many systems, when fixed.

    Which systems stays out (X-09), and while it is not fixed the record stays inside the organisation.
    """

    cve = models.CharField(_("CVE"), max_length=20, db_index=True)
    title = models.CharField(_("Name"), max_length=250, blank=True)
    vendor = models.CharField(_("Vendor"), max_length=120, blank=True)
    product = models.CharField(_("Product"), max_length=200, blank=True)
    in_use = models.BooleanField(_("In use here"))
    added_on = models.DateField(_("Added to the catalogue"))
    due_on = models.DateField(_("Due"), null=True)
    available_on = models.DateField(_("Fix available since"), null=True)
    fixed_on = models.DateField(_("Fixed everywhere"), null=True)
    systems = models.BigIntegerField(_("Systems affected"), null=True)

    def __str__(self) -> str:
        return self.cve


class KevCatalogue(models.Model):
    """Workspace: the catalogue file that an organisation took in last. It fills forms, and is in no figure."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    owner = models.UUIDField(db_index=True)
    person = models.UUIDField(null=True)
    name = models.CharField(max_length=200)
    version = models.CharField(max_length=40, blank=True)
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=clock.now)
    # One object per entry: cve, title, vendor, product, added_on, due_on (ISO days, due_on may be empty).
    entries: Any = models.JSONField(default=list)
