"""Writes of measurement: readings, recorded, corrected, taken from a figure, or imported together."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.catalogue import selectors as catalogue
from trellis.catalogue.schemas import IndicatorView
from trellis.core import clock
from trellis.core.conditions import Invalid, Refused
from trellis.measurement import store
from trellis.measurement.models import Reading
from trellis.measurement.selectors import reading
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.sharing import figures, records


def owned(viewer: Viewer, programme: UUID, indicator: UUID) -> IndicatorView:
    """The indicator, if the viewer's organisation owns it. Raises Refused naming the owner, Hidden for an
    outsider.
    """
    parties.programme_for(viewer, programme)
    found = catalogue.indicator(programme, indicator)
    if found.owner != viewer.organisation:
        raise Refused(
            _("Only the owner of an indicator records its readings."),
            list(parties.organisation_names([found.owner]).values()),
        )
    return found


def problems(
    programme: UUID, one: IndicatorView, said: dict[str, Any], apart_from: UUID | None = None
) -> dict[str, str]:
    """What is wrong with a reading, by field."""
    wrong = _number_problems(one, said)
    start, end, part = said["period_start"], said["period_end"], said.get("part") or ""
    if end < start:
        wrong["period_end"] = _("The period ends before it begins.")
    elif end > clock.today():
        wrong["period_end"] = _("The period is not over yet.")
    if part and not one.is_ratio:
        wrong["part"] = _("Only counts are summed over parts; leave this empty.")
    held = store.rows(programme).filter(indicator=one.id).exclude(subject=apart_from)
    for row in held.filter(period_start__lte=end, period_end__gte=start):
        if (row.period_start, row.period_end) != (start, end):
            wrong.setdefault("period_start", _("The period overlaps with one that was read."))
        elif row.part == part:
            wrong.setdefault("period_start", _("This period was read already. Correct that reading instead."))
    return wrong


def _number_problems(one: IndicatorView, said: dict[str, Any]) -> dict[str, str]:
    value, top, bottom = said.get("value"), said.get("numerator"), said.get("denominator")
    if not one.is_ratio:
        wrong = {} if value is not None else {"value": _("Enter the value.")}
        if top is not None or bottom is not None:
            wrong["numerator"] = _("This indicator is no ratio; enter its value.")
        return wrong
    wrong = {"value": _("This indicator is a ratio; enter its counts.")} if value is not None else {}
    if top is None or top < 0:
        wrong["numerator"] = _("Enter a count of 0 or more.")
    if bottom is None or bottom < 1:
        wrong["denominator"] = _("Enter a count of 1 or more. Without one there is no reading.")
    return wrong


@transaction.atomic
def reading_record(
    viewer: Viewer,
    programme: UUID,
    indicator: UUID,
    *,
    period_start: date,
    period_end: date,
    value: Decimal | None = None,
    numerator: int | None = None,
    denominator: int | None = None,
    part: str = "",
    source: str = "",
    evidence: UUID | None = None,
    label: str = "AMBER",
) -> Reading:
    """Records a reading of an indicator that the viewer's organisation owns.

    A ratio takes `numerator` and `denominator`, by `part` where several sites report; others take `value`.
    Raises Invalid by field; Refused naming the owner, or where the indicator is taken from a figure.
    """
    one = owned(viewer, programme, indicator)
    if one.figure:
        raise Refused(
            _("This indicator is taken from the figure %(name)s and cannot be typed in.") % {"name": one.figure}
        )
    said = {
        "period_start": period_start,
        "period_end": period_end,
        "value": value,
        "numerator": numerator,
        "denominator": denominator,
        "part": part.strip(),
    }
    wrong = problems(programme, one, said)
    if wrong:
        raise Invalid(wrong)
    row = Reading(indicator=indicator, context=programme, source=source, evidence=evidence, label=label, **said)
    records.write(viewer.actor, [row])
    return row


@transaction.atomic
def reading_correct(viewer: Viewer, programme: UUID, subject: UUID, why: str, **changes: Any) -> Reading:
    """Corrects a reading: value, numerator, denominator, source or evidence. The old version stays.

    Raises Invalid by field and without a reason; Refused for who does not own it.
    """
    last = reading(viewer, programme, subject)
    if not why.strip():
        raise Invalid({"why": _("Say why.")})
    if unknown := set(changes) - {"value", "numerator", "denominator", "source", "evidence"}:
        raise Invalid({name: _("This cannot be corrected; retract the reading.") for name in unknown})
    names = ("period_start", "period_end", "part", "value", "numerator", "denominator")
    one = catalogue.indicator(programme, last.indicator)
    if last.figure_address and set(changes) & set(names):
        raise Refused(_("A reading that was taken from a figure is taken again, not typed in."))
    said = {name: changes.get(name, getattr(last, name)) for name in names}
    wrong = problems(programme, one, said, last.subject)
    if wrong:
        raise Invalid(wrong)
    return records.correct(last, viewer.actor, why, **changes)


def reading_retract(viewer: Viewer, programme: UUID, subject: UUID, why: str) -> Reading:
    """Retracts a reading, with a reason; the period is then missing again."""
    last = reading(viewer, programme, subject)
    if not why.strip():
        raise Invalid({"why": _("Say why.")})
    return records.retract(last, viewer.actor, why)


@transaction.atomic
def reading_draw(
    viewer: Viewer,
    programme: UUID,
    indicator: UUID,
    period_start: date,
    period_end: date,
    label: str = "AMBER",
) -> Reading:
    """Takes a reading from the figure that feeds the indicator, and keeps the figure's address (MEA-02).

    Raises Refused where the figure has no value, is withheld from the viewer, or none feeds the indicator.
    """
    one = owned(viewer, programme, indicator)
    if not one.figure:
        raise Refused(_("No figure feeds this indicator; enter its reading."))
    period = (period_start, period_end)
    shown = figures.shown(viewer, one.figure, one.figure_params, period)
    if not isinstance(shown.figure.value, Decimal | int | float):
        raise Refused(_("The figure has no value: %(reason)s.") % {"reason": shown.figure.reason or ""})
    # A figure of curves may be a double; its shortest text is what its page shows.
    value = Decimal(str(shown.figure.value)).quantize(Decimal("0.000001"))
    said = {"period_start": period_start, "period_end": period_end, "part": ""}
    numbers = {"value": value, "numerator": None, "denominator": None}
    wrong = problems(programme, one.model_copy(update={"numerator": "", "denominator": ""}), {**said, **numbers})
    if wrong:
        raise Invalid(wrong)
    row = Reading(
        indicator=indicator,
        context=programme,
        source=one.figure,
        figure_address=shown.ask.address,
        label=label,
        **said,
        **numbers,
    )
    records.write(viewer.actor, [row])
    return row
