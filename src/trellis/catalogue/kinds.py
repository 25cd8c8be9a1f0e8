"""Decision kinds of the catalogue: a function, and the indicator dictionary as a whole."""

from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.catalogue import rules
from trellis.catalogue.models import Dictionary, Function, Indicator
from trellis.catalogue.schemas import FunctionSet, IndicatorIn, IndicatorSet
from trellis.catalogue.selectors import dictionary_subject
from trellis.core import canonical
from trellis.core.conditions import Condition
from trellis.core.coowned import Effect, stored
from trellis.governance.registry import Context, DecisionKind, decision_kind, each_side
from trellis.parties import selectors as parties

BOTH = ("partner:coordinator", "donor:programme-officer")


def _function_effect(payload: FunctionSet, effect: Effect) -> None:
    row = payload.model_dump(exclude={"function", "reason"})
    known = Function.objects.current().filter(stream=effect.stream, subject=payload.function).exists()
    write = effect.replace if known else effect.insert
    write(Function, payload.function, **{**row, "posts": list(payload.posts)})


def _function_unmet(payload: FunctionSet, context: Context) -> list[Condition]:
    here = parties.sides(context.arrangement)
    last = Function.objects.current().filter(stream=context.arrangement, subject=payload.function).first()
    same = last is None or last.start == payload.start
    alike = Function.objects.current().filter(stream=context.arrangement, title=payload.title, withdrawn=False)
    return [
        Condition(_("The function has a title"), bool(payload.title.strip())),
        Condition(
            _("Its owner is a party of the partner side"),
            here.get(payload.owner) == "partner",
            parties.organisation_names([payload.owner]).get(payload.owner, ""),
        ),
        Condition(_("No other function has this title"), not alike.exclude(subject=payload.function).exists()),
        Condition(
            _("The step where it began stays"),
            same,
            "" if same else _("It moves on the ladder by its own decision."),
        ),
        Condition(_("Ending or changing it has a reason"), last is None or bool(payload.reason.strip())),
    ]


decision_kind(
    DecisionKind(
        name="catalogue.function",
        title=gettext_lazy("Enter or change a function that the programme supports"),
        payload=FunctionSet,
        slots=each_side("coordinator", "programme-officer"),
        proposers=BOTH,
        effect=_function_effect,
        unmet=_function_unmet,
        describe=lambda payload: (
            (_("The function ends: %(title)s") if payload.withdrawn else _("Function: %(title)s"))
            % {"title": payload.title}
        ),
        about=lambda payload: payload.function,
    )
)


def _fields(one: IndicatorIn) -> dict[str, Any]:
    row = one.model_dump(exclude={"id"})
    return {
        **row,
        "targets": [{"by": t.by, "value": t.value} for t in sorted(one.targets, key=lambda t: t.by)],
    }


def _changed(last: Indicator, fields: dict[str, Any]) -> bool:
    columns = {f.attname: f for f in Indicator._meta.concrete_fields}
    return any(
        canonical.plain(stored(columns[name], value)) != canonical.plain(getattr(last, name))
        for name, value in fields.items()
    )


def _indicators_effect(payload: IndicatorSet, effect: Effect) -> None:
    """A new version: every indicator gets a row of it, and what is left out is closed."""
    held = Dictionary.objects.filter(stream=effect.stream)
    version = (held.aggregate(last=Max("version"))["last"] or 0) + 1
    subject = dictionary_subject(effect.stream)
    write = effect.insert if version == 1 else effect.replace
    write(Dictionary, subject, version=version, reason=payload.reason)
    standing = {row.subject: row for row in Indicator.objects.current().filter(stream=effect.stream)}
    for gone in sorted(set(standing) - {one.id for one in payload.indicators}):
        effect.close(Indicator, gone)
    for one in payload.indicators:
        fields, last = _fields(one), standing.get(one.id)
        since = last.changed_in if last is not None and not _changed(last, fields) else version
        if last is not None:
            effect.close(Indicator, one.id)
        effect.insert(Indicator, one.id, version=version, changed_in=since, **fields)


def _indicators_unmet(payload: IndicatorSet, context: Context) -> list[Condition]:
    return [
        *rules.all_conditions(DICTIONARY, context.arrangement, payload.indicators),
        Condition(_("A reason is given"), bool(payload.reason.strip())),
    ]


DICTIONARY: DecisionKind[Any] = decision_kind(
    DecisionKind(
        name="catalogue.indicators",
        title=gettext_lazy("Set the indicator dictionary and its weights"),
        payload=IndicatorSet,
        slots=each_side("coordinator", "programme-officer"),
        proposers=BOTH,
        effect=_indicators_effect,
        unmet=_indicators_unmet,
        describe=lambda payload: _("The dictionary has %(n)s indicators") % {"n": len(payload.indicators)},
    )
)
