"""API of parties: who I am, my organisation, seats, invitations, tokens, imports."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import File, Router, Schema
from ninja.files import UploadedFile

from trellis.core import tabular
from trellis.core.conditions import Hidden, Invalid
from trellis.core.tabular import TabularError
from trellis.parties import importing, members, operator, selectors, services
from trellis.parties.schemas import Viewer

router = Router(tags=["parties"])


class Me(Schema):
    """Who the token or session speaks for."""

    person: UUID
    name: str
    organisation: UUID | None
    organisation_name: str
    administrator: bool
    operator: bool
    programmes: list[UUID]


class MemberOut(Schema):
    """A colleague."""

    person: UUID
    name: str
    email: str
    role: str
    unit: str
    seats: list[str]
    factor: bool
    since: datetime


class SeatOut(Schema):
    """A seat; `holders` empty means vacant."""

    id: UUID
    role: str
    title: str
    vacant: bool
    holders: list[UUID]


class SeatIn(Schema):
    """A seat to make."""

    role: str
    title: str = ""


class FillIn(Schema):
    """Who is to sit in a seat."""

    person: UUID


class DelegateIn(Schema):
    """Who acts for a seat, from when until when."""

    person: UUID
    since: datetime
    until: datetime


class InviteIn(Schema):
    """Somebody to invite."""

    name: str
    email: str
    role: str = "staff"
    language: str = "en"


class Invited(Schema):
    """An invitation; `code` is given once."""

    id: UUID
    name: str
    email: str
    expires_at: datetime
    code: str = ""


class OrganisationIn(Schema):
    """An organisation to register."""

    name: str
    short: str
    group: str
    country: str = ""


class Id(Schema):
    """The id of what was made."""

    id: UUID


class ImportOut(Schema):
    """What an import found; `invitations` only after writing."""

    ok: bool
    written: bool
    organisations: int
    people: int
    problems: list[str]
    invitations: list[Invited]


def _own(viewer: Viewer) -> UUID:
    if viewer.organisation is None:
        raise Hidden()
    return viewer.organisation


def _invited(invitation: Any, code: str = "") -> dict[str, Any]:
    names = ("id", "name", "email", "expires_at")
    return {**{name: getattr(invitation, name) for name in names}, "code": code}


@router.get("/me", response=Me)
def me(request: Any) -> dict[str, Any]:
    """The person, organisation and programmes that the caller speaks for."""
    viewer = request.viewer
    return {
        "person": viewer.person,
        "name": viewer.person_name,
        "organisation": viewer.organisation,
        "organisation_name": viewer.organisation_name,
        "administrator": viewer.administrator,
        "operator": viewer.operator,
        "programmes": [p.id for p in selectors.programmes_of(viewer)],
    }


@router.get("/members", response=list[MemberOut])
def members_list(request: Any) -> list[members.Member]:
    """The members of the caller's organisation."""
    return members.members(_own(request.viewer))


@router.post("/members/{person}/leave", response={204: None})
def member_leave(request: Any, person: UUID) -> tuple[int, None]:
    """Ends a membership: the caller's own, or as an administrator a colleague's."""
    services.member_leave(request.viewer, person)
    return 204, None


@router.get("/seats", response=list[SeatOut])
def seats(request: Any) -> list[dict[str, Any]]:
    """The seats of the caller's organisation with who sits there now."""
    return [_seat(seat) for seat in selectors.seats_of(_own(request.viewer))]


def _seat(seat: Any) -> dict[str, Any]:
    names = ("id", "role", "title", "vacant")
    return {**{n: getattr(seat, n) for n in names}, "holders": [person for person, _name in seat.holders]}


@router.post("/seats", response={201: Id})
def seat_open(request: Any, body: SeatIn) -> tuple[int, dict[str, Any]]:
    """Makes a seat in the caller's organisation."""
    return 201, {"id": services.seat_open(request.viewer, _own(request.viewer), body.role, body.title).pk}


@router.post("/seats/{seat}/fill", response={204: None})
def seat_fill(request: Any, seat: UUID, body: FillIn) -> tuple[int, None]:
    """Puts a member into a seat."""
    services.seat_fill(request.viewer, seat, body.person)
    return 204, None


@router.post("/seats/{seat}/delegate", response={204: None})
def seat_delegate(request: Any, seat: UUID, body: DelegateIn) -> tuple[int, None]:
    """Lets a member act for a seat for a time. Times carry a zone."""
    if body.since.tzinfo is None or body.until.tzinfo is None:
        raise Invalid({"since": "a time with its zone", "until": "a time with its zone"})
    services.seat_delegate(request.viewer, seat, body.person, body.since, body.until)
    return 204, None


@router.post("/seats/{seat}/vacate", response={204: None})
def seat_vacate(request: Any, seat: UUID) -> tuple[int, None]:
    """Empties a seat."""
    services.seat_vacate(request.viewer, seat)
    return 204, None


@router.get("/invitations", response=list[Invited])
def invitations(request: Any) -> list[dict[str, Any]]:
    """The open invitations of the caller's organisation, without codes."""
    return [_invited(row) for row in members.invitations(request.viewer)]


@router.post("/invitations", response={201: Invited})
def invite(request: Any, body: InviteIn) -> tuple[int, dict[str, Any]]:
    """Invites a colleague; the code is given once."""
    return 201, _invited(*services.invite(request.viewer, _own(request.viewer), **body.dict()))


@router.post("/invitations/{invitation}/withdraw", response={204: None})
def invitation_withdraw(request: Any, invitation: UUID) -> tuple[int, None]:
    """Ends an open invitation."""
    members.invitation_withdraw(request.viewer, invitation)
    return 204, None


@router.post("/organisations", response={201: Id})
def organisation_open(request: Any, body: OrganisationIn) -> tuple[int, dict[str, Any]]:
    """Registers an organisation: the operator only."""
    return 201, {"id": operator.organisation_open(request.viewer, **body.dict()).pk}


@router.post("/organisations/{organisation}/invite", response={201: Invited})
def administrator_invite(request: Any, organisation: UUID, body: InviteIn) -> tuple[int, dict[str, Any]]:
    """Invites the first administrator of an organisation that has none: the operator only."""
    given = {"name": body.name, "email": body.email, "language": body.language}
    return 201, _invited(*operator.first_administrator_invite(request.viewer, organisation, **given))


@router.post("/people/import", response=ImportOut)
def people_import(request: Any, file: File[UploadedFile], write: bool = False) -> dict[str, Any]:
    """Brings in people or organisations from CSV or XLSX, all rows or none; a dry run without `write`."""
    try:
        table = tabular.read(file.read(), file.name or "")
        found = importing.people_import(request.viewer, table, dry_run=not write)
    except TabularError as error:
        raise Invalid({"file": error.message}) from None
    return {
        "ok": found.report.ok,
        "written": found.written,
        "organisations": found.organisations,
        "people": found.people,
        "problems": [str(problem) for problem in found.report.problems],
        "invitations": [_invited(*pair) for pair in found.invitations],
    }
