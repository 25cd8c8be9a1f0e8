"""What measurement offers to other floors through the ports of core."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from trellis.calc.figure import Figure
from trellis.catalogue import selectors as catalogue
from trellis.core import formats
from trellis.core.context import address
from trellis.core.ports import NavItem, PackSection, Step, WorkItem
from trellis.measurement import selectors, store
from trellis.measurement.schemas import Status
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.sharing import gate


def navigation(request: HttpRequest) -> Sequence[NavItem]:
    """The results of the programme at hand."""
    programme = getattr(request, "programme", None)
    url = address("measurement:scorecard", programme.id) if programme else ""
    return [NavItem(_("Results"), url, "measurement", 70)] if url else []


def programme_steps(arrangement: UUID) -> Sequence[Step]:
    """The step Results of the journey. Says nothing that needs the consent of owners of readings."""
    url = address("measurement:scorecard", arrangement)
    held = catalogue.dictionary(arrangement)
    if held is None:
        return [Step(_("Results"), "none", _("no indicators agreed"), url, 70)]
    count = len(catalogue.indicators(arrangement))
    words = _("%(n)s indicators, version %(version)s") % {"n": count, "version": held.version}
    return [Step(_("Results"), "now", words, url, 70)]


def work_items(viewer: Any) -> Sequence[WorkItem]:
    """Readings that the viewer's organisation owes."""
    found: list[WorkItem] = []
    for programme in parties.programmes_of(viewer):
        for item in selectors.due(programme.id, viewer.organisation):
            start, end = (formats.day(day) for day in item.period)
            found.append(
                WorkItem(
                    _("Read: %(title)s") % {"title": item.indicator.title},
                    address("measurement:reading-record", programme.id, item.indicator.id),
                    "due",
                    _("For %(start)s to %(end)s.") % {"start": start, "end": end},
                    due=datetime.combine(item.due, time(0), UTC),
                    programme=programme.id,
                )
            )
    return found


def _open_to_all(arrangement: UUID, owner: UUID) -> bool:
    """Whether every party may see figures of this owner's readings: what a pack, read by all, may hold."""
    return all(
        gate.may_read_figures(Viewer(organisation=party), owner, "measurement.reading", arrangement)
        for party in parties.sides(arrangement)
    )


def _said(figure: Figure) -> dict[str, Any]:
    return {"value": figure.text, "reason": figure.reason, "n": figure.n, "unknown": figure.unknown}


def _quality(status: Status) -> str:
    if status.point is None:
        return _("no reading")
    if status.point.from_figure:
        return _("taken from a figure")
    return _("evidenced") if status.point.evidenced else _("stated by its owner")


def _outcome(status: Status, trend: Sequence[Any]) -> dict[str, Any]:
    one, point = status.indicator, status.point
    return {
        "title": one.title,
        "unit": one.unit,
        "level": one.level,
        "perspective": one.perspective,
        "baseline": None if one.baseline is None else format(one.baseline, "f"),
        "baseline_on": one.baseline_on.isoformat() if one.baseline_on else None,
        "target": format(status.target.value, "f") if status.target else None,
        "target_by": status.target.by.isoformat() if status.target else None,
        "actual": _said(status.actual),
        "data_date": point.end.isoformat() if point else None,
        "quality": _quality(status),
        "progress": _said(status.progress),
        "red": status.red,
        "trend": [[p.end.isoformat(), None if p.value is None else format(p.value, "f")] for p in trend],
    }


def pack_section(arrangement: UUID, period: tuple[date, date], as_of: datetime) -> PackSection:
    """The scorecard with its reds and weakest perspective, and the trend of each outcome (GOV-05, MEA-05).

    A pack is read by all parties, so what an owner has not opened to all of them is left out and counted.
    """
    title = _("Results")
    card = selectors.scorecard(arrangement, as_of, period)
    if card is None:
        return PackSection("results", title, 30, {"state": _("No indicators are agreed.")})
    indicators = [status.indicator for status in card.statuses]
    closed = {o for o in store.owners(arrangement, indicators) if not _open_to_all(arrangement, o)}
    shown = [status for status in card.statuses if status.indicator.owner not in closed]
    series = store.points(arrangement, [s.indicator for s in shown], as_of, period[1])
    content: dict[str, Any] = {
        "version": card.version,
        "withheld": sorted(parties.organisation_names(closed).values()),
        "indicators": [_outcome(status, series[status.id][-4:]) for status in shown],
    }
    if not closed:
        content["score"] = _said(card.result.total)
        content["weakest"] = card.result.weakest
        content["unscored"] = list(card.result.unscored)
        content["reds"] = [status.title for status in card.statuses if status.red]
        content["perspectives"] = [{"name": view.name, "score": _said(view.score)} for view in card.result.perspectives]
    return PackSection("results", title, 30, content)
