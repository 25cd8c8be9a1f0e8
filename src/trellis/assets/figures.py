"""Figures of security tests: findings by severity and state, the share fixed in time, tests that ended."""

from collections.abc import Sequence
from datetime import date
from typing import get_args
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.assets import selectors
from trellis.assets.vocabulary import Kind, Severity
from trellis.calc import assets as calc
from trellis.calc.dates import whole_quarters
from trellis.calc.figure import Basis, Figure
from trellis.core.conditions import Invalid
from trellis.core.figures import Ask, FigureKind, figure_kind

BOTH = (selectors.TEST, selectors.FINDING)


def owners_of(ask: Ask) -> list[UUID]:
    """The hosts in a question: ids separated by commas."""
    try:
        found = {UUID(text) for text in ask.param("owner").split(",")}
    except ValueError:
        raise Invalid({"owner": _("Name the organisations by their ids.")}) from None
    return sorted(found)


def _one_of(ask: Ask, name: str, values: Sequence[str], default: str = "") -> str:
    found = ask.param(name, default)
    if found not in (*values, default):
        raise Invalid({name: _("Choose one from the list")})
    return found


def _basis(ask: Ask, *kinds: str) -> Basis:
    owners = ",".join(map(str, owners_of(ask)))
    return Basis(ask.as_of, ask.period, tuple(f"{kind}?owner={owners}" for kind in kinds))


def _held(ask: Ask) -> tuple[list[calc.Finding], calc.Runs, date]:
    if ask.period is not None:
        raise Invalid({"period": _("These counts are of a day, not of a period.")})
    owners = tuple(owners_of(ask))
    over = selectors.ended_of(owners, ask.as_of)
    runs = calc.Runs(len(over), sum(reported for _kind, _at, reported in over))
    return selectors.findings_of(owners, ask.as_of), runs, ask.as_of.date()


def _findings(ask: Ask) -> Figure:
    severity, wanted = _one_of(ask, "severity", Severity.values), _one_of(ask, "state", calc.STATES, "open")
    found, runs, day = _held(ask)
    state = next(one for one in get_args(calc.State) if one == wanted)
    return calc.count(_basis(ask, *BOTH), found, runs, day, state, severity)


def _in_time(ask: Ask) -> Figure:
    severity = _one_of(ask, "severity", Severity.values, "critical")
    return calc.in_time(_basis(ask, *BOTH), *_held(ask), severity)


def _tests(ask: Ask) -> Figure:
    kind = _one_of(ask, "kind", Kind.values)
    if ask.period is not None and not whole_quarters(*ask.period):
        raise Invalid({"period": _("A period is one quarter or several whole ones.")})
    over = selectors.ended_of(tuple(owners_of(ask)), ask.as_of)
    days = [at.date() for one, at, _reported in over if kind in ("", one)]
    return calc.ended(_basis(ask, selectors.TEST), days, kind)


figure_kind(
    FigureKind(
        name="assets.findings",
        title=gettext_lazy("Findings of security tests"),
        unit="",
        method="assets",
        version="1",
        reads=BOTH,
        scope=owners_of,
        compute=_findings,
        direction="down",
    )
)
figure_kind(
    FigureKind(
        name="assets.fixed_in_time",
        title=gettext_lazy("Findings fixed in time"),
        unit="share",
        method="assets",
        version="1",
        reads=BOTH,
        scope=owners_of,
        compute=_in_time,
        direction="up",
    )
)
figure_kind(
    FigureKind(
        name="assets.tests",
        title=gettext_lazy("Security tests that ended"),
        unit="",
        method="assets",
        version="1",
        reads=(selectors.TEST,),
        scope=owners_of,
        compute=_tests,
        direction="up",
    )
)
