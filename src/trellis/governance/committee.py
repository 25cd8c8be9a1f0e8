"""The steering committee: members, meetings, quorum and co-chairs (GOV-03)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trellis.core import clock
from trellis.core.conditions import Condition, Hidden, Invalid, Refused
from trellis.governance import rights
from trellis.governance.models import Committee, Meeting
from trellis.parties import selectors as parties
from trellis.parties.schemas import SeatView, Viewer
from trellis.sharing import gate, records
from trellis.sharing import services as sharing
from trellis.sharing.models import Audience


def committee(arrangement: UUID, at: datetime | None = None) -> Committee | None:
    """The committee in force, now or at a moment."""
    found: Committee | None = Committee.objects.as_of(at).filter(stream=arrangement).first()
    return found


def counted(rule: Committee | None, seats: Sequence[SeatView], meeting: Meeting) -> dict[UUID, SeatView]:
    """Member seats that count as present, each with the seat that sat for it: the member's own, or the alternate's.

    Who recused themselves is not counted, and neither is a guest who has no seat on the committee.
    """
    by_id = {str(seat.id): seat for seat in seats}
    present = set(meeting.attended) - set(meeting.recused)
    found: dict[UUID, SeatView] = {}
    for member in rule.members if rule else ():
        sat = member if member in present else (rule.alternates if rule else {}).get(member, "")
        if member in by_id and sat in present and sat in by_id:
            found[by_id[member].id] = by_id[sat]
    return found


def quorate(arrangement: UUID, meeting: Meeting) -> tuple[bool, str]:
    """Whether a meeting was quorate with both co-chairs present, and the count in words.

    Members, quorum and seats are those of the day it was held: what is decided later does not undo a meeting.
    """
    rule = committee(arrangement, meeting.held_at)
    seats = parties.seats_in(arrangement, at=meeting.held_at)
    if rule is None:  # held before the programme was founded
        rule, seats = committee(arrangement), parties.seats_in(arrangement)
    present = counted(rule, seats, meeting)
    sides = parties.sides(arrangement)
    chairs = {sides.get(seat.organisation) for seat in seats if seat.id in present and seat.role == "co-chair"}
    quorum = rule.quorum if rule else 2
    both = {"partner", "donor"} <= chairs
    text = ngettext(
        "%(n)s member present, quorum %(quorum)s; co-chairs of both sides: %(both)s",
        "%(n)s members present, quorum %(quorum)s; co-chairs of both sides: %(both)s",
        len(present),
    )
    words = text % {"n": len(present), "quorum": quorum, "both": _("yes") if both else _("no")}
    return len(present) >= quorum and both, words


def _newest(arrangement: UUID, meeting: UUID) -> Meeting | None:
    rows = Meeting.records.privileged().as_of(None)
    found: Meeting | None = rows.filter(subject=meeting, arrangement=arrangement).first()
    return found


def recorded(arrangement: UUID, meeting: UUID) -> bool:
    """Whether a meeting of this arrangement is recorded."""
    return _newest(arrangement, meeting) is not None


def seats_for(arrangement: UUID, meeting: Meeting) -> list[SeatView]:
    """The seats that a meeting's record names or could name: those of its day, and those that take part now."""
    found = {seat.id: seat for seat in parties.seats_in(arrangement)}
    return list({**found, **{seat.id: seat for seat in parties.seats_in(arrangement, at=meeting.held_at)}}.values())


def meeting_condition(arrangement: UUID, meeting: UUID | None) -> Condition:
    """The condition that a committee decision was taken in a quorate meeting; else it is advisory."""
    name = str(_("Taken in a quorate meeting of the steering committee, both co-chairs present"))
    if meeting is None:
        return Condition(name, False, _("No meeting is named; without one the outcome is advisory."))
    found = _newest(arrangement, meeting)
    if found is None:
        return Condition(name, False, _("That meeting is not recorded."))
    holds, words = quorate(arrangement, found)
    return Condition(name, holds, words if holds else _("Advisory: %(words)s") % {"words": words})


def recused(arrangement: UUID, meeting: UUID, seat: UUID | None) -> bool:
    """Whether the holder of a seat stood aside in a meeting."""
    found = _newest(arrangement, meeting)
    return found is not None and str(seat) in found.recused


def meetings(viewer: Viewer, arrangement: UUID) -> list[Meeting]:
    """Meetings that the viewer may read, newest first."""
    parties.programme_for(viewer, arrangement)
    rows = gate.visible(Meeting, viewer, _("Committee meetings")).filter(arrangement=arrangement)
    return list(rows.order_by("-held_at", "-id"))


