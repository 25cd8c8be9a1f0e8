"""What the tests of the regional area share: a regional CERT, contacts, and help agreed step by step."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.test import Client

from tests.world import PASSWORD, World
from trellis.core import clock
from trellis.governance.kinds_parties import SeatSaid, SeatsChange
from trellis.parties import services as accounts
from trellis.regional import services
from trellis.regional.models import Cert, Contact, Offer, Request

KEY = "0123 4567 89AB CDEF 0123  4567 89AB CDEF 0123 4567"


def later(**span: float) -> None:
    """Lets time pass."""
    clock.set_to(clock.now() + timedelta(**span))


def with_desk(world: World, organisation: str = "centre") -> str:
    """Gives an organisation a CERT lead of its own, by both co-chairs' keys; returns their name in the world."""
    name = f"{organisation}:cert-lead"
    person = accounts.person_add(
        world.organisations[organisation], name=f"cert-lead of {organisation}", email=f"desk.{organisation}@example.org",
        role="staff", language="en", password=PASSWORD,
    )  # fmt: skip
    seat = accounts.seat_open(world.viewer(organisation), world.org(organisation), "cert-lead")
    accounts.seat_fill(world.viewer(organisation), seat.pk, person.pk)
    world.people[name], world.seats[name] = person, seat.pk
    said = SeatsChange(add=[SeatSaid(seat=seat.pk, organisation=world.org(organisation), role="cert-lead")], reason="x")
    world.decide("ministry:co-chair", "seats.change", said, "norvia:co-chair")
    return name


def team(world: World, **more: Any) -> Cert:
    given: dict[str, Any] = {
        "name": "Coastal CERT",
        "mandate": "Coordinates incidents of the member states.",
        "members": ["National CERT", "CERT of Lindaria"],
        "services": ["6.5", "6.1", "9.3"],
        **more,
    }
    return services.cert_record(world.viewer("centre"), world.programme, **given)


def contact(world: World, cert: UUID, who: str = "centre", **more: Any) -> Contact:
    given = {"member": "National CERT", "channel": "phone", "address": "+233 30 000 0000", **more}
    return services.contact_record(world.viewer(who), world.programme, cert, **given)


def asked(world: World, *who: str, **more: Any) -> Request:
    given: dict[str, Any] = {
        "title": "Ransomware in two ports",
        "text": "Two analysts for a week.",
        "need": "staff",
        "severity": "high",
        "cross_border": True,
        "asked_of": [world.org(name) for name in who or ("centre", "lindaria")],
        **more,
    }
    return services.request_make(world.viewer("cert:cert-lead"), world.programme, **given)


def offered(world: World, request: Request, who: str = "centre:cert-lead", **more: Any) -> Offer:
    given = {"text": "Two analysts from tomorrow.", "terms": "Their own salaries; travel is yours.", **more}
    return services.offer_make(world.viewer(who), world.programme, request.subject, **given)


def helped(world: World, hours: float, who: str = "centre:cert-lead", **more: Any) -> Request:
    """A request whose help arrives after that many hours, one third of them for each step."""
    row = asked(world, **more)
    later(hours=hours / 3)
    offer = offered(world, row, who)
    later(hours=hours / 3)
    services.offer_accept(world.viewer("cert:cert-lead"), world.programme, offer.subject)
    later(hours=hours / 3)
    services.arrival_record(world.viewer("cert:cert-lead"), world.programme, offer.subject)
    return row


def client(world: World, who: str) -> Client:
    found = Client()
    found.force_login(world.people[who])
    return found
