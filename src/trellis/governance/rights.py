"""Who may propose and whose keys adopt: the matrix, read; slots, resolved."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from trellis.core import ids, ports, reading
from trellis.core.conditions import Blocked, Condition, Invalid
from trellis.governance.models import MatrixRow
from trellis.governance.registry import Context, DecisionKind, Need, decision_kinds
from trellis.parties import selectors as parties
from trellis.parties.models import SeatRole


@dataclass(frozen=True)
class Right:
    """One row of the matrix in force: the roles that hold slots, who may propose, in which forum."""

    kind: str
    version: int
    joint: bool
    slots: dict[str, str]
    proposers: tuple[str, ...]
    forum: str
    written: bool
    emergency: str
    lead_donor: UUID | None

    @property
    def words(self) -> str:
        """For a key: under which right it was turned."""
        return _("right %(kind)s of the matrix, version %(version)s") % {"kind": self.kind, "version": self.version}


def default_row(kind: DecisionKind[Any]) -> dict[str, Any]:
    """A kind's row as its area declares it: what matrix version 1 holds."""
    return {
        "kind": kind.name,
        "joint": kind.slots.joint,
        "decider": "" if kind.slots.joint else next(iter(kind.slots.roles)),
        "slots": kind.slots.roles,
        "proposers": list(kind.proposers),
        "forum": kind.forum,
        "written": kind.written,
        "emergency": kind.emergency,
        "lead_donor": None,
    }


def default_matrix() -> list[dict[str, Any]]:
    """Matrix version 1: a row for every kind that is decided inside an arrangement."""
    return [default_row(kind) for kind in decision_kinds()]


def check_row(row: dict[str, Any]) -> None:
    """GOV-01: exactly one decider, or joint with one key per side. Raises Invalid saying what is wrong."""
    roles = {role for role in row["slots"].values() if role} | {str(row.get("emergency") or "")} - {""}
    roles |= {proposer.rpartition(":")[2] for proposer in row["proposers"]}
    if unknown := roles - set(SeatRole.values):
        raise Invalid({row["kind"]: _("There is no role %(role)s.") % {"role": ", ".join(sorted(unknown))}})
    if not row["proposers"]:
        raise Invalid({row["kind"]: _("Somebody must be able to propose it.")})
    if row["forum"] not in ("keys", "committee"):
        raise Invalid({row["kind"]: _("The forum is keys or committee.")})
    sides = [side for side, role in row["slots"].items() if role]
    if not sides:
        raise Invalid({row["kind"]: _("A row needs a decider, or one key per side.")})
    if not row["joint"] and len(sides) != 1:
        raise Invalid(
            {row["kind"]: _("A row that is not joint has exactly one decider; %(n)s are named.") % {"n": len(sides)}}
        )
    if row["joint"] and set(sides) != {"party"} and not {"partner", "donor"} <= set(sides):
        raise Invalid({row["kind"]: _("A joint row needs one key of the partner side and one of the donor side.")})
    if not row["joint"] and row.get("decider", "") not in ("", sides[0]):
        raise Invalid({row["kind"]: _("The decider is not the side whose role is named.")})


def matrix_subject(arrangement: UUID, kind: str) -> UUID:
    """The subject of a row: the same in every version."""
    return ids.derived(arrangement, "matrix", kind)


def right(arrangement: UUID, kind: DecisionKind[Any]) -> Right:
    """The row in force for a kind; the declared default where the matrix predates the kind."""
    return _right(kind, _row(arrangement, kind.name))


@reading.together
def _row(arrangements: Sequence[UUID], kind: str) -> dict[UUID, MatrixRow | None]:
    rows = MatrixRow.objects.current().filter(stream__in=arrangements, kind=kind)
    return {**dict.fromkeys(arrangements), **{row.stream: row for row in rows}}


def all_rights(arrangement: UUID) -> dict[str, Right]:
    """The rows in force for every kind, in one query."""
    rows = {row.kind: row for row in MatrixRow.objects.current().filter(stream=arrangement)}
    return {kind.name: _right(kind, rows.get(kind.name)) for kind in decision_kinds()}


def _right(kind: DecisionKind[Any], row: MatrixRow | None) -> Right:
    names = ("joint", "slots", "proposers", "forum", "written", "emergency", "lead_donor")
    said = default_row(kind) if row is None else {name: getattr(row, name) for name in names}
    return Right(
        kind.name,
        0 if row is None else row.version,
        said["joint"],
        dict(said["slots"]),
        tuple(said["proposers"]),
        said["forum"],
        said["written"],
        said["emergency"],
        said["lead_donor"],
    )


