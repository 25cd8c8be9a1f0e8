"""API of security tests: tests, authorisations and findings of one's own, and counts of a programme's parties."""

from typing import Any
from uuid import UUID

from ninja import File, Router, Status
from ninja.files import UploadedFile

from trellis.assets import counting, loading, selectors, services
from trellis.assets.api_schemas import (
    AuthorisationIn,
    BeginIn,
    CountsGiven,
    CountsShareIn,
    EndIn,
    FindingChange,
    FindingIn,
    FindingOut,
    FindingsImportOut,
    FixIn,
    HostOut,
    ReportedIn,
    TestChange,
    TestIn,
    TestOut,
    WhyIn,
)
from trellis.assets.models import Finding
from trellis.assets.schemas import AuthorisationView, TestView
from trellis.assets.tables import state_of
from trellis.assets.vocabulary import COUNTED
from trellis.core.paging import part
from trellis.sharing.figures import Shown

router = Router(tags=["security tests"])
LIMIT = 500


def _paper(view: AuthorisationView) -> dict[str, Any]:
    names = (*AuthorisationIn.model_fields, "withdrawn_at")
    row = {name: getattr(view.row, name) for name in names}
    return {"id": view.id, "version": view.row.pk, **row, "state": view.state}


def _test(view: TestView) -> dict[str, Any]:
    times = ("owner", "begun_at", "ended_at", "reported_on")
    return {
        "id": view.id,
        "version": view.row.pk,
        **{name: getattr(view.row, name) for name in (*TestIn.model_fields, *times)},
        "state": view.state,
        "stopped_at": view.stopped_at,
        "authorisations": [_paper(one) for one in view.authorisations],
        "findings": vars(view.counts),
    }


def _finding(row: Finding) -> dict[str, Any]:
    names = (*FindingIn.model_fields, "owner", "test", "label")
    return {
        "id": row.subject,
        "version": row.pk,
        **{name: getattr(row, name) for name in names},
        "state": state_of(row),
    }


def _one(request: Any, test: UUID) -> dict[str, Any]:
    return _test(selectors.test(request.viewer, test))


def _changes(body: Any) -> tuple[str, UUID | None, dict[str, Any]]:
    said = body.dict(exclude_unset=True)
    return said.pop("why"), said.pop("seen", None), said


@router.get("/security-tests", response=list[TestOut])
def tests(request: Any) -> list[dict[str, Any]]:
    """The tests of the caller's organisation, the last planned first."""
    return [_test(view) for view in selectors.tests(request.viewer)]


@router.post("/security-tests", response={201: TestOut})
def test_record(request: Any, body: TestIn) -> Any:
    """Plans a test of the caller's organisation."""
    return Status(201, _one(request, services.test_record(request.viewer, **body.dict()).subject))


@router.get("/security-tests/{test}", response=TestOut)
def test_get(request: Any, test: UUID) -> dict[str, Any]:
    """One test with its authorisations and how many findings it has."""
    return _one(request, test)


@router.post("/security-tests/{test}/correct", response=TestOut)
def test_correct(request: Any, test: UUID, body: TestChange) -> dict[str, Any]:
    """Corrects what is known of a test; once it has begun it stays within what was authorised."""
    why, seen, said = _changes(body)
    services.test_correct(request.viewer, test, why, seen=seen, **said)
    return _one(request, test)


@router.post("/security-tests/{test}/begin", response=TestOut)
def test_begin(request: Any, test: UUID, body: BeginIn) -> dict[str, Any]:
    """Records that a test begins. 409 with every unmet condition unless an authorisation in force covers it."""
    services.test_begin(request.viewer, test, at=body.at, ended_at=body.ended_at)
    return _one(request, test)


@router.post("/security-tests/{test}/end", response=TestOut)
def test_end(request: Any, test: UUID, body: EndIn) -> dict[str, Any]:
    """Records that a test ended, no later than its authorisation did."""
    services.test_end(request.viewer, test, at=body.at)
    return _one(request, test)


@router.post("/security-tests/{test}/reported", response=TestOut)
def test_reported(request: Any, test: UUID, body: ReportedIn) -> dict[str, Any]:
    """Says that all findings of a test are recorded."""
    services.test_reported(request.viewer, test, on=body.on)
    return _one(request, test)


@router.post("/security-tests/{test}/retract", response={204: None})
def test_retract(request: Any, test: UUID, body: WhyIn) -> Any:
    """Calls a test off, and says why."""
    services.test_retract(request.viewer, test, body.why)
    return Status(204, None)


@router.post("/security-tests/{test}/authorisations", response={201: TestOut})
def authorisation_give(request: Any, test: UUID, body: AuthorisationIn) -> Any:
    """Records a written authorisation with its file, which is kept as evidence before."""
    services.authorisation_give(request.viewer, test, **body.dict())
    return Status(201, _one(request, test))


