"""The decision-rights matrix as people read it: who decides what, who holds it now, and every version (GOV-01)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from trellis.core.conditions import Hidden
from trellis.governance import rights
from trellis.governance import services as governance
from trellis.governance.kinds import PARTNER_ONLY
from trellis.governance.models import MatrixRow
from trellis.governance.registry import DecisionKind, decision_kinds, kind_named
from trellis.parties import selectors as parties
from trellis.parties.models import SeatRole, Side
from trellis.parties.schemas import SeatView, Viewer


@dataclass(frozen=True)
class Holder:
    """Who holds a key of a right now; `people` empty is a vacant seat."""

    side: str
    organisation: str
    seat: str
    people: tuple[str, ...]

    @property
    def vacant(self) -> bool:
        return not self.people


@dataclass(frozen=True)
class Line:
    """One right: whose keys adopt, who may propose, and who holds both now."""

    kind: str
    title: str
    joint: bool
    keys: tuple[tuple[str, str], ...]
    holders: tuple[Holder, ...]
    proposers: tuple[str, ...]
    forum: str
    written: bool
    emergency: str
    lead_donor: str
    version: int
    partner_only: bool

    @property
    def vacant(self) -> bool:
        """Whether a key has nobody who could turn it."""
        return not self.holders or any(holder.vacant for holder in self.holders)


@dataclass(frozen=True)
class Version:
    """One version of a row, with the decision that made it."""

    version: int
    at: datetime
    until: datetime | None
    decision: UUID
    reason: str
    words: str


def role_title(role: str) -> str:
    """The name of a role."""
    return str(SeatRole(role).label) if role in SeatRole.values else role


def side_title(side: str) -> str:
    """The name of a side; `party` is every party that a proposal names."""
    return _("each party named") if side == "party" else str(Side(side).label) if side in Side.values else side


class _Bench:
    """Seats and administrators of an arrangement, read once for all rights."""

    def __init__(self, arrangement: UUID) -> None:
        self.parties = parties.parties(arrangement)
        self.seats: dict[tuple[UUID, str], list[SeatView]] = {}
        for seat in parties.seats_in(arrangement):
            self.seats.setdefault((seat.organisation, seat.role), []).append(seat)
        self.administrators = {p.organisation: parties.administrators(p.organisation) for p in self.parties}

    def holders(self, side: str, role: str, only: UUID | None) -> Iterable[Holder]:
        """Everybody who could hold a role on a side; the side's first organisation where no seat exists."""
        members = [p for p in self.parties if side in ("party", p.side) and only in (None, p.organisation)]
        found = []
        for party in members:
            if role == "administrator":
                names = tuple(name for _id, name in self.administrators[party.organisation])
                found.append(Holder(party.side, party.name, role_title(role), names))
            for seat in self.seats.get((party.organisation, role), ()):
                found.append(Holder(party.side, party.name, seat.title, tuple(name for _id, name in seat.holders)))
        return found or [
            Holder(p.side, p.name, _("no seat: %(role)s") % {"role": role_title(role)}, ()) for p in members[:1]
        ]


def matrix(viewer: Viewer, arrangement: UUID) -> list[Line]:
    """Every right of an arrangement, for any of its parties."""
    parties.programme_for(viewer, arrangement)
    bench = _Bench(arrangement)
    held = rights.all_rights(arrangement)
    return [_line(kind, held[kind.name], bench) for kind in decision_kinds()]


def line(viewer: Viewer, arrangement: UUID, kind: str) -> Line:
    """One right. Raises Hidden for an unknown kind."""
    parties.programme_for(viewer, arrangement)
    try:
        known = kind_named(kind)
    except KeyError:
        raise Hidden() from None
    return _line(known, rights.right(arrangement, known), _Bench(arrangement))


def _line(kind: DecisionKind[Any], held: rights.Right, bench: _Bench) -> Line:
    keys = [(side, role) for side, role in held.slots.items() if role]
    lead = held.lead_donor
    holders = [h for side, role in keys for h in bench.holders(side, role, lead if side == "donor" else None)]
    names = {p.organisation: p.name for p in bench.parties}
    return Line(
        kind.name,
        str(kind.title),
        held.joint,
        tuple((side, role_title(role)) for side, role in keys),
        tuple(holders),
        tuple(proposer_title(p) for p in held.proposers),
        held.forum,
        held.written,
        role_title(held.emergency) if held.emergency else "",
        names.get(lead, "") if lead else "",
        held.version,
        bool(PARTNER_ONLY.get(kind.name)),
    )


def proposer_title(proposer: str) -> str:
    """`partner:coordinator` in words."""
    side, _sep, role = proposer.rpartition(":")
    if not side:
        return role_title(role)
    return _("%(role)s (%(side)s)") % {"role": role_title(role), "side": side_title(side)}


def row_words(row: Mapping[str, Any], names: Mapping[UUID, str]) -> dict[str, str]:
    """A row of the matrix in words, by what each part is called."""
    keys = "; ".join(f"{side_title(side)}: {role_title(role)}" for side, role in sorted(row["slots"].items()) if role)
    meeting = _("committee, or in writing") if row["written"] else _("committee")
    return {
        _("Decided"): _("jointly") if row["joint"] else _("by one"),
        _("Keys"): keys,
        _("May propose"): "; ".join(proposer_title(proposer) for proposer in row["proposers"]),
        _("Where"): meeting if row["forum"] == "committee" else _("by keys alone"),
        _("Alone in an emergency"): role_title(row["emergency"]) if row["emergency"] else _("nobody"),
        _("Lead donor"): names.get(row["lead_donor"], "") if row["lead_donor"] else _("none"),
    }


def versions(viewer: Viewer, arrangement: UUID, kind: str) -> list[Version]:
    """Every version of a row, newest first."""
    parties.programme_for(viewer, arrangement)
    rows = MatrixRow.objects.filter(stream=arrangement, kind=kind).order_by("-version")
    found = []
    for row in rows:
        reason = ""
        if row.decision != arrangement:
            said = governance.content_of(row.decision)
            reason = said.reason if said else ""
        keys = ", ".join(f"{side_title(s)}: {role_title(r)}" for s, r in row.slots.items() if r)
        words = _("joint, %(keys)s") if row.joint else _("one decider, %(keys)s")
        found.append(Version(row.version, row.at, row.closed_at, row.decision, reason, words % {"keys": keys}))
    return found
