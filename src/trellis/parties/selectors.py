"""Reads of parties: who somebody is, who sits where, who stands on which side."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from trellis.core import clock, reading
from trellis.core.conditions import Hidden
from trellis.parties.models import (
    Arrangement,
    Bench,
    Membership,
    Organisation,
    Person,
    Place,
    Seat,
    SeatHolding,
    Side,
)
from trellis.parties.schemas import PUBLIC, Party, Programme, SeatView, Viewer


def viewer_of(person: Person | None) -> Viewer:
    """The viewer for an account, read from the database now, so that leaving takes effect at the next request."""
    if person is None or not person.is_active:
        return PUBLIC
    membership = Membership.objects.filter(person=person, left_at=None).select_related("organisation").first()
    if membership is None:
        return Viewer(person=person.pk, person_name=person.name, operator=person.is_operator, language=person.language)
    return Viewer(
        person=person.pk,
        organisation=membership.organisation_id,
        person_name=person.name,
        organisation_name=membership.organisation.name,
        unit=membership.unit,
        administrator=membership.role == Membership.Role.ADMINISTRATOR,
        language=person.language,
    )


def viewer_by_id(person: UUID) -> Viewer:
    """The viewer for a person's id."""
    return viewer_of(Person.objects.filter(pk=person).first())


def organisation_names(ids: Iterable[UUID] | None = None) -> dict[UUID, str]:
    """Names by id; all organisations without `ids`."""
    return dict(Organisation.objects.values_list("pk", "name")) if ids is None else _names(ids)


@reading.by_id
def _names(ids: Sequence[UUID]) -> dict[UUID, str]:
    return dict(Organisation.objects.filter(pk__in=ids).values_list("pk", "name"))