@router.post("/security-tests/authorisations/{authorisation}/withdraw", response=TestOut)
def authorisation_withdraw(request: Any, authorisation: UUID, body: WhyIn) -> dict[str, Any]:
    """Withdraws an authorisation; a test that runs on it is stopped from this moment."""
    return _one(request, services.authorisation_withdraw(request.viewer, authorisation, body.why).test)


@router.get("/security-tests/{test}/findings", response=list[FindingOut])
def test_findings(request: Any, test: UUID, offset: int = 0, limit: int = 100) -> list[dict[str, Any]]:
    """The findings of one test by fix date."""
    selectors.test(request.viewer, test)
    return _page(selectors.visible_findings(request.viewer).filter(test=test), offset, limit)


def _page(rows: Any, offset: int, limit: int) -> list[dict[str, Any]]:
    return [_finding(row) for row in rows.order_by("due_on", "pk")[part(offset, limit, LIMIT)]]


@router.post("/security-tests/{test}/findings", response={201: FindingOut})
def finding_record(request: Any, test: UUID, body: FindingIn) -> Any:
    """Records what a test found."""
    return Status(201, _finding(services.finding_record(request.viewer, test, **body.dict())))


@router.post("/security-tests/{test}/findings/import", response=FindingsImportOut)
def findings_import(request: Any, test: UUID, file: File[UploadedFile], dry: bool = True) -> dict[str, Any]:
    """Reads a table of findings; with `dry=false` stores it whole or not at all."""
    report = services.findings_import(request.viewer, test, file.read(), file.name or "", dry=dry)
    return {
        "stored": not dry,
        "total": report.total,
        "accepted": len(report.accepted),
        "new": len(loading.new_ones(report)),
        "problems": [str(problem) for problem in report.problems],
        "remarks": [str(remark) for remark in report.remarks],
    }


@router.get("/findings", response=list[FindingOut])
def findings(request: Any, offset: int = 0, limit: int = 100) -> list[dict[str, Any]]:
    """The findings of all tests of the caller's organisation by fix date."""
    return _page(selectors.visible_findings(request.viewer), offset, limit)


@router.get("/findings/overdue", response=list[FindingOut])
def findings_overdue(request: Any) -> list[dict[str, Any]]:
    """The critical findings of the caller's organisation whose fix date has passed, the longest overdue first."""
    return [_finding(row) for row in selectors.overdue(request.viewer)[:LIMIT]]


@router.get("/findings/{finding}", response=FindingOut)
def finding_get(request: Any, finding: UUID) -> dict[str, Any]:
    """One finding."""
    return _finding(selectors.finding(request.viewer, finding))


@router.post("/findings/{finding}/correct", response=FindingOut)
def finding_correct(request: Any, finding: UUID, body: FindingChange) -> dict[str, Any]:
    """Corrects a finding; both versions stay."""
    why, seen, said = _changes(body)
    return _finding(services.finding_correct(request.viewer, finding, why, seen=seen, **said))


@router.post("/findings/{finding}/fix", response=FindingOut)
def finding_fix(request: Any, finding: UUID, body: FixIn) -> dict[str, Any]:
    """Says that a finding is fixed."""
    return _finding(services.finding_fix(request.viewer, finding, body.fixed_on, seen=body.seen))


@router.post("/findings/{finding}/retract", response={204: None})
def finding_retract(request: Any, finding: UUID, body: WhyIn) -> Any:
    """Says that a finding does not stand, and why."""
    services.finding_retract(request.viewer, finding, body.why)
    return Status(204, None)


def _count(name: str, shown: Shown, **about: str) -> dict[str, Any]:
    return {"name": name, **about, "address": shown.ask.address, "figure": shown.figure.to_dict()}


def _host(host: counting.HostCounts) -> dict[str, Any]:
    found = [
        _count("findings", shown, severity=line.severity, state=state)
        for line in host.lines
        for state, (_title, shown) in zip(COUNTED, line.cells, strict=True)
    ]
    found.append(_count("fixed_in_time", host.in_time, severity="critical"))
    found += [_count("tests", shown, kind=shown.ask.param("kind")) for _title, shown in host.tests]
    return {"organisation": host.organisation, "name": host.name, "counts": found}


@router.get("/programmes/{programme}/security-tests", response=list[HostOut])
def counts(request: Any, programme: UUID) -> list[dict[str, Any]]:
    """Counts of every other party that lets the caller see them."""
    hosts = selectors.hosts(request.viewer, programme)
    return [_host(host) for host in counting.counts(request.viewer, hosts)]


@router.post("/programmes/{programme}/security-tests/share", response=CountsGiven)
def figures_share(request: Any, programme: UUID, body: CountsShareIn) -> dict[str, int]:
    """Lets donors, the partner side or all parties of a programme see the caller's counts, and nothing else."""
    return {"grants": services.figures_share(request.viewer, programme, body.audience)}
