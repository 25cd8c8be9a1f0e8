"""What the tests of security tests share: a plan, its authorisation, a test that runs, findings."""

import io
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.test import Client

from tests.world import PASSWORD, START, World
from trellis.assets import services
from trellis.assets.models import Authorisation, Finding, SecurityTest
from trellis.core import clock
from trellis.parties import services as accounts

HOST, DONOR = "cert:cert-lead", "norvia:programme-officer"
SCOPE = "Mail servers\nAnalysts' network"
SECRET = "Zebra gateway"  # stands in titles and details, and must never reach anybody else
DAY = START.date()


def later(**span: float) -> None:
    """Lets time pass."""
    clock.set_to(clock.now() + timedelta(**span))


def day(n: int) -> date:
    """That many days after the world's first."""
    return DAY + timedelta(days=n)


def at(n: int, hour: int = 12) -> datetime:
    return datetime(DAY.year, DAY.month, DAY.day, hour, tzinfo=START.tzinfo) + timedelta(days=n)


def planned(world: World, who: str = HOST, **more: Any) -> SecurityTest:
    """A test planned for days 10 to 20."""
    said: dict[str, Any] = {
        "title": f"Assessment of the {SECRET}",
        "kind": "assessment",
        "scope": SCOPE,
        "tester": "Harbour Security",
        "planned_from": day(10),
        "planned_until": day(20),
        **more,
    }
    return services.test_record(world.viewer(who), **said)


def paper() -> io.BytesIO:
    file = io.BytesIO(b"Signed.")
    file.name = "authorisation.txt"
    return file


def authorised(world: World, test: UUID, who: str = HOST, **more: Any) -> Authorisation:
    """An authorisation of days 9 to 21, signed on the first day."""
    said: dict[str, Any] = {
        "reference": "A-1",
        "signed_by": "Head of the CERT",
        "signed_on": DAY,
        "starts_on": day(9),
        "ends_on": day(21),
        "scope": SCOPE,
        **more,
    }
    if "evidence" not in said:
        said.setdefault("file", paper())
    return services.authorisation_give(world.viewer(who), test, **said)


def running(world: World, who: str = HOST, **more: Any) -> SecurityTest:
    """A test that began on day 10."""
    row = planned(world, who, **more)
    authorised(world, row.subject, who)
    clock.set_to(at(10))
    return services.test_begin(world.viewer(who), row.subject)


def ended(world: World, who: str = HOST, **more: Any) -> SecurityTest:
    """A test that ran from day 10 to 15, and of which all findings count as recorded."""
    row = running(world, who, **more)
    clock.set_to(at(15))
    services.test_end(world.viewer(who), row.subject)
    return services.test_reported(world.viewer(who), row.subject)


def found(world: World, test: UUID, reference: str = "F-1", who: str = HOST, **more: Any) -> Finding:
    said: dict[str, Any] = {
        "reference": reference,
        "severity": "critical",
        "title": f"{SECRET} {reference}",
        "detail": f"{SECRET} takes any password",
        "found_on": day(11),
        **more,
    }
    return services.finding_record(world.viewer(who), test, **said)


def staff(world: World, name: str = "cert:analyst", organisation: str = "cert") -> str:
    """Somebody of the host who sits in no seat."""
    world.people[name] = accounts.person_add(
        world.organisations[organisation], name="Analyst", email="analyst@example.org", role="staff", language="en",
        password=PASSWORD,
    )  # fmt: skip
    return name


def client(world: World, who: str) -> Client:
    held = Client()
    held.force_login(world.people[who])
    return held
