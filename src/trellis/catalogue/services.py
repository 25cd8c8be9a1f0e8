"""Writes of the catalogue: proposals. The keys of both sides adopt them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from trellis.catalogue import rules, selectors
from trellis.catalogue.kinds import DICTIONARY
from trellis.catalogue.schemas import FunctionSet, IndicatorIn, IndicatorSet, Step
from trellis.core import ids
from trellis.core.conditions import Condition, Invalid
from trellis.governance import services as governance
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer


def function_propose(
    viewer: Viewer,
    arrangement: UUID,
    *,
    title: str,
    owner: UUID,
    description: str = "",
    posts: Sequence[str] = (),
    start: Step = "donor-led",
    function: UUID | None = None,
    withdrawn: bool = False,
    reason: str = "",
) -> tuple[UUID, Any]:
    """Proposes a function, or with `function` a change of one. Returns its id and the decision.

    Raises Invalid without a title, or without a reason for a change.
    """
    wrong = {}
    if not title.strip():
        wrong["title"] = _("Enter a title.")
    if function and not reason.strip():
        wrong["reason"] = _("Say why.")
    if wrong:
        raise Invalid(wrong)
    said = FunctionSet(
        function=function or ids.new(),
        title=title.strip(),
        owner=owner,
        description=description,
        posts=tuple(post.strip() for post in posts if post.strip()),
        start=start,
        withdrawn=withdrawn,
        reason=reason,
    )
    return said.function, governance.propose(viewer, arrangement, "catalogue.function", said)


def indicators_propose(viewer: Viewer, arrangement: UUID, indicators: Sequence[IndicatorIn], reason: str) -> Any:
    """Proposes the whole dictionary as it shall stand. Returns the decision; a wrong one waits and is never
    adopted.

    Raises Invalid without a reason or without indicators.
    """
    wrong = {}
    if not indicators:
        wrong["indicators"] = _("A dictionary has at least one indicator.")
    if not reason.strip():
        wrong["reason"] = _("Say why.")
    if wrong:
        raise Invalid(wrong)
    said = IndicatorSet(indicators=tuple(indicators), reason=reason)
    return governance.propose(viewer, arrangement, "catalogue.indicators", said)


def indicators_check(viewer: Viewer, arrangement: UUID, indicators: Sequence[IndicatorIn]) -> list[Condition]:
    """What would have to hold before this dictionary is adopted, met or not."""
    parties.programme_for(viewer, arrangement)
    return rules.all_conditions(DICTIONARY, arrangement, indicators)


def current(arrangement: UUID) -> list[IndicatorIn]:
    """The dictionary in force in the form in which it is proposed, to be changed and proposed again."""
    extra = {"version", "changed_in"}
    return [IndicatorIn(**one.model_dump(exclude=extra)) for one in selectors.indicators(arrangement)]
