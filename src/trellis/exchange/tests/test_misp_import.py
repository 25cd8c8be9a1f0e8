"""Importing a MISP file into a collection: a dry run first, then all of it or nothing."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.world import World
from trellis.exchange.misp import MARKINGS, event_import
from trellis.exchange.taxii.tests.scene import Scene
from trellis.exchange.taxii.tests.scene import scene as build
from trellis.exchange.tests.test_misp import attribute, event, tagged


@pytest.fixture
def scene(world: World) -> Scene:
    return build(world)


def imported(scene: Scene, path: Path, *more: str, collection: str = "Phishing") -> str:
    out = io.StringIO()
    where = ["--programme", str(scene.world.programme), "--set", f"collection={collection}"]
    call_command("import", "misp", str(path), "--as", "cert-lead.cert@example.org", *where, *more, stdout=out)
    return out.getvalue()


def served(scene: Scene) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = scene["centre"].get(scene.objects).get("objects", [])
    return found


def test_reg_04_a_dry_run_stores_nothing_and_a_written_one_everything(scene: Scene, tmp_path: Path) -> None:
    path = tmp_path / "event.json"
    rows = attribute(3, "domain", "bad.example"), attribute(4, "ip-dst", "203.0.113.5", to_ids=False)
    path.write_bytes(event(*rows, attribute(5, "comment", "x"), Tag=tagged("tlp:green")))
    said = imported(scene, path)
    assert "attribute 3 (comment): This type is not mapped" in said and "nothing stored" in said
    assert served(scene) == []
    said = imported(scene, path, "--write")
    assert "stored" in said and "nothing stored" not in said
    found = served(scene)
    assert sorted(o["type"] for o in found) == ["identity", "indicator", "ipv4-addr", "observed-data", "report"]
    assert all(o["object_marking_refs"] == [MARKINGS["GREEN"]] for o in found)
    imported(scene, path, "--write")
    assert served(scene) == found


def test_reg_04_what_the_exchange_refuses_lets_nothing_of_the_file_in(scene: Scene, monkeypatch: Any) -> None:
    from trellis.exchange import misp

    bad = {"type": "indicator", "id": "indicator--nothing"}
    real = misp.convert
    monkeypatch.setattr(misp, "convert", lambda data: ([*real(data)[0], bad], real(data)[1]))
    viewer = scene.world.viewer("cert:cert-lead")
    report = event_import(viewer, scene.collection, event(attribute(3, "domain", "b.example")), dry=False)
    assert not report.ok and len(report.refused) == 1
    assert served(scene) == []


def test_a_file_for_a_collection_that_is_not_there_is_refused_and_says_which_are(scene: Scene, tmp_path: Path) -> None:
    path = tmp_path / "event.json"
    path.write_text(json.dumps({"Event": {"info": "x"}}), encoding="utf-8")
    with pytest.raises(CommandError, match="Phishing"):
        imported(scene, path, collection="Elsewhere")
