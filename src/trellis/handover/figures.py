"""The figure of handover: exit readiness of a function (D18)."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from trellis.calc.figure import Basis, Figure, Method, Value, caveat
from trellis.catalogue import selectors as catalogue
from trellis.core.figures import Ask, FigureKind, figure_kind
from trellis.governance.parameters import parameter
from trellis.handover import selectors

READINESS = Method("handover.exit_readiness")


def _programme(ask: Ask) -> UUID:
    return ask.uuid("programme")


def _scope(ask: Ask) -> Sequence[UUID]:
    rows = selectors.presence_rows(_programme(ask), ask.uuid("function"))
    return [_programme(ask), *sorted({row.owner for row in rows})]


def _readiness(ask: Ask) -> Figure:
    function = catalogue.function(_programme(ask), ask.uuid("function"), ask.as_of)
    made = selectors.readiness(_programme(ask), function, ask.as_of)
    held = selectors.acceptances(_programme(ask), function.id, ask.as_of)
    mandatory = [one for one in made.criteria if one.mandatory]
    said = {True: "met", False: "not met", None: "unknown"}
    parts: dict[str, Value] = {
        "met": sum(one.met is True for one in mandatory),
        "mandatory": len(mandatory),
        "weakest": made.weakest.name if made.weakest else None,
        **{one.name: said[one.met] + (f" ({one.note})" if one.note else "") for one in made.criteria},
    }
    caveats = (caveat("Not met: %(names)s", names=", ".join(one.name for one in made.unmet)),) if made.unmet else ()
    return Basis(ask.as_of, ask.period, tuple(str(row.evidence) for row in held.values())).figure(
        READINESS,
        "ready" if made.ready else "not ready",
        "",
        len(mandatory),
        unknown=sum(one.met is None for one in mandatory),
        parts=parts,
        caveats=caveats,
        parameters={
            "months": int(parameter(_programme(ask), "handover.unaided-months", ask.as_of)),
            "holders": int(parameter(_programme(ask), "handover.holders", ask.as_of)),
        },
    )


figure_kind(
    FigureKind(
        name="handover.readiness",
        title=_("Exit readiness of a function"),
        unit="",
        method="handover",
        version="1",
        reads=("handover.presence",),
        scope=_scope,
        compute=_readiness,
        context=_programme,
        direction="up",
    )
)
