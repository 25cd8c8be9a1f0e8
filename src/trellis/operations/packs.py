"""What the review pack says of operations: figures of what their owners have opened to all parties, with addresses."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from trellis.calc.operations import CLOCKS
from trellis.core import figures, ports
from trellis.core.conditions import Invalid
from trellis.core.ports import PackSection
from trellis.operations import reading, selectors
from trellis.operations.kinds import TITLES
from trellis.operations.models_practice import ExposureMeasure, HygieneMeasure
from trellis.operations.practice import figures as practice
from trellis.parties import selectors as parties
from trellis.sharing import packed
from trellis.sharing.figures import coarse

Period = tuple[date, date]
Asked = tuple[str, str, dict[str, Any], Period | None]  # kind, title, parameters, period


def _section(
    key: str, title: str, order: int, programme: UUID, as_of: datetime, asked: Sequence[Asked]
) -> PackSection | None:
    """A section of practice figures, each with its sentence; of owners that open what the figure reads."""
    found = []
    for kind, name, params, period in asked:
        owners = packed.open_to_all(programme, figures.kind_named(f"operations.{kind}").reads)
        names = parties.organisation_names(owners)
        for owner in owners:
            question = figures.ask(f"operations.{kind}", {"owner": owner, **params}, period, as_of)
            said = practice.sentence(kind, figures.figure(question))
            found.append(packed.figure(f"{names.get(owner, '')}: {name}", question, said))
    return packed.section(key, title, order, found)


def incidents(programme: UUID, period: Period, as_of: datetime) -> PackSection | None:
    """The four times (D9) of what was detected in the period, with n, open and unknown."""
    owners = packed.open_to_all(programme, [selectors.KIND])
    names, found = parties.organisation_names(owners), []
    for owner in owners:
        zone = selectors.zone_of(owner)
        for clock in CLOCKS:
            question = figures.ask(f"operations.{clock}", {"owner": owner, "zone": zone}, period, as_of)
            try:
                made = coarse(question, figures.figure(question))
            except Invalid:  # a pack over anything but whole quarters has no incident times
                return None
            given = {"events": made.parts.get("events"), "p90": reading.part(made, "p90")}
            beside = _("Done: %(events)s. 9 of 10 within: %(p90)s.") % given if made.n else ""
            found.append(packed.figure(f"{names.get(owner, '')}: {TITLES[clock]}", question, beside))
    return packed.section("incidents", _("Incident times"), 65, found)


def hunting(programme: UUID, period: Period, as_of: datetime) -> PackSection | None:
    """The level of hunting, and hunts that kept a detection (D10)."""
    asked: list[Asked] = [
        ("hunting_level", _("Level of hunting"), {}, None),
        ("hunt_yield", _("Hunts that kept a detection"), {}, period),
    ]
    return _section("hunting", _("Hunting"), 66, programme, as_of, asked)


def hygiene(programme: UUID, _period: Period, as_of: datetime) -> PackSection | None:
    """Coverage of each measure (MEA-04)."""
    asked: list[Asked] = [("hygiene", str(title), {"measure": value}, None) for value, title in HygieneMeasure.choices]
    return _section("hygiene", _("Hygiene"), 67, programme, as_of, asked)


def exposure(programme: UUID, _period: Period, as_of: datetime) -> PackSection | None:
    """Exposure per 1,000 by measure, with the date of its source (D11)."""
    asked: list[Asked] = [
        ("exposure", str(title), {"measure": value}, None) for value, title in ExposureMeasure.choices
    ]
    return _section("exposure", _("Exposure"), 68, programme, as_of, asked)


def alerts(programme: UUID, period: Period, as_of: datetime) -> PackSection | None:
    """Precision of triaged alerts, with those that nobody triaged (MEA-07)."""
    asked: list[Asked] = [("alert_precision", _("Triaged alerts that were true"), {}, period)]
    return _section("alerts", _("Alerts"), 69, programme, as_of, asked)


SECTIONS = (incidents, hunting, hygiene, exposure, alerts)


def fill() -> None:
    """Puts the sections into their port."""
    for one in SECTIONS:
        ports.pack_sections.add(one)
