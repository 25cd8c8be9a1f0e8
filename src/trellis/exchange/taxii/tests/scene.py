"""A region that shares: four CERTs with a seat each, an arrangement, agreements between some of them, a collection.

`cert` and `centre` and `ministry` share for detection under one agreement; `evaluator` is a party to the arrangement
and to no agreement; `outsider` is no party at all.
"""

import base64
import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.test import Client

from tests.world import PASSWORD, World, found
from trellis.core import ids
from trellis.exchange import services
from trellis.exchange.misp import MARKINGS
from trellis.exchange.schemas import CollectionView, SharingAgree, SharingLeave
from trellis.exchange.taxii.media import MEDIA
from trellis.parties import services as accounts

SHARING = ("cert", "centre", "ministry")
ALONE = "evaluator"
CLAUSES = {name: f"What is agreed on {name}." for name in ("purpose", "retention", "onward", "security", "exit")}


@dataclass
class Caller:
    """A program that speaks TAXII with a token, through Django's own client."""

    token: str
    base: str = ""

    def send(self, method: str, path: str, body: bytes = b"", **headers: str) -> HttpResponse:
        """`path` is below the API root unless it begins with a slash."""
        url = path if path.startswith("/") else self.base + path
        said = {"Authorization": f"Bearer {self.token}", "Accept": MEDIA, **headers}
        kind = said.pop("Content-Type", MEDIA)
        return Client().generic(  # type: ignore[no-any-return]
            method, url, body, content_type=kind, headers={k: v for k, v in said.items() if v is not None}
        )

    def get(self, path: str, **query: Any) -> Any:
        """The resource, which must be there."""
        answer = self.ask(path, **query)
        assert answer.status_code == 200, (answer.status_code, answer.content)
        return json.loads(answer.content)

    def ask(self, path: str, **query: Any) -> HttpResponse:
        from urllib.parse import urlencode

        given = {k if k in ("added_after", "limit", "next") else f"match[{k}]": v for k, v in query.items()}
        return self.send("GET", path + (f"?{urlencode(given)}" if given else ""))

    def add(self, path: str, *objects: Any) -> Any:
        """Adds objects and gives the status."""
        answer = self.send("POST", path, json.dumps({"objects": objects}).encode())
        assert answer.status_code == 202, (answer.status_code, answer.content)
        return json.loads(answer.content)


@dataclass
class Scene:
    """The world with its callers by name, and the paths of the collection."""

    world: World
    collection: CollectionView
    agreement: UUID
    callers: dict[str, Caller] = field(default_factory=dict)

    @property
    def root(self) -> str:
        return f"/taxii2/{self.world.programme}/"

    @property
    def at(self) -> str:
        """The path of the collection below the API root."""
        return f"collections/{self.collection.id}/"

    @property
    def objects(self) -> str:
        return self.at + "objects/"

    def __getitem__(self, name: str) -> Caller:
        return self.callers[name]

    def leave(self, who: str) -> None:
        """An organisation leaves the agreement by its own key."""
        said = SharingLeave(agreement=self.agreement, party=self.world.org(who), why="We leave.")
        self.world.decide(f"{who}:cert-lead", "sharing.leave", said)


def agree(world: World, *parties: str, agreement: UUID | None = None, version: int = 1, **more: Any) -> UUID:
    """An agreement on sharing, with the key of every party turned."""
    said = {
        "agreement": agreement or ids.new(),
        "version": version,
        "title": f"Sharing among {', '.join(parties)}, {version}",
        "parties": tuple(world.org(p) for p in parties),
        "purposes": ("detection",),
        "starts_on": date(2026, 1, 1),
        "ends_on": date(2036, 12, 31),
        **CLAUSES,
        **more,
    }
    first, *others = (f"{p}:cert-lead" for p in parties)
    world.decide(first, "sharing.agree", SharingAgree(**said), *others)
    return UUID(str(said["agreement"]))


def seat(world: World, organisation: str) -> None:
    """A CERT lead, who sits."""
    person = accounts.person_add(
        world.organisations[organisation],
        name=f"CERT lead of {organisation}",
        email=f"cert-lead.{organisation}@example.org",
        role="staff",
        language="en",
        password=PASSWORD,
    )
    admin = world.viewer(organisation)
    made = accounts.seat_open(admin, world.org(organisation), "cert-lead")
    accounts.seat_fill(admin, made.pk, person.pk)
    world.people[f"{organisation}:cert-lead"] = person
    world.seats[f"{organisation}:cert-lead"] = made.pk


def scene(world: World) -> Scene:
    """Builds it on a world; the arrangement of the exchange is a new one."""
    for name in ("centre", "ministry", "evaluator"):
        seat(world, name)
    found(world, "Sefwi Exchange")
    agreement = agree(world, *SHARING)
    collection = services.collection_create(
        world.viewer("cert:cert-lead"), world.programme, "Phishing", "detection", "What tries to get in"
    )
    made = Scene(world, collection, agreement)
    for name in (*SHARING, ALONE, "outsider"):
        who = name if name == "outsider" else f"{name}:cert-lead"
        _row, text = accounts.token_make(world.viewer(who), "taxii")
        made.callers[name] = Caller(text, made.root)
    return made


def indicator(number: int, *, modified: int = 0, label: str | None = "GREEN", **more: Any) -> dict[str, Any]:
    """An indicator; `modified` is the minute of its version."""
    said: dict[str, Any] = {
        "type": "indicator",
        "spec_version": "2.1",
        "id": f"indicator--00000000-0000-4000-8000-{number:012d}",
        "created": "2026-01-05T08:00:00.000Z",
        "modified": f"2026-01-05T08:{modified:02d}:00.000Z",
        "pattern": f"[domain-name:value = 'bad-{number}.example']",
        "pattern_type": "stix",
        "valid_from": "2026-01-05T08:00:00.000Z",
    }
    if label:
        said["object_marking_refs"] = [MARKINGS[label]]
    return {**said, **more}


def basic(user: str, password: str) -> str:
    """The Authorization header of Basic."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
