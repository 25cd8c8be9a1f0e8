"""Reads of security tests: through the gate for people, over an explicit scope for figures."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from trellis.assets import rules
from trellis.assets.models import Authorisation, Finding, SecurityTest
from trellis.assets.schemas import AuthorisationView, Counts, TestView
from trellis.assets.vocabulary import GIVERS, Severity
from trellis.calc import assets as calc
from trellis.calc.dates import day_start
from trellis.core import clock, figures, reading
from trellis.core.conditions import Hidden
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.sharing import gate
from trellis.sharing.models import Evidence
from trellis.sharing.rows import RecordQuerySet

TEST, AUTHORISATION, FINDING = "assets.test", "assets.authorisation", "assets.finding"
OPEN = Q(fixed_on=None, accepted_on=None)
SOON = timedelta(days=60)  # a planned test is told as lacking its authorisation from so long before it begins


# For people, through the gate


def visible_tests(viewer: Viewer, *, history: bool = False) -> RecordQuerySet:
    """The tests that the viewer may read: those of its own organisation."""
    return gate.visible(SecurityTest, viewer, _("Security tests"), history=history)


def visible_findings(viewer: Viewer, *, history: bool = False) -> RecordQuerySet:
    """The findings that the viewer may read: those of its own organisation."""
    return gate.visible(Finding, viewer, _("Findings of security tests"), history=history)


def tests(viewer: Viewer) -> list[TestView]:
    """Every test that the viewer may read, the last planned first, with what authorises it and what it found."""
    return _views(viewer, list(visible_tests(viewer).order_by("-planned_from", "-seq", "pk")))


def test(viewer: Viewer, subject: UUID) -> TestView:
    """One test. Raises Hidden for who may not read it."""
    return _views(viewer, [gate.get(SecurityTest, viewer, subject, _("Security tests"))])[0]


def test_versions(viewer: Viewer, subject: UUID) -> list[SecurityTest]:
    """Every version of a test, newest first. Raises Hidden when there is none to read."""
    return _versions(visible_tests(viewer, history=True), subject)


def authorisation(viewer: Viewer, subject: UUID) -> Authorisation:
    """One authorisation. Raises Hidden for who may not read it."""
    found: Authorisation = gate.get(Authorisation, viewer, subject, _("Security tests"))
    return found


def finding(viewer: Viewer, subject: UUID) -> Finding:
    """One finding. Raises Hidden for who may not read it."""
    found: Finding = gate.get(Finding, viewer, subject, _("Findings of security tests"))
    return found


def finding_versions(viewer: Viewer, subject: UUID) -> list[Finding]:
    """Every version of a finding, newest first. Raises Hidden when there is none to read."""
    return _versions(visible_findings(viewer, history=True), subject)


def overdue(viewer: Viewer, severity: str = Severity.CRITICAL) -> RecordQuerySet:
    """The open findings of a severity whose fix date has passed, the longest overdue first."""
    rows = visible_findings(viewer).filter(OPEN, severity=severity, due_on__lt=clock.today())
    return rows.order_by("due_on", "reference", "pk")


def _versions(rows: RecordQuerySet, subject: UUID) -> list[Any]:
    found = list(rows.filter(subject=subject).order_by("-recorded_at", "-seq"))
    if not found:
        raise Hidden()
    return found


def _views(viewer: Viewer, rows: Sequence[SecurityTest]) -> list[TestView]:
    wanted = [row.subject for row in rows]
    papers = list(gate.visible(Authorisation, viewer, _("Security tests")).filter(test__in=wanted))
    zone = zone_of(viewer.organisation)
    counted = _counts(wanted)
    held = authorisation_views(papers, zone)
    return [test_view(row, held[row.subject], zone, counted.get(row.subject, Counts())) for row in rows]


def _counts(wanted: Sequence[UUID]) -> dict[UUID, Counts]:
    """Findings of tests that the viewer reads, counted by the database. Findings carry the label of their test."""
    late = OPEN & Q(due_on__lt=clock.today())
    rows = Finding.records.privileged().as_of(None).filter(test__in=wanted).order_by().values("test")
    counted = rows.annotate(
        found=Count("pk"),
        open=Count("pk", filter=OPEN),
        overdue=Count("pk", filter=late),
        critical=Count("pk", filter=OPEN & Q(severity=Severity.CRITICAL)),
    )
    return {row.pop("test"): Counts(**row) for row in counted}


# What the rules need


def zone_of(organisation: UUID | None) -> str:
    """The time zone whose days an authorisation of this host means."""
    if organisation is None:
        return "UTC"
    return parties.zone_among(organisation, parties.programmes_of(Viewer(organisation=organisation)))


def authorisation_views(rows: Iterable[Authorisation], zone: str) -> dict[UUID, list[AuthorisationView]]:
    """Authorisations by test, the newest first, with what the rules read of them."""
    held = sorted(rows, key=lambda row: (row.recorded_at, row.seq), reverse=True)
    files = Evidence.records.privileged().as_of(None).filter(redacted_at=None)
    kept = set(files.filter(subject__in={row.evidence for row in held}).values_list("subject", flat=True))
    now, found = clock.now(), defaultdict(list)
    for row in held:
        paper = rules.Paper(
            row.reference,
            rules.folded(row.targets),
            rules.since_of(row.signed_on, row.starts_on, zone),
            rules.until_of(row.ends_on, zone),
            row.evidence in kept and row.redacted_at is None,
            row.withdrawn_at,
        )
        state = "withdrawn" if row.withdrawn_at else "coming" if now < paper.since else "over"
        found[row.test].append(AuthorisationView(row, paper, "in force" if paper.in_force(now) else state))
    return found


def test_view(row: SecurityTest, held: Sequence[AuthorisationView], zone: str, counts: Counts) -> TestView:
    """A test put together from what is known of it."""
    papers = [one.paper for one in held]
    if row.begun_at is None:
        ready = all(one.met for one in rules.conditions(planned(row, zone), papers, ""))
        return TestView(row, tuple(held), "authorised" if ready else "unauthorised", None, counts)
    if row.ended_at is not None:
        return TestView(row, tuple(held), "done", None, counts)
    stop = rules.stopped_at(row.begun_at, row.targets, papers)
    if stop <= clock.now():
        return TestView(row, tuple(held), "stopped", stop, counts)
    return TestView(row, tuple(held), "running", None, counts)


def planned(row: SecurityTest, zone: str) -> rules.Span:
    """What a test that has not begun is planned to cover."""
    first = day_start(row.planned_from, ZoneInfo(zone))
    return rules.Span(row.targets, first, rules.until_of(row.planned_until, zone))


def authorisations_at(test: UUID, zone: str) -> list[AuthorisationView]:
    """All authorisations of a test that stand, whoever reads them: for the conditions of an act."""
    rows = Authorisation.records.privileged().as_of(None).filter(test=test)
    return authorisation_views(rows, zone).get(test, [])


def givers(organisation: UUID) -> list[tuple[UUID, str]]:
    """Who may give and withdraw an authorisation inside a host: its administrators, coordinators and CERT leads."""
    found = dict(parties.administrators(organisation))
    for seat in parties.seats_of(organisation):
        if seat.role in GIVERS:
            found.update(seat.holders)
    return sorted(found.items(), key=lambda pair: pair[1])


def may_authorise(viewer: Viewer) -> bool:
    """Whether the viewer may give an authorisation in its organisation."""
    if viewer.organisation is None or viewer.person is None:
        return False
    return viewer.person in dict(givers(viewer.organisation))


# For figures: over an explicit scope of hosts


@reading.remembered
def findings_of(owners: tuple[UUID, ...], as_of: datetime) -> list[calc.Finding]:
    """The findings of hosts as known at a moment, with whether their fix date was moved later since."""
    rows = Finding.records.privileged().as_of(as_of).filter(owner__in=owners)
    first = Finding.records.privileged().filter(owner__in=owners, supersedes=None, recorded_at__lte=as_of)
    begun = dict(first.values_list("subject", "due_on"))
    said = rows.order_by("pk").values_list("subject", "severity", "found_on", "due_on", "fixed_on", "accepted_on")
    return [
        calc.Finding(severity, found, due, fixed, accepted, due > begun[subject])
        for subject, severity, found, due, fixed, accepted in said
    ]


@reading.remembered
def ended_of(owners: tuple[UUID, ...], as_of: datetime) -> list[tuple[str, datetime, bool]]:
    """The tests of hosts that ended: kind, when, and whether all of their findings are recorded."""
    rows = SecurityTest.records.privileged().as_of(as_of).filter(owner__in=owners, ended_at__lte=as_of)
    day = as_of.date()
    said = rows.order_by("pk").values_list("kind", "ended_at", "reported_on")
    return [(kind, at, reported is not None and reported <= day) for kind, at, reported in said]


def moment_of(owners: Sequence[UUID]) -> datetime:
    """As of when a page asks: the last entry of these hosts, or the beginning of today where that is later.

    A finding becomes overdue without anybody writing anything; a day's pages share their addresses all the same.
    """
    midnight = day_start(clock.today(), ZoneInfo("UTC"))
    return max(figures.latest(owners) or midnight, midnight)


def hosts(viewer: Viewer, programme: UUID) -> dict[UUID, str]:
    """The other parties of a programme that let the viewer see counts of their findings: names by id."""
    parties.programme_for(viewer, programme)
    return {
        party.organisation: party.name
        for party in parties.parties(programme)
        if party.organisation != viewer.organisation
        and all(gate.may_read_figures(viewer, party.organisation, kind) for kind in (TEST, FINDING))
    }


def granted_to_all(programme: UUID) -> list[UUID]:
    """The parties of a programme that let all its parties, or its donors, see the counts."""
    members = [party.organisation for party in parties.parties(programme)]
    rows = gate.in_force().filter(owner__in=members, data_kind=FINDING, about=None, context=None, arrangement=programme)
    wide = set(rows.values_list("owner", flat=True))
    return [owner for owner in members if owner in wide]


def today() -> date:
    """The day by which findings are overdue, in UTC as in figures."""
    return clock.today()
