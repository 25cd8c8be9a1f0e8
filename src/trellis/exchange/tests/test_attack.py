"""ATT&CK for ICS goes in and comes out byte for byte; a later version, revoked objects and custom types survive."""

import re
from pathlib import Path

import msgspec
import orjson
import pytest

from tests.world import World
from trellis.exchange import services
from trellis.exchange.schemas import Query
from trellis.exchange.tests.scene import Scene, scene

# The corpus is large and not part of the product: it stands beside the checkout where there is one.
FOLDER = Path(__file__).resolve().parents[5] / "shared" / "data" / "attack-ics"
FILES = sorted(FOLDER.glob("ics-attack-*.json"))
pytestmark = pytest.mark.skipif(not FILES, reason="the ATT&CK for ICS corpus is not beside this checkout")


class Bundle(msgspec.Struct):
    objects: list[msgspec.Raw]


@pytest.fixture
def among(world: World) -> Scene:
    return scene(world, ("alpha", "beta"))


def walked(here: Scene, who: str, limit: int) -> list[bytes]:
    from trellis.exchange import selectors

    found, token = [], ""
    while True:
        page = selectors.page(here.viewer(who), here.collection, Query(limit=limit, next=token))
        found += [item.raw for item in page.items]
        token = page.next
        if not page.more:
            return found


def test_attack_for_ics_comes_out_byte_for_byte(among: Scene) -> None:
    sent = [bytes(raw) for raw in msgspec.json.decode(FILES[-1].read_bytes(), type=Bundle).objects]
    body = b'{"objects": [' + b",\n  ".join(sent) + b"]}"
    status = services.add(among.viewer("alpha"), among.collection, body)
    assert not status.failures and len(status.successes) == len(sent) > 1000
    assert walked(among, "beta", 499) == sent
    said = [orjson.loads(raw) for raw in sent]
    revoked = {one["id"] for one in said if one.get("revoked")}
    custom = {one["type"] for one in said if one["type"].startswith("x-mitre-")}
    assert revoked and len(custom) >= 4
    for kind in sorted(custom):
        want = {one["id"] for one in said if one["type"] == kind}
        assert {item.stix_id for item in among.read("beta", types=(kind,))} == want
    assert revoked <= set(among.ids("beta"))
    # The same again: every one is a success, and nothing is new.
    last = among.read("beta")[-1].added
    again = services.add(among.viewer("alpha"), among.collection, body)
    assert len(again.successes) == len(sent) and among.read("beta", added_after=last) == ()


def test_a_later_version_of_attack_is_a_new_version(among: Scene) -> None:
    sent = [bytes(raw) for raw in msgspec.json.decode(FILES[-1].read_bytes(), type=Bundle).objects]
    some = [raw for raw in sent if b'"type": "attack-pattern"' in raw or b'"type":"attack-pattern"' in raw][:20]
    later = [re.sub(rb'("modified"\s*:\s*")20\d\d', rb"\g<1>2099", raw) for raw in some]
    assert all(a != b for a, b in zip(some, later, strict=True))
    for batch in (some, later):
        services.add(among.viewer("alpha"), among.collection, b'{"objects":[' + b",".join(batch) + b"]}")
    assert [item.raw for item in among.read("beta")] == later
    assert [item.raw for item in among.read("beta", versions=("first",))] == some
    assert len(among.read("beta", versions=("all",))) == 2 * len(some)
