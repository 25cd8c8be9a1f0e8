"""What must hold before a dictionary is adopted: complete, weighted, protected, outcomes kept apart from
outputs.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from trellis.calc.measurement import Indicator as Weighed
from trellis.calc.measurement import underweight
from trellis.catalogue import selectors
from trellis.catalogue.schemas import IndicatorIn, IndicatorView
from trellis.core.conditions import Condition
from trellis.core.figures import kind_named as figure_named
from trellis.governance import rights
from trellis.governance.parameters import declare, parameter
from trellis.governance.registry import DecisionKind
from trellis.parties import selectors as parties

declare(
    "catalogue.protected-weight",
    "0.05",
    "share",
    "A protected indicator keeps at least a twentieth of its perspective's weight (D13).",
)
NEEDED = ("technical", "governance")
# Titles that count what was delivered, in the languages that the pages speak. A guard against the commonest
# way of passing an output off as an outcome; what it lets through, both sides still read before they sign.
OUTPUT_WORDS = re.compile(
    r"\b(people|persons?|staff|officials?|participants?|analysts?|officers?|personnes?|agents?)\b.*"
    r"\b(trained|attend\w*|reached|certified|form[ée]e?s)\b"
    r"|\b(trainings?|courses?|workshops?|seminars?|ateliers?|formations?|licen[cs]es|equipment|items)\b.*"
    r"\b(held|given|run|delivered|bought|organi[sz]ed|donn[ée]e?s|tenus?|livr[ée]e?s)\b"
    r"|\bnumber of (trainees|participants|trainings|courses|workshops|seminars)\b",
    re.IGNORECASE,
)


def all_conditions(kind: DecisionKind[Any], arrangement: UUID, indicators: Sequence[IndicatorIn]) -> list[Condition]:
    """Every condition of adopting this dictionary, met or not."""
    return [
        *_complete(arrangement, indicators),
        _weights(indicators),
        _floor(arrangement, indicators),
        _outcomes(indicators),
        _directions(indicators),
        _undefined(indicators),
        _figures(indicators),
        _protected(kind, arrangement, indicators),
    ]


def _named(name: str, wrong: Sequence[str], note: str = "") -> Condition:
    return Condition(name, not wrong, ", ".join(wrong) or note)


def _complete(arrangement: UUID, indicators: Sequence[IndicatorIn]) -> list[Condition]:
    here = parties.sides(arrangement)
    lacking = [
        one.title or str(one.id)
        for one in indicators
        if not all(t.strip() for t in (one.title, one.definition, one.unit, one.source, one.perspective))
        or not one.targets
        or (one.baseline is None) != (one.baseline_on is None)
        or bool(one.numerator) != bool(one.denominator)
    ]
    missing = [name for name in NEEDED if name not in {one.perspective for one in indicators}]
    return [
        Condition(
            _("Each indicator stands in the dictionary once"),
            bool(indicators) and len({one.id for one in indicators}) == len(indicators),
        ),
        _named(_("Each has definition, unit, source, perspective, dated baseline and target"), lacking),
        _named(_("Each is owned by a party"), [one.title for one in indicators if one.owner not in here]),
        _named(_("There is a technical and a governance perspective"), missing),
    ]


def _weights(indicators: Sequence[IndicatorIn]) -> Condition:
    return _named(_("Weights are above zero"), [one.title for one in indicators if one.weight <= 0])


def _floor(arrangement: UUID, indicators: Sequence[IndicatorIn]) -> Condition:
    floor = Decimal(parameter(arrangement, "catalogue.protected-weight"))
    titles = {str(one.id): one.title for one in indicators}
    weighed = [Weighed(str(o.id), o.perspective, o.weight, None, o.protected) for o in indicators]
    name = _("Protected indicators have at least %(floor)s of their perspective's weight") % {"floor": floor}
    return _named(name, [titles[id] for id in underweight(weighed, floor)])


def _outcomes(indicators: Sequence[IndicatorIn]) -> Condition:
    real = {one.id for one in indicators if not counts_output(one)}
    wrong = [
        one.title
        for one in indicators
        if one.level == "outcome" and counts_output(one) and (one.linked not in real or one.linked == one.id)
    ]
    name = _("What counts outputs is no outcome without a linked measure of behaviour or result")
    return _named(name, wrong)


def counts_output(one: IndicatorIn) -> bool:
    """Whether it counts what was delivered: by what it says of itself, or by its title (GOV-05)."""
    return one.measures == "output" or bool(OUTPUT_WORDS.search(one.title))


def _directions(indicators: Sequence[IndicatorIn]) -> Condition:
    wrong = [
        one.title
        for one in indicators
        if one.baseline is not None
        and one.target is not None
        and one.target != one.baseline
        and (one.target > one.baseline) != (one.direction == "rising")
    ]
    return _named(_("The direction is that from baseline to target"), wrong)


def _undefined(indicators: Sequence[IndicatorIn]) -> Condition:
    flat = [o.title for o in indicators if o.baseline is not None and any(t.value == o.baseline for t in o.targets)]
    note = _("Target equals baseline, so progress is undefined and shown as pass or fail: %(titles)s")
    return Condition(_("Progress is defined"), True, note % {"titles": ", ".join(flat)} if flat else "")


def _figures(indicators: Sequence[IndicatorIn]) -> Condition:
    return _named(
        _("Figures that indicators are taken from exist"),
        [f"{one.title}: {one.figure}" for one in indicators if one.figure and not _exists(one.figure)],
    )


def _exists(name: str) -> bool:
    try:
        figure_named(name)
    except KeyError:
        return False
    return True


def weakened(before: Sequence[IndicatorView], after: Sequence[IndicatorIn]) -> list[str]:
    """Protected indicators that a new dictionary drops, unprotects or gives a smaller share of weight, in
    words.
    """
    now = {one.id: one for one in after}
    found: list[str] = []
    for one in before:
        if not one.protected:
            continue
        new = now.get(one.id)
        if new is None:
            found.append(_("%(title)s is dropped") % {"title": one.title})
        elif not new.protected:
            found.append(_("%(title)s is no longer protected") % {"title": one.title})
        elif _share(new, after) < _share(one, before):
            found.append(_("%(title)s weighs less") % {"title": one.title})
    return found


def _share(one: IndicatorIn, among: Sequence[IndicatorIn]) -> Decimal:
    whole = sum((o.weight for o in among if o.perspective == one.perspective), Decimal(0))
    return one.weight / whole if whole > 0 else Decimal(0)


def _protected(kind: DecisionKind[Any], arrangement: UUID, indicators: Sequence[IndicatorIn]) -> Condition:
    # The matrix may one day give the dictionary to one side; what is protected stays with both (MEA-11).
    changes = weakened(selectors.indicators(arrangement), indicators)
    joint = rights.right(arrangement, kind).joint
    note = "; ".join(changes)
    return Condition(_("Weakening a protected indicator needs the keys of both sides"), joint or not changes, note)
