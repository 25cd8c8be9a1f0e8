"""The sections of a publication: each a function from a Scope to plain content, in the order of the page."""

from collections.abc import Callable
from typing import Any

from trellis.publishing.scope import Scope
from trellis.publishing.sections import conduct, handover, incidents, money, results

BUILDERS: dict[str, Callable[[Scope], Any]] = {
    "programme": conduct.programme,
    "money": money.money,
    "tranches": money.tranches,
    "milestones": money.milestones,
    "scorecard": results.scorecard,
    "handover": handover.handover,
    "incidents": incidents.incidents,
    "reviews": conduct.reviews,
    "waivers": conduct.waivers,
    "consents": conduct.consents,
}
