"""The six criteria of D18, which step of the ladder each gates, and their parameters."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from trellis.calc.handover import LADDER, Step
from trellis.governance.parameters import declare, parameter


@dataclass(frozen=True)
class Criterion:
    """A criterion: its key, how calc names it, and its title."""

    key: str
    calc: str
    title: Promise


CRITERIA = (
    Criterion("mandate", "mandate in law", _("Mandate in law")),
    Criterion("budget", "budget line funded next year", _("Budget line funded next year")),
    Criterion("holders", "trained holders per critical post", _("Trained holders for each critical post")),
    Criterion("procedures", "own procedures", _("Own procedures")),
    Criterion("reserve", "refresh reserve on path", _("Refresh reserve on path")),
    Criterion("unaided", "run unaided", _("Run unaided for months in a row")),
)
BY_KEY = {one.key: one for one in CRITERIA}
BY_CALC = {one.calc: one for one in CRITERIA}
STEP_TITLES: dict[str, Promise] = {
    "donor-led": _("Donor-led"),
    "joint": _("Joint"),
    "partner-led with mentor": _("Partner-led with mentor"),
    "partner-only": _("Partner-only"),
}

declare("handover.unaided-months", "6", "months", "Half a year without donor staff shows it runs alone (D18).")
declare("handover.holders", "2", "people", "One holder of a post is a single point of failure (D18).")
# The step is a number, 1 donor-led to 4 partner-only, since parameters are numbers. A criterion gates its
# step and every later one; what would lie beyond the ladder gates its last step, so none is left out.
declare("handover.gate.procedures", "2", "step", "Working jointly needs procedures that are the partner's own.")
declare("handover.gate.mandate", "3", "step", "Who leads needs a mandate in law.")
declare("handover.gate.holders", "3", "step", "Who leads needs trained people in each critical post.")
declare("handover.gate.budget", "4", "step", "Going on alone needs a funded budget line.")
declare("handover.gate.reserve", "4", "step", "Going on alone needs the money to replace equipment.")
declare("handover.gate.unaided", "4", "step", "Going on alone is shown by having done so.")


def gate(programme: UUID, key: str, as_of: datetime | None = None) -> int:
    """The first step, from 1, that a criterion gates."""
    return max(2, min(len(LADDER), int(float(parameter(programme, f"handover.gate.{key}", as_of)))))


def gating(programme: UUID, step: Step, as_of: datetime | None = None) -> list[str]:
    """The criteria that must be met before a function enters a step."""
    number = LADDER.index(step) + 1
    return [one.key for one in CRITERIA if gate(programme, one.key, as_of) <= number]
