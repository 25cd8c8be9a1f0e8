"""Producers and pollers in processes of their own: `python -m tests.faults.exchanging ACT …` prints JSON."""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "trellis.web.settings"
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import OperationalError  # noqa: E402

from tests.world import build  # noqa: E402
from trellis.core import clock  # noqa: E402
from trellis.core.conditions import Conflict, Refused  # noqa: E402
from trellis.core.models import Stream  # noqa: E402
from trellis.exchange import selectors, services  # noqa: E402
from trellis.exchange.schemas import Query  # noqa: E402
from trellis.exchange.tests.scene import indicator, scene  # noqa: E402
from trellis.governance import services as governance  # noqa: E402
from trellis.parties import selectors as parties  # noqa: E402
from trellis.parties.models import Person  # noqa: E402
from trellis.web.streams import verify_live  # noqa: E402

STOPPED = Path(os.environ["TRELLIS_HOME"]) / "all-have-stopped"


def viewer(name: str) -> Any:
    return parties.viewer_of(Person.objects.get(email=f"lead.{name}@cert.example"))


def place(made: str) -> Any:
    arrangement, collection = (UUID(part) for part in made.split("/"))
    return lambda who: selectors.collection(who, arrangement, collection)


def prepare() -> dict[str, str]:
    """Four CERTs; alpha, beta and gamma have agreed."""
    call_command("migrate", verbosity=0)
    here = scene(build(), ("alpha", "beta", "gamma"))
    return {"place": f"{here.arrangement}/{here.collection.id}"}


def produce(name: str, made: str, seconds: str) -> dict[str, Any]:
    """Adds small batches for so long; some of what it sent it sends again in a later version."""
    who, collection = viewer(name), place(made)(viewer(name))
    batch, sent = 0, 0
    until = time.time() + float(seconds)
    while time.time() < until:
        batch += 1
        objects = [indicator(f"{name}-{batch}-{n}") for n in range(1 + batch % 17)]
        objects.append(indicator(f"{name}-{max(1, batch - 3)}-0", modified=f"2026-01-03T00:00:00.{batch:06}Z"))
        status = services.add(who, collection, json.dumps({"objects": objects}).encode())
        assert not status.failures, status.failures[:2]
        sent += len(objects)
    return {"sent": sent}


def poll(name: str, made: str, limit: str) -> dict[str, Any]:
    """Polls with the last `added` that it saw, until all have stopped and nothing is new; says what it never got."""
    who = viewer(name)
    collection = place(made)(who)
    after, got, twice, waits = None, set(), 0, 0
    while True:
        last_round = STOPPED.exists()
        page = selectors.page(who, collection, Query(added_after=after, limit=int(limit)))
        for item in page.items:
            assert after is None or item.added > after
            after = item.added
            twice += item.key in got
            got.add(item.key)
        if last_round and not page.items:
            break
        if not page.items:
            waits += 1
            time.sleep(0.01)
    visible, token = set(), ""
    while True:
        page = selectors.page(who, collection, Query(limit=1000, next=token))
        visible |= {item.key for item in page.items}
        token = page.next
        if not page.more:
            break
    return {"got": len(got), "visible": len(visible), "skipped": len(visible - got), "twice": twice, "waits": waits}


def agree_meanwhile(made: str, seconds: str) -> dict[str, Any]:
    """Half-way through, delta comes in by an agreement with alpha, and a second one with beta follows."""
    from tests.world import World
    from trellis.exchange.tests.scene import CERTS, Scene
    from trellis.parties.models import Organisation

    arrangement, _collection = made.split("/")
    world = World()
    for name in CERTS:
        world.organisations[name] = Organisation.objects.get(name=f"CERT {name.title()}")
        world.people[f"{name}:cert-lead"] = Person.objects.get(email=f"lead.{name}@cert.example")
    here = Scene(world, UUID(arrangement))
    time.sleep(float(seconds) / 2)
    for other in ("alpha", "beta"):
        for _try in range(20):
            try:
                text = here.text(other, "delta", title=f"{other} and delta", starts_on=clock.today())
                made_: Any = services.sharing_agree(here.viewer(other), here.arrangement, text)
                governance.key_turn(here.viewer("delta"), made_.pk)
                break
            except (Conflict, Refused, OperationalError) as error:
                print(repr(error), file=sys.stderr)
                time.sleep(0.2)
    return {"agreed": len(selectors.agreements(here.viewer("delta"), here.arrangement))}


def problems() -> dict[str, Any]:
    """Whether every stream verifies with its records."""
    return {"problems": [str(p) for s in Stream.objects.all() for p in verify_live(s.pk).problems]}


ACTS = {"prepare": prepare, "produce": produce, "poll": poll, "agree": agree_meanwhile, "problems": problems}

if __name__ == "__main__":
    print(json.dumps(ACTS[sys.argv[1]](*sys.argv[2:])))  # type: ignore[operator]
