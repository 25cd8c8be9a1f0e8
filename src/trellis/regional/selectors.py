"""Reads of the regional area through the gate: regional CERTs, the contact directory, requests for assistance."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.utils.translation import gettext as _

from trellis.calc.regional import Contact as Counted
from trellis.calc.regional import contact_state
from trellis.core import clock, reading
from trellis.core.conditions import Hidden
from trellis.governance.parameters import parameter
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.regional.models import Cert, Contact, Help, Move, Offer, Request, Verification
from trellis.regional.schemas import ContactView, OfferView, RequestView
from trellis.sharing import gate
from trellis.sharing.records import Record
from trellis.sharing.rows import RecordQuerySet

CERT, CONTACT, VERIFICATION = "regional.cert", "regional.contact", "regional.verification"
REQUEST, OFFER, MOVE = "regional.request", "regional.offer", "regional.move"
LIMIT = "regional.contact-limit"
_REACH = ("channel", "address", "fingerprint")

T = TypeVar("T")


def limit(programme: UUID, as_of: datetime | None = None) -> int:
    """After how many days a contact is stale."""
    return int(parameter(programme, LIMIT, as_of))


# The directory


def certs(viewer: Viewer, programme: UUID) -> list[Cert]:
    """The regional CERTs of an arrangement that the viewer may read. Raises Hidden for who is no party."""
    parties.programme_for(viewer, programme)
    rows = gate.visible(Cert, viewer, _("Regional CERTs")).filter(context=programme)
    return list(rows.order_by("name", "subject"))


def cert(viewer: Viewer, programme: UUID, subject: UUID) -> Cert:
    """One regional CERT. Raises Hidden for who may not read it."""
    parties.programme_for(viewer, programme)
    found: Cert = gate.get(Cert, viewer, subject, _("To read the record of a regional CERT"))
    if found.context != programme:
        raise Hidden()
    return found


def contacts(viewer: Viewer, programme: UUID, cert: UUID | None = None) -> list[ContactView]:
    """The contact directory as far as the viewer may read it, stale ones first."""
    parties.programme_for(viewer, programme)
    purpose = _("Contact directory")
    rows = gate.visible(Contact, viewer, purpose).filter(context=programme)
    if cert is not None:
        rows = rows.filter(cert=cert)
    held = list(rows.order_by("member", "channel", "subject"))
    told = gate.visible(Verification, viewer, purpose).filter(context=programme, contact__in=[r.subject for r in held])
    views = _views(held, told)
    return sorted(views, key=lambda view: ("stale", "new", "verified").index(view.state))


def contact(viewer: Viewer, programme: UUID, subject: UUID) -> ContactView:
    """One contact. Raises Hidden for who may not read it."""
    parties.programme_for(viewer, programme)
    row: Contact = gate.get(Contact, viewer, subject, _("To reach somebody"))
    if row.context != programme:
        raise Hidden()
    told = gate.visible(Verification, viewer, _("To reach somebody")).filter(contact=subject)
    return _views([row], told)[0]


def verifications(viewer: Viewer, programme: UUID, subject: UUID) -> list[Verification]:
    """Every verification of a contact that the viewer may read, newest first."""
    contact(viewer, programme, subject)
    rows = gate.visible(Verification, viewer, _("To reach somebody")).filter(contact=subject)
    return list(rows.order_by("-verified_at", "-seq"))


def _views(rows: Sequence[Contact], told: Iterable[Verification], as_of: datetime | None = None) -> list[ContactView]:
    if not rows:
        return []
    at = as_of or clock.now()
    days = {programme: limit(programme, as_of) for programme in {row.context for row in rows} if programme}
    versions = _versions(rows)
    last = _last_verified(rows, versions, told, at)
    found = []
    for row in rows:
        one = last.get(row.subject)
        since = _since(row, versions[row.subject])
        assert row.context is not None
        state = contact_state(Counted(since, one.verified_at if one else None), at, days[row.context])
        way = str(one.get_way_display()) if one else ""
        own = bool(one and one.way == Verification.Way.OWN)
        found.append(
            ContactView(row, state, since, one.verified_at if one else None, one.owner if one else None, way, own)
        )
    return found


def _versions(rows: Sequence[Contact]) -> dict[UUID, list[Contact]]:
    """All versions of contacts by subject, newest first."""
    wanted = [row.subject for row in rows]
    return _by(lambda row: row.subject, Contact.records.privileged().filter(subject__in=wanted).order_by("-seq"))


def _since(row: Contact, versions: Sequence[Contact]) -> datetime:
    """When this way of reaching somebody was first recorded: its present channel, address and key."""
    since = row.recorded_at
    for earlier in versions:
        if earlier.seq > row.seq:
            continue
        if not _same(earlier, row):
            break
        since = earlier.recorded_at
    return since


def _last_verified(
    rows: Sequence[Contact], versions: dict[UUID, list[Contact]], told: Iterable[Verification], at: datetime
) -> dict[UUID, Verification]:
    """The last verification of each contact; one of another channel, address or key does not count."""
    now = {row.subject: row for row in rows}
    then = {version.pk: version for held in versions.values() for version in held}
    found: dict[UUID, Verification] = {}
    for one in sorted(told, key=lambda v: (v.verified_at, v.seq)):
        row, version = now.get(one.contact), then.get(one.version)
        if row is not None and version is not None and one.verified_at <= at and _same(version, row):
            found[one.contact] = one
    return found


def _same(one: Contact, other: Contact) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in _REACH)


def members_without(cert: Cert, found: Sequence[ContactView]) -> list[str]:
    """Members of a regional CERT for whom no contact stands that was verified within the limit."""
    reached = {
        view.row.member.casefold() for view in found if view.state == "verified" and view.row.cert == cert.subject
    }
    return [name for name in cert.members if name.casefold() not in reached]


# Assistance


def requests(viewer: Viewer, programme: UUID) -> list[RequestView]:
    """The requests for assistance that the viewer may read, newest first."""
    parties.programme_for(viewer, programme)
    rows = list(visible_requests(viewer).filter(context=programme).order_by("-asked_at", "-seq"))
    return _request_views(viewer, rows)


def request(viewer: Viewer, programme: UUID, subject: UUID) -> RequestView:
    """One request with its offers and steps. Raises Hidden for who may not read it."""
    parties.programme_for(viewer, programme)
    row: Request = gate.get(Request, viewer, subject, _("To read a request for assistance"))
    if row.context != programme:
        raise Hidden()
    return _request_views(viewer, [row])[0]


def offer(viewer: Viewer, programme: UUID, subject: UUID) -> Offer:
    """One offer. Raises Hidden for who may not read it."""
    parties.programme_for(viewer, programme)
    found: Offer = gate.get(Offer, viewer, subject, _("To read an offer of help"))
    if found.context != programme:
        raise Hidden()
    return found


def visible_requests(viewer: Viewer) -> RecordQuerySet:
    """The requests that the viewer may read."""
    return gate.visible(Request, viewer, _("Requests for assistance"))


def _request_views(viewer: Viewer, rows: Sequence[Request]) -> list[RequestView]:
    wanted = [row.subject for row in rows]
    purpose = _("Requests for assistance")
    offers = gate.visible(Offer, viewer, purpose).filter(request__in=wanted)
    moves = gate.visible(Move, viewer, purpose).filter(request__in=wanted)
    return _put_together(rows, offers, moves, Help.objects.current().filter(request__in=wanted), clock.now())


def _put_together(
    rows: Sequence[Request], offers: RecordQuerySet, moves: RecordQuerySet, helps: Iterable[Help], at: datetime
) -> list[RequestView]:
    """Requests with what is known of each."""
    offered: dict[UUID, list[Offer]] = _by(lambda offer: offer.request, offers.order_by("offered_at", "seq"))
    moved: dict[UUID, list[Move]] = _by(lambda move: move.request, moves.order_by("at", "seq"))
    agreed = {help.subject: help for help in helps}
    return [request_view(row, offered[row.subject], moved[row.subject], agreed, at) for row in rows]


def _by(key: Callable[[T], UUID | None], rows: Iterable[T]) -> dict[UUID, list[T]]:
    """Rows by what they belong to, in their order."""
    found: dict[UUID, list[T]] = defaultdict(list)
    for row in rows:
        if (of := key(row)) is not None:
            found[of].append(row)
    return found


def request_view(
    row: Request, offers: Sequence[Offer], moves: Sequence[Move], helps: dict[UUID, Help], at: datetime
) -> RequestView:
    """A request put together from what is known of it."""
    arrived = [move for move in moves if move.kind == Move.Kind.ARRIVED]
    said = [move.at for move in arrived if move.owner == row.owner] or [move.at for move in arrived]
    closed = next((move for move in moves if move.kind == Move.Kind.CLOSED), None)
    views = tuple(_offer_view(offer, moves, helps.get(offer.subject), at) for offer in offers)
    return RequestView(row, views, tuple(moves), min(said) if said else None, closed)


def _offer_view(offer: Offer, moves: Sequence[Move], agreed: Help | None, at: datetime) -> OfferView:
    if agreed is not None:
        return OfferView(offer, "agreed", agreed.agreed_at, agreed.decision)
    kinds = {move.kind for move in moves if move.offer == offer.subject}
    state = "open"
    if Move.Kind.OFFER_DECLINED in kinds:
        state = "declined"
    elif Move.Kind.OFFER_WITHDRAWN in kinds:
        state = "withdrawn"
    elif offer.valid_until is not None and offer.valid_until < at:
        state = "over"
    return OfferView(offer, state, None, None)


# Whoever asks: for conditions, work items and figures, never for a page


def request_view_at(programme: UUID, subject: UUID) -> RequestView:
    """One request with everything that is known of it. Raises Hidden when there is none."""
    found = next((view for view in requests_at(programme) if view.id == subject), None)
    if found is None:
        raise Hidden()
    return found


def requests_at(programme: UUID, as_of: datetime | None = None) -> list[RequestView]:
    """Every request of an arrangement as known at a moment, with its offers and steps."""
    return _requests_at(programme, as_of)


@reading.together
def _requests_at(programmes: Sequence[UUID], as_of: datetime | None) -> dict[UUID, list[RequestView]]:
    def known(model: type[Record]) -> RecordQuerySet:
        return model.records.privileged().as_of(as_of).filter(context__in=programmes)

    if not (rows := list(known(Request).order_by("asked_at", "seq"))):
        return {programme: [] for programme in programmes}
    agreed = Help.objects.as_of(as_of).filter(stream__in=programmes)
    views = _put_together(rows, known(Offer), known(Move), agreed, as_of or clock.now())
    return _each(programmes, _by(lambda view: view.row.context, views))


def helps(programme: UUID) -> list[Help]:
    """The help agreed in an arrangement, newest first: every party knows who helps whom."""
    return list(Help.objects.current().filter(stream=programme).order_by("-agreed_at", "subject"))


def contacts_at(programme: UUID, as_of: datetime | None = None) -> list[ContactView]:
    """Every contact of an arrangement as known at a moment."""
    return _contacts_at(programme, as_of)


@reading.together
def _contacts_at(programmes: Sequence[UUID], as_of: datetime | None) -> dict[UUID, list[ContactView]]:
    rows = Contact.records.privileged().as_of(as_of).filter(context__in=programmes).order_by("member", "subject")
    told = Verification.records.privileged().as_of(as_of).filter(context__in=programmes)
    return _each(programmes, _by(lambda view: view.row.context, _views(list(rows), told, as_of)))


def _each(programmes: Sequence[UUID], found: dict[UUID, list[T]]) -> dict[UUID, list[T]]:
    return {programme: found.get(programme, []) for programme in programmes}
