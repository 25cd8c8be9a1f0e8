"""Writes of delivery: courses opened by who trains, and what is recorded of their participants."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.core import ledger, staging
from trellis.core.conditions import Blocked, Conflict, Hidden, Invalid, unmet
from trellis.delivery import access, loading, selectors, store
from trellis.delivery.models import Course, Modality, ScoreReport
from trellis.delivery.schemas import Person, Said
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.sharing import records
from trellis.sharing import services as sharing
from trellis.sharing.models import Audience

FIELDS = ("title", "topic", "modality", "starts", "ends", "trainers", "follow_on", "maximum")
_MAIL = re.compile(r"\S+@\S+\.\S+")

# Imports are services too; page, API and command enter here.
scores_read = loading.read
scores_write = loading.write
scores_import = loading.scores_import


@transaction.atomic
def course_open(
    viewer: Viewer,
    programme: UUID,
    *,
    title: str,
    activity: UUID,
    starts: date,
    ends: date,
    modality: str = Modality.SHORT,
    topic: str = "",
    trainers: str = "",
    follow_on: str = "",
    maximum: Decimal = Decimal(100),
) -> Course:
    """Opens a course of an activity in the plan; the viewer's organisation trains and owns its records.

    All parties of the programme see the course itself, by a grant that this carries; participants and scores
    stay with the owner. Blocked unless the activity is in the plan with consent in force (OWN-05), Invalid by
    field.
    """
    parties.programme_for(viewer, programme)
    said = {name: value for name, value in locals().items() if name in FIELDS}
    _require(said)
    conditions = selectors.open_conditions(programme, activity, starts, ends)
    if unmet(conditions):
        raise Blocked(_("The course is not opened: conditions are not met."), conditions)
    row = Course(**said, activity=activity, context=programme, label="GREEN")
    records.write(viewer.actor, [row])
    audience = {"audience": Audience.PARTIES, "arrangement": programme, "ceiling": "GREEN"}
    sharing.carry(
        viewer.actor,
        selectors.COURSE,
        row.subject,
        audience,
        _("Courses of the programme are known to its parties"),
    )
    return row


@transaction.atomic
def course_correct(
    viewer: Viewer, programme: UUID, course: UUID, why: str, *, seen: UUID | None = None, **changes: Any
) -> Course:
    """Records what is known of a course now; the version before stays.

    The highest mark cannot change once marks are recorded. Refused for all but the owner, Conflict when `seen`
    is not the newest version.
    """
    row = access.owned(viewer, programme, course)
    if seen is not None and seen != row.pk:
        raise Conflict(_("Somebody corrected this record a moment ago. Look at the newest version, then decide."))
    if not why.strip():
        raise Invalid({"why": _("Say what was learned")})
    said = {**{name: getattr(row, name) for name in FIELDS}, **changes}
    if set(said) != set(FIELDS):
        raise Invalid({name: _("This cannot be corrected.") for name in set(said) - set(FIELDS)})
    _require(said)
    if said["maximum"] != row.maximum and any(
        s.pre is not None or s.post is not None for s in selectors.scores_at(course)
    ):
        raise Invalid({"maximum": _("Marks are recorded on the present scale; it stays.")})
    return records.correct(row, viewer.actor, why, **changes)


@transaction.atomic
def course_retract(viewer: Viewer, programme: UUID, course: UUID, why: str) -> Course:
    """Says that a course no longer stands, and why."""
    row = access.owned(viewer, programme, course)
    if not why.strip():
        raise Invalid({"why": _("Say why the record no longer stands")})
    return records.retract(row, viewer.actor, why)


@transaction.atomic
def participants_say(
    viewer: Viewer, programme: UUID, course: UUID, said: Sequence[Said], why: str = ""
) -> list[Person]:
    """Records attendance, reactions and marks of participants, together in one entry.

    None leaves a thing as it is; what differs from what is recorded corrects it, which needs `why`. Blocked
    without consent in force, Refused for all but the owner, Invalid for a code that looks like a name, a mark off
    the scale, or a correction without a reason.
    """
    row = access.owned(viewer, programme, course)
    access.require_consent(row)
    ledger.lock(row.owner)
    held = store.Held(row)
    for one in (replace(given, code=given.code.strip().upper()) for given in said):
        store.check(row, one)
        held.take(one, why)
    if held.rows:
        records.write(viewer.actor, held.rows)
    return selectors.people_at(course)


def score_report(viewer: Viewer, report: UUID) -> ScoreReport:
    """The report of an import of the viewer's organisation. Raises Hidden for any other."""
    found = ScoreReport.objects.filter(pk=report, owner=viewer.organisation).first() if viewer.organisation else None
    if found is None:
        raise Hidden()
    return found


def _require(said: dict[str, Any]) -> None:
    wrong: dict[str, str] = {}
    if not said["title"].strip():
        wrong["title"] = _("Write something here")
    if said["modality"] not in Modality.values:
        wrong["modality"] = _("Choose one from the list")
    if said["ends"] < said["starts"]:
        wrong["ends"] = _("The last day is before the first")
    if not 0 < said["maximum"] <= 10_000:
        wrong["maximum"] = _("Enter a mark of more than 0, at most 10,000")
    for name in ("trainers", "follow_on"):
        if _MAIL.search(said[name]):
            wrong[name] = _("Leave out addresses of people")
    if wrong:
        raise Invalid(wrong)


def score_files_expire() -> int:
    """Deletes files that were read for an import and never written; for the worker. Returns how many."""
    return staging.expire(ScoreReport)