def person_names(ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Names by id."""
    return dict(Person.objects.filter(pk__in={i for i in ids if i}).values_list("pk", "name"))


def organisation(id: UUID) -> Organisation:
    """One organisation. Raises Hidden when there is none."""
    found = Organisation.objects.filter(pk=id).first()
    if found is None:
        raise Hidden()
    return found


def parties(arrangement: UUID, day: date | None = None) -> list[Party]:
    """The parties with a place on `day` (today without), partner side first."""
    return _parties(arrangement, day or clock.today())


@reading.together
def _parties(arrangements: Sequence[UUID], day: date) -> dict[UUID, list[Party]]:
    places = list(
        Place.objects.current().filter(Q(until=None) | Q(until__gte=day), stream__in=arrangements, since__lte=day)
    )
    known = Organisation.objects.in_bulk({place.organisation for place in places})
    order = [value for value, _ in Side.choices]
    found: dict[UUID, list[Party]] = {arrangement: [] for arrangement in arrangements}
    for place in places:
        if place.organisation in known:
            named = known[place.organisation]
            found[place.stream].append(Party(place.organisation, named.name, named.short, place.side))
    for rows in found.values():
        rows.sort(key=lambda party: (order.index(party.side), party.name))
    return found


def sides(arrangement: UUID) -> dict[UUID, str]:
    """Side by organisation, today."""
    return {party.organisation: party.side for party in parties(arrangement)}


def on_side(arrangement: UUID, side: str) -> list[UUID]:
    """The organisations of one side."""
    return [party.organisation for party in parties(arrangement) if party.side == side]


def programme(arrangement: UUID) -> Programme:
    """The heading of an arrangement, whoever asks. Raises Hidden when it was never founded."""
    found = _heading(arrangement)
    if found is None:
        raise Hidden()
    return found


@reading.together
def _heading(arrangements: Sequence[UUID]) -> dict[UUID, Programme | None]:
    rows = Arrangement.objects.current().filter(stream__in=arrangements, subject__in=arrangements)
    return {
        **dict.fromkeys(arrangements),
        **{row.subject: _programme(row) for row in rows if row.subject == row.stream},
    }


def _programme(row: Arrangement) -> Programme:
    return Programme(
        row.subject,
        row.kind,
        row.title,
        row.purpose,
        row.currency,
        row.time_zone,
        row.fiscal_year_start,
        tuple(row.languages),
        row.label,
    )


@reading.remembered
def programmes_of(viewer: Viewer) -> list[Programme]:
    """The arrangements in which the viewer's organisation has a place."""
    if viewer.organisation is None:
        return []
    mine = Place.objects.current().filter(organisation=viewer.organisation).values("stream")
    rows = Arrangement.objects.current().filter(stream__in=mine)
    return sorted((_programme(row) for row in rows), key=lambda p: (p.title, str(p.id)))


def zone_among(organisation: UUID | None, programmes: Sequence[Programme]) -> str:
    """The one time zone in which an organisation tells its times: that of its programmes where they agree.

    Where they do not, that of those in which it is on the partner side; UTC where that leaves several or none.
    """
    zones = {programme.time_zone for programme in programmes}
    if len(zones) > 1:
        zones = {p.time_zone for p in programmes if sides(p.id).get(organisation) == "partner"}  # type: ignore[arg-type]
    return zones.pop() if len(zones) == 1 else "UTC"


def all_programmes() -> list[Programme]:
    """Every arrangement: for the system's own tasks, never for a page."""
    return [_programme(row) for row in Arrangement.objects.current()]


def programme_for(viewer: Viewer, arrangement: UUID) -> Programme:
    """The arrangement if the viewer's organisation is a party to it. Raises Hidden otherwise."""
    if viewer.organisation is None or viewer.organisation not in sides(arrangement):
        raise Hidden()
    return programme(arrangement)


def holdings_in_force(at: datetime | None = None) -> "Q":
    """The condition that a SeatHolding is in force."""
    at = at or clock.now()
    return Q(since__lte=at) & (Q(until=None) | Q(until__gt=at)) & Q(ended_at=None) & Q(person__is_active=True)


def seat_views(seats: Sequence[Seat]) -> list[SeatView]:
    """Seats with their holders of now, in two queries."""
    held: dict[UUID, list[tuple[UUID, str]]] = {}
    rows = SeatHolding.objects.filter(holdings_in_force(), seat__in=seats).select_related("person").order_by("since")
    for holding in rows:
        held.setdefault(holding.seat_id, []).append((holding.person_id, holding.person.name))
    names = organisation_names({seat.organisation_id for seat in seats})
    return [
        SeatView(
            seat.pk,
            seat.organisation_id,
            names[seat.organisation_id],
            seat.role,
            str(seat),
            tuple(held.get(seat.pk, ())),
        )
        for seat in seats
    ]


def seats_in(
    arrangement: UUID, role: str | None = None, organisation: UUID | None = None, at: datetime | None = None
) -> list[SeatView]:
    """The seats on an arrangement's bench, now or at a moment, with their holders of now."""
    return [
        seat
        for seat, on, owner in _bench(arrangement, at)
        if (not role or on == role) and (not organisation or owner == organisation)
    ]


@reading.together
def _bench(arrangements: Sequence[UUID], at: datetime | None) -> dict[UUID, list[tuple[SeatView, str, UUID]]]:
    """The seats of arrangements, each with the role and organisation under which it stands on the bench."""
    rows = {(row.stream, row.subject): row for row in Bench.objects.as_of(at).filter(stream__in=arrangements)}
    seats = Seat.objects.filter(pk__in={subject for _stream, subject in rows}).order_by("made_at", "pk")
    views = seat_views(list(seats))
    return {
        arrangement: [
            (seat, rows[arrangement, seat.id].role, rows[arrangement, seat.id].organisation)
            for seat in views
            if (arrangement, seat.id) in rows
        ]
        for arrangement in arrangements
    }


def seats_of(organisation: UUID) -> list[SeatView]:
    """All seats of an organisation."""
    return seat_views(list(Seat.objects.filter(organisation=organisation).order_by("made_at", "pk")))


def seat_history(seat: UUID) -> list[SeatHolding]:
    """Everybody who sat or sits in a seat, newest first."""
    return list(
        SeatHolding.objects.filter(seat=seat).select_related("person", "delegated_by").order_by("-since", "-pk")
    )


@reading.remembered
def seats_held(person: UUID) -> set[UUID]:
    """The seats in which a person sits now, by filling or delegation."""
    return set(SeatHolding.objects.filter(holdings_in_force(), person=person).values_list("seat_id", flat=True))


def administrators(organisation: UUID) -> list[tuple[UUID, str]]:
    """Who administers an organisation now."""
    rows = Membership.objects.filter(
        organisation=organisation, left_at=None, role=Membership.Role.ADMINISTRATOR, person__is_active=True
    ).select_related("person")
    return [(m.person_id, m.person.name) for m in rows.order_by("since")]


def is_administrator(person: UUID | None, organisation: UUID) -> bool:
    """Whether the person administers the organisation now."""
    return any(person == found for found, _ in administrators(organisation))
