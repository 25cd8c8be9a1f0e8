"""Reads of rights questions, now or as of a moment."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from trellis.core import reading
from trellis.core.conditions import Condition, Hidden
from trellis.law.models import RightsQuestion
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer


def questions(viewer: Viewer, arrangement: UUID) -> list[RightsQuestion]:
    """Every question of a programme, open ones first, then newest. Raises Hidden for who is no party."""
    parties.programme_for(viewer, arrangement)
    rows = RightsQuestion.objects.current().filter(stream=arrangement)
    return list(rows.order_by("-open", "-opened_at"))


def question(viewer: Viewer, arrangement: UUID, subject: UUID) -> RightsQuestion:
    """One question. Raises Hidden for who is no party, or where there is none."""
    parties.programme_for(viewer, arrangement)
    found: RightsQuestion | None = RightsQuestion.objects.current().filter(stream=arrangement, subject=subject).first()
    if found is None:
        raise Hidden()
    return found


def open_questions(
    arrangement: UUID, about: UUID | Iterable[UUID] | None = None, at: datetime | None = None
) -> list[RightsQuestion]:
    """Questions open at a moment (now without one).

    Without `about` all of the programme; with it those about one of these or about the whole programme.
    For what the system checks; pages of parties may show them.
    """
    rows = _open(arrangement, at)
    if about is None:
        return rows
    wanted = {about} if isinstance(about, UUID) else set(about)
    return [row for row in rows if row.about in wanted or row.about in (None, arrangement)]


def _open(arrangement: UUID, at: datetime | None) -> list[RightsQuestion]:
    rows = _versions(arrangement)
    if at is None:
        return [row for row in rows if row.open and row.closed_seq is None]
    return [row for row in rows if row.open and row.at <= at and (row.closed_at is None or row.closed_at > at)]


@reading.together
def _versions(arrangements: Sequence[UUID]) -> dict[UUID, list[RightsQuestion]]:
    found: dict[UUID, list[RightsQuestion]] = {arrangement: [] for arrangement in arrangements}
    for row in RightsQuestion.objects.filter(stream__in=arrangements).order_by("opened_at", "seq"):
        found[row.stream].append(row)
    return found


def changes(arrangement: UUID, at: datetime | None = None) -> list[RightsQuestion]:
    """Every version known at a moment, oldest first: when each question opened and closed."""
    rows = RightsQuestion.objects.filter(stream=arrangement)
    if at is not None:
        rows = rows.filter(at__lte=at)
    return list(rows.order_by("at", "seq"))


def condition(arrangement: UUID, about: UUID | Iterable[UUID] | None, name: str) -> Condition:
    """The condition that no blocking question is open, naming those that are."""
    found = open_questions(arrangement, about)
    names = parties.organisation_names({row.raised_by for row in found})
    note = "; ".join(
        f"{row.title} ({names.get(row.raised_by, '')}, {row.opened_at.date().isoformat()})" for row in found
    )
    return Condition(name, not found, note)
