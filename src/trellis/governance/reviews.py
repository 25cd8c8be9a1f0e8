"""Quarterly reviews (GOV-04): the calendar, what each quarter's state is, the pack, and signing.

States are computed and never stored: a quarter is upcoming until it ends, open until its day, overdue after it,
and held once both sides have signed its pack.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import F, Min

from trellis.calc.dates import Quarter, local_date, quarter_at, quarter_of, quarters
from trellis.core import clock, reading
from trellis.core.conditions import Hidden
from trellis.core.models import Checkpoint
from trellis.governance import packs, selectors
from trellis.governance import services as governance
from trellis.governance.kinds_committee import ReviewSign
from trellis.governance.models import Decision, Outcome, Review, Stage
from trellis.governance.parameters import parameter
from trellis.governance.schemas import Attendance, PackPart, ReviewView
from trellis.parties import selectors as parties
from trellis.parties.models import Arrangement
from trellis.parties.schemas import Viewer

AHEAD = 2  # quarters shown that have not begun
ENDED = (Stage.Name.EXITED, Stage.Name.POST_EXIT)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def zone_of(arrangement: UUID) -> ZoneInfo:
    """The time zone of a programme."""
    return _zone(parties.programme(arrangement).time_zone)


def calendar(arrangement: UUID, today: date) -> list[Quarter]:
    """The quarters in which a programme is reviewed: from its founding, until its exit or two quarters ahead."""
    programme = parties.programme(arrangement)
    founded, left = _founded(arrangement), _left(arrangement)
    if founded is None:
        raise Hidden()
    begun = local_date(founded, _zone(programme.time_zone))
    last = quarter_of(today, programme.fiscal_year_start).shift(AHEAD).first
    if left is not None:
        last = min(last, local_date(left, _zone(programme.time_zone)))
    return list(quarters(begun, last, programme.fiscal_year_start))


@reading.together
def _founded(arrangements: Sequence[UUID]) -> dict[UUID, datetime | None]:
    rows = Arrangement.objects.filter(stream__in=arrangements, subject=F("stream"))
    return {**dict.fromkeys(arrangements), **dict(rows.values_list("stream").annotate(Min("at")))}


@reading.together
def _left(arrangements: Sequence[UUID]) -> dict[UUID, datetime | None]:
    """When they were first left, those that were."""
    rows = Stage.objects.filter(stream__in=arrangements, stage__in=ENDED)
    return {**dict.fromkeys(arrangements), **dict(rows.values_list("stream").annotate(Min("at")))}


def quarter_starting(arrangement: UUID, first: date) -> Quarter | None:
    """The quarter of the programme's calendar that begins on a day, or None."""
    today = local_date(clock.now(), zone_of(arrangement))
    return next((q for q in calendar(arrangement, today) if q.first == first), None)


def reviews(arrangement: UUID, at: datetime | None = None) -> list[ReviewView]:
    """Every review of the calendar with its state now or at a moment, the newest quarter first.

    Whether a review is overdue is for everybody to know; the packs are not in here.
    """
    programme = parties.programme(arrangement)
    today = local_date(at or clock.now(), _zone(programme.time_zone))
    grace = timedelta(days=int(parameter(arrangement, "review.grace", at)))
    held = {row.period_start: (row, number) for row, number in _held(arrangement, at)}
    waiting = _proposed(arrangement)
    found = []
    for quarter in calendar(arrangement, today):
        (row, number), due = held.get(quarter.first, (None, None)), quarter.last + grace
        state = "held" if row else "upcoming" if today <= quarter.last else "open" if today <= due else "overdue"
        found.append(
            ReviewView(
                arrangement,
                quarter.label,
                quarter.first,
                quarter.last,
                due,
                state,
                late=row is not None and local_date(row.at, _zone(programme.time_zone)) > due,
                held_on=row.held_on if row else None,
                as_of=row.as_of if row else None,
                decision=row.decision if row else None,
                number=number,
                proposed=waiting.get(quarter.first) if row is None else None,
            )
        )
    return found[::-1]


