"""The books of this area, declared."""

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from trellis.core.tables import Choice, Column, Search
from trellis.operations.models_practice import (
    AlertBatch,
    ExposureMeasure,
    ExposureReading,
    Hunt,
    HuntingStep,
    HuntOutcome,
    HygieneCount,
    HygieneMeasure,
    KevFix,
    PlantedEvent,
    PlantedOrigin,
)
from trellis.operations.practice import checks, forms
from trellis.operations.practice.book import Book

STALE = _("no date")
NOT_RECORDED = pgettext_lazy("answer", "not recorded")
TRUTH = [("True", pgettext_lazy("answer", "yes")), ("False", pgettext_lazy("answer", "no"))]


def _evidence(row: HuntingStep) -> str | None:
    """How many files are cited for a level that is reached, or that there is none."""
    if not row.claimed:
        return None
    n = len(row.evidence)
    return ngettext("%(n)s file", "%(n)s files", n) % {"n": n} if n else _now("self-declared")


HUNTS = Book(
    "hunt",
    "hunts",
    Hunt,
    _("Hunts"),
    _("Record a hunt"),
    _("The hypothesis, the data looked at, what it came to and what was kept"),
    _("Searches for what no alert told of. A hunt that finds nothing is worth recording: it says what was looked at."),
    _("Record the next hunt with its hypothesis before it begins, and add what it came to."),
    (
        "title",
        "hypothesis",
        "data_used",
        "started_on",
        "ended_on",
        "outcome",
        "detection_kept",
        "detection",
    ),
    forms.HuntForm,
    [
        Column("title", _("Short name"), sort="title"),
        Column("started_on", _("First day"), sort="started_on", kind="day"),
        Column("ended_on", _("Last day"), sort="ended_on", kind="day", missing=_("goes on")),
        Column("outcome", _("Outcome"), value=lambda row: row.get_outcome_display() or None, missing=NOT_RECORDED),
        Column("detection_kept", _("A detection was kept"), kind="yes", missing=NOT_RECORDED),
    ],
    [Search(_("Words"), ["title", "hypothesis"]), Choice("outcome", _("Outcome"), HuntOutcome.choices)],
    checks.hunt,
    ("title", "hypothesis", "data_used", "detection"),
    "-started_on",
)
STEPS = Book(
    "hunting_step",
    "hunting-steps",
    HuntingStep,
    _("Level of hunting"),
    _("Record a level"),
    _("Which levels of hunting are reached, and whether there is evidence for each"),
    _(
        "Levels 1 to 4, each with what proves it. A level counts when every level below it is reached too; without "
        "evidence it is shown as self-declared."
    ),
    _("Level 0 is alerts only. Record level 1 when data can be searched and somebody hunts when asked."),
    ("level", "claimed", "evidence", "note"),
    forms.StepForm,
    [
        Column("level", _("Level"), sort="level", value=str),
        Column("claimed", _("Reached"), kind="yes"),
        Column("evidence", _("Evidence"), value=_evidence, missing="-"),
        Column("note", _("What shows it"), missing=_("nothing said")),
    ],
    [],
    checks.step,
    ("note",),
    "level",
    same=("level",),
)
HYGIENE = Book(
    "hygiene",
    "hygiene",
    HygieneCount,
    _("Hygiene"),
    _("Record a count"),
    _("How many units are covered by a measure of good practice, out of how many"),
    _(
        "Counts of what is covered out of what is in scope. The newest count of each scope stands; rates of several "
        "are the sums, never a mean of rates."
    ),
    _("Record how many accounts have a second factor, out of all, with the source and its date."),
    ("measure", "scope", "covered", "in_scope", "source", "source_on"),
    forms.HygieneForm,
    [
        Column("scope", _("Scope"), sort="scope"),
        Column("measure", _("Measure"), value=lambda row: row.get_measure_display()),
        Column("covered", _("Covered"), kind="num", sort="covered"),
        Column("in_scope", _("In scope"), kind="num", sort="in_scope"),
        Column("source_on", _("Date of the source"), kind="day", sort="source_on", missing=STALE),
    ],
    [Search(_("Words"), ["scope", "source"]), Choice("measure", _("Measure"), HygieneMeasure.choices)],
    checks.hygiene,
    ("scope", "source"),
    "-source_on",
)
EXPOSURE = Book(
    "exposure",
    "exposure",
    ExposureReading,
    _("Exposure"),
    _("Record a reading"),
    _("How many units lie open, out of how many: counts, never which ones"),
    _("Counts of what lies open out of what is in scope, with the date of the inventory. Never which ones."),
    _("Record how many systems carry an unfixed critical weakness, out of all in the inventory."),
    ("measure", "scope", "exposed", "in_scope", "inventory_on", "source", "source_on"),
    forms.ExposureForm,
    [
        Column("scope", _("Scope"), sort="scope"),
        Column("measure", _("Measure"), value=lambda row: row.get_measure_display()),
        Column("exposed", _("Exposed"), kind="num", sort="exposed"),
        Column("in_scope", _("In scope"), kind="num", sort="in_scope"),
        Column("inventory_on", _("Date of the inventory"), kind="day", sort="inventory_on", missing=STALE),
    ],
    [Search(_("Words"), ["scope", "source"]), Choice("measure", _("Measure"), ExposureMeasure.choices)],
    checks.exposure,
    ("scope", "source"),
    "-inventory_on",
)
ALERTS = Book(
    "alerts",
    "alerts",
    AlertBatch,
    _("Alerts"),
    _("Record alerts"),
    _("How many alerts were raised, and of those triaged how many were true"),
    _("Alerts by source and days: raised, triaged as true, triaged as false. What is left is untriaged and is shown."),
    _("Record the alerts of a week or a month of one source, with how many somebody looked at."),
    ("source", "first_day", "last_day", "raised", "true_alerts", "false_alerts"),
    forms.AlertsForm,
    [
        Column("source", _("Source of the alerts"), sort="source"),
        Column("first_day", _("First day"), kind="day", sort="first_day"),
        Column("last_day", _("Last day"), kind="day", sort="last_day"),
        Column("raised", _("Raised"), kind="num", sort="raised"),
        Column("true_alerts", _("Triaged as true"), kind="num"),
        Column("false_alerts", _("Triaged as false"), kind="num"),
        Column("untriaged", _("Untriaged"), kind="num"),
    ],
    [Search(_("Words"), ["source"])],
    checks.alerts,
    ("source",),
    "-last_day",
    same=("source", "first_day", "last_day"),
)
PLANTED = Book(
    "planted",
    "planted",
    PlantedEvent,
    _("Planted events"),
    _("Record a planted event"),
    _("What was put there to be found, and whether it was noticed"),
    _(
        "What drills and red teams put there to be found. Only of these is it known how many there were, so only of "
        "these a rate of detection is told."
    ),
    _("Record each thing that a drill or a red team plants, and afterwards whether it was noticed."),
    ("title", "origin", "planted_at", "noticed", "noticed_at"),
    forms.PlantedForm,
    [
        Column("title", _("Short name"), sort="title"),
        Column("origin", _("Planted by"), value=lambda row: row.get_origin_display()),
        Column("planted_at", _("Planted"), kind="when", sort="planted_at"),
        Column("noticed", _("Noticed"), kind="yes", missing=NOT_RECORDED),
        Column("noticed_at", _("Noticed at"), kind="when", missing="-"),
    ],
    [Search(_("Words"), ["title"]), Choice("origin", _("Planted by"), PlantedOrigin.choices)],
    checks.planted,
    ("title",),
    "-planted_at",
)
KEV = Book(
    "kev",
    "kev",
    KevFix,
    _("Known exploited vulnerabilities"),
    _("Record a vulnerability"),
    _("Which known exploited vulnerabilities are in use, and when each was fixed; open ones stay inside the owner"),
    _(
        "Vulnerabilities that are known to be exploited, as far as your organisation has looked: in use or not, on how "
        "many systems, and since when fixed. Those that are open stay inside your organisation."
    ),
    _("Load the catalogue file, then say of each entry whether it is in use here."),
    (
        "cve",
        "title",
        "vendor",
        "product",
        "in_use",
        "added_on",
        "due_on",
        "available_on",
        "fixed_on",
        "systems",
    ),
    forms.KevForm,
    [
        Column("cve", _("CVE"), sort="cve"),
        Column("product", _("Product"), value=lambda row: f"{row.vendor} {row.product}".strip() or None),
        Column("in_use", _("In use here"), kind="yes"),
        Column("added_on", _("Added"), kind="day", sort="added_on"),
        Column("due_on", _("Due"), kind="day", sort="due_on", missing=_("no date")),
        Column("fixed_on", _("Fixed everywhere"), kind="day", sort="fixed_on", missing="-"),
        Column("systems", _("Systems affected"), kind="num", missing=pgettext_lazy("count", "not known")),
    ],
    [
        Search(_("CVE or words"), ["cve", "title", "vendor", "product"]),
        Choice("in_use", _("In use here"), TRUTH),
    ],
    checks.kev,
    ("cve", "title", "vendor", "product"),
    "-added_on",
    same=("cve",),
    label="AMBER+STRICT",
)
BOOKS = (HUNTS, STEPS, HYGIENE, EXPOSURE, ALERTS, PLANTED, KEV)
