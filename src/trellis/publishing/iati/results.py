"""Results in an IATI activity: indicators with baseline, target and actual."""

from lxml import etree

from trellis.publishing.iati.model import Baseline, Indicator, Measure, Period, Reading, Result
from trellis.publishing.iati.xml import Writer


def add_result(write: Writer, result: Result) -> None:
    """Appends `result` to the activity that `write` writes."""
    element = write.child("result", type=result.type, aggregation_status=result.aggregable)
    _heading(write, element, result)
    for reference in result.references:
        write.child(
            "reference",
            element,
            vocabulary=reference.vocabulary,
            code=reference.code,
            vocabulary_uri=reference.uri,
        )
    for indicator in result.indicators:
        _indicator(write, element, indicator)


def _heading(write: Writer, element: etree._Element, item: Result | Indicator) -> None:
    write.texts(write.child("title", element), item.title)
    if item.description:
        write.texts(write.child("description", element), item.description)


def _indicator(write: Writer, parent: etree._Element, indicator: Indicator) -> None:
    element = write.child(
        "indicator",
        parent,
        measure=indicator.measure,
        ascending=indicator.ascending,
        aggregation_status=indicator.aggregable,
    )
    _heading(write, element, indicator)
    for reference in indicator.references:
        write.child(
            "reference",
            element,
            vocabulary=reference.vocabulary,
            code=reference.code,
            indicator_uri=reference.uri,
        )
    for baseline in indicator.baselines:
        _baseline(write, element, baseline, indicator.measure)
    for period in indicator.periods:
        _period(write, element, period, indicator.measure)


def _known(reading: Reading, measure: Measure) -> bool:
    # The standard asks for a number wherever the measure has one, so a reading without one is left out
    # whole; a qualitative reading is its comment.
    if measure is Measure.QUALITATIVE:
        return any(text.text.strip() for text in reading.comment)
    return reading.value is not None


def _baseline(write: Writer, parent: etree._Element, baseline: Baseline, measure: Measure) -> None:
    if not _known(baseline.reading, measure):
        return
    element = write.child("baseline", parent, year=baseline.year, iso_date=baseline.on)
    _reading(write, element, baseline.reading, measure)


def _period(write: Writer, parent: etree._Element, period: Period, measure: Measure) -> None:
    element = write.child("period", parent)
    write.child("period-start", element, iso_date=period.start)
    write.child("period-end", element, iso_date=period.end)
    for tag, readings in (("target", period.targets), ("actual", period.actuals)):
        for reading in readings:
            if _known(reading, measure):
                _reading(write, write.child(tag, element), reading, measure)


def _reading(write: Writer, element: etree._Element, reading: Reading, measure: Measure) -> None:
    if measure is not Measure.QUALITATIVE:
        write.attributes(element, {"value": reading.value})
    for name, value in reading.dimensions:
        write.child("dimension", element, name=name, value=value)
    if any(text.text.strip() for text in reading.comment):
        write.texts(write.child("comment", element), reading.comment)
