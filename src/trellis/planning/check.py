"""The plan check: what a plan lacks, whether it is a draft, a proposal or in force. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from django.utils.translation import gettext as _

from trellis.calc.assessment import AlignedActivity, Alignment, alignment
from trellis.calc.figure import Basis
from trellis.planning.models import Strand
from trellis.planning.schemas import PlanCheck, PlanObjectiveSaid


class Checked(Protocol):
    """What the check reads of an activity."""

    @property
    def id(self) -> UUID: ...
    @property
    def title(self) -> str: ...
    @property
    def strand(self) -> str: ...
    @property
    def objective(self) -> UUID | None: ...
    @property
    def gaps(self) -> Sequence[str]: ...
    @property
    def start(self) -> date: ...
    @property
    def end(self) -> date: ...
    @property
    def context_note(self) -> str: ...
    @property
    def legal_basis(self) -> str: ...
    @property
    def plan_objective(self) -> str: ...
    @property
    def copied_from(self) -> str: ...
    @property
    def adaptations(self) -> str: ...


def aligned(at: Basis, activities: Sequence[Checked]) -> Alignment:
    """NA-07: the alignment rate, and what each activity lacks, by id."""
    return alignment(
        at,
        [
            AlignedActivity(
                str(a.id),
                bool(a.context_note.strip()),
                bool(a.legal_basis.strip()),
                bool(a.plan_objective.strip()),
            )
            for a in activities
        ],
    )


def words(lacking: str) -> str:
    """A field of alignment in words."""
    return {
        "context note": _("context note"),
        "legal basis": _("legal basis"),
        "development-plan objective": _("development-plan objective"),
    }.get(lacking, lacking)


def plan_check(
    at: Basis,
    objectives: Sequence[PlanObjectiveSaid],
    activities: Sequence[Checked],
    direction: Mapping[UUID, str],
) -> PlanCheck:
    """NA-01, NA-02, NA-07, NA-08, OWN-02: everything that the plan lacks, by name.

    `direction` holds the objectives of the strategic direction in force by id.
    """
    known = {objective.id for objective in objectives}
    titles = {str(a.id): a.title for a in activities}
    held = {a.strand for a in activities}
    lacking = aligned(at, activities).lacking
    said = {name: words(name) for name in {name for names in lacking.values() for name in names}}
    return PlanCheck(
        empty_strands=tuple(value for value in Strand.values if value not in held),
        without_objective=tuple(a.title for a in activities if a.objective not in known),
        uncited=tuple(a.title for a in activities if not a.gaps),
        lacking={titles[key]: tuple(said[name] for name in names) for key, names in lacking.items()},
        copies_without_adaptations=tuple(
            a.title for a in activities if a.copied_from.strip() and not a.adaptations.strip()
        ),
        objectives_off_strategy=tuple(o.title for o in objectives if o.serves not in direction),
        wrong_dates=tuple(a.title for a in activities if a.end < a.start),
    )


def strand_empty(strand: str) -> str:
    """NA-01: `Policy strand empty`."""
    return _("%(strand)s strand empty") % {"strand": Strand(strand).label}
