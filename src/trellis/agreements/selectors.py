"""Reads of agreements: those in force, their versions, what lies outside their scope."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from trellis.agreements.models import Agreement
from trellis.agreements.schemas import AgreementView
from trellis.core import clock, reading
from trellis.core.conditions import Hidden
from trellis.governance.models import Key
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.planning import selectors as planning
from trellis.planning.schemas import ActivityView


def _view(row: Agreement) -> AgreementView:
    return AgreementView(
        row.subject,
        row.version,
        row.title,
        row.starts_on,
        row.ends_on,
        frozenset(UUID(d) for d in row.donors),
        frozenset(UUID(a) for a in row.activities),
        frozenset(row.strands),
        row.currency,
        row.ceiling,
    )


def agreements(arrangement: UUID, at: datetime | None = None) -> list[AgreementView]:
    """Every agreement in the version signed last, by its start."""
    return _agreements(arrangement, at)


@reading.together
def _agreements(arrangements: Sequence[UUID], at: datetime | None) -> dict[UUID, list[AgreementView]]:
    found: dict[UUID, list[AgreementView]] = {arrangement: [] for arrangement in arrangements}
    for row in Agreement.objects.as_of(at).filter(stream__in=arrangements).order_by("starts_on", "subject"):
        found[row.stream].append(_view(row))
    return found


def in_force(
    arrangement: UUID, day: date | None = None, donor: UUID | None = None, at: datetime | None = None
) -> list[AgreementView]:
    """Agreements whose term holds `day` (today without one), of one donor if named, as signed at `at`."""
    day = day or clock.today()
    return [
        row
        for row in agreements(arrangement, at)
        if row.starts_on <= day <= row.ends_on and (donor is None or donor in row.donors)
    ]


def agreement(arrangement: UUID, subject: UUID, at: datetime | None = None) -> AgreementView | None:
    """One agreement in the version signed last (by `at`), or None."""
    return next((row for row in agreements(arrangement, at) if row.id == subject), None)


def versions(viewer: Viewer, arrangement: UUID, subject: UUID) -> list[Agreement]:
    """All versions, newest first. Raises Hidden for who is no party, or where there is none."""
    parties.programme_for(viewer, arrangement)
    rows = list(Agreement.objects.filter(stream=arrangement, subject=subject).order_by("-version"))
    if not rows:
        raise Hidden()
    return rows


def out_of_scope(arrangement: UUID, activities: Iterable[tuple[UUID, str]], day: date | None = None) -> set[UUID]:
    """EXI-02: of the activities (id and strand), those that no agreement in force covers.

    Without any agreement in force nothing is in scope.
    """
    held = in_force(arrangement, day)
    return {activity for activity, strand in activities if not any(found.covers(activity, strand) for found in held)}


def activities_out_of_scope(arrangement: UUID, day: date | None = None) -> list[ActivityView]:
    """EXI-02: the activities of the plan in force that no agreement in force covers."""
    found = planning.activities(arrangement)
    outside = out_of_scope(arrangement, [(a.id, a.strand) for a in found], day)
    return [a for a in found if a.id in outside]


def facts(row: Agreement) -> dict[str, Any]:
    """A version as a form or the API gives it."""
    names = ("version", "title", "languages", "starts_on", "ends_on", "donors", "activities", "strands")
    more = ("currency", "ceiling", "change")
    return {"agreement": row.subject, **row.clauses, **{name: getattr(row, name) for name in names + more}}


def signatures(row: Agreement) -> list[dict[str, Any]]:
    """The keys that adopted a version: organisation, side, person, right and time."""
    keys = Key.objects.filter(slot__decision=row.decision, taken_back=None, at__lte=row.at).select_related("slot")
    found = list(keys.order_by("at", "seq"))
    organisations = parties.organisation_names({key.organisation for key in found})
    people = parties.person_names({key.person for key in found})
    return [
        {
            "side": key.slot.side,
            "organisation": organisations.get(key.organisation, ""),
            "person": people.get(key.person, ""),
            "right": key.right,
            "at": key.at,
        }
        for key in found
    ]
