"""Indicators for tests, with the numbers of D12."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from tests.world import World
from trellis.catalogue.schemas import IndicatorIn, IndicatorSet, Target
from trellis.core import ids

KEYS = ("norvia:programme-officer", "lindaria:programme-officer")


def indicator(owner: UUID, title: str = "Median hours to contain", **more: Any) -> IndicatorIn:
    """A falling technical indicator: 48 at the start, 24 by the end of 2027."""
    said: dict[str, Any] = {
        "id": ids.new(),
        "title": title,
        "definition": "Half of the incidents are contained within this time",
        "unit": "hours",
        "direction": "falling",
        "source": "Incident register",
        "frequency": "quarterly",
        "owner": owner,
        "perspective": "technical",
        "weight": Decimal(1),
        "baseline": Decimal(48),
        "baseline_on": date(2025, 12, 31),
        "targets": (Target(by=date(2027, 12, 31), value=Decimal(24)),),
    }
    return IndicatorIn(**{**said, **more})


def governance(owner: UUID, title: str = "Reviews held on time", **more: Any) -> IndicatorIn:
    """A rising governance indicator that is a ratio: 20 per cent at the start, 80 by the end of 2027."""
    said: dict[str, Any] = {
        "unit": "share",
        "direction": "rising",
        "perspective": "governance",
        "numerator": "Reviews held within two weeks of the quarter's end",
        "denominator": "Reviews due",
        "baseline": Decimal("0.2"),
        "targets": (Target(by=date(2027, 12, 31), value=Decimal("0.8")),),
    }
    return indicator(owner, title, **{**said, **more})


def adopt(world: World, *indicators: IndicatorIn, reason: str = "Agreed at the start") -> Any:
    """The dictionary proposed by the partner side and adopted by all keys."""
    said = IndicatorSet(indicators=indicators, reason=reason)
    return world.decide("ministry:coordinator", "catalogue.indicators", said, *KEYS)


def state(decision: Any) -> str:
    """`proposed` until it has ended."""
    from trellis.governance.models import Outcome

    ended = Outcome.objects.filter(decision=decision).first()
    return ended.state if ended else "proposed"
