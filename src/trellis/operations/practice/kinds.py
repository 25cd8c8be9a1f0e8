"""Data and figure kinds of hunting, hygiene, exposure, alerts, planted events and known exploited weaknesses."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.calc import detection, hygiene, patching
from trellis.calc import operations as calc
from trellis.calc.figure import Basis, Figure
from trellis.core.conditions import Invalid
from trellis.core.figures import Ask, FigureKind, figure_kind
from trellis.operations.kinds import owners_of, whole_quarters
from trellis.operations.models_practice import ExposureMeasure, HygieneMeasure
from trellis.operations.practice import selectors
from trellis.operations.practice.books import ALERTS, BOOKS, EXPOSURE, HUNTS, HYGIENE, KEV, PLANTED, STEPS
from trellis.sharing.records import DataKind, data_kind

for _book in BOOKS:
    data_kind(
        DataKind(
            _book.kind,
            _book.model,
            _book.title,
            _book.detail,
            search=_book.search,
            url_name=f"practice:{_book.noun}",
        )
    )


def _basis(ask: Ask, *kinds: str) -> Basis:
    owners = ",".join(map(str, owners_of(ask)))
    return Basis(ask.as_of, ask.period, tuple(f"{kind}?owner={owners}" for kind in kinds))


def _grid(ask: Ask) -> None:
    """Raises Invalid for a period that is on no grid."""
    if ask.period is not None and not whole_quarters(*ask.period):
        raise Invalid({"period": _("A period is one quarter or several whole ones.")})


def _one_of(ask: Ask, name: str, values: list[str], default: str = "") -> str:
    found = ask.param(name, default)
    if found not in values:
        raise Invalid({name: _("Choose one from the list")})
    return found


def _zone(ask: Ask) -> str:
    zone = ask.param("zone", "UTC")
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, KeyError):
        raise Invalid({"zone": _("There is no time zone of this name")}) from None
    return zone


def one_owner(ask: Ask) -> list[UUID]:
    """The one owner in a question that is about a single organisation."""
    found = owners_of(ask)
    if len(found) != 1:
        raise Invalid({"owner": _("A level is of one organisation; levels of several do not add up.")})
    return found


def _level(ask: Ask) -> Figure:
    [owner] = one_owner(ask)
    made = calc.hunting_maturity(_basis(ask, STEPS.kind, HUNTS.kind), selectors.levels(owner, ask.as_of))
    kept, running = selectors.hunts([owner], None, ask.as_of)
    counted = {
        "hunts_done": len(kept),
        "hunts_running": running,
        "hypotheses": len(kept) + running,
        "hunts_kept_detection": sum(one is True for one in kept),
        "hunts_result_unknown": sum(one is None for one in kept),
    }
    return replace(made, parts={**made.parts, **counted})


def _yield(ask: Ask) -> Figure:
    _grid(ask)
    kept, running = selectors.hunts(owners_of(ask), ask.period, ask.as_of)
    return replace(calc.hunt_yield(_basis(ask, HUNTS.kind), kept), open=running)


def _hygiene(ask: Ask) -> Figure:
    measure = _one_of(ask, "measure", HygieneMeasure.values)
    found = selectors.coverage(owners_of(ask), measure, ask.as_of)
    made = hygiene.coverage(_basis(ask, HYGIENE.kind), found)
    return replace(made, parameters={**made.parameters, "measure": measure})


def _exposure(ask: Ask) -> Figure:
    measure = _one_of(ask, "measure", ExposureMeasure.values)
    found = selectors.exposures(owners_of(ask), measure, ask.as_of)
    made = hygiene.exposure(_basis(ask, EXPOSURE.kind), found)
    return replace(made, parameters={**made.parameters, "measure": measure})


def _precision(ask: Ask) -> Figure:
    _grid(ask)
    return detection.precision(_basis(ask, ALERTS.kind), selectors.batches(owners_of(ask), ask.period, ask.as_of))


def _rate(ask: Ask) -> Figure:
    _grid(ask)
    held = selectors.planted(owners_of(ask), ask.period, _zone(ask), ask.as_of)
    return detection.detection_rate(_basis(ask, PLANTED.kind), held)


def _latency(ask: Ask) -> Figure:
    since = _one_of(ask, "since", list(patching.SINCES), "added")
    held = selectors.fixes(owners_of(ask), ask.as_of)
    days = patching.durations(held, "available" if since == "available" else "added", ask.as_of.date())
    made = patching.latency(_basis(ask, KEV.kind), days)
    return replace(made, parameters={**made.parameters, "since": since})


def _in_time(ask: Ask) -> Figure:
    return patching.in_time(_basis(ask, KEV.kind), selectors.fixes(owners_of(ask), ask.as_of), ask.as_of.date())


def _declare(
    name: str,
    title: object,
    unit: str,
    method: str,
    reads: tuple[str, ...],
    compute: Callable[[Ask], Figure],
    direction: str,
) -> None:
    scope = one_owner if name == "operations.hunting_level" else owners_of
    figure_kind(FigureKind(name, title, unit, method, "1", reads, scope, compute, direction=direction))


LEVEL, YIELD = gettext_lazy("Level of hunting"), gettext_lazy("Hunts that kept a detection")
_declare("operations.hunting_level", LEVEL, "level", "operations", (STEPS.kind, HUNTS.kind), _level, "up")
_declare("operations.hunt_yield", YIELD, "share", "operations", (HUNTS.kind,), _yield, "up")
_declare("operations.hygiene", gettext_lazy("Coverage"), "share", "hygiene", (HYGIENE.kind,), _hygiene, "up")
_declare("operations.exposure", gettext_lazy("Exposure"), "per 1,000", "hygiene", (EXPOSURE.kind,), _exposure, "down")
_declare(
    "operations.alert_precision",
    gettext_lazy("Triaged alerts that were true"),
    "share",
    "detection",
    (ALERTS.kind,),
    _precision,
    "up",
)
_declare(
    "operations.detection_rate",
    gettext_lazy("Planted events that were noticed"),
    "share",
    "detection",
    (PLANTED.kind,),
    _rate,
    "up",
)
_declare(
    "operations.patch_latency",
    gettext_lazy("Days until a known exploited vulnerability is fixed"),
    "days",
    "patching",
    (KEV.kind,),
    _latency,
    "down",
)
_declare(
    "operations.patch_in_time",
    gettext_lazy("Known exploited vulnerabilities fixed by their due date"),
    "share",
    "patching",
    (KEV.kind,),
    _in_time,
    "up",
)