def meeting(viewer: Viewer, arrangement: UUID, subject: UUID) -> Meeting:
    """One meeting. Raises Hidden for who may not read it."""
    found: Meeting = gate.get(Meeting, viewer, subject, _("Committee meetings"))
    if found.arrangement != arrangement:
        raise Hidden()
    return found


def versions(viewer: Viewer, arrangement: UUID, subject: UUID) -> list[Meeting]:
    """Every version of a meeting's record, newest first."""
    parties.programme_for(viewer, arrangement)
    rows = gate.visible(Meeting, viewer, _("Committee meetings"), history=True)
    return list(rows.filter(arrangement=arrangement, subject=subject).order_by("-recorded_at", "-id"))


def may_correct(viewer: Viewer, meeting: Meeting) -> bool:
    """Whether the viewer corrects this record: a co-chair of the organisation that made it."""
    return viewer.organisation == meeting.owner and may_record(viewer, meeting.arrangement)


def may_record(viewer: Viewer, arrangement: UUID) -> bool:
    """Whether the viewer records meetings: co-chairs do, and who sits in for them."""
    return viewer.organisation is not None and rights.may(arrangement, viewer.person, viewer.organisation, "co-chair")


def recorders(arrangement: UUID, organisation: UUID | None = None) -> list[str]:
    """Who records meetings, in words; of one organisation, who corrects what it recorded."""
    chairs = [s for s in _chairs(arrangement) if organisation in (None, s.organisation)]
    return [s.words if not s.vacant else _("%(seat)s: vacant") % {"seat": s.words} for s in chairs]


def _chairs(arrangement: UUID) -> list[SeatView]:
    return parties.seats_in(arrangement, "co-chair")


def _checked(
    viewer: Viewer,
    arrangement: UUID,
    held_at: datetime,
    attended: Sequence[UUID],
    stood_aside: Sequence[UUID],
    bench: set[UUID] | None = None,
) -> None:
    parties.programme_for(viewer, arrangement)
    if not may_record(viewer, arrangement):
        raise Refused(_("Only a co-chair records a meeting of the committee."), recorders(arrangement))
    bench = bench if bench is not None else {seat.id for seat in parties.seats_in(arrangement)}
    wrong: dict[str, str] = {}
    if held_at > clock.now():
        wrong["held_at"] = _("A meeting is recorded when it has been held.")
    if not attended or not set(attended) <= bench:
        wrong["attended"] = _("Choose the seats that took part, from those of this programme.")
    if not set(stood_aside) <= set(attended):
        wrong["recused"] = _("Only who took part can stand aside.")
    if wrong:
        raise Invalid(wrong)


@transaction.atomic
def meeting_record(
    viewer: Viewer,
    arrangement: UUID,
    *,
    held_at: datetime,
    attended: Sequence[UUID],
    recused: Sequence[UUID] = (),
    notes: str = "",
) -> Meeting:
    """Records a meeting, and shows it to every party of the arrangement; a co-chair's act.

    `attended` and `recused` are seats. It says nothing about decisions: proposals name the meeting that takes them.
    """
    _checked(viewer, arrangement, held_at, attended, recused)
    row = Meeting(
        arrangement=arrangement,
        context=arrangement,
        held_at=held_at,
        attended=sorted({str(seat) for seat in attended}),
        recused=sorted({str(seat) for seat in recused}),
        notes=notes,
        label="GREEN",
    )
    records.write(viewer.actor, [row])
    audience = {"audience": Audience.PARTIES, "arrangement": arrangement, "ceiling": "GREEN"}
    sharing.carry(
        viewer.actor, "governance.meeting", row.subject, audience, _("Every party reads the committee's meetings")
    )
    return row


def meeting_correct(
    viewer: Viewer,
    arrangement: UUID,
    subject: UUID,
    why: str,
    *,
    held_at: datetime,
    attended: Sequence[UUID],
    recused: Sequence[UUID] = (),
    notes: str = "",
) -> Meeting:
    """A corrected version of a meeting's record, by the organisation that recorded it."""
    last = meeting(viewer, arrangement, subject)
    if viewer.organisation != last.owner:
        raise Refused(
            _("Only the organisation that recorded a meeting corrects its record."), recorders(arrangement, last.owner)
        )
    _checked(viewer, arrangement, held_at, attended, recused, {seat.id for seat in seats_for(arrangement, last)})
    if not why.strip():
        raise Invalid({"why": _("Say why.")})
    changes = {"attended": sorted({str(s) for s in attended}), "recused": sorted({str(s) for s in recused})}
    return records.correct(last, viewer.actor, why, held_at=held_at, notes=notes, **changes)
