"""A small world for tests, made by calling the services: organisations, people, seats, a founded programme."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from trellis.core import clock, ids, node
from trellis.governance import founding
from trellis.governance import services as governance
from trellis.parties import selectors as parties
from trellis.parties import services as accounts
from trellis.parties.models import Organisation, Person
from trellis.parties.schemas import Viewer

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"

# Organisation key -> name, group, side in the programme (None: an outsider), roles with a seat.
CAST: dict[str, tuple[str, str, str | None, tuple[str, ...]]] = {
    "ministry": ("Ministry of Digital Affairs", "government", "partner", ("coordinator", "co-chair", "rights-officer")),
    "cert": ("National CERT", "government", "partner", ("cert-lead",)),
    "norvia": (
        "Norvia Development Agency",
        "international",
        "donor",
        ("programme-officer", "co-chair", "rights-officer"),
    ),
    "lindaria": ("Lindaria Cooperation Fund", "international", "donor", ("programme-officer",)),
    "centre": ("Coastal Cyber Centre", "international", "regional", ("trainer",)),
    "evaluator": ("Tarn Evaluation", "academia", "independent", ("verifier",)),
    "outsider": ("Elsewhere Ltd", "private-sector", None, ()),
}


@dataclass
class World:
    """Organisations, an administrator and a seat holder by organisation and role, and the programme."""

    organisations: dict[str, Organisation] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    seats: dict[str, UUID] = field(default_factory=dict)
    programme: UUID = field(default_factory=ids.new)

    def viewer(self, who: str) -> Viewer:
        """`ministry` is its administrator; `ministry:coordinator` the holder of that seat."""
        return parties.viewer_of(Person.objects.get(pk=self.people[who].pk))

    def org(self, name: str) -> UUID:
        return self.organisations[name].pk

    def decide(self, proposer: str, kind: str, payload: Any, *keys: str, **options: Any) -> Any:
        """Proposes, turns the other keys, and returns the decision."""
        decision = governance.propose(self.viewer(proposer), self.programme, kind, payload, **options)
        for who in keys:
            governance.key_turn(self.viewer(who), decision.pk)
        return type(decision).objects.get(pk=decision.pk)


def build(founded: bool = True) -> World:
    """Makes the world at START."""
    clock.set_to(START)
    node.initialise("Test installation")
    world = World()
    for key, (name, group, _side, roles) in CAST.items():
        organisation = accounts.organisation_open(name, key.title(), group, "")
        world.organisations[key] = organisation
        world.people[key] = accounts.person_add(
            organisation,
            name=f"Admin {key}",
            email=f"{key}@example.org",
            role="administrator",
            language="en",
            password=PASSWORD,
        )
        admin = world.viewer(key)
        for role in roles:
            person = accounts.person_add(
                organisation,
                name=f"{role} of {key}",
                email=f"{role}.{key}@example.org",
                role="staff",
                language="en",
                password=PASSWORD,
            )
            seat = accounts.seat_open(admin, organisation.pk, role)
            accounts.seat_fill(admin, seat.pk, person.pk)
            world.people[f"{key}:{role}"] = person
            world.seats[f"{key}:{role}"] = seat.pk
    if founded:
        found(world)
    return world


def found(world: World, title: str = "Sefwi Cyber Resilience") -> UUID:
    """Drafts and signs the founding by all parties."""
    sides = {world.org(k): side for k, (_n, _g, side, _r) in CAST.items() if side}
    row = founding.draft(
        world.viewer("ministry"), title=title, sides=sides, seats=list(world.seats.values()), quorum=2, label="AMBER"
    )
    world.programme = row.pk
    for key, (_n, _g, side, _r) in CAST.items():
        if side:
            founding.sign(world.viewer(key), row.pk)
    return world.programme
