"""Four CERTs that share within one arrangement, and what tests do there."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from tests.world import PASSWORD, START, World
from trellis.core import clock, ids
from trellis.exchange import selectors, services
from trellis.exchange.schemas import CollectionView, Item, Query, SharingAgree, Status
from trellis.exchange.stix import TLP
from trellis.governance import founding
from trellis.governance import services as governance
from trellis.parties import services as accounts
from trellis.parties.schemas import Viewer

CERTS = {"alpha": "partner", "beta": "partner", "gamma": "regional", "delta": "donor"}
MARKING = {label: ref for ref, label in reversed(TLP.items())}
SPACE = UUID("018f0000-0000-7000-8000-0000000000ff")


@dataclass
class Scene:
    """The CERTs by name, the arrangement, and one collection for detection."""

    world: World
    arrangement: UUID = field(default_factory=ids.new)
    agreement: UUID = field(default_factory=ids.new)
    collection: CollectionView = None  # type: ignore[assignment]
    seen: list[Any] = field(default_factory=list)

    def viewer(self, who: str) -> Viewer:
        return self.world.viewer(f"{who}:cert-lead")

    def org(self, who: str) -> UUID:
        return self.world.org(who)

    def text(self, *names: str, **changes: Any) -> SharingAgree:
        said: dict[str, Any] = {
            "agreement": ids.new(),
            "version": 1,
            "title": "Sharing among CERTs",
            "parties": tuple(self.org(name) for name in names),
            "purposes": ("detection",),
            "ceiling": "AMBER",
            "starts_on": clock.today(),
            "ends_on": clock.today() + timedelta(days=365),
            "purpose": "To detect what others have seen.",
            "retention": "Two years.",
            "onward": "To constituents, under the label.",
            "security": "Encrypted where it lies.",
            "exit": "Either side may leave; what was shared is deleted.",
        }
        return SharingAgree(**{**said, **changes})

    def agree(self, *names: str, **changes: Any) -> UUID:
        """An agreement among these, adopted."""
        text = self.text(*names, **changes)
        decision: Any = services.sharing_agree(self.viewer(names[0]), self.arrangement, text)
        for name in names[1:]:
            governance.key_turn(self.viewer(name), decision.pk)
        return text.agreement

    def leave(self, who: str, agreement: UUID) -> Any:
        return services.sharing_leave(self.viewer(who), self.arrangement, agreement, "No longer needed.")

    def add(self, who: str, *objects: dict[str, Any], into: CollectionView | None = None) -> Status:
        body = json.dumps({"objects": list(objects)}).encode()
        return services.add(self.viewer(who), into or self.collection, body)

    def read(self, who: str, into: CollectionView | None = None, **query: Any) -> tuple[Item, ...]:
        """One page, as large as may be."""
        found = selectors.page(self.viewer(who), into or self.collection, Query(**{"limit": 10_000, **query}))
        return found.items

    def ids(self, who: str, **query: Any) -> list[str]:
        return [item.stix_id for item in self.read(who, **query)]

    def inbox(self, who: str) -> CollectionView:
        return selectors.collections(self.viewer(who), self.arrangement)[-1]


def indicator(name: str = "", label: str = "", **changes: Any) -> dict[str, Any]:
    """An indicator; the same name is the same id."""
    at = "2026-01-02T08:00:00.000Z"
    said: dict[str, Any] = {
        "type": "indicator",
        "spec_version": "2.1",
        "id": f"indicator--{uuid5(SPACE, name) if name else uuid4()}",
        "created": at,
        "modified": at,
        "name": name or "Something bad",
        "pattern": "[file:name = 'bad.exe']",
        "pattern_type": "stix",
        "valid_from": at,
    }
    if label:
        said["object_marking_refs"] = [MARKING[label]]
    return {**said, **changes}


def scene(world: World, agreed: tuple[str, ...] = ()) -> Scene:
    """The CERTs, their arrangement and a collection; with an agreement among `agreed`."""
    clock.set_to(START)
    made = Scene(world)
    for name in CERTS:
        organisation = accounts.organisation_open(f"CERT {name.title()}", name.title(), "government", "")
        world.organisations[name] = organisation
        world.people[name] = accounts.person_add(
            organisation, name=f"Admin {name}", email=f"{name}@cert.example", role="administrator",
            language="en", password=PASSWORD,
        )  # fmt: skip
        admin = world.viewer(name)
        person = accounts.person_add(
            organisation, name=f"Lead of {name}", email=f"lead.{name}@cert.example", role="staff",
            language="en", password=PASSWORD,
        )  # fmt: skip
        seat = accounts.seat_open(admin, organisation.pk, "cert-lead")
        accounts.seat_fill(admin, seat.pk, person.pk)
        world.people[f"{name}:cert-lead"] = person
        world.seats[f"{name}:cert-lead"] = seat.pk
    sides = {world.org(name): side for name, side in CERTS.items()}
    seats = [world.seats[f"{name}:cert-lead"] for name in CERTS]
    row = founding.draft(
        world.viewer("alpha"), kind="agreement", title="Coastal CERTs", sides=sides, seats=seats, label="AMBER"
    )
    made.arrangement = row.pk
    for name in CERTS:
        founding.sign(world.viewer(name), row.pk)
    made.collection = services.collection_create(
        made.viewer("alpha"), made.arrangement, "Indicators", "detection", "Seen in our networks"
    )
    if agreed:
        made.agreement = made.agree(*agreed)
    return made
