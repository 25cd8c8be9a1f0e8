"""Figure kinds of assessments: gaps of a snapshot, how far the map is filled, how far respondents agree."""

from uuid import UUID

from django.utils.translation import gettext_lazy, override

from trellis.assessment import answers, selectors
from trellis.assessment.profile import by_code, groups_of
from trellis.calc import assessment as calc
from trellis.calc.figure import Basis, Figure, Method, caveat, ratio
from trellis.core.figures import Ask, FigureKind, figure_kind

GAPS = Method("assessment.order_gaps")
MAP = Method("assessment.capability_map")


def _programme(ask: Ask) -> UUID:
    return selectors.assessment(ask.uuid("assessment")).programme


def _lead(ask: Ask) -> list[UUID]:
    return [selectors.assessment(ask.uuid("assessment")).lead]


def _caveats(ask: Ask) -> tuple[str, ...]:
    # One address has one value, so what is kept of a figure is in one language.
    with override("en"):
        return tuple(selectors.waiver_notices(_programme(ask), ask.uuid("assessment"), ask.as_of))


def _gaps(ask: Ask) -> Figure:
    programme = _programme(ask)
    rows = selectors.gaps(programme, ask.uuid("assessment"), ask.as_of)
    basis = Basis(ask.as_of, ask.period, tuple(str(row.code) for row in rows))
    if not rows:
        return basis.none(GAPS, "no data", "items", caveats=(caveat("The assessment is not closed."),))
    states = [row.status for row in rows]
    return basis.figure(
        GAPS,
        states.count("gap"),
        "items",
        len(rows),
        unknown=states.count("not assessed"),
        caveats=_caveats(ask),
        parts={
            "target_reached": states.count("target reached"),
            "contested": states.count("contested"),
            "no_target": states.count("no target"),
            "stages": sum(row.size or 0 for row in rows if row.status == "gap"),
        },
        parameters={"contested_from": selectors.contested_from(programme, ask.as_of)},
    )


def _map(ask: Ask) -> Figure:
    assessment = ask.uuid("assessment")
    scope = selectors.scope(assessment, ask.as_of)
    held = by_code(answers.standing(assessment, ask.as_of))
    limit = selectors.contested_from(_programme(ask), ask.as_of)
    given = [one for item in scope for one in held.get(item.code, ())]
    rated = [item for item in scope if held.get(item.code)]
    spreads = [calc.spread([a.stage for a in held[item.code]], limit) for item in rated]
    return ratio(
        Basis(ask.as_of, ask.period, tuple(str(answer.id) for answer in given)),
        MAP,
        len(rated),
        len(scope),
        n=len(given),
        unknown=len(scope) - len(rated),
        caveats=_caveats(ask),
        parts={
            "contested": sum(spread.contested for spread in spreads),
            "unevidenced": sum(not answer.evidenced for answer in given),
            "groups": len({group for item in rated for group in groups_of(held[item.code])}),
        },
        parameters={"contested_from": limit},
    )


def _agreement(ask: Ask) -> Figure:
    held = by_code(answers.standing(ask.uuid("assessment"), ask.as_of))
    ratings = {code: {str(a.organisation): a.stage for a in found} for code, found in held.items()}
    inputs = tuple(str(a.id) for found in held.values() for a in found)
    return calc.agreement(Basis(ask.as_of, ask.period, inputs), ratings).alpha


figure_kind(
    FigureKind(
        name="assessment.gaps",
        title=gettext_lazy("Gaps of a needs assessment"),
        unit="items",
        method="assessment",
        version="1",
        reads=(),
        scope=lambda ask: [_programme(ask)],
        compute=_gaps,
        context=_programme,
        direction="down",
    )
)
figure_kind(
    FigureKind(
        name="assessment.map",
        title=gettext_lazy("Items rated, of those in scope"),
        unit="share",
        method="assessment",
        version="1",
        reads=("assessment.rating",),
        scope=_lead,
        compute=_map,
        context=_programme,
        direction="up",
    )
)
figure_kind(
    FigureKind(
        name="assessment.agreement",
        title=gettext_lazy("Agreement between respondents"),
        unit="alpha",
        method="assessment",
        version="1",
        reads=("assessment.rating",),
        scope=_lead,
        compute=_agreement,
        context=_programme,
        direction="up",
    )
)