def needs(kind: DecisionKind[Any], payload: Any, context: Context) -> list[Need]:
    """The slots of a proposal. A side's slot stands for one organisation; several donors give several slots."""
    held = right(context.arrangement, kind)
    named = kind.organisations(payload, context) if kind.organisations else {}
    sides = parties.sides(context.arrangement)
    found: list[Need] = []
    for side, role in sorted(held.slots.items(), key=lambda item: item[0] != "partner"):
        if not role:
            continue
        organisations = list(named.get(side, ())) or _default_organisations(held, side, role, context, sides)
        if not organisations:
            raise Blocked(
                _("Nobody could decide this."),
                [Condition(_("A key of each side"), False, _("No organisation is on the side: %(s)s") % {"s": side})],
            )
        for organisation in dict.fromkeys(organisations):
            name = side if len(organisations) == 1 else f"{side}:{organisation}"
            found.append(Need(name, sides.get(organisation, side), organisation, role))
            _on_its_side(side, sides.get(organisation), organisation, found)
    return found


def _default_organisations(held: Right, side: str, role: str, context: Context, sides: dict[UUID, str]) -> list[UUID]:
    members = [organisation for organisation, its in sides.items() if its == side]
    seated = [seat.organisation for seat in parties.seats_in(context.arrangement, role)]
    having = [organisation for organisation in members if organisation in seated]
    if side == "party":
        return list(sides)
    # A co-chair speaks for the whole side: one key, of the organisation that has the seat.
    if side == "donor" and role != "co-chair":
        if held.lead_donor:
            return [held.lead_donor]
        in_force = sorted({d for port in ports.donors_in_force for d in port(context.arrangement, context.at)})
        return in_force or members
    # Where nobody has such a seat the slot stands all the same, vacant, so that no side is ever left out.
    return having[:1] or members[:1]


def _on_its_side(slot: str, side: str | None, organisation: UUID, found: list[Need]) -> None:
    """No organisation fills slots of two sides, and none the slot of the side that it is not on."""
    elsewhere = [n for n in found if n.organisation == organisation and n.name.partition(":")[0] != slot]
    if elsewhere or (slot in ("partner", "donor") and side is not None and side != slot):
        raise Invalid({"slots": _("One organisation would hold keys of two sides.")})


def holders(arrangement: UUID, organisation: UUID, role: str) -> list[str]:
    """Who holds a right now, in words for a refusal; says so when the seat is vacant or there is none."""
    if role == "administrator":
        people = ", ".join(name for _id, name in parties.administrators(organisation))
        name = parties.organisation_names([organisation]).get(organisation, "")
        return [_("Administrator, %(organisation)s (%(people)s)") % {"organisation": name, "people": people}]
    seats = parties.seats_in(arrangement, role, organisation)
    if not seats:
        name = parties.organisation_names([organisation]).get(organisation, "")
        return [_("%(organisation)s, which has no seat %(role)s") % {"organisation": name, "role": role}]
    return [seat.words if not seat.vacant else _("%(seat)s: vacant") % {"seat": seat.words} for seat in seats]


def seat_of(arrangement: UUID, person: UUID | None, organisation: UUID, role: str) -> UUID | None:
    """The seat through which a person holds a role in an organisation now, or None."""
    if person is None:
        return None
    mine = parties.seats_held(person)
    for seat in parties.seats_in(arrangement, role, organisation):
        if seat.id in mine:
            return seat.id
    return None


def may(arrangement: UUID, person: UUID | None, organisation: UUID, role: str) -> bool:
    """Whether a person holds a role in an organisation now."""
    if role == "administrator":
        return parties.is_administrator(person, organisation)
    return seat_of(arrangement, person, organisation, role) is not None


def may_propose(arrangement: UUID, kind: DecisionKind[Any], person: UUID | None, organisation: UUID) -> bool:
    """Whether somebody may propose a kind: holds one of the proposing roles, written `side:role` or `role`."""
    side = parties.sides(arrangement).get(organisation)
    for proposer in right(arrangement, kind).proposers:
        wanted, _sep, role = proposer.rpartition(":")
        if (not wanted or wanted == side) and side and may(arrangement, person, organisation, role):
            return True
    return False


def proposer_words(arrangement: UUID, kind: DecisionKind[Any]) -> list[str]:
    """Who may propose a kind, in words."""
    found: list[str] = []
    for proposer in right(arrangement, kind).proposers:
        wanted, _sep, role = proposer.rpartition(":")
        for party in parties.parties(arrangement):
            if wanted not in ("", party.side):
                continue
            if role == "administrator" or parties.seats_in(arrangement, role, party.organisation):
                found += holders(arrangement, party.organisation, role)
    return list(dict.fromkeys(found))
