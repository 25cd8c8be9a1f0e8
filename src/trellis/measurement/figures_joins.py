"""Data kinds, parameter and figure kinds of what measurement joins (MEA-07, MEA-08, MEA-09)."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from django.utils.translation import gettext as text
from django.utils.translation import gettext_lazy as _

from trellis.calc import adoption, detection
from trellis.calc.dates import whole_quarters
from trellis.calc.figure import Basis, Figure
from trellis.core.conditions import Invalid
from trellis.core.figures import Ask, FigureKind, figure_kind
from trellis.governance.parameters import declare
from trellis.measurement import joins_reading as reading
from trellis.measurement.models import AgencyPair, Policy
from trellis.operations.practice import selectors as operations
from trellis.parties import selectors as parties
from trellis.sharing.records import DataKind, data_kind

data_kind(
    DataKind(
        reading.POLICY,
        Policy,
        _("Policy"),
        _("A planned policy, when it is due and which steps it has reached; at figure detail the shares alone"),
        search=("title", "strategy"),
    )
)
data_kind(
    DataKind(
        reading.PAIR,
        AgencyPair,
        _("Pair of agencies"),
        _("Two agencies, their protocol and its last exercise; at figure detail the shares alone"),
        search=("first", "second", "protocol_title"),
    )
)
declare(reading.MONTHS, "12", "months", "A protocol that nobody has exercised for a year is counted as on paper (D24).")


def _programme(ask: Ask) -> UUID:
    return ask.uuid("programme")


def _basis(ask: Ask, kind: str) -> Basis:
    return Basis(ask.as_of, ask.period, (f"{kind}?context={_programme(ask)}",))


def _policies(ask: Ask) -> Figure:
    programme, name = _programme(ask), ask.param("strategy")
    found = reading.policies_at(programme, ask.as_of, name)
    made = adoption.adoption(_basis(ask, reading.POLICY), found, reading.day_of(programme, ask.as_of, ask.period))
    return replace(made, parameters={**made.parameters, "strategy": name or "all"})


def _cooperation(ask: Ask) -> Figure:
    programme = _programme(ask)
    day = reading.day_of(programme, ask.as_of, ask.period)
    months = reading.months(programme, ask.as_of)
    return adoption.cooperation(_basis(ask, reading.PAIR), reading.pairs_at(programme, ask.as_of), day, months)


def _detection(ask: Ask) -> Figure:
    """Of planted events alone: nothing here reads alerts."""
    if ask.period is not None and not whole_quarters(*ask.period):
        raise Invalid({"period": text("A period is one quarter or several whole ones.")})
    programme = _programme(ask)
    owners = reading.partners_with(programme, reading.PLANTED, ask.as_of)
    zone = parties.programme(programme).time_zone
    held = operations.planted(owners, ask.period, zone, ask.as_of)
    basis = Basis(ask.as_of, ask.period, tuple(f"{reading.PLANTED}?owner={owner}" for owner in owners))
    return detection.detection_rate(basis, held)


def _kind(name: str, title: object, reads: str, compute: Callable[[Ask], Figure], method: str, *, own: bool) -> None:
    find = reading.owners if own else reading.partners_with
    figure_kind(
        FigureKind(
            name=name,
            title=title,
            unit="share",
            method=method,
            version="1",
            reads=(reads,),
            scope=lambda ask: [_programme(ask), *find(_programme(ask), reads, ask.as_of)],
            compute=compute,
            # Planted events belong to no programme; a grant for one would not open them.
            context=_programme if own else lambda ask: None,
            direction="up",
        )
    )


_kind("measurement.policies", _("Policies in force of those due"), reading.POLICY, _policies, "measurement", own=True)
_kind(
    "measurement.cooperation",
    _("Required pairs of agencies that exercised their protocol"),
    reading.PAIR,
    _cooperation,
    "measurement",
    own=True,
)
_kind(
    "measurement.detection",
    _("Planted events that the partner side noticed"),
    reading.PLANTED,
    _detection,
    "detection",
    own=False,
)
