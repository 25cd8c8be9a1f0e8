"""A programme with money, results and figures opened to the public, made by calling the services; for these tests."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from tests.world import World
from trellis.catalogue.schemas import IndicatorIn
from trellis.catalogue.tests import words
from trellis.core import clock
from trellis.funding import selectors as money
from trellis.funding import services as funding
from trellis.funding.tests.scene import COORDINATOR, OFFICER, Scene, scene, tranche
from trellis.governance import services as governance
from trellis.measurement import services as measurement
from trellis.publishing import selectors, services
from trellis.publishing.schemas import PublicationView

OWNERS = ("ministry", "cert", "norvia", "lindaria", "centre", "evaluator")
JULY = datetime(2026, 7, 20, 9, tzinfo=UTC)


@dataclass
class Room:
    """Money in two tranches, the first released and paid; two indicators with readings, one of them red."""

    world: World
    scene: Scene
    contain: IndicatorIn
    held: IndicatorIn

    def viewer(self, who: str) -> Any:
        return self.world.viewer(who)

    def open(self, *owners: str) -> None:
        for owner in owners or OWNERS:
            services.figures_open(self.viewer(owner), self.world.programme)

    def propose(self, who: str = COORDINATOR, **said: Any) -> Any:
        made = services.publication_propose(self.viewer(who), self.world.programme, **{"title": "How it goes", **said})
        clock.advance(minutes=5)
        return made

    def publish(self, **said: Any) -> PublicationView:
        decision = self.propose(**said)
        governance.key_turn(self.viewer(OFFICER), decision.pk)
        clock.advance(minutes=5)
        return selectors.publication(self.world.programme)


def room(world: World) -> Room:
    """Built in the first half of 2026; it is 20 July then."""
    contain = words.indicator(world.org("cert"))
    held = words.governance(world.org("ministry"))
    words.adopt(world, contain, held)
    clock.advance(minutes=1)
    built = scene(world, [tranche(1, 1_000_000), tranche(2, 500_000, (300_000, 200_000))])
    clock.set_to(datetime(2026, 5, 4, 9, tzinfo=UTC))
    built.earn(built.milestone())
    built.release()
    clock.advance(days=2)
    [release] = money.releases(built.tranche.id)
    funding.payment_sent(
        world.viewer(OFFICER), world.programme, release.subject,
        amount=Decimal(1_000_000), paid_on=date(2026, 5, 6), reference="P-1",
    )  # fmt: skip
    clock.set_to(JULY)
    period = {"period_start": date(2026, 4, 1), "period_end": date(2026, 6, 30)}
    measurement.reading_record(world.viewer("cert:cert-lead"), world.programme, contain.id, value=Decimal(44), **period)
    measurement.reading_record(
        world.viewer("ministry"), world.programme, held.id, numerator=7, denominator=10, **period
    )
    clock.advance(minutes=5)
    return Room(world, built, contain, held)
