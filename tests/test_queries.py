"""No main page asks the database more often when there is more to show: each of the ten, with one of a thing and with more."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.world import World, found
from trellis.agreements.tests import test_agreements as agreements
from trellis.assessment.tests import room as needs
from trellis.catalogue.tests import words as catalogue
from trellis.core import clock
from trellis.core.models import FigureCache
from trellis.exchange.tests import scene as exchange
from trellis.funding import payments
from trellis.funding.models import Release
from trellis.funding.tests import scene as money
from trellis.governance import services as governance
from trellis.governance.kinds import ParameterSet
from trellis.handover.tests import scene as handover
from trellis.law.tests import test_questions as law
from trellis.operations.tests.test_incidents import granted, record
from trellis.parties import services as accounts
from trellis.planning import selectors as plans
from trellis.planning.tests import room as planning
from trellis.regional.tests import cast as regional
from trellis.sharing import services as sharing

MORE = 6
Grow = Callable[[World, range], None]


def decisions(world: World, numbers: range) -> None:
    """Open decisions, and as many adopted ones."""
    for n in numbers:
        for name, keys in (("review.grace", ()), ("emergency.days", ("norvia:co-chair",))):
            said = ParameterSet(name=name, value=str(15 + n), reason="bench")
            world.decide("ministry:co-chair", "parameter.set", said, *keys)


def assessments(world: World, numbers: range) -> None:
    for n in numbers:
        needs.opened(world, title=f"Needs {n}")


def activities(world: World, numbers: range) -> None:
    """A plan with so many activities more; each has its own consent, and one in two is paused."""
    if numbers.start == 0:
        world.assessed = needs.closed(world)  # type: ignore[attr-defined]
        world.plan = planning.drafted(world, world.assessed)  # type: ignore[attr-defined]
        sharing.consent_give(world.viewer("ministry").actor, world.programme, "programme", "Yes")
    plan: Any = world.plan  # type: ignore[attr-defined]
    more = [planning.activity(world, f"Activity {n}", "policy", start=clock.today()) for n in numbers]
    held = plans.plan_in_force(world.programme)
    changes = {"activities": [*plan.activities, *more], "replaces": held and held.decision, "reason": "More"}
    world.plan = plan.model_copy(update=changes)  # type: ignore[attr-defined]
    planning.adopted(world, world.plan)  # type: ignore[attr-defined]
    actor = world.viewer("ministry").actor
    for n, one in zip(numbers, more, strict=True):
        given = sharing.consent_give(actor, world.programme, "activity", "Yes", about=one.id)
        if n % 2:
            sharing.consent_withdraw(actor, given.subject, "No more")


def agreed(world: World, numbers: range) -> None:
    for n in numbers:
        agreements.sign(world, agreements.text(world, title=f"Memorandum {n}"))


def tranches(world: World, numbers: range) -> None:
    """Commitments with one tranche each, of two milestones."""
    if numbers.start == 0:
        world.money = money.scene(world, [money.tranche(parts=(400_000, 600_000))])  # type: ignore[attr-defined]
        return
    for n in numbers:
        made = money.plan(
            world, world.money.agreement, [money.tranche(n + 1, parts=(400_000, 600_000))], title=f"C {n}"
        )  # type: ignore[attr-defined]
        decision = money.services.commitment_make(world.viewer(money.OFFICER), world.programme, made)
        governance.key_turn(world.viewer(money.COORDINATOR), decision.pk)
        for part in made.tranches[0].milestones:
            world.money.lock(part.id)  # type: ignore[attr-defined]


def indicators(world: World, numbers: range) -> None:
    kept = getattr(world, "indicators", [])
    kept += [catalogue.indicator(world.org("cert"), title=f"Hours to contain {n}") for n in numbers]
    world.indicators = kept  # type: ignore[attr-defined]
    catalogue.adopt(world, *kept)


def functions(world: World, numbers: range) -> None:
    for n in numbers:
        function = handover.enter(world, f"Function {n}")
        handover.plan(world, function)
        handover.accept(world, function, "holders")


def incidents(world: World, numbers: range) -> None:
    if numbers.start == 0:
        granted(world, "norvia")
    for n in numbers:
        at = clock.now() - timedelta(days=3 * n + 1)
        record(world, f"I-{n}", detected=at, contained=at + timedelta(hours=n + 1), severity=("low", "high")[n % 2])


PAGES: dict[str, tuple[str, str, Grow]] = {
    "home": ("norvia:co-chair", "/", decisions),
    "programme": ("norvia:co-chair", "/p/{}/", decisions),
    "needs": ("ministry:coordinator", "/p/{}/needs/", assessments),
    "plan": ("ministry:coordinator", "/p/{}/plan/", activities),
    "agreements": ("ministry:coordinator", "/p/{}/agreements/", agreed),
    "money": ("ministry:coordinator", "/p/{}/money/", tranches),
    "results": ("cert:cert-lead", "/p/{}/results/", indicators),
    "handover": ("ministry:coordinator", "/p/{}/handover/", functions),
    "incidents": ("norvia:programme-officer", "/incidents/", incidents),
    "incident times": ("cert:cert-lead", "/incidents/figures/", incidents),
}


def asked(client: Client, url: str) -> list[str]:
    """The queries of a page that was seen before, and of its figures as if they were new."""
    assert client.get(url).status_code == 200, url
    FigureCache.objects.all().delete()
    with CaptureQueriesContext(connection) as seen:
        client.get(url)
    return [one["sql"] for one in seen]


def programmes(world: World, numbers: range) -> None:
    """Programmes, each with work from every area that puts some on the home page."""
    if numbers.start == 0:
        regional.with_desk(world)
    for n in numbers:
        found(world, f"Programme {n}")
        needs.closed(world)
        soon = clock.today() + timedelta(days=30)
        agreements.sign(world, agreements.text(world, title=f"Memorandum {n}", ends_on=soon))
        sharers(world, ends_on=soon)
        world.indicators = []  # type: ignore[attr-defined]
        indicators(world, range(2))
        functions(world, range(2))
        team = regional.team(world)
        regional.contact(world, team.subject)
        regional.offered(world, regional.asked(world))
        decisions(world, range(2))
        paid(world)
        law.opened(world)


def paid(world: World) -> None:
    """A commitment with a tranche that is released, one with a milestone to verify, and a payment to confirm."""
    held = money.scene(world, [money.tranche(parts=(400_000, 600_000)), money.tranche(2)])
    for place in range(2):
        held.earn(held.milestone(place))
    held.release()
    release = Release.objects.current().get(stream=world.programme).subject
    held.claim(held.milestone(0, 1))
    said: dict[str, Any] = {"amount": Decimal(1_000_000), "paid_on": clock.today()}
    payments.payment_sent(world.viewer(money.OFFICER), world.programme, release, **said)


def sharers(world: World, **changes: Any) -> None:
    """An agreement on sharing between two of the parties."""
    names = ("cert:cert-lead", "centre:cert-lead")
    who = tuple(world.org(name.partition(":")[0]) for name in names)
    said = exchange.Scene(world).text("cert", "centre", parties=who, **changes)
    world.decide(names[0], "sharing.agree", said, *names[1:])


READERS = (
    "norvia:programme-officer",
    "norvia:co-chair",
    "norvia:rights-officer",
    "norvia",
    "ministry:coordinator",
    "cert:cert-lead",
    "centre:cert-lead",
)


def test_spine_10_home_takes_as_many_queries_for_many_programmes_as_for_few(world: World) -> None:
    client = Client()
    vacant = accounts.seat_open(world.viewer("norvia"), world.org("norvia"), "trainer")
    world.seats["norvia:trainer"] = vacant.pk
    programmes(world, range(2))
    waited = timedelta(days=200)  # reviews are due, readings too, and contacts are stale
    few: dict[str, list[str]] = {}
    for numbers in (range(0), range(2, 4)):
        programmes(world, numbers) if numbers else None
        now = clock.now()
        clock.set_to(now + waited)
        for who in READERS:
            client.force_login(world.people[who])
            many = asked(client, "/")
            few.setdefault(who, many)
            assert len(many) <= len(few[who]), f"{who}: {_more(few[who], many)}"
        clock.set_to(now)


@pytest.mark.parametrize("page", PAGES)
def test_spine_10_a_page_takes_as_many_queries_for_many_rows_as_for_few(world: World, page: str) -> None:
    who, path, grow = PAGES[page]
    client, url = Client(), path.format(world.programme)
    client.force_login(world.people[who])
    grow(world, range(2))
    few = asked(client, url)
    grow(world, range(2, 2 + MORE))
    many = asked(client, url)
    assert len(many) <= len(few), _more(few, many)


def _more(few: list[str], many: list[str]) -> str:
    """Which tables are asked more often."""

    def tables(said: list[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for sql in said:
            name = sql.partition("FROM ")[2].split(" ")[0] or sql[:40]
            found[name] = found.get(name, 0) + 1
        return found

    before, after = tables(few), tables(many)
    return ", ".join(f"{t}: {before.get(t, 0)} to {n}" for t, n in after.items() if n > before.get(t, 0))
