"""How the programme is run: parties, reviews, waivers, withdrawn consents. None of these can be withheld."""

from typing import Any

from trellis.assessment import selectors as assessment
from trellis.governance import reviews as calendar
from trellis.parties import selectors as parties
from trellis.parties.models import Arrangement
from trellis.publishing import identifiers
from trellis.publishing.scope import Scope
from trellis.sharing import selectors as sharing


def programme(scope: Scope) -> dict[str, Any]:
    """Heading, and the parties with their side, country and IATI identifier."""
    here = scope.programme
    known = identifiers.at(scope.reader.at)
    found = []
    for party in parties.parties(here.id, scope.day):
        row = parties.organisation(party.organisation)
        ref = known.get(party.organisation)
        found.append(
            {
                "id": str(party.organisation),
                "name": party.name,
                "side": party.side,
                "country": row.country,
                "ref": ref.ref if ref else identifiers.stand_in(party),
                "kind": ref.kind if ref else identifiers.kind_of(row.group),
                "registered": ref is not None,
            }
        )
    return {
        "title": here.title,
        "purpose": here.purpose,
        "currency": here.currency,
        "time_zone": here.time_zone,
        "fiscal_year_start": here.fiscal_year_start,
        "founded_on": _founded(scope),
        "sector": identifiers.sector(here.id, scope.as_of),
        "parties": found,
    }


def _founded(scope: Scope) -> str:
    """The day of the founding, where the programme is."""
    first = Arrangement.objects.filter(stream=scope.here, subject=scope.here).order_by("seq").first()
    assert first is not None  # a programme is founded before it has a scope
    return str(first.at.astimezone(calendar.zone_of(scope.here)).date())


def reviews(scope: Scope) -> list[dict[str, Any]]:
    """GOV-04: every quarter's review that was due, held or overdue."""
    return [
        {
            "label": row.label,
            "first": row.period_start.isoformat(),
            "last": row.period_end.isoformat(),
            "due": row.due.isoformat(),
            "state": row.state,
            "held_on": row.held_on.isoformat() if row.held_on else None,
            "late": row.late,
        }
        for row in calendar.reviews(scope.here, scope.as_of)
        if row.state != "upcoming"
    ]


def waivers(scope: Scope) -> list[dict[str, Any]]:
    """NA-03: groups that did not answer a needs assessment, with the reason signed for it. Names nobody."""
    return [
        {
            "assessment": one.title,
            "group": waiver.group,
            "reason": waiver.reason,
            "on": waiver.at.date().isoformat(),
        }
        for one in assessment.assessments(scope.here, scope.as_of)
        for waiver in one.waivers
    ]


def consents(scope: Scope) -> list[dict[str, Any]]:
    """OWN-05: consents withdrawn. The text of a consent is not shown."""
    return [
        {"scope": row.scope, "on": row.withdrawn_at.date().isoformat()}
        for row in sharing.consents_ended(scope.here, scope.as_of)
        if row.withdrawn_at
    ]
