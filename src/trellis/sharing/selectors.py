"""Reads of sharing: consent in force, grants given and received, the access log."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from django.db.models import QuerySet

from trellis.core import clock, reading
from trellis.core.conditions import Condition
from trellis.parties.schemas import Viewer
from trellis.sharing import gate
from trellis.sharing.models import Access, Consent, Grant
from trellis.sharing.rows import RecordQuerySet


def consents_in_force(
    arrangement: UUID, scope: str, about: UUID | None = None, at: datetime | None = None
) -> list[Consent]:
    """Consents in force at a moment (now without one): for what the system checks, not for pages."""
    at = at or clock.now()
    day = at.date()
    held = _consents(arrangement)
    if about is None:
        rows = [row for (named, _about), found in held.items() if named == scope for row in found]
    else:
        rows = [*held.get((scope, about), ()), *held.get((scope, None), ())]
    return [
        row
        for row in rows
        if row.starts_on <= day
        and (row.ends_on is None or row.ends_on >= day)
        and (row.withdrawn_at is None or row.withdrawn_at > at)
    ]


@reading.together
def _consents(arrangements: Sequence[UUID]) -> Mapping[UUID, Mapping[tuple[str, UUID | None], Sequence[Consent]]]:
    """The consents of programmes in their newest versions, by scope and what they are about."""
    found: dict[UUID, dict[tuple[str, UUID | None], list[Consent]]] = {one: {} for one in arrangements}
    rows = Consent.records.privileged().as_of(None).filter(arrangement__in=arrangements)
    for row in rows.order_by("recorded_at", "id"):
        found[row.arrangement].setdefault((row.scope, row.about), []).append(row)
    return {arrangement: MappingProxyType(held) for arrangement, held in found.items()}


def consent_withdrawn(arrangement: UUID, scope: str, about: UUID | None = None, at: datetime | None = None) -> bool:
    """Whether consent to exactly this was withdrawn by a moment and has not been given again since."""
    at = at or clock.now()
    rows = _consents(arrangement).get((scope, about), ())
    if not any(row.withdrawn_at is not None and row.withdrawn_at <= at for row in rows):
        return False
    return not any(consent.about == about for consent in consents_in_force(arrangement, scope, about, at))


def consents_ended(arrangement: UUID, at: datetime | None = None) -> list[Consent]:
    """Consents withdrawn by a moment, oldest first: an event for the public log (OWN-05), without its text."""
    at = at or clock.now()
    rows = Consent.records.privileged().as_of(at).filter(arrangement=arrangement, withdrawn_at__lte=at)
    return list(rows.order_by("withdrawn_at", "id"))


def consent_condition(
    arrangement: UUID, scope: str, name: str, about: UUID | None = None, at: datetime | None = None, holder: str = ""
) -> Condition:
    """The condition that consent is in force."""
    return Condition(name, bool(consents_in_force(arrangement, scope, about, at)), holder=holder)


def consent_state(consent: Consent, at: datetime | None = None) -> str:
    """`in force`, `not begun`, `expired` or `withdrawn`: computed, never stored."""
    at = at or clock.now()
    if consent.withdrawn_at and consent.withdrawn_at <= at:
        return "withdrawn"
    if consent.ends_on and consent.ends_on < at.date():
        return "expired"
    return "in force" if consent.starts_on <= at.date() else "not begun"


def grants_given(viewer: Viewer) -> RecordQuerySet:
    """The grants that the viewer's organisation gave, newest first."""
    return gate.visible(Grant, viewer).filter(owner=viewer.organisation).order_by("-recorded_at", "-id")


def grants_received(viewer: Viewer) -> RecordQuerySet:
    """The grants in force that name the viewer."""
    return gate.in_force().filter(gate.audience_is(viewer)).exclude(owner=viewer.organisation)


def grant_state(grant: Grant, at: datetime | None = None) -> str:
    """`in force`, `not begun`, `ended` or `withdrawn`: computed, never stored."""
    at = at or clock.now()
    if grant.withdrawn_at and grant.withdrawn_at <= at:
        return "withdrawn"
    if grant.ends_at and grant.ends_at <= at:
        return "ended"
    return "in force" if grant.starts_at <= at else "not begun"


def accesses(viewer: Viewer) -> QuerySet[Access]:
    """Who read what of the viewer's organisation, newest first."""
    if viewer.organisation is None:
        return Access.objects.none()
    return Access.objects.filter(owner=viewer.organisation).order_by("-at", "-id")
