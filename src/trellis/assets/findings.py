"""Writes of findings: recorded one by one or many at once, corrected by a successor, fixed, retracted."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.assets import selectors
from trellis.assets.models import Finding, odd_days
from trellis.assets.schemas import TestView
from trellis.assets.testing import locked
from trellis.assets.vocabulary import DAYS, Severity
from trellis.core import clock, formats
from trellis.core.conditions import Blocked, Condition, Conflict, Invalid
from trellis.core.indicators import live_indicators, named
from trellis.parties.schemas import Viewer
from trellis.sharing import records

FIELDS = (
    "reference", "severity", "title", "detail", "found_on", "due_on", "fixed_on", "accepted_on", "accepted_why",
)  # fmt: skip
TEXTS = {"reference": 40, "title": 200, "detail": 20000, "accepted_why": 2000}


@transaction.atomic
def finding_record(
    viewer: Viewer,
    test: UUID,
    *,
    reference: str,
    severity: str,
    title: str,
    found_on: date,
    detail: str = "",
    due_on: date | None = None,
    fixed_on: date | None = None,
    accepted_on: date | None = None,
    accepted_why: str = "",
) -> Finding:
    """Records what a test found. Without `due_on` it is to be fixed by the date that its severity gives.

    Blocked for a test that has not begun, Invalid by field.
    """
    said = {name: value for name, value in locals().items() if name in FIELDS}
    locked(viewer, test)
    view = require_begun(viewer, test)
    kept = trimmed(said)
    wrong = problems(kept, view, references(view))
    if wrong:
        raise Invalid(wrong)
    return findings_write(viewer, view, [kept])[0]


def findings_write(viewer: Viewer, view: TestView, found: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """Writes findings that hold, together, with the label and readers of their test."""
    same = {"test": view.id, "label": view.row.label, "readers": view.row.readers, "context": view.row.context}
    rows = [Finding(**said, **same) for said in found]
    records.write(viewer.actor, rows)
    return rows


@transaction.atomic
def finding_correct(viewer: Viewer, finding: UUID, why: str, *, seen: UUID | None = None, **changes: Any) -> Finding:
    """Says what is known of a finding now; the version before stays. The fix date stays unless another is said."""
    last = selectors.finding(viewer, finding)
    locked(viewer, last.test)
    last = selectors.finding(viewer, finding)
    if seen is not None and seen != last.pk:
        raise Conflict(_("Somebody corrected this record a moment ago. Look at the newest version, then decide."))
    if not why.strip():
        raise Invalid({"why": _("Say why.")})
    if unknown := set(changes) - set(FIELDS):
        raise Invalid({name: _("This cannot be said here.") for name in unknown})
    view = require_begun(viewer, last.test)
    kept = trimmed({name: changes.get(name, getattr(last, name)) for name in FIELDS})
    wrong = problems(kept, view, references(view) - {last.reference.casefold()})
    if wrong:
        raise Invalid(wrong)
    return records.correct(last, viewer.actor, why.strip(), **kept)


def finding_fix(viewer: Viewer, finding: UUID, fixed_on: date | None = None, *, seen: UUID | None = None) -> Finding:
    """Says that a finding is fixed, today unless another day is said."""
    return finding_correct(viewer, finding, _("It is fixed"), seen=seen, fixed_on=fixed_on or clock.today())


@transaction.atomic
def finding_retract(viewer: Viewer, finding: UUID, why: str) -> Finding:
    """Says that a finding does not stand (a false alarm, a repetition), and why. Its history stays."""
    last = selectors.finding(viewer, finding)
    locked(viewer, last.test)
    if not why.strip():
        raise Invalid({"why": _("Say why.")})
    return records.retract(selectors.finding(viewer, finding), viewer.actor, why.strip())


def require_begun(viewer: Viewer, test: UUID) -> TestView:
    """The test if it has begun. Blocked otherwise: nothing is found by a test that never ran."""
    view = selectors.test(viewer, test)
    if view.row.begun_at is None:
        unmet = Condition(_("The test has begun"), False, _("Record that it begins, or that it was done."))
        raise Blocked(_("Findings are recorded once the test has begun."), [unmet])
    return view


def references(view: TestView) -> set[str]:
    """The numbers that findings of a test bear, without regard to capitals."""
    rows = Finding.records.privileged().as_of(None).filter(test=view.id)
    return {reference.casefold() for reference in rows.values_list("reference", flat=True)}


def trimmed(said: Mapping[str, Any]) -> dict[str, Any]:
    """What is said of a finding, trimmed, with the fix date that its severity gives where none is said."""
    found = {name: said.get(name) for name in FIELDS}
    for name in TEXTS:
        found[name] = str(found[name] or "").strip()
    begun, severity = found["found_on"], found["severity"]
    if found["due_on"] is None and begun is not None and severity in DAYS and not odd_days({"found_on": begun}):
        found["due_on"] = begun + timedelta(days=DAYS[severity])
    return found


def problems(said: Mapping[str, Any], view: TestView, held: set[str]) -> dict[str, str]:
    """What is wrong with a finding, by field; `held` are numbers that are taken. No text names a system (X-09)."""
    wrong: dict[str, str] = {}
    for name, most in TEXTS.items():
        if name in ("reference", "title") and not said[name]:
            wrong[name] = _("Write something here")
        elif len(said[name]) > most:
            wrong[name] = _("At most %(n)s characters") % {"n": most}
        elif kinds := live_indicators(said[name]):
            words = _("The text holds %(kinds)s. Which system it is stays in your own report; say it in general words.")
            wrong[name] = words % {"kinds": named(kinds)}
    if said["reference"].casefold() in held:
        wrong["reference"] = _("A finding of this test has this number already")
    if said["severity"] not in Severity.values:
        wrong["severity"] = _("Choose one from the list")
    if said["accepted_on"] is not None and not said["accepted_why"]:
        wrong["accepted_why"] = _("Say why the risk is accepted")
    if said["accepted_why"] and said["accepted_on"] is None:
        wrong["accepted_on"] = _("Say since which day the risk is accepted")
    return {**(odd_days(said) or _days_wrong(said, view)), **wrong}


def _days_wrong(said: Mapping[str, Any], view: TestView) -> dict[str, str]:
    found = said["found_on"]
    if found is None:
        return {"found_on": _("Enter a date, such as 8 July 2027")}
    wrong: dict[str, str] = {}
    first, last = view.row.begun_at, view.row.ended_at or view.stopped_at
    if first is not None and found < first.date():
        wrong["found_on"] = _("The test began on %(day)s") % {"day": formats.day(first.date())}
    elif last is not None and found > last.date():
        wrong["found_on"] = _("No authorised test ran on this day: it was over on %(day)s") % {
            "day": formats.day(last.date())
        }
    for name in ("due_on", "fixed_on", "accepted_on"):
        if said[name] is not None and said[name] < found:
            wrong[name] = _("This is before it was found")
    for name in ("found_on", "fixed_on", "accepted_on"):
        if said[name] is not None and said[name] > clock.today():
            wrong[name] = _("This lies in the future")
    return wrong
