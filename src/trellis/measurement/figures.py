"""Figure kinds of measurement: actual, progress, perspective and scorecard."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from trellis.calc.figure import Basis, Figure, Method, Value
from trellis.catalogue import selectors as catalogue
from trellis.catalogue.schemas import IndicatorView
from trellis.core.figures import Ask, FigureKind, figure_kind
from trellis.measurement import charts, selectors, store
from trellis.measurement.schemas import Card


def _version(ask: Ask) -> int | None:
    given = ask.param("version")
    return int(given) if given else None


def _programme(ask: Ask) -> UUID:
    return ask.uuid("programme")


def _indicator(ask: Ask) -> IndicatorView:
    return catalogue.indicator(_programme(ask), ask.uuid("indicator"), ask.as_of, _version(ask))


def _one(ask: Ask) -> Sequence[UUID]:
    return [_programme(ask), *store.owners(_programme(ask), [_indicator(ask)], ask.as_of)]


def _all(ask: Ask) -> Sequence[UUID]:
    indicators = catalogue.indicators(_programme(ask), ask.as_of, _version(ask))
    if name := ask.param("perspective"):
        indicators = [one for one in indicators if one.perspective == name]
    return [_programme(ask), *store.owners(_programme(ask), indicators, ask.as_of)]


def _card(ask: Ask) -> Card | None:
    return selectors.scorecard(_programme(ask), ask.as_of, ask.period, _version(ask))


def _scorecard(ask: Ask) -> Figure:
    card = _card(ask)
    if card is None:
        return Basis(ask.as_of, ask.period).none(Method("measurement.scorecard"), "no data", "score")
    made = card.result
    beside: dict[str, Value] = {
        "reds": len(made.reds),
        "weakest": made.weakest,
        "unscored": ", ".join(made.unscored) or None,
    }
    scores = {view.name: view.score.text for view in made.perspectives}
    return replace(
        made.total,
        parts={**made.total.parts, **beside, **scores},
        parameters={"version": card.version, **made.total.parameters},
    )


def _perspective(ask: Ask) -> Figure:
    card, name = _card(ask), ask.param("perspective")
    for view in card.result.perspectives if card else ():
        if view.name == name:
            return view.score
    return Basis(ask.as_of, ask.period).none(Method("measurement.perspective"), "no data", "score")


def _trend(figure: Figure, ask: Ask) -> Any:
    return None if figure.n is None else charts.trend(_programme(ask), _indicator(ask), ask.as_of)


def _kind(name: str, title: Any, unit: str, scope: Any, compute: Any, chart: Any = None) -> None:
    figure_kind(
        FigureKind(
            name=name,
            title=title,
            unit=unit,
            method="measurement",
            version="1",
            reads=("measurement.reading",),
            scope=scope,
            compute=compute,
            context=_programme,
            direction="up",
            chart=chart,
        )
    )


_kind(
    "measurement.actual",
    _("Indicator"),
    "",
    _one,
    lambda ask: selectors.status(_programme(ask), _indicator(ask), ask.as_of, ask.period).actual,
    _trend,
)
_kind(
    "measurement.progress",
    _("Progress of an indicator"),
    "share",
    _one,
    lambda ask: selectors.status(_programme(ask), _indicator(ask), ask.as_of, ask.period).progress,
    _trend,
)
_kind("measurement.perspective", _("Score of a perspective"), "score", _all, _perspective)
_kind("measurement.scorecard", _("Scorecard"), "score", _all, _scorecard)
