"""Reads of what measurement joins: policies and pairs through the gate, and over a programme for figures."""

from datetime import date, datetime
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.calc import adoption as calc
from trellis.calc.dates import local_date
from trellis.core.conditions import Hidden
from trellis.governance.parameters import parameter
from trellis.measurement.models import AgencyPair, Policy
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.planning import selectors as planning
from trellis.sharing import gate
from trellis.sharing.records import Record, kind_named

POLICY, PAIR, PLANTED, ALERTS = "measurement.policy", "measurement.pair", "operations.planted", "operations.alerts"
MONTHS = "measurement.exercise-months"
R = TypeVar("R", bound=Record)
STEPS = {
    "planned": gettext_lazy("planned"),
    "drafted": gettext_lazy("drafted"),
    "consulted": gettext_lazy("consulted on"),
    "adopted": gettext_lazy("adopted"),
    "in_force": gettext_lazy("in force"),
    "ended": gettext_lazy("ended"),
}


def policies(viewer: Viewer, programme: UUID) -> list[Policy]:
    """The policies that the viewer may read, by strategy and due day. Raises Hidden for who is no party."""
    parties.programme_for(viewer, programme)
    rows = gate.visible(Policy, viewer, _("Policies")).filter(context=programme)
    return list(rows.order_by("strategy", "due", "title", "subject"))


def policy(viewer: Viewer, programme: UUID, subject: UUID) -> Policy:
    """One policy. Raises Hidden for who may not read it."""
    return _one(Policy, viewer, programme, subject, _("Policies"))


def pairs(viewer: Viewer, programme: UUID) -> list[AgencyPair]:
    """The pairs of agencies that the viewer may read. Raises Hidden for who is no party."""
    parties.programme_for(viewer, programme)
    rows = gate.visible(AgencyPair, viewer, _("Cooperation of agencies")).filter(context=programme)
    return list(rows.order_by("first", "second", "subject"))


def pair(viewer: Viewer, programme: UUID, subject: UUID) -> AgencyPair:
    """One pair. Raises Hidden for who may not read it."""
    return _one(AgencyPair, viewer, programme, subject, _("Cooperation of agencies"))


def versions(viewer: Viewer, row: Record) -> list[Record]:
    """Every version of a policy or a pair that the viewer may read, newest first."""
    rows = gate.visible(type(row), viewer, _("History of a record"), history=True).filter(subject=row.subject)
    return list(rows.order_by("-seq"))


def _one(model: type[R], viewer: Viewer, programme: UUID, subject: UUID, purpose: str) -> R:
    parties.programme_for(viewer, programme)
    found: R = gate.get(model, viewer, subject, purpose)
    if found.context != programme:
        raise Hidden()
    return found


def objectives(programme: UUID) -> dict[UUID, str]:
    """The objectives of the strategic direction in force."""
    held = planning.direction(programme)
    return {one.id: one.title for one in held.objectives} if held else {}


def strategy(programme: UUID) -> str:
    """The title of the strategic direction in force, if there is one."""
    held = planning.direction(programme)
    return held.title if held else ""


def pair_known(programme: UUID, both: set[str], apart_from: UUID | None) -> bool:
    """Whether two agencies stand as a pair already, whoever recorded them."""
    rows = AgencyPair.records.privileged().as_of(None).filter(context=programme).exclude(subject=apart_from)
    return any({row.first.casefold(), row.second.casefold()} == both for row in rows)


def months(programme: UUID, as_of: datetime | None = None) -> int:
    """Within how many months a protocol has to be exercised."""
    return int(parameter(programme, MONTHS, as_of))


# Over a programme, for figures


def day_of(programme: UUID, as_of: datetime, period: tuple[date, date] | None) -> date:
    """The day that is asked about: the last of the period, or the day of the moment in the programme's time zone."""
    return period[1] if period else local_date(as_of, ZoneInfo(parties.programme(programme).time_zone))


def owners(programme: UUID, kind: str, as_of: datetime) -> list[UUID]:
    """Whoever has records of a kind for a programme at a moment."""
    rows = kind_named(kind).model.records.privileged().as_of(as_of).filter(context=programme)
    return sorted(set(rows.values_list("owner", flat=True)))


def partners_with(programme: UUID, kind: str, as_of: datetime) -> list[UUID]:
    """The organisations of the partner side that have records of a kind of their own operations."""
    partners = parties.on_side(programme, "partner")
    rows = kind_named(kind).model.records.privileged().as_of(as_of).filter(owner__in=partners)
    return sorted(set(rows.values_list("owner", flat=True)))


def counted_policy(row: Policy) -> calc.Policy:
    """A policy as the calculation takes it."""
    names = ("strategy", "due", "drafted", "consulted", "adopted", "in_force", "ended")
    return calc.Policy(str(row.subject), **{name: getattr(row, name) for name in names})


def counted_pair(row: AgencyPair) -> calc.Pair:
    """A pair as the calculation takes it."""
    return calc.Pair(str(row.subject), row.required, row.starts, row.ends, row.exercised)


def policies_at(programme: UUID, as_of: datetime, strategy: str = "") -> list[calc.Policy]:
    """Every policy of a programme as known at a moment."""
    rows = Policy.records.privileged().as_of(as_of).filter(context=programme)
    if strategy:
        rows = rows.filter(strategy=strategy)
    return [counted_policy(row) for row in rows.order_by("due", "subject")]


def pairs_at(programme: UUID, as_of: datetime) -> list[calc.Pair]:
    """Every pair of a programme as known at a moment."""
    rows = AgencyPair.records.privileged().as_of(as_of).filter(context=programme)
    return [counted_pair(row) for row in rows.order_by("first", "second", "subject")]
