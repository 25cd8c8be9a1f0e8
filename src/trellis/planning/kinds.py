"""Decision kinds of planning and the figure of alignment."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.calc.figure import Basis, Figure
from trellis.core.coowned import CoOwned, Effect
from trellis.core.figures import Ask, FigureKind, figure_kind
from trellis.governance.kinds import PARTNER_ONLY
from trellis.governance.registry import DecisionKind, decision_kind, each_side, one
from trellis.planning import check, rules, selectors, showing
from trellis.planning.models import Activity, Direction, DirectionObjective, Plan, PlanObjective
from trellis.planning.schemas import ActivitySaid, DirectionSet, PlanAdopt, PlanObjectiveSaid


def _direction(payload: DirectionSet, effect: Effect) -> None:
    key = selectors.direction_subject(effect.stream)
    _put(effect, Direction, key, title=payload.title, text=payload.text, phase=payload.phase)
    for row in DirectionObjective.objects.current().filter(stream=effect.stream):
        if row.subject not in {o.id for o in payload.objectives}:
            effect.close(DirectionObjective, row.subject)
    for place, objective in enumerate(payload.objectives, 1):
        fields = objective.model_dump(exclude={"id"})
        _put(effect, DirectionObjective, objective.id, place=place, **fields)


def _put(effect: Effect, model: type, subject: object, **fields: object) -> None:
    """Inserts, or replaces where something differs."""
    last = model.objects.current().filter(stream=effect.stream, subject=subject).first()  # type: ignore[attr-defined]
    if last is None:
        effect.insert(model, subject, **fields)  # type: ignore[arg-type]
    elif any(_as_text(getattr(last, name)) != _as_text(value) for name, value in fields.items()):
        effect.replace(model, subject, **fields)  # type: ignore[arg-type]


def _as_text(value: object) -> str:
    return str(value.normalize()) if isinstance(value, Decimal) else str(value)


def _plan(payload: PlanAdopt, effect: Effect) -> None:
    last = Plan.objects.current().filter(stream=effect.stream).first()
    fields = {
        "title": payload.title,
        "assessment": payload.assessment,
        "reason": payload.reason,
        "number": 1 + (last.number if last else 0),
    }
    write = effect.replace if last else effect.insert
    write(Plan, selectors.plan_subject(effect.stream), **fields)
    parts: tuple[tuple[type[CoOwned], Sequence[PlanObjectiveSaid | ActivitySaid]], ...] = (
        (PlanObjective, payload.objectives),
        (Activity, payload.activities),
    )
    for model, said in parts:
        kept = {one.id for one in said}
        for row in model.objects.current().filter(stream=effect.stream):
            if row.subject not in kept:
                effect.close(model, row.subject)
        for place, item in enumerate(said, 1):
            _put(effect, model, item.id, place=place, **item.model_dump(exclude={"id"}))


decision_kind(
    DecisionKind(
        name="planning.direction",
        title=gettext_lazy("Set the strategic direction"),
        payload=DirectionSet,
        slots=one("partner", "coordinator"),
        proposers=("partner:coordinator", "partner:cert-lead"),
        effect=_direction,
        unmet=rules.direction,
        describe=lambda p: (
            _("Strategic direction “%(title)s” with %(n)s objectives") % {"title": p.title, "n": len(p.objectives)}
        ),
    )
)
PARTNER_ONLY["planning.direction"] = True

decision_kind(
    DecisionKind(
        name="plan.adopt",
        title=gettext_lazy("Adopt the plan"),
        payload=PlanAdopt,
        slots=each_side("coordinator", "programme-officer"),
        proposers=("partner:coordinator", "donor:programme-officer"),
        effect=_plan,
        unmet=rules.adopting,
        template="planning/plan_payload.html",
        shown=showing.plan,
        describe=lambda p: _("Plan “%(title)s” with %(n)s activities") % {"title": p.title, "n": len(p.activities)},
    )
)


def _alignment(ask: Ask) -> Figure:
    found = selectors.activities(ask.uuid("programme"), ask.as_of)
    return check.aligned(Basis(ask.as_of, ask.period, tuple(str(a.id) for a in found)), found).rate


figure_kind(
    FigureKind(
        name="planning.alignment",
        title=gettext_lazy("Activities aligned with context, law and development plan"),
        unit="share",
        method="assessment",
        version="1",
        reads=(),
        scope=lambda ask: [ask.uuid("programme")],
        compute=_alignment,
        context=lambda ask: ask.uuid("programme"),
        direction="up",
    )
)
