"""What the API of security tests takes and gives."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import AwareDatetime

Label = Literal["RED", "AMBER+STRICT"]
KindOf = Literal["assessment", "penetration", "red-team"]
SeverityOf = Literal["critical", "high", "medium", "low"]


class TestIn(Schema):
    """A test of one's own organisation. `scope`: one system, network or site per line."""

    title: str
    kind: KindOf
    scope: str
    tester: str
    planned_from: date
    planned_until: date
    rules: str = ""
    label: Label = "AMBER+STRICT"
    readers: list[UUID] = []


class TestChange(Schema):
    """What changes in a test, and why; what is left out stays. `seen`: the version that was read."""

    why: str
    seen: UUID | None = None
    title: str = ""
    kind: KindOf = "assessment"
    scope: str = ""
    tester: str = ""
    planned_from: date | None = None
    planned_until: date | None = None
    rules: str = ""
    label: Label = "AMBER+STRICT"
    readers: list[UUID] = []
    begun_at: AwareDatetime | None = None
    ended_at: AwareDatetime | None = None
    reported_on: date | None = None


class BeginIn(Schema):
    """When a test begins (now without it), and when it ended if it is over already."""

    at: AwareDatetime | None = None
    ended_at: AwareDatetime | None = None


class EndIn(Schema):
    """When a test ended; now without it."""

    at: AwareDatetime | None = None


class ReportedIn(Schema):
    """Since when all findings are recorded; today without it."""

    on: date | None = None


class WhyIn(Schema):
    """A reason."""

    why: str


class AuthorisationIn(Schema):
    """A written authorisation; `evidence` is its file, kept as evidence of the same organisation before."""

    reference: str
    signed_by: str
    signed_on: date
    starts_on: date
    ends_on: date
    scope: str
    evidence: UUID


class AuthorisationOut(AuthorisationIn):
    """An authorisation. `state`: coming, in force, over or withdrawn."""

    id: UUID
    version: UUID
    withdrawn_at: datetime | None
    state: str


class CountsOut(Schema):
    """How many findings of a test there are, and how many of them are open, overdue, and open and critical."""

    found: int
    open: int
    overdue: int
    critical: int


class TestOut(Schema):
    """A test. `state`: unauthorised, authorised, running, stopped or done; `stopped_at` where it had to stop."""

    id: UUID
    version: UUID
    owner: UUID
    label: str
    readers: list[UUID]
    title: str
    kind: str
    scope: str
    tester: str
    rules: str
    planned_from: date
    planned_until: date
    begun_at: datetime | None
    ended_at: datetime | None
    reported_on: date | None
    state: str
    stopped_at: datetime | None
    authorisations: list[AuthorisationOut]
    findings: CountsOut


class FindingIn(Schema):
    """A finding. Without `due_on` it is to be fixed by the date that its severity gives."""

    reference: str
    severity: SeverityOf
    title: str
    found_on: date
    detail: str = ""
    due_on: date | None = None
    fixed_on: date | None = None
    accepted_on: date | None = None
    accepted_why: str = ""


class FindingChange(Schema):
    """What changes in a finding, and why; what is left out stays. `seen`: the version that was read."""

    why: str
    seen: UUID | None = None
    reference: str = ""
    severity: SeverityOf = "low"
    title: str = ""
    found_on: date | None = None
    detail: str = ""
    due_on: date | None = None
    fixed_on: date | None = None
    accepted_on: date | None = None
    accepted_why: str = ""


class FixIn(Schema):
    """The day on which it was fixed; today without it."""

    fixed_on: date | None = None
    seen: UUID | None = None


class FindingOut(FindingIn):
    """A finding. `id` stays the same through corrections, `version` does not. `state`: open, overdue, accepted, fixed."""

    id: UUID
    version: UUID
    owner: UUID
    test: UUID
    label: str
    severity: str  # type: ignore[assignment]  # as it is kept
    due_on: date
    state: str


class FindingsImportOut(Schema):
    """What a file holds; `stored` once its new findings are recorded."""

    stored: bool
    total: int
    accepted: int
    new: int
    problems: list[str]
    remarks: list[str]


class CountOut(Schema):
    """A figure with what it is about. `severity` is empty for all, `state` for a share or a number of tests."""

    name: str
    severity: str = ""
    state: str = ""
    kind: str = ""
    address: str
    figure: dict[str, Any]


class HostOut(Schema):
    """What a party lets the caller see: counts, each a figure, and nothing of what was found."""

    organisation: UUID
    name: str
    counts: list[CountOut]


class CountsShareIn(Schema):
    """Whom of a programme one's own counts are shown to."""

    audience: Literal["donor", "partner", "parties"] = "donor"


class CountsGiven(Schema):
    """How many grants were given; none where they were in force before."""

    grants: int
