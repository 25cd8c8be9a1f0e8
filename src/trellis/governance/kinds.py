"""Decision kinds and data kinds of governance itself."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.core import ports
from trellis.core.conditions import Condition, Invalid
from trellis.core.conditions import unmet as broken_of
from trellis.core.coowned import Effect
from trellis.governance import rights
from trellis.governance.models import MatrixRow, Meeting, Parameter, Stage
from trellis.governance.parameters import declared, subject
from trellis.governance.registry import (
    Context,
    DecisionKind,
    Said,
    decision_kind,
    decision_kinds,
    each_side,
    kind_named,
)
from trellis.parties import selectors as parties
from trellis.sharing.records import DataKind, data_kind

data_kind(
    DataKind("governance.meeting", Meeting, "Committee meeting", "Who attended, and the notes", search=("notes",))
)
CHAIRS = ("partner:co-chair", "donor:co-chair")


class MatrixSet(Said):
    """One new row of the matrix."""

    kind: str
    joint: bool
    slots: dict[str, str]
    proposers: list[str]
    forum: str = "keys"
    written: bool = True
    emergency: str = ""
    lead_donor: UUID | None = None
    reason: str


def _matrix_effect(payload: MatrixSet, effect: Effect) -> None:
    key = rights.matrix_subject(effect.stream, payload.kind)
    row = payload.model_dump(exclude={"reason"})
    row["decider"] = "" if payload.joint else next(side for side, role in payload.slots.items() if role)
    last = MatrixRow.objects.current().filter(stream=effect.stream, subject=key).first()
    if last is None:
        effect.insert(MatrixRow, key, version=1, **row)
    else:
        effect.replace(MatrixRow, key, version=last.version + 1, **row)


def _matrix_unmet(payload: MatrixSet, context: Context) -> list[Condition]:
    try:
        kind_named(payload.kind)
        rights.check_row({**payload.model_dump(), "decider": ""})
    except KeyError:
        return [Condition(_("The kind of decision exists"), False, payload.kind)]
    except Invalid as error:
        return [Condition(_("One decider, or one key per side"), False, error.message)]
    if text := beyond(payload.kind, payload.slots, payload.emergency):
        return [Condition(_("The right stays where no matrix can take it from"), False, text)]
    donor = payload.lead_donor is None or parties.sides(context.arrangement).get(payload.lead_donor) == "donor"
    return [
        Condition(_("One decider, or one key per side"), True),
        Condition(_("The lead donor is a donor of this programme"), donor),
    ]


def _matrix_check(payload: MatrixSet, context: Context) -> None:
    """GOV-01: a row that breaks the rule is not even proposed."""
    try:
        kind_named(payload.kind)
    except KeyError:
        raise Invalid({"kind": _("There is no decision of this kind.")}) from None
    rights.check_row({**payload.model_dump(), "decider": ""})
    if text := beyond(payload.kind, payload.slots, payload.emergency):
        raise Invalid({"kind": text})
    if not payload.reason.strip():
        raise Invalid({"reason": _("Say why.")})


def changes(payload: MatrixSet, context: Context) -> list[tuple[str, str, str]]:
    """What a new row says, field by field in words, beside the row that it replaces."""
    from trellis.governance.matrix import row_words  # it reads this module

    key = rights.matrix_subject(context.arrangement, payload.kind)
    rows = MatrixRow.objects.filter(stream=context.arrangement, subject=key)
    made = rows.filter(decision=context.decision).first() if context.decision else None
    last = rows.filter(version=made.version - 1).first() if made else rows.current().first()
    if last is None:
        known = [kind for kind in decision_kinds() if kind.name == payload.kind]
        before = rights.default_row(known[0]) if known else None
    else:
        before = {name: getattr(last, name) for name in MatrixSet.model_fields if hasattr(last, name)}
    names = parties.organisation_names([i for i in (payload.lead_donor, (before or {}).get("lead_donor")) if i])
    old = row_words(before, names) if before else {}
    return [(title, old.get(title, ""), text) for title, text in row_words(payload.model_dump(), names).items()]


def title_of(name: str) -> str:
    """The title of a decision kind, or its name where it is not known here."""
    try:
        return str(kind_named(name).title)
    except KeyError:
        return name


# Rights that no matrix can take from the partner side (OWN-01, OWN-02): areas add to this in their kinds.py.
PARTNER_ONLY: dict[str, bool] = {}
# Keys that every version of a row keeps, by kind: side and role.
KEPT_KEYS: dict[str, dict[str, str]] = {}


def beyond(kind: str, slots: dict[str, str], emergency: str = "") -> str:
    """What a matrix may not do with a right, in words; '' where it may."""
    given = {side: role for side, role in slots.items() if role}
    if PARTNER_ONLY.get(kind) and set(given) != {"partner"}:
        return _("This right stays with the partner side. It cannot be given to a donor.")
    for side, role in KEPT_KEYS.get(kind, {}).items():
        if given.get(side) != role or emergency:
            return _("Who joins signs: the key of its administrator cannot be taken away, nor anybody act alone.")
    return ""


decision_kind(
    DecisionKind(
        name="matrix.set",
        title=gettext_lazy("Change a row of the decision-rights matrix"),
        payload=MatrixSet,
        slots=each_side("co-chair", "co-chair"),
        proposers=CHAIRS,
        effect=_matrix_effect,
        unmet=_matrix_unmet,
        check=_matrix_check,
        describe=lambda payload: _("Who decides changes for: %(kind)s") % {"kind": title_of(payload.kind)},
        forum="committee",
        template="governance/parts/matrix_payload.html",
        shown=lambda payload, context: {"changes": changes(payload, context)},
    )
)


class ParameterSet(Said):
    """A new value for one parameter."""

    name: str
    value: str
    reason: str


def _parameter_effect(payload: ParameterSet, effect: Effect) -> None:
    key = subject(effect.stream, payload.name)
    write = effect.replace if Parameter.objects.current().filter(stream=effect.stream, subject=key) else effect.insert
    write(Parameter, key, name=payload.name, value=payload.value, reason=payload.reason)


def all_met(field: str, conditions: Callable[[Any, Context], Sequence[Condition]]) -> Callable[[Any, Context], None]:
    """A check that refuses to propose what could never be adopted; said beside the field that it is mostly about."""

    def check(payload: Any, context: Context) -> None:
        if broken := broken_of(conditions(payload, context)):
            text = "; ".join(_("Not so: %(what)s") % {"what": c.name} for c in broken)
            raise Invalid({field: text})

    return check


def _parameter_unmet(payload: ParameterSet, context: Context) -> list[Condition]:
    known = payload.name in {item.name for item in declared()}
    found = [Condition(_("The parameter exists"), known, payload.name)]
    try:
        found.append(Condition(_("The value is a number"), Decimal(payload.value).is_finite()))
    except ArithmeticError:
        found.append(Condition(_("The value is a number"), False, payload.value))
    found.append(Condition(_("A reason is given"), bool(payload.reason.strip())))
    return found


decision_kind(
    DecisionKind(
        name="parameter.set",
        title=gettext_lazy("Change a parameter"),
        payload=ParameterSet,
        slots=each_side("co-chair", "co-chair"),
        proposers=CHAIRS,
        effect=_parameter_effect,
        unmet=_parameter_unmet,
        check=all_met("value", _parameter_unmet),
        describe=lambda payload: _("%(name)s becomes %(value)s") % {"name": payload.name, "value": payload.value},
    )
)


class StageAdvance(Said):
    """The next stage of a programme."""

    stage: str
    reason: str = ""


ORDER: list[str] = list(Stage.Name.values)


def stage_of(arrangement: UUID) -> Stage:
    """The stage row in force."""
    found: Stage = Stage.objects.current().get(stream=arrangement)
    return found


def stage_conditions(arrangement: UUID, stage: str) -> list[Condition]:
    """Every condition before a programme enters `stage`, from all areas."""
    current = stage_of(arrangement)
    step = stage in ORDER and ORDER.index(stage) == ORDER.index(current.stage) + 1
    found = [
        Condition(
            _("Stages follow one another"),
            step,
            _("The programme is at %(stage)s.") % {"stage": current.get_stage_display()},
        ),
        Condition(_("The programme is not suspended"), not current.suspended, current.reason),
    ]
    for port in ports.stage_conditions:
        found += port(arrangement, stage)
    return found


decision_kind(
    DecisionKind(
        name="programme.advance",
        title=gettext_lazy("Take the programme to its next stage"),
        payload=StageAdvance,
        slots=each_side("coordinator", "programme-officer"),
        proposers=("partner:coordinator", "donor:programme-officer"),
        effect=lambda payload, effect: _stage_effect(payload, effect),
        unmet=lambda payload, context: stage_conditions(context.arrangement, payload.stage),
        check=lambda payload, context: _stage_exists(payload),
        describe=lambda payload: _("The programme becomes: %(stage)s") % {"stage": Stage.Name(payload.stage).label},
    )
)


def _stage_exists(payload: StageAdvance) -> None:
    if payload.stage not in ORDER:
        raise Invalid({"stage": _("There is no such stage.")})


def _stage_effect(payload: StageAdvance, effect: Effect) -> None:
    effect.replace(Stage, effect.stream, stage=payload.stage, reason=payload.reason)


class Suspension(Said):
    """Suspends the programme, or lets it go on where it was."""

    suspended: bool
    reason: str


decision_kind(
    DecisionKind(
        name="programme.suspend",
        title=gettext_lazy("Suspend the programme, or resume it"),
        payload=Suspension,
        slots=each_side("coordinator", "programme-officer"),
        proposers=("partner:coordinator", "donor:programme-officer"),
        effect=lambda payload, effect: _suspend_effect(payload, effect),
        unmet=lambda payload, context: _suspension_unmet(payload, context),
        describe=lambda payload: _("The programme is suspended") if payload.suspended else _("The programme resumes"),
        emergency="coordinator",
    )
)


def _suspension_unmet(payload: Suspension, context: Context) -> list[Condition]:
    now = stage_of(context.arrangement).suspended
    return [
        Condition(
            _("The programme is not suspended") if payload.suspended else _("The programme is suspended"),
            now != payload.suspended,
        ),
        Condition(_("A reason is given"), bool(payload.reason.strip())),
    ]


def _suspend_effect(payload: Suspension, effect: Effect) -> None:
    effect.replace(Stage, effect.stream, suspended=payload.suspended, reason=payload.reason)