@reading.together
def _held(arrangements: Sequence[UUID], at: datetime | None) -> dict[UUID, list[tuple[Review, int | None]]]:
    """The reviews that were signed, without their packs, each with the number of its decision."""
    rows = list(Review.objects.as_of(at).filter(stream__in=arrangements).defer("pack", "attendance"))
    signed = Outcome.objects.filter(decision__in=[row.decision for row in rows])
    numbers = dict(signed.values_list("decision", "number")) if rows else {}
    found: dict[UUID, list[tuple[Review, int | None]]] = {arrangement: [] for arrangement in arrangements}
    for row in rows:
        found[row.stream].append((row, numbers.get(row.decision)))
    return found


@reading.together
def _proposed(arrangements: Sequence[UUID]) -> dict[UUID, dict[date, UUID]]:
    """Open proposals to sign a review, by the first day of their quarter."""
    rows = list(Decision.objects.filter(stream__in=arrangements, kind="review.sign", outcome=None).order_by("seq"))
    said = selectors.contents(rows)
    found: dict[UUID, dict[date, UUID]] = {arrangement: {} for arrangement in arrangements}
    for row in rows:
        if row.pk in said:
            found[row.stream][said[row.pk].period_start] = row.pk
    return found


def review(viewer: Viewer, arrangement: UUID, first: date) -> ReviewView:
    """The review of the quarter that begins on `first`. Raises Hidden."""
    parties.programme_for(viewer, arrangement)
    found = next((r for r in reviews(arrangement) if r.period_start == first), None)
    if found is None:
        raise Hidden()
    return found


def signed_pack(viewer: Viewer, arrangement: UUID, first: date) -> tuple[list[PackPart], list[Attendance]]:
    """The frozen pack of a review that was held, and who took part. Raises Hidden."""
    parties.programme_for(viewer, arrangement)
    row = Review.objects.current().filter(stream=arrangement, period_start=first).first()
    if row is None:
        raise Hidden()
    return (
        [PackPart.model_validate(part) for part in row.pack],
        [Attendance.model_validate(one) for one in row.attendance],
    )


def pack(viewer: Viewer, arrangement: UUID, first: date, as_of: datetime | None = None) -> list[PackPart]:
    """The pack of a quarter as it would be signed now, or of an earlier date."""
    parties.programme_for(viewer, arrangement)
    quarter = quarter_starting(arrangement, first)
    if quarter is None:
        raise Hidden()
    return packs.build(arrangement, quarter.period, as_of or clock.now())


def sign(
    viewer: Viewer,
    arrangement: UUID,
    first: date,
    *,
    attended: Sequence[UUID],
    held_on: date | None = None,
    as_of: datetime | None = None,
    meeting: UUID | None = None,
    procedure: str = "ordinary",
) -> Decision:
    """Builds the pack of a quarter, freezes it in a proposal, and turns the proposer's key; a co-chair's act.

    `attended` are the seats that took part. The other side's co-chair signs by turning the second key; then every
    party gets a checkpoint of the stream.
    """
    as_of = as_of or clock.now()
    parts = pack(viewer, arrangement, first, as_of)
    quarter = quarter_starting(arrangement, first)
    assert quarter
    seats = {seat.id: seat for seat in parties.seats_in(arrangement)}
    attendance = [Attendance(organisation=seats[s].organisation, seat=s) for s in attended if s in seats]
    payload = ReviewSign(
        period_start=quarter.first,
        period_end=quarter.last,
        as_of=as_of,
        held_on=held_on or local_date(as_of, zone_of(arrangement)),
        pack=parts,
        attendance=attendance,
    )
    return governance.propose(viewer, arrangement, "review.sign", payload, meeting=meeting, procedure=procedure)


def current_quarter(arrangement: UUID) -> Quarter:
    """The quarter that a programme is in."""
    programme = parties.programme(arrangement)
    return quarter_at(clock.now(), _zone(programme.time_zone), programme.fiscal_year_start)


def checkpoints(viewer: Viewer, stream: UUID) -> list[Checkpoint]:
    """The checkpoints that the viewer's organisation was given of a stream, newest first."""
    if viewer.organisation is None:
        return []
    return list(Checkpoint.objects.filter(stream=stream, party=viewer.organisation).order_by("-seq", "-at"))
