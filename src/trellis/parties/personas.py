"""The people of a demonstration, shown on its sign-in page. Empty in any other mode."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from trellis.parties import selectors
from trellis.parties.models import Membership


@dataclass(frozen=True)
class Persona:
    """Somebody to sign in as. `side` is their organisation's in the programmes shown, in words."""

    email: str
    name: str
    organisation: str
    side: str = ""
    seat: str = ""


demo_personas: list[Persona] = []
_password: list[str] = []


def show(personas: Sequence[Persona], password: str) -> None:
    """Says whom the sign-in page lists, and with which password. Called by the demonstration at start-up.

    With no personas given, everybody of the demonstration is listed from the registers.
    """
    demo_personas[:] = personas
    _password[:] = [password]


def demo_password() -> str:
    """The password that all personas share; '' outside a demonstration."""
    return _password[0] if _password and settings.MODE == "demo" else ""


def listed() -> list[Persona]:
    """The personas of this demonstration; none in any other mode."""
    if settings.MODE != "demo" or not _password:
        return []
    return list(demo_personas) or _everybody()


def _everybody() -> list[Persona]:
    sides: dict[object, str] = {}
    for programme in selectors.all_programmes():
        for party in selectors.parties(programme.id):
            sides.setdefault(party.organisation, party.side)
    rows = Membership.objects.filter(left_at=None, person__is_active=True).select_related("person", "organisation")
    found = []
    for row in rows.order_by("organisation__name", "since", "pk"):
        seats = [s.title for s in selectors.seats_of(row.organisation_id) if row.person_id in dict(s.holders)]
        seat = ", ".join(seats) or str(row.get_role_display())
        side = sides.get(row.organisation_id, "")
        found.append(Persona(row.person.email, row.person.name, row.organisation.name, side, seat))
    return found
